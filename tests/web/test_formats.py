"""How figures are worded."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from flask import Flask, render_template_string

from app import create_app
from app.metrics.figures import Better
from app.web import formats
from tests.conftest import make_settings

NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)


@pytest.fixture
def app() -> Flask:
    """The application without a database behind it."""
    return create_app(make_settings("postgresql://nobody@127.0.0.1:1/none"))


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        (Decimal("24580.37"), "USD", "$24,580"),
        (Decimal("24580.50"), "USD", "$24,581"),
        (Decimal("999.5"), "EUR", "€999.50"),
        (Decimal(-2500), "USD", "-$2,500"),
        (Decimal(0), "USD", "$0.00"),
        (Decimal(1500), "JPY", "¥1,500"),
        (None, "USD", "–"),
    ],
)
def test_money_is_whole_where_cents_are_noise(
    amount: Decimal | None, currency: str, expected: str
) -> None:
    assert formats.money(amount, currency) == expected


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        (Decimal("24580.37"), "USD", "$24,580.37"),
        (Decimal("1.5"), "KWD", "KWD1.500"),
        (Decimal(1500), "JPY", "¥1,500"),
        (None, "USD", "–"),
    ],
)
def test_exact_money_has_the_currencys_own_decimals(
    amount: Decimal | None, currency: str, expected: str
) -> None:
    assert formats.money_exact(amount, currency) == expected


def test_compact_money_fits_in_a_small_place() -> None:
    assert formats.money_compact(Decimal(24580), "USD") == "$24.6K"
    assert formats.money_compact(Decimal(580), "USD") == "$580"


@pytest.mark.parametrize(
    ("share", "digits", "expected"),
    [
        (Decimal("0.124"), 0, "12%"),
        (Decimal("0.125"), 0, "13%"),
        (Decimal("0.0124"), 2, "1.24%"),
        (None, 0, "–"),
    ],
)
def test_percent_takes_a_share_of_one(share: Decimal | None, digits: int, expected: str) -> None:
    assert formats.percent(share, digits) == expected


def test_a_ratio_that_cannot_be_computed_is_a_dash() -> None:
    assert formats.ratio(None) == "–"
    assert formats.ratio(Decimal("3.5159")) == "3.52x"
    assert formats.ratio(Decimal(3), 1) == "3.0x"


def test_counts_show_decimals_only_where_asked() -> None:
    assert formats.number(1842) == "1,842"
    assert formats.number(Decimal("12.345"), 1) == "12.3"
    assert formats.number(Decimal("12.00"), 2) == "12"
    assert formats.number(None) == "–"


def test_a_range_names_what_its_ends_share_once() -> None:
    first = dt.date(2026, 11, 1)
    # Unicode's own thin spaces stand around the dash.
    words = formats.day_range(first, dt.date(2026, 11, 21)).replace("\u2009", " ")
    assert words == "Nov 1 – 21, 2026"


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (dt.timedelta(seconds=20), "just now"),
        (dt.timedelta(minutes=5), "5 minutes ago"),
        (dt.timedelta(hours=3), "3 hours ago"),
        (dt.timedelta(days=2), "2 days ago"),
    ],
)
def test_how_long_ago_carries_the_exact_time(before: dt.timedelta, words: str) -> None:
    html = formats.ago(NOW - before, "America/New_York", NOW)
    assert f">{words}</time>" in html
    assert 'title="Nov 2' in html
    assert "EST" in html


def test_something_that_never_happened_is_a_dash() -> None:
    assert formats.ago(None) == "–"


@pytest.mark.parametrize(
    ("change", "better", "tone", "words"),
    [
        (Decimal("0.24"), "more", "better", "Up 24%, better"),
        (Decimal("-0.03"), "more", "worse", "Down 3%, worse"),
        (Decimal("0.2"), "less", "worse", "Up 20%, worse"),
        (Decimal("-0.2"), "less", "better", "Down 20%, better"),
        (Decimal("0.12"), "neither", "neutral", "Up 12%"),
        (Decimal("0.005"), "more", "better", "Up 1%, better"),
        (Decimal("0.001"), "more", "neutral", "No change"),
        (None, "more", "neutral", "No earlier figure to compare with"),
    ],
)
def test_only_better_is_green_and_only_worse_is_red(
    change: Decimal | None, better: Better, tone: str, words: str
) -> None:
    pill = formats.change_pill(change, better)
    assert (pill.tone, pill.words) == (tone, words)


def test_numbers_follow_the_reader_and_words_stay_english(app: Flask) -> None:
    with app.test_request_context(headers={"Accept-Language": "de-DE,de;q=0.9"}):
        assert formats.money_exact(Decimal("24580.37"), "EUR") == "24.580,37\xa0€"
        assert formats.day(dt.date(2026, 11, 22)) == "22 Nov 2026"


@pytest.mark.parametrize("header", ["", "*", "xx-nowhere", "not a language;q=1", "\x00"])
def test_an_odd_language_header_means_american(header: str) -> None:
    assert str(formats._negotiated(header)) == "en_US"


def test_a_small_line_stays_in_its_box_and_passes_over_unknown_days() -> None:
    line, area = formats.spark_lines([None, Decimal(5), None, Decimal(10), 7])
    points = [tuple(map(float, point.split(","))) for point in line.split()]
    assert [x for x, _ in points] == pytest.approx([25, 75, 100])
    assert all(0 <= y <= formats.SPARK_HEIGHT for _, y in points)
    assert area.startswith("25.0,32 ")
    assert area.endswith(" 100.0,32")


@pytest.mark.parametrize("values", [[], [Decimal(1)], [None, None, None], [None, Decimal(1)]])
def test_too_few_values_draw_no_line(values: list[Decimal | None]) -> None:
    assert formats.spark_lines(values) == ("", "")


def test_a_name_is_escaped_wherever_it_is_shown(app: Flask) -> None:
    source = (
        '{% from "components.html" import status_badge, platform_dot, change_pill %}'
        "{{ status_badge(bad) }}{{ platform_dot(bad, bad) }}{{ change_pill(none, 'more', bad) }}"
    )
    with app.test_request_context():
        html = render_template_string(source, bad='<img src=x onerror="alert(1)">')
    assert "<img" not in html


@pytest.mark.parametrize(
    ("probability", "said"),
    [(0.0, "less than 1%"), (0.934, "93%"), (0.994, "99%"), (1.0, "more than 99%")],
)
def test_no_chance_is_told_as_certain(app: Flask, probability: float, said: str) -> None:
    with app.test_request_context():
        assert formats.likelihood(probability) == said
