"""Whether a sentence tells a change, a comparison or a verdict the right way round."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.insights.finding import Finding, Kind
from app.insights.phrasing.figures import Figure

_UP = frozenset(
    """rose rise rises risen rising increase increased increases increasing grew grow grows grown
    growing growth up higher climbed climb climbs gain gained gains jumped jump jumps surged surge
    soared spiked spike dearer pricier costlier upward upwards expanded boosted lifted raised
    added""".split()
)
_DOWN = frozenset(
    """fell fall falls fallen falling drop drops dropped dropping decrease decreased decreases
    decreasing decline declined declines declining down lower lowered shrank shrink shrunk lost lose
    loses slid slipped dipped dip plunged plummeted cheaper reduced reduction downward downwards
    sank halved""".split()
)
_OVER = frozenset(
    "over above exceeded exceeds exceed exceeding beat beats beating surpassed".split()
)
_UNDER = frozenset("under below short missed misses missing underperformed underperforming".split())
_GOOD = frozenset(
    "improved improves improve improvement improving better healthier stronger win wins success "
    "successful great excellent".split()
)
_BAD = frozenset(
    "worse worsened worsens deteriorated deteriorating weaker poor bad loss losses failing".split()
)
_NOT = re.compile(
    r"\b(?:not|never|no longer|hardly|barely|neither|nor|cannot|instead of|failed to|rather than)\b"
    r"|n['’]t\b",
    re.IGNORECASE,
)
_PROMISES = re.compile(
    r"\b(?:will|guarantee[ds]?|certainly|definitely|prove[ns]?|always|incremental|ensures?|"
    r"we['’]ll|it['’]ll|going to)\b|!",
    re.IGNORECASE,
)


def wrong_way(text: str, said: Sequence[Figure], finding: Finding) -> list[str]:
    """What a sentence turns round. What "not" denies cannot be checked."""
    words = [each.casefold() for each in re.findall(r"[^\W\d_]+", text)]
    wrong = promises(text, said, finding)
    wrong += _against(words, _moved(finding), _UP, _DOWN)
    wrong += _against(words, _side(finding), _OVER, _UNDER)
    if finding.kind is Kind.CONCERN:
        wrong += _named(words, _GOOD)
    elif finding.kind is Kind.WIN:
        wrong += _named(words, _BAD)
    if _NOT.search(text) and set(words) & (_UP | _DOWN | _OVER | _UNDER | _GOOD | _BAD):
        wrong.append("a denied direction cannot be checked")
    if _swapped(text, said):
        wrong.append("what was before stands after what is now")
    return wrong


def promises(text: str, _said: Sequence[Figure], _finding: Finding) -> list[str]:
    """Words that no finding has the right to."""
    return [f"“{each[0]}” promises more than is known" for each in _PROMISES.finditer(text)]


def _against(words: list[str], way: int, more: frozenset[str], less: frozenset[str]) -> list[str]:
    """Words for the direction that is not the finding's."""
    if not way:
        return []
    return _named(words, less if way > 0 else more)


def _named(words: list[str], unwanted: frozenset[str]) -> list[str]:
    return [f"“{each}” says the opposite" for each in words if each in unwanted]


def _moved(finding: Finding) -> int:
    """1 for a rise, -1 for a fall, 0 for neither."""
    change = finding.numbers.get("change")
    return 0 if change is None else (change.value > 0) - (change.value < 0)


def _side(finding: Finding) -> int:
    """1 over its target, -1 under it, 0 without one."""
    now, target = finding.numbers.get("now"), finding.numbers.get("target")
    if now is None or target is None:
        return 0
    return (now.value > target.value) - (now.value < target.value)


def _swapped(text: str, said: Sequence[Figure]) -> bool:
    """Such as "from $3.12 to $2.40" of a rise."""
    now = [each.start for each in said if "now" in each.names and "before" not in each.names]
    before = [each.start for each in said if "before" in each.names and "now" not in each.names]
    if not now or not before or min(before) < min(now):
        return False
    between = text[min(now) : min(before)]
    return bool(re.search(r"→|->|\bto\b|\binto\b|\buntil\b", between))
