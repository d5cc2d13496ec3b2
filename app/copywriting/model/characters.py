"""Characters that a model may write and a database cannot keep."""

from __future__ import annotations

import re

# Control characters but for tabs and line breaks, and halves of pairs.
_UNFIT = re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f\\ud800-\\udfff]")


def storable(text: str) -> str:
    """The text without what no text needs."""
    return _UNFIT.sub("", text)
