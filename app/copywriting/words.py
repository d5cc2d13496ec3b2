"""Words, sentences and word 3-grams of a text, in scripts with and without spaces."""

from __future__ import annotations

import re
import unicodedata

# Scripts that write no spaces: a character stands for a word.
_UNSPACED = (
    "\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\u0e00-\u0e7f"
)
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+(?:['’][^\W_{_UNSPACED}]+)*")
# A stop within “4.99” or “ledger.example” ends nothing; after 。 no space is written.
_SENTENCE = re.compile(
    r"(?<=[.!?؟…])[”“\"»]*\s+(?=\S)|(?<=[。！？」』])[\s”“\"»」』]*(?=[^\s」』])|\n+"
)
_UNSPACED_ONE = re.compile(f"[{_UNSPACED}]")
GRAM = 3


def words(text: str) -> list[str]:
    """Words in lower case and one normal form; one each for characters of unspaced scripts."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def sentences(text: str) -> list[str]:
    """What stands between full stops and line ends."""
    return [each.strip() for each in _SENTENCE.split(text) if each and each.strip()]


def unspaced(text: str) -> bool:
    """Whether most of a text is in a script without spaces."""
    found = words(text)
    return 2 * sum(bool(_UNSPACED_ONE.fullmatch(each)) for each in found) > len(found)


def grams(text: str) -> frozenset[tuple[str, ...]]:
    """The text's word 3-grams; of a text with fewer words the whole of it."""
    found = words(text)
    if not found:
        return frozenset()
    return frozenset(
        tuple(found[start : start + GRAM]) for start in range(max(1, len(found) - GRAM + 1))
    )


def shared(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> float:
    """How much of the shorter text's 3-grams stand in the other, 0 to 1."""
    if not one or not other:
        return 0.0
    return len(one & other) / min(len(one), len(other))
