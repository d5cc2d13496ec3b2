"""Alarms and tired ads of a workspace, from its daily figures and what it knows of late ones."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from app.advice import signals
from app.advice.known_incidents import going_on
from app.advice.widening import UsedUp
from app.insights.finding import Entity, Finding
from app.insights.thresholds import Thresholds
from app.metrics.ad_series import (
    LAST_DAYS,
    AdHistory,
    account_rates,
    ad_histories,
    columns_of,
)
from app.metrics.ages import conversions_at_ages
from app.metrics.known_days import Active, known_days
from app.metrics.period import WEEK, Period
from app.metrics.platforms import platform_label
from app.metrics.reach import frequencies
from app.metrics.series import PlatformSeries, days_without_rate, history, platform_series
from app.metrics.sources import Source, Sources
from app.models import Workspace

if TYPE_CHECKING:
    from app.insights.alarm_findings import TiredAd
    from app.insights.incidents import Alarm

LEARN_FROM_DAYS = 150
# What is usual is learnt from six weeks before a window of up to seven days, and noise from more.
_USUAL = 60
# Conversions of younger days are mostly late, not lost, where no readings tell how late.
_YOUNG = 7


def alarm_findings(
    session: Session,
    workspace: Workspace,
    period: Period,
    *,
    known: Sources,
    active: Active,
    today: dt.date,
    now: dt.datetime,
    rules: Thresholds,
) -> list[Finding]:
    """Alarms of days of `period`, all over; platforms not being read are left out.

    One that goes on from what is kept is known by the day it was told to have begun.
    """
    import numpy as np  # noqa: PLC0415 the web process never needs it

    from app.insights.alarms import alarms  # noqa: PLC0415 as above
    from app.insights.maturity import learn  # noqa: PLC0415 as above

    days = history(known, period.last, LEARN_FROM_DAYS)
    if days is None:
        return []
    known = replace(known, counted=_read_for_long(known, active, days))
    series = platform_series(session, known, days)
    doubtful = _doubtful(session, known, series, now)
    platforms = [each for each in series.platforms if each not in doubtful]
    if not platforms:
        return []
    ledger = conversions_at_ages(
        session, known, days, {each: series.conversions[each] for each in platforms}, today
    )
    maturity = [learn(np.array(ledger[each], dtype=np.float64)) for each in platforms]
    begins = _begins(known, active, series)
    spend, impressions, clicks, conversions = (
        np.array([_since(begins[each], of[each]) for each in platforms])
        for of in (series.spend, series.impressions, series.clicks, series.conversions)
    )
    found = alarms(spend, impressions, clicks, conversions, maturity=maturity, thresholds=rules)
    late = {each for each, learnt in zip(platforms, maturity, strict=True) if learnt is None}
    news = [
        each
        for each in found
        if days.first + dt.timedelta(days=_told_through(each)) >= period.first
        and not _only_late(each, platforms, late, len(days) - 1 - each.day)
    ]
    return going_on(session, workspace.id, _told(news, workspace, platforms, days.first))


def _doubtful(
    session: Session, known: Sources, series: PlatformSeries, now: dt.datetime
) -> set[str]:
    """The platforms whose days may say what is not so."""
    doubtful = signals.behind_platforms(known, series.days.last, now)
    if series.without_rate and (unknown := days_without_rate(session, known, series.days)):
        # A day whose money has no rate would count as one without spend.
        doubtful |= unknown[0]
    return doubtful


def _told(
    news: Sequence[Alarm], workspace: Workspace, platforms: Sequence[str], first: dt.date
) -> list[Finding]:
    """As findings. `first` is the day of column 0."""
    from app.insights.alarm_findings import of_alarm  # noqa: PLC0415 needs numpy

    entities = [Entity("platform", each, platform_label(each), each) for each in platforms]
    whole = Entity("workspace", str(workspace.id), workspace.name)
    return [of_alarm(each, entities, whole, first, workspace.currency) for each in news]


def _told_through(alarm: Alarm) -> int:
    """The last day on which it is news: a level that stayed for weeks is what is usual by then."""
    return alarm.day if alarm.rule == "persistent_shift" else alarm.last


def _only_late(alarm: Alarm, platforms: Sequence[str], late: Collection[str], age: int) -> bool:
    """Whether it may be nothing but conversions that have not come in yet.

    `late` are platforms of which no readings tell how much comes in late.
    """
    if alarm.metric != "conversions" or alarm.raised_at <= 0 or age >= _YOUNG:
        return False
    rows = [each for each in (alarm.platform, *alarm.among) if each is not None]
    about = [platforms[each] for each in rows] or platforms
    return any(each in late for each in about)


def _read_for_long(known: Sources, active: Active, days: Period) -> list[Source]:
    """Without accounts that were only read lately, where others of their platform were for longer.

    What they add is no change, and what was usual of them is not known yet.
    """
    since = days.last - dt.timedelta(days=_USUAL - 1)
    held = {each.account_id: known_days([each], active, days) for each in known.counted}
    long = {number for number, of in held.items() if of is None or of.first <= since}
    platforms = {each.platform for each in known.counted if each.account_id in long}
    return [
        each for each in known.counted if each.account_id in long or each.platform not in platforms
    ]


def _begins(known: Sources, active: Active, series: PlatformSeries) -> dict[str, int]:
    """By platform, the first column with spend from which on all accounts that go on were read.

    Neither the platform's start nor that of what is known of another account is a shift.
    """
    found = {}
    for platform, spent in series.spend.items():
        accounts = [
            each
            for each in known.counted
            if each.platform == platform and each.holds(series.days.last)
        ]
        held = known_days(accounts, active, series.days)
        first = (held.first - series.days.first).days if held else len(spent)
        found[platform] = next((i for i in range(first, len(spent)) if spent[i]), len(spent))
    return found


def _since(first: int, amounts: Sequence[float]) -> list[float]:
    """Unknown before the column."""
    return [float("nan")] * first + list(amounts[first:])


def tired_findings(
    session: Session,
    workspace: Workspace,
    last: dt.date,
    *,
    known: Sources,
    rules: Thresholds,
    used_up: Sequence[UsedUp] = (),
) -> list[Finding]:
    """Campaigns with ads that are worn out on the last day, against their own beginning and others.

    `used_up` are the campaigns whose audience is, which new copy alone does not mend.
    """
    often = frequencies(session, workspace.id, last)
    tell = _Telling(
        last,
        workspace.currency,
        {number: float(each.frequency) for number, each in often.items() if each.last == last},
        {each.campaign_id for each in used_up},
    )
    sources = {source.account_id: source for source in known.counted}
    found: list[Finding] = []
    rates = account_rates(session, known, Period.ending(last, LAST_DAYS))
    for account_id, ads in ad_histories(session, known, last).items():
        if account_id in rates:
            found += _tired(sources[account_id], ads, rules, rates[account_id], tell)
    return found


@dataclass(frozen=True, slots=True)
class _Telling:
    """What tired ads of all accounts have in common. `often` and `used_up` are by campaign."""

    last: dt.date
    currency: str
    often: Mapping[int, float]
    used_up: Collection[int]


def _tired(
    source: Source, ads: Sequence[AdHistory], rules: Thresholds, rate: float, tell: _Telling
) -> Iterator[Finding]:
    """One of each campaign. `rate` is what the account's currency is worth in the workspace's."""
    from app.insights.alarm_findings import of_tired  # noqa: PLC0415 needs numpy

    by_campaign: dict[int, list[TiredAd]] = defaultdict(list)
    names = {ad.campaign_id: ad.campaign for ad in ads}
    for campaign_id, tired in _tired_ads(source, ads, rules, rate, tell.last):
        by_campaign[campaign_id].append(tired)
    for number, several in by_campaign.items():
        yield of_tired(
            several,
            Entity("campaign", str(number), names[number], source.platform),
            tell.last,
            tell.currency,
            frequency=tell.often.get(number),
            used_up=number in tell.used_up,
        )


def _tired_ads(
    source: Source, ads: Sequence[AdHistory], rules: Thresholds, rate: float, last: dt.date
) -> Iterator[tuple[int, TiredAd]]:
    """The ads of an account that are tired on the last day, each with its campaign."""
    import numpy as np  # noqa: PLC0415 the web process never needs it

    from app.insights.alarm_findings import TiredAd  # noqa: PLC0415 as above
    from app.insights.fatigue import click_rates, tired_ads  # noqa: PLC0415 as above

    figures = np.array([columns_of(ad, last) for ad in ads])
    clicks, impressions = figures[:, :, 1], figures[:, :, 0]
    rates = click_rates(clicks, impressions)
    for tired in tired_ads(clicks, impressions, thresholds=rules):
        if not tired.still:
            continue
        ad = ads[tired.ad]
        spend, conversions = figures[tired.ad, -WEEK:, 2:].sum(axis=0)
        yield (
            ad.campaign_id,
            TiredAd(
                Entity("ad", str(ad.ad_id), ad.name, source.platform),
                # The columns leave out what lies between its first days and its last ones.
                replace(tired, running=(last - ad.began).days + 1),
                (float(rates[tired.ad, 0]), float(rates[tired.ad, 1])),
                float(spend) * rate,
                float(conversions),
                older=not source.history_from or ad.began <= source.history_from,
            ),
        )
