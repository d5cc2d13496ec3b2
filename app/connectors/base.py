"""The contract every platform fulfils.

A connector turns a platform's answers into the types of `words` and its errors into those of
`errors`.
"""

from __future__ import annotations

import datetime as dt
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, ClassVar

from app.connectors.errors import AccessRevoked, Temporary
from app.connectors.words import (
    Days,
    DayTotal,
    Fact,
    FoundAccount,
    Grain,
    Grant,
    Meter,
    PastedField,
    PastedForm,
    Quota,
    Reached,
    StoreFigures,
    Structure,
    Unmetered,
)
from app.settings import Settings

if TYPE_CHECKING:
    from app.connectors.changing import Changer
    from app.connectors.http import Http
    from app.connectors.launching import Launcher

# A token this near its end is renewed before it is used.
RENEW_EARLY = dt.timedelta(minutes=5)


class Connector(ABC):
    """One platform, acting for one grant. Subclasses register themselves by `slug`.

    `restates_days`: how long figures of a day may still change. `history_days`: how far back
    the platform answers. `chunk_days`: a span that one read at ad level answers comfortably.
    `readers`: how many reads of one account it allows at once. `sells`: a shop, which has
    `store_days` and no `facts`. `start_fields`: what people fill in before the popup opens, such
    as a shop's address; `begin_with` gets it by these names. `launches`: what creates paused
    campaigns with a connector, None where nothing can; `changes` likewise what changes budgets and
    statuses. `create_scopes`: what either needs beyond reading; a hand-shake begun with
    `access=create` asks for those, too. `tells_reach`: it has `reach`.

    `started` holds what was remembered when a hand-shake began: a PKCE `verifier`, and what
    `begin_with` made of the start's query.
    """

    slug: ClassVar[str]
    label: ClassVar[str]
    tagline: ClassVar[str]
    colour: ClassVar[str]
    restates_days: ClassVar[int]
    history_days: ClassVar[int]
    chunk_days: ClassVar[int] = 7
    readers: ClassVar[int] = 2
    grains: ClassVar[tuple[Grain, ...]] = (Grain.CAMPAIGN, Grain.AD)
    sells: ClassVar[bool] = False
    pasted_forms: ClassVar[tuple[PastedForm, ...]] = ()
    start_fields: ClassVar[tuple[PastedField, ...]] = ()
    launches: ClassVar[type[Launcher] | None] = None
    changes: ClassVar[type[Changer] | None] = None
    create_scopes: ClassVar[tuple[str, ...]] = ()
    tells_reach: ClassVar[bool] = False

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
        self.meter: Meter = Unmetered()
        self.custodian: Custodian = _ask_the_platform
        self.notices: list[str] = []
        self._renewing = threading.Lock()

    def granted(self) -> Grant:
        """The grant to ask with, renewed first when its end is near. Raises AccessRevoked."""
        grant = self._held()
        if not grant.renews or grant.expires_at is None:
            return grant
        left = grant.expires_at - self.http.now()
        if left > RENEW_EARLY:
            return grant
        try:
            return self._renew(grant, refused=False) or grant
        except Temporary:
            if left > dt.timedelta(0):
                return grant
            raise

    def renewed(self, refused: Grant) -> Grant | None:
        """Another grant after the platform refused this one; None when there is none to get."""
        return self._renew(refused, refused=True)

    def note(self, notice: str) -> None:
        """Tell the owner something about this sync, once."""
        if notice not in self.notices:
            self.notices.append(notice)

    def _held(self) -> Grant:
        if self.grant is None:
            raise AccessRevoked(
                f"{self.label} is not connected. Open Connections and press Connect on "
                f"{self.label}."
            )
        return self.grant

    def _renew(self, held: Grant, *, refused: bool) -> Grant | None:
        """One thread asks; the others take what it got."""
        with self._renewing:
            if self.grant is not None and self.grant is not held:
                return self.grant
            younger = self.custodian(self, held, refused)
            if younger is not None:
                self.grant = younger
            return younger

    @property
    def pause_hint(self) -> float:
        """Seconds to ask nothing more after the last answer, lest a limit be reached."""
        return 0.0

    @classmethod
    def quotas(cls, settings: Settings) -> tuple[Quota, ...]:
        """What this installation may ask of the platform in a day."""
        del settings
        return ()

    @classmethod
    def begin_with(cls, asked: Mapping[str, str]) -> dict[str, str]:
        """What of the start's query the hand-shake needs, checked. Raises OAuthDenied."""
        creates = cls.create_scopes and asked.get("access") == "create"
        return {"access": "create"} if creates else {}

    @classmethod
    def more_scopes(cls, started: Mapping[str, str]) -> tuple[str, ...]:
        """What the hand-shake asks for beyond reading."""
        return cls.create_scopes if started.get("access") == "create" else ()

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
    def accept_pasted(self, given: Mapping[str, str]) -> Grant:
        """Check credentials of one of `pasted_forms`. Raises AccessRevoked when they fail."""

    @abstractmethod
    def refresh(self, *, refused: bool = False) -> Grant | None:
        """A younger grant when this one ought to be renewed now, None when it need not be.

        `refused`: the platform no longer takes the access token, whatever its end was to be.
        The new grant is stored before it is used. Raises AccessRevoked when only the owner can
        mend it.
        """

    @abstractmethod
    def revoke(self) -> None:
        """Give the grant back to the platform; one that has ended already needs no giving."""

    @abstractmethod
    def check_setup(self) -> str:
        """Ask the platform whether the installation's own credentials are good; what it said.

        Without a grant. Raises SetupProblem with what to change and where.
        """

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

    def reach(self, account: FoundAccount, days: Days) -> list[Reached]:
        """How many people saw each campaign in these days as a whole. Only where `tells_reach`."""
        raise NotImplementedError

    def store_days(self, account: FoundAccount, days: Days) -> list[StoreFigures]:
        """A shop's figures of each day on which anything happened. Only where `sells`."""
        raise NotImplementedError


Custodian = Callable[[Connector, Grant, bool], Grant | None]
"""Who renews: given a connector, the grant it holds and whether the platform refused that one,
the grant to go on with, or None. Inside a sync it works under the connection's row lock."""


def _ask_the_platform(connector: Connector, held: Grant, refused: bool) -> Grant | None:  # noqa: FBT001 a Custodian
    del held
    return connector.refresh(refused=refused)
