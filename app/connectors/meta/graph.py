"""Asking Meta's Graph API: signing, reading errors out of any answer, following cursors."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

import msgspec

from app.connectors.errors import ConnectorError, Temporary, Throttled
from app.connectors.http import Answer, Http
from app.connectors.launching import Unknown
from app.connectors.meta.answers import Envelope, Page, next_cursor
from app.connectors.meta.errors import Problem, TooMuchData, failure, resting_seconds
from app.connectors.meta.refusals import refusal
from app.connectors.words import Days, Grant
from app.settings import Settings

E = TypeVar("E", bound=Envelope)
R = TypeVar("R")
Verdict = Callable[[Problem, Mapping[str, str]], ConnectorError]

# Meta's own default of 25 rows would make a page of an ad's days far too small.
PAGE_LIMITS = (500, 250, 100, 50, 25)
UNANSWERED = (
    "Meta did not say whether it made this. Before it is tried again, Meta is asked for it by "
    "name, so that nothing is made twice."
)
UNSAID = (
    "Meta did not say whether it made this change. Before it is asked again, Meta is asked what "
    "stands there now."
)
ENVELOPE = msgspec.json.Decoder(Envelope, strict=False)


class Graph:
    """One installation's way to ask. `resting` is the pause Meta's last answer calls for."""

    def __init__(self, settings: Settings, http: Http) -> None:
        self._http = http
        self._root = f"{settings.meta_graph_url}/{settings.meta_api_version}"
        self._secret = settings.meta_app_secret
        self.resting = 0.0

    def get(
        self, grant: Grant, path: str, decoder: msgspec.json.Decoder[E], params: Mapping[str, str]
    ) -> E:
        """Ask in the grant's name, again while Meta is unwell."""
        signed = {**params, **self._signature(grant)}
        return self._http.retry(lambda: self._ask("GET", path, decoder, signed))

    def delete(self, grant: Grant, path: str, verdict: Verdict = failure) -> None:
        """Ask again while Meta is unwell: deleting twice deletes once."""
        signed = self._signature(grant)
        self._http.retry(lambda: self._ask("DELETE", path, ENVELOPE, signed, verdict))

    def create(
        self,
        grant: Grant,
        path: str,
        decoder: msgspec.json.Decoder[E],
        form: Mapping[str, str],
    ) -> E:
        """Post a form in the grant's name, exactly once.

        Raises Refused when Meta says no, Unknown when it may have done it all the same.
        """
        try:
            return self._send(path, decoder, {**form, **self._signature(grant)})
        except Temporary as error:
            raise Unknown(UNANSWERED) from error

    def change(self, grant: Grant, path: str, form: Mapping[str, str], verdict: Verdict) -> None:
        """Post a change to what exists, exactly once.

        Raises what `verdict` makes of a no, and Unknown when Meta may have done it all the same.
        """
        try:
            self._send(path, ENVELOPE, {**form, **self._signature(grant)}, verdict)
        except Temporary as error:
            raise Unknown(UNSAID) from error

    def put(self, grant: Grant, path: str, form: Mapping[str, str]) -> None:
        """Post what does no more when it is posted twice, again while Meta is unwell.

        Raises Refused.
        """
        signed = {**form, **self._signature(grant)}
        self._http.retry(lambda: self._send(path, ENVELOPE, signed))

    def unsigned(self, path: str, decoder: msgspec.json.Decoder[E], params: Mapping[str, str]) -> E:
        """Ask once with whatever credentials `params` holds."""
        return self._ask("GET", path, decoder, params)

    def post(
        self,
        path: str,
        decoder: msgspec.json.Decoder[E],
        form: Mapping[str, str],
        verdict: Verdict = failure,
    ) -> E:
        """Post a form once: its secrets stay out of the URL."""
        return self._read(
            self._http.ask("POST", f"{self._root}/{path}", form=form), decoder, verdict
        )

    def rows(
        self,
        grant: Grant,
        path: str,
        decoder: msgspec.json.Decoder[Page[R]],
        params: Mapping[str, str],
    ) -> Iterator[R]:
        """The whole list, to its last page."""
        for page in self.pages(grant, path, decoder, params):
            yield from page

    def pages(
        self,
        grant: Grant,
        path: str,
        decoder: msgspec.json.Decoder[Page[R]],
        params: Mapping[str, str],
        span: Days | None = None,
    ) -> Iterator[list[R]]:
        """Page after page, in smaller ones when Meta finds them too large.

        Raises TooMuchData instead while `span` can still be halved.
        """
        limits = iter(PAGE_LIMITS)
        asked = {**params, "limit": str(next(limits))}
        seen = set[str]()
        while True:
            try:
                page = self.get(grant, path, decoder, asked)
            except TooMuchData:
                # Once a page was handed out, asking for other days would repeat its rows.
                if span and len(span) > 1 and not seen:
                    raise
                asked["limit"] = _smaller(limits)
                continue
            yield _rows(page)
            cursor = next_cursor(page.paging)
            if not cursor:
                return
            _remember(cursor, seen)
            asked["after"] = cursor

    def _ask(
        self,
        method: str,
        path: str,
        decoder: msgspec.json.Decoder[E],
        params: Mapping[str, str],
        verdict: Verdict = failure,
    ) -> E:
        answer = self._http.ask(method, f"{self._root}/{path}", params=params)
        return self._read(answer, decoder, verdict)

    def _send(
        self,
        path: str,
        decoder: msgspec.json.Decoder[E],
        form: Mapping[str, str],
        verdict: Verdict = refusal,
    ) -> E:
        """A fault on Meta's side says nothing about what became of the request."""
        answer = self._http.ask("POST", f"{self._root}/{path}", form=form)
        if answer.status >= 500:
            raise Temporary(f"Meta Ads had a fault (HTTP {answer.status}) while it was writing.")
        return self._read(answer, decoder, verdict)

    def _read(self, answer: Answer, decoder: msgspec.json.Decoder[E], verdict: Verdict) -> E:
        """Meta may put an error into a 200, and its usage headers onto any answer."""
        self.resting = resting_seconds(answer.headers)
        if answer.status >= 400:
            raise _refusal(answer, verdict)
        body = answer.decode(decoder)
        if body.error:
            raise verdict(body.error, answer.headers)
        return body

    def _signature(self, grant: Grant) -> dict[str, str]:
        """The token as a parameter, as Meta's own client sends it, and the proof that it is ours.

        A pasted token of another app has no proof that our secret could give.
        """
        signed = {"access_token": grant.access_token}
        if self._secret and grant.extra.get("app") != "other":
            proof = hmac.new(self._secret.encode(), grant.access_token.encode(), hashlib.sha256)
            signed["appsecret_proof"] = proof.hexdigest()
        return signed


def _refusal(answer: Answer, verdict: Verdict) -> ConnectorError:
    if answer.body.lstrip().startswith(b"{"):
        problem = answer.decode(ENVELOPE).error
        if problem:
            return verdict(problem, answer.headers)
    if answer.status == 429:
        return Throttled(
            "Meta Ads has been asked too often for now. Stored figures are unchanged.",
            retry_after=300.0,
        )
    return Temporary(
        f"Meta Ads answered HTTP {answer.status} without saying why. Stored figures are "
        "unchanged, and it will be asked again."
    )


def _rows(page: Page[R]) -> list[R]:
    """An answer without `data` is not an empty list."""
    if page.data is None:
        raise Temporary(
            "Meta Ads sent a page without its list. Stored figures are unchanged, and it will be "
            "asked again."
        )
    return page.data


def _smaller(limits: Iterator[int]) -> str:
    limit = next(limits, None)
    if limit is None:
        raise ConnectorError(
            "Meta Ads finds even a single day of this account too much to answer. Stored figures "
            "are unchanged. The next sync tries again; if it fails for days, tell Meta's support."
        )
    return str(limit)


def _remember(cursor: str, seen: set[str]) -> None:
    if cursor in seen:
        raise Temporary(
            "Meta Ads sent the same page twice, so the end was never reached. Stored figures are "
            "unchanged, and the next sync asks again."
        )
    seen.add(cursor)
