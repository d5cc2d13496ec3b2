"""What goes with a text: the picture or video to make, and why it is written as it is.

These are notes for the marketer, in the language of the pages, not in that of the ad.
"""

from __future__ import annotations

from app.copywriting.brief import AdPlatform, Angle, Brief
from app.copywriting.frameworks import Trigger
from app.copywriting.plan import Slot

_FORMAT = {
    AdPlatform.META: "Still or video, 4:5 for the feed and 9:16 for stories, words in the middle.",
    AdPlatform.GOOGLE: "Text only; add square and 1.91:1 images as assets.",
    AdPlatform.LINKEDIN: "Single image, 1.91:1 or square, little text in it.",
    AdPlatform.TIKTOK: "Vertical video 9:16, 9 to 15 seconds, sound on, words in the safe zone.",
}
_SCENE = {
    Angle.PROBLEM: "Open on the moment that annoys{0}, then {product} in use",
    Angle.OUTCOME: "Show the result first{0}, {product} in plain view",
    Angle.PROOF: "Put the fact in large type over {product}{0}",
    Angle.AUDIENCE: "Show {product} where these people are{0}",
    Angle.OFFER: "{product} on a plain ground with the offer beside it{0}",
}
_OPENS = {
    Angle.PROBLEM: "names what bothers the reader",
    Angle.OUTCOME: "starts at the result",
    Angle.PROOF: "leads with something that can be checked",
    Angle.AUDIENCE: "speaks to what readers care about",
    Angle.OFFER: "puts the offer first",
}
_BECAUSE = {
    Trigger.LOSS_AVERSION: "what is lost by leaving things as they are weighs more than a gain",
    Trigger.CURIOSITY: "an open question is read to its answer; the text does answer it",
    Trigger.SPECIFICITY: "something particular is believed sooner than praise",
    Trigger.SOCIAL_PROOF: "others have chosen it, as the brief says",
    Trigger.AUTHORITY: "somebody who can judge has, as the brief says",
    Trigger.ANCHORING: "a stated price gives the reader a measure",
    Trigger.SCARCITY: "the limit is real and stands in the brief",
    Trigger.RECIPROCITY: "something is given first, as the brief says",
    Trigger.UNITY: "it speaks from within a shared interest",
    Trigger.COMMITMENT: "it asks for a small first step",
}


def visual(slot: Slot, brief: Brief, fragment: str) -> str:
    """What to photograph or film, and in which format."""
    scene = _SCENE[slot.angle].format(f" (“{fragment}”)" if fragment else "", product=brief.product)
    if slot.platform is AdPlatform.GOOGLE:
        return _FORMAT[slot.platform]
    return f"{scene}. {_FORMAT[slot.platform]}"


def reasoning(slot: Slot, trigger: Trigger, fragment: str) -> str:
    """Which framework and trigger, and what makes the trigger honest here."""
    said = f": “{fragment}”" if fragment else ""
    return (
        f"{slot.framework.name} ({' → '.join(slot.framework.beats)}) {_OPENS[slot.angle]}{said}. "
        f"{trigger}: {_BECAUSE[trigger]}."
    )
