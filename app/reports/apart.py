"""Figures and findings computed in a process of their own, whose memory ends with it.

A thread that computes for seconds makes each page of its process wait for its turn, again and
again. Started as `python -m app.reports.apart`: standard input is one task as JSON, standard output
what came of it.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import subprocess
import sys
import threading
from contextlib import redirect_stdout
from pathlib import Path

import msgspec
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

from app.advice import nightly, reviewing
from app.advice.answering import Answered, answer_for
from app.errors import AppError, Invalid
from app.metrics.period import Period
from app.metrics.sources import sources
from app.models import Workspace
from app.reports import looking, writing
from app.reports.document import Document
from app.reports.ordering import Wanted
from app.reports.writing import Computed
from app.settings import Settings

AT_ONCE = 2
# Far beyond what the largest account takes.
_SECONDS = 900.0
# As long as somebody looks at an empty page.
_PAGE_SECONDS = 120.0
# A page waits this long for those before it.
_PATIENCE = 10.0
# Where there are fewer cores than there is to do, what somebody waits for comes first.
_NICE = 5
_ROOT = Path(__file__).parents[2]
_places = threading.BoundedSemaphore(AT_ONCE)


class NotNow(AppError):
    """Nothing is computed now; nothing was changed."""

    code = "not_now"
    status = 503


class _Task(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    now: dt.datetime
    settings: Settings


class _Report(_Task, frozen=True):
    report_id: int


class _Look(_Task, frozen=True):
    workspace_id: int


class _Draft(_Task, frozen=True):
    workspace_id: int
    wanted: Wanted


class _Days(_Task, frozen=True):
    workspace_id: int
    days: Period


class _Answer(msgspec.Struct, frozen=True):
    """What the task asked for. `refused` is the sentence for people where there is none."""

    computed: Computed | None = None
    document: Document | None = None
    answered: Answered | None = None
    refused: str = ""


def compute_report(settings: Settings, report_id: int, now: dt.datetime) -> Computed:
    """A report that is being written, as `app.reports.writing.compute`. Raises Invalid."""
    answer = _ask(_Report(now=now, settings=settings, report_id=report_id))
    if answer.computed is None:
        raise Invalid(answer.refused)
    return answer.computed


def look(settings: Settings, workspace_id: int, now: dt.datetime) -> None:
    """Look for a workspace's findings, keep them, and review those due. Raises Invalid."""
    answer = _ask(_Look(now=now, settings=settings, workspace_id=workspace_id))
    if answer.refused:
        raise Invalid(answer.refused)


def draft(settings: Settings, workspace_id: int, wanted: Wanted, now: dt.datetime) -> Document:
    """For a page, as `app.reports.writing.draft`. Raises Invalid and NotNow."""
    answer = _ask_for_page(
        _Draft(now=now, settings=settings, workspace_id=workspace_id, wanted=wanted)
    )
    if answer.document is None:
        raise Invalid(answer.refused)
    return answer.document


def find(settings: Settings, workspace_id: int, days: Period, now: dt.datetime) -> Answered:
    """For a page, as `app.advice.answering.answer_for`. Raises Invalid and NotNow."""
    answer = _ask_for_page(_Days(now=now, settings=settings, workspace_id=workspace_id, days=days))
    if answer.answered is None:
        raise Invalid(answer.refused)
    return answer.answered


def _ask(task: _Task) -> _Answer:
    """Raises CalledProcessError or TimeoutExpired; the process has told the log why."""
    with _places:
        return _answered(task, _SECONDS)


def _ask_for_page(task: _Task) -> _Answer:
    """Raises NotNow, also where the process was killed, and CalledProcessError as `_ask`."""
    if not _places.acquire(timeout=_PATIENCE):
        raise NotNow("Several reports are being computed already. Try again in a minute.")
    try:
        return _answered(task, _PAGE_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise NotNow(
            f"This took longer than {_PAGE_SECONDS:.0f} seconds, so it was given up. Nothing was "
            "changed. Ask for fewer days, or try again when the server has less to do."
        ) from error
    except subprocess.CalledProcessError as error:
        if error.returncode >= 0:
            raise
        raise NotNow(
            "The process that computed this was ended before it was done, perhaps because the "
            "server is short of memory. Nothing was changed. Ask for fewer days, or try again in a "
            "minute."
        ) from error
    finally:
        _places.release()


def _answered(task: _Task, seconds: float) -> _Answer:
    return msgspec.json.decode(_elsewhere(msgspec.json.encode(task), seconds), type=_Answer)


def _elsewhere(sent: bytes, seconds: float) -> bytes:
    done = subprocess.run(
        [sys.executable, "-m", "app.reports.apart"],
        input=sent,
        stdout=subprocess.PIPE,
        cwd=_ROOT,
        timeout=seconds,
        check=True,
        # Ctrl-C is for the one that waits, and lets what runs end.
        start_new_session=True,
    )
    return done.stdout


def here(sent: bytes) -> bytes:
    """What comes of one task."""
    return msgspec.json.encode(_outcome(_read(sent)))


def _read(sent: bytes) -> _Task:
    return msgspec.json.decode(sent, type=_Report | _Look | _Draft | _Days)


def _outcome(task: _Task) -> _Answer:
    engine = create_engine(task.settings.database_url, hide_parameters=True)
    try:
        return _do(task, sessionmaker(engine, expire_on_commit=False))
    except Invalid as error:
        return _Answer(refused=error.message)
    finally:
        engine.dispose()


def _do(task: _Task, sessions: sessionmaker[Session]) -> _Answer:
    match task:
        case _Report(report_id=number):
            return _Answer(computed=writing.compute(sessions, looking.look, number, task.now))
        case _Draft(workspace_id=place, wanted=wanted):
            drafted = writing.draft(sessions, place, wanted, looking.look, task.now)
            return _Answer(document=drafted)
        case _Days(workspace_id=place, days=days):
            return _Answer(answered=_found(sessions, place, days, task.now))
        case _Look(workspace_id=place):
            _look(sessions, place, task.now)
    return _Answer()


def _found(
    sessions: sessionmaker[Session], workspace_id: int, days: Period, now: dt.datetime
) -> Answered:
    """Of one snapshot of the database."""
    with sessions() as session:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        workspace = session.get_one(Workspace, workspace_id)
        known = sources(session, workspace_id)
        return answer_for(session, workspace, days, known=known, now=now)


def _look(sessions: sessionmaker[Session], workspace_id: int, now: dt.datetime) -> None:
    with sessions.begin() as session:
        nightly.look_and_keep(session, workspace_id, now)
    with sessions.begin() as session:
        reviewing.review(session, workspace_id, now)


def main() -> None:
    """Do the one task that standard input tells."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    task, answers = _read(sys.stdin.buffer.read()), sys.stdout.buffer
    if isinstance(task, _Report | _Look):
        os.nice(_NICE)
    # What anything prints on the way is no part of the answer.
    with redirect_stdout(sys.stderr):
        outcome = _outcome(task)
    answers.write(msgspec.json.encode(outcome))


if __name__ == "__main__":
    main()
