"""A model's sentences against a finding; what fails is the rule's own again."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

from app.insights.finding import Finding
from app.insights.phrasing.days import of_finding, strange_days
from app.insights.phrasing.directions import promises, wrong_way
from app.insights.phrasing.figures import Figure, latin_digits, unverified
from app.insights.phrasing.names import strange_names, taken_out
from app.insights.words import Manner, Said, say

_LONGEST = 600
_PLANS = ("do", "change_our_mind")
_MARKUP = re.compile(
    r"[<>{}\[\]\\`*_#|]|https?:|www\.|[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]"
)
_SENTENCES = re.compile(r"(?<=[.?!;])\s+")

Directions = Callable[[str, Sequence[Figure], Finding], list[str]]


@dataclass(frozen=True, slots=True)
class Checked:
    """`said` may be shown. `refused` are the model's texts that were not used, and why."""

    said: Said
    refused: tuple[tuple[str, tuple[str, ...]], ...] = ()


def checked(prose: Said, finding: Finding, manner: Manner) -> Checked:
    """The prose, with the rule's own words for every text in which something is wrong.

    A text that the rule leaves empty stays empty: there is nothing to say.
    """
    own = say(finding, manner)
    texts: dict[str, str] = {}
    refused = []
    for each in fields(Said):
        text, instead = getattr(prose, each.name).strip(), getattr(own, each.name)
        check = plan_faults if each.name in _PLANS else faults
        wrong = check(text, finding, manner) if instead else []
        if wrong:
            refused.append((text, tuple(wrong)))
        texts[each.name] = instead if wrong or not instead else text
    return Checked(Said(**texts), tuple(refused))


def summary_checked(
    sentences: Sequence[str], own: Sequence[str], findings: Sequence[Finding], manner: Manner
) -> tuple[list[str], list[tuple[str, tuple[str, ...]]]]:
    """One sentence for each finding; the rule's own where one is missing or wrong."""
    kept, refused = [], []
    for place, instead in enumerate(own):
        text = sentences[place].strip() if place < len(sentences) else ""
        wrong = faults(text, findings[place], manner) if place < len(findings) else ["no finding"]
        if wrong:
            refused.append((text, tuple(wrong)))
        kept.append(instead if wrong else text)
    return kept, refused


def faults(text: str, finding: Finding, manner: Manner) -> list[str]:
    """What a text says that its finding does not; nothing for one that may be shown.

    Raises KeyError for a rule without words of its own.
    """
    return _faults(text, finding, manner, wrong_way)


def plan_faults(text: str, finding: Finding, manner: Manner) -> list[str]:
    """The same for what to do, and what would change our mind: directions are to come there."""
    return _faults(text, finding, manner, promises)


def _faults(text: str, finding: Finding, manner: Manner, directions: Directions) -> list[str]:
    if not text:
        return ["nothing is said"]
    if len(text) > _LONGEST:
        return ["it is too long"]
    bare = taken_out(text, finding)
    if found := _MARKUP.search(bare.replace("\x00", "")):
        return [f"“{found[0]}” is no plain text"]
    words = _own_words(finding, manner)
    return [
        wrong
        for sentence in _SENTENCES.split(_own_days(latin_digits(bare), finding, manner))
        for wrong in [
            *_of_sentence(sentence, finding, manner, words),
            *directions(*_said(sentence, finding, manner), finding),
        ]
    ]


def _of_sentence(
    sentence: str, finding: Finding, manner: Manner, own_words: frozenset[str]
) -> list[str]:
    text, wrong = strange_days(sentence, finding)
    unknown, _ = unverified(text, finding, manner)
    names = strange_names(_without_money(text, manner), own_words)
    return [*wrong, *unknown, *names]


def _said(sentence: str, finding: Finding, manner: Manner) -> tuple[str, list[Figure]]:
    text, _ = strange_days(sentence, finding)
    return text, unverified(text, finding, manner)[1]


def _own_days(text: str, finding: Finding, manner: Manner) -> str:
    """Days as the rule writes them are right in any locale; they are blanked out."""
    days = of_finding(finding)
    written = [manner.day(each) for each in days]
    written += [manner.days(one, other) for one in days for other in days if one <= other]
    for each in sorted(written, key=len, reverse=True):
        text = re.sub(
            rf"(?<!\w){re.escape(latin_digits(each))}(?![\w%]|,?\s20\d\d)",
            lambda m: " " * len(m[0]),
            text,
        )
    return text


def _without_money(text: str, manner: Manner) -> str:
    """A currency's letters beside a figure are no name."""
    return re.sub(rf"\b{manner.currency}\b|(?<=\d)[KMx]\b|\b[A-Z]{{3}}(?=\s?\d)", " ", text)


def _own_words(finding: Finding, manner: Manner) -> frozenset[str]:
    own = say(finding, manner)
    whole = " ".join(getattr(own, each.name) for each in fields(Said))
    bare = taken_out(whole, finding)
    inside = re.findall(r"(?<=[a-z,] )[^\W\d_]+", bare)
    return frozenset([*inside, *(each.lower() for each in re.findall(r"[^\W\d_]+", bare))])
