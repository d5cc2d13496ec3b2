"""When schedules are due: weekdays, month ends, clocks that skip an hour or repeat one."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.reports.timing import Every, Rhythm

BERLIN = "Europe/Berlin"
START = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("rhythm", "after", "expected"),
    [
        (Rhythm(Every.WEEK, 0, 8, BERLIN), "2026-11-27T12:00", "2026-11-30T07:00"),
        (Rhythm(Every.WEEK, 0, 8, BERLIN), "2026-11-30T06:59", "2026-11-30T07:00"),
        (Rhythm(Every.WEEK, 0, 8, BERLIN), "2026-11-30T07:00", "2026-12-07T07:00"),
        # Monday morning in Auckland is Sunday in UTC.
        (Rhythm(Every.WEEK, 0, 8, "Pacific/Auckland"), "2026-11-28T12:00", "2026-11-29T19:00"),
        (Rhythm(Every.MONTH, 1, 9, "America/New_York"), "2026-12-01T14:00", "2027-01-01T14:00"),
        (Rhythm(Every.MONTH, 31, 9, "UTC"), "2027-01-31T09:00", "2027-02-28T09:00"),
        (Rhythm(Every.MONTH, 31, 9, "UTC"), "2028-02-01T00:00", "2028-02-29T09:00"),
        (Rhythm(Every.MONTH, 30, 9, "UTC"), "2027-02-28T09:00", "2027-03-30T09:00"),
        # The clock goes from 2:00 to 3:00 on 28 March 2027: 2:30 there does not exist.
        (Rhythm(Every.WEEK, 6, 2, BERLIN), "2027-03-27T00:00", "2027-03-28T01:00"),
        # It goes from 3:00 back to 2:00 on 31 October 2027: the first 2:00 counts.
        (Rhythm(Every.WEEK, 6, 2, BERLIN), "2027-10-30T00:00", "2027-10-31T00:00"),
        (Rhythm(Every.WEEK, 6, 2, BERLIN), "2027-10-31T00:00", "2027-11-07T01:00"),
        # There is no midnight in Cairo on 30 April 2027.
        (Rhythm(Every.WEEK, 4, 0, "Africa/Cairo"), "2027-04-29T12:00", "2027-04-29T22:00"),
    ],
)
def test_the_next_time_is_by_the_clock_of_the_schedules_zone(
    rhythm: Rhythm, after: str, expected: str
) -> None:
    assert rhythm.next_at(at(after)) == at(expected)


def test_the_latest_time_is_the_one_just_reached() -> None:
    rhythm = Rhythm(Every.MONTH, 31, 9, "UTC")
    assert rhythm.latest_at(at("2027-02-28T09:00")) == at("2027-02-28T09:00")
    assert rhythm.latest_at(at("2027-02-28T08:59")) == at("2027-01-31T09:00")


@given(
    st.builds(
        Rhythm,
        st.just(Every.WEEK),
        st.integers(0, 6),
        st.integers(0, 23),
        st.sampled_from((BERLIN, "America/New_York", "Pacific/Auckland", "Australia/Lord_Howe")),
    )
    | st.builds(
        Rhythm,
        st.just(Every.MONTH),
        st.integers(1, 31),
        st.integers(0, 23),
        st.sampled_from((BERLIN, "America/New_York", "Asia/Kathmandu", "Africa/Cairo")),
    ),
    st.integers(0, 7 * 365 * 24 * 60).map(lambda minutes: START + dt.timedelta(minutes=minutes)),
)
def test_times_follow_each_other_without_a_gap(rhythm: Rhythm, instant: dt.datetime) -> None:
    following = rhythm.next_at(instant)
    assert rhythm.latest_at(instant) <= instant < following
    assert rhythm.next_at(rhythm.latest_at(instant)) == following
    longest = 8 if rhythm.every == Every.WEEK else 32
    assert following - instant <= dt.timedelta(days=longest)
    there = following.astimezone(ZoneInfo(rhythm.time_zone))
    assert there.hour in (rhythm.hour, (rhythm.hour + 1) % 24)
