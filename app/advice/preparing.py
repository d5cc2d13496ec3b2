"""Preparing changes: the platforms are asked what stands there now, and nothing is sent.

Reading comes first and holds no lock: the session is only written to once every answer is there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from babel.numbers import get_currency_precision
from sqlalchemy.orm import Session

from app.advice import change_scopes as scopes
from app.advice import values
from app.advice.change_rates import rate
from app.advice.changers import Changers, account_of
from app.advice.plans import Plan, Side
from app.advice.reasons import told
from app.advice.spreading import spread, whole_share
from app.connectors.changing import Current
from app.connectors.errors import ConnectorError
from app.errors import Conflict
from app.models import Account, AdGroup, Campaign, Change, ChangeSet
from app.sync.plan import found

GOOD_FOR = dt.timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a platform says of one campaign or ad group now."""

    account: Account
    sandbox: bool
    campaign: Campaign
    ad_group: AdGroup | None
    current: Current


@dataclass
class Read:
    """What of a side can be changed, and [name, why] of what cannot."""

    side: Side
    readings: list[Reading] = field(default_factory=list)
    left_out: list[list[str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reason:
    """Where a change set comes from and what it is called; `why` in a sentence or two."""

    origin: str
    title: str
    why: str = ""
    rule: str = ""
    finding_id: int | None = None
    reverts_id: int | None = None
    planned_test_id: int | None = None
    block: int | None = None


def prepare(
    session: Session,
    changers: Changers,
    workspace_id: int,
    user_id: int,
    plan: Plan,
    reason: Reason,
    *,
    now: dt.datetime,
) -> ChangeSet:
    """A set for review; the caller commits. Raises what connectors raise, NotFound, Conflict."""
    sides = [read_side(session, changers, workspace_id, side) for side in plan.sides]
    for each in sides:
        if not each.readings:
            raise Conflict(_untouchable(each))
    money = _money(session, workspace_id, plan, sides, now.date())
    changes: list[Change] = []
    for each in sides:
        changes += _changes(each, plan, money, now)
    return store(
        session, workspace_id, user_id, changes, reason, now=now, cap=plan.cap,
        left_out=[row for each in sides for row in each.left_out],
    )  # fmt: skip


def store(
    session: Session,
    workspace_id: int,
    user_id: int,
    changes: Sequence[Change],
    reason: Reason,
    *,
    now: dt.datetime,
    cap: Decimal | None = None,
    left_out: Sequence[list[str]] = (),
) -> ChangeSet:
    """The set with its changes, those that spend less first. The caller commits."""
    made = ChangeSet(
        workspace_id=workspace_id,
        user_id=user_id,
        origin=reason.origin,
        title=reason.title,
        why=reason.why,
        rule=reason.rule,
        finding_id=reason.finding_id,
        reverts_id=reason.reverts_id,
        planned_test_id=reason.planned_test_id,
        block=reason.block,
        cap=cap,
        left_out=list(left_out),
        created_at=now,
        expires_at=now + GOOD_FOR,
    )
    session.add(made)
    session.flush()
    for position, change in enumerate(sorted(changes, key=lambda each: not values.lowers(each))):
        change.set_id, change.position = made.id, position
        session.add(change)
    session.flush()
    return made


def change_of(reading: Reading, kind: str, role: str, now: dt.datetime) -> Change:
    """A change that changes nothing yet."""
    before = values.seen(kind, reading.current)
    return Change(
        workspace_id=reading.account.workspace_id,
        account_id=reading.account.id,
        campaign_id=reading.campaign.id,
        ad_group_id=reading.ad_group.id if reading.ad_group else None,
        platform=reading.account.platform,
        account_name=reading.account.name,
        currency=reading.account.currency,
        name=reading.current.name,
        sandbox=reading.sandbox,
        role=role,
        kind=kind,
        before=before,
        wanted=before,
        read_at=now,
    )


def read_one(
    session: Session, changers: Changers, campaign: Campaign, ad_group: AdGroup | None
) -> Reading:
    """Ask the platform about one campaign or ad group."""
    account, connection = account_of(session, campaign.workspace_id, campaign.account_id)
    target = values.target(campaign, ad_group)
    current = changers.of(account).read_current(found(account), target)
    return Reading(account, connection.sandbox, campaign, ad_group, current)


def read_side(session: Session, changers: Changers, workspace_id: int, side: Side) -> Read:
    """Ask the platforms about all that a side stands for. Raises Conflict and what they raise."""
    scope = scopes.scope(session, workspace_id, side.entity)
    read = Read(side)
    alone = len(scope.campaigns) == 1
    for campaign in scope.campaigns:
        try:
            _read_campaign(session, changers, campaign, scope.ad_group, read)
        except (ConnectorError, Conflict) as error:
            if alone:
                raise
            read.left_out.append([campaign.name, error.message])
    if scope.left:
        read.left_out.append([f"{scope.left} smaller campaigns", "The largest budgets carry it."])
    return read


def _read_campaign(
    session: Session, changers: Changers, campaign: Campaign, group: AdGroup | None, read: Read
) -> None:
    reading = read_one(session, changers, campaign, group)
    if read.side.switch:
        _take(read, reading, _cannot_switch(reading.current, read.side.switch))
    elif reading.current.below and group is None:
        for each in scopes.groups(session, campaign):
            below = read_one(session, changers, campaign, each)
            _take(read, below, _cannot_budget(below.current))
    else:
        _take(read, reading, _cannot_budget(reading.current))


def _take(read: Read, reading: Reading, cannot: str) -> None:
    if cannot:
        read.left_out.append([reading.current.name, cannot])
    else:
        read.readings.append(reading)


def _cannot_switch(current: Current, switch: str) -> str:
    if current.switch == switch:
        return f"It is {switch} already."
    if current.switch == "gone":
        return f"The platform calls it {current.platform_status}, so it cannot be switched."
    return ""


def _cannot_budget(current: Current) -> str:
    if current.switch == "gone":
        return f"The platform calls it {current.platform_status}."
    if current.daily_budget is None:
        return current.fixed or "It has no daily budget."
    return current.fixed


def _untouchable(read: Read) -> str:
    name = read.side.entity.name or "what was chosen"
    return f"Nothing of {name} can be changed from here. {told(read.left_out)}".strip()


@dataclass(frozen=True, slots=True)
class _Money:
    """Each side's budgets together, in the plan's currency, and how much of a step is done."""

    totals: tuple[Decimal, ...]
    step: Decimal


def _money(
    session: Session, workspace_id: int, plan: Plan, sides: Sequence[Read], day: dt.date
) -> _Money:
    """No side does more than all can, so that what one gives is what the other gets."""
    if all(read.side.step is None for read in sides):
        return _Money(tuple(Decimal(0) for _ in sides), Decimal(0))
    totals = tuple(
        sum(
            (
                (each.current.daily_budget or Decimal(0))
                * rate(session, workspace_id, each.account.currency, plan.currency, day)
                for each in read.readings
            ),
            Decimal(0),
        )
        for read in sides
    )
    steps = [abs(read.side.step) for read in sides if read.side.step is not None]
    step = whole_share(min(steps), plan.cap, *totals) if steps else Decimal(0)
    return _Money(totals, step)


def _share(side: Side, plan: Plan, money: _Money) -> Decimal:
    """A step of money as a share of the side's budgets."""
    total = money.totals[[each.entity for each in plan.sides].index(side.entity)]
    if side.step is None or not total:
        return Decimal(0)
    return (money.step / total).copy_sign(side.step)


def _changes(read: Read, plan: Plan, money: _Money, now: dt.datetime) -> list[Change]:
    side = read.side
    kind = values.STATUS if side.switch else values.BUDGET
    changes = [change_of(each, kind, side.entity.role, now) for each in read.readings]
    if side.switch:
        for change in changes:
            change.wanted = {"switch": side.switch}
        return changes
    share = side.share or _share(side, plan, money)
    for change, each in zip(changes, read.readings, strict=True):
        decimals = get_currency_precision(each.account.currency)
        budget = each.current.daily_budget or Decimal(0)
        change.wanted = values.budget(spread([budget], share, decimals)[0])
    return changes
