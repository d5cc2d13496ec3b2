"""The job that has a batch written: everything is stored as it comes, so nothing is lost."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from app.copywriting.brief import Angle
from app.copywriting.builtin import BuiltInWriter
from app.copywriting.frameworks import FRAMEWORKS
from app.copywriting.plan import Slot
from app.copywriting.variation import Variation
from app.copywriting.writing import Called, NotWritten, Place, Writer, Written
from app.creative import batches, briefs, spending, texts
from app.models import CreativeBatch, CreativeVariation, ModelCall
from app.models.locks import Lock
from app.sync.lock import only_one

_WAIT_FOR_THE_OTHER = dt.timedelta(seconds=15)

MakeWriter = Callable[[Session, CreativeBatch], Writer]

_ENDED = {
    "cancelled": batches.CANCELLED,
    "too_dear": (
        "This month's cap for language models is reached, so nothing more was asked. Raise the cap "
        "in Settings, or write with the built-in writer."
    ),
}


def write_batch(
    sessions: sessionmaker[Session],
    batch_id: int,
    make_writer: MakeWriter,
    *,
    clock: Callable[[], dt.datetime],
    stopping: threading.Event,
) -> None:
    """Write what waits in a queued batch, or in one that a killed process left.

    Each text is committed as it comes. Stops between texts when the process does, and is then run
    again by another. Raises what the writer raises beyond its events.
    """
    with sessions() as session:
        engine = session.connection().engine
    with only_one(engine, batch_id, Lock.WRITING) as ours:
        if ours:
            _write(sessions, batch_id, make_writer, clock, stopping)
        else:
            # A worker whose heart-beats were late is still at it.
            with sessions.begin() as session:
                batches.queue(session, batch_id, at=clock() + _WAIT_FOR_THE_OTHER)


def _write(
    sessions: sessionmaker[Session],
    batch_id: int,
    make_writer: MakeWriter,
    clock: Callable[[], dt.datetime],
    stopping: threading.Event,
) -> None:
    with sessions.begin() as session:
        batch = session.get(CreativeBatch, batch_id, with_for_update=True)
        if batch is None or batch.state not in batches.UNFINISHED:
            return
        batch.state, batch.started_at = "running", clock()
        places, siblings = _work(batch)
        workspace_id = batch.workspace_id
    with sessions() as session:
        # Not while the row is locked: whoever cancels would wait for it.
        writer = make_writer(session, session.get_one(CreativeBatch, batch_id))
    charged = None if isinstance(writer, BuiltInWriter) else workspace_id
    ended = _Ended(sessions, batch_id, charged, clock, stopping)
    for event in writer.write(places, siblings, go_on=ended.reason):
        with sessions.begin() as session:
            match event:
                case Written():
                    _keep(session, batch_id, event, writer.name, clock())
                case NotWritten() if stopping.is_set():
                    # It waits for the next process.
                    continue
                case NotWritten():
                    _give_up(session, batch_id, event)
                case Called():
                    _log(session, batch_id, workspace_id, event)
    with sessions.begin() as session:
        batch = session.get_one(CreativeBatch, batch_id, with_for_update=True)
        if stopping.is_set():
            batches.postpone(session, batch)
            return
        state = "cancelled" if ended.said == "cancelled" else "done"
        reason = _ENDED.get(ended.said, _SKIPPED)
        batches.end(session, batch, now=clock(), state=state, reason=reason)


def fail(session: Session, batch_id: int, sentence: str, *, now: dt.datetime) -> None:
    """Mark an unfinished batch as failed, with what the owner should know. The caller commits."""
    batch = session.get(CreativeBatch, batch_id, with_for_update=True)
    if batch is not None and batch.state in batches.UNFINISHED:
        batch.error = sentence
        batches.end(session, batch, now=now, state="failed", reason=sentence)


_SKIPPED = "Nobody wrote this one. Try again."


class _Ended:
    """Why a writer should stop, asked before each request; looks into the database each time.

    `charged` is the workspace whose cap counts, None where writing costs nothing.
    """

    def __init__(
        self,
        sessions: sessionmaker[Session],
        batch_id: int,
        charged: int | None,
        clock: Callable[[], dt.datetime],
        stopping: threading.Event,
    ) -> None:
        self.said = ""
        self._sessions = sessions
        self._batch_id = batch_id
        self._charged = charged
        self._clock = clock
        self._stopping = stopping

    def reason(self) -> str:
        """Empty, or a code of `NotWritten`."""
        # A cap may be raised meanwhile, and whoever waits below it may still cancel.
        if self.said != "cancelled":
            self.said = self._look()
        return self.said

    def _look(self) -> str:
        if self._stopping.is_set():
            return "cancelled"
        with self._sessions() as session:
            asked = select(CreativeBatch.cancel_asked).where(CreativeBatch.id == self._batch_id)
            if session.scalar(asked) is not False:
                return "cancelled"
            if self._charged and spending.month(session, self._charged, self._clock()).over:
                return "too_dear"
        return ""


def _work(batch: CreativeBatch) -> tuple[list[Place], list[Variation]]:
    places, siblings = [], []
    for row in batch.variations:
        text = texts.of(row)
        if row.state == "waiting":
            places.append(_place(row, text))
        elif text is not None:
            siblings.append(text)
    return places, siblings


def _place(row: CreativeVariation, text: Variation | None) -> Place:
    brief = briefs.parse_brief(row.batch.brief)
    platform = next(each for each in brief.platforms if each.value == row.platform)
    slot = Slot(platform, FRAMEWORKS[row.framework], Angle(row.angle))
    kept = {name: getattr(text, name) for name in row.locked} if text else {}
    return Place(row.place, slot, kept=kept, before=text)


def _row(session: Session, batch_id: int, place: int) -> CreativeVariation | None:
    """The row to fill, while it still waits."""
    return session.scalar(
        select(CreativeVariation)
        .where(
            CreativeVariation.batch_id == batch_id,
            CreativeVariation.place == place,
            CreativeVariation.state == "waiting",
        )
        .with_for_update()
    )


def _keep(session: Session, batch_id: int, event: Written, writer: str, now: dt.datetime) -> None:
    row = _row(session, batch_id, event.number)
    if row is None:
        return
    row.content = texts.as_json(event.variation)
    row.state, row.reason, row.writer = "written", "", writer
    row.edited, row.written_at = False, now
    row.revision += 1
    texts.judge(row, briefs.parse_brief(row.batch.brief), _others(session, row))


def _others(session: Session, row: CreativeVariation) -> Sequence[Variation]:
    rows = session.scalars(
        select(CreativeVariation).where(
            CreativeVariation.batch_id == row.batch_id, CreativeVariation.id != row.id
        )
    )
    return [text for other in rows if (text := texts.of(other)) is not None]


def _give_up(session: Session, batch_id: int, event: NotWritten) -> None:
    row = _row(session, batch_id, event.number)
    if row is not None:
        row.state = "written" if row.content else "failed"
        row.reason = event.message or _ENDED.get(event.code, "")


def _log(session: Session, batch_id: int, workspace_id: int, event: Called) -> None:
    batch = session.get_one(CreativeBatch, batch_id, with_for_update=True)
    batch.tokens_in += event.tokens_in
    batch.tokens_out += event.tokens_out
    if event.cost is not None:
        batch.cost = (batch.cost or 0) + event.cost
    session.add(
        ModelCall(
            workspace_id=workspace_id,
            batch_id=batch_id,
            model=event.model,
            purpose=event.purpose,
            prompt=list(event.prompt),
            answer=event.answer,
            outcome=event.outcome,
            tokens_in=event.tokens_in,
            tokens_out=event.tokens_out,
            cost=event.cost,
            began_at=event.began_at,
            seconds=round(event.seconds, 3),
        )
    )
