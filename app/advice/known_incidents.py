"""Incidents as they were told before: what goes on is known by the same day from night to night.

The estimated first day moves as days are read anew; an incident over some of the same days, give or
take two, is the same one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from app.insights.finding import Finding
from app.models import StoredFinding

# By how much the estimate of a few days' incident moves; two of them are further apart.
_MOVES = dt.timedelta(days=2)


@dataclass(frozen=True, slots=True)
class _Known:
    since: str
    last: dt.date


def going_on(session: Session, workspace_id: int, found: Sequence[Finding]) -> list[Finding]:
    """The findings, each with the first day of the kept incident that it is; one of each."""
    kept = _kept(session, workspace_id, found)
    told = []
    for each in found:
        known = kept.get(_without_day(each.key, each.since), [])
        same = min(
            (one for one in known if _overlaps(one, each)),
            key=lambda one: _apart(one.since, each.since),
            default=None,
        )
        if same is not None:
            known.remove(same)
        told.append(_known_by(each, same.since) if same else each)
    return told


def _kept(session: Session, workspace_id: int, found: Sequence[Finding]) -> dict[str, list[_Known]]:
    """By key without its day, an open one first, then one that was dismissed, then the newest."""
    if not found:
        return {}
    since = StoredFinding.content["facts"]["since"].astext
    rows = session.execute(
        select(StoredFinding.key, since, StoredFinding.last)
        .where(
            StoredFinding.workspace_id == workspace_id,
            StoredFinding.rule.in_({each.rule for each in found}),
            StoredFinding.last >= min(dt.date.fromisoformat(each.since) for each in found),
            since.is_not(None),
        )
        .order_by(
            case(
                (StoredFinding.state == "open", 0), (StoredFinding.state == "dismissed", 1), else_=2
            ),
            StoredFinding.id.desc(),
        )
    )
    kept: dict[str, list[_Known]] = {}
    for key, day, last in rows:
        known = kept.setdefault(_without_day(key, day), [])
        if day not in {one.since for one in known}:
            known.append(_Known(day, last))
    return kept


def _without_day(key: str, since: str) -> str:
    return key.removesuffix(f"|{since}")


def _overlaps(known: _Known, finding: Finding) -> bool:
    since, began = (dt.date.fromisoformat(each) for each in (known.since, finding.since))
    return since <= finding.last + _MOVES and began <= known.last + _MOVES


def _apart(one: str, other: str) -> int:
    return abs((dt.date.fromisoformat(one) - dt.date.fromisoformat(other)).days)


def _known_by(finding: Finding, since: str) -> Finding:
    return replace(finding, facts={**finding.facts, "since": since})
