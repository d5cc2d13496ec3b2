"""How a platform's ad is put together from lines: beats in their order, then the parts around."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from app.copywriting.brief import AdPlatform, Angle
from app.copywriting.choosing import Chooser
from app.copywriting.frameworks import Trigger, trigger_of
from app.copywriting.limits import SHAPES, Limit
from app.copywriting.material import Line, Material
from app.copywriting.plan import Slot
from app.copywriting.staging import reasoning, visual
from app.copywriting.variation import Beat, Variation
from app.copywriting.vocabulary import SUITING
from app.copywriting.words import sentences

_FEWEST_HEADLINES = 5
_VAGUE, _STALE, _EMPTY = 7.0, 5.0, 12.0
_LISTED, _LEAST_LISTED, _MOST_LISTED = 0.3, 3, 4
_CLOSED = 0.2
_PLAINLY = 0.3
_ENDS = ".!?。！？؟"
_ONE_PARAGRAPH = 130
_OPENING = {"attention", "stop", "hook", "awareness", "qualify"}
_KINDS = {
    "problem": "problem",
    "before": "problem",
    "understand": "problem",
    "awareness": "problem",
    "agitate": "stakes",
    "amplify": "stakes",
    "failure": "stakes",
    "solve": "solve",
    "bridge": "bridge",
    "guide": "solve",
    "benefit": "solve",
    "interest": "feature",
    "feature": "feature",
    "look": "feature",
    "educate": "feature",
    "comprehension": "feature",
    "promise": "feature",
    "desire": "after",
    "after": "imagine",
    "picture": "picture",
    "advantage": "after",
    "success": "after",
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
    """A variation's parts while it is composed."""

    slot: Slot
    beats: tuple[Beat, ...]
    opening: Line


class _Subject(Enum):
    """What a text spoke of last, so what “it” would mean."""

    NOTHING = auto()
    PAIN = auto()
    PRODUCT = auto()


class Composition:
    """One attempt at one variation."""

    def __init__(self, material: Material, chooser: Chooser, *, mixed: bool) -> None:
        """`mixed` lets lines without a fragment take turns with those that have one."""
        self._brief = material.brief
        self._gap = material.language.gap
        self._material = material
        self._chooser = chooser
        self._mixed = mixed
        self._about = _Subject.NOTHING

    def of(self, slot: Slot) -> Variation:
        """The whole ad."""
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
        draft = self._listed(slot, shape.primary_text) or self._draft(
            slot, lambda _: shape.primary_text
        )
        texts = [beat.text for beat in draft.beats]
        if draft.beats[-1].name not in _ACTIONS:
            texts.append(self._line("action", slot, shape.primary_text).text)
        if self._chooser.chance.random() < _CLOSED and (closing := self._closing(slot)):
            texts.insert(-1, closing)
        text = self._paragraphs(texts)
        if not shape.primary_text.fits(text):
            text = self._gap.join(dict.fromkeys(beat.text for beat in draft.beats))
        # The shorter first: fewer of the brief's fragments fit it.
        description = self._short_text("description", slot, shape.description)
        headline = self._short_text("headline", slot, shape.headline)
        return self._finished(draft, text, (headline.text,), (description.text,))

    def _listed(self, slot: Slot, limit: Limit) -> _Draft | None:
        """Now and then, where benefits abound: the opening, the benefits one a line, the call."""
        benefits = [each.text for each in self._material.fragments["benefit"]]
        allowed = {line.text for line in self._material.fitting("bare", slot.platform, limit)}
        said = [each for each in benefits if each in allowed][:_MOST_LISTED]
        middle = slot.framework.beats[1:]
        if len(said) < _LEAST_LISTED or len(middle) < _LEAST_LISTED - 1:
            return None
        if self._chooser.chance.random() > _LISTED:
            return None
        hook = self._chooser.pick(
            [
                line
                for line in self._fitting(f"hook_{slot.angle}", slot, limit)
                if not set(said).intersection(line.fragments)
            ]
        )
        intro = self._chooser.pick(self._fitting("list", slot, limit))
        if hook is None or intro is None:
            return None
        self._about = _Subject.PRODUCT
        self._chooser.taken += said
        rows = "\n".join((intro.text, *(f"• {each}" for each in said)))
        beats = [Beat(slot.framework.beats[0], hook.text)]
        beats += [Beat(name, rows) for name in middle if name not in _ACTIONS]
        if middle[-1] in _ACTIONS:
            beats.append(Beat(middle[-1], self._line("action", slot, limit).text))
        return _Draft(slot, tuple(beats), hook)

    def _closing(self, slot: Slot) -> str:
        line = self._chooser.pick(self._material.lines("closing", slot.platform))
        return line.text if line else ""

    def _paragraphs(self, texts: Sequence[str]) -> str:
        """The opening alone, or with what follows when both are short; the call by itself."""
        first, *middle, last = list(dict.fromkeys(texts))
        body = self._gap.join(middle)
        if any("\n" in each for each in middle):
            return "\n\n".join((first, *middle, last))
        layout = self._chooser.chance.choice(("apart", "apart", "flowing", "called"))
        if len(first) + len(body) + len(last) < _ONE_PARAGRAPH and layout != "apart":
            parts = [self._gap.join((first, body, last)) if body else self._gap.join((first, last))]
        elif layout == "flowing":
            parts = [self._gap.join(filter(None, (first, body))), last]
        elif layout == "called":
            parts = [first, self._gap.join(filter(None, (body, last)))]
        else:
            parts = [first, body, last]
        return "\n\n".join(filter(None, parts))

    # TikTok: the first words on screen, the ad's one text, the last words on screen.

    def _short(self, slot: Slot) -> Variation:
        shape = SHAPES[slot.platform]
        text = self._line(f"text_{slot.angle}", slot, shape.primary_text)
        hook, fitting = self._on_screen(slot, shape.headline)
        last = self._line("action", slot, shape.description)
        beats = _spread(slot.framework.beats, hook.text, text.text, last.text)
        draft = _Draft(slot, beats, hook if fitting and hook.fragment else text)
        return self._finished(draft, text.text, (hook.text,), (last.text,))

    def _on_screen(self, slot: Slot, limit: Limit) -> tuple[Line, bool]:
        """The first words: something the text does not say, of the angle where there is any."""
        own = f"hook_{slot.angle}"
        for kind in (own, "hook_outcome", "hook_offer", "hook_proof"):
            fresh = [
                each
                for each in self._fitting(kind, slot, limit)
                if not set(self._chooser.taken).intersection(each.fragments)
            ]
            if line := self._chooser.pick(fresh):
                return line, kind == own
        return self._line(own, slot, limit), False

    # Google: headlines and descriptions that stand in any order.

    def _search(self, slot: Slot) -> Variation:
        shape = SHAPES[slot.platform]
        draft = self._draft(slot, lambda _: shape.description, alone=True)
        headlines = self._headlines(slot, shape.headline)
        descriptions = list(dict.fromkeys(beat.text for beat in draft.beats))
        if draft.beats[-1].name not in _ACTIONS and len(descriptions) < shape.descriptions[1]:
            closing = self._line("action", slot, shape.description).text
            descriptions = list(dict.fromkeys([*descriptions, closing]))
        return self._finished(
            draft, descriptions[0], tuple(headlines), tuple(descriptions[: shape.descriptions[1]])
        )

    def _headlines(self, slot: Slot, limit: Limit) -> list[str]:
        """What the brief says, each thing once, then the name and what the goal wants.

        Lines that say nothing of the brief stand in only where it is too short for an ad.
        """
        said = self._material.fitting("bare", slot.platform, limit)
        made = self._fitting("headline", slot, limit)
        own = self._fitting(f"headline_{slot.angle}", slot, limit)
        goal = self._fitting(f"headline_{self._brief.goal}", slot, limit)
        plain = self._fitting("headline_plain", slot, limit)
        found: list[Line] = []
        for group in (own, said, made, goal, made, said, made, said, goal):
            self._add(found, group)
        while len(found) < _FEWEST_HEADLINES and self._add(found, [*made, *goal, *plain]):
            pass
        return [each.text for each in found]

    def _add(self, found: list[Line], group: Sequence[Line]) -> bool:
        """One more of the group that says what none of those found says, if there is one."""
        known = {each.text.casefold() for each in found}
        told = {fragment for each in found for fragment in each.fragments}
        free = [
            each
            for each in group
            if each.text.casefold() not in known and told.isdisjoint(each.fragments)
        ]
        line = self._chooser.pick(free, repeating=0.0, vague=_VAGUE)
        if line:
            found.append(line)
        return line is not None

    # Lines.

    def _draft(self, slot: Slot, room: Callable[[int], Limit], *, alone: bool = False) -> _Draft:
        """The framework's beats. With `alone` each is one line, the first the angle's."""
        first = slot.framework.beats[0]
        hook = self._line(f"hook_{slot.angle}", slot, room(0))
        beats = []
        for place, name in enumerate(slot.framework.beats):
            kind = "action" if name in _ACTIONS else _KINDS.get(name, "feature")
            last = place == slot.framework.size - 1
            if name == "offer" and not last and self._material.fragments["fact"]:
                kind = "offer"
            if kind == "stakes" and alone and slot.angle is not Angle.PROBLEM:
                # The opening took the problem's place, so there is nothing yet to make worse.
                kind = "problem"
            if place == 0 and (alone or first in _OPENING or kind in _DOES[slot.angle]):
                beats.append(Beat(name, hook.text))
                continue
            found = [self._line(kind, slot, room(place))]
            if name == "offer" and last and not alone and self._material.fragments["fact"]:
                found.insert(0, self._line("offer", slot, room(place)))
            if place == 0:
                found.insert(0, hook)
            beats.append(Beat(name, self._gap.join(line.text for line in found)))
        return _Draft(slot, tuple(beats), hook)

    def _line(self, kind: str, slot: Slot, limit: Limit) -> Line:
        """A line of this kind that fits; if the brief has none, one that needs no brief."""
        if kind == "action":
            kind = f"action_{self._brief.goal}"
        options = self._fitting(kind, slot, limit)
        plain = self._fitting(f"{kind}_plain", slot, limit)
        said = set(self._chooser.taken)
        fresh = [each for each in options if not said.intersection(each.fragments)]
        if self._mixed:
            plainly = plain and self._chooser.chance.random() < _PLAINLY
            line = self._chooser.pick(plain if plainly else [*options, *plain], vague=_STALE)
        else:
            line = self._chooser.pick(fresh or plain or options)
        line = line or self._instead(slot, limit)
        if self._material.product in line.text:
            self._about = _Subject.PRODUCT
        elif "{pain" in line.template:
            self._about = _Subject.PAIN
        return line

    def _instead(self, slot: Slot, limit: Limit) -> Line:
        """Where nothing of a kind fits: something else about the product, or its name alone."""
        for kind in ("feature", "solve_plain", "feature_plain", "after_plain"):
            if line := self._chooser.pick(self._fitting(kind, slot, limit)):
                return line
        line = self._chooser.pick(self._fitting("headline_plain", slot, limit))
        said = line.text if line else self._material.product
        stop = "" if said[-1] in _ENDS else self._material.language.stop
        return Line(said + stop, said)

    def _short_text(self, kind: str, slot: Slot, limit: Limit) -> Line:
        bare = self._material.fitting("bare", slot.platform, limit)
        options = [*bare, *self._fitting(kind, slot, limit)]
        plain = [*self._fitting(f"{kind}_plain", slot, limit)]
        if kind == "headline":
            options += self._fitting(f"headline_{slot.angle}", slot, limit)
            plain += self._fitting(f"headline_{self._brief.goal}", slot, limit)
        pool = [*options, *plain] if self._mixed else options or plain
        line = self._chooser.pick(pool, repeating=5.0, vague=_EMPTY)
        return line or Line(self._material.product, "product")

    def _fitting(self, kind: str, slot: Slot, limit: Limit) -> list[Line]:
        """Those short enough, and none that says “it” of what was not spoken of last."""
        lines = self._material.fitting(kind, slot.platform, limit)
        meant = _Subject.PAIN if kind.startswith("stakes") else _Subject.PRODUCT
        if self._about is meant:
            return list(lines)
        backward = self._material.language.backward
        return [
            line
            for line in lines
            if "{product}" in line.template or not backward.search(line.template)
        ]

    def _finished(
        self,
        draft: _Draft,
        text: str,
        headlines: tuple[str, ...],
        descriptions: tuple[str, ...],
    ) -> Variation:
        slot = draft.slot
        search = slot.platform is AdPlatform.GOOGLE
        interests = [each.text for each in self._material.fragments["interest"]]
        trigger = _trigger(draft, interests)
        return Variation(
            platform=slot.platform,
            framework=slot.framework.name,
            angle=slot.angle,
            trigger=trigger,
            primary_text=text,
            headline=headlines[0] if headlines else "",
            description=descriptions[1] if search and len(descriptions) > 1 else descriptions[0],
            cta=SUITING[slot.platform][self._brief.goal][0],
            headlines=headlines,
            descriptions=descriptions,
            paths=self._paths(slot),
            beats=draft.beats,
            target=str(self._brief.audience),
            brief=visual(slot, self._brief, draft.opening.fragment),
            reasoning=reasoning(slot, trigger, draft.opening.fragment),
        )

    def _paths(self, slot: Slot) -> tuple[str, ...]:
        """Shown after the domain: the product's words that fit, in one path each."""
        limit = SHAPES[slot.platform].path
        if limit is None:
            return ()
        parts = ("".join(c for c in word if c.isalnum()) for word in self._material.product.split())
        plain = "-".join(filter(None, parts))
        return (plain,) if plain and limit.fits(plain) else ()


def _spread(names: Sequence[str], hook: str, text: str, last: str) -> tuple[Beat, ...]:
    """A framework's beats in a short video: first and last words are its ends, if it calls.

    One sentence of the text may do more than one of those between.
    """
    called = names[-1] in _ACTIONS
    between = names[1:-1] if called else names[1:]
    spoken = sentences(text)
    beats = [Beat(names[0], hook)]
    for place, name in enumerate(between):
        beats.append(Beat(name, spoken[place * len(spoken) // len(between)]))
    if called:
        beats.append(Beat(names[-1], last))
    return tuple(beats)


def _trigger(draft: _Draft, interests: Sequence[str]) -> Trigger:
    fragment = draft.opening.fragment
    match draft.slot.angle:
        case Angle.PROBLEM:
            return Trigger.LOSS_AVERSION if fragment else Trigger.CURIOSITY
        case Angle.OUTCOME:
            return Trigger.SPECIFICITY if fragment else Trigger.CURIOSITY
        case Angle.AUDIENCE if draft.opening.fragment in interests:
            return Trigger.UNITY
        case Angle.AUDIENCE:
            return Trigger.LOSS_AVERSION if fragment else Trigger.COMMITMENT
        case Angle.PROOF:
            return trigger_of(fragment) if fragment else Trigger.CURIOSITY
        case Angle.OFFER:
            return trigger_of(fragment) if fragment else Trigger.COMMITMENT
