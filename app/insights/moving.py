"""A reallocation as a finding. Its words are in `app.insights.sentences.en.reallocation`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

from app.insights.finding import Entity, Finding, Kind, Number, Range, Unit
from app.insights.fitting import PlatformResponse
from app.insights.planned_test import SWING, chance_of_an_answer, size_of, weeks_needed
from app.insights.reallocation import WEEKS_A_MONTH, Reallocation
from app.insights.review_days import dated
from app.insights.weeks import WEEK

RULE = "reallocation"


def reallocation_finding(
    found: Reallocation,
    *,
    labels: Mapping[str, str],
    first: dt.date,
    last: dt.date,
    currency: str,
) -> Finding:
    """What was found, dated by the days of its arrays. `labels` name platforms for people.

    Money is a month, a week or a day as its number's name says; a silent one is about nothing in
    particular.
    """
    silent = Finding(
        rule=RULE,
        kind=Kind.RECOMMENDATION,
        class_=found.class_,
        entities=(),
        first=first,
        last=last,
        numbers=_of_test(found),
        currency=currency,
        missing=found.missing,
    )
    if found.source is None or found.target is None:
        return silent
    giver, taker = found.platforms[found.source], found.platforms[found.target]
    move = replace(
        silent,
        entities=tuple(
            Entity("platform", each.name, labels.get(each.name, each.name), each.name, role)
            for each, role in ((giver, "from"), (taker, "to"))
        ),
        numbers={**silent.numbers, **_of_move(found, giver, taker)},
        at_stake=max(found.gain_mean, 0.0) * WEEKS_A_MONTH,
        range=Range(found.gain_low * WEEKS_A_MONTH, found.gain_high * WEEKS_A_MONTH),
        certainty=found.probability,
    )
    return dated(move)


def _of_test(found: Reallocation) -> dict[str, Number]:
    """The test that would tell more, and how often such tests do."""
    size = size_of(found.conversions_a_day)
    weeks = weeks_needed(size)
    return {
        "test_weeks": Number(weeks, Unit.WEEKS),
        "test_swing": Number(SWING, Unit.SHARE),
        "test_chance": Number(chance_of_an_answer(size, weeks, SWING), Unit.SHARE),
    }


def _of_move(
    found: Reallocation, giver: PlatformResponse, taker: PlatformResponse
) -> dict[str, Number]:
    return {
        "step_month": Number(found.step * WEEKS_A_MONTH, Unit.MONEY),
        "step_week": Number(found.step, Unit.MONEY),
        "step_day": Number(found.step / WEEK, Unit.MONEY),
        "probability": Number(found.probability, Unit.SHARE),
        "gain_low": Number(found.gain_low * WEEKS_A_MONTH, Unit.MONEY, change=True),
        "gain_high": Number(found.gain_high * WEEKS_A_MONTH, Unit.MONEY, change=True),
        "weeks": Number(min(giver.weeks, taker.weeks), Unit.WEEKS),
        **_of_platform("from", giver),
        **_of_platform("to", taker),
        **_budgets(found.step, giver, taker),
    }


def _budgets(step: float, giver: PlatformResponse, taker: PlatformResponse) -> dict[str, Number]:
    """What to set, a day; nothing where the last week has gone there or beyond already.

    The step alone is right then, whatever the budgets are by now.
    """
    less, more = giver.spend - step, taker.spend + step
    if less >= giver.lately or more <= taker.lately:
        return {}
    return {
        "day_after_from": Number(less / WEEK, Unit.MONEY),
        "day_after_to": Number(more / WEEK, Unit.MONEY),
    }


def _of_platform(role: str, platform: PlatformResponse) -> dict[str, Number]:
    known = {
        "day": Number(platform.spend / WEEK, Unit.MONEY),
        "spend": Number(platform.spend * WEEKS_A_MONTH, Unit.MONEY),
        "conversions": Number(platform.conversions, Unit.COUNT),
        "information": Number(platform.information, Unit.SHARE),
        "roas": _multiple(platform.roas),
        "mroas_low": _multiple(platform.mroas_low),
        "mroas_mid": _multiple(platform.mroas_mid),
        "mroas_high": _multiple(platform.mroas_high),
    }
    return {f"{name}_{role}": number for name, number in known.items() if number is not None}


def _multiple(value: float | None) -> Number | None:
    return None if value is None else Number(value, Unit.MULTIPLE)
