"""From when to when days are held without a gap, and through when they are final."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from app.connectors.base import Connector
from app.connectors.words import Days
from app.models import Account
from app.sync.window import ONE_DAY, last_settled


def joined(held: Days | None, read: Iterable[Days]) -> Days | None:
    """`held` grown by the spans that touch it; without `held`, the newest run of spans."""
    blocks = _blocks([*read, *([held] if held else [])])
    if held is None:
        return blocks[-1] if blocks else None
    return next(block for block in blocks if block.first <= held.first <= block.last)


def _blocks(spans: Iterable[Days]) -> list[Days]:
    """The spans put together wherever they touch, the oldest first."""
    blocks: list[Days] = []
    for span in sorted(spans, key=lambda span: span.first):
        if blocks and span.first <= blocks[-1].last + ONE_DAY:
            blocks[-1] = Days(blocks[-1].first, max(blocks[-1].last, span.last))
        else:
            blocks.append(span)
    return blocks


class Read(NamedTuple):
    """A span this run has read, and which day it was at the account when it did."""

    days: Days
    on: dt.date


def advance(account: Account, connector: type[Connector], reads: Sequence[Read]) -> None:
    """Move the account's spans on to what this run has read so far.

    Settled days count from the first day held on: one that was read only while it could still
    change keeps those after it from being called settled.
    """
    held = joined(held_days(account), [read.days for read in reads])
    if held is None:
        return
    settled = _settled_days(account)
    final = [*_final(connector, reads), *([settled] if settled else [])]
    account.history_from, account.read_through = held.first, held.last
    for block in _blocks(final):
        if block.first <= held.first <= block.last:
            account.settled_through = block.last


def _final(connector: type[Connector], reads: Sequence[Read]) -> Iterator[Days]:
    for days, on in reads:
        settled = last_settled(connector, on)
        if settled >= days.first:
            yield Days(days.first, min(days.last, settled))


def held_days(account: Account) -> Days | None:
    """The days read so far, None when nothing was."""
    if account.history_from is None or account.read_through is None:
        return None
    return Days(account.history_from, account.read_through)


def _settled_days(account: Account) -> Days | None:
    if account.history_from is None or account.settled_through is None:
        return None
    if account.settled_through < account.history_from:
        return None
    return Days(account.history_from, account.settled_through)
