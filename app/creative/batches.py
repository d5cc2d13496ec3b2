"""Ordering variations, following them and ending them; every write of the pages and the API."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from app.copywriting import languages
from app.copywriting.brief import Brief
from app.copywriting.plan import plan
from app.creative import briefs, texts
from app.creative.writers import BUILT_IN
from app.errors import Conflict, Invalid, NotFound
from app.models import CreativeBatch, CreativeVariation
from app.sync.queue import defer

TASK = "write_batch"
"""The job's name; its one argument is `batch_id`."""

UNFINISHED = ("queued", "running")
USUAL_COUNT, LARGEST_COUNT = 20, 40
_PRIORITY = 3  # a person is waiting, as with a sync by hand


def order(
    session: Session,
    workspace_id: int,
    user_id: int,
    brief: Brief,
    count: int,
    writer: str,
    *,
    now: dt.datetime,
) -> CreativeBatch:
    """Queue a batch and remember its brief. The caller commits. Raises Invalid."""
    _refuse(brief, count, writer)
    kept = briefs.as_json(brief)
    briefs.save_brand_brief(session, workspace_id, brief, now)
    earlier = session.scalar(
        select(func.count()).where(
            CreativeBatch.workspace_id == workspace_id, CreativeBatch.brief == kept
        )
    )
    batch = CreativeBatch(
        workspace_id=workspace_id,
        user_id=user_id,
        brief=kept,
        writer=writer,
        turn=earlier or 0,
        created_at=now,
    )
    session.add(batch)
    session.flush()
    session.add_all(
        CreativeVariation(
            workspace_id=workspace_id,
            batch_id=batch.id,
            place=place,
            platform=slot.platform.value,
            framework=slot.framework.name,
            angle=slot.angle.value,
        )
        for place, slot in enumerate(plan(brief, count), 1)
    )
    session.flush()
    queue(session, batch.id)
    return batch


def _refuse(brief: Brief, count: int, writer: str) -> None:
    if not 1 <= count <= LARGEST_COUNT:
        raise Invalid(f"count: Between 1 and {LARGEST_COUNT} variations are written at once.")
    if writer == BUILT_IN and brief.language not in languages.BUILT_IN:
        raise Invalid(
            f"language: The built-in writer writes {', '.join(languages.BUILT_IN)}. For another "
            "language have a language model set up."
        )


def find(session: Session, workspace_id: int, batch_id: int) -> CreativeBatch:
    """A batch with its variations. Raises NotFound, also for another workspace's."""
    found = session.scalar(
        select(CreativeBatch)
        .where(CreativeBatch.id == batch_id, CreativeBatch.workspace_id == workspace_id)
        .options(selectinload(CreativeBatch.variations))
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def find_variation(session: Session, workspace_id: int, variation_id: int) -> CreativeVariation:
    """One variation with its batch. Raises NotFound, also for another workspace's."""
    found = session.scalar(
        select(CreativeVariation)
        .where(CreativeVariation.id == variation_id, CreativeVariation.workspace_id == workspace_id)
        .options(selectinload(CreativeVariation.batch))
    )
    if found is None:
        raise NotFound
    return found


def cancel(session: Session, batch: CreativeBatch, *, now: dt.datetime) -> None:
    """End a batch; what is written stays. The caller commits.

    One that is being written ends within a second, by whoever writes it.
    """
    _lock(session, batch)
    if batch.state == "queued":
        end(session, batch, now=now, state="cancelled", reason=CANCELLED)
    elif batch.state == "running":
        batch.cancel_asked = True


CANCELLED = "You cancelled before this one was written."


def retry(session: Session, batch: CreativeBatch) -> int:
    """Write what is missing once more; how many that is. The caller commits."""
    _lock(session, batch)
    if batch.state in UNFINISHED:
        return 0
    missing = [row for row in batch.variations if row.state == "failed"]
    for row in missing:
        row.state, row.reason = "waiting", ""
    if missing:
        _begin_again(session, batch)
    return len(missing)


def rewrite(session: Session, row: CreativeVariation, locked: Sequence[str]) -> None:
    """Write one variation anew around its `locked` fields. The caller commits.

    The old text stays until there is a new one. Raises Conflict while its batch is being written,
    Invalid when nothing is left to write or a field has no such name.
    """
    batch = row.batch
    _lock(session, batch)
    session.refresh(row, with_for_update=True)
    if batch.state in UNFINISHED:
        raise Conflict("This batch is being written. Wait until it is done, or cancel it first.")
    fields = lockable(row)
    unknown = [name for name in locked if name not in fields]
    if unknown:
        raise Invalid(f"locked: “{unknown[0]}” is none of {', '.join(fields)}.")
    if set(locked) >= set(fields):
        raise Invalid("locked: Every field is locked, so there is nothing left to write again.")
    row.locked = list(dict.fromkeys(locked))
    row.state, row.reason = "waiting", ""
    batch.turn += 1
    _begin_again(session, batch)


def lockable(row: CreativeVariation) -> tuple[str, ...]:
    """The fields of a variation that can be kept while the rest is written again."""
    if row.platform == "google":
        return ("headlines", "descriptions")
    return ("primary_text", "headline", "description")


def end(
    session: Session, batch: CreativeBatch, *, now: dt.datetime, state: str, reason: str
) -> None:
    """Nothing more is written. What waits fails with the reason, unless it has an older text."""
    for row in batch.variations:
        if row.state == "waiting":
            row.state = "written" if row.content else "failed"
            row.reason = reason
    texts.judge_all(batch.variations, briefs.parse_brief(batch.brief))
    batch.state, batch.finished_at, batch.cancel_asked = state, now, False
    session.flush()


def postpone(session: Session, batch: CreativeBatch) -> None:
    """Put a batch back into the queue, for another process to go on with."""
    batch.state = "queued"
    session.flush()
    queue(session, batch.id)


def progress(batch: CreativeBatch) -> tuple[int, int]:
    """How many variations have come to an end, of how many."""
    return sum(row.state != "waiting" for row in batch.variations), len(batch.variations)


def _lock(session: Session, batch: CreativeBatch) -> None:
    session.flush()
    session.refresh(batch, with_for_update=True)


def _begin_again(session: Session, batch: CreativeBatch) -> None:
    batch.state, batch.error, batch.cancel_asked = "queued", "", False
    batch.finished_at = None
    session.flush()
    queue(session, batch.id)


def queue(session: Session, batch_id: int, *, at: dt.datetime | None = None) -> None:
    """Queue a look at a batch, not before `at`. The caller commits."""
    lock = f"creative-{batch_id}"
    defer(session, TASK, {"batch_id": batch_id}, lock=lock, at=at, priority=_PRIORITY)
