"""Taking units of the platforms' quotas: written down before each request, never over a limit.

Units are taken in short transactions of their own, one at a time per quota of the installation,
so that processes that ask at once cannot go over together, and none is lost when a sync ends.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from collections.abc import Callable

from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from app.connectors.base import Connector
from app.connectors.errors import Throttled
from app.connectors.words import Quota
from app.metrics.quotas import SLOT, Purpose, Taken, cap, free_at, history_cap, taken
from app.models.locks import Lock
from app.settings import Settings

_LOCK = text("SELECT pg_advisory_xact_lock(:kind, hashtext(:platform || '/' || :quota))")
_ADD = text("""
    INSERT INTO quota_use AS kept (platform, quota, slot, units, history_units, refused_until)
    VALUES (:platform, :quota, :slot, :units, :history, :refused)
    ON CONFLICT (platform, quota, slot) DO UPDATE SET
        units = kept.units + excluded.units,
        history_units = kept.history_units + excluded.history_units,
        refused_until = greatest(kept.refused_until, excluded.refused_until)
""")


class OutOfQuota(Throttled):
    """Our own reckoning says stop; nothing was asked, and other connections may still be read."""


class Ledger:
    """The `Meter` of one connector, for one purpose. `used` counts what it took, by quota.

    A quota that the connector does not name in `quotas` is counted without a limit.
    """

    def __init__(
        self,
        sessions: sessionmaker[Session],
        kind: type[Connector],
        settings: Settings,
        purpose: Purpose,
        clock: Callable[[], dt.datetime],
    ) -> None:
        self.used: Counter[str] = Counter()
        self._sessions = sessions
        self._kind = kind
        self._quotas = {quota.name: quota for quota in kind.quotas(settings)}
        self._purpose = purpose
        self._clock = clock
        # One database connection at a time, however many threads read.
        self._one = threading.Lock()

    def spend(self, quota: str, units: int) -> None:
        """Take units before asking. Raises OutOfQuota, and takes nothing then."""
        now, wanted = self._clock(), self._quotas.get(quota) or Quota(quota, quota, None)
        with self._one, self._sessions.begin() as session:
            session.execute(_LOCK, {"kind": Lock.QUOTA.value, **self._name(quota)})
            self._refuse(session, wanted, units, taken(session, self._kind.slug, wanted, now), now)
            self._add(session, quota, now, units=units)
            self.used[quota] += units

    def exhausted(self, quota: str, retry_after: float) -> None:
        """Write down that the platform itself called the quota used up: nobody asks until then."""
        now = self._clock()
        with self._one, self._sessions.begin() as session:
            self._add(session, quota, now, refused=now + dt.timedelta(seconds=retry_after))

    def _refuse(
        self, session: Session, quota: Quota, units: int, used: Taken, now: dt.datetime
    ) -> None:
        label = self._kind.label
        if used.refused_until is not None:
            raise OutOfQuota(
                f"{label} says that this installation has used up its {quota.label} for now. "
                "Stored figures are unchanged. Reading goes on by itself once it lets us.",
                retry_after=(used.refused_until - now).total_seconds(),
            )
        if quota.limit is None:
            return
        history = self._purpose is Purpose.HISTORY
        over_share = history and used.history + units > history_cap(quota.limit)
        if over_share or used.units + units > cap(quota.limit, self._purpose):
            at = free_at(session, self._kind.slug, quota, now, units=units, purpose=self._purpose)
            raise OutOfQuota(
                _spent(label, quota, history=history), retry_after=(at - now).total_seconds()
            )

    def _add(
        self,
        session: Session,
        quota: str,
        now: dt.datetime,
        *,
        units: int = 0,
        refused: dt.datetime | None = None,
    ) -> None:
        seconds = int(SLOT.total_seconds())
        slot = int(now.timestamp()) // seconds * seconds
        session.execute(
            _ADD,
            {
                **self._name(quota),
                "slot": dt.datetime.fromtimestamp(slot, dt.UTC),
                "units": units,
                "history": units if self._purpose is Purpose.HISTORY else 0,
                "refused": refused,
            },
        )

    def _name(self, quota: str) -> dict[str, str]:
        return {"platform": self._kind.slug, "quota": quota}


def _spent(label: str, quota: Quota, *, history: bool) -> str:
    if history:
        return (
            f"Reading history has used its share of the day's {quota.limit} {quota.label} at "
            f"{label}. The rest is kept for today's figures, which go on being read; older days "
            "follow by themselves as the quota frees."
        )
    return (
        f"The {quota.limit} {quota.label} that {label} gives this installation in a day are used "
        "up. Stored figures are unchanged. Reading goes on by itself as the quota frees; to read "
        f"more often, ask {label} for a higher limit."
    )
