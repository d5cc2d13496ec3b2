"""A platform of the tests' own: it asks for an address first and takes two pasted forms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import ClassVar

from app.connectors.base import Connector
from app.connectors.errors import AccessRevoked, OAuthDenied, SetupProblem, Temporary
from app.connectors.words import (
    Days,
    DayTotal,
    Fact,
    FoundAccount,
    Grain,
    Grant,
    PastedField,
    PastedForm,
    Quota,
    Structure,
)
from app.settings import Settings

PLACE = PastedField("place", "The stall's place", "Such as north-7.", secret=False)
TOKEN = PastedField("access_token", "Access token")
IDS = PastedField("advertiser_ids", "Numbers", secret=False)


class Stall(Connector):
    slug = "stall"
    label = "Stalls"
    tagline = "Markets"
    colour = "#123456"
    restates_days = 1
    history_days = 10
    sells = True
    start_fields = (PLACE,)
    pasted_forms = (
        PastedForm("Long-lived token", "On the stall's door.", (TOKEN,)),
        PastedForm("Token and numbers", "Under the counter.", (TOKEN, IDS)),
    )
    found: ClassVar[list[FoundAccount]] = []
    seen: ClassVar[list[Mapping[str, str]]] = []
    setup: ClassVar[str | Exception] = "The stall knows this app."
    quota: ClassVar[tuple[Quota, ...]] = ()

    @classmethod
    def configured(cls, settings: Settings) -> bool:
        return True

    @classmethod
    def is_sandbox(cls, settings: Settings) -> bool:
        return True

    @classmethod
    def quotas(cls, settings: Settings) -> tuple[Quota, ...]:
        return cls.quota

    @classmethod
    def begin_with(cls, asked: Mapping[str, str]) -> dict[str, str]:
        place = asked.get("place", "")
        if not place.startswith("north-"):
            raise OAuthDenied("Name the place of your stall, such as north-7.")
        return {"place": place}

    def authorize_url(self, *, redirect_uri: str, state: str, started: Mapping[str, str]) -> str:
        return f"https://{started['place']}.example/agree?state={state}"

    def exchange(
        self, answer: Mapping[str, str], *, redirect_uri: str, started: Mapping[str, str]
    ) -> Grant:
        return Grant("granted", extra={"place": started["place"]})

    def accept_pasted(self, given: Mapping[str, str]) -> Grant:
        if "wrong" in given.values():
            raise AccessRevoked("The stall does not know this. Copy it again from the door.")
        self.seen.append(given)
        return Grant("granted", extra={"note": "The stall is closed on Sundays."})

    def refresh(self, *, refused: bool = False) -> Grant | None:
        return None

    def revoke(self) -> None:
        """Nothing to give back."""

    def check_setup(self) -> str:
        if isinstance(self.setup, Exception):
            raise self.setup
        return self.setup

    def accounts(self) -> list[FoundAccount]:
        return self.found

    def structure(self, account: FoundAccount) -> Structure:
        return Structure([])

    def facts(
        self, account: FoundAccount, grain: Grain, days: Days, *, conversion_action: str | None
    ) -> Iterator[list[Fact]]:
        return iter(())

    def totals(self, account: FoundAccount, days: Days) -> list[DayTotal]:
        return []


# Only while a test asks for it.
del Connector.registry["stall"]
FOUND = (
    FoundAccount("s1", "Corner", "USD", "UTC"),
    FoundAccount("s2", "Middle", "USD", "UTC", via="m1", via_name="Market hall"),
    FoundAccount("s3", "Shut", "USD", "UTC", "closed"),
)
REFUSED = SetupProblem("The stall does not know STALL_ID. Compare it with the door.")
SILENT = Temporary("The stall did not answer.")


@contextmanager
def stall_platform() -> Iterator[type[Stall]]:
    """Registered for as long as the context lasts, and as it was at first."""
    Connector.registry["stall"] = Stall
    Stall.found, Stall.seen, Stall.setup, Stall.quota = list(FOUND), [], "The stall knows it.", ()
    try:
        yield Stall
    finally:
        del Connector.registry["stall"]
