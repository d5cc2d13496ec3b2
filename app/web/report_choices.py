"""What a report can be narrowed to: the workspace's own platforms, accounts and campaigns.

What was chosen before and cannot be any more is offered too, so that nobody widens a report to
everything by saving a form.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.metrics.platforms import platform_label
from app.metrics.sources import sources
from app.models import Account, Campaign
from app.reports.ordering import BEYOND

_MOST_OFFERED = 1_000


@dataclass(frozen=True, slots=True)
class Chosen:
    """By form values; empty means all."""

    platforms: Sequence[str] = ()
    accounts: Sequence[str] = ()
    campaigns: Sequence[str] = ()

    @property
    def some(self) -> bool:
        """Whether only some accounts or campaigns are meant."""
        return bool(self.accounts or self.campaigns)


@dataclass(frozen=True, slots=True)
class Choice:
    """A box to tick. `known` is False for what was chosen and counts no more."""

    value: str
    label: str
    known: bool = True


@dataclass(frozen=True, slots=True)
class Offered:
    """A very long list of campaigns is cut; what is chosen is in it all the same."""

    platforms: Sequence[Choice]
    accounts: Sequence[Choice]
    campaigns: Sequence[Choice]

    @property
    def anything(self) -> bool:
        return bool(self.platforms or self.accounts or self.campaigns)


def offered(session: Session, workspace_id: int, chosen: Chosen) -> Offered:
    """The workspace's own, and what is chosen."""
    known = sources(session, workspace_id)
    platforms = [Choice(slug, platform_label(slug)) for slug in known.platforms]
    accounts = [Choice(str(each.account_id), each.name) for each in known.counted]
    campaigns = _campaigns(session, workspace_id, known.account_ids, _ids(chosen.campaigns))
    return Offered(
        platforms=_with(platforms, chosen.platforms),
        accounts=_with(accounts, chosen.accounts),
        campaigns=_with(campaigns, chosen.campaigns),
    )


def _campaigns(
    session: Session, workspace_id: int, accounts: Sequence[int], chosen: Sequence[int]
) -> list[Choice]:
    rows = session.execute(
        select(Campaign.id, Campaign.name, Account.platform)
        .join(Account, Account.id == Campaign.account_id)
        .where(
            Campaign.workspace_id == workspace_id,
            or_(Campaign.account_id.in_(accounts), Campaign.id.in_(chosen)),
        )
        .order_by(
            Campaign.id.in_(chosen).desc(),
            Campaign.removed_at.is_not(None),
            Campaign.name,
            Campaign.id,
        )
        .limit(_MOST_OFFERED)
    )
    return [
        Choice(str(number), f"{name} · {platform_label(platform)}")
        for number, name, platform in rows
    ]


def _ids(given: Iterable[str]) -> list[int]:
    numbers = [int(each) for each in given if each.isascii() and each.isdigit() and len(each) < 20]
    return [each for each in numbers if each < BEYOND]


def _with(known: list[Choice], chosen: Iterable[str]) -> list[Choice]:
    values = {each.value for each in known}
    gone = [each for each in dict.fromkeys(chosen) if each not in values]
    return [*known, *(Choice(each, each[:40], known=False) for each in gone)]
