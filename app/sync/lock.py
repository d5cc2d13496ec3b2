"""One sync of a connection, one launch, writer and change at a time, and one order of locks.

Whoever needs both locks the connection first and its run after it, then accounts, then the
workspace: deleting a connection goes the same way, so nobody waits in a circle.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from app.models import PlatformConnection, SyncRun
from app.models.locks import Lock

UNFINISHED = ("queued", "running")


@contextmanager
def only_one(engine: Engine, row_id: int, kind: Lock = Lock.SYNC) -> Iterator[bool]:
    """Whether this process alone may work on the row now, until the block ends.

    A session-level lock on a connection of its own, outside any transaction: it goes with the
    process, so a killed job never leaves it behind.
    """
    key = {"kind": kind.value, "id": row_id % 2**31}
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        taken = connection.scalar(text("SELECT pg_try_advisory_lock(:kind, :id)"), key)
        try:
            yield bool(taken)
        finally:
            if taken and not connection.invalidated:
                connection.execute(text("SELECT pg_advisory_unlock(:kind, :id)"), key)


def lock_unfinished(
    session: Session, run_id: int
) -> tuple[SyncRun, PlatformConnection] | tuple[None, None]:
    """The run while it is unfinished, and its connection, both to be changed."""
    owner = select(SyncRun.connection_id).where(SyncRun.id == run_id).scalar_subquery()
    connection = session.scalar(
        select(PlatformConnection)
        .where(PlatformConnection.id == owner)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    run = session.get(SyncRun, run_id, with_for_update=True, populate_existing=True)
    if connection is None or run is None or run.state not in UNFINISHED:
        return None, None
    return run, connection


def keep_connection(session: Session, connection_id: int) -> PlatformConnection | None:
    """The connection, neither disconnected nor deleted by others until this commits."""
    return session.get(
        PlatformConnection, connection_id, with_for_update={"read": True, "key_share": True}
    )
