"""Whether prose tells the same as the rule's own text, thing by thing and in the same order.

`checking` knows which figures and names a finding has, but not which of them is said of which:
"$9,500 spent, $2,850 sold" has only known figures. Here names, days and figures have to come as the
rule has them, measures have to be its own, and nothing may be denied or turned round.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from app.insights.finding import Finding
from app.insights.phrasing.days import day_marks
from app.insights.phrasing.figures import Figure, figures, latin_digits
from app.insights.words import Manner, Said


def _groups(**words: str) -> dict[str, str]:
    return {word: group for group, several in words.items() for word in several.split()}


_DIRECTIONS = _groups(
    up="rose rise rises risen rising increase increased increases increasing grew grow grows grown "
    "growing growth up higher climbed climb climbs gain gained gains jumped jump jumps surged "
    "soared spiked dearer pricier costlier more extra greater larger bigger additional",
    down="fell fall falls fallen falling drop drops dropped dropping decrease decreased decreases "
    "decreasing decline declined declines declining down lower lowered shrank shrink lost lose "
    "slid slipped dipped plunged cheaper less fewer smaller sank missing",
    over="over above exceeded exceeds exceed beat beats beating surpassed",
    under="under below short missed misses underperformed",
    level="steady flat unchanged stable level stayed",
)
_PAIRS = ({"up", "down"}, {"over", "under"})
_MEASURES = _groups(
    spend="spend spent spending spends",
    budget="budget budgets",
    revenue="revenue sold sell sells sales",
    roas="roas return returns returned",
    conversions="conversion conversions purchase purchases",
    orders="order orders",
    clicks="click clicks",
    cpc="cpc",
    cpm="cpm",
    ctr="ctr",
    cvr="cvr",
    cpa="cpa",
    aov="aov",
    frequency="frequency",
    impressions="impression impressions views",
    reach="reach people",
    shop="shop store",
    claims="platforms report reports reported claim claims claimed",
    target="target targets",
    profit="profit profits profitable margin margins",
    leads="leads signups visitors traffic users customers",
)
_ACTIONS = _groups(
    more="raise raising increase add lift expand double scale boost more higher up",
    less="cut cutting lower reduce decrease trim shrink less fewer halve down",
    stop="pause stop end remove exclude off disable close",
    start="start launch create open resume enable activate",
    move="move shift transfer reallocate take",
    keep="keep hold leave",
    wait="wait",
    test="test tests testing",
)
_PERIODS = _groups(
    day="day daily", week="week weekly", month="month monthly", year="year yearly annually annual"
)
_PER = re.compile(
    r"(?:\b(?:a|per|each|every)\s|/\s?)(?P<period>day|week|month|year)\b"
    r"|\b(?P<adverb>daily|weekly|monthly|yearly|annually|annual)\b",
    re.IGNORECASE,
)
_DENIALS = frozenset(
    "no not never none neither nor cannot hardly barely without avoid instead unless nobody "
    "nothing t except".split()
)
_DENIED = "denied"


@dataclass(frozen=True, slots=True)
class Mark:
    """A thing that is said at a place: a name, a day, a figure, or a word of a group."""

    start: int
    kind: str
    what: str


def retold(text: str, name: str, own: Said, finding: Finding, manner: Manner) -> list[str]:
    """How a text strays from the rule's text of this name; nothing for one that does not."""
    instead = getattr(own, name)
    said, ours = (_marks(each, finding, manner) for each in (text, instead))
    wrong = []
    if _of(said, "thing") != _of(ours, "thing"):
        wrong.append("names, days and figures are not the rule's, in its order")
    whole = [mark for each in (own.title, instead) for mark in _marks(each, finding, manner)]
    if strange := set(_of(said, "measure")) - set(_of(whole, "measure")):
        wrong.append(f"it is not about {', '.join(sorted(strange))}")
    if len(_of(said, _DENIED)) != len(_of(ours, _DENIED)):
        wrong.append("something is denied that the rule does not deny")
    if not _same_way(_of(said, "direction"), _of(ours, "direction") or _of(whole, "direction")):
        wrong.append("it turns something round")
    if name == "do" and set(_actions(text)) != set(_actions(instead)):
        wrong.append("it is another thing to do")
    return wrong


def told_alike(text: str, own: str, finding: Finding, manner: Manner) -> list[str]:
    """The same for a sentence about several things: every measure and direction in its place."""
    said, ours = (
        [(each.kind, each.what) for each in _marks(one, finding, manner)] for one in (text, own)
    )
    alike = said == ours and list(_actions(text)) == list(_actions(own))
    return [] if alike else ["it does not tell the same things in the same order"]


def _same_way(said: list[str], ours: list[str]) -> bool:
    """Where the rule says both ways, they have to take turns as the rule's do."""
    if any(pair <= set(ours) for pair in _PAIRS):
        return [way for way, _ in groupby(said)] == [way for way, _ in groupby(ours)]
    return set(said) <= set(ours)


def _of(marks: list[Mark], kind: str) -> list[str]:
    return [each.what for each in marks if each.kind == kind]


def _actions(text: str) -> Iterator[str]:
    for found in re.finditer(r"[^\W\d_]+", text):
        if group := _ACTIONS.get(found[0].casefold()):
            yield group


def figures_of(text: str, finding: Finding, manner: Manner) -> list[Figure]:
    """The figures of a text that are in none of its names and days."""
    return list(figures(_bare(latin_digits(text), finding)[0], manner))


def _marks(text: str, finding: Finding, manner: Manner) -> list[Mark]:
    """Everything that is said, in its order; what is found first is not found again."""
    text, found = _bare(latin_digits(text), finding)
    for figure in figures(text, manner):
        if figure.sign:
            way = "up" if figure.sign == "+" else "down"
            found.append(Mark(figure.start, "direction", way))
        found.append(Mark(figure.start, "thing", f"{figure.kind} {figure.value:.10g}"))
    found += [
        Mark(
            each.start(), "thing", f"per {_PERIODS[(each['period'] or each['adverb']).casefold()]}"
        )
        for each in _PER.finditer(text)
    ]
    for kind, groups in _WORDS.items():
        found += _grouped(text, kind, groups)
    return sorted(found, key=lambda each: each.start)


def _bare(text: str, finding: Finding) -> tuple[str, list[Mark]]:
    """The text without names and days, places kept, and where they were."""
    found: list[Mark] = []
    for pattern, what in _names(finding):
        found += [Mark(each.start(), "thing", what) for each in pattern.finditer(text)]
        text = pattern.sub(lambda each: "\x00" * len(each[0]), text)
    text, days = day_marks(text)
    return text, [*found, *(Mark(start, "thing", day) for start, day in days)]


def _grouped(text: str, kind: str, groups: Mapping[str, str]) -> Iterator[Mark]:
    for found in re.finditer(r"[^\W\d_]+", text):
        if group := groups.get(found[0].casefold()):
            yield Mark(found.start(), kind, group)


_WORDS: dict[str, Mapping[str, str]] = {
    "direction": _DIRECTIONS,
    "measure": _MEASURES,
    _DENIED: dict.fromkeys(_DENIALS, "not"),
}


def _names(finding: Finding) -> Iterator[tuple[re.Pattern[str], str]]:
    names = {each.name for each in finding.entities if each.name}
    for name in sorted(names, key=len, reverse=True):
        yield re.compile(rf"(?<!\w){re.escape(name)}(?!\w)"), f"name {name}"
    words = {word for each in finding.entities for word in each.platform.split("_")}
    for word in sorted(words - {"", "ads"}):
        yield re.compile(rf"\b{re.escape(word)}\b", re.IGNORECASE), f"platform {word}"
