"""Read from the platform ahead of the writer, holding no database connection.

As many questions are under way at once as the platform allows for one account, and never more:
the figures of each grain, a shop's days and the totals of a chunk are asked for side by side,
and the next chunks, whichever account they are of, while those are read.
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from app.connectors.base import Connector
from app.connectors.errors import AccountRefused
from app.connectors.words import Days, DayTotal, FoundAccount, Grain, StoreFigures
from app.sync.batch import Batch

A = TypeVar("A")
R = TypeVar("R")
Clock = Callable[[], dt.datetime]

# At least two chunks are asked for while a third may wait, read, for the writer.
_AHEAD = 3


class Piece(NamedTuple):
    """A chunk to read: its place in the run and whose days it holds."""

    position: int
    account_id: int
    account: FoundAccount
    conversion_action: str | None
    days: Days


@dataclass(frozen=True, slots=True)
class Reading:
    """A chunk read to the last page, and the totals asked for with it.

    `batches` hold an ad account's figures, one of each grain, `store` a shop's. `read_at` is when
    the first of the answers was complete.
    """

    piece: Piece
    batches: Sequence[Batch]
    totals: Sequence[DayTotal]
    read_at: dt.datetime
    store: Sequence[StoreFigures] = ()

    def close(self) -> None:
        """Let the figures go."""
        for batch in self.batches:
            batch.close()


class Refused(NamedTuple):
    """The platform does not let this account be read; the rest of its chunks are left out."""

    account_id: int
    error: AccountRefused


def read_ahead(
    connector: Connector, pieces: Sequence[Piece], clock: Clock
) -> Generator[Reading | Refused]:
    """The pieces in order, each closed once the next is asked for.

    What a piece raised is raised in its turn, but an account's refusal is handed out, once.
    """
    waiting: deque[_Asked] = deque()
    refused = set[int]()
    questions = 2 if connector.sells else len(connector.grains) + 1
    ahead = max(_AHEAD, connector.readers // questions + 2)
    with ThreadPoolExecutor(connector.readers, thread_name_prefix="reading") as pool:
        try:
            for piece in pieces:
                if piece.account_id in refused:
                    continue
                waiting.append(_ask(pool, connector, piece, clock))
                if len(waiting) >= ahead:
                    yield from _first(waiting, refused)
            while waiting:
                yield from _first(waiting, refused)
        finally:
            pool.shutdown(cancel_futures=True)
            for asked in waiting:
                asked.close()


def ask_each(
    connector: Connector, subjects: Iterable[A], question: Callable[[A], R]
) -> Generator[tuple[A, R | AccountRefused]]:
    """One question about each account, as many at once as the platform allows, in order.

    The answer is the account's refusal when the platform does not let it be read.
    """
    waiting: deque[tuple[A, Future[R | AccountRefused]]] = deque()

    def ask(subject: A) -> R | AccountRefused:
        try:
            return question(subject)
        except AccountRefused as error:
            return error

    with ThreadPoolExecutor(connector.readers, thread_name_prefix="asking") as pool:
        try:
            for subject in subjects:
                waiting.append((subject, pool.submit(ask, subject)))
                if len(waiting) > connector.readers:
                    asked, answer = waiting.popleft()
                    yield asked, answer.result()
            while waiting:
                asked, answer = waiting.popleft()
                yield asked, answer.result()
        finally:
            pool.shutdown(cancel_futures=True)


@dataclass(slots=True)
class _Asked:
    """The questions of one piece, under way; each answer comes with the time it was complete."""

    piece: Piece
    totals: Future[tuple[list[DayTotal], dt.datetime]]
    store: Future[tuple[list[StoreFigures], dt.datetime]] | None = None
    batches: list[Future[tuple[Batch, dt.datetime]]] = field(default_factory=list)

    def reading(self) -> Reading:
        """Waits; raises what one of the questions raised."""
        batches = [asked.result() for asked in self.batches]
        store = self.store.result() if self.store else None
        totals, at = self.totals.result()
        times = [at, *(at for _, at in batches), *([store[1]] if store else [])]
        return Reading(
            self.piece,
            [batch for batch, _ in batches],
            totals,
            min(times),
            store[0] if store else (),
        )

    def close(self) -> None:
        """Ask no further, and let go of what was read."""
        questions: list[Future[Any] | None] = [self.totals, self.store, *self.batches]
        for question in questions:
            if question is not None:
                question.cancel()
        for asked in self.batches:
            if not asked.cancelled() and asked.exception() is None:
                asked.result()[0].close()


def _ask(pool: ThreadPoolExecutor, connector: Connector, piece: Piece, clock: Clock) -> _Asked:
    def figures(grain: Grain) -> tuple[Batch, dt.datetime]:
        return _figures(connector, piece, grain), clock()

    def store() -> tuple[list[StoreFigures], dt.datetime]:
        return connector.store_days(piece.account, piece.days), clock()

    def totals() -> tuple[list[DayTotal], dt.datetime]:
        return connector.totals(piece.account, piece.days), clock()

    sold = pool.submit(store) if connector.sells else None
    grains = () if connector.sells else connector.grains
    # Ad level takes the longest by far, so it begins first.
    longest_first = sorted(grains, key=lambda grain: grain is not Grain.AD)
    asked = {grain: pool.submit(figures, grain) for grain in longest_first}
    return _Asked(piece, pool.submit(totals), sold, [asked[grain] for grain in grains])


def _figures(connector: Connector, piece: Piece, grain: Grain) -> Batch:
    """One grain, whole. Raises ConnectorError, and keeps nothing then."""
    batch = Batch(grain)
    try:
        for page in connector.facts(
            piece.account, grain, piece.days, conversion_action=piece.conversion_action
        ):
            batch.add(page)
    except BaseException:
        batch.close()
        raise
    return batch


def _first(waiting: deque[_Asked], refused: set[int]) -> Generator[Reading | Refused]:
    asked = waiting.popleft()
    account_id = asked.piece.account_id
    try:
        reading = asked.reading()
    except AccountRefused as error:
        asked.close()
        if account_id not in refused:
            refused.add(account_id)
            yield Refused(account_id, error)
        return
    except BaseException:
        asked.close()
        raise
    try:
        if account_id not in refused:
            yield reading
    finally:
        reading.close()
