"""The figures that rules are asked about refuse what cannot be."""

from __future__ import annotations

import datetime as dt
from math import inf, nan

import pytest

from app.insights.finding import Entity
from app.insights.period import Daily, PeriodFigures, Sums, Thing

META = Entity("platform", "meta_ads", "Meta", "meta_ads")
WORKSPACE = Thing(entity=Entity("workspace", "1", "Northlight"), now=Sums(100))


@pytest.mark.parametrize("amount", [-0.01, nan, inf])
@pytest.mark.parametrize("name", ["spend", "impressions", "clicks", "conversions", "value"])
def test_negative_amounts_and_no_numbers_are_refused(name: str, amount: float) -> None:
    with pytest.raises(ValueError, match=name):
        Sums(**{name: amount})


def test_a_day_below_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="clicks"):
        Daily([1, 2], [1, 2], [1, -2], [0, 0], [0, 0])


def test_day_axes_have_one_length() -> None:
    with pytest.raises(ValueError, match="one length"):
        Daily([1, 2], [1], [1, 2], [0, 0], [0, 0])


def test_nothing_is_divided_by_nothing() -> None:
    assert Sums().roas is None
    assert Sums(spend=5).cpa is None


def test_a_campaign_is_in_its_platform_and_the_workspace() -> None:
    campaign = Thing(entity=Entity("campaign", "7", "Sale"), now=Sums(), within=(META,))
    figures = PeriodFigures(
        first=dt.date(2026, 3, 1),
        last=dt.date(2026, 3, 31),
        currency="EUR",
        workspace=WORKSPACE,
        platforms=(Thing(entity=META, now=Sums(100)),),
        campaigns=(campaign,),
    )
    assert figures.campaigns_of(figures.platforms[0]) == (campaign,)
    assert figures.campaigns_of(WORKSPACE) == (campaign,)
    assert (figures.days, figures.days_before) == (31, 0)
