"""The requests to a model: what it is told, and in which groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from app.copywriting.brief import AdPlatform, Brief
from app.copywriting.languages import language
from app.copywriting.model.door import Request
from app.copywriting.model.prompts import data, prompt
from app.copywriting.model.shapes import example, schema, shape_in_words, title, triggers
from app.copywriting.model.verdict import Verdict
from app.copywriting.variation import Variation
from app.copywriting.writing import Place

# The first group is small so that there is something to read within seconds; with the others as
# large as this, twenty variations are at most as many groups as are asked at once.
FIRST_GROUP = 2
MOST_IN_GROUP = 6
_WRITTEN_SHOWN = 24
_OPENING = 160
# Room for models that think before they write; what is not used costs nothing.
_TOKENS, _TOKENS_EACH = 4000, 1200


def groups(places: Sequence[Place]) -> list[tuple[Place, ...]]:
    """Places of one platform each, the first group small."""
    by_platform: dict[AdPlatform, list[Place]] = {}
    for place in places:
        by_platform.setdefault(place.slot.platform, []).append(place)
    found: list[tuple[Place, ...]] = []
    for several in by_platform.values():
        rest = several
        if not found and len(several) > FIRST_GROUP + 1:
            found.append(tuple(several[:FIRST_GROUP]))
            rest = several[FIRST_GROUP:]
        size = ceil(len(rest) / ceil(len(rest) / MOST_IN_GROUP))
        found += [tuple(rest[at : at + size]) for at in range(0, len(rest), size)]
    return found


@dataclass(frozen=True, slots=True)
class Asking:
    """Makes the requests for one brief. `own_ads` are texts that ran before, the best first."""

    brief: Brief
    own_ads: Sequence[str] = ()

    def write(self, places: Sequence[Place], written: Sequence[Variation]) -> Request:
        """Ask for these places, all of one platform."""
        platform = places[0].slot.platform
        brief = self.brief
        tones = ", ".join(brief.tones)
        material = {
            "brief": _said(brief),
            "places": [_place(place) for place in places],
            "already_written": _openings(written, platform),
            "own_ads": list(self.own_ads),
        }
        text = prompt(
            "write",
            goal=str(brief.goal),
            tones=f"The tone is {tones}." if tones else "",
            **self._common(places, material),
        )
        return self._request(places, [_user(text)])

    def mend(
        self, places: Sequence[Place], faulty: Mapping[int, Verdict], written: Sequence[Variation]
    ) -> Request:
        """Ask for these places again, with what is wrong with each."""
        material = {
            "brief": _said(self.brief),
            "places": [_faulty(place, faulty[place.number]) for place in places],
            "already_written": _openings(written, places[0].slot.platform),
        }
        return self._request(places, [_user(prompt("mend", **self._common(places, material)))])

    def repair(
        self, places: Sequence[Place], asked: Request, answer: str, complaint: str
    ) -> Request:
        """Send an unusable answer back with what was wrong."""
        text = prompt(
            "repair",
            complaint=complaint,
            places=", ".join(str(place.number) for place in places),
            example=self._example(places),
        )
        before = [dict(each) for each in asked.messages[1:]]
        answered = {"role": "assistant", "content": answer or "(nothing)"}
        return self._request(places, [*before, answered, _user(text)])

    def _common(self, places: Sequence[Place], material: Mapping[str, Any]) -> dict[str, str]:
        platform = places[0].slot.platform
        return {
            "count": str(len(places)),
            "platform": title(platform),
            "language": _language(self.brief.language),
            "triggers": ", ".join(triggers(self.brief)),
            "shape": shape_in_words(platform, self.brief),
            "example": self._example(places),
            "data": data(material),
        }

    def _example(self, places: Sequence[Place]) -> str:
        first = places[0]
        return example(first.slot.platform, first.number, first.slot.framework.beats[0])

    def _request(self, places: Sequence[Place], messages: Sequence[Mapping[str, str]]) -> Request:
        steps = dict.fromkeys(step for place in places for step in place.slot.framework.beats)
        return Request(
            messages=({"role": "system", "content": prompt("system")}, *messages),
            schema=schema(places[0].slot.platform, self.brief, list(steps)),
            tokens=_TOKENS + _TOKENS_EACH * len(places),
        )


def _user(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}


def _language(code: str) -> str:
    spoken = language(code)
    return spoken.name if spoken else f"the language whose ISO 639-1 code is “{code}”"


def _said(brief: Brief) -> dict[str, Any]:
    return {
        "product": brief.product,
        "benefits": brief.benefits,
        "audience": {
            "age_min": brief.audience.age_min,
            "age_max": brief.audience.age_max,
            "gender": brief.audience.gender,
            "interests": brief.audience.interests,
        },
        "pain_points": brief.pain_points,
        "goal": brief.goal,
        "tones": brief.tones,
        "landing_page": brief.url,
        "facts": brief.facts,
        "use": brief.use,
        "avoid": brief.avoid,
        "language": brief.language,
    }


def _place(place: Place) -> dict[str, Any]:
    slot = place.slot
    told: dict[str, Any] = {
        "place": place.number,
        "platform": slot.platform,
        "framework": slot.framework.name,
        "steps": slot.framework.beats,
        "angle": slot.angle,
    }
    if place.kept:
        told["keep"] = dict(place.kept)
    if place.before:
        told["before"] = place.before.text
    return told


def _faulty(place: Place, verdict: Verdict) -> dict[str, Any]:
    told = {**_place(place), "text": dict(_shown(verdict.variation)), "faults": verdict.faults}
    told.pop("before", None)
    if verdict.alike:
        told["too_like"] = verdict.alike.text
    return told


def _shown(variation: Variation) -> dict[str, Any]:
    if variation.platform is AdPlatform.GOOGLE:
        return {
            "headlines": variation.headlines,
            "descriptions": variation.descriptions,
            "paths": variation.paths,
        }
    return {
        "primary_text": variation.primary_text,
        "headline": variation.headline,
        "description": variation.description,
        "cta": variation.cta,
    }


def _openings(written: Sequence[Variation], platform: AdPlatform) -> list[dict[str, str]]:
    """Enough of the texts there are to start otherwise."""
    alike = [each for each in written if each.platform is platform][-_WRITTEN_SHOWN:]
    return [
        {"headline": each.headline, "begins": each.primary_text[:_OPENING].strip()}
        for each in alike
    ]
