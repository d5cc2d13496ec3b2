"""One sync of a connection at a time, however many processes there are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, text

# The first half of PostgreSQL's two-part advisory locks: what the lock is about.
SYNC_LOCKS = 20_261


@contextmanager
def only_one(engine: Engine, connection_id: int) -> Iterator[bool]:
    """Whether this process may sync the connection now; held until the block ends.

    A session-level lock on a connection of its own, outside any transaction: it goes with the
    process, so a killed sync never leaves it behind.
    """
    key = {"kind": SYNC_LOCKS, "id": connection_id % 2**31}
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        taken = connection.scalar(text("SELECT pg_try_advisory_lock(:kind, :id)"), key)
        try:
            yield bool(taken)
        finally:
            if taken and not connection.invalidated:
                connection.execute(text("SELECT pg_advisory_unlock(:kind, :id)"), key)
