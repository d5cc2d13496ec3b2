"""Amounts for scripts and spreadsheets."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.web.plain import plain


@pytest.mark.parametrize(
    ("value", "least", "expected"),
    [
        ("120.5", 2, "120.50"),
        ("120.500000", 2, "120.50"),
        ("120.1234567", 2, "120.123457"),
        ("1E+3", 0, "1000"),
        ("0E-7", 2, "0.00"),
        ("0.0000001", 2, "0.00"),
        ("-7", 2, "-7.00"),
        ("1000", 0, "1000"),
        ("1.5", 3, "1.500"),
    ],
)
def test_amounts_are_exact_and_never_scientific(value: str, least: int, expected: str) -> None:
    assert str(plain(Decimal(value), least)) == expected


def test_unknown_stays_unknown() -> None:
    assert plain(None) is None
