"""Numbers in every dress, and the one decimal mark of a file."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.imports.numbers import (
    DecimalMark,
    ErrorCell,
    FormulaCell,
    MarkEvidence,
    NotANumber,
    is_none,
    parse,
)
from app.imports.refusal import Refused

POINT, COMMA = DecimalMark.POINT, DecimalMark.COMMA

amounts = st.decimals(
    min_value=-(10**12), max_value=10**12, places=2, allow_nan=False, allow_infinity=False
)


@pytest.mark.parametrize(
    ("text", "mark", "expected"),
    [
        ("1164.09", POINT, "1164.09"),
        ("4,838.80", POINT, "4838.80"),
        ("1.683,00", COMMA, "1683.00"),
        ("7890,58", COMMA, "7890.58"),
        ("US$34.15", POINT, "34.15"),
        ("R$ 1.234,50", COMMA, "1234.50"),
        ("12,00 €", COMMA, "12.00"),
        ("-€5.00", POINT, "-5.00"),
        ("EUR 9.10", POINT, "9.10"),
        ("2.14%", POINT, "0.0214"),
        ("3,45 %", COMMA, "0.0345"),
        ("[17]", POINT, "17"),
        ("(12.50)", POINT, "-12.50"),
        ("−3.20", POINT, "-3.20"),
        ("796481", POINT, "796481"),
        ("9729.27760894", POINT, "9729.27760894"),
        ("1 234,5", COMMA, "1234.5"),
        ("1 234.5", POINT, "1234.5"),
        ("1'234.50", POINT, "1234.50"),
        ("12,34,567", POINT, "1234567"),
        (".22", POINT, "0.22"),
        ("1.2E+03", POINT, "1200"),
        ("１２３", POINT, "123"),  # noqa: RUF001 full-width digits
    ],
)
def test_a_number_is_read_whatever_it_wears(text: str, mark: DecimalMark, expected: str) -> None:
    assert parse(text, mark) == Decimal(expected)


@pytest.mark.parametrize("text", ["", " --", "-", "–", "N/A", "NULL", "[]", "  "])
def test_none_is_not_zero(text: str) -> None:
    assert is_none(text)
    assert parse(text, POINT) is None


@pytest.mark.parametrize(
    "text", ["Teapots", "< 10%", "1.2.3", "12,5", "1,2345", "9" * 16, "1" * 65, "$", "1-2"]
)
def test_what_is_not_a_number_is_never_guessed(text: str) -> None:
    with pytest.raises(NotANumber):
        parse(text, POINT)


@pytest.mark.parametrize("text", ["#REF!", "#DIV/0!", "Err:509", "#N/A", "#NAME?"])
def test_a_spreadsheets_error_is_told_apart(text: str) -> None:
    with pytest.raises(ErrorCell):
        parse(text, POINT)


@pytest.mark.parametrize("text", ["=1+1", "+5", "@SUM(A1)", '=cmd|"/c calc"!A1'])
def test_a_formula_is_never_a_number(text: str) -> None:
    with pytest.raises(FormulaCell):
        parse(text, POINT)


@given(amounts)
def test_an_amount_written_either_way_comes_back(amount: Decimal) -> None:
    swapped = f"{amount:,}".translate(str.maketrans(",.", ".,"))
    assert parse(f"{amount:,}", POINT) == amount
    assert parse(str(amount), POINT) == amount
    assert parse(swapped, COMMA) == amount
    assert parse(f"€ {swapped}", COMMA) == amount


@given(st.lists(amounts, min_size=1))
def test_two_decimals_settle_the_mark_of_a_file(given_amounts: list[Decimal]) -> None:
    evidence = MarkEvidence()
    for row, amount in enumerate(given_amounts):
        text = f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))
        evidence.observe(text, row, "Cost", kind="amount")
    assert evidence.decide(POINT) is COMMA


@given(st.text(max_size=80))
def test_no_text_makes_the_reader_fail_otherwise(text: str) -> None:
    MarkEvidence().observe(text, 1, "Cost", kind="amount")
    try:
        assert isinstance(parse(text, POINT), Decimal | None)
    except NotANumber:
        assert text != "1"


def test_a_lone_three_digit_group_goes_by_language() -> None:
    evidence = MarkEvidence()
    evidence.observe("1.234", 2, "Cost", kind="amount")
    assert evidence.decide(COMMA) is COMMA
    assert evidence.decide(POINT) is POINT
    assert evidence.decide(None) is None


def test_a_count_cannot_have_a_fraction() -> None:
    evidence = MarkEvidence()
    evidence.observe("1.234", 2, "Impressions", kind="count")
    assert evidence.decide(None) is COMMA


def test_two_marks_in_one_file_are_refused_with_both_places() -> None:
    evidence = MarkEvidence()
    evidence.observe("1.50", 4, "Cost", kind="amount")
    evidence.observe("1,50", 9, "Cost", kind="amount")
    with pytest.raises(Refused, match=r"Row 9, column Cost: .* row 4, column Cost"):
        evidence.decide(None)
