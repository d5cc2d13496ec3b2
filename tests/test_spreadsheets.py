"""Cells that a spreadsheet would run."""

from __future__ import annotations

import pytest

from app.spreadsheets import harmless


def test_only_a_dangerous_beginning_is_changed() -> None:
    assert harmless("Sale = 50% + more") == "Sale = 50% + more"
    assert harmless("") == ""


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b"])
def test_what_would_be_run_is_text(start: str) -> None:
    assert harmless(f"{start}1+1") == f"'{start}1+1"
