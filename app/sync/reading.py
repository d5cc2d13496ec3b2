"""Read chunks from the platform ahead of the writer, holding no database connection."""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import NamedTuple

from app.connectors.base import Connector
from app.connectors.words import Days, DayTotal, FoundAccount
from app.sync.batch import Batch

# Two chunks are asked for at once and one more may wait, read, for the writer.
READERS = 2
AHEAD = 3


class Piece(NamedTuple):
    """A chunk to read: its place in the run and whose days it holds."""

    position: int
    account_id: int
    account: FoundAccount
    conversion_action: str | None
    days: Days


@dataclass(frozen=True, slots=True)
class Reading:
    """A chunk read to the last page at every grain, and the totals asked right after."""

    piece: Piece
    batches: Sequence[Batch]
    totals: Sequence[DayTotal]
    read_at: dt.datetime

    def close(self) -> None:
        """Let the figures go."""
        for batch in self.batches:
            batch.close()


def read(connector: Connector, piece: Piece, clock: Callable[[], dt.datetime]) -> Reading:
    """Read one chunk whole. Raises ConnectorError, and keeps nothing then."""
    with ExitStack() as opened:
        batches = [opened.enter_context(Batch(grain)) for grain in connector.grains]
        for batch in batches:
            pages = connector.facts(
                piece.account,
                batch.grain,
                piece.days,
                conversion_action=piece.conversion_action,
            )
            for page in pages:
                batch.add(page)
        totals = connector.totals(piece.account, piece.days)
        opened.pop_all()
    return Reading(piece, batches, totals, clock())


def read_ahead(
    connector: Connector, pieces: Sequence[Piece], clock: Callable[[], dt.datetime]
) -> Generator[Reading]:
    """The pieces in order, each closed once the next is asked for.

    At most AHEAD are held or under way. What a piece raised is raised in its turn.
    """
    waiting: deque[Future[Reading]] = deque()
    rest = iter(pieces)
    with ThreadPoolExecutor(READERS, thread_name_prefix="reading") as pool:
        try:
            for piece in rest:
                waiting.append(pool.submit(read, connector, piece, clock))
                if len(waiting) < AHEAD:
                    continue
                yield from _first(waiting)
            while waiting:
                yield from _first(waiting)
        finally:
            pool.shutdown(cancel_futures=True)
            for future in waiting:
                if not future.cancelled() and future.exception() is None:
                    future.result().close()


def _first(waiting: deque[Future[Reading]]) -> Generator[Reading]:
    reading = waiting.popleft().result()
    try:
        yield reading
    finally:
        reading.close()
