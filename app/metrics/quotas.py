"""The platforms' quotas: how much is used, when some is free again, how often that lets us read.

A quota is shared by all connections of the installation, whichever workspace they are in.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.connectors.base import Connector
from app.connectors.words import Quota
from app.settings import Settings

SLOT = dt.timedelta(minutes=5)
CYCLE = dt.timedelta(minutes=5)
DAY = dt.timedelta(days=1)
# Of a limit: what the cycle leaves to people who press a button, the most that reading history
# may take, and what the cadence aims at, a little below the rest so that it is seldom hit.
_FOR_PEOPLE = 0.1
_FOR_HISTORY = 0.4
_AIMED_AT = 0.85
_CYCLES_A_DAY = 288
_WEEKS_A_DAY = 24
# However short the budget, history and people never take more than this from the cycle.
_LEAST_FOR_THE_CYCLE = 0.25


class Purpose(StrEnum):
    """What units are taken for; each may use up a quota less far than the one before."""

    CLICK = "click"
    CYCLE = "cycle"
    HISTORY = "history"


class Taken(NamedTuple):
    """What has been taken of a quota and still counts.

    `history` of the units went into history. `refused_until`: the platform's own word.
    """

    units: int
    history: int
    refused_until: dt.datetime | None


@dataclass(frozen=True, slots=True)
class QuotaStanding:
    """How one quota stands. `frees_at`: when the next units can be taken again.

    `cadence_minutes` is how often each of the platform's `connections` is read, which the quota
    may have stretched from five. `waits_until` is set while nothing scheduled may be asked.
    """

    platform: str
    label: str
    quota: Quota
    used: int
    frees_at: dt.datetime | None
    waits_until: dt.datetime | None
    cadence_minutes: int
    connections: int

    @property
    def limit(self) -> int | None:
        """Units in a day; None when the platform keeps its limit to itself."""
        return self.quota.limit

    @property
    def stretched(self) -> bool:
        """Whether the quota makes the connections be read less often than every five minutes."""
        return self.cadence_minutes > CYCLE.seconds // 60


_TAKEN = text("""
    SELECT coalesce(sum(units) FILTER (WHERE slot >= :since), 0)::bigint,
           coalesce(sum(history_units) FILTER (WHERE slot >= :since), 0)::bigint,
           max(refused_until) FILTER (WHERE refused_until > :now)
    FROM quota_use
    WHERE platform = :platform AND quota = :quota AND slot >= :before
""")
_SLOTS = text("""
    SELECT slot, units, history_units FROM quota_use
    WHERE platform = :platform AND quota = :quota AND slot >= :since
    ORDER BY slot
""")

# What each connection's latest syncs took, by how far back they read.
_COSTS = text("""
    SELECT connection.platform, connection.id, wanted.reach, latest.quota_used
    FROM platform_connection AS connection
    CROSS JOIN unnest(ARRAY['recent', 'week', 'window']) AS wanted (reach)
    LEFT JOIN LATERAL (
        SELECT quota_used FROM sync_run
        WHERE connection_id = connection.id AND reach = wanted.reach AND state = 'done'
        ORDER BY id DESC LIMIT 1
    ) AS latest ON true
    WHERE connection.status = 'active' AND connection.platform = ANY(:platforms)
      AND connection.kind <> 'upload'
      AND EXISTS (SELECT FROM account WHERE connection_id = connection.id
                  AND selected AND removed_at IS NULL)
""")


def since(quota: Quota, now: dt.datetime) -> dt.datetime:
    """The first slot that still counts: one counts until its last second has left the window."""
    if quota.period == "utc_day":
        return now.astimezone(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return now - DAY - SLOT


def leaves(quota: Quota, slot: dt.datetime) -> dt.datetime:
    """When units of that slot no longer count."""
    if quota.period == "utc_day":
        return since(quota, slot) + DAY
    return slot + SLOT + DAY


def taken(session: Session, platform: str, quota: Quota, now: dt.datetime) -> Taken:
    """What counts against the quota now."""
    row = session.execute(
        _TAKEN,
        {
            "platform": platform,
            "quota": quota.name,
            "since": since(quota, now),
            "before": now - 3 * DAY,
            "now": now,
        },
    ).one()
    return Taken(*row)


def cap(limit: int, purpose: Purpose) -> int:
    """How far a quota may be used up for a click, the cycle or history.

    History has a share of its own besides, see `history_cap`.
    """
    return limit if purpose is Purpose.CLICK else math.floor(limit * (1 - _FOR_PEOPLE))


def history_cap(limit: int) -> int:
    """The most that reading history may take of a quota."""
    return math.floor(limit * _FOR_HISTORY)


def free_at(
    session: Session, platform: str, quota: Quota, now: dt.datetime, *, units: int, purpose: Purpose
) -> dt.datetime:
    """When that many units can be taken for the purpose, if nobody takes any until then."""
    limit = quota.limit or 0
    slots = session.execute(
        _SLOTS, {"platform": platform, "quota": quota.name, "since": since(quota, now)}
    ).all()
    left, history = sum(slot.units for slot in slots), sum(slot.history_units for slot in slots)
    at = now
    for slot in slots:
        enough = left + units <= cap(limit, purpose)
        if enough and (purpose is not Purpose.HISTORY or history + units <= history_cap(limit)):
            break
        left, history = left - slot.units, history - slot.history_units
        at = leaves(quota, slot.slot)
    return max(at, now)


def cadences(session: Session, settings: Settings, now: dt.datetime) -> dict[str, dt.timedelta]:
    """How often each connection of a platform is read; platforms without a limit are left out.

    Every five minutes, or, when what the latest syncs took does not fit into the day's quota, as
    often as it does: for all connections alike.
    """
    limited = {
        kind.slug: [quota for quota in kind.quotas(settings) if quota.limit is not None]
        for kind in Connector.registry.values()
    }
    limited = {slug: quotas for slug, quotas in limited.items() if quotas}
    if not limited:
        return {}
    costs = _costs(session, list(limited))
    return {
        slug: CYCLE
        * max(
            _stretch(costs.get(slug, {}), quota, taken(session, slug, quota, now))
            for quota in quotas
        )
        for slug, quotas in limited.items()
    }


def standing(session: Session, settings: Settings, now: dt.datetime) -> list[QuotaStanding]:
    """How every quota of every platform stands, by the platforms' names."""
    paced = cadences(session, settings, now)
    kinds = sorted(Connector.registry.values(), key=lambda kind: kind.label)
    quotas = [(kind, quota) for kind in kinds for quota in kind.quotas(settings)]
    costs = _costs(session, [kind.slug for kind, _ in quotas])
    found = []
    for kind, quota in quotas:
        used = taken(session, kind.slug, quota, now)
        found.append(
            QuotaStanding(
                platform=kind.slug,
                label=kind.label,
                quota=quota,
                used=used.units,
                frees_at=_frees_at(session, kind.slug, quota, used, now),
                waits_until=_waits_until(session, kind.slug, quota, used, now),
                cadence_minutes=paced.get(kind.slug, CYCLE) // dt.timedelta(minutes=1),
                connections=len(costs.get(kind.slug, {})),
            )
        )
    return found


# Of each connection: what its latest sync of each reach took of every quota, None before one.
_Costs = Mapping[int, Mapping[str, Mapping[str, int] | None]]


def _costs(session: Session, platforms: Collection[str]) -> dict[str, _Costs]:
    rows = session.execute(_COSTS, {"platforms": list(platforms)})
    found: dict[str, dict[int, dict[str, dict[str, int] | None]]] = defaultdict(dict)
    for platform, connection_id, reach, used in rows:
        found[platform].setdefault(connection_id, {})[reach] = used
    return dict(found)


def _stretch(costs: _Costs, quota: Quota, used: Taken) -> int:
    """How many cycles of five minutes lie between two reads, so that a day's fit."""
    limit = quota.limit or 0
    recent = _in_all(costs, quota.name, "recent", "week")
    week = _in_all(costs, quota.name, "week", "recent")
    fixed = _in_all(costs, quota.name, "window", "week")
    wanted = recent * (_CYCLES_A_DAY - _WEEKS_A_DAY) + week * _WEEKS_A_DAY
    room = limit * _AIMED_AT - used.history - fixed
    return max(
        1, min(_CYCLES_A_DAY, math.ceil(wanted / max(room, limit * _LEAST_FOR_THE_CYCLE, 1)))
    )


def _in_all(costs: _Costs, quota: str, reach: str, instead: str) -> float:
    """What one sync of that reach of every connection takes.

    A connection that has had none costs what one of the other reach did, else the others' mean.
    """
    known: list[int] = []
    for by_reach in costs.values():
        used = by_reach.get(reach)
        used = by_reach.get(instead) if used is None else used
        if used is not None:
            known.append(int(used.get(quota, 0)))
    return sum(known) / len(known) * len(costs) if known else 0.0


def _frees_at(
    session: Session, platform: str, quota: Quota, used: Taken, now: dt.datetime
) -> dt.datetime | None:
    if used.refused_until is not None:
        return used.refused_until
    first = session.execute(
        _SLOTS, {"platform": platform, "quota": quota.name, "since": since(quota, now)}
    ).first()
    return leaves(quota, first.slot) if first else None


def _waits_until(
    session: Session, platform: str, quota: Quota, used: Taken, now: dt.datetime
) -> dt.datetime | None:
    if used.refused_until is not None or quota.limit is None:
        return used.refused_until
    if used.units < cap(quota.limit, Purpose.CYCLE):
        return None
    return free_at(session, platform, quota, now, units=1, purpose=Purpose.CYCLE)
