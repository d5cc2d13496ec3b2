"""What other budgets would bring, or why nothing is said, in sentences."""

from __future__ import annotations

from decimal import Decimal

from app.advice.simulating import Budget, Simulation
from app.insights.thresholds import Thresholds
from app.metrics.platforms import platform_label
from app.web.formats import day, money, percent, ratio

CLAIMED = (
    "Reported value is what the platforms claim. Some of it would have come without "
    "advertising, so this is not incremental: it does not say what the shop would sell more or "
    "less."
)
_IMPOSSIBLE = {
    "nothing": "There are no advertising figures yet, so nothing can be said of other budgets. "
    "Connect a platform or upload an export.",
    "shop": "Only a shop is connected, which has no budgets to move. Connect a platform that you "
    "advertise on.",
    "rates": "Some days have no exchange rate into this workspace's currency, so their money is "
    "missing and a range would be wrong. Open Settings and type a rate in.",
    "quiet": "In the last weeks no platform both spent money and reported value, so there is "
    "nothing to go by. Look again once ads have run for some weeks.",
}


def impossible(found: Simulation, rules: Thresholds) -> str:
    """Why nothing can be said at all; empty where something can."""
    if found.impossible == "behind":
        names = ", ".join(platform_label(each) for each in found.behind)
        return (
            f"The figures of {names} stop more than a week ago, and days that were not read are "
            "unknown, not zero. Open Connections and have them read again."
        )
    if found.impossible == "history":
        return (
            f"There is not enough history yet: a platform needs {rules.settled_weeks} nearly "
            "complete weeks with spend before other budgets of it can be judged. Look again later."
        )
    return _IMPOSSIBLE.get(found.impossible, "")


def answer(found: Simulation, currency: str) -> str:
    """The range, in one sentence; empty where a budget is refused."""
    if found.value is None or found.change is None:
        return ""
    if found.chance is None:
        least, most = (money(each, currency) for each in found.value)
        return (
            f"At the budgets of now, if the past holds: {least} to {most} a month of reported "
            "value (80%)."
        )
    low, high = found.change
    less, more = money(abs(low), currency), money(abs(high), currency)
    if low >= 0:
        return f"If the past holds, {less} to {more} a month more reported value (80%)."
    if high <= 0:
        return f"If the past holds, {more} to {less} a month less reported value (80%)."
    return (
        f"If the past holds, between {less} a month less and {more} a month more reported value "
        "(80%)."
    )


def spending(found: Simulation, currency: str) -> str:
    """What it costs beside now."""
    whole, change = money(found.spend, currency), found.spend_change
    if not change:
        return f"{whole} a month in all, as much as now."
    word = "more" if change > 0 else "less"
    return f"{whole} a month in all, {money(abs(change), currency)} {word} than now."


def now(budget: Budget) -> str:
    """What the budget of now is the mean of: what was spent, not what is set at the platform."""
    weeks = (
        "nearly complete week"
        if budget.now_weeks == 1
        else f"{budget.now_weeks} nearly complete weeks"
    )
    return f"mean of the last {weeks}"


def learnt(found: Simulation) -> str:
    """Platforms that were not learnt from since the first day; empty where there are none."""
    begun = found.days.first if found.days else None
    late = [
        f"{platform_label(each.platform)} from {day(each.learnt_from)} on"
        for each in found.budgets
        if each.counts and each.learnt_from and begun and each.learnt_from > begun
    ]
    return f"Learnt of {', '.join(late)}." if late else ""


def refusal(budget: Budget, currency: str, rules: Thresholds) -> str:
    """Why history says nothing about the budget that was asked for."""
    name, asked = platform_label(budget.platform), money(budget.asked, currency)
    said = f"{name} at {asked} a month is refused: {limit(budget.refused, rules)}"
    if budget.fixed:
        return f"{said} It stays at {money(budget.now, currency)}."
    between = f"{money(budget.low, currency)} and {money(budget.high, currency)}"
    return f"{said} Stay between {between}."


def limit(because: str, rules: Thresholds) -> str:
    """Why a budget may go no further."""
    step, quarter = percent(Decimal(rules.step_cap)), percent(Decimal(rules.quarter_cap))
    highest = ratio(Decimal(rules.above_highest), 1)
    return {
        "step": f"what a change of more than {step} at once would bring, the past does not say.",
        "quarter": f"a budget that moved more than {quarter} within a quarter of a year is not "
        "known well enough yet.",
        "highest": f"it is more than {highest} the most that was ever spent there in a week.",
        "unknown": "it spent nothing or reported no value lately, so nothing is known of what "
        "its budget returns.",
        "history": f"it has fewer than {rules.settled_weeks} nearly complete weeks with spend.",
    }[because]
