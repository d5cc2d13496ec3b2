"""The lines a built-in writer may choose from: templates filled with the brief's own fragments."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from app.copywriting.brief import AdPlatform, Brief
from app.copywriting.checks import flags_of
from app.copywriting.frameworks import Angle, Trigger, trigger_of
from app.copywriting.languages import Language
from app.copywriting.variation import Level, Variation

_SLOT = re.compile(r"\{(\w+)\}")
_FRAGMENT_END = re.compile(r"[\s.。]+$")
_ENDED_TWICE = re.compile(r"([!?！？؟…])([”“»」』\"]?)[.。]")
_SEVERAL = re.compile(r"[;；\n]+|(?<=[.!?。！？])\s+(?=\S)")


@dataclass(frozen=True, slots=True)
class Line:
    """A finished text, the template it came from and the fragment of the brief it says."""

    text: str
    template: str
    fragment: str = ""


class Material:
    """Every line a brief allows, by kind and platform.

    A line is left out when it would use a word to avoid, claim what the brief does not, or break a
    rule of the platform; so a fragment that trips a rule is said only where the rule is not.
    """

    def __init__(self, brief: Brief, language: Language) -> None:
        self.brief = brief
        self.language = language
        self._fragments = {
            "benefit": _fragments(brief.benefits),
            "pain": _fragments(brief.pain_points),
            "fact": _fragments(brief.facts),
            "interest": tuple(each.strip() for each in brief.audience.interests if each.strip()),
        }
        self.domain = domain_of(brief.url)
        self.lines = cache(self._lines)

    def _lines(self, kind: str, platform: AdPlatform) -> tuple[Line, ...]:
        """The lines of this kind in order of their templates."""
        return tuple(
            line
            for template in self.language.lines.get(kind, ())
            for line in self._filled(kind, template)
            if self._allowed(line.text, platform)
        )

    def bare(self, platform: AdPlatform) -> tuple[Line, ...]:
        """Each fragment by itself, the words to use first."""
        return tuple(
            Line(each, "bare", each)
            for each in (
                *_fragments(self.brief.use),
                *self._fragments["benefit"],
                *self._fragments["fact"],
            )
            if self._allowed(each, platform)
        )

    def _filled(self, kind: str, template: str) -> list[Line]:
        wanted = set(_SLOT.findall(template))
        if "domain" in wanted and not self.domain:
            return []
        varying = wanted & self._fragments.keys()
        named = {"product": self.brief.product.strip(), "domain": self.domain}
        if not varying:
            return [Line(self._closed(template.format(**named)), template)]
        slot = varying.pop()
        said = self._fragments[slot]
        if slot == "fact":
            said = _suited(kind, said)
        return [
            Line(self._closed(template.format(**named, **{slot: each})), template, each)
            for each in said
        ]

    def _closed(self, text: str) -> str:
        return _ENDED_TWICE.sub(r"\1\2", text)

    def _allowed(self, text: str, platform: AdPlatform) -> bool:
        probe = Variation(platform, "", Angle.OFFER, Trigger.COMMITMENT, text, "", "", "", (), ())
        shape_rules = {"too_long", "empty", "count", "button", "repeated"}
        return not any(
            flag.rule not in shape_rules and flag.level is Level.PROBLEM
            for flag in flags_of(probe, self.brief)
        )


def _suited(kind: str, facts: tuple[str, ...]) -> tuple[str, ...]:
    """A rating is no offer and a price no proof, as long as there are other facts."""
    unsuited = {
        "hook_offer": (Trigger.SOCIAL_PROOF, Trigger.AUTHORITY),
        "hook_proof": (Trigger.ANCHORING, Trigger.SCARCITY, Trigger.RECIPROCITY),
        "proof": (Trigger.ANCHORING, Trigger.SCARCITY, Trigger.RECIPROCITY),
    }.get(kind, ())
    return tuple(fact for fact in facts if trigger_of(fact) not in unsuited) or facts


def domain_of(url: str) -> str:
    """The host of a landing page without www, or nothing."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


def _fragments(said: Sequence[str]) -> tuple[str, ...]:
    """Sentences without their stops, each beginning with a capital."""
    parts = [part for each in said for part in _SEVERAL.split(each)]
    cleaned = (_capital(_FRAGMENT_END.sub("", part.strip())) for part in parts)
    return tuple(dict.fromkeys(each for each in cleaned if each))


def _capital(fragment: str) -> str:
    """As a sentence begins; iPhone and eBay keep their spelling."""
    first = fragment.split(maxsplit=1)[0] if fragment else ""
    if any(each.isupper() for each in first[1:]):
        return fragment
    return fragment[:1].upper() + fragment[1:]
