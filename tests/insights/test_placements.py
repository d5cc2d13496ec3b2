"""Placements cut across campaigns: a cause is told of the one or the other, never of both."""

from __future__ import annotations

from dataclasses import replace

from app.insights.finding import Entity, Finding, Kind
from app.insights.levels import related
from app.insights.period import PeriodFigures, Sums, Thing
from app.insights.rules import wins_and_concerns
from tests.insights.account import FEED, META, campaign, figures, level
from tests.insights.showing import USUAL

INSTAGRAM = Entity("placement", "meta_ads/instagram", "Meta Instagram", "meta_ads")
RICH = Sums(300, 30_000, 300, 12, 1140)


def account() -> PeriodFigures:
    """Three Meta campaigns return 3.8 on Instagram and 1.0 elsewhere, each alike."""
    poor = Sums(300, 30_000, 300, 12, 300)
    campaigns = [
        campaign(each, level(RICH + poor), level(RICH + poor), channel=FEED) for each in "ABC"
    ]
    days = level(RICH + RICH + RICH)
    parts = tuple(
        Thing(entity=each.entity, now=level(RICH).sums(), before=level(RICH).sums())
        for each in campaigns
    )
    placement = Thing(
        entity=INSTAGRAM,
        now=days.sums(),
        before=days.sums(),
        daily=days,
        daily_before=days,
        within=(META,),
        parts=parts,
    )
    return figures(campaigns, placements=(placement,), target_roas=2.5)


def found() -> list[Finding]:
    return wins_and_concerns(account())


def test_a_placement_that_beats_its_target_is_a_win_of_its_own() -> None:
    assert [(each.entities[0].name, each.kind) for each in found()] == [
        ("Meta Instagram", Kind.WIN)
    ]


def test_a_placement_is_related_to_the_campaigns_that_ran_in_it_only() -> None:
    placement = account().placements[0]
    inside = campaign("A", channel=FEED)
    outside = campaign("Z", level(USUAL), channel=FEED)
    assert related(placement, inside)
    assert related(inside, placement)
    assert not related(placement, outside)
    assert related(replace(placement, parts=()), outside)
