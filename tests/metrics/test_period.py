"""Which days are shown and compared."""

from __future__ import annotations

import datetime as dt

import pytest

from app.metrics.period import Align, Compare, Period, compare

TODAY = dt.date(2026, 11, 22)


def period(first: str, last: str) -> Period:
    return Period(dt.date.fromisoformat(first), dt.date.fromisoformat(last))


def test_a_period_includes_both_ends() -> None:
    assert len(period("2026-11-01", "2026-11-30")) == 30
    assert list(period("2026-11-01", "2026-11-02")) == [dt.date(2026, 11, 1), dt.date(2026, 11, 2)]


def test_a_period_cannot_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="before"):
        period("2026-11-02", "2026-11-01")


def test_the_previous_period_is_as_long_and_ends_the_day_before() -> None:
    found = compare(period("2026-10-23", "2026-11-21"), TODAY)

    assert found.before == period("2026-09-23", "2026-10-22")
    assert found.over == found.shown
    assert not found.unfinished


def test_today_and_its_counterpart_are_left_out_of_both_sides() -> None:
    found = compare(period("2026-11-16", "2026-11-22"), TODAY)

    assert found.over == period("2026-11-16", "2026-11-21")
    assert found.before == period("2026-11-09", "2026-11-14")
    assert found.whole_before == period("2026-11-09", "2026-11-15")
    assert found.unfinished


def test_today_alone_is_not_compared() -> None:
    found = compare(period("2026-11-22", "2026-11-22"), TODAY)

    assert found.before is None
    assert found.over is None


def test_weekdays_stay_on_weekdays_when_asked() -> None:
    shown = period("2026-10-23", "2026-11-21")
    found = compare(shown, TODAY, align=Align.WEEKDAY)

    assert found.before is not None
    assert len(found.before) == len(shown)
    assert found.before.first.weekday() == shown.first.weekday()
    assert found.before.last < shown.first


def test_the_previous_year_has_the_same_dates() -> None:
    found = compare(period("2026-11-01", "2026-11-21"), TODAY, Compare.YEAR)

    assert found.before == period("2025-11-01", "2025-11-21")


def test_the_previous_year_on_the_same_weekdays() -> None:
    found = compare(period("2026-11-01", "2026-11-21"), TODAY, Compare.YEAR, Align.WEEKDAY)

    assert found.before == period("2025-11-02", "2025-11-22")


def test_a_leap_day_is_compared_with_the_28th() -> None:
    found = compare(period("2028-02-01", "2028-02-29"), dt.date(2028, 3, 9), Compare.YEAR)

    assert found.before == period("2027-02-01", "2027-02-28")


def test_a_leap_day_falls_inside_the_previous_period() -> None:
    found = compare(period("2028-03-01", "2028-03-30"), dt.date(2028, 4, 9))

    assert found.before == period("2028-01-31", "2028-02-29")


def test_clock_changes_do_not_move_days() -> None:
    found = compare(period("2026-10-25", "2026-11-07"), TODAY)

    assert found.before == period("2026-10-11", "2026-10-24")


def test_nothing_is_compared_when_nothing_is_wanted() -> None:
    found = compare(period("2026-11-01", "2026-11-21"), TODAY, Compare.NONE)

    assert found.before is None
    assert found.spans == [period("2026-11-01", "2026-11-21")]
