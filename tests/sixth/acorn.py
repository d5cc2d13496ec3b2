"""Acorn Ads, an invented platform: all that a sixth one takes beside its fixtures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from urllib.parse import urlencode

import msgspec

from app.connectors.base import Connector
from app.connectors.errors import AccessRevoked, OAuthDenied, SetupProblem, Temporary, Throttled
from app.connectors.words import (
    Days,
    DayTotal,
    Fact,
    FoundAccount,
    FoundEntity,
    Grain,
    Grant,
    PastedField,
    PastedForm,
    Structure,
)
from app.settings import Settings, is_loopback


class Token(msgspec.Struct):
    access_token: str


class Shape(msgspec.Struct):
    id: str
    name: str
    currency: str = ""
    zone: str = ""
    state: str = "active"


class Row(msgspec.Struct):
    day: dt.date
    spend: Decimal
    views: int
    clicks: int
    campaign: str = ""
    name: str = ""
    sales: Decimal = Decimal(0)
    revenue: Decimal = Decimal(0)


class Shapes(msgspec.Struct):
    rows: list[Shape]
    next: int | None = None


class Rows(msgspec.Struct):
    rows: list[Row]
    next: int | None = None


class Acorn(Connector):
    """Clicks are clicks, conversions are sales."""

    slug = "acorn"
    label = "Acorn Ads"
    tagline = "Squirrel search"
    colour = "#7c4a1e"
    restates_days = 3
    history_days = 30
    grains = (Grain.CAMPAIGN,)
    pasted_forms = (
        PastedForm("Token", "Acorn, Settings, API.", (PastedField("access_token", "Token"),)),
    )

    @classmethod
    def configured(cls, settings: Settings) -> bool:
        return bool(settings.platforms.get("PLATFORM_ACORN_SECRET"))

    @classmethod
    def is_sandbox(cls, settings: Settings) -> bool:
        return is_loopback(_host(settings))

    def authorize_url(self, *, redirect_uri: str, state: str, started: Mapping[str, str]) -> str:
        query = urlencode({"back": redirect_uri, "state": state})
        return f"{_host(self.settings)}/authorize?{query}"

    def exchange(
        self, answer: Mapping[str, str], *, redirect_uri: str, started: Mapping[str, str]
    ) -> Grant:
        if not answer.get("code"):
            raise OAuthDenied("Acorn Ads gave no access, so nothing was connected.")
        form = {
            "code": answer["code"],
            "secret": self.settings.platforms["PLATFORM_ACORN_SECRET"],
        }
        url = f"{_host(self.settings)}/token"
        said = self.http.ask("POST", url, form=form).decode(msgspec.json.Decoder(Token))
        return Grant(said.access_token)

    def accept_pasted(self, given: Mapping[str, str]) -> Grant:
        return Grant(given["access_token"])

    def refresh(self, *, refused: bool = False) -> Grant | None:
        return None

    def revoke(self) -> None:
        """Acorn has no such call; its tokens end with the month."""

    def check_setup(self) -> str:
        if not self.configured(self.settings):
            raise SetupProblem("Set PLATFORM_ACORN_SECRET to the secret of your Acorn app.")
        return "The secret is set."

    def accounts(self) -> list[FoundAccount]:
        return [
            FoundAccount(one.id, one.name, one.currency, one.zone)
            for page in self._pages("accounts", Shapes, {})
            for one in page.rows
        ]

    def structure(self, account: FoundAccount) -> Structure:
        return Structure(
            [
                FoundEntity(one.id, one.name, one.state, one.state.upper())
                for page in self._pages("campaigns", Shapes, {"account": account.external_id})
                for one in page.rows
            ]
        )

    def facts(
        self, account: FoundAccount, grain: Grain, days: Days, *, conversion_action: str | None
    ) -> Iterator[list[Fact]]:
        for page in self._pages("days", Rows, _asked(account, days)):
            yield [_fact(row) for row in page.rows]

    def totals(self, account: FoundAccount, days: Days) -> list[DayTotal]:
        pages = self._pages("totals", Rows, _asked(account, days))
        return [
            DayTotal(row.day, row.spend, row.views, row.clicks)
            for page in pages
            for row in page.rows
        ]

    def _pages(self, path: str, shape: type, asked: Mapping[str, str]) -> Iterator[Shapes | Rows]:
        decoder = msgspec.json.Decoder(shape)
        number: int | None = 1
        while number is not None:
            query = {**asked, "page": str(number)}
            page = self.http.retry(lambda query=query: self._ask(path, decoder, query))
            yield page
            number = page.next

    def _ask(self, path: str, decoder: msgspec.json.Decoder, query: Mapping[str, str]) -> object:
        headers = {"Authorization": f"Bearer {self.granted().access_token}"}
        url = f"{_host(self.settings)}/{path}"
        answer = self.http.ask("GET", url, params=query, headers=headers)
        if answer.status == 401:
            raise AccessRevoked("Acorn Ads no longer accepts this token. Press Reconnect.")
        if answer.status == 429:
            wait = float(answer.headers.get("Retry-After", 60))
            raise Throttled("Acorn Ads asks for a pause.", retry_after=wait)
        if answer.status != 200:
            raise Temporary(f"Acorn Ads answered with HTTP {answer.status}.")
        return answer.decode(decoder)


def _host(settings: Settings) -> str:
    return settings.platforms.get("PLATFORM_ACORN_URL", "https://api.acorn.example")


def _asked(account: FoundAccount, days: Days) -> dict[str, str]:
    return {
        "account": account.external_id,
        "from": days.first.isoformat(),
        "to": days.last.isoformat(),
    }


def _fact(row: Row) -> Fact:
    named = (row.day, row.campaign, row.name, "", "", "", "", "")
    return Fact(*named, row.views, row.clicks, row.spend, row.sales, row.revenue)
