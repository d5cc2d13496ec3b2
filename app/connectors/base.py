"""The contract every platform fulfils, and the words it is written in.

A connector turns a platform's answers into the types below and its errors into the
`ConnectorError` family. Money is Decimal in the account currency's major units, days are the
account's own.
"""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from app.errors import AppError
from app.settings import Settings

if TYPE_CHECKING:
    from app.connectors.http import Http


class ConnectorError(AppError):
    """The platform did not give what was asked; the message is fit for the owner.

    `retry_after` is the platform's own hint in seconds, None when it gave none.
    """

    code = "platform_error"
    status = 502

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Temporary(ConnectorError):
    """Worth asking again: the platform is unwell or its answer was unusable."""


class Throttled(ConnectorError):
    """Asked too often; nothing may be asked before `retry_after` is over."""


class AccessRevoked(ConnectorError):
    """Permanent: only the owner can mend it, and the message says how."""

    code = "needs_attention"
    status = 409


class OAuthDenied(ConnectorError):
    """The person said no, or the code was used, wrong or expired."""

    code = "not_connected"
    status = 400


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
    """What an owner gave us. `expires_at` is UTC, None when it does not expire or is unknown."""

    access_token: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    expires_at: dt.datetime | None = None
    scopes: tuple[str, ...] = ()
    label: str = ""
    extra: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class FoundAccount:
    """An ad account or shop that a grant can read. `time_zone` is an IANA name."""

    external_id: str
    name: str
    currency: str
    time_zone: str
    status: str = "active"


class FoundEntity(NamedTuple):
    """A campaign, ad group or ad as its platform describes it now."""

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
    """The account's own totals for a day, asked for separately; for reconciliation."""

    day: dt.date
    spend: Decimal
    impressions: int
    clicks: int


class Connector(ABC):
    """One platform, acting for one grant. Subclasses register themselves by `slug`.

    `restates_days`: how long figures of a day may still change. `history_days`: how far back
    the platform answers. `chunk_days`: a span that one read at ad level answers comfortably.
    """

    slug: ClassVar[str]
    label: ClassVar[str]
    tagline: ClassVar[str]
    colour: ClassVar[str]
    restates_days: ClassVar[int]
    history_days: ClassVar[int]
    chunk_days: ClassVar[int] = 7
    grains: ClassVar[tuple[Grain, ...]] = (Grain.CAMPAIGN, Grain.AD)
    accepts_pasted_token: ClassVar[bool] = False

    registry: ClassVar[dict[str, type[Connector]]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if cls.slug in Connector.registry:
            raise TypeError(f"two connectors call themselves {cls.slug}")
        Connector.registry[cls.slug] = cls

    def __init__(self, settings: Settings, http: Http, grant: Grant | None = None) -> None:
        self.settings = settings
        self.http = http
        self.grant = grant

    @property
    def pause_hint(self) -> float:
        """Seconds to ask nothing more after the last answer, lest a limit be reached."""
        return 0.0

    @classmethod
    @abstractmethod
    def configured(cls, settings: Settings) -> bool:
        """Whether this installation has the credentials to start an OAuth hand-shake."""

    @classmethod
    @abstractmethod
    def is_sandbox(cls, settings: Settings) -> bool:
        """Whether the host settings point at this machine."""

    @abstractmethod
    def authorize_url(self, *, redirect_uri: str, state: str, started: Mapping[str, str]) -> str:
        """Where the popup goes."""

    @abstractmethod
    def exchange(
        self, answer: Mapping[str, str], *, redirect_uri: str, started: Mapping[str, str]
    ) -> Grant:
        """The callback's query becomes a grant. Raises OAuthDenied or AccessRevoked."""

    @abstractmethod
    def accept_token(self, token: str) -> Grant:
        """Check a pasted token with the platform. Raises AccessRevoked when it is no good."""

    @abstractmethod
    def refresh(self) -> Grant | None:
        """A younger grant when this one ought to be renewed now, None when it need not be."""

    @abstractmethod
    def revoke(self) -> None:
        """Give the grant back to the platform."""

    @abstractmethod
    def accounts(self) -> list[FoundAccount]:
        """Every account the grant can read."""

    @abstractmethod
    def structure(self, account: FoundAccount) -> Structure:
        """Campaigns, ad groups and ads as listed now, read to the last page."""

    @abstractmethod
    def facts(
        self, account: FoundAccount, grain: Grain, days: Days, *, conversion_action: str | None
    ) -> Iterator[list[Fact]]:
        """Daily figures page by page; ends only after the last page, else raises."""

    @abstractmethod
    def totals(self, account: FoundAccount, days: Days) -> list[DayTotal]:
        """The account's own totals of each day that had any delivery."""
