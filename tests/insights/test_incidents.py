"""Incidents from their first day to their last: told once, told anew, and over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from app.insights.alarm_findings import of_alarm
from app.insights.alarms import alarms
from app.insights.finding import Class, Entity, Finding, Kind
from app.insights.incidents import Alarm, incidents
from app.insights.languages import manner_in
from app.insights.period import Sums, Thing
from app.insights.ranking import rank
from app.insights.rules import advice, wins_and_concerns
from app.insights.words import Manner, say
from app.insights.zero_rows import zero_rows
from tests.insights.account import (
    FEED,
    GOOGLE,
    LAST,
    META,
    WORKSPACE,
    campaign,
    figures,
    level,
    returning,
)
from tests.insights.account import FIRST as FIRST_DAY
from tests.insights.test_alarms import DAYS, Arrays, steady

FIRST = dt.date(2026, 8, 3)
TIKTOK = Entity("platform", "tiktok", "TikTok", "tiktok")
SHOP = Entity("workspace", "7", "Shop")


def finding_of(alarm: Alarm) -> Finding:
    return of_alarm(alarm, [META, GOOGLE, TIKTOK], SHOP, FIRST, "USD")


def day(number: int) -> dt.date:
    return FIRST + dt.timedelta(number)


def broken(*stretches: tuple[int, int | None], left: float = 0.0, platform: int = 0) -> Arrays:
    arrays = steady()
    for first, end in stretches:
        arrays[3][platform, first:end] *= left
    return arrays


@pytest.mark.parametrize("left", [0.0, 0.3])
@pytest.mark.parametrize("days", [2, 9, 20, 35, 60])
def test_a_break_lasts_as_long_as_it_does(days: int, left: float) -> None:
    (found,) = alarms(*broken((-days, None), left=left))
    assert (found.rule, found.start, found.last) == ("tracking_break", DAYS - days, DAYS - 1)
    assert not found.over
    assert found.before == pytest.approx(40, rel=0.15)
    assert found.after == pytest.approx(40 * left, rel=0.15, abs=0.01)


@pytest.mark.parametrize("since", [1, 2, 5, 29])
@pytest.mark.parametrize("days", [1, 3, 15])
def test_a_break_is_over_on_the_first_day_that_is_as_usual(since: int, days: int) -> None:
    (found,) = alarms(*broken((-since - days, -since)))
    assert (found.start, found.last, found.over) == (DAYS - since - days, DAYS - since - 1, True)


def test_a_small_account_needs_a_few_days_to_tell_that_conversions_are_back() -> None:
    arrays = broken((-20, -8))
    arrays[3][:] = np.round(arrays[3] / 8)
    lasts = [alarms(*(each[:, : DAYS - 8 + more] for each in arrays))[-1] for more in range(8)]
    over = [each.over for each in lasts]
    assert over == sorted(over)
    assert not over[0]
    assert over[-1]


def test_conversions_that_come_back_in_part_are_no_break_but_a_shift() -> None:
    arrays = broken((-30, -14))
    arrays[3][0, -14:] *= 0.6
    ended, fewer = alarms(*arrays)
    assert (ended.rule, ended.last, ended.over) == ("tracking_break", DAYS - 15, True)
    assert (fewer.rule, fewer.over) == ("persistent_shift", False)
    assert fewer.ratio == pytest.approx(0.6, rel=0.05)


def test_a_break_that_a_shift_announced_is_one_incident() -> None:
    spend, impressions, clicks, conversions = steady()
    conversions *= 1.7 / 40
    conversions[:, -10:] = 0
    (found,) = alarms(spend, impressions, clicks, conversions)
    assert (found.rule, found.platform, found.last) == ("tracking_break", None, DAYS - 1)


def test_two_breaks_weeks_apart_are_two_and_both_are_told() -> None:
    found = alarms(*broken((-26, -25), (-2, None)))
    assert [(each.start, each.over) for each in found] == [(DAYS - 26, True), (DAYS - 2, False)]
    told = rank(finding_of(each) for each in found)
    assert len({each.key for each in told}) == len(told) == 2


def test_a_break_that_comes_back_within_a_week_is_the_same_incident_told_as_it_is_now() -> None:
    (found,) = alarms(*broken((-9, -7), (-2, None)))
    assert (found.began, found.start, found.last) == (DAYS - 9, DAYS - 2, DAYS - 1)
    assert not found.over
    finding = finding_of(found)
    assert finding.since == day(DAYS - 9).isoformat()
    assert (finding.first, finding.last) == (day(DAYS - 2), day(DAYS - 1))


def test_a_break_on_every_platform_at_once_is_one_incident_of_all() -> None:
    arrays = steady()
    arrays[3][:, -2:] = 0
    (found,) = alarms(*arrays)
    assert (found.platform, found.among) == (None, (0, 1, 2))
    assert (found.before, found.at_stake) == (
        pytest.approx(120, rel=0.2),
        pytest.approx(3000, rel=0.2),
    )
    assert {each.platform for each in finding_of(found).entities} == {
        "",
        *(each.platform for each in (META, GOOGLE, TIKTOK)),
    }


def test_a_break_on_two_of_three_platforms_is_one_incident_that_names_both() -> None:
    arrays = steady()
    arrays[3][:2, -2:] = 0
    (found,) = alarms(*arrays)
    assert found.platform is not None
    assert {found.platform, *found.among} == {0, 1}
    said = say(finding_of(found), Manner("USD"))
    assert "Meta and Google" in said.title or "Google and Meta" in said.title


def test_breaks_that_begin_days_apart_are_told_each() -> None:
    arrays = steady()
    arrays[3][0, -6:] = 0
    arrays[3][1, -1:] = 0
    assert [(each.platform, each.start) for each in alarms(*arrays)] == [
        (0, DAYS - 6),
        (1, DAYS - 1),
    ]


def nights(arrays: Arrays, since: int) -> list[list[Alarm]]:
    """The breaks that last as of each of the last days."""
    told = [alarms(*(each[:, : DAYS - back] for each in arrays)) for back in range(since)]
    return [
        [each for each in one if each.rule == "tracking_break" and not each.over] for one in told
    ]


def counted(rate: float, left: float, rows: int, seed: int) -> Arrays:
    """By chance, and so much less on the first platforms from 12 days before the end on."""
    chance = np.random.default_rng(seed)
    arrays = steady()
    arrays[3][:] = chance.poisson(rate, arrays[3].shape)
    arrays[3][:rows, -12:] = chance.poisson(rate * left, (rows, 12))
    return arrays


@pytest.mark.parametrize(("rate", "left", "rows"), [(1.7, 0.0, 3), (5, 0.2, 3), (8, 0.0, 2)])
@pytest.mark.parametrize("seed", range(4))
def test_a_break_is_one_incident_of_the_same_lead_every_night(
    rate: float, left: float, rows: int, seed: int
) -> None:
    told = [each for each in nights(counted(rate, left, rows, seed), 12) if each]
    assert told
    assert {len(each) for each in told} == {1}
    assert len({each.platform for [each] in told}) == 1


def test_a_small_platform_that_stays_silent_is_told_after_the_others_are_back() -> None:
    arrays = steady()
    arrays[3][:] *= 3 / 40
    arrays[3][:, -26:-14] = 0
    arrays[3][2, -14:] = 0
    found = alarms(*arrays)
    assert {(each.platform, each.over) for each in found} == {(None, True), (2, False)}


def test_a_break_of_all_platforms_asks_to_check_all_in_both_languages() -> None:
    arrays = steady()
    arrays[3][:, -2:] = 0
    (found,) = alarms(*arrays)
    todo = replace(finding_of(found), rule="fix_tracking", kind=Kind.RECOMMENDATION)
    for language, words in (("en", "on all platforms"), ("de", "Alle Plattformen:")):
        assert words in say(todo, manner_in(language, "USD")).title


def test_a_platform_that_is_back_leaves_the_incident_of_the_others() -> None:
    arrays = steady()
    arrays[3][:2, -9:] = 0
    arrays[3][0, -3:] = steady()[3][0, -3:]
    assert {(each.platform, each.over) for each in alarms(*arrays)} == {(0, True), (1, False)}


@pytest.mark.parametrize("times", [0.0, 3.9])
def test_spend_that_stops_or_jumps_while_a_break_is_open_is_told(times: float) -> None:
    arrays = broken((-6, None))
    for each in arrays[:3]:
        each[0, -1] *= times
    rules = [each.rule for each in alarms(*arrays)]
    assert rules == ["tracking_break", "spend_spike" if times else "zero_rows"]


def test_fewer_conversions_are_told_while_dearer_clicks_are_open() -> None:
    dearer = Alarm("persistent_shift", 0, "cpc", 90, 95, 1.0, 1.3, 100.0, 0.1)
    fewer = Alarm("persistent_shift", 0, "conversions", 96, 99, 40.0, 20.0, 500.0, 0.4)
    seen = Alarm("persistent_shift", 0, "ctr", 94, 97, 0.01, 0.008, 50.0, 0.1)
    first, second = incidents([dearer, seen, fewer], 7, 0.02)
    assert (first.metric, first.also) == ("cpc", (("ctr", 0.8),))
    assert second.metric == "conversions"
    for language, words in (("en", "Besides: click rate"), ("de", "Außerdem: Klickrate")):
        assert words in say(finding_of(first), manner_in(language, "USD")).saw


def dearer_clicks(first: int, end: int | None, times: float = 1.4) -> Arrays:
    arrays = steady()
    arrays[0][0, first:end] *= times
    return arrays


@pytest.mark.parametrize(("first", "end"), [(-25, -18), (-25, -10), (-45, -20)])
def test_a_shift_that_went_back_is_told_as_gone_back_and_its_return_as_nothing(
    first: int, end: int
) -> None:
    (found,) = alarms(*dearer_clicks(first, end))
    assert found.over
    assert found.start == DAYS + first
    assert abs(found.last - (DAYS + end - 1)) <= 1
    finding = finding_of(found)
    assert finding.kind is Kind.CONCERN
    assert "staying there" not in say(finding, Manner("USD")).title
    assert "vorübergehend" in say(finding, manner_in("de", "USD")).title


def test_a_shift_that_fades_away_does_not_stay() -> None:
    arrays = steady()
    arrays[0][0, -40:] *= np.concatenate([np.full(10, 1.3), np.linspace(1.3, 1.0, 20), np.ones(10)])
    assert [each.over for each in alarms(*arrays) if each.metric == "cpc"] == [True]


def test_a_shift_that_goes_on_has_its_newest_size() -> None:
    arrays = steady()
    arrays[0][0, -20:] *= 1.25
    arrays[0][0, -16:] *= 1.25
    (found,) = alarms(*arrays)
    assert found.ratio == pytest.approx(1.56, rel=0.05)
    assert not found.over


def test_a_level_back_after_months_is_a_change_of_what_was_usual() -> None:
    days = 200
    spend, *others = steady(days=days)
    spend[0, 60:150] *= 1.4
    found = alarms(spend, *others)
    assert [(each.better, each.over) for each in found] == [(False, True), (True, False)]


def test_a_level_that_fell_far_below_where_it_had_been_is_told_from_there() -> None:
    arrays = dearer_clicks(-30, -15)
    arrays[0][0, -15:] *= 0.7
    up, down = alarms(*arrays)
    assert up.over
    assert (down.better, down.over) == (True, False)
    assert down.ratio == pytest.approx(0.7, rel=0.05)


@pytest.mark.parametrize(("spent", "told"), [(24, False), (25, True)])
def test_a_platform_is_told_to_have_stopped_from_25_spent_days_of_28_on(
    spent: int, told: bool
) -> None:
    spend = np.zeros((1, 29))
    spend[0, 28 - spent : 28] = 100
    assert bool(zero_rows(spend)[0, 28]) is told


@pytest.mark.parametrize(("days", "last"), [(1, 0), (3, 2), (12, 11), (28, 27)])
def test_a_platform_that_stopped_is_told_while_nothing_is_spent(days: int, last: int) -> None:
    arrays = steady()
    for each in arrays:
        each[1, -days:] = 0
    (found,) = [each for each in alarms(*arrays) if each.rule == "zero_rows"]
    assert (found.last, found.over) == (DAYS - days + last, False)


def test_what_spent_nothing_for_four_weeks_has_been_given_up() -> None:
    arrays = steady()
    for each in arrays:
        each[1, -29:] = 0
    assert not [each for each in alarms(*arrays) if each.rule == "zero_rows"]


def test_a_platform_that_spends_again_is_told_to() -> None:
    arrays = steady()
    for each in arrays:
        each[1, -6:-2] = 0
    found = next(each for each in alarms(*arrays) if each.rule == "zero_rows")
    assert (found.start, found.last, found.over) == (DAYS - 6, DAYS - 3, True)
    assert "spends again" in say(finding_of(found), Manner("USD")).saw


@pytest.mark.parametrize(("times", "told"), [(2.0, False), (2.01, True)])
def test_a_day_is_a_spike_above_twice_the_usual(times: float, told: bool) -> None:
    spend = np.full((1, DAYS), 1000.0)
    spend[0, -1] *= times
    others = (np.full((1, DAYS), each) for each in (1e5, 1e3, 40.0))
    assert [each.rule for each in alarms(spend, *others)] == ["spend_spike"] * told


def test_a_spike_of_some_days_is_one_with_what_it_cost_beyond_the_usual() -> None:
    arrays = [np.full((1, DAYS), each) for each in (1000.0, 1e5, 1e3, 40.0)]
    for each in arrays:
        each[0, -3:] *= 3
    (found,) = alarms(*arrays)
    finding = finding_of(found)
    assert (finding.first, finding.last) == (day(DAYS - 3), day(DAYS - 1))
    assert finding.at_stake == pytest.approx(6000)
    assert "a day on" in say(finding, Manner("USD")).title


def broke(first: dt.date, last: dt.date, *, over: bool, about: Entity = GOOGLE) -> Finding:
    return Finding(
        rule="tracking_break",
        kind=Kind.CONCERN,
        class_=Class.OBSERVED,
        entities=(replace(about, role="conversions"),),
        first=first,
        last=last,
        numbers={},
        at_stake=100.0,
        currency="USD",
        facts={
            "metric": "conversions",
            "since": first.isoformat(),
            **({"over": "y"} if over else {}),
        },
    )


def advised(*others: Finding, rows: Sequence[Thing] = ()) -> list[str]:
    account = figures(rows or [returning(0.5), campaign("Fine", channel=FEED)], target_roas=2.5)
    return [each.rule for each in advice(account, [*wins_and_concerns(account), *others])]


@pytest.mark.parametrize("ago", [1, 12, 28])
def test_a_break_that_is_over_asks_for_nothing_and_silences_nothing(ago: int) -> None:
    last = LAST - dt.timedelta(ago)
    over = broke(last - dt.timedelta(1), last, over=True)
    assert advised(over) == advised() == ["cut_waste"]
    assert advised(broke(last, LAST, over=False)) == ["fix_tracking"]


def test_no_money_is_moved_on_days_of_which_a_break_took_a_quarter() -> None:
    over = broke(LAST - dt.timedelta(9), LAST - dt.timedelta(2), over=True)
    assert advised(over) == []
    assert advised(replace(over, entities=(META,))) == ["cut_waste"]


def test_a_break_and_nothing_counted_are_one_matter_and_one_thing_to_do() -> None:
    silent = level(Sums(100, 10_000, 100, 0, 0))
    account = figures([campaign("Tag", silent, channel=FEED), campaign("Fine")])
    seen = wins_and_concerns(account)
    assert "nothing_counted" in {each.rule for each in seen}
    for about in (META, replace(WORKSPACE, role="")):
        open_ = broke(FIRST_DAY, LAST + dt.timedelta(7), over=False, about=about)
        open_ = replace(open_, entities=(*open_.entities, replace(META, role="carries")))
        told = [each.rule for each in rank([*seen, open_])]
        assert "nothing_counted" not in told
        assert told.count("tracking_break") == 1
        todo = [each.rule for each in advice(account, [*seen, open_])]
        assert todo.count("fix_tracking") == 1


def test_what_was_not_counted_and_is_by_now_asks_for_nothing() -> None:
    silent = level(Sums(100, 10_000, 100, 0, 0))
    rows = [campaign("Tag", silent, channel=FEED), campaign("Fine")]
    over = broke(FIRST_DAY, LAST + dt.timedelta(3), over=True, about=META)
    assert "fix_tracking" in advised(rows=rows)
    assert "fix_tracking" not in advised(over, rows=rows)


@pytest.mark.parametrize("metric", ["cpc", "ctr", "conversions"])
def test_a_shift_and_the_change_it_makes_are_one_matter(metric: str) -> None:
    shifted = replace(
        broke(LAST - dt.timedelta(9), LAST, over=False, about=META),
        rule="persistent_shift",
        facts={"metric": metric, "since": "2026-11-21"},
    )
    changed = replace(
        shifted,
        rule=f"{metric}_change",
        first=FIRST_DAY,
        entities=(META,),
        facts={},
        at_stake=900.0,
    )
    assert rank([changed, shifted]) == [shifted]
    earlier = replace(changed, last=shifted.first - dt.timedelta(1))
    assert len(rank([earlier, shifted])) == 2
    assert len(rank([replace(changed, entities=(GOOGLE,)), shifted])) == 2
    assert len(rank([replace(changed, kind=Kind.WIN), shifted])) == 2


def test_a_win_is_another_finding_than_a_concern_about_the_same_thing() -> None:
    won, lost = (
        next(each for each in wins_and_concerns(account) if each.rule == "roas_target")
        for account in (
            figures([returning(roas), campaign("Fine", channel=FEED)], target_roas=2.5)
            for roas in (5.0, 0.5)
        )
    )
    assert won.entities == lost.entities
    assert (won.kind, lost.kind) == (Kind.WIN, Kind.CONCERN)
    assert won.key != lost.key
