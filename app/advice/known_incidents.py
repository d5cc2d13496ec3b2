"""Incidents as they were told before: what goes on is known by the same key from night to night.

The estimated first day moves as days are read anew; an incident over some of the same days, give or
take two, is the same one. So does what a break on several platforms is told of first: over the same
days it is the same one as long as it shares a platform.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from app.insights.finding import Finding
from app.models import StoredFinding

# By how much the estimate of a few days' incident moves; two of them are further apart.
_MOVES = dt.timedelta(days=2)
# What may be on several platforms, told of one of them or of all.
_SHARED = "tracking_break"
# The platform of what is about all.
_ALL = ""


@dataclass(slots=True)
class _Known:
    """`places` are its platforms, `taken` those of what was found to be it tonight."""

    key: str
    since: str
    last: dt.date
    places: set[str]
    taken: set[str] = field(default_factory=set)

    @property
    def lead(self) -> str:
        """What it is kept about."""
        return self.key.partition("|")[2].removesuffix(f"|{self.since}")


def going_on(session: Session, workspace_id: int, found: Sequence[Finding]) -> list[Finding]:
    """The findings, each with the key of the kept incident that it is.

    Several have one key only where a kept break falls into those of its platforms.
    """
    kept = _kept(session, workspace_id, found)
    told = []
    for each in found:
        places = _about(each)
        same = min(
            (one for one in kept if _same(one, each) and not _touch(one.taken, places)),
            key=lambda one: _apart(one.since, each.since),
            default=None,
        )
        if same is not None:
            same.taken |= places
        told.append(_known_by(each, same) if same else each)
    return told


def _kept(session: Session, workspace_id: int, found: Sequence[Finding]) -> list[_Known]:
    """An open one first, then one that was dismissed, then the newest; one of each key."""
    if not found:
        return []
    since = StoredFinding.content["facts"]["since"].astext
    rows = session.execute(
        select(
            StoredFinding.key,
            since,
            StoredFinding.last,
            StoredFinding.content["entities"],
            StoredFinding.first_content["entities"],
        )
        .where(
            StoredFinding.workspace_id == workspace_id,
            StoredFinding.rule.in_({each.rule for each in found}),
            StoredFinding.last >= min(dt.date.fromisoformat(each.since) for each in found) - _MOVES,
            since.is_not(None),
        )
        .order_by(
            case(
                (StoredFinding.state == "open", 0), (StoredFinding.state == "dismissed", 1), else_=2
            ),
            StoredFinding.id.desc(),
        )
    )
    kept: dict[str, _Known] = {}
    for key, day, last, now, first in rows:
        told = [(each.get("kind"), each.get("key")) for each in (*(now or ()), *(first or ()))]
        kept.setdefault(key, _Known(key, day, last, _places(told)))
    return list(kept.values())


def _places(told: Iterable[tuple[object, object]]) -> set[str]:
    """Of entities by kind and key, which may lack either where they were kept long ago."""
    return {str(key) if kind == "platform" else _ALL for kind, key in told}


def _about(finding: Finding) -> set[str]:
    return _places((each.kind, each.key) for each in finding.entities)


def _touch(one: set[str], other: set[str]) -> bool:
    return bool(one & other) or (bool(one) and bool(other) and _ALL in one | other)


def _same(known: _Known, finding: Finding) -> bool:
    rule = known.key.partition("|")[0]
    if rule != finding.rule or not _overlaps(known, finding):
        return False
    if rule == _SHARED:
        return _touch(known.places, _about(finding))
    return known.key.removesuffix(known.since) == finding.key.removesuffix(finding.since)


def _overlaps(known: _Known, finding: Finding) -> bool:
    since, began = (dt.date.fromisoformat(each) for each in (known.since, finding.since))
    return since <= finding.last + _MOVES and began <= known.last + _MOVES


def _apart(one: str, other: str) -> int:
    return abs((dt.date.fromisoformat(one) - dt.date.fromisoformat(other)).days)


def _known_by(finding: Finding, known: _Known) -> Finding:
    told = replace(finding, facts={**finding.facts, "since": known.since})
    if told.key == known.key:
        return told
    return replace(told, facts={**told.facts, "lead": known.lead})
