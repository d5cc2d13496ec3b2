"""Whether a text that a model wrote may stay, must be written again, or cannot be used at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.copywriting.brief import AdPlatform, Brief
from app.copywriting.checks import flags_of
from app.copywriting.scoring import MOST_SHARED, most_shared
from app.copywriting.variation import Flag, Level, Variation
from app.copywriting.writing import Place

# They refuse what is too long; the others fold it away.
_STRICT = (AdPlatform.GOOGLE, AdPlatform.TIKTOK)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`faults` are sentences for the model; `alike` is the text it repeats.

    `unusable` is empty, or too_long or too_similar: with that fault the text may not stay.
    """

    variation: Variation
    faults: tuple[str, ...] = ()
    alike: Variation | None = None
    unusable: str = ""

    @property
    def weight(self) -> tuple[bool, int]:
        """The less the better."""
        return bool(self.unusable), len(self.faults)


def judge(variation: Variation, place: Place, brief: Brief, others: Sequence[Variation]) -> Verdict:
    """Problems in fields that are kept are the owner's own, so no fault of the text."""
    flags = [
        flag
        for flag in flags_of(variation, brief)
        if flag.level is Level.PROBLEM and flag.field not in place.kept
    ]
    alike = max(others, key=lambda other: most_shared(variation, [other]), default=None)
    share = most_shared(variation, [alike]) if alike else 0.0
    faults = [_fault(flag) for flag in flags]
    if share <= MOST_SHARED:
        alike = None
    else:
        faults.append(
            f"It repeats {share:.0%} of the three-word runs of the text under too_like; at most "
            f"{MOST_SHARED:.0%} is allowed."
        )
    return Verdict(variation, tuple(faults), alike, _unusable(variation, flags, alike))


def _unusable(variation: Variation, flags: Sequence[Flag], alike: Variation | None) -> str:
    if alike:
        return "too_similar"
    long = any(flag.rule == "too_long" for flag in flags)
    return "too_long" if long and variation.platform in _STRICT else ""


def _fault(flag: Flag) -> str:
    where = flag.field.replace("_", " ")
    quoted = f" (“{flag.words}”)" if flag.words and flag.words not in flag.message else ""
    return f"{where}{quoted}: {flag.message}"
