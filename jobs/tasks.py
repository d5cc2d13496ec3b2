"""The jobs: each opens what it needs, calls one use case and says what went wrong."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from procrastinate import JobContext
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from app.advice import applying, change_requests, nightly
from app.advice.changers import Changers
from app.connectors.http import Http
from app.creative import batches, launch, launch_requests, writing
from app.creative.writers import writer_for
from app.imports import run as imports
from app.insights.finding import Finding
from app.models import Account, Workspace
from app.reports import apart, delivering, ordering
from app.reports import writing as report_writing
from app.reports.document import Document
from app.reports.phrasing import Phrase, phraser
from app.sync import ending, exchange, rollup, run
from app.sync.requests import TASK as SYNC
from app.sync.run import Interrupted
from jobs.letters import send_alerts, send_reminders
from jobs.prune import prune
from jobs.report_letters import deliver_report, tell_owners
from jobs.runtime import Runtime, utc_now

logger = logging.getLogger(__name__)

REFRESH_RATES = "refresh_rates"
PRUNE = "prune"
REMIND = "remind"
TELL = "tell_alerts"

_OUR_FAULT = (
    "Something went wrong on our side. What was read until then is stored; the next sync tries "
    "again by itself. The log of the server has the details."
)
_IMPORT_FAULT = (
    "Something went wrong on our side and nothing of this file was stored. Confirm it again; if it "
    "fails again, the log of the server has the details."
)
_WRITING_FAULT = (
    "Something went wrong on our side. What was written until then is kept; try the rest again. "
    "The log of the server has the details."
)
_LAUNCH_FAULT = (
    "Something went wrong on our side, so it stopped. The log of the server has the details."
)
_DELIVERY_FAULT = (
    "Something went wrong on our side before the letters left. The log of the server has the "
    "details."
)
_CHANGE_FAULT = (
    "Something went wrong on our side, so it stopped. What was asked for last may or may not have "
    "been done. The log of the server has the details."
)
_REPORT_FAULT = (
    "Something went wrong on our side, so the report was not written. Your figures are as they "
    "were; try again. The log of the server has the details."
)
_CLEANING_CUT = "The server restarted while it was cleaning up."
# New rates concern the days since the last ones, and the week that leans on them.
_RATES_REACH_BACK = dt.timedelta(days=100)


def sync(context: JobContext, *, run_id: int) -> None:
    """Do a queued sync."""
    runtime = Runtime.of(context)
    try:
        with runtime.http() as http:
            run.sync(
                runtime.engine,
                http,
                runtime.settings,
                run_id,
                clock=utc_now,
                stopping=runtime.stopping,
            )
    except Exception:
        logger.exception("sync run %d failed", run_id)
        with runtime.transaction() as session:
            ending.fail(session, run_id, _OUR_FAULT, now=utc_now())


def run_import(context: JobContext, *, import_id: int) -> None:
    """Do a confirmed import."""
    runtime = Runtime.of(context)
    with Session(runtime.engine, expire_on_commit=False) as session:
        try:
            imports.run_import(session, import_id, utc_now())
        except Exception:
            logger.exception("import %d failed", import_id)
            session.rollback()
            imports.fail(session, import_id, _IMPORT_FAULT, now=utc_now())


def write_batch(context: JobContext, *, batch_id: int) -> None:
    """Have a queued batch of ad copy written."""
    runtime = Runtime.of(context)
    try:
        writing.write_batch(
            sessionmaker(runtime.engine, expire_on_commit=False),
            batch_id,
            lambda session, batch: writer_for(session, runtime.settings, batch, utc_now),
            clock=utc_now,
            stopping=runtime.stopping,
        )
    except Exception:
        logger.exception("batch %d failed", batch_id)
        with runtime.transaction() as session:
            writing.fail(session, batch_id, _WRITING_FAULT, now=utc_now())


def write_report(context: JobContext, *, report_id: int) -> None:
    """Write a pending report."""
    runtime = Runtime.of(context)
    try:
        report_writing.write_report(
            sessionmaker(runtime.engine, expire_on_commit=False),
            report_id,
            partial(apart.compute_report, runtime.settings),
            clock=utc_now,
            phrase=_phrased(runtime),
        )
    except Exception:
        logger.exception("report %d failed", report_id)
        with runtime.transaction() as session:
            report_writing.fail(session, report_id, _REPORT_FAULT, now=utc_now())


def _phrased(runtime: Runtime) -> Phrase:
    """Whoever words reports, and the rules when something goes wrong over it."""
    sessions = sessionmaker(runtime.engine, expire_on_commit=False)
    phrase = phraser(sessions, runtime.settings, clock=utc_now, stopping=runtime.stopping)

    def phrased(workspace_id: int, document: Document, findings: Sequence[Finding]) -> Document:
        try:
            return phrase(workspace_id, document, findings)
        except Exception:
            logger.exception("a report of workspace %d is worded by rule", workspace_id)
            return document

    return phrased


def launch_draft(context: JobContext, *, draft_id: int) -> None:
    """Create a draft's campaign, paused."""
    runtime = Runtime.of(context)
    sessions = sessionmaker(runtime.engine, expire_on_commit=False)
    with _launching(runtime, draft_id) as http:
        try:
            launch.launch(
                sessions,
                http,
                runtime.settings,
                draft_id,
                clock=utc_now,
                stopping=runtime.stopping,
            )
        except Interrupted:
            with runtime.transaction() as session:
                launch_requests.postpone(session, draft_id)


def clean_launch(context: JobContext, *, draft_id: int) -> None:
    """Delete what an unfinished launch left at the platform."""
    runtime = Runtime.of(context)
    sessions = sessionmaker(runtime.engine, expire_on_commit=False)
    with _launching(runtime, draft_id) as http:
        try:
            launch.clean(sessions, http, runtime.settings, draft_id, clock=utc_now)
        except Interrupted:
            with runtime.transaction() as session:
                launch_requests.fail(session, draft_id, _CLEANING_CUT)


@contextmanager
def _launching(runtime: Runtime, draft_id: int) -> Iterator[Http]:
    """The way out to the platform; a fault of ours stops the launch where it is."""
    try:
        with runtime.http() as http:
            yield http
    except Exception:
        logger.exception("launch of draft %d failed", draft_id)
        with runtime.transaction() as session:
            launch_requests.fail(session, draft_id, _LAUNCH_FAULT)


def deliver(context: JobContext, *, delivery_id: int) -> None:
    """Go on with a report that is due by a schedule."""
    runtime = Runtime.of(context)
    try:
        deliver_report(runtime, delivery_id)
    except Exception:
        logger.exception("delivery %d failed", delivery_id)
        with runtime.transaction() as session:
            delivering.fail(session, delivery_id, _DELIVERY_FAULT, utc_now())


def apply_change(context: JobContext, *, set_id: int) -> None:
    """Change budgets and statuses that a person confirmed."""
    runtime = Runtime.of(context)
    sessions = sessionmaker(runtime.engine, expire_on_commit=False)
    try:
        with runtime.http() as http:
            changers = Changers(sessions, http, runtime.settings, utc_now)
            applying.apply(sessions, changers, set_id, clock=utc_now, stopping=runtime.stopping)
    except Interrupted:
        with runtime.transaction() as session:
            change_requests.postpone(session, set_id)
    except Exception:
        logger.exception("change set %d failed", set_id)
        with runtime.transaction() as session:
            change_requests.fail(session, set_id, _CHANGE_FAULT, now=utc_now())


def look_for_findings(context: JobContext, *, workspace_id: int) -> None:
    """Compute a workspace's findings, keep and review them, and tell what cannot wait."""
    runtime = Runtime.of(context)
    apart.look(runtime.settings, workspace_id, utc_now())
    if runtime.settings.smtp_host:
        send_alerts(runtime, utc_now())


def refresh_rates(context: JobContext) -> None:
    """Fetch the ECB's rates and convert again what they concern.

    Converted again even when no rate is new: an earlier job may have ended between the two.
    """
    runtime = Runtime.of(context)
    with runtime.http() as http:
        rates = exchange.fetch_rates(http, runtime.settings.ecb_url)
    with runtime.transaction() as session:
        exchange.store_rates(session, rates)
        converting = session.scalars(
            select(Workspace.id)
            .join(Account, Account.workspace_id == Workspace.id)
            .where(Account.currency != Workspace.currency)
            .distinct()
        ).all()
    since = utc_now().date() - _RATES_REACH_BACK
    for workspace_id in converting:
        with runtime.transaction() as session:
            rollup.recompute_workspace(session, workspace_id, since=since)


def prune_old(context: JobContext) -> None:
    """Delete what has expired."""
    with Runtime.of(context).transaction() as session:
        prune(session, utc_now())


def remind(context: JobContext) -> None:
    """Write to owners: access that ends soon or has ended, and reports they were not told of."""
    send_reminders(Runtime.of(context), utc_now())
    tell_owners(Runtime.of(context))


def tell_alerts(context: JobContext) -> None:
    """Write about alerts that were put off until now."""
    send_alerts(Runtime.of(context), utc_now())


TASKS: dict[str, Callable[..., None]] = {
    SYNC: sync,
    imports.TASK: run_import,
    batches.TASK: write_batch,
    ordering.TASK: write_report,
    launch_requests.TASK: launch_draft,
    launch_requests.CLEAN_TASK: clean_launch,
    delivering.TASK: deliver,
    change_requests.TASK: apply_change,
    nightly.TASK: look_for_findings,
    REFRESH_RATES: refresh_rates,
    PRUNE: prune_old,
    REMIND: remind,
    TELL: tell_alerts,
}
