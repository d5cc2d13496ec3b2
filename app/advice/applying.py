"""Applying a confirmed set: every change is written down before it is asked for, one by one.

A change goes prepared, applying, applied. When a process is killed or a platform does not answer
in between, the platform is asked what stands there before anything is asked for again. After
every write the value is read back; only what was seen counts as applied.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.orm import Session, sessionmaker

from app.advice import change_requests, values
from app.advice.action_log import enter, follow
from app.advice.change_sets import UNFINISHED, locked
from app.advice.changers import Changers, Clock, account_of
from app.advice.ending import mark_reverted, only_look, read_again, told
from app.advice.planned import too_late
from app.connectors.changing import PAUSED, Changer, Current, Target
from app.connectors.errors import ConnectorError, Temporary
from app.connectors.launching import Unknown
from app.connectors.words import FoundAccount
from app.errors import AppError, Conflict
from app.models import AdGroup, Campaign, Change, ChangeSet
from app.models.locks import Lock
from app.sync.lock import only_one
from app.sync.plan import found

_WAIT_FOR_THE_OTHER = dt.timedelta(seconds=15)
# What has just been changed may not be shown at once.
_LOOK_AGAIN_SECONDS = (0.0, 2.0, 5.0)
_log = logging.getLogger(__name__)

_MEANWHILE = (
    "It is no longer what was reviewed: somebody changed it at the platform in the meantime, so "
    "nothing was sent. Prepare the change again."
)
_NOT_DONE = (
    "The platform did not answer as it should, and it still is what it was: nothing was changed. "
    "Prepare the change again later."
)
_UNSEEN = (
    "The change was sent, but the platform does not show it: what it shows is below. Press Look "
    "again in a while, or look in {}."
)
_UNKNOWN = (
    "The change was sent and no answer came, and the platform could not be asked what stands "
    "there now. Press Look again in a while, or look in {}."
)
_NOT_SENT = "Not sent, because a change before it did not go through."


class _Unclear(Exception):
    """Nobody can tell whether the change was made. `shown` is what the platform shows."""

    def __init__(self, message: str, shown: values.Value | None) -> None:
        super().__init__(message)
        self.message, self.shown = message, shown


@dataclass(frozen=True, slots=True)
class _Task:
    """One change with what carries it out."""

    change: Change
    changer: Changer
    account: FoundAccount
    target: Target

    def shows(self, current: Current) -> values.Value:
        return values.seen(self.change.kind, current)

    def is_done(self, shown: values.Value) -> bool:
        return values.same(self.change.kind, shown, self.change.wanted)

    def is_untouched(self, shown: values.Value) -> bool:
        return values.same(self.change.kind, shown, self.change.before)


def apply(
    sessions: sessionmaker[Session],
    changers: Changers,
    set_id: int,
    *,
    clock: Clock,
    stopping: threading.Event,
) -> None:
    """Do a queued set, or go on with one that a killed process left."""
    with _alone(sessions, set_id, clock) as ours:
        if not ours or not _claim(sessions, set_id, clock()):
            return
        for change_id in _left(sessions, set_id):
            if stopping.is_set():
                with sessions.begin() as session:
                    change_requests.postpone(session, set_id)
                return
            if not _settle(sessions, changers, change_id, clock):
                break
        _end(sessions, set_id, clock())


@contextmanager
def _alone(sessions: sessionmaker[Session], set_id: int, clock: Clock) -> Iterator[bool]:
    """Whether no other process changes anything of this workspace; else the job is put off."""
    with sessions() as session:
        own = session.get(ChangeSet, set_id)
        engine = session.connection().engine
    if own is None:
        yield False
        return
    with only_one(engine, own.workspace_id, Lock.CHANGE) as ours:
        if not ours:
            with sessions.begin() as session:
                change_requests.put_off(session, own, at=clock() + _WAIT_FOR_THE_OTHER)
        yield ours


def _claim(sessions: sessionmaker[Session], set_id: int, now: dt.datetime) -> bool:
    with sessions.begin() as session:
        own = locked(session, set_id)
        if own.state not in UNFINISHED:
            return False
        own.state, own.error = "applying", too_late(session, own, now)
        if own.error:
            only_look(own, now)
        return True


def _left(sessions: sessionmaker[Session], set_id: int) -> list[int]:
    """The changes still to be settled, in their order."""
    with sessions() as session:
        own = locked(session, set_id)
        open_ends = ("prepared", "applying", "unclear")
        return [each.id for each in own.changes if each.state in open_ends]


def _settle(
    sessions: sessionmaker[Session], changers: Changers, change_id: int, clock: Clock
) -> bool:
    """Carry out one change and write down what became of it; whether to go on with the next."""
    with sessions() as session:
        change = session.get_one(Change, change_id)
    try:
        task = _task(sessions, changers, change)
        shown = _carry_out(sessions, task, clock)
    except _Unclear as unclear:
        return _write(sessions, change_id, "unclear", unclear.shown, unclear.message, clock())
    except _Refuted as error:
        return _write(sessions, change_id, "failed", None, error.message, clock())
    except AppError as error:
        _log.info("change %d stopped: %s", change_id, error.message)
        # What was asked for by an earlier try may have been done, so only looking tells.
        state = "failed" if change.state == "prepared" else "unclear"
        return _write(sessions, change_id, state, None, error.message, clock())
    return _write(sessions, change_id, "applied", shown, "", clock())


def _task(sessions: sessionmaker[Session], changers: Changers, change: Change) -> _Task:
    with sessions() as session:
        campaign = session.get(Campaign, change.campaign_id) if change.campaign_id else None
        group = session.get(AdGroup, change.ad_group_id) if change.ad_group_id else None
        if campaign is None:
            raise Conflict("It is no longer known here, so nothing was sent.")
        account, _ = account_of(session, change.workspace_id, campaign.account_id)
    if account.currency != change.currency:
        raise Conflict(
            f"The change was prepared in {change.currency}, and the account counts in "
            f"{account.currency} now, so nothing was sent. Prepare it again."
        )
    return _Task(change, changers.of(account), found(account), values.target(campaign, group))


def _carry_out(sessions: sessionmaker[Session], task: _Task, clock: Clock) -> values.Value:
    """What the platform shows once the change is made.

    Raises _Unclear, and AppError when nothing was changed.
    """
    current = task.changer.read_current(task.account, task.target)
    shown = task.shows(current)
    begun_before = task.change.state != "prepared"
    if begun_before and task.is_done(shown):
        return shown
    if not task.is_untouched(shown):
        if begun_before:
            raise _Unclear(_UNSEEN.format(task.changer.manager), shown)
        raise Conflict(_MEANWHILE)
    if task.change.state == "unclear":
        # Somebody only wants to know; what was not done then is not done behind their back now.
        raise _Refuted(_NOT_DONE)
    _begin(sessions, task.change.id, clock())
    try:
        _ask(task, current)
    except (Unknown, Temporary):
        return _looked_up(task, sent=False)
    except ConnectorError as error:
        raise _Refuted(error.message) from error
    return _looked_up(task, sent=True)


class _Refuted(Conflict):
    """The platform itself says, or shows, that nothing was changed."""


def _ask(task: _Task, current: Current) -> None:
    changer, account, target = task.changer, task.account, task.target
    amount = values.amount(task.change.wanted)
    if task.change.kind == values.BUDGET and amount is not None:
        changer.set_daily_budget(account, target, current, amount)
    elif task.change.wanted["switch"] == PAUSED:
        changer.pause(account, target)
    else:
        changer.activate(account, target)


def _looked_up(task: _Task, *, sent: bool) -> values.Value:
    """Look until the platform shows the change. `sent`: it said yes, so it must have been made."""
    shown: values.Value | None = None
    for seconds in _LOOK_AGAIN_SECONDS:
        if seconds:
            task.changer.connector.http.wait(seconds)
        try:
            shown = task.shows(task.changer.read_current(task.account, task.target))
        except ConnectorError:
            continue
        if task.is_done(shown):
            return shown
    if shown is None:
        raise _Unclear(_UNKNOWN.format(task.changer.manager), None)
    if not sent and task.is_untouched(shown):
        raise _Refuted(_NOT_DONE)
    raise _Unclear(_UNSEEN.format(task.changer.manager), shown)


def _begin(sessions: sessionmaker[Session], change_id: int, now: dt.datetime) -> None:
    with sessions.begin() as session:
        change = session.get_one(Change, change_id)
        change.state, change.begun_at = "applying", now


def _write(
    sessions: sessionmaker[Session],
    change_id: int,
    state: str,
    shown: values.Value | None,
    error: str,
    now: dt.datetime,
) -> bool:
    with sessions.begin() as session:
        change = session.get_one(Change, change_id)
        change.state, change.after, change.error, change.ended_at = state, shown, error, now
        if state == "applied":
            enter(session, change, now)
    return state == "applied"


def _end(sessions: sessionmaker[Session], set_id: int, now: dt.datetime) -> None:
    with sessions.begin() as session:
        own = locked(session, set_id)
        for each in own.changes:
            if each.state == "prepared":
                each.state, each.error = "failed", _NOT_SENT
        states = {each.state for each in own.changes}
        own.state = next((one for one in ("unclear", "failed") if one in states), "applied")
        own.error, own.ended_at = told(own), now
        if own.state == "applied" and own.reverts_id is not None:
            mark_reverted(session, own)
        follow(session, own, now)
        read_again(session, own, now)
