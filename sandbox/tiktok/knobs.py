"""What differs between TikTok's accounts, turned at `/tiktok/sandbox/knobs`."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.state import state


@dataclass
class Knobs:
    """`obeys_disable`: campaigns are created switched off when that is asked for.

    It is off by default, for TikTok ignored the wish without a word unless an account was on its
    list. `stuck_campaigns`: a campaign that is on cannot be switched off. `videos`, `pixels` and
    `identities`: whether accounts have any.
    """

    obeys_disable: bool = False
    stuck_campaigns: bool = False
    videos: bool = True
    pixels: bool = True
    identities: bool = True


def knobs() -> Knobs:
    """As they are turned now; a reset turns them back."""
    return state().memory(Knobs)
