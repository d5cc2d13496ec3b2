"""What the rules on wins and concerns are asked about: things over a period and before it.

A thing is the whole workspace, a platform, channel, placement, campaign or ad. Days are settled
ones only and oldest first; money is in one currency, major units, also what came before. Any
sequence of floats will do for a day axis, numpy's arrays as well.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from math import isfinite

from app.insights.finding import Entity


def _fit(amounts: Sequence[float]) -> bool:
    """Whether all are numbers from 0 on; one that is none makes the sum none."""
    return not len(amounts) or (min(amounts) >= 0 and isfinite(sum(amounts)))


@dataclass(frozen=True, slots=True)
class Sums:
    """Added up over days. Ratios are None where they would divide by nothing.

    Raises ValueError for what is negative or no number.
    """

    spend: float = 0.0
    impressions: float = 0.0
    clicks: float = 0.0
    conversions: float = 0.0
    value: float = 0.0

    def __post_init__(self) -> None:
        # A look makes tens of thousands, so all are tried before one is looked for.
        amounts = (self.spend, self.impressions, self.clicks, self.conversions, self.value)
        if _fit(amounts):
            return
        for name, amount in zip(FIELDS, amounts, strict=True):
            if not _fit((amount,)):
                raise ValueError(f"{name} is {amount}, and must be a number from 0 on.")

    def __add__(self, other: Sums) -> Sums:
        return Sums(*(getattr(self, each) + getattr(other, each) for each in FIELDS))

    @property
    def roas(self) -> float | None:
        """What the platform claims to have sold for each unit of spend."""
        return self.value / self.spend if self.spend else None

    @property
    def cpa(self) -> float | None:
        """Spend for each conversion."""
        return self.spend / self.conversions if self.conversions else None


FIELDS = tuple(each.name for each in fields(Sums))


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Daily:
    """The same day by day; every sequence has one entry for each day. Raises ValueError."""

    spend: Sequence[float]
    impressions: Sequence[float]
    clicks: Sequence[float]
    conversions: Sequence[float]
    value: Sequence[float]

    def __post_init__(self) -> None:
        lengths = {len(getattr(self, each)) for each in FIELDS}
        if len(lengths) != 1:
            raise ValueError(f"A day axis has one length, not {sorted(lengths)}.")
        for each in FIELDS:
            if not _fit(getattr(self, each)):
                raise ValueError(f"{each} has a day below 0 or without a number.")

    def __len__(self) -> int:
        return len(self.spend)

    def sums(self, start: int = 0, stop: int | None = None) -> Sums:
        """Added up from day `start` to before day `stop`."""
        return Sums(*(float(sum(getattr(self, each)[start:stop])) for each in FIELDS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """One thing over the period (`now`) and the days compared with (`before`).

    `within` are the entities it is part of: for a campaign its platform and channel, for an ad
    those and its campaign, for a placement its platform. `parts` are a placement's campaigns as
    far as they ran in it; other things find theirs by `within`. `status` is ours: active, paused,
    learning, ended, removed or problem; `platform_status` the platform's word. `daily_budget` is
    None where there is none or it is not known. `frequency` is impressions by reach, None where
    reach is not known; of the days of the period unless `frequency_days` has others within it
    (first and last), for people are not added up. `audience` is prospecting, retargeting or empty
    for not known. Targets are None for those of the workspace. `for_results` is False for a
    campaign that is not after conversions, such as one for reach.
    """

    entity: Entity
    now: Sums
    before: Sums = Sums()
    daily: Daily | None = field(default=None, compare=False)
    daily_before: Daily | None = field(default=None, compare=False)
    within: tuple[Entity, ...] = ()
    parts: tuple[Thing, ...] = ()
    status: str = "active"
    platform_status: str = ""
    daily_budget: float | None = None
    frequency: float | None = None
    frequency_days: tuple[dt.date, dt.date] | None = None
    audience: str = ""
    for_results: bool = True
    target_roas: float | None = None
    target_cpa: float | None = None

    @property
    def place(self) -> tuple[str, str]:
        """What tells it from all others."""
        return self.entity.kind, self.entity.key

    def is_in(self, other: Thing) -> bool:
        """Whether it is part of another; everything is part of the workspace."""
        if other.entity.kind == "workspace":
            return self.entity.kind != "workspace"
        return any((each.kind, each.key) == other.place for each in self.within)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSales:
    """What shops sold and what each platform claims of the same `days`.

    `orders` is None where unknown. `claims` are platforms with their conversions and value.
    """

    days: int
    revenue: float
    orders: float | None = None
    claims: tuple[tuple[Entity, float, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthBudget:
    """A budget for a calendar month and what was spent of it on its days that are over.

    `month` is the month's first day. `earlier` are the daily amounts up to the day before it,
    by which weekdays are told apart; four weeks or more, else days count alike.
    """

    entity: Entity
    budget: float
    month: dt.date
    spent: Sequence[float]
    earlier: Sequence[float] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A connection that figures come through. `state` is ok, revoked, failing or stale.

    `last_day` is the last day that was read, `daily_spend` what is usually spent there a day,
    nothing where that is not known.
    """

    entity: Entity
    state: str
    last_day: dt.date | None = None
    daily_spend: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodFigures:
    """Everything the rules look at. Only settled days: `first` to `last`, both included.

    `before_first` and `before_last` are None without a comparison; the things' `before` are then
    nothing. `still_settling` counts days after `last` that were left out. `break_even_roas` is
    None where margins are not known.
    """

    first: dt.date
    last: dt.date
    before_first: dt.date | None = None
    before_last: dt.date | None = None
    currency: str
    workspace: Thing
    platforms: tuple[Thing, ...] = ()
    channels: tuple[Thing, ...] = ()
    placements: tuple[Thing, ...] = ()
    campaigns: tuple[Thing, ...] = ()
    ads: tuple[Thing, ...] = ()
    target_roas: float | None = None
    target_cpa: float | None = None
    break_even_roas: float | None = None
    still_settling: int = 0
    store: StoreSales | None = None
    month_budgets: tuple[MonthBudget, ...] = ()
    feeds: tuple[Feed, ...] = ()

    @property
    def days(self) -> int:
        """How many there are."""
        return (self.last - self.first).days + 1

    @property
    def days_before(self) -> int:
        """How many are compared with; none without a comparison."""
        if self.before_first is None or self.before_last is None:
            return 0
        return (self.before_last - self.before_first).days + 1

    @property
    def things(self) -> tuple[Thing, ...]:
        """Everything that changes are looked for in, from wide to narrow."""
        wide = (self.workspace, *self.platforms, *self.channels)
        return (*wide, *self.placements, *self.campaigns)

    def campaigns_of(self, thing: Thing) -> tuple[Thing, ...]:
        """The campaigns that make up a thing, as far as they do."""
        if thing.entity.kind == "placement":
            return thing.parts
        return tuple(each for each in self.campaigns if each.is_in(thing))
