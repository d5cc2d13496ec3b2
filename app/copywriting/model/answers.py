"""What a model answered, read with patience: every whole variation in it is kept.

Models wrap JSON in fences and friendly words, leave an array half-way when their answer may not be
longer, and name a button as people read it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.copywriting.brief import AdPlatform, Brief
from app.copywriting.frameworks import Trigger
from app.copywriting.model.characters import storable
from app.copywriting.model.shapes import triggers_in
from app.copywriting.staging import reasoning, visual
from app.copywriting.variation import Beat, Variation
from app.copywriting.vocabulary import SUITING
from app.copywriting.writing import Place

_ARRAY = re.compile(r'"variations"\s*:\s*\[|\[\s*(?=\{)')
_BETWEEN = frozenset(" \t\r\n,")
# Models put line breaks into strings as they are.
_DECODER = json.JSONDecoder(strict=False)


@dataclass(frozen=True, slots=True)
class Unusable:
    """An answer without anything in it that can be used; `complaint` goes back to the model."""

    complaint: str


def read(answer: str) -> list[dict[str, Any]] | Unusable:
    """The variations in an answer, as they came."""
    if not answer.strip():
        return Unusable("it was empty.")
    start = _ARRAY.search(answer)
    found = list(_objects(answer, start.end())) if start else list(_alone(answer))
    if found:
        return found
    if "{" not in answer:
        return Unusable("it holds no JSON.")
    try:
        json.loads(answer[answer.index("{") :], strict=False)
    except ValueError as error:
        return Unusable(f"it is no valid JSON ({error}).")
    return Unusable('it has no list of objects under "variations".')


def _objects(answer: str, at: int) -> Iterator[dict[str, Any]]:
    while True:
        while answer[at : at + 1] in _BETWEEN:
            at += 1
        try:
            value, at = _DECODER.raw_decode(answer, at)
        except ValueError:
            return
        if isinstance(value, dict):
            yield value


def _alone(answer: str) -> Iterator[dict[str, Any]]:
    """One variation without a list around it."""
    start = answer.find("{")
    if start < 0:
        return
    try:
        value, _ = _DECODER.raw_decode(answer, start)
    except ValueError:
        return
    if isinstance(value, dict) and value.keys() & {"headline", "headlines"}:
        yield value


def variation(found: Mapping[str, Any], place: Place, brief: Brief) -> Variation | None:
    """A variation for its place, with what is kept as it was; None when a text is missing."""
    slot = place.slot
    shown = _search(found, place) if slot.platform is AdPlatform.GOOGLE else _feed(found, place)
    if shown is None:
        return None
    said = "\n".join([shown["primary_text"], *shown["headlines"], *shown["descriptions"]])
    trigger = _trigger(found.get("trigger"), said, brief)
    return Variation(
        platform=slot.platform,
        framework=slot.framework.name,
        angle=slot.angle,
        trigger=trigger,
        beats=_beats(found.get("beats"), slot.framework.beats),
        target=_text(found.get("target")) or str(brief.audience),
        brief=_text(found.get("visual")) or visual(slot, brief, ""),
        reasoning=_text(found.get("reasoning")) or reasoning(slot, trigger, ""),
        cta=_button(place.kept.get("cta") or found.get("cta"), slot.platform, brief),
        **shown,
    )


def _feed(found: Mapping[str, Any], place: Place) -> dict[str, Any] | None:
    texts = {name: _line(found.get(name)) for name in ("headline", "description")}
    texts["primary_text"] = _text(found.get("primary_text"))
    texts |= {name: str(text) for name, text in place.kept.items() if name in texts}
    for name, several in (("headline", "headlines"), ("description", "descriptions")):
        kept = place.kept.get(several)
        if isinstance(kept, tuple) and kept:
            texts[name] = kept[0]
    if not all(texts.values()):
        return None
    return {
        **texts,
        "headlines": (texts["headline"],),
        "descriptions": (texts["description"],),
        "paths": (),
    }


def _search(found: Mapping[str, Any], place: Place) -> dict[str, Any] | None:
    headlines, descriptions = _texts(found.get("headlines")), _texts(found.get("descriptions"))
    kept = place.kept
    headlines = _first(headlines, [kept.get("headline")])
    descriptions = _first(descriptions, [kept.get("primary_text"), kept.get("description")])
    if isinstance(whole := kept.get("headlines"), tuple):
        headlines = list(whole)
    if isinstance(whole := kept.get("descriptions"), tuple):
        descriptions = list(whole)
    if not headlines or not descriptions:
        return None
    return {
        "primary_text": descriptions[0],
        "headline": headlines[0],
        "description": descriptions[1] if len(descriptions) > 1 else descriptions[0],
        "headlines": tuple(headlines),
        "descriptions": tuple(descriptions),
        "paths": tuple(_texts(found.get("paths"))),
    }


def _first(texts: list[str], fixed: list[Any]) -> list[str]:
    """The texts with each fixed one in its place."""
    for at, text in enumerate(fixed):
        if text:
            rest = [each for each in texts if each != text]
            texts = [*rest[:at], str(text), *rest[at + 1 :]]
    return texts


def _beats(found: Any, steps: tuple[str, ...]) -> tuple[Beat, ...]:
    """The framework's steps in its order; a model may answer a list or an object."""
    said: dict[str, str] = {}
    if isinstance(found, dict):
        said = {str(name).casefold(): _text(text) for name, text in found.items()}
    elif isinstance(found, list):
        for each in found:
            if isinstance(each, dict):
                said.setdefault(_text(each.get("step")).casefold(), _text(each.get("text")))
    beats = tuple(Beat(step, said.get(step, "")) for step in steps)
    return beats if any(beat.text for beat in beats) else ()


def _trigger(found: Any, said: str, brief: Brief) -> Trigger:
    """The trigger a model names, where the text bears it out; else the one that needs nothing."""
    allowed = {str(each).casefold(): each for each in triggers_in(said, brief)}
    return allowed.get(_text(found).casefold(), Trigger.COMMITMENT)


def _button(found: Any, platform: AdPlatform, brief: Brief) -> str:
    """A button as the platform spells it. A search ad has none to choose."""
    if platform is AdPlatform.GOOGLE:
        return SUITING[platform][brief.goal][0]
    return re.sub(r"[\s-]+", "_", _text(found)).upper()


def _text(found: Any) -> str:
    return storable(found).strip() if isinstance(found, str) else ""


def _line(found: Any) -> str:
    """A text of one line, as headlines are."""
    return " ".join(_text(found).split())


def _texts(found: Any) -> list[str]:
    """Texts without repetitions; of what is no text nothing."""
    if not isinstance(found, list):
        return []
    once: dict[str, str] = {}
    for text in filter(None, map(_line, found)):
        once.setdefault(text.casefold(), text)
    return list(once.values())
