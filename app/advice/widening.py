"""Campaigns whose audience is used up and whose returns allow a wider one."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy.orm import Session

from app.insights.finding import Entity, Finding
from app.insights.thresholds import Thresholds
from app.metrics.ad_series import AdHistory, ad_histories, columns_of
from app.metrics.campaign_sums import CampaignSums, campaign_sums
from app.metrics.period import WEEK, Period
from app.metrics.reach import Frequency, frequencies
from app.metrics.season import last_years
from app.metrics.sources import Source, Sources
from app.models import Workspace

if TYPE_CHECKING:
    from app.insights.alarm_findings import Audience

# The week that frequency is held against, and the days that returns and reach are of.
_EARLIER = 28
_DAYS = 28
# So many days running, as for a tired ad.
_RUNNING = 3
# A return of fewer conversions says little.
_RESULTS = 30


@dataclass(frozen=True, slots=True)
class UsedUp:
    """A campaign whose ads tire together. `frequency` is then and now, `fall` the median ad's."""

    account_id: int
    campaign_id: int
    frequency: tuple[float, float]
    fall: float


def used_up(session: Session, known: Sources, last: dt.date) -> list[UsedUp]:
    """The campaigns whose people have seen their ads, whatever they return."""
    from app.insights.audience import RISE  # noqa: PLC0415 the web process never needs numpy

    often = _rising(session, known.workspace_id, last, RISE)
    if not often:
        return []
    sources = {each.account_id: each for each in known.counted}
    return [
        each
        for account_id, ads in ad_histories(session, known, last).items()
        for each in _of_account(session, known.workspace_id, sources[account_id], ads, often, last)
    ]


def audience_findings(
    session: Session,
    workspace: Workspace,
    used: Sequence[UsedUp],
    last: dt.date,
    *,
    known: Sources,
    rules: Thresholds,
) -> list[Finding]:
    """Of those that return more than breaks even, beside what wider campaigns brought.

    Without what breaks even the target is held to; silent without either, for nothing else says
    what pays.
    """
    pays = _pays(workspace, rules)
    if not pays.roas:
        return []
    days = Period.ending(last, _DAYS)
    by_account: dict[int, list[UsedUp]] = defaultdict(list)
    for each in used:
        by_account[each.account_id].append(each)
    return [
        finding
        for source in known.counted
        if source.account_id in by_account and source.holds(days.first) and source.holds(days.last)
        for finding in _wider(session, workspace, source, by_account[source.account_id], days, pays)
    ]


class _Pays(NamedTuple):
    """A ROAS from which a wider audience pays, 0 for not known; `reference` is what it is."""

    roas: float
    reference: str


def _pays(workspace: Workspace, rules: Thresholds) -> _Pays:
    if rules.break_even_roas:
        return _Pays(rules.break_even_roas, "break_even")
    return _Pays(float(workspace.target_roas or 0), "target")


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


def _of_account(
    session: Session,
    workspace_id: int,
    source: Source,
    ads: Sequence[AdHistory],
    often: Mapping[int, tuple[float, float]],
    last: dt.date,
) -> list[UsedUp]:
    """Of one account's ads that are known of last year, too."""
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
            fall = float(np.median(known[:, -1])) - 1
            found.append(UsedUp(source.account_id, number, often[number], fall))
    return found


def _wider(
    session: Session,
    workspace: Workspace,
    source: Source,
    used: Sequence[UsedUp],
    days: Period,
    pays: _Pays,
) -> Iterator[Finding]:
    from app.insights.alarm_findings import of_wider  # noqa: PLC0415 needs numpy
    from app.insights.audience import wider  # noqa: PLC0415 as above

    brought = campaign_sums(session, workspace.id, source.account_id, days)
    reached = frequencies(session, workspace.id, days.last, _DAYS)
    for each in used:
        own = brought.get(each.campaign_id)
        if own is None or not own.sums.spend or own.sums.conversions < _RESULTS:
            continue
        roas = own.sums.value / own.sums.spend
        others = _comparable(own, brought, reached)
        room = wider(is_saturated=True, roas=roas, break_even=pays.roas, comparable=others)
        if room is not None:
            entity = Entity("campaign", str(own.campaign_id), own.name, source.platform)
            seen = _audience(each, own, pays, reached.get(own.campaign_id))
            yield of_wider(room, entity, (days.first, days.last), workspace.currency, seen)


def _audience(used: UsedUp, own: CampaignSums, pays: _Pays, people: Frequency | None) -> Audience:
    from app.insights.alarm_findings import Audience  # noqa: PLC0415 needs numpy

    return Audience(
        frequency=used.frequency,
        fall=used.fall,
        spend=own.sums.spend,
        roas=own.sums.value / own.sums.spend,
        target=pays.roas,
        reference=pays.reference,
        reach=None if people is None else float(people.reach),
    )


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
