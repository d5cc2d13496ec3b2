"""What a spreadsheet does with a cell it is given."""

from __future__ import annotations

# A spreadsheet runs a cell that begins with one of these as a formula; where people write in full
# width, also with the full-width ones.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would run the text instead of showing it."""
    return text.startswith(FORMULA_STARTS)


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if is_formula(text) else text
