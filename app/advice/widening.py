"""Campaigns whose audience is used up and whose returns allow a wider one."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.insights.finding import Entity, Finding
from app.metrics.ad_series import AdHistory, ad_histories, columns_of
from app.metrics.campaign_sums import CampaignSums, campaign_sums
from app.metrics.period import WEEK, Period
from app.metrics.reach import Frequency, frequencies
from app.metrics.season import last_years
from app.metrics.sources import Source, Sources
from app.models import Workspace

# The week that frequency is held against, and the days that returns and reach are of.
_EARLIER = 28
_DAYS = 28
# So many days running, as for a tired ad.
_RUNNING = 3
# A return of fewer conversions says little.
_RESULTS = 30


@dataclass(frozen=True, slots=True)
class _Used:
    """A campaign whose ads tire together. `frequency` is then and now, `fall` the median ad's."""

    campaign_id: int
    frequency: tuple[float, float]
    fall: float


def audience_findings(
    session: Session, workspace: Workspace, settled: Period | None, *, known: Sources
) -> list[Finding]:
    """Of the last settled day. Silent without a target return: nothing else says what pays."""
    from app.insights.audience import RISE  # noqa: PLC0415 the web process never needs numpy

    if settled is None or workspace.target_roas is None:
        return []
    often = _rising(session, workspace.id, settled.last, RISE)
    if not often:
        return []
    sources = {each.account_id: each for each in known.counted}
    days = Period.ending(settled.last, _DAYS)
    found: list[Finding] = []
    for account_id, ads in ad_histories(session, known, settled.last).items():
        source = sources[account_id]
        used = _used_up(session, workspace.id, source, ads, often, settled.last)
        if used and source.holds(days.first) and source.holds(days.last):
            found += _of_account(session, workspace, source, used, days)
    return found


def _rising(
    session: Session, workspace_id: int, last: dt.date, rise: float
) -> dict[int, tuple[float, float]]:
    """By campaign: how often its people saw it in a week then and now, where that rose."""
    now = frequencies(session, workspace_id, last, WEEK)
    then = frequencies(session, workspace_id, last - dt.timedelta(days=_EARLIER), WEEK)
    both = {
        each: (float(then[each].frequency), float(now[each].frequency))
        for each in now.keys() & then.keys()
    }
    return {each: pair for each, pair in both.items() if pair[1] >= rise * pair[0]}


def _used_up(
    session: Session,
    workspace_id: int,
    source: Source,
    ads: Sequence[AdHistory],
    often: Mapping[int, tuple[float, float]],
    last: dt.date,
) -> list[_Used]:
    """The campaigns of one account whose people have seen their ads."""
    import numpy as np  # noqa: PLC0415 the web process never needs it

    from app.insights.audience import FEWEST_ADS, saturated  # noqa: PLC0415 as above
    from app.insights.fatigue import against_beginnings  # noqa: PLC0415 as above

    by_campaign: dict[int, list[AdHistory]] = defaultdict(list)
    for ad in ads:
        if ad.campaign_id in often:
            by_campaign[ad.campaign_id].append(ad)
    found = []
    for number, mine in sorted(by_campaign.items()):
        if len(mine) < FEWEST_ADS:
            continue
        year = last_years(session, workspace_id, source, mine, last)
        told = [ad for ad in mine if ad.ad_id in year]
        if len(told) < FEWEST_ADS:
            continue
        figures = np.array([columns_of(ad, last) for ad in told])
        ratios = against_beginnings(figures[:, :, 1], figures[:, :, 0])[:, -_RUNNING:]
        season = float(np.median([year[ad.ad_id] for ad in told]))
        if saturated(ratios, often[number], season):
            known = ratios[~np.isnan(ratios).any(axis=1)]
            found.append(_Used(number, often[number], float(np.median(known[:, -1])) - 1))
    return found


def _of_account(
    session: Session, workspace: Workspace, source: Source, used: Sequence[_Used], days: Period
) -> list[Finding]:
    """Those that return more than their target, each beside what wider campaigns brought."""
    from app.insights.alarm_findings import Audience, of_wider  # noqa: PLC0415 needs numpy
    from app.insights.audience import wider  # noqa: PLC0415 as above

    brought = campaign_sums(session, workspace.id, source.account_id, days)
    reached = frequencies(session, workspace.id, days.last, _DAYS)
    target = float(workspace.target_roas or 0)
    found = []
    for each in used:
        own = brought.get(each.campaign_id)
        if own is None or not own.sums.spend or own.sums.conversions < _RESULTS:
            continue
        roas = own.sums.value / own.sums.spend
        others = _comparable(own, brought, reached)
        room = wider(is_saturated=True, roas=roas, break_even=target, comparable=others)
        if room is None:
            continue
        people = reached.get(each.campaign_id)
        seen = Audience(
            frequency=each.frequency,
            fall=each.fall,
            spend=own.sums.spend,
            roas=roas,
            target=target,
            reach=None if people is None else float(people.reach),
        )
        entity = Entity("campaign", str(own.campaign_id), own.name, source.platform)
        found.append(of_wider(room, entity, (days.first, days.last), workspace.currency, seen))
    return found


def _comparable(
    own: CampaignSums, brought: Mapping[int, CampaignSums], reached: Mapping[int, Frequency]
) -> list[tuple[float, float]]:
    """Reach and return of the account's campaigns of the same goal that reached more people."""
    if own.campaign_id not in reached:
        return []
    return [
        (float(reached[number].reach), each.sums.value / each.sums.spend)
        for number, each in brought.items()
        if number in reached
        and reached[number].reach > reached[own.campaign_id].reach
        and each.objective == own.objective
        and each.sums.spend > 0
        and each.sums.conversions >= _RESULTS
    ]
