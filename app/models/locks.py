"""What PostgreSQL's two-part advisory locks are about; the second part says which one.

All of them share one space of keys: two kinds with one number would wait for each other's rows.
"""

from __future__ import annotations

from enum import IntEnum, unique


@unique
class Lock(IntEnum):
    """The first part of the key, and what the second names."""

    SYNC = 20_261
    """A connection: one sync of it at a time."""
    LAUNCH = 20_262
    """A campaign draft."""
    WRITING = 20_263
    """A batch of ad copy."""
    CONNECT = 20_264
    """A workspace whose connections come and go."""
    REPORT = 20_265
    """A report."""
    QUOTA = 20_266
    """The hash of a platform's quota, for the whole installation."""
    CHANGE = 20_268
    """A workspace whose changes are made at a platform."""
    FINDING = 20_269
    """A workspace whose findings are stored."""
