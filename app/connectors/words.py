"""The words connectors speak in, to whichever platform they talk.

Money is Decimal in the account currency's major units, days are the account's own.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Literal, NamedTuple, Protocol


class Grain(StrEnum):
    """At which grain daily figures are read."""

    CAMPAIGN = "campaign"
    AD = "ad"
    PLACEMENT = "placement"


@dataclass(frozen=True, slots=True)
class Days:
    """An inclusive span of days in an account's own time zone."""

    first: dt.date
    last: dt.date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"the last day {self.last} is before the first {self.first}")

    def __len__(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class Grant:
    """What an owner gave us; instants are UTC.

    `expires_at`: when the access token ends, None when it does not or when nobody says.
    `renews`: whether `refresh` gets a younger one without the owner. `ends_at`: when even that
    is over, None when never or unknown.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    expires_at: dt.datetime | None = None
    renews: bool = False
    ends_at: dt.datetime | None = None
    scopes: tuple[str, ...] = ()
    label: str = ""
    extra: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def deadline(self) -> dt.datetime | None:
        """When the owner has to connect again, as far as is known."""
        return self.ends_at if self.renews else self.expires_at


@dataclass(frozen=True, slots=True)
class FoundAccount:
    """An ad account or shop that a grant can read. `time_zone` is an IANA name.

    `via` is the id of the manager account through which it is reached, `via_name` that one's
    name; both empty for direct access. `reaches_back`: how many days back the platform answers
    for this account when that is fewer than its `history_days`.
    """

    external_id: str
    name: str
    currency: str
    time_zone: str
    status: str = "active"
    via: str = ""
    via_name: str = ""
    reaches_back: int | None = None


class FoundEntity(NamedTuple):
    """A campaign, ad group or ad as its platform describes it now.

    `texts` are an ad's own by kind, where the list of ads holds them: primary_text, headline and
    description, each several where the platform combines them, and landing_page, the addresses it
    leads to; None where it does not say.
    """

    external_id: str
    name: str
    status: str
    platform_status: str
    campaign_id: str = ""
    ad_group_id: str = ""
    objective: str = ""
    channel: str = ""
    budget: Decimal | None = None
    budget_kind: str | None = None
    started_at: dt.datetime | None = None
    texts: Mapping[str, Sequence[str]] | None = None


@dataclass(frozen=True, slots=True)
class Structure:
    """Everything an account lists now; what is missing from it has been removed."""

    campaigns: Sequence[FoundEntity]
    ad_groups: Sequence[FoundEntity] = ()
    ads: Sequence[FoundEntity] = ()


class Fact(NamedTuple):
    """One day of one thing. Ids and names the grain lacks are empty.

    Names come along because a removed campaign is no longer listed, yet its figures are.
    """

    day: dt.date
    campaign_id: str
    campaign_name: str
    ad_group_id: str
    ad_group_name: str
    ad_id: str
    ad_name: str
    placement: str
    impressions: int
    clicks: int
    spend: Decimal
    conversions: Decimal
    value: Decimal


class DayTotal(NamedTuple):
    """The account's own totals for a day, asked for separately; for reconciliation.

    A shop's are its `orders`, with zeros before them.
    """

    day: dt.date
    spend: Decimal
    impressions: int
    clicks: int
    orders: int | None = None


class Reached(NamedTuple):
    """How many people saw a campaign in a span of days, and how often; both of one answer."""

    campaign_id: str
    reach: int
    impressions: int


class StoreFigures(NamedTuple):
    """One day of a shop, in its currency; see `StoreDay` for what each amount holds."""

    day: dt.date
    net: Decimal
    orders: int | None = None
    gross: Decimal | None = None
    discounts: Decimal | None = None
    refunds: Decimal | None = None
    tax: Decimal | None = None
    shipping: Decimal | None = None
    new_customers: int | None = None


@dataclass(frozen=True, slots=True)
class Quota:
    """What a platform lets this whole installation ask, for all its connections together.

    `limit` is in units per rolling 24 hours, or per day of UTC; None when the platform keeps
    it to itself: use is counted and shown, and the platform's refusal ends the day.
    """

    name: str
    label: str
    limit: int | None
    period: Literal["rolling", "utc_day"] = "rolling"


class Meter(Protocol):
    """Where use of an installation's quotas is written down."""

    def spend(self, quota: str, units: int) -> None:
        """Take units before asking. Raises Throttled when none are left."""

    def exhausted(self, quota: str, retry_after: float) -> None:
        """The platform itself says that the quota is used up for that many seconds."""


class Unmetered:
    """Counts nothing: for hand-shakes and tests."""

    def spend(self, quota: str, units: int) -> None:
        """Free."""

    def exhausted(self, quota: str, retry_after: float) -> None:
        """Nobody else asks."""


@dataclass(frozen=True, slots=True)
class PastedField:
    """One input of a form for pasted credentials; `name` is also its name in the JSON API."""

    name: str
    label: str
    hint: str = ""
    secret: bool = True


@dataclass(frozen=True, slots=True)
class PastedForm:
    """Credentials that a platform lets people paste instead of signing in; all fields are needed.

    `help` says where they are found.
    """

    title: str
    help: str
    fields: tuple[PastedField, ...]


def pkce_challenge(verifier: str) -> str:
    """The S256 code challenge of a verifier (RFC 7636, section 4.2)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
