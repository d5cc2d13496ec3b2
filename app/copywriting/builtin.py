"""The writer that needs no model: frameworks, the facts of the brief, and grammar.

Fragments of the brief stand as sentences of their own among lines that a person has written, so
every wording of them reads well. Each variation is composed several times and the one that shares
least with those before it is kept. The same brief and siblings always give the same text.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from app.copywriting.brief import AdPlatform, Brief
from app.copywriting.frameworks import Angle, Trigger, trigger_of
from app.copywriting.languages import BUILT_IN, language
from app.copywriting.limits import SHAPES, Limit
from app.copywriting.material import Line, Material
from app.copywriting.plan import Slot
from app.copywriting.scoring import most_shared
from app.copywriting.staging import reasoning, visual
from app.copywriting.variation import Beat, Variation
from app.copywriting.vocabulary import SUITING

__all__ = ["BUILT_IN", "BuiltInWriter"]

_ATTEMPTS = 24
_DIFFERENT_ENOUGH = 0.45
_MOST_HEADLINES = 10
_OPENING = {"attention", "stop", "hook", "awareness", "promise", "qualify"}
_KINDS = {
    "problem": "problem",
    "before": "problem",
    "understand": "problem",
    "awareness": "problem",
    "agitate": "stakes",
    "amplify": "stakes",
    "failure": "stakes",
    "solve": "solve",
    "bridge": "solve",
    "guide": "solve",
    "interest": "feature",
    "feature": "feature",
    "look": "feature",
    "educate": "feature",
    "comprehension": "feature",
    "promise": "feature",
    "desire": "after",
    "after": "after",
    "picture": "after",
    "advantage": "after",
    "success": "after",
    "benefit": "solve",
    "stimulate": "after",
    "proof": "proof",
    "testimony": "proof",
    "conviction": "proof",
    "plan": "plan",
    "character": "who",
    "qualify": "who",
    "story": "story",
}
_ACTIONS = {"action", "push", "act", "purchase", "call", "transition", "response", "offer"}
# What an opening line of this angle already does.
_DOES = {
    Angle.PROBLEM: {"problem"},
    Angle.OUTCOME: {"feature"},
    Angle.PROOF: {"proof"},
    Angle.AUDIENCE: {"who"},
    Angle.OFFER: set[str](),
}


@dataclass(frozen=True, slots=True)
class _Draft:
    """A variation's parts while it is composed, and the fragments it has said."""

    slot: Slot
    beats: tuple[Beat, ...]
    opening: Line
    lines: tuple[Line, ...]


class BuiltInWriter:
    """Writes for one brief in a language of `BUILT_IN`; a KeyError for any other."""

    def __init__(self, brief: Brief, *, turn: int = 0) -> None:
        """`turn` counts how often the same brief was written: another one gives other texts."""
        spoken = language(brief.language)
        if spoken is None:
            raise KeyError(brief.language)
        self._material = Material(brief, spoken)
        self._used: Counter[str] = Counter()
        self._turn = turn

    def write(self, slot: Slot, siblings: Sequence[Variation]) -> Variation:
        """One variation, as unlike its siblings as the brief allows."""
        best, least = None, 2.0
        for attempt in range(_ATTEMPTS):
            seed = f"{self._turn}/{len(siblings)}/{attempt}"
            chooser = _Chooser(self._used, random.Random(seed))  # noqa: S311 - reproducible
            # Few fragments said over and over make variations alike: then plain lines take turns.
            mixed = attempt >= _ATTEMPTS // 2
            variation = _Composition(self._material, chooser, mixed=mixed).of(slot)
            share = most_shared(variation, siblings)
            if share < least:
                best, least, chosen = variation, share, chooser.taken
            if share <= _DIFFERENT_ENOUGH:
                break
        assert best is not None  # noqa: S101 - the loop runs at least once
        self._used.update(chosen)
        return best


class _Chooser:
    """Picks the line said least so far; among equals by chance."""

    def __init__(self, used: Counter[str], chance: random.Random) -> None:
        self._used = used
        self._chance = chance
        self.taken: list[str] = []

    def pick(self, lines: Sequence[Line]) -> Line | None:
        free = [each for each in lines if each.text not in self.taken] or list(lines)
        if not free:
            return None
        line = min(free, key=self._weight)
        self.taken += [line.template, line.text, *([line.fragment] if line.fragment else [])]
        return line

    def _weight(self, line: Line) -> tuple[float, float]:
        fresh = self.taken.count(line.fragment) * 3 if line.fragment else 0
        uses = self._used[line.template] + self._used[line.fragment] / 2 + self._used[line.text] * 2
        return (uses + fresh + self._chance.random() * 2.5, self._chance.random())


class _Composition:
    def __init__(self, material: Material, chooser: _Chooser, *, mixed: bool) -> None:
        self._brief = material.brief
        self._gap = material.language.gap
        self._material = material
        self._chooser = chooser
        self._mixed = mixed

    def of(self, slot: Slot) -> Variation:
        match slot.platform:
            case AdPlatform.GOOGLE:
                return self._search(slot)
            case AdPlatform.TIKTOK:
                return self._short(slot)
            case _:
                return self._feed(slot)

    # Meta and LinkedIn: one flowing text.

    def _feed(self, slot: Slot) -> Variation:
        shape = SHAPES[slot.platform]
        draft = self._draft(slot, lambda _: shape.primary_text)
        beats, closing = draft.beats, ""
        if beats[-1].name not in _ACTIONS:
            closing = self._line("action", slot, shape.primary_text).text
        aside = self._tone(slot)
        middle = self._gap.join(beat.text for beat in beats[1:-1] or ())
        end = self._gap.join(filter(None, (beats[-1].text if len(beats) > 1 else "", aside)))
        paragraphs = [beats[0].text, middle, end, closing]
        if closing and len(middle) + len(end) < 180:
            paragraphs = [beats[0].text, self._gap.join(filter(None, (middle, end))), closing]
        text = "\n\n".join(filter(None, paragraphs))
        if not shape.primary_text.fits(text):
            text = self._gap.join(beat.text for beat in beats)
        headline = self._short_text("headline", slot, shape.headline)
        description = self._short_text("description", slot, shape.description)
        return self._finished(draft, text, (headline.text,), (description.text,))

    def _tone(self, slot: Slot) -> str:
        lines = [
            line
            for tone in self._brief.tones
            for line in self._material.lines(f"tone_{tone}", slot.platform)
        ]
        line = self._chooser.pick(lines)
        return line.text if line else ""

    # TikTok: the first words on screen, the ad's one text, the last words on screen.

    def _short(self, slot: Slot) -> Variation:
        shape = SHAPES[slot.platform]
        last = slot.framework.size - 1
        middle = max(last - 1, 1)

        def room(place: int) -> Limit:
            if place == 0:
                return shape.headline
            if place == last:
                return shape.description
            most = (shape.primary_text.most - (middle - 1)) // middle
            return Limit(most, most, columns=shape.primary_text.columns)

        draft = self._draft(slot, room, alone=True)
        first, *between, final = (beat.text for beat in draft.beats)
        text = self._gap.join(between)
        for kind in ("solve", "proof_plain"):
            left = shape.primary_text.most - shape.primary_text.count(text + self._gap)
            more = self._line(kind, slot, Limit(left, left, columns=True)).text
            longer = self._gap.join((text, more))
            if len(between) == 1 and shape.primary_text.fits(longer) and more not in text:
                text = longer
                break
        return self._finished(draft, text, (first,), (final,))

    # Google: headlines and descriptions that stand in any order.

    def _search(self, slot: Slot) -> Variation:
        shape = SHAPES[slot.platform]
        draft = self._draft(slot, lambda _: shape.description, alone=True)
        least, most = shape.headlines
        headlines: list[str] = []
        for line in self._headlines(slot, shape.headline):
            if line.text.casefold() not in {each.casefold() for each in headlines}:
                headlines.append(line.text)
            if len(headlines) == min(most, _MOST_HEADLINES):
                break
        descriptions = list(dict.fromkeys(beat.text for beat in draft.beats))
        if draft.beats[-1].name not in _ACTIONS and len(descriptions) < shape.descriptions[1]:
            closing = self._line("action", slot, shape.description).text
            descriptions = list(dict.fromkeys([*descriptions, closing]))
        assert len(headlines) >= least  # noqa: S101 - each language has 24 plain ones
        return self._finished(draft, descriptions[0], tuple(headlines), tuple(descriptions))

    def _headlines(self, slot: Slot, limit: Limit) -> list[Line]:
        said = [line for line in self._material.bare(slot.platform) if limit.fits(line.text)]
        made = self._fitting("headline", slot, limit)
        plain = self._fitting("headline_plain", slot, limit)
        picked = [
            self._chooser.pick(group)
            for group in (said, made, said, plain, plain, made, said, plain, plain, made, plain)
            if group
        ]
        return [line for line in picked if line]

    # Lines.

    def _draft(self, slot: Slot, room: Callable[[int], Limit], *, alone: bool = False) -> _Draft:
        """The framework's beats. With `alone` each is one line, the first the angle's."""
        first = slot.framework.beats[0]
        hook = self._line(f"hook_{slot.angle}", slot, room(0))
        lines, beats = [hook], []
        for place, name in enumerate(slot.framework.beats):
            kind = "action" if name in _ACTIONS else _KINDS.get(name, "feature")
            if place == 0 and (alone or first in _OPENING or kind in _DOES[slot.angle]):
                beats.append(Beat(name, hook.text))
                continue
            found = [self._line(kind, slot, room(place))]
            if name == "offer" and not alone and self._brief.facts:
                found.insert(0, self._line("proof", slot, room(place)))
            lines += found
            text = self._gap.join(line.text for line in found)
            if place == 0:
                text = self._gap.join((hook.text, text))
            beats.append(Beat(name, text))
        return _Draft(slot, tuple(beats), hook, tuple(lines))

    def _line(self, kind: str, slot: Slot, limit: Limit) -> Line:
        """A line of this kind that fits; if the brief has none, one that needs no brief."""
        if kind == "action":
            kind = f"action_{self._brief.goal}"
        options = self._fitting(kind, slot, limit)
        plain = self._fitting(f"{kind}_plain", slot, limit)
        line = self._chooser.pick([*options, *plain] if self._mixed else options or plain)
        if line is None:
            line = self._chooser.pick(
                self._fitting("after", slot, limit) or self._fitting("headline_plain", slot, limit)
            )
        if line is None:
            return Line(self._brief.product.strip(), "product")
        return line

    def _short_text(self, kind: str, slot: Slot, limit: Limit) -> Line:
        bare = [line for line in self._material.bare(slot.platform) if limit.fits(line.text)]
        options = [*bare, *self._fitting(kind, slot, limit)]
        plain = self._fitting(f"{kind}_plain", slot, limit)
        line = self._chooser.pick([*options, *plain[:: 3 if options else 1]])
        return line or Line(self._brief.product.strip(), "product")

    def _fitting(self, kind: str, slot: Slot, limit: Limit) -> list[Line]:
        return [line for line in self._material.lines(kind, slot.platform) if limit.fits(line.text)]

    def _finished(
        self,
        draft: _Draft,
        text: str,
        headlines: tuple[str, ...],
        descriptions: tuple[str, ...],
    ) -> Variation:
        slot = draft.slot
        search = slot.platform is AdPlatform.GOOGLE
        trigger = self._trigger(draft)
        suiting = SUITING[slot.platform][self._brief.goal]
        return Variation(
            platform=slot.platform,
            framework=slot.framework.name,
            angle=slot.angle,
            trigger=trigger,
            primary_text=text,
            headline=headlines[0],
            description=descriptions[1] if search and len(descriptions) > 1 else descriptions[0],
            cta=suiting[0],
            headlines=headlines,
            descriptions=descriptions,
            paths=self._paths(slot),
            beats=draft.beats,
            target=str(self._brief.audience),
            brief=visual(slot, self._brief, draft.opening.fragment),
            reasoning=reasoning(slot, trigger, draft.opening.fragment),
        )

    def _trigger(self, draft: _Draft) -> Trigger:
        fragment = draft.opening.fragment
        match draft.slot.angle:
            case Angle.PROBLEM:
                return Trigger.LOSS_AVERSION
            case Angle.OUTCOME:
                return Trigger.SPECIFICITY if fragment else Trigger.CURIOSITY
            case Angle.AUDIENCE:
                return Trigger.UNITY if fragment else Trigger.COMMITMENT
            case Angle.PROOF:
                return trigger_of(fragment) if fragment else Trigger.CURIOSITY
            case Angle.OFFER:
                return trigger_of(fragment) if fragment else Trigger.COMMITMENT

    def _paths(self, slot: Slot) -> tuple[str, ...]:
        """Shown after the domain: the product's words that fit, in one path each."""
        limit = SHAPES[slot.platform].path
        if limit is None:
            return ()
        plain = "-".join(
            filter(
                None, ("".join(c for c in w if c.isalnum()) for w in self._brief.product.split())
            )
        )
        return (plain,) if plain and limit.fits(plain) else ()
