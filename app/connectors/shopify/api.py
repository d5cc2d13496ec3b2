"""Asking a shop's GraphQL Admin API: at its pace, and never believing half an answer."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from app.connectors.errors import AccessRevoked, Temporary, Throttled
from app.connectors.http import Answer, Http
from app.connectors.shopify.bucket import Bucket, Cost, bucket_of
from app.connectors.shopify.errors import ENDED, OverPace, Refused, of_errors, of_status, said_by
from app.connectors.shopify.shops import shop_url
from app.connectors.words import Grant
from app.settings import Settings

T = TypeVar("T")

QUERIES = Path(__file__).with_name("queries")
# How often an empty bucket is waited for within one question, in seconds when Shopify gives none.
PATIENCE = (1.0, 2.0, 4.0, 8.0)
# A longer pause is for the timetable: a thread must not sleep through it.
LONGEST_WAIT = 30.0
_GUESS = 50.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Question:
    """An operation with its variables; `price` names what it costs, `guess` is that at first."""

    name: str
    variables: Mapping[str, Any]
    price: str
    guess: float


class _Extensions(msgspec.Struct):
    cost: Cost | None = None


class _Envelope(msgspec.Struct):
    data: msgspec.Raw = msgspec.Raw(b"null")
    errors: msgspec.Raw = msgspec.Raw(b"null")
    extensions: _Extensions | None = None


class UserError(msgspec.Struct):
    """Why a mutation did nothing."""

    message: str = ""
    code: str | None = None


_ENVELOPE = msgspec.json.Decoder(_Envelope, strict=False)


@cache
def operation(name: str) -> str:
    """The text of an operation's file, without its comments."""
    lines = (QUERIES / f"{name}.graphql").read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith("#"))


class Api:
    """One connection's way to ask its shop.

    `granted` and `renewed` are the connector's; `note` tells the owner something once.
    """

    def __init__(
        self,
        settings: Settings,
        http: Http,
        granted: Callable[[], Grant],
        renewed: Callable[[Grant], Grant | None],
        note: Callable[[str], None],
    ) -> None:
        self._settings = settings
        self._http = http
        self._granted = granted
        self._renewed = renewed
        self._note = note

    def bucket(self) -> Bucket:
        """The shop's bucket of points."""
        return self._bucket(self._granted())

    def ask(
        self,
        name: str,
        decoder: msgspec.json.Decoder[T],
        variables: Mapping[str, Any] | None = None,
        *,
        size: int = 0,
        guess: float = _GUESS,
    ) -> T:
        """Ask, again while Shopify is unwell or its bucket empty.

        `guess`: what the question may cost while nobody has asked it in this `size`. Raises
        TooDear, and what every platform raises.
        """
        patience = iter(PATIENCE)
        question = _Question(name, variables or {}, f"{name}/{size}" if size else name, guess)

        def attempt() -> T:
            try:
                return self._ask(question, decoder)
            except OverPace as error:
                wait = next(patience, None)
                hint = error.retry_after if error.retry_after is not None else wait
                if wait is None or (hint or 0.0) > LONGEST_WAIT:
                    raise Throttled(error.message, retry_after=hint or LONGEST_WAIT) from error
                raise Temporary(error.message, retry_after=hint) from error

        return self._http.retry(attempt)

    def once(
        self,
        name: str,
        decoder: msgspec.json.Decoder[T],
        variables: Mapping[str, Any] | None = None,
    ) -> T:
        """Ask without trying again: for what must not happen twice."""
        return self._ask(_Question(name, variables or {}, name, _GUESS), decoder)

    def _bucket(self, grant: Grant) -> Bucket:
        root = shop_url(self._settings, grant.extra["shop"])
        return bucket_of(root, grant.extra.get("user_id", ""), self._http.clock)

    def _ask(self, question: _Question, decoder: msgspec.json.Decoder[T]) -> T:
        """A token that Shopify no longer takes is replaced by a younger one, once."""
        held = self._granted()
        try:
            return self._send(held, question, decoder)
        except Refused as error:
            younger = self._renewed(held)
            if younger is None:
                raise AccessRevoked(ENDED) from error
        try:
            return self._send(younger, question, decoder)
        except Refused as error:
            raise AccessRevoked(ENDED) from error

    def _send(self, grant: Grant, question: _Question, decoder: msgspec.json.Decoder[T]) -> T:
        bucket = self._bucket(grant)
        points, wait = bucket.take(question.price, question.guess)
        cost: Cost | None = None
        try:
            if wait > 0:
                self._http.wait(wait)
            answer = self._http.ask(
                "POST",
                f"{shop_url(self._settings, grant.extra['shop'])}/admin/api/"
                f"{self._settings.shopify_version}/graphql.json",
                json={"query": operation(question.name), "variables": question.variables},
                headers={"X-Shopify-Access-Token": grant.access_token},
            )
            envelope = self._opened(answer, question.name)
            cost = envelope.extensions.cost if envelope.extensions else None
        finally:
            bucket.settle(question.price, points, cost)
        return self._data(answer, envelope, cost, decoder)

    def _opened(self, answer: Answer, name: str) -> _Envelope:
        self._heed_version(answer)
        if answer.status >= 400:
            request = re.sub(r"[^\w-]", "", answer.headers.get("X-Request-ID", ""))[:64]
            logger.info("shopify answered %s with %d, request %s", name, answer.status, request)
            raise of_status(answer.status, answer.headers, _said(answer))
        return answer.decode(_ENVELOPE)

    def _data(
        self,
        answer: Answer,
        envelope: _Envelope,
        cost: Cost | None,
        decoder: msgspec.json.Decoder[T],
    ) -> T:
        """Any error spoils the whole answer: data beside it has holes that look like nothing."""
        errors = msgspec.json.decode(bytes(envelope.errors))
        if errors:
            request = re.sub(r"[^\w-]", "", answer.headers.get("X-Request-ID", ""))[:64]
            logger.info("shopify refused: %s, request %s", said_by(errors), request)
            raise of_errors(errors, cost.wait if cost else None)
        if bytes(envelope.data) == b"null":
            raise Temporary(
                "Shopify sent an answer without data. Stored figures are unchanged, and it will "
                "be asked again."
            )
        return Answer(answer.host, answer.status, answer.headers, bytes(envelope.data)).decode(
            decoder
        )

    def _heed_version(self, answer: Answer) -> None:
        """A version that is not served is answered by another without an error."""
        served = re.sub(r"[^\w-]", "", answer.headers.get("X-Shopify-API-Version", ""))[:20]
        asked = self._settings.shopify_version
        if served and served != asked:
            self._note(
                f"Shopify answered with version {served} of its API because it does not serve "
                f"{asked} any more, or not yet. Whoever runs this installation sets "
                f"SHOPIFY_VERSION to {served} or a newer one and restarts it."
            )


def _said(answer: Answer) -> str:
    """The words of an HTTP error, which may be no JSON at all."""
    try:
        body = msgspec.json.decode(answer.body)
    except msgspec.DecodeError:
        return ""
    return said_by(body["errors"]) if isinstance(body, dict) and "errors" in body else ""
