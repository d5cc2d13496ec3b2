"""A frozen report: all that its page, PDF, CSV and XLSX show, and nothing that changes later.

Money is in `currency`, major units, as exact decimals; shares are of one. Figures that have no
meaning are None. Texts are final: a rendering adds typography only.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from decimal import Decimal

import msgspec

from app.insights.finding import CLAIMS_NOTHING, Kind

VERSION = 1


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all parts of a document."""


class Days(Part, frozen=True):
    """Both ends are included."""

    first: dt.date
    last: dt.date


class Source(Part, frozen=True):
    """An account the figures come from, as it stood. `settled_through` is None while nothing is."""

    account_id: int
    platform: str
    platform_label: str
    name: str
    currency: str
    time_zone: str
    synced_at: dt.datetime | None
    settled_through: dt.date | None
    sandbox: bool


class Kpi(Part, frozen=True):
    """`unit` is money, multiple, count or share. `better` is more, less or neither."""

    key: str
    label: str
    unit: str
    value: Decimal | None
    before: Decimal | None
    change: Decimal | None
    better: str
    definition: str


class Figures(Part, frozen=True):
    """Sums only. `revenue` is by the report's `revenue_source`, `reported` what platforms claim."""

    spend: Decimal
    revenue: Decimal | None
    reported: Decimal
    conversions: Decimal
    clicks: int
    impressions: int
    orders: int | None


class Day(Part, frozen=True):
    """`figures` is None on a day never read. `settled`: the platforms restate it no more."""

    day: dt.date
    figures: Figures | None
    settled: bool


class PlatformRow(Part, frozen=True):
    platform: str
    label: str
    share: Decimal | None
    figures: Figures
    before: Figures | None


class CampaignRow(Part, frozen=True):
    """Revenue is what the platform reports. `id` is the campaign's row."""

    id: int
    name: str
    platform: str
    platform_label: str
    account: str
    status: str
    figures: Figures
    before: Figures | None


class Entity(Part, frozen=True):
    kind: str
    key: str
    name: str
    platform: str
    role: str


class FindingPart(Part, frozen=True):
    """A finding and its final words. `href` is the page with its rows, a path within the app.

    `numbers` are as the rule computed them, `units` what they count, and under `range` what `low`
    and `high` do. `written_by` is `rules` or the model's name.
    """

    id: int | None
    rule: str
    kind: str
    class_: str = msgspec.field(name="class")
    first: dt.date
    last: dt.date
    entities: list[Entity]
    numbers: dict[str, float]
    units: dict[str, str]
    low: float | None
    high: float | None
    range_per: str
    certainty: float | None
    at_stake: float
    review_on: dt.date | None
    title: str
    saw: str
    how_sure: str
    do: str
    change_our_mind: str
    written_by: str
    href: str

    @property
    def promises(self) -> bool:
        """Whether it says anything that could be held against it later."""
        return self.class_ not in CLAIMS_NOTHING

    @property
    def range_unit(self) -> str:
        """Reports from before kept none; what advice brings was money, the rest is unknown."""
        usual = "money" if self.kind == Kind.RECOMMENDATION.value else "unknown"
        return self.units.get("range", usual)


class Rating(Part, frozen=True):
    """`word` is in the report's language; `tone` good, calm, warn or bad."""

    word: str
    tone: str
    reasons: list[str]
    rule: str


class Claim(Part, frozen=True):
    """What a platform claims to have sold on the days of `store`."""

    platform: str
    label: str
    conversions: Decimal
    value: Decimal


class Store(Part, frozen=True):
    """A shop's own sales beside what platforms claim. `ratio` is claimed / sold."""

    orders: int | None
    net: Decimal
    claims: list[Claim]
    claimed_conversions: Decimal
    claimed_value: Decimal
    ratio: Decimal | None
    sentence: str


class Done(Part, frozen=True):
    """Something people did, from the log of actions."""

    day: dt.date
    text: str
    who: str


class Definition(Part, frozen=True):
    term: str
    meaning: str


class Brand(Part, frozen=True):
    """`colour` is #rrggbb. `logo` is a PNG or SVG of `logo_type`, both empty for none."""

    name: str
    colour: str
    logo: bytes
    logo_type: str


class Document(Part, frozen=True):
    """`summary` are three sentences. `notes` say what is left out of the figures, and why.

    `as_of` is when the figures were read; `today` the workspace's day then. `compare` is
    previous, year or none. `filters` are sentences. `written_by` is `rules`, or a model's name
    where any text is in its words.
    """

    version: int
    title: str
    language: str
    currency: str
    time_zone: str
    workspace: str
    brand: Brand
    as_of: dt.datetime
    today: dt.date
    days: Days
    compare: str
    before: Days | None
    platforms: list[str]
    filters: list[str]
    revenue_source: str
    target_roas: Decimal | None
    sources: list[Source]
    settled_through: dt.date | None
    summary: list[str]
    written_by: str
    rating: Rating
    kpis: list[Kpi]
    wins: list[FindingPart]
    concerns: list[FindingPart]
    recommendations: list[FindingPart]
    trend: list[Day]
    trend_before: list[Day]
    platform_rows: list[PlatformRow]
    campaign_rows: list[CampaignRow]
    store: Store | None
    done: list[Done]
    next_steps: list[str]
    definitions: list[Definition]
    finality: list[str]
    notes: list[str]
    # Those of the notes that are about money in no figure; reports from before have none.
    without_rate: list[str] = []
    # Who worded each sentence of the summary, as `written_by`; not kept in reports from before.
    summary_written_by: list[str] = []
    # The words its renderings put beside the texts, by table of `languages.Labels`.
    labels: dict[str, dict[str, str]] = {}

    @property
    def blank(self) -> bool:
        """Whether there is no figure at all: nothing was read."""
        return all(each.figures is None for each in self.trend)


@dataclass(frozen=True, slots=True)
class Frozen:
    """A document, and the hash of the bytes it is stored as.

    Frozen again, one from before a field came would have another.
    """

    document: Document
    content_hash: str


def freeze(document: Document) -> tuple[bytes, str]:
    """The document as canonical JSON and its SHA-256 in hex: equal documents, equal bytes."""
    frozen = msgspec.json.encode(document, order="sorted")
    return frozen, hashlib.sha256(frozen).hexdigest()


def thaw(frozen: bytes) -> Document:
    """What was frozen. Raises msgspec.ValidationError for what is no document of this version."""
    return msgspec.json.decode(frozen, type=Document)
