"""What a planned test is, costs and says so far, in sentences."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from app.advice.drawing import LEVEL_DAYS, Candidate, Drawn
from app.advice.evaluations import Evaluated
from app.insights.plain_words import say_kept
from app.insights.words import Manner
from app.metrics.sources import Sources
from app.models import PlannedTest
from app.web.formats import day, likelihood, money, percent

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


_WELL_FOLLOWED = 0.75
_UNREADABLE = (
    "What was read of it was kept by an older version and cannot be read any more. The nightly "
    "look reads it anew as far as its figures are still there."
)
_TOO_EARLY = "It is not over, and stopping where it looks best would fool you."


def chance(test: PlannedTest) -> str:
    """How often such tests lead anywhere."""
    said = (
        f"Of tests like it, over about {test.weeks} weeks at ±{percent(test.swing, 0)}, about "
        f"{percent(test.chance, 0)} led to an answer in accounts of this size "
        f"({SIZES[test.size]})."
    )
    if test.size == "small":
        said += (
            " In a small account 24 weeks at ±30% are needed for a 41% chance; a shorter or "
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


def progress(test: PlannedTest, read: Evaluated | None) -> str:
    """How far it is, and how well it was followed."""
    if read is None and test.evaluation is not None:
        return _UNREADABLE
    if read is None or not read.over:
        return _not_yet(test)
    over = f"{read.over} of {read.of_weeks} weeks are over"
    complete = read.weeks if read.weeks < read.over else "all"
    told = [each for row in read.as_drawn.values() for each in row]
    said = (
        f"{over}, {complete} of them nearly complete. {sum(told)} of {len(told)} weeks of a "
        f"platform were spent as drawn ({percent(Decimal(read.followed), 0)}); the others count "
        "as ordinary weeks."
    )
    if read.followed < _WELL_FOLLOWED:
        said += " A test that is not followed tells little: see whether its budgets are set."
    return said


def _not_yet(test: PlannedTest) -> str:
    if test.stopped_on is not None and test.stopped_on < test.first + dt.timedelta(weeks=1):
        return "It was stopped before a whole week was over, so it tells nothing."
    if test.stopped_because == "currency":
        return "Nothing had been read of it when the currency was changed, so it tells nothing."
    return (
        "Nothing can be read of it yet: its first week has to be over and read. It is looked at "
        "every night."
    )


def title(read: Evaluated) -> str:
    """The result in a sentence, once nothing more will be learnt."""
    if read.found is None or not read.complete:
        return ""
    return say_kept(read.found, Manner(read.found.currency)).title


def verdict(read: Evaluated, currency: str) -> str:
    """What the figures say with the test so far; empty before a week is nearly complete."""
    if read.found is None:
        return ""
    if read.complete:
        return say_kept(read.found, Manner(currency)).how_sure
    found = read.found
    by_role = {each.role: each.name for each in found.entities if each.role}
    if not by_role:
        return f"So far no difference in what the next unit of money returns is seen. {_TOO_EARLY}"
    return (
        f"So far it speaks for {by_role['to']} over {by_role['from']}, with a chance of "
        f"{likelihood(found.certainty or 0)}. {_TOO_EARLY}"
    )


def block_followed(test: PlannedTest, read: Evaluated | None, number: int) -> dict[str, str]:
    """By platform what spend shows of a block: as drawn, partly or not; empty before a week."""
    if read is None:
        return {}
    weeks = slice(number * test.block_weeks, (number + 1) * test.block_weeks)
    seen = {name: list(row)[weeks] for name, row in read.as_drawn.items()}
    return {
        name: (
            "spent as drawn"
            if all(row)
            else "partly spent as drawn"
            if any(row)
            else "not spent as drawn"
        )
        for name, row in seen.items()
        if row
    }


def in_other_currencies(test: PlannedTest, known: Sources) -> str:
    """What to mind where accounts are not in the test's currency; empty where they are."""
    mine = {each.currency for each in known.counted if each.platform in test.platforms}
    others = sorted(mine - {test.currency})
    if not others:
        return ""
    return (
        f"Budgets here are in {test.currency}. Accounts in {' and '.join(others)} are set in their "
        "own currency: convert at the rate of the day, or apply the block from here, which changes "
        "each budget by its share."
    )


def spent(candidate: Candidate, currency: str) -> str:
    """What a platform spends, and of which days that is the mean."""
    days = (
        f"the last {candidate.days} days"
        if candidate.days == LEVEL_DAYS
        else (f"{candidate.days} of the last {LEVEL_DAYS} days")
    )
    return f"{money(candidate.daily, currency)} a day, mean of {days}"


def shift(factor: Decimal) -> str:
    """How far a block is from before the test, as in +30%."""
    if factor == 1:
        return "unchanged"
    return f"{'−' if factor < 1 else '+'}{percent(abs(factor - 1), 0)}"


def whole_percent(share: Decimal) -> str:
    """A share as its form takes it: 0.3 as 30."""
    return f"{(share * 100).normalize():f}"
