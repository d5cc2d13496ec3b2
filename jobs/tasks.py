"""The jobs: each opens what it needs, calls one use case and says what went wrong."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable

from procrastinate import JobContext
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.imports import run as imports
from app.models import Account, Workspace
from app.sync import ending, exchange, rollup, run
from app.sync.requests import TASK as SYNC
from jobs.letters import send_reminders
from jobs.prune import prune
from jobs.runtime import Runtime, utc_now

logger = logging.getLogger(__name__)

REFRESH_RATES = "refresh_rates"
PRUNE = "prune"
REMIND = "remind"

_OUR_FAULT = (
    "Something went wrong on our side. What was read until then is stored; the next sync tries "
    "again by itself. The log of the server has the details."
)
_IMPORT_FAULT = (
    "Something went wrong on our side and nothing of this file was stored. Confirm it again; if it "
    "fails again, the log of the server has the details."
)
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
    """Write to the owners of connections whose access ends soon or has ended."""
    send_reminders(Runtime.of(context), utc_now())


TASKS: dict[str, Callable[..., None]] = {
    SYNC: sync,
    imports.TASK: run_import,
    REFRESH_RATES: refresh_rates,
    PRUNE: prune_old,
    REMIND: remind,
}
