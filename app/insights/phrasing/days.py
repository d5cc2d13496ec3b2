"""The days of a sentence, and whether they are the finding's."""

from __future__ import annotations

import datetime as dt
import re
from functools import cache

from babel.dates import get_month_names

from app.insights.finding import Finding
from app.insights.review_days import rests_through

_RELATIVE = re.compile(
    r"\b(?:yesterday|today|tomorrow|tonight|weekend|"
    r"(?:this|last|next|past|previous|coming) (?:week|month|quarter|year|day|night|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday)|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday)s?\b",
    re.IGNORECASE,
)
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")


def of_finding(finding: Finding) -> set[dt.date]:
    """The days that may be said."""
    found = {finding.first, finding.last, rests_through(finding)}
    if finding.review_on:
        found.add(finding.review_on)
    for fact in finding.facts.values():
        if _ISO.fullmatch(fact):
            found.add(dt.date.fromisoformat(fact))
    return found


def strange_days(text: str, finding: Finding) -> tuple[str, list[str]]:
    """The text with its days blanked out, places kept, and what is wrong with them."""
    allowed = of_finding(finding)
    months = {each.month for each in allowed - {finding.review_on}}
    wrong = [f"“{each[0]}” is no date" for each in _RELATIVE.finditer(text)]
    for pattern in (_iso, _month_first, _day_first):
        text, found = pattern(text, allowed)
        wrong += found
    text, found = _month_alone(text, months)
    return text, [*wrong, *found]


def day_marks(text: str) -> tuple[str, list[tuple[int, str]]]:
    """The text with its days blanked out, and where which month and day is said."""
    found = [(each.start(), f"{int(each[2])}-{int(each[3])}") for each in _ISO.finditer(text)]
    text = _ISO.sub(_blank, text)
    for pattern in _patterns()[:2]:
        for each in pattern.finditer(text):
            month = _months()[each["month"].casefold().rstrip(".")]
            days = [each["day"], each.groupdict().get("until")]
            found += [(each.start(), f"{month}-{int(day)}") for day in days if day]
        text = pattern.sub(_blank, text)
    return text, found


def _iso(text: str, allowed: set[dt.date]) -> tuple[str, list[str]]:
    written = {each.isoformat() for each in allowed}
    wrong = [f"“{e[0]}” is another day" for e in _ISO.finditer(text) if e[0] not in written]
    return _ISO.sub(_blank, text), wrong


def _month_first(text: str, allowed: set[dt.date]) -> tuple[str, list[str]]:
    pattern = _patterns()[0]
    wrong = []
    for found in pattern.finditer(text):
        days = [found["day"], *([found["until"]] if found["until"] else [])]
        if not _fits(found["month"], days, found["year"], allowed):
            wrong.append(f"“{found[0]}” are not the finding's days")
    return pattern.sub(_blank, text), wrong


def _day_first(text: str, allowed: set[dt.date]) -> tuple[str, list[str]]:
    pattern = _patterns()[1]
    wrong = [
        f"“{found[0]}” is not the finding's day"
        for found in pattern.finditer(text)
        if not _fits(found["month"], [found["day"]], found["year"], allowed)
    ]
    return pattern.sub(_blank, text), wrong


def _month_alone(text: str, months: set[int]) -> tuple[str, list[str]]:
    pattern = _patterns()[2]
    wrong = [
        f"“{found[0]}” is another month"
        for found in pattern.finditer(text)
        if _months()[found["month"].casefold()] not in months
    ]
    return pattern.sub(_blank, text), wrong


def _fits(month: str, days: list[str], year: str | None, allowed: set[dt.date]) -> bool:
    number = _months()[month.casefold().rstrip(".")]
    return all(
        any(
            (each.month, each.day) == (number, int(day)) and (not year or each.year == int(year))
            for each in allowed
        )
        for day in days
    )


@cache
def _months() -> dict[str, int]:
    return {
        name.casefold(): number
        for width in ("wide", "abbreviated")
        for number, name in get_month_names(width, locale="en").items()
    } | {"sept": 9}


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    names = "|".join(sorted(_months(), key=len, reverse=True))
    # "May" and "March" are words too; they are months only with a capital.
    month = rf"(?P<month>(?i:{names}))\b\.?"
    day = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?\b"
    until = r"(?:\s?[-–—]\s?(?P<until>[0-3]?\d)(?:st|nd|rd|th)?\b(?!\.\d|%|,\d))?"
    year = r"(?:,?\s(?P<year>20\d\d)\b)?"
    return (
        re.compile(rf"\b{month}\s{day}{until}{year}"),
        re.compile(rf"\b{day}\s(?:of\s)?{month}{year}"),
        re.compile(rf"\b(?=[A-Z]){month}"),
    )


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])
