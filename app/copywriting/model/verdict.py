"""Whether a text that a model wrote may stay, must be written again, or cannot be used at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.copywriting.brief import AdPlatform, Brief
from app.copywriting.checks import flags_of
from app.copywriting.scoring import MOST_SHARED, Likeness
from app.copywriting.variation import Flag, Level, Variation
from app.copywriting.writing import Place

# They refuse what is too long; the others fold it away.
_STRICT = (AdPlatform.GOOGLE, AdPlatform.TIKTOK)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`faults` are sentences for the model; `alike` is the text it repeats.

    `unusable` is empty, or too_long or too_alike: with that fault the text may not stay.
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
    alike, share = _nearest(variation, place, others)
    faults = [_fault(flag) for flag in flags]
    if alike:
        faults.append(
            f"It repeats {share:.0%} of the three-word runs of the text under too_like; at most "
            f"{MOST_SHARED:.0%} is allowed."
        )
    return Verdict(variation, tuple(faults), alike, _unusable(variation, flags, alike))


def _nearest(
    variation: Variation, place: Place, others: Sequence[Variation]
) -> tuple[Variation | None, float]:
    """The text that this one repeats more of than is allowed, and how much; kept fields aside."""
    own = Likeness(variation, without=frozenset(place.kept))
    shares = [own.most_shared([Likeness(other)]) for other in others]
    most = max(shares, default=0.0)
    return (others[shares.index(most)], most) if most > MOST_SHARED else (None, most)


def _unusable(variation: Variation, flags: Sequence[Flag], alike: Variation | None) -> str:
    if alike:
        return "too_alike"
    long = any(flag.rule == "too_long" for flag in flags)
    return "too_long" if long and variation.platform in _STRICT else ""


def _fault(flag: Flag) -> str:
    where = flag.field.replace("_", " ")
    quoted = f" (“{flag.words}”)" if flag.words and flag.words not in flag.message else ""
    return f"{where}{quoted}: {flag.message}"
