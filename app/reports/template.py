"""What a schedule's reports are ordered with, and the days that are meant at a due time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Invalid
from app.insights.languages import LANGUAGES, USUAL, unknown
from app.metrics.chosen import narrowed
from app.metrics.period import Compare, Period
from app.metrics.sources import Sources, sources
from app.models import Campaign, Workspace
from app.reports.languages import captions_in
from app.reports.ordering import BEYOND, MOST_CAMPAIGNS, Wanted

DAY = dt.timedelta(days=1)
_A_WEEK, _A_MONTH = 7, 31


class Range(StrEnum):
    """Whole days; the last of them is over when the schedule is due."""

    WEEK = "7d"
    MONTH = "30d"
    QUARTER = "90d"
    THIS_MONTH = "this-month"
    THIS_QUARTER = "this-quarter"
    LAST_MONTH = "last-month"
    LAST_QUARTER = "last-quarter"


RANGES = {
    Range.WEEK: "The last 7 days",
    Range.MONTH: "The last 30 days",
    Range.QUARTER: "The last 90 days",
    Range.THIS_MONTH: "This month so far",
    Range.THIS_QUARTER: "This quarter so far",
    Range.LAST_MONTH: "The whole month before",
    Range.LAST_QUARTER: "The whole quarter before",
}
_LENGTHS = {Range.WEEK: 7, Range.MONTH: 30, Range.QUARTER: 90}
_BEGUN = {
    Range.THIS_MONTH: ("This month", Range.LAST_MONTH),
    Range.THIS_QUARTER: ("This quarter", Range.LAST_QUARTER),
}
COMPARED = {
    Compare.PREVIOUS: "The days before",
    Compare.YEAR: "The year before",
    Compare.NONE: "Nothing",
}


def checked(session: Session, workspace_id: int, given: Mapping[str, Any]) -> dict[str, Any]:
    """A request as it is kept. Raises Invalid that names the field first."""
    accounts, campaigns = _ids("accounts", given), _ids("campaigns", given)
    platforms = list(dict.fromkeys(given.get("platforms", ())))
    known = sources(session, workspace_id)
    _known("platforms", platforms, known.platforms)
    _known("accounts", accounts, known.account_ids)
    own = session.scalars(
        select(Campaign.id).where(
            Campaign.workspace_id == workspace_id,
            Campaign.id.in_(each for each in campaigns if abs(each) < BEYOND),
        )
    ).all()
    _known("campaigns", campaigns, own)
    language = given.get("language", USUAL)
    if language not in LANGUAGES:
        raise Invalid(f"language: {unknown(language)}")
    return {
        "range": _choice("range", Range, given.get("range", Range.WEEK)),
        "compare": _choice("compare", Compare, given.get("compare", Compare.PREVIOUS)),
        "platforms": platforms,
        "accounts": accounts,
        "campaigns": campaigns,
        "language": language,
    }


def wanted(request: Mapping[str, Any], title: str, period: Period) -> Wanted:
    """The order of a report about these days."""
    return Wanted(
        first=period.first,
        last=period.last,
        compare=Compare(request["compare"]),
        platforms=tuple(request["platforms"]),
        accounts=tuple(request["accounts"]),
        campaigns=tuple(request["campaigns"]),
        title=title,
        language=language_of(request),
    )


def wanted_at(
    request: Mapping[str, Any], title: str, workspace: Workspace, due_at: dt.datetime
) -> Wanted:
    """The order of the report that is meant at a due time, by the workspace's calendar.

    Today is never one of its days. What began today is the whole one before, and its title says so.
    """
    today = due_at.astimezone(ZoneInfo(workspace.time_zone)).date()
    meant = _meant(Range(request["range"]), today)
    if meant is not None:
        return wanted(request, title, meant)
    instead = _BEGUN[Range(request["range"])][1]
    period = days_before(instead, today)
    return wanted(request, _of_the_one_before(title, instead, period, language_of(request)), period)


def language_of(request: Mapping[str, Any]) -> str:
    """The one it was saved with; English is older than the choice."""
    return str(request.get("language", USUAL))


def days_before(wanted: Range, today: dt.date) -> Period:
    """The days meant on a day. Raises Invalid for what began on that day itself."""
    found = _meant(wanted, today)
    if found is None:
        begun, instead = _BEGUN[wanted]
        raise Invalid(
            f"range: {begun} began on {today}, so no day of it is over and there is nothing to "
            f"report yet. Wait a day, or choose “{RANGES[instead]}”."
        )
    return found


def _meant(wanted: Range, today: dt.date) -> Period | None:
    """None while no day of it is over."""
    yesterday = today - DAY
    month = today.replace(day=1)
    quarter = month.replace(month=today.month - (today.month - 1) % 3)
    match wanted:
        case Range.THIS_MONTH:
            return _so_far(month, yesterday)
        case Range.THIS_QUARTER:
            return _so_far(quarter, yesterday)
        case Range.LAST_MONTH:
            return _months(month - DAY, 1)
        case Range.LAST_QUARTER:
            return _months(quarter - DAY, 3)
        case _:
            return Period.ending(yesterday, _LENGTHS[wanted])


def _of_the_one_before(title: str, instead: Range, period: Period, language: str) -> str:
    """A title that says what the report is of in place of what began on the day."""
    said = captions_in(language)
    if instead is Range.LAST_QUARTER:
        quarter = (period.last.month + 2) // 3
        return said.quarter_before(title, quarter, period.last.year)
    return said.month_before(title, period.first)


def _so_far(first: dt.date, yesterday: dt.date) -> Period | None:
    return Period(first, yesterday) if first <= yesterday else None


def range_of(period: Period, today: dt.date) -> Range:
    """The range that meant these days then; for days of somebody's own one about as long."""
    whole_first = sorted(Range, key=lambda each: not each.startswith("last-"))
    for each in whole_first:
        if _meant(each, today) == period:
            return each
    if len(period) <= _A_WEEK:
        return Range.WEEK
    return Range.MONTH if len(period) <= _A_MONTH else Range.QUARTER


def sources_of(session: Session, workspace_id: int, request: Mapping[str, Any]) -> Sources:
    """The accounts that the report is about."""
    known = sources(session, workspace_id)
    return narrowed(known, request["platforms"], request["accounts"])


def _months(last: dt.date, count: int) -> Period:
    """The `count` whole months that end with a last day."""
    year, month = divmod(last.year * 12 + last.month - count, 12)
    return Period(dt.date(year, month + 1, 1), last)


def _ids(field: str, given: Mapping[str, Any]) -> list[int]:
    found = list(dict.fromkeys(int(each) for each in given.get(field, ())))
    if len(found) > MOST_CAMPAIGNS:
        raise Invalid(f"{field}: At most {MOST_CAMPAIGNS} can be chosen.")
    return found


def _known(field: str, given: Sequence[object], known: Sequence[object]) -> None:
    strange = next((each for each in given if each not in known), None)
    if strange is not None:
        raise Invalid(f"{field}: There is no {str(strange)[:40]} in this workspace.")


def _choice(field: str, kind: type[StrEnum], given: str) -> str:
    try:
        return str(kind(given))
    except ValueError as error:
        raise Invalid(f"{field}: {given[:40]} is not one of {', '.join(kind)}.") from error
