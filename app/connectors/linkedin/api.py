"""Asking LinkedIn: one door for every question, and lists to their last page."""

from __future__ import annotations

import datetime as dt
import logging
import re
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import msgspec

from app.connectors.base import Connector
from app.connectors.errors import ConnectorError, Temporary
from app.connectors.http import Answer
from app.connectors.launching import Unknown
from app.connectors.linkedin.answers import Page, unusable
from app.connectors.linkedin.errors import (
    FRESH,
    Asked,
    DayUsedUp,
    Problem,
    TokenRefused,
    TooLong,
    TooMany,
    failure,
)
from app.connectors.linkedin.refusals import NO_ANSWER, refusal
from app.connectors.linkedin.restli import Params, query
from app.connectors.words import Grant

T = TypeVar("T")
R = TypeVar("R")

PROTOCOL = "2.0.0"
# From here LinkedIn's own client sends the query as the body of a POST.
LONGEST_QUERY = 4000
# An app's limit of values (rows times metrics) in any five minutes.
MOST_VALUES, WITHIN_SECONDS = 45_000_000, 300.0
_TRACES = ("x-li-uuid", "x-li-request-id", "x-li-fabric")
_UNTOLD = re.compile(r"[^\w+/=.-]")
BY_REFRESH = "refresh"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Question:
    """`quota` is the endpoint whose calls are counted, `account` the id it is about, if any.

    `method` is Rest.li's word: FINDER for a list, GET for one thing by its id.
    """

    path: str
    quota: str
    params: Params = field(default_factory=dict)
    fields: Sequence[str] = ()
    account: str = ""
    method: str = "FINDER"

    def asking(self, more: Params) -> Question:
        """The same with more parameters."""
        return replace(self, params={**self.params, **more})


_VERBS: Final = {
    "CREATE": "POST",
    "ACTION": "POST",
    "PARTIAL_UPDATE": "POST",
    "UPDATE": "PUT",
    "DELETE": "DELETE",
}


@dataclass(frozen=True, slots=True)
class Change:
    """Something to be made or changed. `method` is Rest.li's word, `what` the thing in ours.

    `verdict` is what a refusal comes to.
    """

    method: str
    path: str
    what: str
    quota: str
    account: str = ""
    body: Mapping[str, Any] | None = None
    verdict: Callable[[Problem, int, Asked, str], ConnectorError] = refusal


class Volume:
    """How many values an app has had of late, so that the limit is kept and not hit."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._had: deque[tuple[float, int]] = deque()
        self._counting = threading.Lock()

    def took(self, values: int) -> None:
        """Write down what came."""
        with self._counting:
            self._had.append((self._clock(), values))

    def wait(self, expected: int) -> float:
        """Seconds until so many more values are within the limit."""
        with self._counting:
            now = self._clock()
            while self._had and now - self._had[0][0] >= WITHIN_SECONDS:
                self._had.popleft()
            over = sum(values for _, values in self._had) + expected - MOST_VALUES
            for at, values in self._had:
                if over <= 0:
                    break
                over -= values
                wait = at + WITHIN_SECONDS - now
                if over <= 0:
                    return wait
        return 0.0


@lru_cache(maxsize=64)
def volume_of(client_id: str, clock: Callable[[], float]) -> Volume:
    """That of an app in this process, for LinkedIn counts all its connections together."""
    del client_id
    return Volume(clock)


class Api:
    """Asks for one connector, whose grant is renewed and whose quotas are spent on the way."""

    def __init__(self, owner: Connector) -> None:
        self._owner = owner
        self._http = owner.http
        self._root = owner.settings.linkedin_api_url
        self._version = owner.settings.linkedin_version
        self.volume = volume_of(owner.settings.linkedin_client_id, self._http.clock)

    def ask(
        self,
        question: Question,
        decoder: msgspec.json.Decoder[T],
        check: Callable[[T], object] = bool,
    ) -> T:
        """Again while LinkedIn is unwell, and once more with a younger grant.

        `check` raises Temporary when an answer came whole and is of no use.
        """

        def attempt(grant: Grant) -> T:
            found = self.once(grant, question, decoder)
            check(found)
            return found

        return self._renewing(attempt)

    def change(self, change: Change) -> Answer:
        """Asked exactly once, and again only where LinkedIn said that it did nothing yet.

        Raises Unknown when it may or may not have been done, Refused when it was not.
        """
        return self._renewing(lambda grant: self._change(grant, change))

    def _renewing(self, attempt: Callable[[Grant], T]) -> T:
        grant = self._owner.granted()
        try:
            return self._http.retry(lambda: attempt(grant))
        except TokenRefused:
            younger = self._owner.renewed(grant)
            if younger is None:
                raise
            return self._http.retry(lambda: attempt(younger))

    def _change(self, grant: Grant, change: Change) -> Answer:
        """Temporary only when a token or a picture was too young to be known: nothing was done."""
        self._owner.meter.spend(change.quota, 1)
        headers = self._headers(grant, change.method)
        address = f"{self._root}/{change.path}"
        try:
            answer = self._http.ask(
                _VERBS[change.method], address, json=change.body, headers=headers
            )
        except Temporary as error:
            raise Unknown(NO_ANSWER.format(what=change.what, why="no answer came")) from error
        if answer.status < 400:
            return answer
        logger.info("%s refused with %d%s", change.path, answer.status, traces(answer.headers))
        asked = self._asked(answer, change.path, change.account, grant)
        problem = problem_of(answer) or Problem()
        refused = change.verdict(problem, answer.status, asked, change.what)
        self._mark_used_up(refused, change.quota)
        raise refused

    def upload(self, address: str, content: bytes, media_type: str) -> None:
        """Send a file to where LinkedIn wants it. Raises Unknown when it may not have arrived."""
        grant, to, root = self._owner.granted(), urlsplit(address), urlsplit(self._root)
        # The access goes along, and must not go to anybody else.
        own = to.hostname == root.hostname or (to.hostname or "").endswith(".linkedin.com")
        if not own or to.scheme != root.scheme:
            raise unusable("an address for a picture that is not its own")
        headers = {"Authorization": f"Bearer {grant.access_token}", "Content-Type": media_type}
        try:
            answer = self._http.ask("PUT", address, content=content, headers=headers)
        except Temporary as error:
            raise Unknown(NO_ANSWER.format(what="picture", why="no answer came")) from error
        if answer.status >= 400:
            asked = self._asked(answer, "images", "", grant)
            raise refusal(problem_of(answer) or Problem(), answer.status, asked, "picture")

    def pause(self, seconds: float) -> None:
        """Ask nothing for a while, so that a limit is not hit."""
        self._http.wait(seconds)

    def rows(
        self, question: Question, decoder: msgspec.json.Decoder[Page[R]], sizes: Sequence[int]
    ) -> list[R]:
        """The whole list; from its beginning in smaller pages when LinkedIn wants that."""
        for size in sizes:
            try:
                return self._to_the_end(question.asking({"pageSize": size}), decoder)
            except TooMany:
                continue
        raise ConnectorError(
            "LinkedIn Ads finds even a short page of its list too much to answer. Stored figures "
            "are unchanged. The next sync tries again; if it fails for days, tell LinkedIn's "
            "support."
        )

    def _to_the_end(self, question: Question, decoder: msgspec.json.Decoder[Page[R]]) -> list[R]:
        """A short page is not the last one: only the absence of a token is the end."""
        rows: list[R] = []
        seen = set[str]()
        asked = question
        while True:
            page = self.ask(asked, decoder, elements)
            rows += elements(page)
            token = page.metadata.next_page_token if page.metadata else None
            if not token:
                return rows
            if token in seen:
                raise unusable("the same page twice, so the end was never reached")
            seen.add(token)
            asked = question.asking({"pageToken": token})

    def once(self, grant: Grant, question: Question, decoder: msgspec.json.Decoder[T]) -> T:
        """Ask without trying again; only what is too long for an address is sent as a body."""
        self._owner.meter.spend(question.quota, 1)
        address = f"{self._root}/{question.path}"
        text = query(question.params, question.fields)
        try:
            answer = self._send(grant, address, text, question.method)
            return self._read(answer, grant, question, decoder)
        except TooLong:
            if len(text) > LONGEST_QUERY:
                raise
            self._owner.meter.spend(question.quota, 1)
            answer = self._send(grant, address, text, question.method, tunnelled=True)
            return self._read(answer, grant, question, decoder)

    def _send(
        self, grant: Grant, address: str, text: str, method: str, *, tunnelled: bool = False
    ) -> Answer:
        headers = self._headers(grant, method)
        if tunnelled or len(text) > LONGEST_QUERY:
            headers["X-HTTP-Method-Override"] = "GET"
            return self._http.ask("POST", address, form=text, headers=headers)
        return self._http.ask("GET", f"{address}?{text}" if text else address, headers=headers)

    def _headers(self, grant: Grant, method: str) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {grant.access_token}",
            "LinkedIn-Version": self._version,
            "X-Restli-Protocol-Version": PROTOCOL,
            "X-RestLi-Method": method,
        }

    def _read(
        self, answer: Answer, grant: Grant, question: Question, decoder: msgspec.json.Decoder[T]
    ) -> T:
        """An error may come with HTTP 200, and a gateway's page in place of the envelope."""
        logger.debug("%s answered %d%s", question.path, answer.status, traces(answer.headers))
        if answer.status >= 400:
            raise self._refusal(problem_of(answer), answer.status, answer, grant, question)
        found = answer.decode(decoder)
        if isinstance(found, Page) and found.elements is None:
            problem = problem_of(answer)
            if problem and problem.number >= 400:
                raise self._refusal(problem, problem.number, answer, grant, question)
        return found

    def _refusal(
        self,
        problem: Problem | None,
        status: int,
        answer: Answer,
        grant: Grant,
        question: Question,
    ) -> ConnectorError:
        logger.info("%s refused with %d%s", question.path, status, traces(answer.headers))
        asked = self._asked(answer, question.path, question.account, grant)
        asked = replace(asked, one_thing=question.method == "GET")
        error = failure(problem or Problem(), status, asked)
        self._mark_used_up(error, question.quota)
        return error

    def _asked(self, answer: Answer, path: str, account: str, grant: Grant) -> Asked:
        return Asked(
            path=f"{answer.host}{urlsplit(self._root).path}/{path}",
            version=self._version,
            now=self._http.now(),
            account=account,
            just_made=self._is_fresh(grant),
            by_refresh=grant.extra.get("issued_by") == BY_REFRESH,
        )

    def _mark_used_up(self, error: ConnectorError, quota: str) -> None:
        if isinstance(error, DayUsedUp) and error.ours:
            self._owner.meter.exhausted(quota, error.retry_after or 0.0)

    def _is_fresh(self, grant: Grant) -> bool:
        issued = grant.extra.get("issued_at")
        if not issued:
            return False
        return self._http.now() - dt.datetime.fromisoformat(issued) < FRESH


def elements(page: Page[R]) -> list[R]:
    """A page's rows. Raises Temporary when it came without any list, even an empty one."""
    if page.elements is None:
        raise unusable("an answer without its list")
    return page.elements


_PROBLEM = msgspec.json.Decoder(Problem, strict=False)


def problem_of(answer: Answer) -> Problem | None:
    """The envelope in an answer, None when it holds none."""
    if not answer.body.lstrip().startswith(b"{"):
        return None
    try:
        return _PROBLEM.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def traces(headers: Mapping[str, str]) -> str:
    """What LinkedIn's support asks for, as the end of a log line."""
    return "".join(
        f", {name} {_UNTOLD.sub('', headers[name])[:64]}" for name in _TRACES if name in headers
    )
