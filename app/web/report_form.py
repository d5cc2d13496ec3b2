"""The form that orders a report: what it offers, and what was chosen in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from werkzeug.datastructures import MultiDict

from app.errors import AppError, Invalid, named
from app.insights.languages import USUAL
from app.metrics.period import Compare, Period
from app.reports.ordering import Wanted
from app.reports.template import RANGES, Range, days_before
from app.web.incoming import row_number
from app.web.report_choices import Chosen

CUSTOM = "custom"
RANGE_NAMES = {**{each.value: words for each, words in RANGES.items()}, CUSTOM: "Other days"}


@dataclass(slots=True)
class ReportForm:
    """What was typed, as it was typed; `errors` by field, "" for none in particular."""

    range: str = Range.MONTH.value
    first: str = ""
    last: str = ""
    compare: str = Compare.PREVIOUS.value
    platforms: Sequence[str] = ()
    accounts: Sequence[str] = ()
    campaigns: Sequence[str] = ()
    title: str = ""
    language: str = USUAL
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def chosen(self) -> Chosen:
        """What it is narrowed to."""
        return Chosen(self.platforms, self.accounts, self.campaigns)

    def refuse(self, error: AppError) -> None:
        """Say beside the field what is wrong."""
        name, sentence = named(error.message)
        self.errors[name] = sentence


def of_request(given: MultiDict[str, str], language: str) -> ReportForm:
    """The form as it was sent; `language` where it says none."""
    return ReportForm(
        range=given.get("range", Range.MONTH.value),
        first=given.get("from", "").strip(),
        last=given.get("to", "").strip(),
        compare=given.get("compare", Compare.PREVIOUS.value),
        platforms=given.getlist("platforms"),
        accounts=given.getlist("accounts"),
        campaigns=given.getlist("campaigns"),
        title=given.get("title", ""),
        language=given.get("language") or language,
    )


def wanted_of(form: ReportForm, today: dt.date) -> Wanted:
    """The order that the form means. Raises Invalid, and NotFound for what is no number."""
    days = _days(form, today)
    if form.compare not in set(Compare):
        raise Invalid(f"compare: It is one of {', '.join(Compare)}.")
    return Wanted(
        first=days.first,
        last=days.last,
        compare=Compare(form.compare),
        platforms=tuple(dict.fromkeys(form.platforms)),
        accounts=tuple(dict.fromkeys(row_number(each) for each in form.accounts)),
        campaigns=tuple(dict.fromkeys(row_number(each) for each in form.campaigns)),
        title=form.title,
        language=form.language,
    )


def _days(form: ReportForm, today: dt.date) -> Period:
    if form.range != CUSTOM:
        if form.range not in set(Range):
            raise Invalid(f"range: It is one of {', '.join(Range)} or {CUSTOM}.")
        return days_before(Range(form.range), today)
    first, last = _day("from", form.first), _day("to", form.last)
    if first > last:
        raise Invalid(f"from: The first day, {first}, is after the last, {last}. Swap them.")
    return Period(first, last)


def _day(name: str, given: str) -> dt.date:
    try:
        return dt.date.fromisoformat(given)
    except ValueError as error:
        raise Invalid(f"{name}: Choose a day, or write it like 2026-11-22.") from error
