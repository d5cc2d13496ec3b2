"""What the findings of several rules have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from app.insights.finding import Class, Entity, Finding, Kind, Number, Unit
from app.insights.levels import OfThing
from app.insights.period import PeriodFigures


def carriers(several: Iterable[OfThing]) -> tuple[Entity, ...]:
    """The entities as what carries a finding."""
    return tuple(replace(each.thing.entity, role="carries") for each in several)


def settling(figures: PeriodFigures) -> dict[str, Number]:
    """How many later days were left out, where there are any."""
    days = figures.still_settling
    return {"settling": Number(days, Unit.DAYS)} if days else {}


def before_days(figures: PeriodFigures) -> dict[str, str]:
    """The days compared with as facts, where there are any."""
    if not figures.before_first or not figures.before_last:
        return {}
    return {
        "before_first": figures.before_first.isoformat(),
        "before_last": figures.before_last.isoformat(),
    }


def observed(
    rule: str,
    kind: Kind,
    figures: PeriodFigures,
    entities: tuple[Entity, ...],
    numbers: Mapping[str, Number],
    at_stake: float,
) -> Finding:
    """A win or concern over the period's days."""
    return Finding(
        rule=rule,
        kind=kind,
        class_=Class.OBSERVED,
        entities=entities,
        first=figures.first,
        last=figures.last,
        numbers={**numbers, **settling(figures)},
        at_stake=at_stake,
        currency=figures.currency,
    )
