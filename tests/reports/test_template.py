"""What the ranges of reports mean: whole days that are over, and nothing under a false name."""

from __future__ import annotations

import datetime as dt

import pytest

from app.errors import Invalid
from app.metrics.period import Period
from app.reports.template import RANGES, Range, days_before, range_of

D = dt.date


@pytest.mark.parametrize(
    ("wanted", "today", "first", "last"),
    [
        ("7d", D(2026, 3, 3), D(2026, 2, 24), D(2026, 3, 2)),
        ("30d", D(2026, 3, 1), D(2026, 1, 30), D(2026, 2, 28)),
        ("90d", D(2026, 1, 1), D(2025, 10, 3), D(2025, 12, 31)),
        ("this-month", D(2026, 12, 2), D(2026, 12, 1), D(2026, 12, 1)),
        ("this-month", D(2026, 12, 31), D(2026, 12, 1), D(2026, 12, 30)),
        ("this-quarter", D(2026, 11, 29), D(2026, 10, 1), D(2026, 11, 28)),
        ("this-quarter", D(2026, 12, 1), D(2026, 10, 1), D(2026, 11, 30)),
        ("this-quarter", D(2026, 1, 2), D(2026, 1, 1), D(2026, 1, 1)),
        ("last-month", D(2026, 1, 1), D(2025, 12, 1), D(2025, 12, 31)),
        ("last-month", D(2026, 1, 31), D(2025, 12, 1), D(2025, 12, 31)),
        ("last-month", D(2028, 3, 31), D(2028, 2, 1), D(2028, 2, 29)),
        ("last-month", D(2026, 12, 31), D(2026, 11, 1), D(2026, 11, 30)),
        ("last-quarter", D(2026, 1, 1), D(2025, 10, 1), D(2025, 12, 31)),
        ("last-quarter", D(2026, 3, 31), D(2025, 10, 1), D(2025, 12, 31)),
        ("last-quarter", D(2026, 4, 1), D(2026, 1, 1), D(2026, 3, 31)),
        ("last-quarter", D(2026, 12, 31), D(2026, 7, 1), D(2026, 9, 30)),
    ],
)
def test_a_range_is_of_whole_days_before_today(
    wanted: str, today: dt.date, first: dt.date, last: dt.date
) -> None:
    assert days_before(Range(wanted), today) == Period(first, last)


@pytest.mark.parametrize(
    ("wanted", "today", "says"),
    [
        ("this-month", D(2026, 12, 1), "This month began on 2026-12-01.*“The whole month before”"),
        ("this-month", D(2026, 1, 1), "This month began on 2026-01-01"),
        ("this-quarter", D(2026, 10, 1), "This quarter began.*“The whole quarter before”"),
    ],
)
def test_what_began_today_has_no_day_that_is_over_and_is_not_what_went_before(
    wanted: str, today: dt.date, says: str
) -> None:
    with pytest.raises(Invalid, match=f"^range: {says}"):
        days_before(Range(wanted), today)


def test_every_range_has_a_name_and_ends_before_today() -> None:
    assert set(RANGES) == set(Range)
    for each in Range:
        for day in (D(2026, 2, 15), D(2028, 2, 29), D(2026, 12, 31)):
            assert days_before(each, day).last < day


@pytest.mark.parametrize("meant", list(Range))
@pytest.mark.parametrize("today", [D(2026, 11, 20), D(2026, 3, 30), D(2026, 6, 15)])
def test_days_that_a_range_meant_lead_back_to_it(meant: Range, today: dt.date) -> None:
    assert range_of(days_before(meant, today), today) is meant


def test_on_a_first_day_days_lead_to_a_range_that_has_them() -> None:
    first = D(2026, 12, 1)
    assert range_of(Period(D(2026, 11, 1), D(2026, 11, 30)), first) is Range.LAST_MONTH
    assert range_of(Period(D(2026, 10, 1), D(2026, 11, 30)), first) is Range.THIS_QUARTER
    assert range_of(Period(D(2026, 11, 3), D(2026, 11, 5)), first) is Range.WEEK
