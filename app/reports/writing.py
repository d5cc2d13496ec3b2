"""The job that writes a report: its figures are of one moment, and frozen with their hash."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session, sessionmaker

from app.advice import keeping
from app.errors import Invalid
from app.insights.finding import Finding
from app.models import Report, Workspace
from app.models.locks import Lock
from app.reports import ordering
from app.reports.assembling import assemble
from app.reports.document import Document, freeze
from app.reports.findings import numbered
from app.reports.gathering import Gathered, gather
from app.reports.phrasing import Phrase, by_rule
from app.sync.lock import only_one

_WAIT_FOR_THE_OTHER = dt.timedelta(seconds=15)
STEPS = 4
"""Figures, findings, putting it into words, and freezing it."""

Look = Callable[[Session, Gathered], Sequence[Finding]]
"""What finds wins, concerns and recommendations in the figures, ranked."""


@dataclass(frozen=True, slots=True)
class Computed:
    """A document worded by rule, and what it was found from. `current`: its days are those of now.

    Findings of other days are not kept.
    """

    workspace_id: int
    current: bool
    document: Document
    findings: Sequence[Finding]


Compute = Callable[[int, dt.datetime], Computed]
"""What computes a report that is being written, as of a moment. Raises Invalid."""


def write_report(
    sessions: sessionmaker[Session],
    report_id: int,
    compute: Compute,
    *,
    clock: Callable[[], dt.datetime],
    phrase: Phrase = by_rule,
) -> None:
    """Write a pending report, or one that a killed process left. Nothing is kept half-done.

    `phrase` may take minutes, so it is called with no transaction open and no row locked. Raises
    whatever goes wrong beyond a report that cannot be.
    """
    with sessions() as session:
        engine = session.connection().engine
    with only_one(engine, report_id, Lock.REPORT) as ours:
        if ours:
            _write(sessions, report_id, compute, phrase, clock)
        else:
            with sessions.begin() as session:
                ordering.queue(session, report_id, at=clock() + _WAIT_FOR_THE_OTHER)


def draft(
    sessions: sessionmaker[Session],
    workspace_id: int,
    wanted: ordering.Wanted,
    look: Look,
    now: dt.datetime,
) -> Document:
    """What a report would say now, worded by rule, of which nothing is kept. Raises Invalid."""
    with sessions() as session:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        workspace = session.get_one(Workspace, workspace_id)
        gathered = gather(session, workspace, wanted, now)
        return assemble(gathered, _findings(session, gathered, look))


def fail(session: Session, report_id: int, sentence: str, *, now: dt.datetime) -> None:
    """Mark an unfinished report as failed, with what people should know. The caller commits."""
    report = session.get(Report, report_id, with_for_update=True)
    if report is not None and report.state in ordering.UNFINISHED:
        report.state, report.error, report.finished_at = "failed", sentence, now


def _write(
    sessions: sessionmaker[Session],
    report_id: int,
    compute: Compute,
    phrase: Phrase,
    clock: Callable[[], dt.datetime],
) -> None:
    if not _begin(sessions, report_id, clock()):
        return
    try:
        computed = compute(report_id, clock())
    except Invalid as error:
        with sessions.begin() as session:
            fail(session, report_id, error.message, now=clock())
        return
    _step(sessions, report_id, 2)
    document = phrase(computed.workspace_id, computed.document, computed.findings)
    _step(sessions, report_id, 3)
    with sessions.begin() as session:
        _store(session, report_id, document, computed, clock())


def _store(
    session: Session, report_id: int, document: Document, computed: Computed, now: dt.datetime
) -> None:
    """Its findings are kept in the same transaction, so that none is kept of a report that is not.

    Only those of a current report, as of when its figures were read; what is open already stays
    as the last look found it, for a report may be of other days.
    """
    report = session.get_one(Report, report_id, with_for_update=True)
    ids: Sequence[int | None]
    findings = computed.findings
    if computed.current:
        ids = keeping.keep_new(session, report.workspace_id, findings, document.as_of)
    else:
        ids = keeping.open_numbers(session, report.workspace_id, findings)
    document = numbered(document, findings, ids)
    report.document, report.content_hash = freeze(document)
    report.state, report.as_of, report.summary = "completed", document.as_of, document.summary
    report.first, report.last = document.days.first, document.days.last
    report.title, report.steps_done, report.finished_at = document.title, STEPS, now


def _begin(sessions: sessionmaker[Session], report_id: int, now: dt.datetime) -> bool:
    with sessions.begin() as session:
        report = session.get(Report, report_id, with_for_update=True)
        if report is None or report.state not in ordering.UNFINISHED:
            return False
        report.state, report.started_at = "running", now
        report.steps_done, report.steps_total = 0, STEPS
        return True


def compute(
    sessions: sessionmaker[Session], look: Look, report_id: int, now: dt.datetime
) -> Computed:
    """A report that is being written, of one snapshot of the database. Raises Invalid."""
    with sessions() as session:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        report = session.get_one(Report, report_id)
        workspace = session.get_one(Workspace, report.workspace_id)
        gathered = gather(session, workspace, ordering.wanted_of(report), now)
        _step(sessions, report_id, 1)
        findings = _findings(session, gathered, look)
        return Computed(workspace.id, gathered.current, assemble(gathered, findings), findings)


def _findings(session: Session, gathered: Gathered, look: Look) -> Sequence[Finding]:
    """What is found of the report's matter, but for what nobody needs to be told again.

    That is what somebody dismissed, and advice that was followed and is not reviewed to the end: it
    is among what was done. Findings of other days than now's are not reviewed.
    """
    findings = gathered.about(look(session, gathered))
    kept = keeping.known_of(session, gathered.workspace.id, findings)
    over = {key for key, stored in kept.items() if stored.state == "dismissed" or stored.is_done}
    told = [each for each in findings if each.key not in over]
    if not gathered.current:
        return [replace(each, review_on=None) for each in told]
    return keeping.reviewed_as_kept(told, kept)


def _step(sessions: sessionmaker[Session], report_id: int, done: int) -> None:
    with sessions.begin() as session:
        report = session.get_one(Report, report_id, with_for_update=True)
        report.steps_done = done
