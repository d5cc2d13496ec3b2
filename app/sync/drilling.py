"""Days whose totals differ, asked for again campaign by campaign, to say where the difference is.

Only days that have stopped moving from minute to minute, only those not drilled down as they are
now, and only a few in each sync: it is a second question for something already read.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence
from typing import NamedTuple

from app.connectors.errors import ConnectorError
from app.connectors.words import Days, Fact, Grain
from app.models import Account
from app.sync.reading import Reading
from app.sync.reconcile import explain, unexplained
from app.sync.window import local_day
from app.sync.work import Work

_log = logging.getLogger(__name__)

MOST_DAYS = 5
# Today and yesterday still move between one question and the next.
YOUNGEST = dt.timedelta(days=2)


class Differing(NamedTuple):
    """Days of one chunk that differ from the account's totals."""

    reading: Reading
    days: Sequence[dt.date]


def drill(work: Work, differing: Sequence[Differing]) -> None:
    """Ask and write down; a platform that does not answer now leaves it to the next sync."""
    try:
        for found, day in _to_ask(work, differing)[:MOST_DAYS]:
            _explain(work, found, day)
    except ConnectorError as error:
        _log.info("sync run %d did not drill down: %s", work.run_id, error.message)


def _to_ask(work: Work, differing: Sequence[Differing]) -> list[tuple[Reading, dt.date]]:
    wanted = []
    with work.sessions() as session:
        for found in differing:
            account = session.get_one(Account, found.reading.piece.account_id)
            youngest = local_day(account, found.reading.read_at) - YOUNGEST
            days = [day for day in found.days if day <= youngest]
            left = unexplained(session, account.id, days, found.reading.read_at)
            wanted += [(found.reading, day) for day in left]
    return sorted(wanted, key=lambda pair: pair[1], reverse=True)


def _explain(work: Work, reading: Reading, day: dt.date) -> None:
    piece = reading.piece
    pages = work.connector.facts(
        piece.account,
        Grain.CAMPAIGN,
        Days(day, day),
        conversion_action=piece.conversion_action,
    )
    facts: list[Fact] = [fact for page in pages for fact in page]
    with work.sessions.begin() as session:
        work.connection(session)
        account = session.get_one(Account, piece.account_id, with_for_update={"key_share": True})
        explain(session, account, day, facts)
