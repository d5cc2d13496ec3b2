"""Editing, confirming, discarding and reverting prepared changes: everything around the job."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal

from sqlalchemy.orm import Session

from app.advice import values
from app.advice.change_sets import UNFINISHED, is_revertible, locked
from app.advice.changers import Changers, account_of
from app.advice.planned import too_late
from app.advice.preparing import Reading, Reason, change_of, read_one, store
from app.advice.spreading import exceeds
from app.errors import Conflict, Invalid
from app.models import AdGroup, Campaign, Change, ChangeSet
from app.sync.plan import found as account_found
from app.sync.queue import defer

TASK = "apply_change"
"""The job's name; its argument is `set_id`."""
_PRIORITY = 4
# A budget ten times as large is a slip of the finger far more often than a wish.
_SLIP = 10
_EDITED = "It was edited after you looked at it, so nothing was stored or sent. Review it again."
_EXPIRED = (
    "This was prepared more than a day ago, so nothing was changed. Prepare it again, for budgets "
    "may be others by now."
)


def edit(
    session: Session,
    changers: Changers,
    found: ChangeSet,
    amounts: Mapping[int, Decimal],
    seen: int | None,
) -> int:
    """Give budgets of a prepared set other amounts, by change id; the new revision.

    What is set to what it is now is left out when the set is confirmed. The caller commits.
    Raises Invalid and Conflict.
    """
    own = locked(session, found.id)
    _is_open(own)
    if seen is not None and seen != own.revision:
        raise Conflict(_EDITED)
    by_id = {each.id: each for each in own.changes if each.kind == values.BUDGET}
    for change_id, amount in amounts.items():
        if change_id not in by_id:
            raise Invalid("changes: There is no such budget among them.")
        by_id[change_id].wanted = values.budget(amount)
    for change in by_id.values():
        check(session, changers, own, change)
    own.revision += 1
    return own.revision


def confirm(
    session: Session,
    changers: Changers,
    found: ChangeSet,
    user_id: int,
    seen: int | None,
    *,
    now: dt.datetime,
) -> None:
    """Queue exactly what was reviewed. The caller commits, also when Conflict is raised.

    `seen` is the revision of the review, None for a script that trusts itself. Every value is
    read again first. Asking again once it is confirmed changes nothing. Raises Conflict when
    anything is another than what was reviewed, Invalid when nothing would change.
    """
    if found.state != "prepared":
        return
    if now >= found.expires_at:
        raise Conflict(_EXPIRED)
    if late := too_late(session, found, now):
        raise Conflict(late)
    fresh = {each.id: _fresh(session, changers, each) for each in found.changes}
    own = locked(session, found.id)
    if own.state != "prepared":
        return
    if seen is not None and seen != own.revision:
        raise Conflict(_EDITED)
    _compare(own, fresh, now)
    real = [each for each in own.changes if values.is_a_change(each)]
    if not real:
        raise Invalid("Nothing would be changed: every value is what it is now.")
    for change in real:
        check(session, changers, own, change)
    own.changes[:] = real
    own.confirmed_by, own.confirmed_at = user_id, now
    queue(session, own)


def differ(found: ChangeSet, amounts: Mapping[int, Decimal]) -> bool:
    """Whether budgets by change id are others than the set's; one that is gone changed nothing."""
    wanted = {each.id: each.wanted for each in found.changes}
    return any(
        at in wanted and not values.same(values.BUDGET, wanted[at], values.budget(amount))
        for at, amount in amounts.items()
    )


def look_again(session: Session, found: ChangeSet) -> None:
    """Queue the job for what nobody knows the outcome of. The caller commits."""
    own = locked(session, found.id)
    if own.state == "unclear":
        queue(session, own)


def discard(session: Session, found: ChangeSet) -> None:
    """Forget what was prepared and not confirmed. The caller commits; raises Conflict."""
    own = locked(session, found.id)
    if own.state != "prepared":
        raise Conflict(
            "It was confirmed already, perhaps in another window, so it was not discarded and "
            "stays in the log. Below is what became of it; what was applied can be set back."
        )
    session.delete(own)


def revert(
    session: Session, changers: Changers, found: ChangeSet, user_id: int, *, now: dt.datetime
) -> ChangeSet:
    """The opposite of what was applied, for review. The caller commits; raises Conflict."""
    if not is_revertible(found):
        raise Conflict("Nothing of it is applied, so there is nothing to set back.")
    changes: list[Change] = []
    for each in found.changes:
        if each.state == "applied":
            change = change_of(_read(session, changers, each), each.kind, each.role, now)
            change.wanted = dict(each.before)
            changes.append(change)
    if not any(values.is_a_change(each) for each in changes):
        raise Conflict("All of it is as it was before already, so there is nothing to set back.")
    reason = Reason(
        "revert",
        f"Set back: {found.title}"[:500],
        "Sets back to what it was before.",
        found.rule,
        finding_id=found.finding_id,
        reverts_id=found.id,
    )
    return store(session, found.workspace_id, user_id, changes, reason, now=now)


def check(session: Session, changers: Changers, own: ChangeSet, change: Change) -> None:
    """Raises Invalid when a change may not be made, with its name and what to do."""
    if change.kind != values.BUDGET or not values.is_a_change(change):
        return
    before, wanted = values.amount(change.before), values.amount(change.wanted)
    if before is None or wanted is None:
        raise Invalid(f"{change.name} has no daily budget any more. Prepare the change again.")
    problem = _impossible(session, changers, change, wanted)
    if problem:
        raise Invalid(f"{change.name}: {problem}")
    if own.cap is not None and exceeds(before, wanted, own.cap):
        raise Invalid(
            f"{change.name}: A recommendation changes a budget by at most {own.cap:.0%} at once, "
            "lest it upset what the platform has learnt. Choose an amount nearer to what it is."
        )
    if own.origin == "hand" and wanted > before * _SLIP:
        raise Invalid(
            f"{change.name}: That is more than {_SLIP} times what it is now. Raise it in steps."
        )


def queue(session: Session, own: ChangeSet) -> None:
    """Queue a locked set. The caller commits."""
    own.state = "queued"
    session.flush()
    put_off(session, own)


def put_off(session: Session, own: ChangeSet, *, at: dt.datetime | None = None) -> None:
    """Queue the job of a set as it is. A workspace's sets are applied one after another."""
    lock = f"change-{own.workspace_id}"
    defer(session, TASK, {"set_id": own.id}, lock=lock, at=at, priority=_PRIORITY)


def postpone(session: Session, set_id: int) -> None:
    """Put an unfinished set back into the queue, for another process. The caller commits."""
    own = locked(session, set_id)
    if own.state in UNFINISHED:
        queue(session, own)


def fail(session: Session, set_id: int, sentence: str, *, now: dt.datetime) -> None:
    """End an unfinished set with why. The caller commits."""
    own = locked(session, set_id)
    if own.state not in UNFINISHED:
        return
    open_ends = [each for each in own.changes if each.state in ("applying", "unclear")]
    for each in own.changes:
        if each.state == "applying":
            each.state, each.error = "unclear", sentence
        elif each.state == "prepared":
            each.state, each.error = "failed", "Not sent, because it stopped before."
    own.state, own.error, own.ended_at = "unclear" if open_ends else "failed", sentence, now


def _is_open(own: ChangeSet) -> None:
    if own.state != "prepared":
        raise Conflict("It was confirmed already, so it cannot be edited any more.")


def _read(session: Session, changers: Changers, change: Change) -> Reading:
    campaign = session.get(Campaign, change.campaign_id) if change.campaign_id else None
    group = session.get(AdGroup, change.ad_group_id) if change.ad_group_id else None
    if campaign is None or campaign.workspace_id != change.workspace_id:
        raise Conflict(f"{change.name} is no longer known here. Prepare the change again.")
    return read_one(session, changers, campaign, group)


def _fresh(session: Session, changers: Changers, change: Change) -> values.Value:
    return values.seen(change.kind, _read(session, changers, change).current)


def _compare(own: ChangeSet, fresh: Mapping[int, values.Value], now: dt.datetime) -> None:
    """Raises Conflict when a value is another than was reviewed; the new ones are kept."""
    differing: Sequence[Change] = [
        each for each in own.changes if not values.same(each.kind, each.before, fresh[each.id])
    ]
    for each in own.changes:
        each.read_at = now
    if not differing:
        return
    for each in differing:
        each.before = fresh[each.id]
    own.revision += 1
    names = ", ".join(each.name for each in differing)
    raise Conflict(
        f"{names}: somebody changed this at the platform in the meantime, so nothing was sent. "
        "Below is what it is now; review it again."
    )


def _impossible(session: Session, changers: Changers, change: Change, wanted: Decimal) -> str:
    campaign = session.get(Campaign, change.campaign_id) if change.campaign_id else None
    if campaign is None:
        return "It is no longer known here."
    account, _ = account_of(session, change.workspace_id, campaign.account_id)
    return changers.of(account).budget_problem(account_found(account), wanted)
