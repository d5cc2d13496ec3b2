"""Asking TikTok: at its pace, reading the code out of any answer, and pages to the last one."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import TypeVar
from urllib.parse import urlsplit

import msgspec

from app.connectors.errors import ConnectorError, Temporary, Throttled
from app.connectors.http import Answer, Attachment, Http
from app.connectors.launching import Unknown
from app.connectors.tiktok.answers import Page, PageInfo
from app.connectors.tiktok.errors import (
    MINUTE_LIMIT_SECONDS,
    OK,
    PARTLY,
    DayUsedUp,
    Problem,
    Restricted,
    TooLarge,
    failure,
    without_code,
)
from app.connectors.tiktok.refusals import UNHEARD, refusal
from app.connectors.words import Grant, Meter
from app.settings import Settings

T = TypeVar("T")
R = TypeVar("R")
Verdict = Callable[..., ConnectorError]

# Half of what TikTok's lowest tier allows an app (10 a second, 600 a minute), so that a second
# process of this installation does no harm; a short burst still stays within a second's limit.
A_SECOND = 5.0
BURST = 5.0
# TikTok's own default of 10 rows would look like an account with few campaigns.
PAGE_SIZES = (1000, 500, 250, 125)
QUOTA = "requests"
# Set on a report that covers the newest 20,000 ids only and says so nowhere else.
CUT_HEADER = "X-Tt-Ads-Throttle"
RESTRICTED_WAITS = (1.0, 60.0)

logger = logging.getLogger(__name__)


class Cut(ConnectorError):
    """The answer holds only the newest 20,000 ids: ask about fewer campaigns."""


class Pace:
    """A leaky bucket: how long to wait before the next request."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._empty_at = 0.0
        self._taking = threading.Lock()

    def take(self) -> float:
        """Take a place in the row; seconds until it may be used."""
        with self._taking:
            now = self._clock()
            self._empty_at = max(self._empty_at, now) + 1 / A_SECOND
            return max(0.0, self._empty_at - now - BURST / A_SECOND)


@lru_cache(maxsize=64)
def pace_of(app_id: str, clock: Callable[[], float]) -> Pace:
    """The one row of an app in this process, for TikTok counts all its connections together."""
    del app_id
    return Pace(clock)


class _Envelope(msgspec.Struct):
    code: int
    message: str | None = None
    request_id: str | None = None
    data: msgspec.Raw = msgspec.Raw(b"null")


_ENVELOPE = msgspec.json.Decoder(_Envelope, strict=False)


class Api:
    """One installation's way to ask. `meter` is asked for anew at every request."""

    def __init__(self, settings: Settings, http: Http, meter: Callable[[], Meter]) -> None:
        self._http = http
        self._root = settings.tiktok_api_url
        self._meter = meter
        self._pace = pace_of(settings.tiktok_app_id, http.clock)

    def get(
        self,
        grant: Grant,
        path: str,
        decoder: msgspec.json.Decoder[T],
        params: Mapping[str, str],
        *,
        parts: bool = False,
    ) -> T:
        """Ask in the grant's name, again while TikTok is unwell.

        With `parts`, an answer in part (code 20001) is taken, and what is missing is the asker's
        to find out; without, it is Temporary.
        """
        patience = iter(RESTRICTED_WAITS)

        def attempt() -> T:
            try:
                return self.once(grant, path, decoder, params, parts=parts)
            except Restricted as error:
                # TikTok does not say which of its limits it was: wait as if for each in turn.
                wait = next(patience, None)
                if wait is None:
                    raise Throttled(error.message, retry_after=MINUTE_LIMIT_SECONDS) from error
                raise Temporary(error.message, retry_after=wait) from error

        return self._http.retry(attempt)

    def once(
        self,
        grant: Grant | None,
        path: str,
        decoder: msgspec.json.Decoder[T],
        params: Mapping[str, str],
        *,
        parts: bool = False,
    ) -> T:
        """Ask without trying again."""
        headers = {"Access-Token": grant.access_token} if grant else {}
        self._before()
        address = self._address(path)
        answer = self._http.ask("GET", address, params=params, headers=headers)
        return self._read(answer, address, decoder, failure, parts=parts)

    def post(
        self,
        path: str,
        decoder: msgspec.json.Decoder[T],
        body: Mapping[str, str],
        *,
        grant: Grant | None = None,
        verdict: Verdict = failure,
    ) -> T:
        """Post JSON once; its secrets stay out of the address."""
        headers = {"Access-Token": grant.access_token} if grant else {}
        self._before()
        address = self._address(path)
        answer = self._http.ask("POST", address, json=body, headers=headers)
        return self._read(answer, address, decoder, verdict, parts=False)

    def make(
        self,
        grant: Grant,
        path: str,
        decoder: msgspec.json.Decoder[T],
        body: Mapping[str, object],
        *,
        file: Attachment | None = None,
        verdict: Verdict = refusal,
    ) -> T:
        """Post what creates or changes something, exactly once; with a `file` as a form.

        Raises Unknown when TikTok may have done it without saying so.
        """
        self._before()
        address = self._address(path)
        headers = {"Access-Token": grant.access_token}
        form = {name: str(value) for name, value in body.items()} if file else None
        try:
            answer = self._http.ask(
                "POST",
                address,
                form=form,
                json=None if file else body,
                content=file,
                headers=headers,
            )
            return self._read(answer, address, decoder, verdict, parts=False)
        except Temporary as error:
            raise Unknown(UNHEARD) from error

    def pages(
        self,
        grant: Grant,
        path: str,
        decoder: msgspec.json.Decoder[Page[R]],
        params: Mapping[str, str],
        *,
        divisible: bool = False,
    ) -> Iterator[list[R]]:
        """Page after page; in smaller ones when TikTok finds them too large.

        Raises TooLarge instead while the question is `divisible` and nothing was handed out, Cut
        when the answer is not about everything, and Temporary when rows went missing on the way.
        """
        sizes = iter(PAGE_SIZES)
        size, number = next(sizes), 1
        reader = _Reader()
        while not reader.done:
            asked = {**params, "page": str(number), "page_size": str(size)}
            try:
                page = self.get(grant, path, decoder, asked)
            except TooLarge:
                if divisible and number == 1:
                    raise
                size = _smaller(sizes)
                number = reader.received // size + 1
                continue
            except Cut as error:
                if number == 1:
                    raise
                raise Temporary(_MOVED) from error
            yield reader.take(page, number, size)
            number += 1

    def _address(self, path: str) -> str:
        """Without its trailing slash TikTok finds nothing."""
        return f"{self._root}/{path}/"

    def _before(self) -> None:
        self._meter().spend(QUOTA, 1)
        wait = self._pace.take()
        if wait > 0:
            self._http.wait(wait)

    def _read(
        self,
        answer: Answer,
        address: str,
        decoder: msgspec.json.Decoder[T],
        verdict: Verdict,
        *,
        parts: bool,
    ) -> T:
        path = urlsplit(address).path
        if answer.status >= 400 and not answer.body.lstrip().startswith(b"{"):
            raise without_code(answer.status, path)
        envelope = answer.decode(_ENVELOPE)
        request = re.sub(r"[^\w-]", "", envelope.request_id or "")[:64]
        logger.debug("%s answered %d, request %s", path, envelope.code, request)
        if envelope.code not in (OK, PARTLY):
            problem = Problem(envelope.code, envelope.message or "", request)
            logger.info("%s refused with %d, request %s", path, problem.code, request)
            error = verdict(problem, now=self._http.now(), asked=f"{answer.host}{path}")
            if isinstance(error, DayUsedUp):
                self._meter().exhausted(QUOTA, error.retry_after or 0.0)
            raise error
        if envelope.code == PARTLY and not parts:
            raise Temporary(
                "TikTok Ads answered only in part. Stored figures are unchanged, and it will be "
                "asked again."
            )
        if answer.status >= 400:
            raise without_code(answer.status, path)
        if CUT_HEADER in answer.headers:
            raise Cut(
                "TikTok Ads answered about the newest 20,000 ids only. Stored figures are "
                "unchanged."
            )
        return Answer(answer.host, answer.status, answer.headers, bytes(envelope.data)).decode(
            decoder
        )


_MOVED = (
    "The list at TikTok Ads changed while it was read, so a page may lack rows. Stored figures "
    "are unchanged, and the next sync asks again."
)


class _Reader:
    """Keeps count of the pages of one list, so that none is lost, doubled or cut short."""

    def __init__(self) -> None:
        self.received = 0
        self.done = False
        self._promised: int | None = None

    def take(self, page: Page[R], number: int, size: int) -> list[R]:
        """The page's rows. Raises Temporary when they cannot be the ones that were asked for."""
        if page.rows is None:
            raise Temporary(
                "TikTok Ads sent a page without its list. Stored figures are unchanged, and it "
                "will be asked again."
            )
        self.received += len(page.rows)
        self.done = self._is_last(page.page_info, number, len(page.rows), size)
        missing = self.received < (self._promised or 0) if self.done else not page.rows
        if missing:
            raise Temporary(_MOVED)
        return page.rows

    def _is_last(self, info: PageInfo | None, number: int, rows: int, size: int) -> bool:
        if info is None or info.total_page is None:
            if rows >= size:
                raise Temporary(
                    "TikTok Ads did not say whether there are more pages. Stored figures are "
                    "unchanged, and it will be asked again."
                )
            return True
        if info.page not in (None, 0, number):
            raise Temporary(
                "TikTok Ads sent the same page twice, so the end was never reached. Stored "
                "figures are unchanged, and the next sync asks again."
            )
        if self._promised not in (None, info.total_number):
            raise Temporary(_MOVED)
        self._promised = info.total_number
        return number >= info.total_page


def _smaller(sizes: Iterator[int]) -> int:
    size = next(sizes, None)
    if size is None:
        raise ConnectorError(
            "TikTok Ads finds even a single day of this account too much to answer. Stored "
            "figures are unchanged. The next sync tries again; if it fails for days, tell "
            "TikTok's support."
        )
    return size


def as_json(value: object) -> str:
    """TikTok takes lists and objects as JSON inside the query."""
    return msgspec.json.encode(value).decode()
