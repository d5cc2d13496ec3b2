"""The one door out: every request to another server goes through `Http`.

An answer that cannot be used (cut, truncated, not JSON, of the wrong shape) is `Temporary`.
Neither log lines nor errors carry a query string, for platforms put tokens there.
"""

from __future__ import annotations

import datetime as dt
import logging
import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import urlsplit

import msgspec
import requests
from requests.adapters import HTTPAdapter

from app.connectors.errors import Temporary
from app.settings import is_loopback

T = TypeVar("T")

USER_AGENT = "growzzy-os"
CONNECT_SECONDS = 10.0
READ_SECONDS = 60.0
LONGEST_ANSWER_SECONDS = 180.0
LARGEST_BODY = 32 * 1024 * 1024
FIRST_WAIT_SECONDS = 5.0
_PIECE = 256 * 1024
_UNTOUCHED = "Stored figures are unchanged, and it will be asked again."
# A proxy from the environment must not stand between this process and its own machine.
_NO_PROXY = {"http": "", "https": ""}

logger = logging.getLogger(__name__)
# urllib3 writes whole URLs, query included, into its debug lines and warnings.
logging.getLogger("urllib3").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever its status. `headers` ignores case, `body` is decompressed."""

    host: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    def decode(self, decoder: msgspec.json.Decoder[T]) -> T:
        """The body as the decoder's type. Raises Temporary when it is anything else."""
        try:
            return decoder.decode(self.body)
        except msgspec.ValidationError as error:
            raise Temporary(
                f"{self.host} answered in an unexpected form ({error}). {_UNTOUCHED}"
            ) from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise Temporary(f"{self.host} {self._unreadable()}. {_UNTOUCHED}") from None

    def _unreadable(self) -> str:
        if not self.body.strip():
            return f"answered with nothing (HTTP {self.status})"
        if self.body.lstrip().startswith(b"<"):
            return f"answered with a web page instead of data (HTTP {self.status})"
        return f"sent an answer that breaks off or is not JSON (HTTP {self.status})"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to send inside a form; `field` is the name of its input."""

    field: str
    filename: str
    content: bytes
    media_type: str


def _keep_headers(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Stands in as the session's auth, so that requests never looks into a .netrc file."""
    return request


def _no_pause() -> float:
    return 0.0


class Http:
    """A pool of connections for one task; may be used from several threads.

    `patience` bounds, in seconds, how long `retry` goes on: small inside a web request.
    `pause` is asked before every request how many seconds to wait first. `sleep` does all the
    waiting and may raise to stop. `clock` measures seconds, `wall` tells Unix time.
    """

    def __init__(
        self,
        *,
        patience: float = 120.0,
        attempts: int = 5,
        pause: Callable[[], float] = _no_pause,
        sleep: Callable[[float], object] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.requests_made = 0
        self._patience = patience
        self._attempts = attempts
        self._pause = pause
        self._sleep = sleep
        self._clock = clock
        self._wall = wall
        self._jitter = jitter
        self._counting = threading.Lock()
        self._session = _session()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every pooled connection."""
        self._session.close()

    def now(self) -> dt.datetime:
        """The time in UTC, for working out when a token ends."""
        return dt.datetime.fromtimestamp(self._wall(), dt.UTC)

    @property
    def clock(self) -> Callable[[], float]:
        """What measures seconds, for keeping to a platform's pace."""
        return self._clock

    def wait(self, seconds: float) -> None:
        """Sleep as `retry` does; may raise to stop."""
        self._sleep(seconds)

    def ask(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        form: Mapping[str, str] | str | None = None,
        json: object = None,
        content: bytes | Attachment | None = None,
        headers: Mapping[str, str] | None = None,
        largest: int = LARGEST_BODY,
    ) -> Answer:
        """Ask once. Redirects are refused: they would carry credentials to another host.

        `form` as text is sent as it is, for a platform with an encoding of its own. `content` is a
        file: bytes are sent alone, an attachment inside the form. Raises Temporary when no whole
        answer of at most `largest` bytes came back.
        """
        body: bytes | str | Mapping[str, str] | None = form
        files = None
        if isinstance(content, Attachment):
            files = {content.field: (content.filename, content.content, content.media_type)}
        elif content is not None:
            body = content
        sent = dict(headers or {})
        if isinstance(form, str):
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        if json is not None:
            body = msgspec.json.encode(json)
            sent["Content-Type"] = "application/json"
        request = requests.Request(method, url, params=params, data=body, files=files, headers=sent)
        self._before()
        host = urlsplit(url).hostname or ""
        try:
            return self._send(request, url, largest)
        except requests.RequestException as error:
            # Not chained: the original's text holds the URL, and the URL may hold a token.
            raise Temporary(f"{host} {_what_happened(error)}. {_UNTOUCHED}") from None

    def lines(self, url: str, *, largest: int, seconds: float) -> Iterator[bytes]:
        """The lines of a file, as they come and without their ends; no credentials are sent.

        Raises Temporary, also half-way, when the file is not there, breaks off, or is longer than
        `largest` bytes or `seconds`.
        """
        self._before()
        host = urlsplit(url).hostname or ""
        try:
            with self._open(requests.Request("GET", url), url) as response:
                if response.status_code != 200:
                    raise Temporary(
                        f"{host} did not hand out a file (HTTP {response.status_code}). "
                        f"{_UNTOUCHED}"
                    )
                yield from _split(self._pieces(response, host, largest, seconds), host)
        except requests.RequestException as error:
            raise Temporary(f"{host} {_what_happened(error)}. {_UNTOUCHED}") from None

    def retry(self, attempt: Callable[[], T]) -> T:
        """Call until it is not Temporary, waiting longer each time, then let that error go.

        Bounded both in attempts and in seconds; a platform's own `retry_after` is kept to.
        """
        give_up = self._clock() + self._patience
        for wait in self._waits():
            try:
                return attempt()
            except Temporary as error:
                pause = max(wait, error.retry_after or 0.0)
                if self._clock() + pause > give_up:
                    raise
                logger.info("asking again in %.1f s: %s", pause, error)
            self._sleep(pause)
        return attempt()

    def _waits(self) -> Iterator[float]:
        """5, 10, 20, 40 seconds, each shortened at random by up to half."""
        for exponent in range(self._attempts - 1):
            yield FIRST_WAIT_SECONDS * 2**exponent * (1 - self._jitter() / 2)

    def _before(self) -> None:
        pause = self._pause()
        if pause > 0:
            self._sleep(pause)
        with self._counting:
            self.requests_made += 1

    def _send(self, request: requests.Request, url: str, largest: int) -> Answer:
        host = urlsplit(url).hostname or ""
        with self._open(request, url) as response:
            body = b"".join(self._pieces(response, host, largest, LONGEST_ANSWER_SECONDS))
            logger.debug(
                "%s %s %d, %d bytes", request.method, host, response.status_code, len(body)
            )
            return Answer(host, response.status_code, response.headers, body)

    @contextmanager
    def _open(self, request: requests.Request, url: str) -> Iterator[requests.Response]:
        proxies = _NO_PROXY if is_loopback(url) else {}
        prepared = self._session.prepare_request(request)
        routing = self._session.merge_environment_settings(
            prepared.url or "", proxies, stream=True, verify=None, cert=None
        )
        with self._session.send(
            prepared, timeout=(CONNECT_SECONDS, READ_SECONDS), allow_redirects=False, **routing
        ) as response:
            if response.is_redirect:
                host = urlsplit(url).hostname or ""
                raise Temporary(f"{host} sent us to another address. {_UNTOUCHED}")
            yield response

    def _pieces(
        self, response: requests.Response, host: str, largest: int, seconds: float
    ) -> Iterator[bytes]:
        """The body to its end, unless it is too long in bytes or in seconds."""
        deadline = self._clock() + seconds
        received = 0
        for piece in response.iter_content(_PIECE):
            received += len(piece)
            if received > largest:
                raise Temporary(f"{host} sent more than {largest >> 20} MB at once. {_UNTOUCHED}")
            if self._clock() > deadline:
                raise requests.ReadTimeout
            yield piece


def _split(pieces: Iterable[bytes], host: str) -> Iterator[bytes]:
    begun = b""
    for piece in pieces:
        *whole, begun = (begun + piece).split(b"\n")
        if len(begun) > LARGEST_BODY:
            raise Temporary(
                f"{host} sent a line of more than {LARGEST_BODY >> 20} MB. {_UNTOUCHED}"
            )
        yield from whole
    if begun:
        yield begun


def _session() -> requests.Session:
    session = requests.Session()
    adapter = HTTPAdapter(pool_connections=8, pool_maxsize=16)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.headers["User-Agent"] = USER_AGENT
    session.auth = _keep_headers
    # One owner's cookies must not reach the next owner's request.
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return session


def _what_happened(error: requests.RequestException) -> str:
    if isinstance(error, requests.exceptions.SSLError):
        return "did not prove who it is (TLS certificate)"
    if isinstance(error, requests.ConnectTimeout | requests.ReadTimeout):
        return "did not answer in time"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "broke off in the middle of its answer"
    if isinstance(error, requests.ConnectionError):
        return "could not be reached, or cut the connection"
    return "could not be asked"
