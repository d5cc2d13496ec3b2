"""Asking the Google Ads API: counted, in the grant's name, and pages to the last one.

One search counts as one operation however many rows it brings; its further pages are free. Of a
mutation every operation counts.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import msgspec

from app.connectors.base import Connector
from app.connectors.errors import ConnectorError, Throttled
from app.connectors.google.answers import Accessible, Mutated, Page, Row, key, unusable
from app.connectors.google.errors import (
    LONGEST_SHORT_WAIT,
    Busy,
    DayUsedUp,
    LostPlace,
    TokenRefused,
    Trouble,
    failure,
    trouble,
)
from app.connectors.google.problem import Problem
from app.connectors.google.refusals import refusal
from app.connectors.http import LARGEST_BODY, Answer
from app.connectors.words import Grant

T = TypeVar("T", Page, Accessible, Mutated)
Verdict = Callable[[Trouble], ConnectorError]
Query = str

QUOTA = "operations"
ENDS = {
    "v23": dt.date(2027, 2, 1),
    "v24": dt.date(2027, 5, 1),
    "v25": dt.date(2027, 8, 1),
    "v26": dt.date(2027, 11, 1),
}
"""When each version may be switched off at the earliest: Google announces the month."""
# How often one question may lose its place between two pages before it is given up.
MOST_READINGS = 3
# Fifteen headlines with their policy findings make 10,000 ads heavy.
LARGEST_LIST = 4 * LARGEST_BODY

_PAGE = msgspec.json.Decoder(Page, strict=False)
_ACCESSIBLE = msgspec.json.Decoder(Accessible, strict=False)
_MUTATED = msgspec.json.Decoder(Mutated, strict=False)


class _Failed(msgspec.Struct):
    error: Problem | None = None


_FAILED = msgspec.json.Decoder(_Failed, strict=False)
_FAILED_LIST = msgspec.json.Decoder(list[_Failed], strict=False)

logger = logging.getLogger(__name__)


class Search:
    """One connector's way to ask; it gives the grant, renews it, and keeps count."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector
        self._http = connector.http
        settings = connector.settings
        self.version = f"v{settings.google_ads_version.lower().removeprefix('v')}"
        self._root = f"{settings.google_ads_url}/{self.version}"
        self._developer_token = settings.google_developer_token

    def accessible(self) -> list[str]:
        """The ids of the customers, managers among them, that the login reaches by itself."""
        return _ids(self._patiently(self._accessible, _ACCESSIBLE, units=1))

    def accessible_to(self, grant: Grant) -> list[str]:
        """The same for a grant that is not the connector's yet, asked once."""
        return _ids(self._once(self._accessible, grant, _ACCESSIBLE, 1))

    def rows(self, customer: str, query: Query, *, via: str = "") -> list[Row]:
        """Every row, from all pages."""
        for _ in range(MOST_READINGS - 1):
            try:
                return self._whole(customer, query, via)
            except LostPlace as error:
                logger.info("reading a list from its first page again: %s", error.message)
        return self._whole(customer, query, via)

    def pages(self, customer: str, query: Query, *, via: str = "") -> Iterator[list[Row]]:
        """Pages of figures, each row once even when Google loses its place on the way.

        Raises Temporary when the pages go round in circles.
        """
        handed_out = set[int]()
        for reading in range(MOST_READINGS):
            try:
                for page, last in self._reading(customer, query, via, LARGEST_BODY):
                    fresh = page
                    if reading:
                        fresh = [row for row in page if hash(key(row)) not in handed_out]
                    if not last:
                        handed_out.update(hash(key(row)) for row in page)
                    yield fresh
            except LostPlace:
                if reading + 1 == MOST_READINGS:
                    raise
            else:
                return

    def mutate(self, customer: str, body: Mapping[str, Any], *, via: str = "") -> Mutated:
        """Make, change or remove things; asked once, and all of it happens or none.

        Only a refused access token is followed by a second call, for then nothing was done.
        Raises Temporary when nobody can tell whether anything was, and Declined, with all that
        Google named, when it said no.
        """
        url = f"{self._root}/customers/{customer}/googleAds:mutate"
        units = len(body["mutateOperations"])

        def ask(grant: Grant) -> Answer:
            return self._http.ask("POST", url, json=body, headers=self._headers(grant, via))

        return self._renewing(lambda grant: self._once(ask, grant, _MUTATED, units, refusal))

    def _accessible(self, grant: Grant) -> Answer:
        url = f"{self._root}/customers:listAccessibleCustomers"
        return self._http.ask("GET", url, headers=self._headers(grant, ""))

    def _whole(self, customer: str, query: Query, via: str) -> list[Row]:
        reading = self._reading(customer, query, via, LARGEST_LIST)
        return [row for page, _ in reading for row in page]

    def _reading(
        self, customer: str, query: Query, via: str, largest: int
    ) -> Iterator[tuple[list[Row], bool]]:
        url = f"{self._root}/customers/{customer}/googleAds:search"
        token, seen = "", set[str]()
        while True:
            body = {"query": query} | ({"pageToken": token} if token else {})

            def ask(grant: Grant, body: dict[str, str] = body) -> Answer:
                return self._http.ask(
                    "POST", url, json=body, headers=self._headers(grant, via), largest=largest
                )

            page = self._patiently(ask, _PAGE, units=0 if token else 1)
            token = page.next_page_token
            yield page.results or [], not token
            if not token:
                return
            if token in seen:
                raise unusable("the same page twice, so that the end was never reached")
            seen.add(token)

    def _patiently(
        self, ask: Callable[[Grant], Answer], decoder: msgspec.json.Decoder[T], *, units: int
    ) -> T:
        """Again while Google is unwell, and once with a younger token when one is refused."""

        def attempt() -> T:
            return self._renewing(lambda grant: self._once(ask, grant, decoder, units))

        try:
            return self._http.retry(attempt)
        except Busy as error:
            raise Throttled(
                error.message, retry_after=max(error.retry_after or 0.0, LONGEST_SHORT_WAIT)
            ) from error

    def _renewing(self, attempt: Callable[[Grant], T]) -> T:
        grant = self._connector.granted()
        try:
            return attempt(grant)
        except TokenRefused:
            younger = self._connector.renewed(grant)
            if younger is None:
                raise
        return attempt(younger)

    def _once(
        self,
        ask: Callable[[Grant], Answer],
        grant: Grant,
        decoder: msgspec.json.Decoder[T],
        units: int,
        verdict: Verdict = failure,
    ) -> T:
        if units:
            self._connector.meter.spend(QUOTA, units)
        answer = ask(grant)
        logger.debug(
            "%s answered %d, request %s",
            answer.host,
            answer.status,
            answer.headers.get("request-id", "without a number"),
        )
        if answer.status != 200 or answer.body.lstrip().startswith(b"["):
            raise self._refused(answer, _problem(answer), verdict)
        found = answer.decode(decoder)
        problem = found.error or found.partial_failure_error
        if problem is not None:
            raise self._refused(answer, problem, verdict)
        return found

    def _refused(self, answer: Answer, problem: Problem | None, verdict: Verdict) -> ConnectorError:
        if problem is None:
            if answer.status == 200:
                return unusable("an answer in an unexpected form")
            found = Trouble(answer.status, version=self.version)
        else:
            found = trouble(problem, answer.status, answer.headers, version=self.version)
        logger.info(
            "%s refused with HTTP %d %s, request %s",
            answer.host,
            answer.status,
            ", ".join(found.codes) or found.status,
            found.request_id,
        )
        error = verdict(found)
        if isinstance(error, DayUsedUp):
            self._connector.meter.exhausted(QUOTA, error.retry_after or 0.0)
        return error

    def _headers(self, grant: Grant, via: str) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {grant.access_token}"}
        if via:
            headers["login-customer-id"] = via
        if self._developer_token:
            headers["developer-token"] = self._developer_token
        return headers


def _ids(found: Accessible) -> list[str]:
    ids = dict.fromkeys(name.rpartition("/")[2] for name in found.resource_names or ())
    return sorted(ids, key=lambda number: (len(number), number))


def _problem(answer: Answer) -> Problem | None:
    """The error in a body, which may be wrapped in a list; None when there is none to read."""
    try:
        if answer.body.lstrip().startswith(b"["):
            found = _FAILED_LIST.decode(answer.body)
            return next((each.error for each in found if each.error), None)
        return _FAILED.decode(answer.body).error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
