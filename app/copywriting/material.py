"""The lines a built-in writer may choose from: templates filled with the brief's own fragments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice, product
from typing import NamedTuple
from urllib.parse import urlsplit

from app.copywriting.brief import AdPlatform, Angle, Brief
from app.copywriting.checks import flags_of
from app.copywriting.facts import FactKind, kind_of, suits
from app.copywriting.fragments import Fragment, capital, fragments
from app.copywriting.frameworks import Trigger
from app.copywriting.languages import Language
from app.copywriting.limits import Limit
from app.copywriting.variation import Level, Variation
from app.copywriting.words import unspaced, words

_SLOT = re.compile(r"\{([a-z]+)(2?)(?:_([a-z]+))?\}")
_ENDED_TWICE = re.compile(r"([!?！？؟…]+)([”“»」』\"]?)[.。,،?？؟:]")
_STOPS_TWICE = re.compile(r"([.。])[.。]+")
_MOST_FILLINGS = 24
_MOST_INTERESTS = 6
_SHORT = 2
_STEM, _ENDING = 5, 2
# Japanese: what is not written in hiragana, two signs or more.
_WRITTEN_WORD = re.compile("[\u30a1-\u30ff\u4e00-\u9fff]{2,}")


@dataclass(frozen=True, slots=True)
class Line:
    """A finished text, the template it came from and the fragments of the brief it says.

    `own` says that it was written for the brief's tone, `stiff` that a fragment stands in it as it
    is though its form is known.
    """

    text: str
    template: str
    fragments: tuple[str, ...] = ()
    own: bool = False
    stiff: bool = False

    @property
    def fragment(self) -> str:
        """The first of them, or nothing."""
        return self.fragments[0] if self.fragments else ""


class _Slot(NamedTuple):
    """A gap in a template: as it is written, what goes in and in which form."""

    whole: str
    base: str
    form: str


class Material:
    """Every line a brief allows, by kind and platform.

    A line is left out when it would use a word to avoid, claim what the brief does not, or break a
    rule of the platform; so a fragment that trips a rule is said only where the rule is not.
    """

    def __init__(self, brief: Brief, language: Language) -> None:
        self.brief = brief
        self.language = language
        interests = (each.strip() for each in brief.audience.interests if each.strip())
        self.fragments: dict[str, tuple[Fragment, ...]] = {
            "benefit": fragments(brief.benefits, language),
            "pain": fragments(brief.pain_points, language, turned=language.turned),
            "fact": fragments(brief.facts, language),
            "interest": tuple(_interest(each) for each in interests)[:_MOST_INTERESTS],
        }
        self._kinds = {each.text: kind_of(each.text, language) for each in self.fragments["fact"]}
        for kind in FactKind:
            self.fragments[kind] = tuple(
                each for each in self.fragments["fact"] if self._kinds[each.text] is kind
            )
        self.answers = answers(
            [each.text for each in self.fragments["pain"]],
            [each.text for each in self.fragments["benefit"]],
            language.small,
        )
        self.product = " ".join(brief.product.split())
        self.domain = domain_of(brief.url)
        self._plural = bool(language.plural.fullmatch(self.product))
        self._named = {"product": self.product, "domain": self.domain}
        self.lines = cache(self._lines)
        self.fitting = cache(self._fitting)

    def _fitting(self, kind: str, platform: AdPlatform, limit: Limit) -> tuple[Line, ...]:
        """Those of a kind that are short enough; of the kind “bare” each fragment by itself."""
        lines = self._bare(platform) if kind == "bare" else self.lines(kind, platform)
        return tuple(line for line in lines if limit.fits(line.text))

    def _lines(self, kind: str, platform: AdPlatform) -> tuple[Line, ...]:
        """The lines of this kind in order of their templates, those of the tones last."""
        general = self.language.platforms.get(platform, {}).get(kind)
        templates = self.language.lines.get(kind, ()) if general is None else general
        tones: tuple[str, ...] = ()
        if platform in {AdPlatform.META, AdPlatform.LINKEDIN}:
            tones = tuple(
                template
                for tone in self.brief.tones
                for template in self.language.tones.get(tone, {}).get(kind, ())
            )
        return tuple(
            line
            for template in (*templates, *tones)
            for line in self._filled(kind, template, own=template in tones)
            if self._allowed(line.text, kind, platform)
        )

    def _bare(self, platform: AdPlatform) -> tuple[Line, ...]:
        """Each fragment by itself, the words to use first."""
        said = (
            *fragments(self.brief.use, self.language),
            *self.fragments["benefit"],
            *self.fragments["fact"],
        )
        return tuple(
            Line(each.text, "bare", (each.text,))
            for each in said
            if self._allowed(each.text, "headline", platform)
        )

    def _filled(self, kind: str, template: str, *, own: bool) -> Iterator[Line]:
        if self._plural and self.language.singular.search(template):
            return
        slots = [_Slot(found[0], found[1], found[3] or "") for found in _SLOT.finditer(template)]
        if any(not self._named[slot.base] for slot in slots if slot.base in self._named):
            return
        varying = [slot for slot in slots if slot.base not in self._named]
        choices = [[*self._suiting(kind, template, slot)] for slot in varying]
        for chosen in islice(product(*choices), _MOST_FILLINGS):
            said = tuple(text for text, _, _ in chosen)
            if len(set(said)) < len(said):
                continue
            filling = {
                slot.whole: form for slot, (_, form, _) in zip(varying, chosen, strict=True)
            } | {"{" + name + "}": value for name, value in self._named.items()}
            text = _closed(_fill(template, filling))
            if template.startswith("{interest"):
                text = capital(text)
            yield Line(text, template, said, own, any(stiff for _, _, stiff in chosen))

    def _suiting(self, kind: str, template: str, slot: _Slot) -> Iterator[tuple[str, str, bool]]:
        """Each fragment for a slot, as it is, as it stands there, and whether it stands stiffly."""
        said = self.fragments[slot.base]
        after_colon = f": {slot.whole}" in template
        for each in said:
            if slot.base == "fact" and not suits(self._kinds[each.text], kind):
                continue
            if not slot.form:
                stiff = bool(each.forms) and not template.startswith(slot.whole)
                yield each.text, each.mid if after_colon else each.text, stiff
            elif slot.form in each.forms:
                yield each.text, each.forms[slot.form], False

    def _allowed(self, text: str, kind: str, platform: AdPlatform) -> bool:
        primary, headline = ("", text) if kind.startswith("headline") else (text, "")
        probe = Variation(
            platform, "", Angle.OFFER, Trigger.COMMITMENT, primary, headline, "", "", (), ()
        )
        shape_rules = {"too_long", "empty", "count", "button", "repeated"}
        return not any(
            flag.rule not in shape_rules and flag.level is Level.PROBLEM
            for flag in flags_of(probe, self.brief)
        )


def _fill(template: str, filling: Mapping[str, str]) -> str:
    """Not `str.format`: a brief may hold braces of its own."""
    return _SLOT.sub(lambda found: filling[found[0]], template)


def _closed(text: str) -> str:
    """A fragment that ends in a mark of its own needs no second."""
    text = _ENDED_TWICE.sub(r"\1\2", text)
    return _STOPS_TWICE.sub(r"\1", text)


def answers(
    pains: Sequence[str], benefits: Sequence[str], small: frozenset[str]
) -> dict[str, frozenset[str]]:
    """The benefits that speak of the same thing as a pain, by a word or its beginning.

    “Month-end takes a week” is answered by “Closes the month in a day”. Where no word tells,
    people tend to list both in one order and the main benefit first.
    """
    found = {}
    for place, pain in enumerate(pains):
        alike = frozenset(each for each in benefits if _alike(pain, each, small))
        found[pain] = alike or frozenset((*benefits[:1], *benefits[place : place + 1]))
    return found


def _alike(one: str, other: str, small: frozenset[str]) -> bool:
    """Whether they share a word, apart from its ending."""
    if unspaced(one):
        return not set(_WRITTEN_WORD.findall(one)).isdisjoint(_WRITTEN_WORD.findall(other))
    mine, theirs = (
        [word for word in words(text) if len(word) >= _STEM and word not in small]
        for text in (one, other)
    )
    return any(
        word[:_STEM] == also[:_STEM] and abs(len(word) - len(also)) <= _ENDING
        for word in mine
        for also in theirs
    )


def _interest(text: str) -> Fragment:
    """`short` where a word may stand before or after it as if it were one."""
    return Fragment(text, text, {"short": text} if len(text.split()) <= _SHORT else {})


def domain_of(url: str) -> str:
    """The host of a landing page without www, or nothing."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
