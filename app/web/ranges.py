"""The days a URL asks for, the same way for pages, files and scripts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar
from urllib.parse import urlencode

from flask import url_for
from werkzeug.datastructures import MultiDict

from app.errors import Invalid
from app.metrics.period import (
    EARLIEST,
    LONGEST,
    PRESETS,
    Align,
    Compare,
    Comparison,
    Period,
    compare,
)

USUAL = "30d"
CUSTOM = "custom"
LATEST = dt.date(2200, 1, 1)
REVENUES = ("auto", "store", "reported")

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class View:
    """What a page was asked to show. `preset` is a key of PRESETS or CUSTOM.

    `kept` are the page's own parameters, to be carried along. `error` is the sentence for a
    URL that made no sense; the usual days are shown then.
    """

    comparison: Comparison
    preset: str
    revenue: str
    kept: Mapping[str, str] = field(default_factory=dict)
    error: str = ""

    @property
    def shown(self) -> Period:
        return self.comparison.shown

    def arguments(self, **changed: str | None) -> dict[str, str]:
        """The query string that asks for this again, with some of it changed; None leaves out."""
        wanted: dict[str, str | None] = {
            "compare": _unless(self.comparison.how, Compare.PREVIOUS),
            "align": _unless(self.comparison.align, Align.EXACT),
            "revenue": self.revenue or None,
            **self._days(),
            **self.kept,
            **changed,
        }
        return {name: value for name, value in wanted.items() if value}

    def _days(self) -> dict[str, str | None]:
        if self.preset == CUSTOM:
            return {"from": self.shown.first.isoformat(), "to": self.shown.last.isoformat()}
        return {"range": _unless(self.preset, USUAL)}


def address(endpoint: str, arguments: Mapping[str, str]) -> str:
    """Where an endpoint answers with these arguments."""
    query = urlencode(arguments)
    return f"{url_for(endpoint)}?{query}" if query else url_for(endpoint)


def read_view(given: MultiDict[str, str], today: dt.date, keep: Sequence[str] = ()) -> View:
    """What a page's URL asks for. Never raises: see View.error."""
    kept = {name: given[name] for name in keep if given.get(name)}
    try:
        revenue = _revenue(given.get("revenue", ""))
        how = _choice(Compare, given.get("compare"), Compare.PREVIOUS)
        align = _choice(Align, given.get("align"), Align.EXACT)
        shown, preset = _page_period(given, today)
    except Invalid as error:
        usual = Period.ending(today, PRESETS[USUAL])
        return View(compare(usual, today), USUAL, "", kept, error.message)
    return View(compare(shown, today, how, align), preset, revenue, kept)


def days_between(first: dt.date | None, last: dt.date | None, today: dt.date) -> Period:
    """The days from one to the other; the usual number when one is missing. Raises Invalid."""
    for given in (first, last):
        if given is not None and not EARLIEST <= given <= LATEST:
            raise Invalid(f"{given} is not between {EARLIEST} and {LATEST}.")
    last = last or max(today, first or today)
    first = first or last - dt.timedelta(days=PRESETS[USUAL] - 1)
    if first > last:
        raise Invalid(f"The first day, {first}, is after the last, {last}. Swap them.")
    period = Period(first, last)
    if len(period) > LONGEST:
        raise Invalid(f"That is more than {LONGEST} days. Ask for a shorter range.")
    return period


def _page_period(given: MultiDict[str, str], today: dt.date) -> tuple[Period, str]:
    if given.get("from") or given.get("to"):
        first, last = _day(given.get("from", "")), _day(given.get("to", ""))
        return days_between(first, last, today), CUSTOM
    preset = given.get("range") or USUAL
    if preset not in PRESETS:
        raise Invalid(f"A range is one of {', '.join(PRESETS)}, or a first and a last day.")
    return Period.ending(today, PRESETS[preset]), preset


def _day(text: str) -> dt.date | None:
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise Invalid(f"{text} is not a day. Write it like 2026-11-22.") from error


def _revenue(text: str) -> str:
    if text and text not in REVENUES:
        raise Invalid(f"{text} is not one of {', '.join(REVENUES)}.")
    return text


def _choice(kind: type[Choice], text: str | None, otherwise: Choice) -> Choice:
    try:
        return kind(text) if text else otherwise
    except ValueError as error:
        raise Invalid(f"{text} is not one of {', '.join(kind)}.") from error


def _unless(value: str, usual: str) -> str | None:
    return None if value == usual else str(value)
