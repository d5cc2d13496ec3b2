"""Changes are told once, where they are explained best, and noise is not told."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.insights.changes import changes
from app.insights.finding import Finding, Kind
from app.insights.period import FIELDS, Daily, PeriodFigures, Sums, Thing
from app.insights.rules import wins_and_concerns
from app.insights.thresholds import DEFAULTS
from tests.insights.account import FEED, SEARCH, campaign, figures, level
from tests.insights.showing import USUAL, changed
from tests.insights.worlds import quiet_world

DEAR = level(changed(clicks=0.7, conversions=0.7, value=0.7, impressions=0.7))


def dear(count: int) -> PeriodFigures:
    """So many of four search campaigns pay more for a click; two others do not."""
    search = [campaign(f"S{each}", DEAR if each < count else None) for each in range(4)]
    return figures([*search, *(campaign(f"F{each}", channel=FEED) for each in range(4))])


def found(account: PeriodFigures) -> list[Finding]:
    return changes(account, DEFAULTS)


def test_a_rise_in_many_campaigns_is_told_of_their_channel_with_what_carries_it() -> None:
    (finding,) = found(dear(3))
    carriers = [each.name for each in finding.entities if each.role == "carries"]
    assert finding.entities[0].name in ("Google", "Google Search")
    assert carriers == ["S0", "S1", "S2"]
    assert finding.numbers["carried"].value == pytest.approx(1.0, abs=0.1)
    assert finding.kind is Kind.CONCERN


def test_a_rise_in_one_campaign_is_told_of_that_campaign_only() -> None:
    (finding,) = found(dear(1))
    assert finding.entities[0].name == "S0"


def test_what_a_finding_is_made_of_sums_to_its_change() -> None:
    for finding in found(dear(3)):
        numbers = finding.numbers
        parts = sum(numbers[f"{each}_part"].value for each in ("rate", "mix", "new", "ended"))
        assert parts == pytest.approx(numbers["difference"].value)


def test_nothing_is_said_without_days_before() -> None:
    account = figures([campaign("A", DEAR)], before_first=None, before_last=None)
    assert found(account) == []


def test_a_new_campaign_is_no_change_and_nothing_is_infinite() -> None:
    new = campaign("New", level(), level(Sums()))
    for finding in wins_and_concerns(figures([new, campaign("Old", channel=FEED)])):
        assert finding.entities[0].name != "New"
        assert all(abs(each.value) < 1e9 for each in finding.numbers.values())


def test_one_day_against_one_day_with_few_results_says_nothing() -> None:
    one = [campaign("A", level(changed(clicks=1.3), 1), level(USUAL, 1))]
    day = figures(one).last
    account = figures(one, first=day, before_first=day, before_last=day)
    assert found(account) == []


def test_nothing_spent_says_nothing() -> None:
    empty = level(Sums())
    assert wins_and_concerns(figures([campaign("A", empty, empty)])) == []


def test_everything_paused_is_no_change_of_rates() -> None:
    paused = [campaign(each, level(Sums()), status="paused") for each in "AB"]
    assert wins_and_concerns(figures(paused)) == []


def test_more_spend_alone_is_neither_good_nor_bad() -> None:
    more = level(changed(spend=2, impressions=2, clicks=2, conversions=2, value=2))
    rules = {each.rule for each in found(figures([campaign("A", more), campaign("B")]))}
    assert "spend_change" not in rules


def test_a_higher_price_is_a_concern_and_a_lower_one_a_win() -> None:
    cheap = level(changed(spend=0.6))
    (finding,) = found(figures([campaign("A", cheap), campaign("B", channel=FEED)]))
    assert finding.kind is Kind.WIN
    assert finding.numbers["change"].value < 0


def test_small_change_at_little_money_is_not_told() -> None:
    tiny = level(Sums(1, 20_000, 300, 12, 30))
    dearer = level(Sums(1.5, 20_000, 300, 12, 30))
    assert found(figures([campaign("A", dearer, tiny), campaign("B", channel=FEED)])) == []


def test_volumes_of_months_of_other_lengths_are_brought_to_as_many_days() -> None:
    first = figures([campaign("A")]).before_last
    shorter = [campaign(each, None, level(days=10), channel=SEARCH) for each in "AB"]
    account = figures(shorter, before_first=first and first.replace(day=22))
    assert account.days_before == 10
    assert found(account) == []


def times(account: PeriodFigures, factor: float) -> PeriodFigures:
    """The same account in another currency."""
    return replace(
        account,
        **{
            name: tuple(_times(each, factor) for each in getattr(account, name))
            for name in ("platforms", "channels", "campaigns")
        },
        workspace=_times(account.workspace, factor),
    )


def _times(thing: Thing, factor: float) -> Thing:
    def money(sums: Sums) -> Sums:
        return replace(sums, spend=sums.spend * factor, value=sums.value * factor)

    def daily(days: Daily | None) -> Daily | None:
        if days is None:
            return None
        paid, value = ([each * factor for each in getattr(days, n)] for n in ("spend", "value"))
        return replace(days, spend=paid, value=value)

    return replace(
        thing,
        now=money(thing.now),
        before=money(thing.before),
        daily=daily(thing.daily),
        daily_before=daily(thing.daily_before),
    )


@settings(max_examples=25, deadline=None)
@given(st.floats(min_value=0.001, max_value=10_000), st.integers(1, 4))
def test_another_currency_finds_the_same(factor: float, count: int) -> None:
    account = dear(count)
    here, there = found(account), found(times(account, factor))
    assert [each.key for each in here] == [each.key for each in there]
    for one, other in zip(here, there, strict=True):
        assert other.at_stake == pytest.approx(one.at_stake * factor)
        assert other.numbers["change"].value == pytest.approx(one.numbers["change"].value)


@settings(max_examples=25, deadline=None)
@given(st.randoms(), st.integers(1, 4))
def test_the_order_of_things_does_not_matter(random: Random, count: int) -> None:
    account = dear(count)
    mixed = {}
    for name in ("platforms", "channels", "campaigns"):
        several = list(getattr(account, name))
        random.shuffle(several)
        mixed[name] = tuple(several)
    assert wins_and_concerns(replace(account, **mixed)) == wins_and_concerns(account)


@pytest.mark.parametrize("noise", [0.0, 0.1, 0.25])
def test_noise_finds_hardly_anything(noise: float) -> None:
    worlds = [quiet_world(seed, noise) for seed in range(25)]
    assert sum(1 for each in worlds if wins_and_concerns(each)) <= 4


@pytest.mark.prove
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("noise", "lasting"), [(0.0, 0.0), (0.1, 0.0), (0.25, 0.0), (0.15, 0.6)])
def test_noise_finds_something_no_more_often_than_stated(noise: float, lasting: float) -> None:
    worlds = 400
    wrong = sum(1 for seed in range(worlds) if found(quiet_world(seed, noise, lasting)))
    # The stated rate and two standard errors of as many worlds.
    stated = DEFAULTS.noise_rate
    assert wrong / worlds <= stated + 2 * (stated * (1 - stated) / worlds) ** 0.5


def test_sums_of_days_are_the_sums() -> None:
    thing = campaign("A")
    assert thing.daily is not None
    assert all(getattr(thing.now, e) == sum(getattr(thing.daily, e)) for e in FIELDS)
