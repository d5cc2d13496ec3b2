"""What a budget's change does where the budget is not what is really spent, in sentences."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal

from app.advice import values
from app.advice.reached import Effect, Reached, reached
from app.extensions import db
from app.insights.words import Manner
from app.metrics.sources import sources
from app.models import Change, ChangeSet
from app.web import access
from app.web.formats import money_exact, percent

_MOVES_NOTHING = (
    "What is to be cut is not spent: these budgets were not reached on any of the last days, so "
    "lowering them frees nothing, while the raised ones may spend more. Together more may be "
    "spent, not the same. Set the budgets to be cut below what they spend, or discard this."
)
_DOES_NOTHING = (
    "Nothing is expected to change: the budgets to be cut were not reached on any of the last "
    "days, and those to be raised were not used up on any. Set the budgets to be cut below what "
    "they spend, or discard this."
)
_SAVES_NOTHING = (
    "Nothing is expected to be saved: these budgets were not reached on any of the last days, so "
    "less is not spent with lower ones. Set them below what they spend, or discard this."
)


def of(sets: Sequence[ChangeSet]) -> dict[int, Reached]:
    """By change id, of those that are still to be reviewed."""
    changes = [change for each in sets if each.state == "prepared" for change in each.changes]
    if not changes:
        return {}
    session, workspace = db.session(), access.workspace()
    known = sources(session, workspace.id)
    today: dt.date = known.unfinished_day(workspace.time_zone, access.now())
    return reached(session, known, changes, today)


def note(change: Change, known: Mapping[int, Reached]) -> str:
    """What was spent of the budget, and what that means; empty where it is not known."""
    found = known.get(change.id)
    before, wanted = values.amount(change.before), values.amount(change.wanted)
    if found is None or before is None or wanted is None:
        return ""
    days = Manner(change.currency).days(found.first, found.last)
    spent = f"Spent {_money(change, found.mean)} a day on average ({found.days} days, {days})"
    return f"{spent}{_meaning(change, found, before, wanted)}"


def warning(found: ChangeSet, known: Mapping[int, Reached]) -> str:
    """Said above all where none of what is to be cut would be cut; else empty."""
    moved = [each for each in found.changes if each.kind == values.BUDGET]
    cut = [each for each in moved if values.lowers(each)]
    raised = [each for each in moved if each not in cut and values.is_a_change(each)]
    if len(moved) < len(found.changes) or not _does_nothing(cut, known):
        return ""
    if not raised:
        return _SAVES_NOTHING
    return _DOES_NOTHING if _does_nothing(raised, known) else _MOVES_NOTHING


def _does_nothing(changes: Sequence[Change], known: Mapping[int, Reached]) -> bool:
    """Whether it is known of each; not of none."""
    effects = {known[each.id].effect if each.id in known else None for each in changes}
    return effects == {Effect.NOTHING}


def _meaning(change: Change, found: Reached, before: Decimal, wanted: Decimal) -> str:
    highest = _money(change, found.highest)
    match found.effect, found.lowers:
        case Effect.NOTHING, True:
            return (
                f", {highest} at most: {_money(change, wanted)} was exceeded on none of these "
                "days, so this is not expected to change what it spends. To spend less, set it "
                "below what it spends."
            )
        case Effect.NOTHING, False:
            return (
                f", {highest} at most: its budget was used up on none of these days, so a higher "
                "one is not expected to change what it spends."
            )
        case Effect.LESS, True:
            return (
                f", less than its budget: with {_money(change, wanted)} about "
                f"{_money(change, found.cut)} a day less would have been spent, not "
                f"{_money(change, before - wanted)}."
            )
        case Effect.LESS, False:
            return (
                f": its budget was used up on {found.used_up} of {found.days} days, and only on "
                "such days can a higher one spend more."
            )
        case Effect.MORE, _:
            return (
                f", more than its budget is now: perhaps it was lowered since. "
                f"{_money(change, wanted)} is {percent(1 - wanted / found.mean)} less than what "
                "it spent."
            )
    return "."


def _money(change: Change, amount: Decimal) -> str:
    return money_exact(amount, change.currency)
