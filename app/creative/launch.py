"""Launching a draft: every step is written down before it is asked for, and never done twice.

A step goes begun, then made. When a process is killed or a platform does not answer in between,
the step is looked up at the platform by its mark before it is asked for again. Everything is
created paused; at the end all of it is read back.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session, sessionmaker

from app.connectors.errors import ConnectorError, Temporary
from app.connectors.http import Http
from app.connectors.launching import Launcher, Order, Refused, Step, Unknown
from app.creative import drafts
from app.creative.launch_requests import (
    CLEAN_TASK,
    TASK,
    UNFINISHED,
    fail,
    locked,
    put_off,
    queue,
)
from app.creative.platforms import launcher_of
from app.creative.reviewing import problem_of
from app.models import Account, CampaignDraft, LaunchStep, PlatformConnection
from app.models.locks import Lock
from app.settings import Settings
from app.sync.lock import only_one
from app.sync.plan import found
from app.sync.requests import request_sync
from app.sync.window import Reach

_WAIT_FOR_THE_OTHER = dt.timedelta(seconds=15)
# What a platform has just made may not be listed at once.
_LOOK_AGAIN_SECONDS = (0.0, 2.0, 5.0)
_log = logging.getLogger(__name__)

Clock = Callable[[], dt.datetime]


def launch(
    sessions: sessionmaker[Session],
    http: Http,
    settings: Settings,
    draft_id: int,
    *,
    clock: Clock,
    stopping: threading.Event,
) -> None:
    """Do a queued launch, or go on with one that a killed process left."""
    with _alone(sessions, draft_id, TASK, clock) as ours:
        work = _claim(sessions, http, settings, draft_id, TASK, clock) if ours else None
        if work is None:
            return
        try:
            _create_all(work, stopping)
        except ConnectorError as error:
            _log.info("launch of draft %d stopped: %s", draft_id, error.message)
            _stop(work, error)


def clean(
    sessions: sessionmaker[Session],
    http: Http,
    settings: Settings,
    draft_id: int,
    *,
    clock: Clock,
) -> None:
    """Delete what a launch left behind, looking up what it may have made, too."""
    with _alone(sessions, draft_id, CLEAN_TASK, clock) as ours:
        work = _claim(sessions, http, settings, draft_id, CLEAN_TASK, clock) if ours else None
        if work is None:
            return
        try:
            _look_up_begun(work)
            gone = set(work.launcher.remove(work.account, work.made))
        except ConnectorError as error:
            _stop(work, error)
            return
        _forget(work, gone)


def _forget(work: _Work, gone: set[str]) -> None:
    """What was deleted is no longer listed; when nothing is left, the draft is open again."""
    with work.sessions.begin() as session:
        draft = locked(session, work.draft_id)
        for ad in draft.ads:
            if f"ad-{ad.position}" in gone:
                ad.ad_external_id = ""
        for row in draft.steps:
            row.made = {key: each for key, each in row.made.items() if key not in gone}
            if not row.made:
                session.delete(row)
        left = sorted(key for row in draft.steps for key in row.made)
        draft.state = "partial" if left else "draft"
        if not left:
            # Platforms go on listing what was deleted, by the old mark.
            draft.mark, draft.manager_url = drafts.new_mark(), ""
        draft.error = (
            f"These could not be deleted: {', '.join(left)}. They are paused; delete them in "
            f"{work.launcher.manager}."
            if left
            else ""
        )


@contextmanager
def _alone(
    sessions: sessionmaker[Session], draft_id: int, task: str, clock: Clock
) -> Iterator[bool]:
    """Whether no other process is at this draft; when one is, the job is put off.

    A worker whose heart-beats were late is still at it when its job is given to another one.
    """
    with sessions() as session:
        engine = session.connection().engine
    with only_one(engine, draft_id, Lock.LAUNCH) as ours:
        if not ours:
            with sessions.begin() as session:
                put_off(session, draft_id, task, at=clock() + _WAIT_FOR_THE_OTHER)
        yield ours


class _Work:
    """One launch under way, with the ids made so far."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        launcher: Launcher,
        account: Account,
        order: Order,
        draft: CampaignDraft,
        clock: Clock,
    ) -> None:
        self.sessions = sessions
        self.launcher = launcher
        self.account = found(account)
        self.order = order
        self.steps = drafts.steps_sent(draft)
        self.draft_id = draft.id
        self.workspace_id = draft.workspace_id
        self.currency = drafts.currency_sent(draft) or account.currency
        self.clock = clock
        self.states = {row.key: row.state for row in draft.steps}
        self.made: dict[str, str] = {}
        for row in draft.steps:
            self.made |= row.made


def _claim(
    sessions: sessionmaker[Session],
    http: Http,
    settings: Settings,
    draft_id: int,
    task: str,
    clock: Clock,
) -> _Work | None:
    """Take the draft, when it is this task that it was queued for."""
    with sessions.begin() as session:
        draft = session.get(CampaignDraft, draft_id, with_for_update=True)
        if draft is None or draft.state not in UNFINISHED or draft.task != task:
            return None
        account = drafts.account_of(session, draft)
        if account is None:
            fail(session, draft_id, _NO_ACCOUNT)
            return None
        draft.state, draft.error, draft.error_field = "launching", "", ""
        order = drafts.order_of(draft)
        session.flush()
        session.refresh(draft, ["steps"])
    try:
        launcher = launcher_of(sessions, http, settings, account, clock)
    except ConnectorError as error:
        with sessions.begin() as session:
            fail(session, draft_id, error.message)
        return None
    return _Work(sessions, launcher, account, order, draft, clock)


_NO_ACCOUNT = (
    "The account of this draft is not connected or not selected any more, so nothing more was "
    "sent. Open Connections and connect it again."
)


def _create_all(work: _Work, stopping: threading.Event) -> None:
    launcher, account, order = work.launcher, work.account, work.order
    if work.currency != account.currency:
        raise Refused(
            f"The budget was set in {work.currency}, and the account counts in {account.currency} "
            "now, so nothing more was created. Clean up what is listed, if anything is, and set "
            "the budget anew.",
            field="daily_budget",
        )
    if lacks := launcher.missing_permission(account):
        raise Refused(lacks)
    if not work.states:
        _try_dry(work)
    for position, step in enumerate(work.steps, 1):
        if work.states.get(step.key) == "made":
            continue
        if stopping.is_set():
            with work.sessions.begin() as session:
                queue(session, locked(session, work.draft_id), TASK)
            return
        _do(work, step, position)
    not_paused = launcher.verify(account, order, work.made)
    if not_paused:
        raise Refused(" ".join(not_paused))
    _finish(work)


def _try_dry(work: _Work) -> None:
    trial = work.launcher.dry_run(work.account, work.order)
    if trial.problems:
        problems = [problem_of(each) for each in trial.problems]
        raise Refused(" ".join(each.message for each in problems), field=problems[0].field)


def _do(work: _Work, step: Step, position: int) -> None:
    """One step: looked up when it was begun before, else asked for once.

    What the platform answered no to made nothing. Only an earlier try without an answer may have,
    and stays begun.
    """
    begun_before = work.states.get(step.key) == "begun"
    if begun_before:
        ids = _look_up(work, step)
        if ids:
            _write_made(work, step, ids)
            return
    else:
        _write_begun(work, step, position)
    try:
        ids = dict(work.launcher.create(work.account, work.order, step, work.made))
    except (Unknown, Temporary):
        ids = _look_up(work, step)
        if not ids:
            raise
    except ConnectorError:
        if not begun_before:
            _forget_begun(work, step)
        raise
    _write_made(work, step, ids)


def _look_up(work: _Work, step: Step) -> dict[str, str]:
    for seconds in _LOOK_AGAIN_SECONDS:
        if seconds:
            work.launcher.connector.http.wait(seconds)
        ids = dict(work.launcher.find(work.account, work.order, step, work.made))
        if ids:
            return ids
    return {}


def _look_up_begun(work: _Work) -> None:
    for step in work.steps:
        if work.states.get(step.key) == "begun" and (ids := _look_up(work, step)):
            _write_made(work, step, ids)


def _write_begun(work: _Work, step: Step, position: int) -> None:
    with work.sessions.begin() as session:
        session.add(
            LaunchStep(
                draft_id=work.draft_id,
                key=step.key,
                workspace_id=work.workspace_id,
                position=position,
                begun_at=work.clock(),
            )
        )
    work.states[step.key] = "begun"


def _write_made(work: _Work, step: Step, ids: dict[str, str]) -> None:
    with work.sessions.begin() as session:
        row = session.get_one(LaunchStep, (work.draft_id, step.key))
        row.state, row.made, row.ended_at = "made", ids, work.clock()
        draft = locked(session, work.draft_id)
        for ad in draft.ads:
            if external_id := ids.get(f"ad-{ad.position}"):
                ad.ad_external_id = external_id
    work.states[step.key] = "made"
    work.made |= ids


def _forget_begun(work: _Work, step: Step) -> None:
    """The platform said no: nothing was made, and nothing has to be looked up."""
    with work.sessions.begin() as session:
        session.delete(session.get_one(LaunchStep, (work.draft_id, step.key)))
    del work.states[step.key]


def _finish(work: _Work) -> None:
    with work.sessions.begin() as session:
        draft = locked(session, work.draft_id)
        draft.state, draft.launched_at = "launched", work.clock()
        draft.manager_url = work.launcher.manager_url(work.account, work.made)
        account = session.get(Account, draft.account_id)
        if account is not None:
            connection = session.get_one(PlatformConnection, account.connection_id)
            request_sync(session, connection, trigger="manual", now=work.clock(), reach=Reach.WEEK)


def _stop(work: _Work, error: ConnectorError) -> None:
    """Say what happened; what exists stays as it is, paused, and is listed."""
    with work.sessions.begin() as session:
        draft = locked(session, work.draft_id)
        draft.state = "partial" if draft.steps else "failed"
        draft.error = _sentence(work, error, draft)
        draft.error_field = error.field if isinstance(error, Refused) else ""
        if work.made:
            draft.manager_url = work.launcher.manager_url(work.account, work.made)


def _sentence(work: _Work, error: ConnectorError, draft: CampaignDraft) -> str:
    """What the connectors say of a passing trouble is about figures, and they ask again alone."""
    if not isinstance(error, (Temporary, Unknown)):
        return error.message
    label = work.launcher.connector.label
    if not draft.steps:
        return f"{label} did not answer as it should. Nothing was created; launch again later."
    return (
        f"{label} did not answer as it should, so the launch stopped. What exists there is paused "
        "and listed below. Press Continue to go on: everything is looked up before it is created, "
        "so nothing comes twice."
    )
