"""Long words in letters, whose readers' programs obey no style."""

from __future__ import annotations

import re

from markupsafe import Markup

_LONG_WORD = 23
# Sixteen characters, each with the marks that stand on it.
_JOINT = re.compile(r"(?:.[\u0300-\u036f\u064b-\u0652\u200d\ufe0f]*){1,16}", re.DOTALL)


def breakable(text: str) -> Markup:
    """Text whose long words may go on in the next line, where no style can say so: in letters."""
    return Markup(" ").join(
        Markup("<wbr>").join(_JOINT.findall(word)) if len(word) >= _LONG_WORD else word
        for word in text.split(" ")
    )
