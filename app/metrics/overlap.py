"""Uploads that stand beside a synced account of the same platform: perhaps the same money twice."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from app.metrics.period import Period
from app.metrics.sources import Source, Sources
from app.models import PlatformTotalDay


@dataclass(frozen=True, slots=True)
class Overlap:
    """An uploaded and a synced account that both spent on `days` of the days shown."""

    uploaded: Source
    synced: Source
    days: int


def overlaps(session: Session, known: Sources, shown: Period) -> list[Overlap]:
    """Every such pair; the database is asked only when there is one at all.

    An export rarely says which account it is of, so only a person can tell whether two are one.
    """
    uploads = {s.account_id: s for s in known.counted if s.kind == "upload"}
    synced = {s.account_id: s for s in known.counted if s.kind != "upload"}
    if not {s.platform for s in uploads.values()} & {s.platform for s in synced.values()}:
        return []
    theirs, ours = aliased(PlatformTotalDay), aliased(PlatformTotalDay)
    pairs = session.execute(
        select(ours.account_id, theirs.account_id, func.count())
        .join(theirs, (theirs.day == ours.day) & (theirs.platform == ours.platform))
        .where(
            ours.workspace_id == known.workspace_id,
            theirs.workspace_id == known.workspace_id,
            ours.account_id.in_(uploads),
            theirs.account_id.in_(synced),
            ours.day.between(shown.first, shown.last),
            ours.native_spend > 0,
            theirs.native_spend > 0,
        )
        .group_by(ours.account_id, theirs.account_id)
        .order_by(func.count().desc(), ours.account_id, theirs.account_id)
    )
    return [Overlap(uploads[upload], synced[account], days) for upload, account, days in pairs]
