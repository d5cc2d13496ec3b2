"""Which days of an account are held, which of them match the platform, and which are missing."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.connectors.base import Connector
from app.models import Account, PlatformTotalDay, Reconciliation, ReconciliationPart

ONE_DAY = dt.timedelta(days=1)


class Held(StrEnum):
    """How a day of an account stands.

    `figures`: held, but not compared yet. `nothing`: read, and nothing happened on it.
    """

    MATCHES = "matches"
    DIFFERS = "differs"
    FIGURES = "figures"
    NOTHING = "nothing"
    UNREAD = "unread"


class Span(NamedTuple):
    """Days in a row that stand alike; both ends are included."""

    first: dt.date
    last: dt.date
    held: Held

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def newest_first(self) -> Iterator[dt.date]:
        """Every day of it."""
        return (self.last - dt.timedelta(days=back) for back in range(self.days))


@dataclass(frozen=True)
class Coverage:
    """An account's days from `first`, the oldest that its platform answers for, to its own today.

    Days that are held from before that are counted as well.
    """

    account: Account
    first: dt.date
    today: dt.date
    standing: Mapping[dt.date, Held]

    def on(self, day: dt.date) -> Held | None:
        """How a day stands; None outside the days that can be held."""
        return self.standing.get(day)

    def spans(self, first: dt.date | None = None, last: dt.date | None = None) -> list[Span]:
        """The days from `first` to `last`, those alike put together, the oldest first."""
        wanted = [
            (day, held)
            for day, held in self.standing.items()
            if (first is None or day >= first) and (last is None or day <= last)
        ]
        found = []
        for held, group in groupby(wanted, key=lambda pair: pair[1]):
            days = [day for day, _ in group]
            found.append(Span(days[0], days[-1], held))
        return found

    @cached_property
    def gaps(self) -> list[Span]:
        """Days that were never read, the newest first; today alone, just begun, is none."""
        unread = [span for span in reversed(self.spans()) if span.held is Held.UNREAD]
        return [span for span in unread if span.first != self.today]

    @cached_property
    def counts(self) -> Mapping[Held, int]:
        """How many days stand how."""
        return Counter(self.standing.values())

    def days_of(self, held: Held) -> int:
        """How many days stand like this."""
        return self.counts.get(held, 0)


def covered(
    session: Session, accounts: Sequence[Account], kind: type[Connector], now: dt.datetime
) -> list[Coverage]:
    """The days of each account, which are of one workspace and of the platform `kind`."""
    compared, figures = _compared(session, accounts), _with_figures(session, accounts)
    return [
        _coverage(account, kind, now, compared.get(account.id, {}), figures.get(account.id, set()))
        for account in accounts
    ]


class Part(NamedTuple):
    """A campaign's share of a difference. The id is empty for what is beyond the campaigns."""

    campaign_id: str
    campaign: str
    our_spend: Decimal
    platform_spend: Decimal
    our_impressions: int
    platform_impressions: int
    our_clicks: int
    platform_clicks: int

    @property
    def spend_off(self) -> Decimal:
        return self.our_spend - self.platform_spend


@dataclass(frozen=True, slots=True)
class Compared:
    """An account's day against its platform's own totals, and what makes it differ."""

    account: Account
    row: Reconciliation
    parts: Sequence[Part] = ()

    @property
    def spend_off(self) -> Decimal:
        """What is held here beyond what the platform says, in the account's currency."""
        return self.row.our_spend - self.row.platform_spend


def differences(session: Session, accounts: Sequence[Account], most: int) -> list[Compared]:
    """The newest days that differ, drilled down to the campaign where that has been asked."""
    rows = session.scalars(
        select(Reconciliation)
        .where(
            Reconciliation.workspace_id.in_({account.workspace_id for account in accounts}),
            Reconciliation.account_id.in_([account.id for account in accounts]),
            ~Reconciliation.matches,
        )
        .order_by(Reconciliation.day.desc(), Reconciliation.account_id)
        .limit(most)
    ).all()
    return _drilled(session, accounts, rows)


def compared_days(
    session: Session, account: Account, first: dt.date, last: dt.date
) -> dict[dt.date, Compared]:
    """Every day of the account that was compared with its platform, by day."""
    rows = session.scalars(
        select(Reconciliation).where(
            Reconciliation.workspace_id == account.workspace_id,
            Reconciliation.account_id == account.id,
            Reconciliation.day.between(first, last),
        )
    ).all()
    return {each.row.day: each for each in _drilled(session, [account], rows)}


def _coverage(
    account: Account,
    kind: type[Connector],
    now: dt.datetime,
    compared: Mapping[dt.date, bool],
    figures: set[dt.date],
) -> Coverage:
    today = now.astimezone(ZoneInfo(account.time_zone)).date()
    oldest = [account.history_from, min(figures, default=None), min(compared, default=None)]
    limit = today - dt.timedelta(days=kind.history_days)
    first = min([limit, *(day for day in oldest if day is not None)])
    read = (account.history_from or dt.date.max, account.read_through or dt.date.min)
    standing = {}
    day = first
    while day <= today:
        matches = compared.get(day)
        if matches is not None:
            standing[day] = Held.MATCHES if matches else Held.DIFFERS
        elif day in figures:
            standing[day] = Held.FIGURES
        else:
            standing[day] = Held.NOTHING if read[0] <= day <= read[1] else Held.UNREAD
        day += ONE_DAY
    return Coverage(account, first, today, standing)


def _compared(session: Session, accounts: Sequence[Account]) -> dict[int, dict[dt.date, bool]]:
    rows = session.execute(
        select(Reconciliation.account_id, Reconciliation.day, Reconciliation.matches).where(
            Reconciliation.workspace_id.in_({account.workspace_id for account in accounts}),
            Reconciliation.account_id.in_([account.id for account in accounts]),
        )
    )
    found: dict[int, dict[dt.date, bool]] = defaultdict(dict)
    for account_id, day, matches in rows:
        found[account_id][day] = matches
    return found


def _with_figures(session: Session, accounts: Sequence[Account]) -> dict[int, set[dt.date]]:
    rows = session.execute(
        select(PlatformTotalDay.account_id, PlatformTotalDay.day).where(
            PlatformTotalDay.workspace_id.in_({account.workspace_id for account in accounts}),
            PlatformTotalDay.account_id.in_([account.id for account in accounts]),
        )
    )
    found: dict[int, set[dt.date]] = defaultdict(set)
    for account_id, day in rows:
        found[account_id].add(day)
    return found


def _drilled(
    session: Session, accounts: Sequence[Account], rows: Iterable[Reconciliation]
) -> list[Compared]:
    by_id = {account.id: account for account in accounts}
    parts: dict[tuple[int, dt.date], list[Part]] = defaultdict(list)
    wanted = list(rows)
    differing = [row for row in wanted if not row.matches]
    for part in _parts(session, accounts, differing):
        parts[part.account_id, part.day].append(
            Part(
                part.campaign_external_id,
                part.campaign_name,
                part.our_spend,
                part.platform_spend,
                part.our_impressions,
                part.platform_impressions,
                part.our_clicks,
                part.platform_clicks,
            )
        )
    return [
        Compared(
            by_id[row.account_id],
            row,
            sorted(parts[row.account_id, row.day], key=lambda part: -abs(part.spend_off)),
        )
        for row in wanted
    ]


def _parts(
    session: Session, accounts: Sequence[Account], rows: Sequence[Reconciliation]
) -> Sequence[ReconciliationPart]:
    if not rows:
        return ()
    return session.scalars(
        select(ReconciliationPart).where(
            ReconciliationPart.workspace_id.in_({account.workspace_id for account in accounts}),
            ReconciliationPart.account_id.in_({row.account_id for row in rows}),
            ReconciliationPart.day.in_({row.day for row in rows}),
        )
    ).all()
