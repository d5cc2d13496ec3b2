"""Figures are what Plotly accepts, and plain JSON."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import plotly.graph_objects as go
import pytest

from app.metrics.figures import Figures, RevenueSource
from app.metrics.performance import DayFigures, PlatformFigures
from app.metrics.period import Period
from app.web.charts import TRENDS, Chart, spend_by_platform, trend


def days(first: str, *spends: str | None) -> list[DayFigures]:
    start = dt.date.fromisoformat(first)
    return [
        DayFigures(
            start + dt.timedelta(days=offset),
            None
            if spend is None
            else Figures(spend=Decimal(spend), reported_revenue=Decimal(spend) * 3),
        )
        for offset, spend in enumerate(spends)
    ]


def draw(kind: str, unsettled: Period | None = None) -> Chart:
    return trend(
        kind,
        days("2026-11-01", None, "1.50", "0", "3"),
        days("2026-10-28", "9", "8", "7", "6"),
        unsettled,
        RevenueSource.REPORTED,
        "USD",
    )


@pytest.mark.parametrize("kind", TRENDS)
def test_plotly_accepts_it_and_json_keeps_numbers_numbers(kind: str) -> None:
    figure = draw(kind, Period(dt.date(2026, 11, 3), dt.date(2026, 11, 4)))

    go.Figure(figure)
    for trace in json.loads(json.dumps(figure))["data"]:
        assert all(isinstance(y, float | None) for y in trace["y"])
        assert all(isinstance(x, str) for x in trace["x"])


def test_a_day_never_read_is_a_gap_and_a_quiet_one_a_zero() -> None:
    [_, revenue, spend] = draw("revenue")["data"]

    assert spend["y"] == [None, 1.5, 0.0, 3.0]
    assert revenue["y"] == [None, 4.5, 0.0, 9.0]


def test_a_shop_that_is_not_there_is_no_line_of_zeros() -> None:
    shown = days("2026-11-01", "1.50", "3")
    [revenue, _] = trend("revenue", shown, [], None, RevenueSource.STORE, "USD")["data"]

    assert revenue["y"] == [None, None]


def test_a_ratio_without_meaning_is_a_gap() -> None:
    assert draw("roas")["data"][-1]["y"] == [None, 3.0, None, 3.0]


def test_what_was_before_lies_on_the_days_it_is_compared_with() -> None:
    before = draw("revenue")["data"][0]

    assert before["meta"]["part"] == "previous"
    assert before["x"][0] == "2026-11-01"
    assert before["y"][0] == 27.0


def test_unsettled_days_are_dashed_and_join_the_settled_ones() -> None:
    figure = draw("revenue", Period(dt.date(2026, 11, 3), dt.date(2026, 11, 4)))
    settled, unsettled = figure["data"][1:3]

    assert settled["x"] == ["2026-11-01", "2026-11-02"]
    assert unsettled["meta"]["part"] == "unsettled"
    assert unsettled["x"] == ["2026-11-02", "2026-11-03", "2026-11-04"]


def test_the_ring_leaves_out_what_cost_nothing() -> None:
    figure = spend_by_platform(
        [
            PlatformFigures("meta", Figures(spend=Decimal("7.5")), Decimal(1)),
            PlatformFigures("shopify", Figures(store_revenue=Decimal(9)), Decimal(0)),
        ],
        "USD",
    )

    go.Figure(figure)
    assert figure["data"][0]["labels"] == ["Meta"]
    assert figure["data"][0]["values"] == [7.5]
