"""What a model is told and asked for on each platform: limits in words, and the answer's schema."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from app.copywriting.brief import AdPlatform, Brief
from app.copywriting.frameworks import Trigger, trigger_of
from app.copywriting.limits import SHAPES
from app.copywriting.mentions import mentioned
from app.copywriting.model.prompts import prompt
from app.copywriting.vocabulary import BUTTONS, SUITING

# A trigger that may be named only where a fact of the brief bears it out.
_BORNE_OUT = frozenset(
    {
        Trigger.SOCIAL_PROOF,
        Trigger.AUTHORITY,
        Trigger.SCARCITY,
        Trigger.ANCHORING,
        Trigger.RECIPROCITY,
    }
)
_EXTRA = {
    AdPlatform.META: "- Emoji only where they say something; none is fine.",
    AdPlatform.LINKEDIN: (
        "- Colleague to colleague, without hype. Never write the name LinkedIn. No emoji."
    ),
}
_TITLES = {
    AdPlatform.META: "Meta",
    AdPlatform.GOOGLE: "Google Search",
    AdPlatform.LINKEDIN: "LinkedIn",
    AdPlatform.TIKTOK: "TikTok",
}


def title(platform: AdPlatform) -> str:
    """The platform as people call it."""
    return _TITLES[platform]


def triggers(brief: Brief) -> list[Trigger]:
    """Those whose condition the brief meets."""
    return _borne_out(brief.facts)


def triggers_in(text: str, brief: Brief) -> list[Trigger]:
    """Those whose condition a text meets by saying the fact."""
    return _borne_out([fact for fact in brief.facts if mentioned(text, fact)])


def _borne_out(facts: Sequence[str]) -> list[Trigger]:
    borne_out = {trigger_of(fact) for fact in facts}
    return [each for each in Trigger if each not in _BORNE_OUT or each in borne_out]


def fields(platform: AdPlatform) -> list[str]:
    """The names in an answer, in their order."""
    shown = (
        ["headlines", "descriptions", "paths"]
        if platform is AdPlatform.GOOGLE
        else ["primary_text", "headline", "description", "cta"]
    )
    return ["place", *shown, "beats", "trigger", "target", "visual", "reasoning"]


def example(platform: AdPlatform, place: int, step: str) -> str:
    """An answer's form for models that are given no schema."""
    forms: dict[str, Any] = {
        "place": place,
        "headlines": ["…", "…"],
        "descriptions": ["…", "…"],
        "paths": ["…"],
        "beats": [{"step": step, "text": "…"}],
    }
    one = {name: forms.get(name, "…") for name in fields(platform)}
    return json.dumps(one, ensure_ascii=False)


def shape_in_words(platform: AdPlatform, brief: Brief) -> str:
    """The platform's limits and manners."""
    shape = SHAPES[platform]
    lengths = {
        "headline_most": str(shape.headline.most),
        "description_most": str(shape.description.most),
    }
    if platform is AdPlatform.GOOGLE:
        assert shape.path  # noqa: S101 - a search ad has paths
        return prompt("search", **lengths, path_most=str(shape.path.most))
    lengths |= {
        "primary_most": str(shape.primary_text.most),
        "buttons": ", ".join(_buttons(platform, brief)),
    }
    if platform is AdPlatform.TIKTOK:
        return prompt("short", **lengths)
    return prompt(
        "feed",
        **lengths,
        platform=title(platform),
        primary_seen=str(shape.primary_text.seen),
        headline_seen=str(shape.headline.seen),
        description_seen=str(shape.description.seen),
        extra=_EXTRA[platform],
    )


def schema(platform: AdPlatform, brief: Brief, steps: Sequence[str]) -> dict[str, Any]:
    """A strict JSON schema without what only some providers take (lengths and counts)."""
    texts = {"type": "array", "items": {"type": "string"}}
    beat = {"step": {"type": "string", "enum": list(steps)}, "text": {"type": "string"}}
    known: dict[str, Any] = {
        "place": {"type": "integer"},
        "headlines": texts,
        "descriptions": texts,
        "paths": texts,
        "cta": {"type": "string", "enum": _buttons(platform, brief)},
        "beats": {"type": "array", "items": _record(beat)},
        "trigger": {"type": "string", "enum": [str(each) for each in triggers(brief)]},
    }
    one = _record({name: known.get(name, {"type": "string"}) for name in fields(platform)})
    return _record({"variations": {"type": "array", "items": one}})


def _buttons(platform: AdPlatform, brief: Brief) -> list[str]:
    """The suiting ones first, since models prefer what comes first."""
    suiting = SUITING[platform][brief.goal]
    return [*suiting, *sorted(BUTTONS[platform] - {*suiting, "NO_BUTTON"})]


def _record(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
