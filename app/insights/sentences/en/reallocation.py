"""Words for moving budget between platforms, by how far the figures go."""

from __future__ import annotations

from app.insights.finding import Class, Finding
from app.insights.sentences.en.missing import MISSING
from app.insights.sentences.en.phrases import Telling, says
from app.insights.words import Manner, Said

_CLAIMED = (
    "These are returns as platforms count them: sales that would have come anyway, or that one "
    "platform claims from another, cannot be seen in them. A hold-out or an on/off test can."
)
_UNLESS = (
    "A break in tracking, a promotion or stock that ran out in these weeks, or a hold-out that "
    "finds other returns."
)


@says("reallocation")
def reallocation(finding: Finding, manner: Manner) -> Said:
    """The words of the class; a range of the gain, never one figure."""
    told = Telling(finding, manner)
    match finding.class_:
        case Class.RECOMMEND:
            return _recommend(told)
        case Class.LEANING:
            return _leaning(told)
        case Class.WORTH_TESTING:
            return _worth_testing(told)
        case _:
            return _silent(told)


def _recommend(told: Telling) -> Said:
    giver, taker = _names(told)
    return Said(
        title=f"Move {told['step_month']} a month from {giver} to {taker}",
        saw=_returns(told),
        how_sure=f"If the past holds, {_gain(told)}. {_rests_on(told)} {_CLAIMED}",
        do=f"{_budgets(told)} Make no other move until then. {told.review}",
        change_our_mind=_UNLESS,
    )


def _leaning(told: Telling) -> Said:
    giver, taker = _names(told)
    return Said(
        title=f"The data lean towards {taker} over {giver}",
        saw=_returns(told),
        how_sure=(
            f"If the past holds, {_gain(told)}. {_rests_on(told)}{_lacking(told)} {_CLAIMED}"
        ),
        do=f"Try half the usual step, or test. {_budgets(told)} {told.review} {_test(told)}",
        change_our_mind=_UNLESS,
    )


def _worth_testing(told: Telling) -> Said:
    giver, taker = _names(told)
    return Said(
        title=f"Averages favour {taker} over {giver}; a test would tell",
        saw=_returns(told),
        how_sure=(
            f"A chance of {told.chance} that moving budget pays, mostly from averages: "
            f"nothing to act on yet.{_lacking(told)} {_CLAIMED}"
        ),
        do=_test(told),
        change_our_mind="What a test finds, either way.",
    )


def _silent(told: Telling) -> Said:
    return Said(
        title="Nothing safe to recommend about moving budget",
        saw=(
            f"{_lacking(told, 'No move is safe').strip() or 'No move is likely enough to pay.'} "
            f"Looked at: {told.days}."
        ),
        do="" if "recent_move" in told.finding.missing else _test(told),
        change_our_mind="More nearly complete weeks, budgets that vary, or a test.",
    )


def _names(told: Telling) -> tuple[str, str]:
    by_role = {each.role: each.name for each in told.finding.entities}
    return by_role["from"], by_role["to"]


def _returns(told: Telling) -> str:
    """What a unit of money returns on average, and what the next one does."""
    parts = [
        f"{name} claims {told[f'roas_{role}']} ROAS on average and "
        f"{told[f'mroas_low_{role}']} to {told[f'mroas_high_{role}']} on the next unit of money"
        for name, role in zip(_names(told), ("from", "to"), strict=True)
    ]
    return f"{'; '.join(parts)} ({told.days})."


def _gain(told: Telling) -> str:
    return (
        f"it brings {told['gain_low']} to {told['gain_high']} a month in claimed revenue "
        f"({told.level} range); the chance of any gain is {told.chance}"
    )


def _rests_on(told: Telling) -> str:
    return (
        f"It rests on {told.counted('weeks', 'nearly complete week')} with "
        f"{told['conversions_from']} and {told['conversions_to']} conversions."
    )


def _budgets(told: Telling) -> str:
    giver, taker = _names(told)
    if "day_after_to" not in told.finding.numbers:
        return (
            f"Move {told['step_day']} a day: take it off the budget of {giver} and add it to that "
            f"of {taker}. Spend has changed lately, so whole budgets are not given here."
        )
    return (
        f"Move {told['step_day']} a day: set {giver} from about {told['day_from']} to "
        f"{told['day_after_from']} a day, and {taker} from about {told['day_to']} to "
        f"{told['day_after_to']}."
    )


def _lacking(told: Telling, but: str = "It goes no further") -> str:
    """Why it goes no further, with a space before it; empty where nothing is missing."""
    known = [MISSING[each].because for each in told.finding.missing if each in MISSING]
    reasons = [each for each in known if each]
    if not reasons:
        return ""
    return f" {but} because {told.manner.names(reasons)}."


def _test(told: Telling) -> str:
    if "running_test" in told.finding.missing:
        return "Keep to the budgets of the test until it is over. Its end tells more."
    if set(told.finding.missing) & {"platforms", "recent_move"}:
        return "Once two platforms spend and report revenue, a test can tell them apart."
    return (
        f"A test of ±{told['test_swing']} over {told.counted('test_weeks', 'week')} leads to an "
        f"answer in about {told['test_chance']} of accounts of this size."
    )
