"""Every rule over a workspace's figures: what is worth saying of a period, ranked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import msgspec
from sqlalchemy.orm import Session

from app.advice import signals
from app.advice.alarming import alarm_findings, tired_findings
from app.advice.asking import ask, settled_part
from app.advice.evaluations import results
from app.advice.fitting_inputs import fitting_inputs
from app.advice.moves import days_since_move
from app.advice.planned import day_of, unfinished
from app.advice.widening import audience_findings, used_up
from app.insights.finding import Finding
from app.insights.ranking import rank
from app.insights.review_days import dated
from app.insights.rules import advice, wins_and_concerns
from app.insights.thresholds import DEFAULTS, Thresholds
from app.metrics.period import Period
from app.metrics.platforms import platform_label
from app.metrics.sources import Sources
from app.models import Workspace


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
    found = _reallocation(session, workspace, period.last, known, now, rules)
    found += _of_tests(session, known, period, now)
    today = known.unfinished_day(workspace.time_zone, now)
    alarms = alarm_findings(
        session, workspace, period, known=known, today=today, now=now, rules=rules
    )
    found += alarms
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
    return [dated(each) for each in rank(found)]


def _of_tests(
    session: Session, known: Sources, period: Period, now: dt.datetime
) -> Iterator[Finding]:
    """What tests found lately that were over by then, of platforms that are all looked at."""
    for each in results(session, known.workspace_id, now):
        about = {entity.platform for entity in each.entities}
        if each.last <= period.last and about <= set(known.platforms):
            yield each


def _reallocation(
    session: Session,
    workspace: Workspace,
    last: dt.date,
    known: Sources,
    now: dt.datetime,
    rules: Thresholds,
) -> list[Finding]:
    """Advice on the budgets of the whole history up to the last day."""
    # numpy takes a while to load, which the web process never needs to.
    from app.insights.moving import reallocation_finding  # noqa: PLC0415
    from app.insights.reallocation import reallocate  # noqa: PLC0415

    today = known.unfinished_day(workspace.time_zone, now)
    figures = fitting_inputs(session, known, last, today)
    # Money without an exchange rate would count as nothing spent.
    if figures is None or figures.without_rate:
        return []
    stale = signals.behind_platforms(known, last, now)
    found = reallocate(
        figures.spend,
        figures.conversions,
        figures.value,
        names=figures.names,
        organic_orders=figures.organic_orders,
        maturity=figures.maturity,
        randomised=figures.drawn,
        days_since_move=days_since_move(session, workspace.id, now),
        incident=bool(stale),
        thresholds=rules,
    )
    if test := unfinished(session, workspace, day_of(workspace, now)):
        found = found.during_test(test.platforms)
    labels = {each: platform_label(each) for each in figures.names}
    return [
        reallocation_finding(
            found,
            labels=labels,
            first=figures.used.first,
            last=figures.days.last,
            currency=workspace.currency,
        )
    ]
