"""Alarms and tired ads as findings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from app.insights.audience import Wider
from app.insights.fatigue import Tired
from app.insights.finding import Class, Entity, Finding, Kind, Number, Unit
from app.insights.incidents import Alarm
from app.insights.review_days import dated

_UNITS = {"spend": Unit.MONEY, "cpc": Unit.MONEY, "ctr": Unit.SHARE, "conversions": Unit.COUNT}


def of_alarm(
    alarm: Alarm, platforms: Sequence[Entity], workspace: Entity, first: dt.date, currency: str
) -> Finding:
    """`first` is the day of column 0. A shift for the better is a win; all else a concern."""
    about = workspace if alarm.platform is None else platforms[alarm.platform]
    unit = _UNITS[alarm.metric]
    days = alarm.day - alarm.start + 1
    won = alarm.rule == "persistent_shift" and alarm.better
    return dated(
        Finding(
            rule=alarm.rule,
            kind=Kind.WIN if won else Kind.CONCERN,
            class_=Class.OBSERVED,
            entities=(replace(about, role=alarm.metric),),
            first=first + dt.timedelta(alarm.start),
            last=first + dt.timedelta(alarm.day),
            numbers={
                "before": Number(alarm.before, unit),
                "now": Number(alarm.after, unit),
                "change": Number(alarm.ratio - 1, Unit.SHARE, change=True),
                "days": Number(days, Unit.DAYS),
                "stake": Number(alarm.at_stake, Unit.MONEY),
            },
            at_stake=alarm.at_stake * days,
            currency=currency,
            facts={"metric": alarm.metric},
        )
    )


def of_tired(
    tired: Tired,
    ad: Entity,
    days: tuple[dt.date, dt.date],
    currency: str,
    *,
    spend: float,
    frequency: float | None = None,
    cost: float | None = None,
) -> Finding:
    """`days` are the ones it was tired on. `cost` is a conversion's."""
    numbers = {
        "drop": Number(tired.ratio - 1, Unit.SHARE, change=True),
        "z": Number(tired.z, Unit.COUNT),
        "running": Number(tired.running, Unit.DAYS),
        "spend": Number(spend, Unit.MONEY),
    }
    if frequency is not None:
        numbers["frequency"] = Number(frequency, Unit.MULTIPLE)
    if cost is not None:
        numbers["cost"] = Number(cost, Unit.MONEY)
    return dated(
        Finding(
            rule="creative_refresh",
            kind=Kind.RECOMMENDATION,
            class_=Class.ACT,
            entities=(ad,),
            first=days[0],
            last=days[1],
            numbers=numbers,
            at_stake=spend,
            currency=currency,
        )
    )


def of_wider(
    wider: Wider,
    ad_set: Entity,
    days: tuple[dt.date, dt.date],
    currency: str,
    *,
    frequency: float,
    spend: float,
) -> Finding:
    """An audience worth widening."""
    return dated(
        Finding(
            rule="audience_expansion",
            kind=Kind.RECOMMENDATION,
            class_=Class.ACT,
            entities=(ad_set,),
            first=days[0],
            last=days[1],
            numbers={
                "frequency": Number(frequency, Unit.MULTIPLE),
                "reach_low": Number(wider.reach[0], Unit.COUNT),
                "reach_high": Number(wider.reach[1], Unit.COUNT),
                "roas_low": Number(wider.roas[0], Unit.MULTIPLE),
                "roas_high": Number(wider.roas[1], Unit.MULTIPLE),
                "spend": Number(spend, Unit.MONEY),
            },
            at_stake=spend,
            currency=currency,
        )
    )
