"""What a planned test is, costs and says so far, in sentences."""

from __future__ import annotations

from decimal import Decimal

from app.advice.drawing import Drawn
from app.models import PlannedTest
from app.web.formats import day, money, percent

SIZES = {
    "small": "fewer than 15 conversions a day",
    "medium": "15 to 150 conversions a day",
    "large": "150 conversions a day or more",
}
STATES = {
    "planned": ("calm", "Planned"),
    "running": ("busy", "Running"),
    "ended": ("good", "Over"),
    "stopped": ("warn", "Stopped"),
}
MEANWHILE = (
    (
        "Change no other budgets, bids, targets or campaigns of these platforms: what moves with a "
        "block cannot be told from it."
    ),
    (
        "Do not start promotions, price changes or new creative on the day a block begins, if that "
        "can be helped."
    ),
    (
        "Set each block's budgets on its first day, on all platforms. A week spent further than "
        "half the swing from its budget counts as an ordinary one."
    ),
)


def chance(test: PlannedTest) -> str:
    """How often such tests lead anywhere."""
    said = (
        f"Of tests like it, over about {test.weeks} weeks at ±{percent(test.swing, 0)}, about "
        f"{percent(test.chance, 0)} led to an answer in accounts of this size "
        f"({SIZES[test.size]})."
    )
    if test.size == "small":
        said += (
            " In a small account 26 weeks at ±30% are needed for a 40% chance; a shorter or "
            "gentler test seldom tells."
        )
    return said


def cost(drawn: Drawn) -> str:
    """What it costs meanwhile, as far as history says."""
    test = drawn.test
    even = (test.weeks // test.block_weeks) % 2 == 0
    spending = (
        "Over the whole test each platform spends what it does now: as many blocks are above as "
        "below"
        + ("." if even else ", and one is at today's level.")
        + " In a single block the total may be higher or lower."
    )
    if drawn.cost is None:
        return (
            f"{spending} What claimed revenue does meanwhile cannot be said: history does not "
            f"reach budgets ±{percent(test.swing, 0)} away."
        )
    low, high = (_signed(each, test.currency) for each in drawn.cost)
    return (
        f"{spending} If the past holds, claimed revenue over the {test.weeks} weeks changes by "
        f"{low} to {high} (80%)."
    )


def _signed(amount: Decimal, currency: str) -> str:
    sign = "−" if amount < 0 else "+"
    return f"{sign}{money(abs(amount), currency)}"


def stopped(test: PlannedTest, currency: str) -> str:
    """Why it stopped, empty when it did not."""
    if test.state != "stopped" and test.currency == currency:
        return ""
    if test.stopped_because == "person":
        return f"Stopped on {day(test.stopped_on)} by hand."
    return (
        f"Stopped because the workspace's currency was changed: its budgets are in "
        f"{test.currency}, and amounts in {currency} would be misread. Plan a new test."
    )


def shift(factor: Decimal) -> str:
    """How far a block is from today, as in +30%."""
    return f"{'−' if factor < 1 else '+'}{percent(abs(factor - 1), 0)}"


def whole_percent(share: Decimal) -> str:
    """A share as its form takes it: 0.3 as 30."""
    return f"{(share * 100).normalize():f}"
