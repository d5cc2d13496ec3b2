"""Copy frameworks and triggers, and which of them a brief allows.

A framework is the order of its beats. A trigger may be used only where its condition holds: no
scarcity, number, source or testimonial that the brief does not give.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from app.copywriting.brief import AdPlatform, Brief, Goal


class Trigger(StrEnum):
    """Why a reader might act."""

    LOSS_AVERSION = "Loss aversion"
    CURIOSITY = "Curiosity"
    SPECIFICITY = "Specificity"
    SOCIAL_PROOF = "Social proof"
    AUTHORITY = "Authority"
    ANCHORING = "Anchoring"
    SCARCITY = "Scarcity"
    RECIPROCITY = "Reciprocity"
    UNITY = "Unity"
    COMMITMENT = "Commitment"


@dataclass(frozen=True, slots=True)
class Framework:
    """`beats` in their order; `testimony` says that it cannot be written without a fact."""

    name: str
    beats: tuple[str, ...]
    testimony: bool = False

    @property
    def size(self) -> int:
        """How many beats there are to say."""
        return len(self.beats)


FRAMEWORKS: dict[str, Framework] = {
    each.name: each
    for each in (
        Framework("AIDA", ("attention", "interest", "desire", "action")),
        Framework("PAS", ("problem", "agitate", "solve")),
        Framework("BAB", ("before", "after", "bridge")),
        Framework("FAB", ("feature", "advantage", "benefit")),
        Framework("4Ps", ("promise", "picture", "proof", "push"), testimony=True),
        Framework(
            "PASTOR",
            ("problem", "amplify", "story", "testimony", "offer", "response"),
            testimony=True,
        ),
        Framework("QUEST", ("qualify", "understand", "educate", "stimulate", "transition")),
        Framework("SLAP", ("stop", "look", "act", "purchase")),
        Framework("ACCA", ("awareness", "comprehension", "conviction", "action")),
        Framework(
            "StoryBrand",
            ("character", "problem", "guide", "plan", "call", "failure", "success"),
        ),
        Framework("Hook-Story-Offer", ("hook", "story", "offer")),
    )
}

# Where a framework is at home: search ads want FAB, LinkedIn bears QUEST, short video SLAP.
_AT_HOME: dict[AdPlatform, tuple[str, ...]] = {
    AdPlatform.META: (
        *("PAS", "AIDA", "BAB", "4Ps", "Hook-Story-Offer", "PASTOR", "StoryBrand"),
        *("FAB", "ACCA"),
    ),
    AdPlatform.GOOGLE: ("FAB", "AIDA", "PAS", "4Ps", "ACCA", "SLAP"),
    AdPlatform.LINKEDIN: ("QUEST", "PAS", "FAB", "ACCA", "StoryBrand", "AIDA", "BAB"),
    AdPlatform.TIKTOK: ("SLAP", "Hook-Story-Offer", "PAS", "BAB", "FAB", "AIDA"),
}
_FOR_GOAL: dict[Goal, tuple[str, ...]] = {
    Goal.SALES: ("PAS", "4Ps", "SLAP", "AIDA"),
    Goal.LEADS: ("QUEST", "PAS", "AIDA", "4Ps"),
    Goal.TRAFFIC: ("AIDA", "Hook-Story-Offer", "ACCA"),
    Goal.AWARENESS: ("ACCA", "StoryBrand", "BAB"),
}
# Without anything to prove or a problem to name these would have to invent.
_PROBLEM_FIRST = ("PAS", "PASTOR", "StoryBrand", "BAB")

_SIGNS: tuple[tuple[Trigger, re.Pattern[str]], ...] = tuple(
    (trigger, re.compile(words, re.IGNORECASE))
    for trigger, words in (
        (
            Trigger.SCARCITY,
            (
                r"\b(only \d|until|ends?|left in stock|limited|last (day|chance)|while stocks?)\b"
                r"|\b(nur noch|bis zum|solange|begrenzt|letzte)\b|\b(hasta el|solo quedan|limitad)"
                r"|残り|まで|限定|حتى|متبق|محدود"
            ),
        ),
        (
            Trigger.SOCIAL_PROOF,
            (
                r"\b(customers?|clients?|people|users?|reviews?|rated|ratings?|stars?|members?|teams?)\b"
                r"|\b(kund|bewert|sterne|nutzer)|\b(clientes|reseñas|valora|estrellas|usuarios)"
                r"|レビュー|お客様|評価|利用者|عميل|عملاء|تقييم|نجوم"
            ),
        ),
        (
            Trigger.AUTHORITY,
            (
                r"\b(certified|award|tested by|approved by|recommended by|iso|university)\b"
                r"|\b(zertifiziert|ausgezeichnet|geprüft|testsieger)\b|\b(certificad|premi|avalad)"
                r"|認定|受賞|認証|معتمد|جائزة"
            ),
        ),
        (
            Trigger.RECIPROCITY,
            (
                r"\b(free|trial|sample|gift|guide)\b|\b(gratis|kostenlos|probe)|\b(prueba|regalo)\b"
                r"|無料|お試し|مجان|تجربة"
            ),
        ),
        (
            Trigger.ANCHORING,
            r"[$€£¥₹]\s?\d|\d\s?[$€£¥₹円]|\b(usd|eur|price)\b|\bpreis|precio|ريال|درهم",
        ),
    )
)


def appeals(fact: str, trigger: Trigger) -> bool:
    """Whether stating this fact can appeal to that; one fact may to several."""
    return any(sign.search(fact) for kind, sign in _SIGNS if kind is trigger)


def trigger_of(fact: str) -> Trigger:
    """What stating this fact appeals to; its figures, when it is of no special kind."""
    for trigger, sign in _SIGNS:
        if sign.search(fact):
            return trigger
    return Trigger.SPECIFICITY


def frameworks_for(brief: Brief, platform: AdPlatform) -> list[Framework]:
    """Those that fit goal and platform and need nothing the brief lacks, the fittest first."""
    home = _AT_HOME[platform]
    wanted = _FOR_GOAL[brief.goal]
    ranked = sorted(home, key=lambda name: (name not in wanted, home.index(name)))
    return [
        FRAMEWORKS[name]
        for name in ranked
        if (brief.facts or not FRAMEWORKS[name].testimony)
        and (brief.pain_points or name not in _PROBLEM_FIRST)
    ]
