"""The shapes of LinkedIn's answers and their translation into ours.

Money is text in major units. Times are milliseconds of Unix time. A campaign group of LinkedIn's
is our campaign, its campaign our ad group and its creative our ad.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, Final, Generic, TypeVar

import msgspec

from app.connectors.errors import Temporary
from app.connectors.linkedin.restli import CAMPAIGN, CREATIVE, GROUP, same
from app.connectors.linkedin.statuses import account_status, own_word, status_of
from app.connectors.words import FoundAccount, FoundEntity

R = TypeVar("R")
Row = dict[str, Any]

CHANNELS: Final = {
    "SPONSORED_UPDATES": "Sponsored content",
    "SPONSORED_INMAILS": "Message ads",
    "TEXT_AD": "Text ads",
    "DYNAMIC": "Dynamic ads",
}


class Token(msgspec.Struct):
    """`scope` is separated by commas, elsewhere by spaces. Seconds count from now."""

    access_token: str = ""
    expires_in: int | None = None
    refresh_token: str = ""
    refresh_token_expires_in: int | None = None
    scope: str = ""


class Inspection(msgspec.Struct):
    """What LinkedIn knows about a token; an unknown one is just not active."""

    active: bool = False
    status: str = ""
    scope: str = ""


class Metadata(msgspec.Struct, rename="camel"):
    next_page_token: str | None = None


class Paging(msgspec.Struct):
    total: int | None = None
    count: int | None = None
    links: list[dict[str, Any]] | None = None


class Page(msgspec.Struct, Generic[R]):
    """A list. `metadata` leads on in lists of things; figures come in one piece."""

    elements: list[R] | None = None
    metadata: Metadata | None = None
    paging: Paging | None = None


class AdAccount(msgspec.Struct, rename="camel"):
    id: int | str
    name: str | None = None
    currency: str | None = None
    status: str | None = None
    serving_statuses: list[str] | None = None
    test: bool | None = None


class AccountUser(msgspec.Struct):
    """A role that the member has in an ad account."""

    user: str | None = None


class Money(msgspec.Struct, rename="camel"):
    amount: str | int | float | None = None
    currency_code: str | None = None


class Schedule(msgspec.Struct):
    start: int | None = None


class Group(msgspec.Struct, rename="camel"):
    id: int | str
    name: str | None = None
    status: str | None = None
    serving_statuses: list[str] | None = None
    objective_type: str | None = None
    daily_budget: Money | None = None
    total_budget: Money | None = None
    run_schedule: Schedule | None = None


class Campaign(Group):
    """`campaign_group` is a URN."""

    campaign_group: str | None = None
    type: str | None = None


class Review(msgspec.Struct):
    status: str | None = None


class TextAd(msgspec.Struct):
    headline: str | None = None
    description: str | None = None


class Content(msgspec.Struct, rename="camel"):
    """Only a text ad's own words are in it; those of sponsored content need another scope."""

    text_ad: TextAd | None = None


class Creative(msgspec.Struct, rename="camel"):
    id: int | str
    campaign: str | None = None
    name: str | None = None
    intended_status: str | None = None
    is_serving: bool | None = None
    serving_hold_reasons: list[str] | None = None
    review: Review | None = None
    content: Content | None = None

    @property
    def holds(self) -> list[str]:
        """Why it is not served."""
        if self.is_serving:
            return []
        verdict = [self.review.status] if self.review and self.review.status else []
        return [*(self.serving_hold_reasons or []), *verdict]


def found_account(account: AdAccount) -> FoundAccount:
    """An ad account in our words. LinkedIn's days are days of UTC, wherever the account is."""
    return FoundAccount(
        external_id=same(account.id),
        name=account.name or same(account.id),
        currency=account.currency or "",
        time_zone="UTC",
        status=account_status(
            account.status or "", account.serving_statuses or [], test=bool(account.test)
        ),
    )


def campaigns(
    groups: Iterable[Group], below: Iterable[Campaign], currency: str
) -> list[FoundEntity]:
    """Groups, with what their campaigns have in common as objective and channel."""
    objectives: dict[str, dict[str, None]] = defaultdict(dict)
    channels: dict[str, dict[str, None]] = defaultdict(dict)
    for campaign in below:
        group = same(campaign.campaign_group)
        if campaign.objective_type:
            objectives[group][campaign.objective_type] = None
        if campaign.type:
            channels[group][CHANNELS.get(campaign.type, campaign.type)] = None
    return [
        _entity(group, currency)._replace(
            objective=group.objective_type or ", ".join(sorted(objectives[same(group.id)])),
            channel=", ".join(sorted(channels[same(group.id)])),
        )
        for group in groups
    ]


def ad_groups(listed: Iterable[Campaign], currency: str) -> list[FoundEntity]:
    return [
        _entity(campaign, currency)._replace(campaign_id=same(campaign.campaign_group))
        for campaign in listed
    ]


def ads(listed: Iterable[Creative], parents: Mapping[str, str]) -> list[FoundEntity]:
    """`parents`: each campaign's group."""
    found = []
    for creative in listed:
        own, holds = creative.intended_status or "", creative.holds
        found.append(
            FoundEntity(
                external_id=_id(creative.id),
                name=name_of(creative),
                status=status_of(own, holds),
                platform_status=own_word(own, holds),
                campaign_id=parents.get(same(creative.campaign), ""),
                ad_group_id=same(creative.campaign),
                texts=_texts(creative),
            )
        )
    return found


def name_of(creative: Creative) -> str:
    """Its name, a text ad's headline, or its id."""
    text = creative.content.text_ad if creative.content else None
    return creative.name or (text and text.headline) or same(creative.id)


def _texts(creative: Creative) -> dict[str, list[str]] | None:
    """A text ad's own; None for a post's, each of which would be a question of its own."""
    text = creative.content.text_ad if creative.content else None
    if text is None:
        return None
    found = {"headline": text.headline, "description": text.description}
    return {kind: [words] for kind, words in found.items() if words}


def _entity(thing: Group, currency: str) -> FoundEntity:
    budget, kind = _budget(thing, currency)
    own, holds = thing.status or "", thing.serving_statuses or []
    return FoundEntity(
        external_id=_id(thing.id),
        name=thing.name or same(thing.id),
        status=status_of(own, holds),
        platform_status=own_word(own, holds),
        budget=budget,
        budget_kind=kind,
        started_at=_moment(thing.run_schedule),
    )


def _budget(thing: Group, currency: str) -> tuple[Decimal | None, str | None]:
    """The daily one before the one for the whole time; none in another currency."""
    for money, kind in ((thing.daily_budget, "daily"), (thing.total_budget, "lifetime")):
        amount = number(money.amount) if money else None
        if money and amount and (money.currency_code or currency) == currency:
            return amount, kind
    return None, None


def _moment(schedule: Schedule | None) -> dt.datetime | None:
    if schedule is None or not schedule.start or not 0 < schedule.start < _LAST_MOMENT:
        return None
    return dt.datetime.fromtimestamp(schedule.start / 1000, dt.UTC)


def _id(number_or_urn: int | str) -> str:
    found = same(number_or_urn)
    if not found:
        raise unusable("a campaign group, campaign or creative without its id")
    return found


# 31 December 9999, the last day that a datetime holds.
_LAST_MOMENT: Final = 253_402_214_400_000
_MICRO: Final = Decimal("0.000001")
_NOTHING: Final = Decimal(0)
_LARGEST: Final = Decimal(10) ** 15


def number(figure: object) -> Decimal:
    """A figure as LinkedIn wrote it, text or number, 0 where there is none. Raises Temporary."""
    if figure is None:
        return _NOTHING
    try:
        found = Decimal(str(figure))
    except ArithmeticError:
        raise unusable("a figure that is not a number") from None
    if not found.is_finite() or abs(found) > _LARGEST:
        raise unusable("a figure that is not a number")
    return found


def money(figure: object) -> Decimal:
    """An amount to the sixth place: LinkedIn adds up in binary, and writes -2E-18 for 0."""
    return number(figure).quantize(_MICRO) or _NOTHING


def whole(figure: object) -> int:
    """A count. Raises Temporary when it has a fraction."""
    found = number(figure)
    if found != found.to_integral_value():
        raise unusable("a count with a fraction")
    return int(found)


def day_of(row: Row) -> dt.date:
    """The one day of a row. Raises Temporary when it has none, or more than one."""
    span = row.get("dateRange")
    try:
        first, last = span["start"], span.get("end") or span["start"]  # type: ignore[index,union-attr]
        day = dt.date(first["year"], first["month"], first["day"])
        if dt.date(last["year"], last["month"], last["day"]) != day:
            raise unusable("figures of several days in one")
    except (TypeError, KeyError, ValueError, AttributeError):
        raise unusable("figures without their day") from None
    return day


def ids_of(row: Row) -> dict[str, str]:
    """Whose figures they are: the id by the beginning of its URN."""
    values = row.get("pivotValues")
    if not isinstance(values, list):
        raise unusable("figures without saying of what")
    named = [value for value in values if isinstance(value, str)]
    return {
        kind: same(value)
        for kind in (GROUP, CAMPAIGN, CREATIVE)
        for value in named
        if value.startswith(kind)
    }


def unusable(what: str) -> Temporary:
    """An answer that came whole and cannot be right."""
    return Temporary(
        f"LinkedIn Ads sent {what}. Stored figures are unchanged, and it will be asked again."
    )
