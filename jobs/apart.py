"""Figures and findings computed in a process of their own, whose memory ends with it.

A thread that computes for seconds makes each page of its process wait for its turn, again and
again. Started as `python -m jobs.apart`: standard input is one task as JSON, standard output what
came of it.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

from app.advice import nightly, reviewing
from app.errors import Invalid
from app.reports import looking, writing
from app.reports.writing import Computed
from app.settings import Settings

if TYPE_CHECKING:
    from jobs.runtime import Runtime

AT_ONCE = 2
# Far beyond what the largest account takes.
_SECONDS = 900.0
# Pages come first where there are fewer cores than there is to do.
_NICE = 5
_ROOT = Path(__file__).parents[1]
_places = threading.BoundedSemaphore(AT_ONCE)


class _Task(msgspec.Struct, frozen=True):
    """`number` is that of the report, or of the workspace to look at."""

    what: Literal["report", "look"]
    number: int
    now: dt.datetime
    settings: Settings


class _Answer(msgspec.Struct, frozen=True):
    """`refused` is the sentence for people where no report can be."""

    computed: Computed | None = None
    refused: str = ""


def compute_report(runtime: Runtime, report_id: int, now: dt.datetime) -> Computed:
    """A report that is being written, as `app.reports.writing.compute`. Raises Invalid."""
    answer = _ask(_Task("report", report_id, now, runtime.settings))
    if answer.computed is None:
        raise Invalid(answer.refused)
    return answer.computed


def look(runtime: Runtime, workspace_id: int, now: dt.datetime) -> None:
    """Look for a workspace's findings, keep them, and review those that are due."""
    _ask(_Task("look", workspace_id, now, runtime.settings))


def _ask(task: _Task) -> _Answer:
    """Raises CalledProcessError or TimeoutExpired; the process has told the log why."""
    with _places:
        done = subprocess.run(
            [sys.executable, "-m", "jobs.apart"],
            input=msgspec.json.encode(task),
            stdout=subprocess.PIPE,
            cwd=_ROOT,
            timeout=_SECONDS,
            check=True,
            # Ctrl-C is for the one that waits, and lets what runs end.
            start_new_session=True,
        )
    return msgspec.json.decode(done.stdout, type=_Answer)


def _do(task: _Task) -> _Answer:
    engine = create_engine(task.settings.database_url)
    sessions = sessionmaker(engine, expire_on_commit=False)
    if task.what == "report":
        try:
            return _Answer(writing.compute(sessions, looking.look, task.number, task.now))
        except Invalid as error:
            return _Answer(refused=error.message)
    with sessions.begin() as session:
        nightly.look_and_keep(session, task.number, task.now)
    with sessions.begin() as session:
        reviewing.review(session, task.number, task.now)
    return _Answer()


def main() -> None:
    """Do the one task that standard input tells."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    os.nice(_NICE)
    task = msgspec.json.decode(sys.stdin.buffer.read(), type=_Task)
    sys.stdout.buffer.write(msgspec.json.encode(_do(task)))


if __name__ == "__main__":
    main()
