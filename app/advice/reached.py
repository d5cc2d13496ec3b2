"""How far budgets are really spent: a budget that is not reached may be cut without any effect."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from app.advice import values
from app.metrics.sources import Source, Sources
from app.models import Ad, AdDay, CampaignDay, Change

_LOOKED_AT = 7
# Fewer days may be those of a pause or of the first hours.
_FEWEST = 3
# As in the rules: a budget is used up where so much of it is spent.
_USED = Decimal("0.9")
# Platforms spend more than a budget on single days, but not so much more on average.
_BEYOND = Decimal("1.15")
_MOST = Decimal("0.75")
# What of a campaign's spend its ads have to carry before sums of ads stand for ad groups.
_WHOLE = Decimal("0.95")
_SENT = ("applying", "applied", "reverted", "unclear")
_DAY = dt.timedelta(days=1)
_LONG_AGO = dt.date(1970, 1, 1)

Days = Mapping[dt.date, Decimal]


class Effect(StrEnum):
    """What a budget's change would have done on the days looked at."""

    AS_SAID = "as_said"
    NOTHING = "nothing"
    LESS = "less"
    MORE = "more"


@dataclass(frozen=True, slots=True)
class Reached:
    """A changed budget beside what was spent on the last days that were read, on `days` of them.

    Amounts are in the account's currency and a day; `cut` is what the budget wanted would have
    kept from being spent, `used_up` on how many days what it is now was spent.
    """

    lowers: bool
    first: dt.date
    last: dt.date
    days: int
    mean: Decimal
    highest: Decimal
    cut: Decimal
    used_up: int
    effect: Effect


def reached(
    session: Session, known: Sources, changes: Sequence[Change], today: dt.date
) -> dict[int, Reached]:
    """By change id, of budgets that change; `today` is the first day that is not over.

    Left out are those whose spend is not known, or not by ad group where budgets are theirs. Days
    up to the last change that was made from here were those of another budget.
    """
    accounts = {each.account_id: each for each in known.counted}
    asked = [
        (each, accounts[each.account_id])
        for each in changes
        if each.kind == values.BUDGET and values.is_a_change(each) and each.account_id in accounts
    ]
    several = [each for each, _ in asked]
    spent = _spent(session, known.workspace_id, several, today)
    changed = _changed(session, known.workspace_id, several)
    found = {}
    for each, account in asked:
        thing = (each.campaign_id, each.ad_group_id)
        days = _since(changed.get(thing), account, _read_days(account, today))
        found[each.id] = _of(each, days, spent[thing])
    return {at: each for at, each in found.items() if each is not None}


_Thing = tuple[int | None, int | None]
"""The campaign and the ad group that carries a budget; None for the campaign itself."""
_Spent = dict[_Thing, dict[dt.date, Decimal]]


def _spent(session: Session, workspace_id: int, asked: Sequence[Change], today: dt.date) -> _Spent:
    """By campaign and ad group what was spent a day, the campaigns' whole under None."""
    # Accounts that were read late have older last days.
    since, ids = today - dt.timedelta(days=4 * _LOOKED_AT), {each.campaign_id for each in asked}
    found: _Spent = defaultdict(dict)
    campaigns: Sequence[Row[*tuple[int, dt.date, Decimal]]] = session.execute(
        select(CampaignDay.campaign_id, CampaignDay.day, CampaignDay.spend).where(
            CampaignDay.workspace_id == workspace_id,
            CampaignDay.campaign_id.in_(ids),
            CampaignDay.day >= since,
        )
    ).all()
    for campaign, day, spend in campaigns:
        found[campaign, None][day] = spend
    groups: Sequence[Row[*tuple[int, int | None, dt.date, Decimal]]] = session.execute(
        select(Ad.campaign_id, Ad.ad_group_id, AdDay.day, func.sum(AdDay.spend))
        .join(Ad, Ad.id == AdDay.ad_id)
        .where(
            AdDay.workspace_id == workspace_id,
            Ad.campaign_id.in_({each.campaign_id for each in asked if each.ad_group_id}),
            AdDay.day >= since,
        )
        .group_by(Ad.campaign_id, Ad.ad_group_id, AdDay.day)
    ).all()
    carried: dict[int, Decimal] = defaultdict(Decimal)
    for campaign, _, _, spend in groups:
        carried[campaign] += spend
    for campaign, group, day, spend in groups:
        if carried[campaign] >= _WHOLE * sum(found[campaign, None].values()):
            found[campaign, group or 0][day] = spend
    return found


def _changed(
    session: Session, workspace_id: int, asked: Sequence[Change]
) -> dict[_Thing, dt.datetime]:
    """When the budgets were last changed from here, perhaps changed where that is not clear."""
    rows: Sequence[Row[*tuple[int | None, int | None, dt.datetime | None]]] = session.execute(
        select(
            Change.campaign_id,
            Change.ad_group_id,
            func.max(func.coalesce(Change.ended_at, Change.begun_at)),
        )
        .where(
            Change.workspace_id == workspace_id,
            Change.campaign_id.in_({each.campaign_id for each in asked}),
            Change.kind == values.BUDGET,
            Change.state.in_(_SENT),
        )
        .group_by(Change.campaign_id, Change.ad_group_id)
    ).all()
    return {(campaign, group): at for campaign, group, at in rows if at is not None}


def _since(
    changed: dt.datetime | None, account: Source, days: Sequence[dt.date]
) -> Sequence[dt.date]:
    """Without the days on some of which another budget stood."""
    if changed is None:
        return days
    of_another = changed.astimezone(ZoneInfo(account.time_zone)).date()
    return [day for day in days if day > of_another]


def _read_days(account: Source, today: dt.date) -> list[dt.date]:
    """The last days that were over when the account was read."""
    last = min(account.read_through or dt.date.min, today - _DAY)
    if account.synced_at is not None:
        read = account.synced_at.astimezone(ZoneInfo(account.time_zone)).date()
        last = min(last, read - _DAY)
    days = [last - back * _DAY for back in range(_LOOKED_AT)] if last > _LONG_AGO else []
    return [day for day in days if account.holds(day)]


def _of(change: Change, read: Sequence[dt.date], spent: Days) -> Reached | None:
    # A day without spend is one of a pause: it says nothing of what a budget holds back.
    counted = [day for day in sorted(read) if spent.get(day, 0) > 0]
    before, wanted = values.amount(change.before), values.amount(change.wanted)
    if len(counted) < _FEWEST or not before or wanted is None:
        return None
    amounts = [spent[day] for day in counted]
    mean = sum(amounts, Decimal(0)) / len(amounts)
    cut = sum((max(each - wanted, Decimal(0)) for each in amounts), Decimal(0)) / len(amounts)
    used_up = sum(each >= _USED * before for each in amounts)
    lowers = wanted < before
    effect = _of_less(mean, cut, before, wanted) if lowers else _of_more(used_up, len(amounts))
    return Reached(
        lowers, counted[0], counted[-1], len(counted), mean, max(amounts), cut, used_up, effect
    )


def _of_less(mean: Decimal, cut: Decimal, before: Decimal, wanted: Decimal) -> Effect:
    if not cut:
        return Effect.NOTHING
    if mean > _BEYOND * before:
        return Effect.MORE
    return Effect.LESS if cut < _MOST * (before - wanted) else Effect.AS_SAID


def _of_more(used_up: int, days: int) -> Effect:
    if not used_up:
        return Effect.NOTHING
    return Effect.LESS if 2 * used_up < days else Effect.AS_SAID
