"""What an upload is and what importing it would do, before anything is stored."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice

from app.imports.answers import Answers
from app.imports.facts import ZERO, Dropped, Reading
from app.imports.fields import ENTITIES, LABELS, Field
from app.imports.plan import Plan, Question, make_plan
from app.imports.read import Table
from app.imports.refusal import Refused
from app.imports.shapes import PLATFORMS, Kind, headers_for

_SAMPLES = 3
_LONGEST_CELL = 60
_TOLERANCE = Decimal("0.01")
_PERSONAL = ("email", "billing ", "shipping ", "phone", "notes", "note attributes", "employee")
_WEEK_WORDS = ("week", "semana", "woche", "semaine", "settimana", "週")


@dataclass(frozen=True, slots=True)
class Column:
    """A column in use; `meaning` is a `Field`, `label` its name for people."""

    header: str
    meaning: str
    label: str


@dataclass(slots=True)
class Sums:
    """Figures added up. `revenue` is what the platform claims, or a shop's net sales."""

    rows: int = 0
    spend: Decimal = ZERO
    revenue: Decimal = ZERO
    conversions: Decimal = ZERO
    impressions: int = 0
    clicks: int = 0
    orders: int | None = None


@dataclass(slots=True)
class Replaced:
    """What is there now on the file's days, and what will be there instead."""

    days: int = 0
    first: dt.date | None = None
    last: dt.date | None = None
    spend_before: Decimal = ZERO
    spend_after: Decimal = ZERO
    revenue_before: Decimal = ZERO
    revenue_after: Decimal = ZERO


@dataclass(slots=True)
class Preview:
    """What the owner confirms. With open `questions` the sums may still be missing.

    Amounts are in `currency`. `samples` are the first rows, for mapping by hand; never those
    of an orders export.
    """

    what: str
    kind: str
    platform: str
    platform_label: str
    level: str = ""
    account: str = ""
    account_id: str = ""
    currency: str = ""
    first: dt.date | None = None
    last: dt.date | None = None
    days: int = 0
    rows_read: int = 0
    sums: Sums = field(default_factory=Sums)
    dropped: list[Dropped] = field(default_factory=list)
    columns_used: list[Column] = field(default_factory=list)
    columns_ignored: list[str] = field(default_factory=list)
    header: list[str] = field(default_factory=list)
    samples: list[list[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    replaced: Replaced | None = None
    already_imported: bool = False


@dataclass(slots=True)
class Looked:
    """A preview and what it was made of. `by_day` is each day's sums."""

    preview: Preview
    plan: Plan
    table: Table
    by_day: dict[dt.date, Sums]


def look(table: Table, *, filename: str, answers: Answers, today: dt.date) -> Looked:
    """Read the whole file and say what it holds. Raises Refused; stores nothing."""
    plan = make_plan(table, answers, filename=filename, today=today)
    preview = _describe(table, plan)
    by_day: dict[dt.date, Sums] = {}
    if not any(each.kind in ("mapping", "date_order", "decimal_mark") for each in plan.questions):
        by_day = _add_up(table, plan, preview, today)
    preview.questions = plan.questions
    preview.warnings = plan.warnings + preview.warnings
    return Looked(preview, plan, table, by_day)


def _describe(table: Table, plan: Plan) -> Preview:
    used = sorted((position, meaning) for meaning, position in plan.columns.items())
    taken = {position for position, _ in used}
    preview = Preview(
        what=plan.shape.label,
        kind=str(plan.shape.kind),
        platform=plan.platform,
        platform_label=PLATFORMS.get(plan.platform, ""),
        level=_level(plan),
        account=plan.account,
        account_id=plan.account_id,
        currency=plan.currency,
        header=table.header,
        columns_used=[
            Column(table.header[position], str(meaning), LABELS[meaning])
            for position, meaning in used
        ],
        columns_ignored=[
            name for position, name in enumerate(table.header) if name and position not in taken
        ],
    )
    if plan.shape.kind is not Kind.STORE_ORDERS:
        preview.samples = [
            [str(cell)[:_LONGEST_CELL] for cell in cells]
            for _, cells in islice(table.rows(), _SAMPLES)
        ]
    _note_choices(table, plan, preview)
    return preview


def _level(plan: Plan) -> str:
    if plan.shape.kind is not Kind.ADS:
        return "shop"
    levels = (
        ("placement", Field.PLACEMENT, Field.PLACEMENT),
        ("ad", Field.AD, Field.AD_ID),
        ("ad group", Field.AD_GROUP, Field.AD_GROUP_ID),
        ("campaign", Field.CAMPAIGN, Field.CAMPAIGN_ID),
    )
    for name, by_name, by_id in levels:
        if by_name in plan.columns or by_id in plan.columns:
            return name
    return "account"


def _note_choices(table: Table, plan: Plan, preview: Preview) -> None:
    """Say in words what was decided without asking."""
    if plan.shape.kind is Kind.STORE_ORDERS:
        _note_orders(preview)
        return
    if plan.shape.kind is Kind.STORE_DAYS:
        if not plan.one_row_a_day and Field.ORDERS in plan.columns:
            preview.notes.append(
                "The rows of a day are split further, so its orders would count several times "
                "when added up; orders are left open."
            )
        return
    conversions = plan.columns.get(Field.CONVERSIONS)
    if conversions is not None:
        chosen = table.header[conversions]
        preview.notes.append(f"Conversions are taken from the column {chosen}.")
        others = [
            h for h in headers_for(plan.shape, table.header, Field.CONVERSIONS) if h != chosen
        ]
        if chosen.casefold() in ("results", "resultados", "ergebnisse", "résultats", "risultati"):
            preview.warnings.append(
                "Results can mean a different action in every row. Add the column Purchases to "
                "the report to count one kind of conversion."
            )
        elif others:
            preview.notes.append(f"Not added to it: {', '.join(others)}.")
    if not any(each in plan.columns for each in ENTITIES):
        preview.warnings.append(
            "The file names no campaigns, so its figures are put under one called No campaign."
        )


def _note_orders(preview: Preview) -> None:
    preview.notes += [
        (
            "Each order is booked on the day in Created at, as the shop's own clock shows it. "
            "The export has no processed date; the two differ for orders brought in from "
            "elsewhere."
        ),
        (
            "Net sales are Subtotal less refunds, without tax and shipping. Gross is Subtotal "
            "plus Discount Amount. Pending and authorised orders count, as in Shopify's own "
            "reports."
        ),
    ]
    personal = [h for h in preview.columns_ignored if h.casefold().startswith(_PERSONAL)]
    if personal:
        preview.notes.append(
            f"{len(personal)} columns about people, such as {personal[0]}, are not read, and the "
            "file itself is deleted once it is imported."
        )


def _add_up(table: Table, plan: Plan, preview: Preview, today: dt.date) -> dict[dt.date, Sums]:
    reading = Reading(table, plan)
    by_day: defaultdict[dt.date, Sums] = defaultdict(Sums)
    if plan.shape.kind is Kind.ADS:
        _add_ads(reading, by_day)
    else:
        _add_store(reading, by_day)
    if not by_day:
        raise Refused(
            f"This {plan.shape.label} holds no rows with figures, so there is nothing to import."
        )
    preview.first, preview.last, preview.days = min(by_day), max(by_day), len(by_day)
    preview.rows_read = reading.rows_read
    preview.dropped = list(reading.dropped.values())
    preview.sums = total(list(by_day.values()))
    _compare_totals(reading, preview)
    _warn_of_days(table, plan, preview, sorted(by_day), today)
    if reading.undated_refunds:
        preview.warnings.append(
            f"Refunds of {reading.undated_refunds} {plan.currency} have no date in this export; "
            "they are booked on the day of their order."
        )
    if reading.orders_with_tax_inside:
        preview.notes.append(
            f"{reading.orders_with_tax_inside} orders have prices with tax inside; the tax is "
            "taken out of net sales in proportion."
        )
    return dict(by_day)


def _add_ads(reading: Reading, by_day: defaultdict[dt.date, Sums]) -> None:
    for _, fact in reading.ads():
        sums = by_day[fact.day]
        sums.rows += 1
        sums.spend += fact.spend
        sums.revenue += fact.value
        sums.conversions += fact.conversions
        sums.impressions += fact.impressions
        sums.clicks += fact.clicks


def _add_store(reading: Reading, by_day: defaultdict[dt.date, Sums]) -> None:
    for _, fact in reading.store():
        sums = by_day[fact.day]
        sums.rows += 1
        sums.revenue += fact.net
        if fact.orders is not None:
            sums.orders = (sums.orders or 0) + fact.orders


def total(several: Sequence[Sums]) -> Sums:
    """The sums of several days; orders stay open when no day has any."""
    orders = [each.orders for each in several if each.orders is not None]
    return Sums(
        rows=sum(each.rows for each in several),
        spend=sum((each.spend for each in several), ZERO),
        revenue=sum((each.revenue for each in several), ZERO),
        conversions=sum((each.conversions for each in several), ZERO),
        impressions=sum(each.impressions for each in several),
        clicks=sum(each.clicks for each in several),
        orders=sum(orders) if orders else None,
    )


def _compare_totals(reading: Reading, preview: Preview) -> None:
    """A totals row that disagrees with its rows says that rows are missing."""
    ours = preview.sums.spend if preview.kind == Kind.ADS else preview.sums.revenue
    for row, theirs in reading.totals:
        if abs(ours - theirs) > _TOLERANCE * max(abs(theirs), abs(ours)):
            preview.warnings.append(
                f"The totals in row {row} say {theirs}, the rows add up to {ours}. Rows may be "
                "missing: remove filters and export again, or import what is there."
            )
            return


def _warn_of_days(
    table: Table, plan: Plan, preview: Preview, days: list[dt.date], today: dt.date
) -> None:
    if days[-1] > today + dt.timedelta(days=1):
        preview.warnings.append(f"The file has days in the future, up to {days[-1]}.")
    weekly = len(days) > 2 and len({day.weekday() for day in days}) == 1
    name = table.header[plan.columns[plan.day]].casefold()
    if weekly and any(word in name for word in _WEEK_WORDS):
        raise Refused(
            "each row is a whole week, and a week cannot be put back into days. "
            f"{plan.shape.daily or 'Export the report again with one row per day.'}",
            column=table.header[plan.columns[plan.day]],
        )
    if weekly:
        preview.warnings.append(
            f"Every day in the file is a {days[0]:%A}. If each row is a whole week, export "
            "the report again by day."
        )
