"""Whether a text may appeal to what it appeals to: each trigger has an honest condition."""

from __future__ import annotations

from app.copywriting.brief import Brief
from app.copywriting.frameworks import Trigger, appeals
from app.copywriting.mentions import mentioned
from app.copywriting.variation import Flag, Level, Variation

_NEEDS = {
    Trigger.SCARCITY: "a real limit",
    Trigger.SOCIAL_PROOF: "a number or rating of customers",
    Trigger.AUTHORITY: "a named source",
    Trigger.ANCHORING: "a price that is really charged",
    Trigger.RECIPROCITY: "something that is really given",
}


def honest(trigger: Trigger, brief: Brief) -> bool:
    """Whether the brief has what this trigger needs to be used on anybody."""
    said = (*brief.facts, *brief.benefits, *brief.use)
    match trigger:
        case trigger if trigger in _NEEDS:
            return any(appeals(each, trigger) for each in said)
        case Trigger.SPECIFICITY:
            return bool(said)
        case Trigger.LOSS_AVERSION:
            return bool(brief.pain_points or brief.benefits)
        case Trigger.UNITY:
            return bool(brief.audience.interests)
        case _:
            return True


def against_trigger(variation: Variation, brief: Brief) -> list[Flag]:
    """A flag where a variation claims a trigger that its brief or its own text does not bear out.

    Where the brief has the fact but the text does not say it, the name is wrong and nobody is
    misled: that is worth a look only.
    """
    trigger = variation.trigger
    if not honest(trigger, brief):
        needs = _NEEDS.get(trigger, "something to appeal to")
        said = f"{trigger} needs {needs}, and the brief gives none. Do not use it here."
        return [Flag("trigger", "trigger", str(trigger), said)]
    if trigger not in _NEEDS:
        return []
    facts = [each for each in (*brief.facts, *brief.benefits, *brief.use) if appeals(each, trigger)]
    if any(mentioned(variation.text, each) for each in facts):
        return []
    said = f"{trigger} is named, but the text does not say “{facts[0]}”."
    return [Flag("trigger", "trigger", str(trigger), said, Level.WARNING)]
