"""What people typed, made fit for a place that has one line for it."""

from __future__ import annotations

import re
import unicodedata

# Those that turn or hide what stands around them, and halves of characters.
_UNWANTED = re.compile(r"[\u061c\u202a-\u202e\u2066-\u2069\u200e\u200f\ud800-\udfff]")


def one_line(text: str) -> str:
    """A text on one line, without characters that hide or turn others."""
    kept = _UNWANTED.sub("", text)
    kept = "".join(" " if unicodedata.category(each) == "Cc" else each for each in kept)
    return " ".join(kept.split())
