"""A reallocation as a finding, in the words of its class."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from app.insights.finding import Class, Entity, Finding, Kind, Number, Range, Unit
from app.insights.fitting import PlatformResponse
from app.insights.planned_test import chance_of_answer, usual_test
from app.insights.reallocation import WEEKS_A_MONTH, Reallocation
from app.insights.words import Manner, Said, says

RULE = "reallocation"
REVIEW_AFTER_DAYS = 28


def reallocation_finding(
    found: Reallocation,
    *,
    labels: Mapping[str, str],
    first: dt.date,
    last: dt.date,
    currency: str,
) -> Finding:
    """What was found, dated. `labels` name platforms for people; money becomes money a month."""
    test = usual_test(found.conversions_a_day)
    numbers = {
        "test_weeks": Number(test.weeks, Unit.WEEKS),
        "test_swing": Number(test.swing, Unit.SHARE),
        "test_chance": Number(chance_of_answer(found.conversions_a_day), Unit.SHARE),
    }
    entities: tuple[Entity, ...] = ()
    expected = None
    if found.source is not None and found.target is not None:
        giver, taker = found.platforms[found.source], found.platforms[found.target]
        numbers |= _numbers(found, giver, taker)
        entities = tuple(
            Entity("platform", each.name, labels.get(each.name, each.name), each.name, role)
            for each, role in ((giver, "from"), (taker, "to"))
        )
        expected = Range(found.gain_low * WEEKS_A_MONTH, found.gain_high * WEEKS_A_MONTH)
    spoken = found.class_ in (Class.RECOMMEND, Class.LEANING)
    return Finding(
        rule=RULE,
        kind=Kind.RECOMMENDATION,
        class_=found.class_,
        entities=entities,
        first=first,
        last=last,
        numbers=numbers,
        at_stake=max(found.gain_mean, 0.0) * WEEKS_A_MONTH,
        currency=currency,
        range=expected,
        certainty=found.probability if entities else None,
        review_on=last + dt.timedelta(days=REVIEW_AFTER_DAYS) if spoken else None,
        missing=found.missing,
    )


def _numbers(
    found: Reallocation, giver: PlatformResponse, taker: PlatformResponse
) -> dict[str, Number]:
    numbers = {
        "step_month": Number(found.step * WEEKS_A_MONTH, Unit.MONEY),
        "step_day": Number(found.step / 7, Unit.MONEY),
        "probability": Number(found.probability, Unit.SHARE),
        "gain_low": Number(found.gain_low * WEEKS_A_MONTH, Unit.MONEY, change=True),
        "gain_high": Number(found.gain_high * WEEKS_A_MONTH, Unit.MONEY, change=True),
        "weeks": Number(min(giver.weeks, taker.weeks), Unit.WEEKS),
    }
    for role, each in (("from", giver), ("to", taker)):
        for name in ("roas", "mroas_low", "mroas_mid", "mroas_high"):
            value = getattr(each, name)
            if value is not None:
                numbers[f"{name}_{role}"] = Number(value, Unit.MULTIPLE)
        numbers[f"information_{role}"] = Number(each.information, Unit.SHARE)
        numbers[f"spend_{role}"] = Number(each.spend * WEEKS_A_MONTH, Unit.MONEY)
    return numbers


_MISSING = {
    "platforms": "two platforms that spend and report revenue",
    "store": "a connected shop, or a planned test, that tells demand from advertising",
    "history": "more settled weeks",
    "variation": "budgets that have varied: they were too even to tell what more of them returns",
    "conversions": "more conversions on each of the two platforms",
    "fresh_data": "figures without an open break: a platform is not being read",
    "recent_move": "28 settled days since the last move",
    "room": "room for a step within the caps: 20% at a time, 30% in a quarter",
    "demand": "budgets that do not follow demand: in a small account the two cannot be told apart",
    "difference": "a clear difference: the platforms' next unit of money returns about the same",
}


@says(RULE)
def _say(finding: Finding, manner: Manner) -> Said:
    if finding.class_ is Class.SILENT:
        return _silent(finding, manner)
    giver, taker = _named(finding, "from"), _named(finding, "to")
    number = {name: manner.number(each) for name, each in finding.numbers.items()}
    titles = {
        Class.RECOMMEND: f"Move {number['step_month']} a month from {giver} to {taker}",
        Class.LEANING: f"The data lean towards {taker} over {giver}",
        Class.WORTH_TESTING: f"Worth testing: more for {taker}, less for {giver}",
    }
    return Said(
        title=titles[finding.class_],
        saw=(
            f"At today's spend the next unit of money returns about {number['mroas_mid_from']} on "
            f"{giver} ({number['mroas_low_from']} to {number['mroas_high_from']}) and "
            f"{number['mroas_mid_to']} on {taker} ({number['mroas_low_to']} to "
            f"{number['mroas_high_to']}); on average they report {number['roas_from']} and "
            f"{number['roas_to']}."
        ),
        how_sure=_how_sure(finding, number),
        do=_do(finding, manner, number, giver, taker),
        change_our_mind=(
            "These are sales that platforms claim. If one of them claims sales that would have "
            "come anyway, only switching it off for a while, with the shop's total as the judge, "
            "can show it. A different answer of a planned test would change our mind too."
        ),
    )


def _how_sure(finding: Finding, number: Mapping[str, str]) -> str:
    sure = (
        f"If the past holds, {number['gain_low']} to {number['gain_high']} in reported value a "
        f"month (80% range), better than nothing with a probability of {number['probability']}. It "
        f"rests on {number['weeks']} settled weeks."
    )
    lacking = [_MISSING[each] for each in finding.missing if each in _MISSING]
    if finding.class_ is not Class.RECOMMEND and lacking:
        sure += f" For a stronger word it lacks {lacking[0]}."
    return sure


def _do(finding: Finding, manner: Manner, number: Mapping[str, str], giver: str, taker: str) -> str:
    if finding.class_ is Class.WORTH_TESTING:
        return (
            "Averages favour it, but your spend has not varied enough to know. A test of "
            f"{number['test_weeks']} weeks with budgets up and down by {number['test_swing']} in "
            "blocks of two weeks would tell."
        )
    review = f" Review on {manner.day(finding.review_on)}." if finding.review_on else ""
    step = (
        f"Lower {giver} and raise {taker} by {number['step_day']} a day, one step of at most 20%."
    )
    if finding.class_ is Class.LEANING:
        step = (
            f"Try half a step: {number['step_day']} a day from {giver} to {taker}, or test first."
        )
    return f"{step}{review}"


def _silent(finding: Finding, manner: Manner) -> Said:
    lacking = [_MISSING[each] for each in finding.missing if each in _MISSING]
    number = {name: manner.number(each) for name, each in finding.numbers.items()}
    saw = f"Missing: {'; '.join(lacking)}." if lacking else ""
    test = (
        f"A planned test of {number['test_weeks']} weeks, budgets up and down by "
        f"{number['test_swing']}, has a chance of about {number['test_chance']} to answer."
    )
    return Said("Nothing safe to recommend on budgets", saw, do=test)


def _named(finding: Finding, role: str) -> str:
    return next(each.name for each in finding.entities if each.role == role)
