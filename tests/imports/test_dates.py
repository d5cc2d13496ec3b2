"""Days in every notation, and the one order of a file."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.imports.dates import (
    DateOrder,
    NotADay,
    OrderEvidence,
    OrderUnknown,
    days_in,
    parse_day,
)
from app.imports.refusal import Refused

DAY_FIRST, MONTH_FIRST = DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST
ALWAYS = (dt.date.min, dt.date.max)
days = st.dates(dt.date(2000, 1, 1), dt.date(2100, 12, 31))


@pytest.mark.parametrize(
    "text",
    [
        "2026-06-05",
        "2026/06/05",
        "20260605",
        "2026-06-05 23:59:59",
        "2026-06-05T00:00:00Z",
        "2026-06-05 17:18:52 -0700",
        "5.6.2026",
        "05.06.26",
        "Fri, 5 Jun 2026",
        "5 June 2026",
        "June 5, 2026",
        "June 5, 2026, 12:00 AM",
        "5 de junho de 2026",
        "5. Juni 2026",
        "5 juin 2026",
        "5 de junio de 2026",
        "5 giugno 2026",
        "2026年6月5日",
        "2026. 6. 5.",
    ],
)
def test_a_day_is_read_however_it_is_written(text: str) -> None:
    assert parse_day(text) == dt.date(2026, 6, 5)


@pytest.mark.parametrize("text", ["6/5/2026", "6/5/26", "06-05-2026", "6/5/2026 12:00:00 AM|11"])
def test_a_slash_date_needs_an_order(text: str) -> None:
    with pytest.raises(OrderUnknown):
        parse_day(text)
    assert parse_day(text, MONTH_FIRST) == dt.date(2026, 6, 5)
    assert parse_day(text, DAY_FIRST) == dt.date(2026, 5, 6)


@pytest.mark.parametrize(
    "text", ["", "Teapots", "2026-13-01", "31/31/2026", "1926-01-01", "9" * 70]
)
def test_what_is_not_a_day_is_never_guessed(text: str) -> None:
    with pytest.raises(NotADay):
        parse_day(text, DAY_FIRST)


@given(days)
def test_every_day_comes_back_in_every_notation(day: dt.date) -> None:
    assert parse_day(day.isoformat()) == day
    assert parse_day(f"{day:%Y%m%d}") == day
    assert parse_day(f"{day.month}/{day.day}/{day.year}", MONTH_FIRST) == day
    assert parse_day(f"{day.day}/{day.month}/{day.year}", DAY_FIRST) == day
    assert parse_day(f"{day:%d.%m.%Y}") == day
    assert parse_day(f"{day:%A, %d %B %Y}") == day


@given(st.text(max_size=70))
def test_no_text_makes_the_reader_fail_otherwise(text: str) -> None:
    OrderEvidence().observe(text, 1)
    try:
        assert isinstance(parse_day(text), dt.date)
    except (NotADay, OrderUnknown):
        assert text != "2026-06-05"


@given(st.lists(days, min_size=1, max_size=60))
def test_a_day_above_twelve_settles_the_order(given_days: list[dt.date]) -> None:
    evidence = OrderEvidence()
    for row, day in enumerate([*given_days, dt.date(2026, 6, 25)]):
        evidence.observe(f"{day.day}/{day.month}/{day.year}", row)
    assert evidence.decide("Day", ALWAYS) is DAY_FIRST


def test_nothing_above_twelve_leaves_it_open() -> None:
    evidence = OrderEvidence()
    evidence.observe("3/4/2026", 2)
    assert evidence.decide("Day", ALWAYS) is None


def test_a_reading_outside_of_the_span_loses() -> None:
    evidence = OrderEvidence()
    evidence.observe("3/12/2026", 2)
    assert evidence.decide("Day", (dt.date.min, dt.date(2026, 11, 24))) is MONTH_FIRST


def test_contradicting_orders_are_refused_with_both_rows() -> None:
    evidence = OrderEvidence()
    evidence.observe("25/6/2026", 2)
    evidence.observe("6/25/2026", 7)
    with pytest.raises(Refused, match=r"Row 7, column Day: .* row 2"):
        evidence.decide("Day", ALWAYS)


def test_the_title_lines_name_the_span() -> None:
    assert days_in("July 8, 2025 - July 31, 2025") == [dt.date(2025, 7, 8), dt.date(2025, 7, 31)]
    assert days_in("Report Start: October 1, 2024, 12:00 AM") == [dt.date(2024, 10, 1)]
    assert days_in("All time") == []
