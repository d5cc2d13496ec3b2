"""From rows to facts: what is kept, what is left out and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from app.connectors.words import Fact
from app.imports.dates import NotADay, parse_day
from app.imports.fields import ENTITIES, LABELS, Field
from app.imports.numbers import ErrorCell, FormulaCell, NotANumber, is_none, parse
from app.imports.plan import Plan, is_total_label
from app.imports.read import Cell, Table
from app.imports.refusal import Refused
from app.imports.shapes import Kind

ZERO = Decimal(0)
_CENT = Decimal("0.01")
_EXAMPLES = 3
_COMPARABLE_TOTALS = ("campaign", "campanha", "kampagne", "campagne", "campaña", "campagna")
_PARTIAL_TOTALS = ("filtered", "filtradas", "removed", "all but")
_NEVER_SOLD = frozenset({"voided", "expired"})


class StoreFact(NamedTuple):
    """What one row says of a shop's day; None where the file has no such column.

    `net` = gross - discounts - refunds; all but `net` are positive.
    """

    day: dt.date
    orders: int | None
    gross: Decimal | None
    discounts: Decimal | None
    refunds: Decimal | None
    net: Decimal
    tax: Decimal | None
    shipping: Decimal | None


@dataclass(slots=True)
class Dropped:
    """Rows left out for one reason; `examples` are the first row numbers."""

    reason: str
    count: int = 0
    examples: list[int] = field(default_factory=list)


class Reading:
    """One pass over a file. Iterate it; the counts are complete when the pass is.

    `totals` are the money amounts of totals rows that claim to cover exactly the rows above.
    """

    def __init__(self, table: Table, plan: Plan) -> None:
        self.rows_read = 0
        self.dropped: dict[str, Dropped] = {}
        self.totals: list[tuple[int, Decimal]] = []
        self.undated_refunds = ZERO
        self.orders_with_tax_inside = 0
        self._table = table
        self._plan = plan
        self._entities = [plan.columns[each] for each in ENTITIES if each in plan.columns]
        self._day = plan.columns[plan.day]
        self._money = plan.columns.get(
            Field.SPEND if plan.shape.kind is Kind.ADS else Field.NET, self._day
        )

    def ads(self) -> Iterator[tuple[int, Fact]]:
        """Ad figures row by row. An id stands in for a missing name and the other way round."""
        for number, cells, day in self._dated():
            try:
                yield number, self._ad(number, cells, day)
            except ErrorCell:
                self._drop(number, "A cell holds a spreadsheet error such as #REF!")

    def store(self) -> Iterator[tuple[int, StoreFact]]:
        """Shop figures row by row; an order counts once, on its first row."""
        orders = self._plan.shape.kind is Kind.STORE_ORDERS
        make = self._order if orders else self._report
        for number, cells, day in self._dated():
            try:
                fact = make(number, cells, day)
            except ErrorCell:
                self._drop(number, "A cell holds a spreadsheet error such as #REF!")
                continue
            if fact is not None:
                yield number, fact

    def _dated(self) -> Iterator[tuple[int, Sequence[Cell], dt.date]]:
        for number, cells in self._table.rows():
            self.rows_read += 1
            cell = cells[self._day]
            if isinstance(cell, str) and (is_none(cell) or is_total_label(cell)):
                self._undated(number, cells)
                continue
            if self._plan.day is Field.STARTS and self._without_entity(cells):
                self._undated(number, cells)
                continue
            yield number, cells, self._parse_day(number, cell)

    def _parse_day(self, number: int, cell: Cell) -> dt.date:
        if isinstance(cell, dt.date):
            return cell
        try:
            return parse_day(str(cell), self._plan.date_order)
        except NotADay:
            raise Refused(
                f"“{str(cell)[:60]}” is not a day. Dates should look like 2026-06-25.",
                row=number,
                column=self._table.header[self._day],
            ) from None

    def _without_entity(self, cells: Sequence[Cell]) -> bool:
        return bool(self._entities) and all(is_none(str(cells[each])) for each in self._entities)

    def _undated(self, number: int, cells: Sequence[Cell]) -> None:
        """A row without a day is a total or a footer; with a campaign's name it is damaged."""
        label = next((str(c) for c in cells[:5] if is_total_label(str(c))), None)
        amount = self._amount_or_none(number, cells)
        named = self._entities and not self._without_entity(cells)
        if label is None and named and amount is not None:
            raise Refused(
                "the day is missing. Download the export again and upload it unchanged.",
                row=number,
                column=self._table.header[self._day],
            )
        self._drop(number, "Totals or footer row")
        if amount is not None and (label is None or self._covers_all_rows(label)):
            self.totals.append((number, amount))

    def _covers_all_rows(self, label: str) -> bool:
        """Google lists totals of wider and narrower sets beside the one of the rows above."""
        if self._plan.platform != "google":
            return True
        name = label.casefold()
        return any(word in name for word in _COMPARABLE_TOTALS) and not any(
            word in name for word in _PARTIAL_TOTALS
        )

    def _amount_or_none(self, number: int, cells: Sequence[Cell]) -> Decimal | None:
        if self._money == self._day:
            return None
        try:
            return self._number(number, cells, self._money)
        except (Refused, ErrorCell):
            return None

    def _drop(self, number: int, reason: str) -> None:
        dropped = self.dropped.setdefault(reason, Dropped(reason))
        dropped.count += 1
        if len(dropped.examples) < _EXAMPLES:
            dropped.examples.append(number)

    def _ad(self, number: int, cells: Sequence[Cell], day: dt.date) -> Fact:
        text = self._text
        campaign_id, campaign = _pair(text(cells, Field.CAMPAIGN_ID), text(cells, Field.CAMPAIGN))
        group_id, group = _pair(text(cells, Field.AD_GROUP_ID), text(cells, Field.AD_GROUP))
        ad_id, ad = _pair(text(cells, Field.AD_ID), text(cells, Field.AD))
        if not campaign_id:
            campaign_id, campaign = (group_id, group) if group_id else ("name:", "No campaign")
        # Names are unique only within their parent; ids are unique in the account.
        group_id = _within(campaign_id, group_id)
        ad_id = _within(group_id or campaign_id, ad_id)
        return Fact(
            day,
            campaign_id,
            campaign,
            group_id,
            group,
            ad_id,
            ad,
            text(cells, Field.PLACEMENT).casefold(),
            self._count(number, cells, Field.IMPRESSIONS),
            self._count(number, cells, Field.CLICKS),
            self._figure(number, cells, Field.SPEND) or ZERO,
            self._figure(number, cells, Field.CONVERSIONS) or ZERO,
            self._figure(number, cells, Field.CONVERSION_VALUE) or ZERO,
        )

    def _text(self, cells: Sequence[Cell], meaning: Field) -> str:
        position = self._plan.columns.get(meaning)
        if position is None:
            return ""
        text = str(cells[position]).strip()
        return "" if is_none(text) else text[:500]

    def _count(self, number: int, cells: Sequence[Cell], meaning: Field) -> int:
        return self._whole(number, cells, meaning) or 0

    def _whole(self, number: int, cells: Sequence[Cell], meaning: Field) -> int | None:
        value = self._figure(number, cells, meaning)
        if value is None:
            return None
        if value != int(value) or value < 0:
            raise Refused(
                f"{LABELS[meaning]} must be a whole number, and {value} is not.",
                row=number,
                column=self._table.header[self._plan.columns[meaning]],
            )
        return int(value)

    def _figure(self, number: int, cells: Sequence[Cell], meaning: Field) -> Decimal | None:
        position = self._plan.columns.get(meaning)
        return None if position is None else self._number(number, cells, position)

    def _number(self, number: int, cells: Sequence[Cell], position: int) -> Decimal | None:
        cell = cells[position]
        if isinstance(cell, Decimal):
            return cell
        try:
            return parse(str(cell), self._plan.decimal_mark)
        except ErrorCell:
            raise
        except FormulaCell:
            complaint = "this cell holds a formula, and formulas are not calculated here."
        except NotANumber:
            complaint = f"“{str(cell)[:60]}” is not a number."
        raise Refused(
            f"{complaint} Download the export again and upload it unchanged.",
            row=number,
            column=self._table.header[position],
        )

    def _report(self, number: int, cells: Sequence[Cell], day: dt.date) -> StoreFact:
        """Shopify's reports give discounts and returns as negative amounts, others as either."""
        turned = _negated if self._plan.shape.trusted else _positive
        gross = self._figure(number, cells, Field.GROSS)
        discounts = turned(self._figure(number, cells, Field.DISCOUNTS))
        refunds = turned(self._figure(number, cells, Field.REFUNDS))
        net = self._figure(number, cells, Field.NET)
        if net is None:
            net = (gross or ZERO) - (discounts or ZERO) - (refunds or ZERO)
        orders = self._whole(number, cells, Field.ORDERS) if self._plan.one_row_a_day else None
        tax, shipping = (self._figure(number, cells, each) for each in (Field.TAX, Field.SHIPPING))
        return StoreFact(day, orders, gross, discounts, refunds, net, tax, shipping)

    def _order(self, number: int, cells: Sequence[Cell], day: dt.date) -> StoreFact | None:
        subtotal = self._figure(number, cells, Field.NET)
        status = self._text(cells, Field.STATUS).casefold()
        if subtotal is None and not status:
            return None
        if self._text(cells, Field.CANCELLED) or status in _NEVER_SOLD:
            self._drop(number, "Order cancelled, voided or expired")
            return None
        amounts = [
            self._figure(number, cells, each) or ZERO
            for each in (Field.TAX, Field.SHIPPING, Field.TOTAL, Field.DISCOUNTS, Field.REFUNDS)
        ]
        tax, shipping, total, discounts, refunded = amounts
        goods = self._goods(subtotal or ZERO, tax, shipping, total)
        refunds = _share(refunded, goods, total)
        self.undated_refunds += refunds
        return StoreFact(
            day, 1, goods + discounts, discounts, refunds, goods - refunds, tax, shipping
        )

    def _goods(self, subtotal: Decimal, tax: Decimal, shipping: Decimal, total: Decimal) -> Decimal:
        """The subtotal without tax: in shops whose prices contain tax it is inside."""
        inside = bool(tax) and abs(subtotal + shipping - total) <= _CENT
        if not inside or abs(subtotal + shipping + tax - total) <= _CENT:
            return subtotal
        self.orders_with_tax_inside += 1
        return subtotal - _share(tax, subtotal, subtotal + shipping)


def _pair(external_id: str, name: str) -> tuple[str, str]:
    """A name without an id gets one that no platform gives."""
    if external_id:
        return external_id, name or external_id
    return (f"name:{name}", name) if name else ("", "")


def _within(parent: str, external_id: str) -> str:
    return f"{parent}/{external_id}" if external_id.startswith("name:") else external_id


def _negated(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else -amount


def _positive(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else abs(amount)


def _share(amount: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    """What of `amount` falls on `part` of `whole`, to the cent."""
    if not whole:
        return min(amount, part)
    return (amount * part / whole).quantize(_CENT)
