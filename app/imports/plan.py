"""How one file will be read: its columns and formats, settled by looking at every row."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.imports.answers import Answers
from app.imports.currencies import CURRENCIES
from app.imports.dates import DateOrder, OrderEvidence, days_in
from app.imports.fields import COUNTS, ENTITIES, MONEY, NUMERIC, Field
from app.imports.numbers import DecimalMark, MarkEvidence, is_none
from app.imports.read import Cell, Table
from app.imports.refusal import Refused
from app.imports.shapes import (
    BY_HAND,
    DECIMAL_COMMA,
    PLATFORMS,
    Kind,
    Shape,
    find_columns,
    recognise,
    split_currency,
)

_STAMP = len("2026-06-01 12:00:00 +0000")
_NO_DATA = "no data available."
_META_FILE = re.compile(
    r"(.+)-(?:Ads|Ad-Sets|Campaigns)-[A-Z][a-z]{2}-\d{1,2}-\d{4}-[A-Z][a-z]{2}-\d{1,2}-\d{4}"
)
_LINKEDIN_FILE = re.compile(r"account_(\d+)_")
_TOTAL_LABEL = re.compile(
    r"(total|totals|totale|gesamt|gesamtsumme|summe|grand total|合計)\s*(:|\uff1a|$)"
    r"|total of [\d,.]+ results?|全[\d,]+件の結果|총 [\d,]+개",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Question:
    """Something only the owner knows. `kind` names the field of the answer."""

    kind: str
    text: str
    options: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Plan:
    """Everything needed to turn rows into facts, unless `questions` are open.

    `columns` is meaning -> position. `day` is the column days are read from. `decimal_mark`
    and `date_order` hold for the whole file.
    """

    shape: Shape
    platform: str
    columns: dict[Field, int]
    day: Field = Field.DAY
    currency: str = ""
    account: str = ""
    account_id: str = ""
    decimal_mark: DecimalMark = DecimalMark.POINT
    date_order: DateOrder | None = None
    one_row_a_day: bool = True
    language: str = "en"
    questions: list[Question] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def make_plan(table: Table, answers: Answers, *, filename: str, today: dt.date) -> Plan:
    """Decide from the header and all rows how to read the file.

    `filename` may carry the account's name. Raises Refused when it cannot be imported at all.
    """
    shape = _shape(table, answers)
    _refuse_without_rows(table)
    if shape is None:
        return _unknown(answers)
    columns, language = find_columns(shape, table.header)
    columns |= _by_hand(table.header, answers)
    plan = Plan(shape, answers.platform or shape.platform, columns, language=language)
    plan.warnings += table.source.notes
    if not shape.trusted and not answers.columns:
        plan.questions.append(_mapping_question(shape))
        if Field.DAY not in columns:
            return plan
    _find_day(plan)
    _require_figures(plan)
    survey = _Survey(plan, table.header)
    for number, cells in table.rows():
        survey.look_at(number, cells)
    survey.conclude(answers, filename=filename, within=_span(table.preamble, today))
    return plan


def _span(preamble: list[str], today: dt.date) -> tuple[dt.date, dt.date]:
    """The days a file can hold: those its title lines name, else none after today."""
    named = [day for line in preamble for day in days_in(line)]
    if len(named) > 1:
        return min(named), max(named)
    return dt.date.min, today + dt.timedelta(days=1)


def _shape(table: Table, answers: Answers) -> Shape | None:
    shape = recognise(table.header, table.preamble)
    if shape and shape.instead:
        raise Refused(shape.instead)
    if shape and shape.trusted and answers.platform not in ("", shape.platform):
        raise Refused(
            f"You said {PLATFORMS[answers.platform]}, but this is a {shape.label}. "
            "Leave the platform open, or upload the right file."
        )
    if answers.columns and (shape is None or not shape.trusted):
        store = set(answers.columns.values()) & {Field.NET, Field.GROSS}
        by_hand = BY_HAND[Kind.STORE_DAYS if store else Kind.ADS]
        return shape or by_hand
    return shape


def _refuse_without_rows(table: Table) -> None:
    first = next(table.rows(), None)
    if first is None or str(first[1][0]).strip().casefold() == _NO_DATA:
        raise Refused(
            "This export holds no rows, so there is nothing to import. "
            "Choose a period with figures and export again."
        )


def _unknown(answers: Answers) -> Plan:
    plan = Plan(BY_HAND[Kind.ADS], answers.platform, {})
    plan.questions.append(
        Question(
            "mapping",
            "This header is not known yet. Say what each column means; it is remembered for "
            "the next file of this shape.",
        )
    )
    if not answers.platform:
        plan.questions.append(_platform_question())
    return plan


def _platform_question() -> Question:
    return Question("platform", "Which platform is this file from?", tuple(PLATFORMS.items()))


def _mapping_question(shape: Shape) -> Question:
    return Question(
        "mapping",
        f"This looks like a {shape.label}, which is imported by saying what each column means. "
        "The likely meanings are filled in; check and confirm them.",
    )


def _by_hand(header: Sequence[str], answers: Answers) -> dict[Field, int]:
    missing = [name for name in answers.columns if name not in header]
    if missing:
        raise Refused(f"The mapping names a column that the file does not have: {missing[0]}.")
    return {meaning: header.index(name) for name, meaning in answers.columns.items()}


def _find_day(plan: Plan) -> None:
    """Without a day column a row is a sum over its span, which is never stored as one day."""
    if Field.DAY in plan.columns:
        return
    if {Field.STARTS, Field.ENDS} <= plan.columns.keys():
        plan.day = Field.STARTS
        return
    raise _without_days(plan.shape)


def _without_days(shape: Shape, row: int | None = None) -> Refused:
    how = shape.daily or "Export the report again with one row per day."
    return Refused(
        "the figures of this file are sums over several days, and a sum cannot be put back "
        f"into days. {how}",
        row=row,
    )


def _require_figures(plan: Plan) -> None:
    if plan.shape.kind is Kind.ADS:
        if Field.SPEND not in plan.columns:
            raise Refused(
                f"This {plan.shape.label} has no column with the amount spent. "
                "Add it to the report and export again."
            )
    elif Field.NET not in plan.columns and not (
        {Field.GROSS, Field.DISCOUNTS, Field.REFUNDS} <= plan.columns.keys()
    ):
        raise Refused(
            "This sales report has no column Net sales. Add it to the report and export again."
        )


class _Survey:
    """One look at every row, before any of them is understood."""

    def __init__(self, plan: Plan, header: Sequence[str]) -> None:
        self._plan = plan
        self._header = header
        self._marks = MarkEvidence()
        self._order = OrderEvidence()
        self._days: dict[str, int] = {}
        self._currencies: dict[str, int] = {}
        self._accounts: dict[str, int] = {}
        self._account_names: dict[str, int] = {}
        self._twins = _twins(header, plan.columns)
        self._unlike: set[str] = set()
        self._numeric = [
            (position, header[position], "count" if meaning in COUNTS else "amount")
            for meaning, position in plan.columns.items()
            if meaning in NUMERIC and not self._is_order_name(meaning)
        ]
        self._day = plan.columns[plan.day]
        self._ends = plan.columns.get(Field.ENDS) if plan.day is Field.STARTS else None
        self._entities = [plan.columns[each] for each in ENTITIES if each in plan.columns]

    def _is_order_name(self, meaning: Field) -> bool:
        return meaning is Field.ORDERS and self._plan.shape.kind is Kind.STORE_ORDERS

    def look_at(self, number: int, cells: Sequence[Cell]) -> None:
        """Collect evidence about formats, currency, account and days."""
        day = cells[self._day]
        if isinstance(day, str):
            key = day if len(day) < _STAMP else day[:10]
            if key not in self._days:
                self._order.observe(day, number)
        else:
            key = str(day)
        self._days[key] = self._days.get(key, 0) + 1
        if self._ends is not None:
            self._check_span(number, cells, day)
        for position, name, kind in self._numeric:
            cell = cells[position]
            if isinstance(cell, str) and not cell.isdigit():
                self._marks.observe(cell, number, name, kind=kind)
        self._note(self._currencies, Field.CURRENCY, cells, number)
        self._note(self._accounts, self._account_field, cells, number)
        self._note(self._account_names, Field.ACCOUNT, cells, number)
        for name, first, second in self._twins:
            if cells[first] != cells[second]:
                self._unlike.add(name)

    @property
    def _account_field(self) -> Field:
        return Field.ACCOUNT_ID if Field.ACCOUNT_ID in self._plan.columns else Field.ACCOUNT

    def _check_span(self, number: int, cells: Sequence[Cell], day: Cell) -> None:
        ends = cells[self._ends or 0]
        if ends != day and any(not is_none(str(cells[each])) for each in self._entities):
            raise _without_days(self._plan.shape, number)

    def _note(
        self, seen: dict[str, int], meaning: Field, cells: Sequence[Cell], number: int
    ) -> None:
        position = self._plan.columns.get(meaning)
        if position is not None:
            text = str(cells[position]).strip()
            if text not in seen and len(seen) < 2 and not is_none(text):
                seen[text] = number

    def conclude(self, answers: Answers, *, filename: str, within: tuple[dt.date, dt.date]) -> None:
        """Settle what the rows settle and ask for the rest."""
        plan = self._plan
        plan.one_row_a_day = max(self._days.values()) == 1
        self._conclude_formats(answers, within)
        self._conclude_currency(answers)
        self._conclude_account(answers, filename)
        plan.warnings += [
            f"The column {name} is there twice with different values; the first one is used."
            for name in sorted(self._unlike)
        ]
        if not plan.platform or (plan.platform == "other" and not answers.platform):
            plan.questions.append(_platform_question())

    def _conclude_formats(self, answers: Answers, within: tuple[dt.date, dt.date]) -> None:
        plan = self._plan
        order = answers.date_order or self._order.decide(self._header[self._day], within)
        plan.date_order = order
        if order is None:
            plan.questions.append(_date_question(self._days))
        usual = None
        if plan.shape.trusted:
            comma = plan.language in DECIMAL_COMMA
            usual = DecimalMark.COMMA if comma else DecimalMark.POINT
        mark = answers.decimal_mark or self._marks.decide(usual)
        if mark is None:
            plan.questions.append(
                Question(
                    "decimal_mark",
                    "Amounts such as 1.234 could be read two ways. Which mark separates cents?",
                    (("point", "Point: 1,234.50"), ("comma", "Comma: 1.234,50")),
                )
            )
        plan.decimal_mark = mark or DecimalMark.POINT

    def _conclude_currency(self, answers: Answers) -> None:
        plan = self._plan
        found = {text.upper(): row for text, row in self._currencies.items()}
        if len(found) > 1:
            (first, _), (second, row) = list(found.items())[:2]
            raise Refused(
                f"this row is in {second} and the rows before are in {first}. "
                "Export one currency at a time.",
                row=row,
                column=self._header[plan.columns[Field.CURRENCY]],
            )
        named = next((code for code in found if code in CURRENCIES), "")
        plan.currency = self._header_currency(named) or named or answers.currency
        if answers.currency and plan.currency != answers.currency:
            raise Refused(
                f"You said {answers.currency}, but the file itself says {plan.currency}. "
                "Leave the currency open, or upload the right file."
            )
        if not plan.currency:
            plan.questions.append(
                Question("currency", "The file does not say its currency. Which one is it?")
            )

    def _header_currency(self, named: str) -> str:
        """The currency in the names of the amounts' columns; `named` is that of the rows."""
        first = named
        for meaning in MONEY:
            position = self._plan.columns.get(meaning)
            code = split_currency(self._header[position])[1] if position is not None else None
            if code and first and code != first:
                raise Refused(
                    f"this column is in {code} and others are in {first}, and amounts in two "
                    "currencies cannot be put together. Export them in one.",
                    column=self._header[position or 0],
                )
            first = first or code or ""
        return first

    def _conclude_account(self, answers: Answers, filename: str) -> None:
        plan = self._plan
        if len(self._accounts) > 1:
            (first, _), (second, row) = list(self._accounts.items())[:2]
            raise Refused(
                f"this row belongs to the account {second} and the rows before to {first}. "
                "Export one account at a time.",
                row=row,
                column=self._header[plan.columns[self._account_field]],
            )
        found = next(iter(self._accounts), "")
        if self._account_field is Field.ACCOUNT_ID:
            plan.account_id = found
        plan.account = next(iter(self._account_names), "")
        meta, linkedin = _META_FILE.match(filename), _LINKEDIN_FILE.match(filename)
        if plan.platform == "meta" and meta:
            plan.account = plan.account or meta[1].replace("-", " ")
        if plan.platform == "linkedin" and linkedin:
            plan.account_id = plan.account_id or linkedin[1]
        plan.account = answers.account or plan.account


def _twins(header: Sequence[str], columns: dict[Field, int]) -> list[tuple[str, int, int]]:
    """Columns in use whose name comes again further right."""
    return [
        (header[position], position, header.index(header[position], position + 1))
        for position in columns.values()
        if header[position] in header[position + 1 :]
    ]


def _date_question(days: dict[str, int]) -> Question:
    example = next((day for day in days if "/" in day), "03/04/2026")
    return Question(
        "date_order",
        f"Days such as {example} could be read two ways. What comes first?",
        ((DateOrder.DAY_FIRST, "The day"), (DateOrder.MONTH_FIRST, "The month")),
    )


def is_total_label(text: str) -> bool:
    """Whether a cell is the label of a totals row, in the languages seen so far."""
    return bool(_TOTAL_LABEL.match(text.strip()))
