"""What a shop sold by days, read in whichever way its orders can be had."""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Callable, Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec

from app.connectors.errors import ConnectorError, Temporary
from app.connectors.http import Http
from app.connectors.shopify.api import Api
from app.connectors.shopify.bulk import FRESH, NEVER, RECENT, Bulk, ExportRefused
from app.connectors.shopify.orders import Days as Booked
from app.connectors.shopify.orders import Oddities, Shop, instant
from app.connectors.shopify.pages import Pages, TooMany
from app.connectors.words import Days, DayTotal, FoundAccount, StoreFigures
from app.settings import Settings

HISTORY_DAYS = 3653
# Days further back than this are read in bulk, and a longer span brings in the whole history.
PAGED_DAYS = 35
WHOLE_HISTORY_FROM = 92
COUNTED_AT_ONCE = 31


logger = logging.getLogger(__name__)


class _Counted(msgspec.Struct):
    count: int
    precision: str = "EXACT"


_COUNTS = msgspec.json.Decoder(dict[str, _Counted | None], strict=False)


class Sales:
    """Reads the days of one shop; may be asked by several threads at once.

    Recent days are read in pages. Older ones, and days with too many orders, come from a bulk
    operation; a span of months brings in the whole history at once, for the spans to come. Where
    Shopify refuses the operation, they come in pages as well: once, for some months of 2026, it
    refused everyone's.
    """

    def __init__(
        self, settings: Settings, http: Http, api: Api, note: Callable[[str], None]
    ) -> None:
        self._setting = settings.shopify_url_template
        self._http = http
        self._api = api
        self._note = note
        self._in_bulk = threading.Lock()
        self._history: tuple[dt.date, Booked] | None = None
        self._no_history: ConnectorError | None = None
        self._refused = False

    def days(self, account: FoundAccount, days: Days) -> list[StoreFigures]:
        """The days that something was booked to; see `shopify_orders` for what is."""
        shop = Shop(ZoneInfo(account.time_zone), account.currency, Oddities())
        booked = self._booked(shop, days)
        for notice in shop.odd.notices:
            self._note(f"{account.name}: {notice}")
        return [
            booked[day].figures(day)
            for day in sorted(booked)
            if days.first <= day <= days.last and booked[day].eventful
        ]

    def counted(self, account: FoundAccount, days: Days) -> list[DayTotal]:
        """Orders, counted by Shopify itself."""
        shop = Shop(ZoneInfo(account.time_zone), account.currency, Oddities())
        every = [days.first + dt.timedelta(days=offset) for offset in range(len(days))]
        if len(every) > COUNTED_AT_ONCE and not self._counts([_between(shop, days)])[0]:
            return []
        found: list[tuple[dt.date, int]] = []
        for at in range(0, len(every), COUNTED_AT_ONCE):
            some = every[at : at + COUNTED_AT_ONCE]
            counts = self._counts([_between(shop, Days(day, day)) for day in some])
            found += zip(some, counts, strict=True)
        return [DayTotal(day, Decimal(0), 0, 0, count) for day, count in found if count]

    def _booked(self, shop: Shop, days: Days) -> Booked:
        today = shop.day(self._http.now())
        if days.first < today - dt.timedelta(days=PAGED_DAYS):
            return self._from_history(shop, days, today)
        pages = Pages(self._api, shop)
        try:
            booked = pages.since(days.first)
        except TooMany:
            return self._too_many_to_page(shop, days)
        if pages.imported:
            self._note(
                f"{len(pages.imported)} orders were entered in Shopify with a date before "
                f"{days.first}. To have them on their own days, read those days again."
            )
        return booked

    def _too_many_to_page(self, shop: Shop, days: Days) -> Booked:
        if not self._refused:
            try:
                return self._bulk(shop).since(days.first, reuse=RECENT)
            except ExportRefused as error:
                self._go_without(error)
        return Pages(self._api, shop).history(days)

    def _from_history(self, shop: Shop, days: Days, today: dt.date) -> Booked:
        """One thread runs the operation; whoever comes later takes what it brought."""
        with self._in_bulk:
            if self._no_history is not None:
                raise self._no_history
            if self._history is not None and self._history[0] <= days.first:
                return self._history[1]
            if not self._refused:
                try:
                    self._history = self._exported(shop, days, today)
                    return self._history[1]
                except ExportRefused as error:
                    self._go_without(error)
                except ConnectorError as error:
                    self._no_history = error
                    raise
        return Pages(self._api, shop).history(days)

    def _exported(self, shop: Shop, days: Days, today: dt.date) -> tuple[dt.date, Booked]:
        """Since when, and what; a span of months brings in everything."""
        since, reuse = days.first, NEVER
        if len(days) >= WHOLE_HISTORY_FROM:
            reuse = FRESH
            limit = today - dt.timedelta(days=HISTORY_DAYS)
            # The same question all month, so that a run that was killed finds its answer.
            since = min(since, limit.replace(day=1))
        return since, self._bulk(shop).since(since, reuse=reuse)

    def _go_without(self, refusal: ExportRefused) -> None:
        self._refused = True
        logger.warning("shopify refused an export: %s", refusal.message)
        self._note(
            "Shopify does not export this shop's orders at present, so they are read page by page. "
            "Nothing is missing; it only takes longer."
        )

    def _bulk(self, shop: Shop) -> Bulk:
        return Bulk(self._setting, self._http, self._api, shop)

    def _counts(self, queries: Sequence[str]) -> list[int]:
        asked: dict[str, str | bool] = {}
        for number, query in enumerate(queries, start=1):
            asked |= {f"day{number}": query, f"with{number}": True}
        found = self._api.ask("orders_per_day", _COUNTS, asked, size=len(queries))
        counts = [found.get(f"day{number}") for number in range(1, len(queries) + 1)]
        if not all(count is not None and count.precision == "EXACT" for count in counts):
            raise Temporary(
                "Shopify did not count its orders exactly. Stored figures are unchanged, and it "
                "will be asked again."
            )
        return [count.count for count in counts if count is not None]


def _between(shop: Shop, days: Days) -> str:
    first, end = shop.start(days.first), shop.start(days.last + dt.timedelta(days=1))
    return f"processed_at:>='{instant(first)}' AND processed_at:<'{instant(end)}' AND test:false"
