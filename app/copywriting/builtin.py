"""The writer that needs no model: frameworks, the facts of the brief, and grammar.

Each variation is composed several times; of those unlike their siblings the one that does best on
the checklist is kept. The same brief and siblings always give the same text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from app.copywriting.brief import AdPlatform, Brief
from app.copywriting.checks import flags_of
from app.copywriting.choosing import Chooser
from app.copywriting.composing import Composition
from app.copywriting.languages import BUILT_IN, language
from app.copywriting.material import Material
from app.copywriting.mentions import mentioned
from app.copywriting.scoring import MOST_SHARED, Likeness, score
from app.copywriting.variation import Level, Variation
from app.copywriting.writing import Event, NotWritten, Place, Written

__all__ = ["BUILT_IN", "BuiltInWriter"]

_ATTEMPTS = 64
_MIXED_FROM = 30
_LUCKY_FROM = 40
_CHOICES = 4
_DIFFERENT_ENOUGH = 0.57
_LANGUAGE_NAMES = "English, German, Spanish, Japanese and Arabic"
_STOPPED = {
    "cancelled": "Writing was cancelled before this text. Those written so far are kept.",
    "too_dear": "The spending limit was reached before this text. Those written so far are kept.",
}


@dataclass(frozen=True, slots=True)
class _Candidate:
    variation: Variation
    taken: tuple[str, ...]
    share: float
    points: float
    clean: bool

    @property
    def worth(self) -> tuple[bool, bool, float]:
        """Without a problem and unlike the others before anything else, then the checklist."""
        enough = self.share <= _DIFFERENT_ENOUGH
        return self.clean, enough, self.points if enough else -self.share


class BuiltInWriter:
    """Writes for one brief, at once and at no cost, in the languages of `BUILT_IN`."""

    name = "the built-in writer"

    def __init__(
        self, brief: Brief, *, turn: int = 0, rest: Callable[[], None] = lambda: None
    ) -> None:
        """`turn` counts how often the same brief was written: another one gives other texts.

        `rest` is called after every few milliseconds of composing.
        """
        spoken = language(brief.language)
        self._brief = brief
        self._material = Material(brief, spoken) if spoken else None
        self._said: Counter[str] = Counter()
        self._turn = turn
        self._rest = rest

    def write(
        self,
        places: Sequence[Place],
        siblings: Sequence[Variation],
        *,
        go_on: Callable[[], str],
    ) -> Iterator[Event]:
        """As `Writer` says, in the order of the places."""
        known = [Likeness(each) for each in siblings]
        code = ""
        for place in places:
            code = code or go_on()
            if code:
                yield NotWritten(place.number, code, _STOPPED.get(code, "Writing was stopped."))
            elif self._material is None:
                yield NotWritten(place.number, "not_set_up", _no_language(self._brief.language))
            else:
                event = self._place(self._material, place, known)
                if isinstance(event, Written):
                    known.append(Likeness(event.variation))
                yield event

    def _place(self, material: Material, place: Place, known: Sequence[Likeness]) -> Event:
        before = [Likeness(place.before)] if place.before and not place.kept else []
        unlike = [*known, *before]
        best = self._best(material, place, unlike)
        if best.share > MOST_SHARED:
            return NotWritten(place.number, "too_alike", _TOO_ALIKE)
        self._said.update(best.taken)
        return Written(place.number, best.variation)

    def _best(self, material: Material, place: Place, unlike: Sequence[Likeness]) -> _Candidate:
        """The best of the first few that are different enough, or the least alike of all."""
        best: _Candidate | None = None
        different = 0
        for attempt in range(_ATTEMPTS):
            candidate = self._attempt(material, place, unlike, attempt)
            self._rest()
            different += candidate.clean and candidate.share <= _DIFFERENT_ENOUGH
            if best is None or candidate.worth > best.worth:
                best = candidate
            if different == _CHOICES:
                break
        assert best is not None  # noqa: S101 - the loop runs at least once
        return best

    def _attempt(
        self, material: Material, place: Place, unlike: Sequence[Likeness], attempt: int
    ) -> _Candidate:
        seed = f"{self._turn}/{place.number}/{len(unlike)}/{attempt}"
        luck = 2.5 if attempt < _LUCKY_FROM else 16.0
        already = _said_already(material, place.kept)
        benefits = frozenset(each.text for each in material.fragments["benefit"])
        chooser = Chooser(self._said, seed, already, material.answers, benefits, luck=luck)
        # Few fragments said over and over make variations alike: then plain lines take turns.
        mixed = attempt >= _MIXED_FROM
        composed = Composition(material, chooser, mixed=mixed).of(place.slot)
        variation = _keeping(composed, place)
        fresh = Likeness(variation, without=frozenset(place.kept))
        share = fresh.most_shared(unlike)
        # Each line was checked by itself; what two of them make together was not.
        usable = share <= MOST_SHARED
        flags = flags_of(variation, self._brief) if usable else []
        return _Candidate(
            variation,
            tuple(chooser.taken),
            share,
            score(variation, self._brief, flags, ()).total + _names_product(variation, material),
            usable and all(flag.level is not Level.PROBLEM for flag in flags),
        )


_TOO_ALIKE = (
    "Every text the built-in writer found for this place was too much like another one. Nothing "
    "was lost: add a benefit, a pain point or a fact to the brief and write this one again."
)


def _no_language(code: str) -> str:
    return (
        f"The built-in writer knows {_LANGUAGE_NAMES}, not “{code}”. For another language set up "
        "a model (LLM_MODEL), or choose one of these."
    )


def _names_product(variation: Variation, material: Material) -> float:
    return 1.0 if material.product.casefold() in variation.text.casefold() else 0.0


def _said_already(material: Material, kept: Mapping[str, str | tuple[str, ...]]) -> list[str]:
    """The brief's fragments that a kept field says, so that they are not said twice."""
    texts = [each if isinstance(each, str) else "\n".join(each) for each in kept.values()]
    whole = "\n".join(texts)
    return [
        fragment.text
        for several in material.fragments.values()
        for fragment in several
        if whole and mentioned(whole, fragment.text)
    ]


def _keeping(variation: Variation, place: Place) -> Variation:
    """The variation with the kept fields as they are, and lists and firsts in agreement."""
    kept = dict(place.kept)
    if not kept:
        return variation
    before = place.before
    if "primary_text" in kept and before and before.primary_text == kept["primary_text"]:
        variation = replace(variation, beats=before.beats)
    elif "primary_text" in kept:
        variation = replace(variation, beats=())
    search = variation.platform is AdPlatform.GOOGLE
    headlines = _placed(variation.headlines, kept, "headlines", ("headline",))
    firsts = ("primary_text", "description") if search else ("description",)
    descriptions = _placed(variation.descriptions, kept, "descriptions", firsts)
    cta = kept.get("cta", variation.cta)
    primary = kept.get("primary_text", variation.primary_text)
    return replace(
        variation,
        cta=str(cta),
        primary_text=descriptions[0] if search else str(primary),
        headline=headlines[0],
        description=descriptions[1] if search and len(descriptions) > 1 else descriptions[0],
        headlines=headlines,
        descriptions=descriptions,
    )


def _placed(
    written: tuple[str, ...],
    kept: Mapping[str, str | tuple[str, ...]],
    every: str,
    firsts: tuple[str, ...],
) -> tuple[str, ...]:
    """What is kept of a list: all of it, or its first ones by their own names."""
    if every in kept:
        return tuple(kept[every])
    texts = list(written)
    for position, name in enumerate(firsts):
        if name in kept:
            fixed = str(kept[name])
            texts = [each for each in texts if each.casefold() != fixed.casefold()]
            texts.insert(position, fixed)
    return tuple(texts[: max(len(written), len(firsts))])
