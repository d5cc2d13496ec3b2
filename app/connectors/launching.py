"""The contract of a platform on which campaigns can be created, always paused.

A campaign is created step by step. A platform has no key that makes a repeated call harmless, so
before a step whose outcome is unknown is tried again, `find` looks for what it may have made, by
the order's `mark`, which stands in every name. Nothing here ever enables anything.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from app.connectors.errors import ConnectorError

if TYPE_CHECKING:
    from app.connectors.base import Connector
    from app.connectors.words import FoundAccount

EUROPEAN_UNION = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()
)
PROTECTED = frozenset({"housing", "employment", "credit"})
"""Special categories for which platforms let nobody narrow an audience by age or gender."""


class Refused(ConnectorError):
    """The platform said no to what was sent; nothing was made by this step.

    `field` names the part of the draft that has to change, empty when none does.
    """

    code = "refused"
    status = 422

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class Unknown(ConnectorError):
    """No answer came, so the step may or may not have made something; look before repeating."""

    code = "unknown_outcome"


@dataclass(frozen=True, slots=True)
class AdCopy:
    """The texts of one ad. `cta` is the platform's own word.

    A responsive search ad uses `headlines`, `descriptions` and `paths`; others the single texts.
    """

    primary_text: str
    headline: str
    description: str = ""
    cta: str = ""
    headlines: tuple[str, ...] = ()
    descriptions: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """An image to show, as it was uploaded."""

    content: bytes = field(repr=False)
    media_type: str = "image/jpeg"
    filename: str = "picture.jpg"

    @property
    def md5(self) -> str:
        """By which platforms tell pictures apart."""
        return hashlib.md5(self.content, usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class Order:
    """A campaign to create.

    `name` is the owner's, `mark` a short unique text that every created object's name ends with.
    `daily_budget` is in the account currency's major units. Days are the account's own;
    `ends_on` is the last one, None for no end. `countries` are ISO 3166-1 alpha-2. Ages are
    inclusive, 65 stands for 65 and older. `url` is the landing page with its UTM parameters.
    `profile` is one of `Choices.profiles`. `special` holds our words for special categories:
    housing, employment, credit, politics. `language` is ISO 639-1. `answers` are the draft's
    answers to the platform's own `Choices.questions`, by their names.
    """

    name: str
    mark: str
    goal: str
    daily_budget: Decimal
    starts_on: dt.date
    ends_on: dt.date | None
    countries: tuple[str, ...]
    age_min: int
    age_max: int
    gender: str
    language: str
    url: str
    profile: str
    ads: tuple[AdCopy, ...]
    keywords: tuple[str, ...] = ()
    special: tuple[str, ...] = ()
    picture: Picture | None = None
    answers: Mapping[str, str] = field(default_factory=dict)

    def named(self, part: str = "") -> str:
        """The name of an object: the campaign's, a part, and the mark it is found by."""
        return " · ".join(filter(None, (self.name, part))) + f" [{self.mark}]"

    @property
    def is_protected(self) -> bool:
        return not PROTECTED.isdisjoint(self.special)

    def budget_fits(self, decimals: int) -> bool:
        """Whether the daily budget, which is a finite number, has no more decimals than these."""
        exponent = self.daily_budget.normalize().as_tuple().exponent
        return isinstance(exponent, int) and -exponent <= decimals


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to choose from, by the platform's id."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Question:
    """What only this platform wants to know: a choice when `choices` is not empty, else text.

    `needed` means the campaign cannot be created without; `goals` limits it to these goals.
    """

    name: str
    label: str
    help: str = ""
    choices: tuple[Choice, ...] = ()
    needed: bool = False
    goals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choices:
    """What an account offers a draft.

    `profiles` are the pages, organisations or identities an ad may speak as; `profile_word` is
    what the platform calls one, empty when ads need none. `least_budget` is the smallest daily
    budget in the account's currency, None when the platform does not say. `picture` says whether
    an ad needs one. `goals` are those that can be created with what the account has.
    """

    profile_word: str = ""
    profiles: tuple[Choice, ...] = ()
    least_budget: Decimal | None = None
    picture: bool = False
    keywords: bool = False
    goals: tuple[str, ...] = ("sales", "leads", "traffic", "awareness")
    questions: tuple[Question, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One call that creates something.

    `key` names it inside the draft: campaign, ad_group, picture, creative-1, ad-1 … `kind` is the
    platform's own word for the object, `name` what it will be called, `request` exactly what is
    sent, with `{campaign}` and the like where the id of an earlier step will stand.
    """

    key: str
    kind: str
    name: str
    request: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DryRun:
    """What the platform said to a trial. `asked` is False where it has none; `note` says so."""

    asked: bool
    problems: tuple[str, ...] = ()
    note: str = ""


Made = Mapping[str, str]
"""Ids by step key. Of `campaign`, `ad_group` and `ad-<n>` in the form `Connector.structure` lists,
so that later figures find them; a platform may add keys of its own."""


def can_run(key: str) -> bool:
    """Whether what a step made is switched on and off, as a picture or a text alone is not."""
    return key in ("campaign", "ad_group") or key.startswith("ad-")


def filled(value: Any, ids: Mapping[str, str], places: Collection[str]) -> Any:
    """A step's request with ids in place of their keys in braces.

    Only the fields called as in `places` hold such keys; texts are left alone, whatever they say.
    """
    if isinstance(value, Mapping):
        return {
            name: _put(one, ids) if name in places else filled(one, ids, places)
            for name, one in value.items()
        }
    if isinstance(value, list):
        return [filled(one, ids, places) for one in value]
    return value


def _put(value: Any, ids: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        return [_put(one, ids) for one in value]
    return ids.get(value.strip("{}"), value)


def is_web_address(url: str) -> bool:
    """Whether it is a whole address to which an ad can lead people."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    is_whole = parts.scheme == "https" and "." in (parts.hostname or "")
    return is_whole and not any(each.isspace() for each in url)


class Launcher(ABC):
    """Creates campaigns with one connector's grant.

    `label` is the platform's manager as people know it. `dry_runs` says whether the platform can
    be asked without creating.
    """

    manager: ClassVar[str]
    dry_runs: ClassVar[bool] = False

    def __init__(self, connector: Connector) -> None:
        self.connector = connector

    def today(self, account: FoundAccount) -> dt.date:
        """The day it is where the account is."""
        return self.connector.http.now().astimezone(ZoneInfo(account.time_zone)).date()

    @abstractmethod
    def missing_permission(self, account: FoundAccount) -> str:
        """What has to be granted before anything can be created, and how; empty when nothing."""

    @abstractmethod
    def choices(self, account: FoundAccount) -> Choices:
        """What the account offers. Asks the platform."""

    @abstractmethod
    def problems(self, account: FoundAccount, order: Order) -> list[str]:
        """What is known to be wrong without asking anybody; empty when nothing."""

    @abstractmethod
    def steps(self, account: FoundAccount, order: Order) -> list[Step]:
        """Every call in its order. Asks nobody, so that a review shows exactly what is sent."""

    @abstractmethod
    def dry_run(self, account: FoundAccount, order: Order) -> DryRun:
        """Ask the platform whether it would take the order; creates nothing."""

    @abstractmethod
    def create(self, account: FoundAccount, order: Order, step: Step, made: Made) -> Made:
        """Do one step, asked exactly once; the ids it made, by key.

        `made` are the ids of earlier steps. Raises Refused when the platform said no, Unknown when
        it did not answer, AccessRevoked, AccountRefused or Throttled as elsewhere.
        """

    @abstractmethod
    def find(self, account: FoundAccount, order: Order, step: Step, made: Made) -> Made:
        """What an earlier try of this step made, looked up by name; empty when nothing."""

    @abstractmethod
    def verify(self, account: FoundAccount, order: Order, made: Made) -> list[str]:
        """Read back everything made so far and say what is not paused; empty when all is.

        What should be paused and is not is paused first.
        """

    @abstractmethod
    def remove(self, account: FoundAccount, made: Made) -> Sequence[str]:
        """Delete what a launch that did not end has made; the keys that are gone now."""

    @abstractmethod
    def manager_url(self, account: FoundAccount, made: Made) -> str:
        """Where a person sees the campaign in the platform's own manager."""
