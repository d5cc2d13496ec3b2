"""Every rule over a workspace's figures: what is worth saying of a period, ranked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy.orm import Session

from app.advice import signals
from app.advice.alarming import alarm_findings, tired_findings
from app.advice.asking import ask, settled_part
from app.advice.evaluations import results
from app.advice.fitting_inputs import FittingInputs, fitting_inputs
from app.advice.moves import days_since_move
from app.advice.planned import day_of, unfinished
from app.advice.widening import audience_findings, used_up
from app.insights.finding import Finding
from app.insights.ranking import rank
from app.insights.review_days import dated
from app.insights.rules import advice, wins_and_concerns
from app.insights.thresholds import DEFAULTS, Thresholds
from app.metrics.known_days import Active, first_active
from app.metrics.period import Period
from app.metrics.platforms import is_shop, platform_label
from app.metrics.sources import Sources
from app.models import Workspace

if TYPE_CHECKING:
    from app.insights.reallocation import Reallocation

# What they are on is not counted, or not brought in.
_INCIDENTS = ("tracking_break", "zero_rows")


# What they tell of statuses, budgets and connections is as it is now, not as it was on older days.
_OF_NOW = (
    "learning",
    "disapproved",
    "fix_disapproved",
    "budget_limited",
    "raise_budget",
    "reconnect",
)
_LATELY = dt.timedelta(days=7)


def thresholds_of(workspace: Workspace) -> Thresholds:
    """The workspace's own where it has any, else the defaults."""
    if not workspace.thresholds:
        return DEFAULTS
    return msgspec.convert(workspace.thresholds, Thresholds)


def look(
    session: Session,
    workspace: Workspace,
    period: Period,
    before: Period | None,
    *,
    known: Sources,
    now: dt.datetime,
) -> list[Finding]:
    """Findings of days that are over, the most money at stake first."""
    rules = thresholds_of(workspace)
    today = known.unfinished_day(workspace.time_zone, now)
    active = first_active(session, workspace.id)
    alarms = alarm_findings(
        session,
        workspace,
        period,
        known=known,
        active=active,
        today=today,
        now=now,
        rules=rules,
    )
    doubtful = in_doubt(known, period.last, now, alarms)
    found = _reallocation(session, workspace, period.last, known, active, now, rules, doubtful)
    found += [*_of_tests(session, known, period, now), *alarms]
    settled = settled_part(known, period, today)
    used = used_up(session, known, settled.last) if settled else []
    found += tired_findings(session, workspace, period.last, known=known, rules=rules, used_up=used)
    if settled:
        found += audience_findings(session, workspace, used, settled.last, known=known, rules=rules)
    figures = ask(session, workspace, period, before, known=known, now=now)
    if figures is not None:
        figures = replace(figures, break_even_roas=rules.break_even_roas or None)
        seen = wins_and_concerns(figures, rules)
        found += [*seen, *advice(figures, [*seen, *alarms], rules)]
    if today - period.last > _LATELY:
        found = [each for each in found if each.rule not in _OF_NOW]
    return [dated(each) for each in rank(found)]


def _of_tests(
    session: Session, known: Sources, period: Period, now: dt.datetime
) -> Iterator[Finding]:
    """What tests found lately that were over by then, of platforms that are all looked at."""
    for each in results(session, known.workspace_id, now):
        about = {entity.platform for entity in each.entities}
        if each.last <= period.last and about <= set(known.platforms):
            yield each


def in_doubt(
    known: Sources, last: dt.date, now: dt.datetime, alarms: Iterable[Finding]
) -> set[str]:
    """Platforms whose last days say nothing: they, or the shop, were not read, or a break is open.

    A break of the whole workspace is one of every platform.
    """
    found = signals.behind_platforms(known, last, now)
    for each in alarms:
        if each.rule in _INCIDENTS and not each.over:
            found |= {entity.platform for entity in each.entities}
    return set(known.platforms) if "" in found or any(map(is_shop, found)) else found


def _reallocation(
    session: Session,
    workspace: Workspace,
    last: dt.date,
    known: Sources,
    active: Active,
    now: dt.datetime,
    rules: Thresholds,
    doubtful: Collection[str],
) -> list[Finding]:
    """Advice on the budgets of the whole history up to the last day."""
    # numpy takes a while to load, which the web process never needs to.
    from app.insights.moving import reallocation_finding  # noqa: PLC0415
    from app.insights.reallocation import reallocate  # noqa: PLC0415

    today = known.unfinished_day(workspace.time_zone, now)
    figures = fitting_inputs(session, known, last, today, active)
    # Money without an exchange rate would count as nothing spent.
    if figures is None or figures.without_rate:
        return []
    found = reallocate(
        figures.spend,
        figures.conversions,
        figures.value,
        names=figures.names,
        organic_orders=figures.organic_orders,
        maturity=figures.maturity,
        randomised=figures.drawn,
        days_since_move=days_since_move(session, workspace.id, now),
        doubtful=doubtful,
        thresholds=rules,
    )
    if test := unfinished(session, workspace, day_of(workspace, now)):
        found = found.during_test(test.platforms)
    labels = {each: platform_label(each) for each in figures.names}
    return [
        reallocation_finding(
            found,
            labels=labels,
            first=_learnt_from(found, figures),
            last=figures.days.last,
            currency=workspace.currency,
        )
    ]


def _learnt_from(found: Reallocation, figures: FittingInputs) -> dt.date:
    """The first day that both sides of a move were learnt from; without one, of any platform."""
    if found.source is None or found.target is None:
        days = [figures.since(each) for each in found.platforms]
        return min((day for day in days if day), default=figures.used.first)
    sides = [figures.since(found.platforms[each]) for each in (found.source, found.target)]
    return max((day for day in sides if day), default=figures.used.first)
