"""The lines a built-in writer may choose from: templates filled with the brief's own fragments."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice, product
from urllib.parse import urlsplit

from app.copywriting.brief import AdPlatform, Brief
from app.copywriting.checks import flags_of
from app.copywriting.fragments import Fragment, fragments
from app.copywriting.frameworks import Angle, Trigger, trigger_of
from app.copywriting.languages import Language
from app.copywriting.variation import Level, Variation

_SLOT = re.compile(r"\{([a-z]+)(2?)(?:_([a-z]+))?\}")
_ENDED_TWICE = re.compile(r"([!?！？؟…]+)([”“»」』\"]?)[.。,،?？؟:]")
_STOPS_TWICE = re.compile(r"([.。])[.。]+")
_MOST_FILLINGS = 24
_MOST_INTERESTS = 6


@dataclass(frozen=True, slots=True)
class Line:
    """A finished text, the template it came from and the fragments of the brief it says.

    `own` says that it was written for the brief's tone.
    """

    text: str
    template: str
    fragments: tuple[str, ...] = ()
    own: bool = False

    @property
    def fragment(self) -> str:
        """The first of them, or nothing."""
        return self.fragments[0] if self.fragments else ""


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
            "interest": tuple(Fragment(each, {}) for each in interests)[:_MOST_INTERESTS],
        }
        self.product = " ".join(brief.product.split())
        self.domain = domain_of(brief.url)
        self._plural = bool(language.plural.fullmatch(self.product))
        self._named = {"product": self.product, "domain": self.domain}
        self.lines = cache(self._lines)
        self.bare = cache(self._bare)

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
            if self._allowed(line.text, platform)
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
            if self._allowed(each.text, platform)
        )

    def _filled(self, kind: str, template: str, *, own: bool) -> Iterator[Line]:
        if self._plural and self.language.singular.search(template):
            return
        slots = [(found[0], *found.groups()) for found in _SLOT.finditer(template)]
        if any(not self._named[base] for _, base, _, _ in slots if base in self._named):
            return
        varying = [slot for slot in slots if slot[1] not in self._named]
        choices = [[*self._suiting(kind, slot)] for slot in varying]
        for chosen in islice(product(*choices), _MOST_FILLINGS):
            said = tuple(text for text, _ in chosen)
            if len(set(said)) < len(said):
                continue
            filling = {
                slot[0]: form for slot, (_, form) in zip(varying, chosen, strict=True)
            } | {"{" + name + "}": value for name, value in self._named.items()}
            yield Line(_closed(_fill(template, filling)), template, said, own)

    def _suiting(
        self, kind: str, slot: tuple[str, str, str, str]
    ) -> Iterator[tuple[str, str]]:
        """Each fragment for a slot, by its own words and as it stands there."""
        _, base, _, form = slot
        said = self.fragments[base]
        for each in _facts_for(kind, said) if base == "fact" else said:
            if not form:
                yield each.text, each.text
            elif form in each.forms:
                yield each.text, each.forms[form]

    def _allowed(self, text: str, platform: AdPlatform) -> bool:
        probe = Variation(platform, "", Angle.OFFER, Trigger.COMMITMENT, text, "", "", "", (), ())
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


def _facts_for(kind: str, facts: tuple[Fragment, ...]) -> tuple[Fragment, ...]:
    """A rating is no offer and a price no proof, as long as there are other facts."""
    unsuited = {
        "hook_offer": (Trigger.SOCIAL_PROOF, Trigger.AUTHORITY),
        "offer": (Trigger.SOCIAL_PROOF, Trigger.AUTHORITY),
        "hook_proof": (Trigger.ANCHORING, Trigger.SCARCITY, Trigger.RECIPROCITY),
        "proof": (Trigger.ANCHORING, Trigger.SCARCITY, Trigger.RECIPROCITY),
    }.get(kind, ())
    return tuple(fact for fact in facts if trigger_of(fact.text) not in unsuited) or facts


def domain_of(url: str) -> str:
    """The host of a landing page without www, or nothing."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""
