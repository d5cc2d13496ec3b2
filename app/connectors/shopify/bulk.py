"""The whole history of a shop from one bulk operation, read as it comes and summed up by days.

An operation outlives whoever began it: one that is under way, or was completed only just now, is
gone on with instead of beginning another.
"""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import replace

import msgspec

from app.connectors.errors import AccessRevoked, ConnectorError, Temporary, Throttled
from app.connectors.handed_out import own_address
from app.connectors.http import Http
from app.connectors.shopify.api import Api, UserError, operation
from app.connectors.shopify.errors import NO_ORDERS, said_by
from app.connectors.shopify.orders import (
    Bag,
    Day,
    Days,
    Journey,
    Moment,
    Oddities,
    OrderLine,
    Sale,
    Shop,
    instant,
)

_INSTANT = "2000-01-01T00:00:00Z"
HOSTS = ("storage.googleapis.com",)
# A completed file of the whole history this young is as good as a new one: days that changed since
# are read in pages.
FRESH = dt.timedelta(hours=1)
# For days that still change.
RECENT = dt.timedelta(minutes=5)
# For days that somebody wants to have read again.
NEVER = dt.timedelta(0)
# An operation for other days that has not ended by then is in the way.
STALE = dt.timedelta(hours=6)
ENDED_AT_THE_LATEST = dt.timedelta(days=10)
FIRST_WAIT, LONGEST_WAIT, PATIENCE = 5.0, 60.0, 600.0
COME_BACK_SECONDS = 120.0
LARGEST_FILE = 16 * 1024**3
LONGEST_DOWNLOAD = 3600.0

logger = logging.getLogger(__name__)


class ExportRefused(ConnectorError):
    """Shopify runs no such query in bulk, whatever its reason."""


class _NotWhole(Temporary):
    """A file of which a part is missing, or cannot be read."""

    def __init__(self) -> None:
        super().__init__(
            "Shopify's file of orders is not whole. Stored figures are unchanged, and it will be "
            "asked again."
        )


class _Operation(msgspec.Struct, rename="camel"):
    id: str
    status: str
    error_code: str | None = None
    query: str = ""
    created_at: Moment | None = None
    root_object_count: int = 0
    file_size: int | None = None
    url: str | None = None


class _Started(msgspec.Struct, rename="camel"):
    bulk_operation: _Operation | None = None
    user_errors: list[UserError] = []


class _Run(msgspec.Struct, rename="camel"):
    bulk_operation_run_query: _Started


class _Status(msgspec.Struct, rename="camel"):
    bulk_operation: _Operation | None = None


class _Nodes(msgspec.Struct):
    nodes: list[_Operation]


class _Listed(msgspec.Struct, rename="camel"):
    bulk_operations: _Nodes


class _Line(msgspec.Struct, rename="camel"):
    """Any line of the file: an order, an agreement of its parent, or a sale of that one."""

    id: str = ""
    parent: str = msgspec.field(name="__parentId", default="")
    processed_at: Moment | None = None
    test: bool | None = None
    currency_code: str = ""
    customer_journey_summary: Journey | None = None
    happened_at: Moment | None = None
    action_type: str = ""
    line_type: str = ""
    total_amount: Bag | None = None
    total_tax_amount: Bag | None = None
    total_discount_amount_before_taxes: Bag | None = None


_RUN = msgspec.json.Decoder(_Run, strict=False)
_STATUS = msgspec.json.Decoder(_Status, strict=False)
_LISTED = msgspec.json.Decoder(_Listed, strict=False)
_LINE = msgspec.json.Decoder(_Line, strict=False)
_ANYTHING = msgspec.json.Decoder(msgspec.Raw)


class Bulk:
    """Runs, waits for and reads the operation of one shop."""

    def __init__(self, setting: str, http: Http, api: Api, shop: Shop) -> None:
        self._setting = setting
        self._http = http
        self._api = api
        self._shop = shop

    def since(self, day: dt.date, *, reuse: dt.timedelta) -> Days:
        """What was booked, all days of the orders that changed on that day or later.

        `reuse`: how old an answer to an earlier asking may be. Raises Throttled when Shopify is
        not done yet: asking again later goes on from there. Raises ExportRefused.
        """
        text = operation("bulk_orders").replace(_INSTANT, instant(self._shop.start(day)))
        found = self._found(text, reuse)
        try:
            booked = self._brought(found or self._begin(text))
        except _NotWhole:
            # One that was found may have been as broken for whoever began it.
            if found is None:
                raise
            booked = None
        if booked is None:
            # Or it was cancelled or has expired under our hands: once more, from the beginning.
            booked = self._brought(self._begin(text))
        if booked is None:
            raise Temporary(
                "Shopify cancelled the export of this shop's orders. Stored figures are "
                "unchanged, and the next sync asks for it again."
            )
        return booked

    def _brought(self, operation_id: str) -> Days | None:
        """What an operation brings; None when it came to nothing. Raises _NotWhole."""
        ready = self._completed(operation_id)
        if ready is None:
            return None
        if not ready.url:
            return _nothing(ready)
        url = own_address(ready.url, label="Shopify", hosts=HOSTS, setting=self._setting)
        return self._http.retry(lambda: self._read(url, ready))

    def _found(self, text: str, reuse: dt.timedelta) -> str | None:
        """The id of an operation that answers this very question."""
        now = self._http.now()
        under_way = ENDED_AT_THE_LATEST if reuse == FRESH else RECENT
        oldest = {"CREATED": under_way, "RUNNING": under_way, "COMPLETED": reuse}
        for made in self._listed(now):
            if made.created_at is None or _squeezed(made.query) != _squeezed(text):
                continue
            if now - made.created_at < oldest.get(made.status, NEVER):
                return made.id
        return None

    def _listed(self, now: dt.datetime) -> list[_Operation]:
        """The app's operations that can still be of use or in the way, the newest first."""
        since = instant(now - ENDED_AT_THE_LATEST)
        asked = {"query": f"operation_type:query AND created_at:>='{since}'"}
        nodes = self._api.ask("bulk_list", _LISTED, asked).bulk_operations.nodes
        oldest = dt.datetime.min.replace(tzinfo=dt.UTC)
        return sorted(nodes, key=lambda made: made.created_at or oldest, reverse=True)

    def _begin(self, text: str) -> str:
        """Asked once: should the answer be lost, the next sync finds the operation running."""
        started = self._api.once("bulk_run", _RUN, {"query": text}).bulk_operation_run_query
        if started.bulk_operation is not None:
            return started.bulk_operation.id
        said = said_by([error.message for error in started.user_errors if error.message])
        codes = {error.code for error in started.user_errors}
        if codes & {"LIMIT_REACHED", "OPERATION_IN_PROGRESS"} or "already in progress" in said:
            self._make_room()
            raise Throttled(
                "Shopify is still busy with other exports for this app. History is read as soon "
                "as there is room; stored figures are unchanged.",
                retry_after=COME_BACK_SECONDS,
            )
        raise ExportRefused(
            f"Shopify did not begin the export of this shop's orders ({said or 'no reason'}). "
            "Stored figures are unchanged. If it happens again, tell whoever runs this "
            "installation."
        )

    def _make_room(self) -> None:
        """Cancel exports of ours that hang."""
        now = self._http.now()
        ours = _squeezed(operation("bulk_orders")).split(_INSTANT)[0]
        for made in self._listed(now):
            hangs = made.created_at is not None and now - made.created_at > STALE
            mine = _squeezed(made.query).startswith(ours)
            if hangs and mine and made.status in ("CREATED", "RUNNING"):
                logger.info("cancelling a shopify bulk operation that hangs")
                self._api.once("bulk_cancel", _ANYTHING, {"id": made.id})

    def _completed(self, made: str) -> _Operation | None:
        """Wait for the operation; None when it was cancelled or has expired."""
        pause, waited = FIRST_WAIT, 0.0
        while True:
            found = self._api.ask("bulk_status", _STATUS, {"id": made}).bulk_operation
            if found is None or found.status in ("CANCELED", "EXPIRED"):
                return None
            if found.status == "COMPLETED":
                return found
            if found.status == "FAILED":
                raise _failure(found.error_code)
            if waited >= PATIENCE:
                raise Throttled(
                    "Shopify is still preparing this shop's orders. Reading goes on by itself; "
                    "what is stored already stays.",
                    retry_after=COME_BACK_SECONDS,
                )
            self._http.wait(pause)
            waited += pause
            pause = min(pause * 1.5, LONGEST_WAIT)

    def _read(self, url: str, made: _Operation) -> Days:
        """The file from its first line to its last. Raises _NotWhole when any of it is missing."""
        odd = Oddities()
        tally = _Tally(replace(self._shop, odd=odd))
        for line in self._http.lines(url, largest=LARGEST_FILE, seconds=LONGEST_DOWNLOAD):
            tally.take(line)
        days = tally.result(made)
        self._shop.odd.add(odd)
        return days


class _Tally:
    """Sums up lines in whatever order they come; a child only ever comes after its parent.

    Remembers the day of every agreement, some hundred bytes each, and no line.
    """

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._days: Days = {}
        self._day_of: dict[str, dt.date | None] = {}
        self._left_out = set[str]()
        self._orders = 0
        self._size = 0

    def take(self, text: bytes) -> None:
        """Book one line. Raises _NotWhole for one that cannot be read."""
        self._size += len(text) + 1
        if not text.strip():
            return
        try:
            line = _LINE.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise _NotWhole from error
        if line.happened_at is not None:
            out = line.parent in self._left_out
            self._day_of[line.id] = None if out else self._shop.day(line.happened_at)
        elif line.action_type:
            self._sale(line)
        elif not line.parent:
            self._order(line)

    def result(self, made: _Operation) -> Days:
        """The sums, once the file has turned out to be whole."""
        if self._orders < made.root_object_count or self._size < (made.file_size or 0):
            raise _NotWhole
        return self._days

    def _order(self, line: _Line) -> None:
        if line.processed_at is None or line.test is None:
            raise _NotWhole
        self._orders += 1
        order = OrderLine(
            line.id,
            line.processed_at,
            line.test,
            line.currency_code,
            line.customer_journey_summary,
        )
        if self._shop.counts(order):
            day = self._days.setdefault(self._shop.day(order.processed_at), Day())
            day.count(order.customer_journey_summary)
        else:
            self._left_out.add(order.id)

    def _sale(self, line: _Line) -> None:
        amounts = (line.total_amount, line.total_tax_amount)
        discount = line.total_discount_amount_before_taxes
        if line.parent not in self._day_of or None in amounts or discount is None:
            raise _NotWhole
        day = self._day_of[line.parent]
        if day is None or amounts[0] is None or amounts[1] is None:
            return
        sale = Sale(line.action_type, line.line_type, amounts[0], amounts[1], discount)
        self._shop.enter(sale, self._days.setdefault(day, Day()))


def _nothing(made: _Operation) -> Days:
    """A completed operation without a file found no orders, or lost them."""
    if made.root_object_count:
        raise _NotWhole
    return {}


def _failure(code: str | None) -> ConnectorError:
    if code == "ACCESS_DENIED":
        return AccessRevoked(NO_ORDERS)
    return Temporary(
        f"Shopify could not export this shop's orders ({(code or 'no reason').lower()}). Stored "
        "figures are unchanged, and it will be asked again."
    )


def _squeezed(text: str) -> str:
    """The text without the white space that a server may lay out anew."""
    return "".join(text.split())
