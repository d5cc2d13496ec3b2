"""Confirming, importing and undoing an upload: the only place that knows the order."""

from __future__ import annotations

import datetime as dt
import logging

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from app.errors import AppError, Conflict
from app.imports import parts
from app.imports.accounts import claim_account
from app.imports.facts import Reading
from app.imports.plan import make_plan
from app.imports.shapes import Kind
from app.imports.store import Progress, restate, take_in_ads, take_in_store
from app.imports.upload import answers_of, open_kept, preview_of, remember_mapping
from app.models import Account, Import, ImportFact, PlatformConnection, Workspace
from app.sync.queue import defer

TASK = "run_import"
"""The job's name; its one argument is `import_id`."""

UNFINISHED = ("queued", "running")
_log = logging.getLogger(__name__)
_CONFIRMABLE = ("preview", "failed")


def confirm(session: Session, import_: Import, *, now: dt.datetime) -> None:
    """Queue the import; asking again for one that is queued, running or done changes nothing.

    The caller commits. Raises Conflict when questions are open or it was undone.
    """
    session.flush()
    session.refresh(import_, with_for_update=True)
    if import_.state == "undone":
        raise Conflict("This import was undone and its file deleted. Upload the file again.")
    if import_.state not in _CONFIRMABLE:
        return
    preview = preview_of(import_)
    if preview.questions:
        raise Conflict(
            "The file cannot be imported yet: " + " ".join(each.text for each in preview.questions)
        )
    account = claim_account(
        session,
        session.get_one(Workspace, import_.workspace_id),
        user_id=import_.user_id,
        platform=preview.platform,
        external_id=preview.account_id,
        name=preview.account,
        currency=preview.currency,
    )
    remember_mapping(session, import_, now)
    import_.account_id = account.id
    import_.state = "queued"
    import_.error = ""
    import_.rows_read = 0
    import_.confirmed_at = now
    session.flush()
    defer(session, TASK, {"import_id": import_.id}, lock=f"import-{account.id}")


def run_import(session: Session, import_id: int, now: dt.datetime) -> None:
    """Do a queued import, or one that a killed process left; all of it or nothing.

    Commits by itself. A file that is refused fails the import; any other error is raised and
    leaves nothing behind but the state `running`, from which it can be run again.
    """
    import_ = session.get(Import, import_id, with_for_update=True)
    if import_ is None or import_.state not in UNFINISHED:
        session.rollback()
        return
    import_.state = "running"
    session.commit()
    try:
        _import(session, import_id, now)
        session.commit()
    except AppError as error:
        session.rollback()
        _log.info("import %d failed: %s", import_id, error.message)
        fail(session, import_id, error.message, now=now)


def fail(session: Session, import_id: int, sentence: str, *, now: dt.datetime) -> None:
    """Mark an unfinished import as failed, with what the owner should know; commits."""
    session.execute(
        update(Import)
        .where(Import.id == import_id, Import.state.in_(UNFINISHED))
        .values(state="failed", error=sentence, finished_at=now)
    )
    session.commit()


def undo(session: Session, import_: Import, *, now: dt.datetime) -> None:
    """Take the whole import back: its days become what the import before said, or empty.

    The caller commits. Undoing twice changes nothing. Raises Conflict while it is running.
    """
    _refuse_while_running(session, import_)
    account = _locked(session, import_.account_id)
    session.flush()
    session.refresh(import_, with_for_update=True)
    if import_.state == "undone":
        return
    _refuse_while_running(session, import_)
    days = list(
        session.scalars(
            select(ImportFact.day)
            .where(
                ImportFact.import_id == import_.id,
                ImportFact.workspace_id == import_.workspace_id,
            )
            .distinct()
        )
    )
    session.execute(
        delete(ImportFact).where(
            ImportFact.import_id == import_.id, ImportFact.workspace_id == import_.workspace_id
        )
    )
    parts.discard(session, import_.id)
    import_.state = "undone"
    import_.finished_at = now
    session.flush()
    if account is not None and days:
        restate(session, account, days, import_id=import_.id)
        _retire(session, account, now)


def _import(session: Session, import_id: int, now: dt.datetime) -> None:
    import_ = session.get_one(Import, import_id)
    account = _locked(session, import_.account_id)
    if account is None:
        raise Conflict("The account of this import was deleted meanwhile. Upload the file again.")
    with parts.kept(session, import_id) as file:
        table = open_kept(file, import_)
        answers = answers_of(import_)
        plan = make_plan(table, answers, filename=import_.filename, today=now.date())
        reading = Reading(table, plan)
        take_in = take_in_ads if plan.shape.kind is Kind.ADS else take_in_store
        days = take_in(session, import_, account, reading, _progress(session, import_id))
    written = restate(session, account, days, import_id=import_id)
    _finish(session, import_, account, reading.rows_read, written.rows_changed, now)


def _locked(session: Session, account_id: int | None) -> Account | None:
    """The account; imports, undos and syncs of one account wait for each other here."""
    if account_id is None:
        return None
    return session.get(
        Account, account_id, with_for_update={"key_share": True}, populate_existing=True
    )


def _refuse_while_running(session: Session, import_: Import) -> None:
    """Nobody waits in a browser for somebody else's import."""
    running = select(Import.id).where(
        Import.workspace_id == import_.workspace_id,
        Import.account_id == import_.account_id,
        Import.state == "running",
    )
    if session.scalar(running.limit(1)) is not None:
        raise Conflict("An import of this account is still running. Undo when it is done.")


def _finish(
    session: Session,
    import_: Import,
    account: Account,
    rows_read: int,
    rows_changed: int,
    now: dt.datetime,
) -> None:
    session.flush()
    session.refresh(import_, with_for_update=True)
    if import_.state != "running":
        raise Conflict("The import was stopped meanwhile; nothing of it was stored.")
    import_.state = "done"
    import_.rows_read = import_.rows_total = rows_read
    import_.rows_changed = rows_changed
    import_.finished_at = now
    parts.discard(session, import_.id)
    connection = session.get_one(PlatformConnection, account.connection_id)
    if connection.kind == "upload":
        account.synced_at = connection.last_synced_at = now


def _progress(session: Session, import_id: int) -> Progress:
    """Progress is told in transactions of its own, so that others see it at once."""
    bind = session.get_bind()

    def tell(rows_read: int) -> None:
        with Session(bind) as other, other.begin():
            other.execute(update(Import).where(Import.id == import_id).values(rows_read=rows_read))

    return tell


def _retire(session: Session, account: Account, now: dt.datetime) -> None:
    """An upload account that no import speaks of any more is not listed any more."""
    if account.connection.kind != "upload":
        return
    left = select(func.count()).where(
        ImportFact.account_id == account.id, ImportFact.workspace_id == account.workspace_id
    )
    if not session.scalar(left):
        account.removed_at = now
