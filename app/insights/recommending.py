"""What follows from wins and concerns outright: stop, give more, mend, reconnect.

A gain is only promised where something is known to be lost; what a larger budget brings is not
known before it is tried, and its recommendation says so. Where figures are in doubt, by a dead
connection or a break in what is counted, nothing is said about money there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace

from app.insights.finding import Class, Entity, Finding, Kind, Number, Range, Unit
from app.insights.months import DAYS_A_MONTH
from app.insights.period import Feed, PeriodFigures
from app.insights.targets import FAR
from app.insights.thresholds import Thresholds

# Up to this many conversions could have been due where none came: e^-1.61 is 20 %.
_UNSEEN = 1.61
_BREAKS = ("tracking_break", "nothing_counted")
_SPOILT = 0.25


def recommendations(
    figures: PeriodFigures, findings: Sequence[Finding], thresholds: Thresholds
) -> list[Finding]:
    """From the findings of all rules over the same days."""
    # A break in the whole workspace has no platform, and leaves none out.
    doubtful = {
        about.platform
        for each in findings
        if each.rule in _BREAKS and _spoils(each, figures)
        for about in each.entities
    }
    doubtful |= {each.entity.platform for each in figures.feeds if each.state != "ok"}
    found = [_reconnect(each, figures) for each in figures.feeds if each.state != "ok"]
    for finding in findings:
        if finding.rule in _BREAKS and _mended(finding, findings):
            continue
        if finding.rule in _BREAKS:
            found.append(_follow("fix_tracking", finding))
        elif finding.rule == "disapproved":
            found.append(_follow("fix_disapproved", finding))
        elif not doubtful & {finding.entities[0].platform, ""}:
            found += _of_money(finding, figures, thresholds)
    return _narrowest(found, figures)


def _narrowest(found: Sequence[Finding], figures: PeriodFigures) -> list[Finding]:
    """Without cuts of what holds something else that is to be cut: the money is the same."""
    things = {each.place: each for each in figures.things}
    cut = [things.get(_place(each)) for each in found if each.rule == "cut_waste"]
    return [
        each
        for each in found
        if each.rule != "cut_waste"
        or (whole := things.get(_place(each))) is None
        or not any(part is not None and part.is_in(whole) for part in cut)
    ]


def _place(finding: Finding) -> tuple[str, str]:
    return finding.entities[0].kind, finding.entities[0].key


def _mended(broken: Finding, findings: Sequence[Finding]) -> bool:
    """Whether conversions are counted again, though none was on days that have settled."""
    platforms = {each.platform for each in broken.entities}
    return broken.over or any(
        each.rule == "tracking_break"
        and each.over
        and each.last >= broken.last
        and platforms & {about.platform for about in each.entities}
        for each in findings
    )


def _spoils(broken: Finding, figures: PeriodFigures) -> bool:
    """Whether figures are in doubt: it lasts, or took a quarter of these days or more.

    Less than that makes nothing look twice as far from its target as it is.
    """
    if not broken.over:
        return True
    first, last = max(broken.first, figures.first), min(broken.last, figures.last)
    return ((last - first).days + 1) / figures.days >= _SPOILT


def _of_money(
    finding: Finding, figures: PeriodFigures, thresholds: Thresholds
) -> Iterator[Finding]:
    if finding.entities[0].kind == "workspace":
        return
    if finding.rule == "budget_limited":
        yield _raise(finding, thresholds)
    elif finding.rule == "zero_result":
        yield _pause(finding, figures)
    elif finding.rule in ("roas_target", "cpa_target") and _far_off(finding):
        yield _cut(finding, figures, thresholds)


def _follow(rule: str, finding: Finding) -> Finding:
    """The same matter, as something to do."""
    return replace(
        finding,
        rule=rule,
        kind=Kind.RECOMMENDATION,
        class_=Class.ACT,
        range=None,
        facts={**finding.facts, "because": finding.rule},
    )


def _monthly(amount: float, figures: PeriodFigures) -> float:
    return amount / figures.days * DAYS_A_MONTH


def _pause(finding: Finding, figures: PeriodFigures) -> Finding:
    """All its spend is saved, less what the conversions that chance hid would have been worth."""
    spend = finding.numbers["spend"].value
    saved = _monthly(spend, figures)
    hidden = _monthly(_UNSEEN * finding.numbers["target"].value, figures)
    numbers = {**finding.numbers, "monthly": Number(saved, Unit.MONEY)}
    found = _follow("cut_waste", finding)
    spans = Range(max(saved - hidden, 0.0), saved, Unit.MONEY)
    return replace(found, numbers=numbers, range=spans, facts={**found.facts, "action": "pause"})


def _far_off(finding: Finding) -> bool:
    if finding.kind is not Kind.CONCERN:
        return False
    now, target = finding.numbers["now"].value, finding.numbers["target"].value
    if finding.rule == "cpa_target":
        return now >= FAR * target
    return now * FAR <= target or finding.facts["reference"] != "target"


def _cut(finding: Finding, figures: PeriodFigures, thresholds: Thresholds) -> Finding:
    """A step down: what is cut, less what it is worth at the target, is saved."""
    numbers = finding.numbers
    monthly = _monthly(numbers["spend"].value, figures)
    step = thresholds.step_cap
    found = _follow("cut_waste", finding)
    return replace(
        found,
        numbers={
            **numbers,
            "monthly": Number(monthly * step, Unit.MONEY),
            "step": Number(step, Unit.SHARE),
        },
        range=_saved(finding, monthly * step),
        at_stake=finding.at_stake * step,
        facts={**found.facts, "action": "cut"},
    )


def _saved(finding: Finding, cut: float) -> Range | None:
    """By how far from its target the thing may really be."""
    if finding.range is None:
        return None
    target = finding.numbers["target"].value
    ends = (finding.range.low, finding.range.high)
    worth = [target / each if finding.rule == "cpa_target" else each / target for each in ends]
    low, high = sorted(max(cut * (1 - each), 0.0) for each in worth)
    return Range(low, high, Unit.MONEY, finding.range.level)


def _raise(finding: Finding, thresholds: Thresholds) -> Finding:
    budget = finding.numbers["budget"].value
    step = thresholds.step_cap
    numbers = {
        **finding.numbers,
        "step": Number(step, Unit.SHARE, change=True),
        "new_budget": Number(budget * (1 + step), Unit.MONEY),
        "monthly": Number(budget * step * DAYS_A_MONTH, Unit.MONEY),
    }
    found = _follow("raise_budget", finding)
    stake = finding.at_stake * step
    missing = (*finding.missing, "variation")
    return replace(found, numbers=numbers, at_stake=stake, missing=missing)


def _reconnect(feed: Feed, figures: PeriodFigures) -> Finding:
    numbers = {"daily": Number(feed.daily_spend, Unit.MONEY)} if feed.daily_spend else {}
    facts = {"state": feed.state}
    unread = 1
    if feed.last_day:
        until = figures.last + dt.timedelta(figures.still_settling)
        unread = max((until - feed.last_day).days, 1)
        numbers["unread"] = Number(unread, Unit.DAYS)
        facts["last_day"] = feed.last_day.isoformat()
    return Finding(
        rule="reconnect",
        kind=Kind.RECOMMENDATION,
        class_=Class.ACT,
        entities=(_alone(feed.entity),),
        first=figures.first,
        last=figures.last,
        numbers=numbers,
        at_stake=feed.daily_spend * unread,
        currency=figures.currency,
        missing=("fresh_data",),
        facts=facts,
    )


def _alone(entity: Entity) -> Entity:
    return replace(entity, role="")
