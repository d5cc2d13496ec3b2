"""The contract of a writer: places to fill go in, what was written or not comes out as it comes.

A writer knows nothing of where its texts are kept. Whoever runs it stores every event as it comes,
so that what arrived is kept whatever happens after.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from app.copywriting.plan import Slot
from app.copywriting.variation import Variation


@dataclass(frozen=True, slots=True)
class Place:
    """One variation to write. `kept` are fields that have to stay as they are, by name.

    Names are those of `Variation`: primary_text, headline, description, cta, and headlines or
    descriptions whose value is a tuple. `before` is the text that is written again.
    """

    number: int
    slot: Slot
    kept: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    before: Variation | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """A variation for this place. It may have flags: the writer has done what it could."""

    number: int
    variation: Variation


@dataclass(frozen=True, slots=True)
class NotWritten:
    """No text came; `message` says what happened and what to do.

    `code` is one of timeout, down, rate_limited, refused, malformed, too_long, too_alike,
    too_dear, not_set_up and cancelled. too_alike says that every text found was nearly a sibling.
    """

    number: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Called:
    """One request to a model, for the owner's log.

    `outcome` is ok or a code as in `NotWritten`. `cost` is in US dollars, None where the model's
    price is not known. `answer` is what came back, as it came.
    """

    model: str
    purpose: str
    prompt: Sequence[Mapping[str, str]]
    answer: str
    outcome: str
    tokens_in: int
    tokens_out: int
    cost: Decimal | None
    began_at: dt.datetime
    seconds: float


Event = Written | NotWritten | Called


class Writer(Protocol):
    """Writes for one brief. `name` is shown to people: who wrote it."""

    name: str

    def write(
        self,
        places: Sequence[Place],
        siblings: Sequence[Variation],
        *,
        go_on: Callable[[], str],
    ) -> Iterator[Event]:
        """One `Written` or `NotWritten` for each place, in whatever order they come.

        `siblings` are texts that exist already and must not be repeated. `go_on` is asked before
        every request and while waiting: empty to go on, else a code of `NotWritten` (cancelled,
        too_dear) with which what is left ends at once. Closing the iterator ends it, too.
        """
        ...
