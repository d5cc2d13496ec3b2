"""Drawing a test of a workspace's platforms by lot, or saying why there can be none."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec
from babel.numbers import get_currency_precision
from sqlalchemy.orm import Session

from app.advice.fitting_inputs import fitting_inputs
from app.advice.going_on import going_on
from app.advice.looking import thresholds_of
from app.advice.planned import WEEK, tested_days
from app.errors import Invalid
from app.insights.review_days import UNSETTLED_DAYS
from app.metrics.chosen import narrowed
from app.metrics.known_days import first_active
from app.metrics.period import Period
from app.metrics.platforms import is_shop, platform_label
from app.metrics.series import platform_series
from app.metrics.sources import Sources
from app.models import PlannedTest, Workspace

if TYPE_CHECKING:
    from app.insights.planned_test import Plan

WEEKS, SWING = (4, 52), (Decimal("0.1"), Decimal("0.5"))
LATEST_START = dt.timedelta(days=28)
HIGHEST_SEED = 2**31 - 1
LEVEL_DAYS = 28
_LATELY_DAYS = 7
_FEWEST = 2


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asks for. `swing` is a share; `weeks` None is what the account's size needs."""

    platforms: Sequence[str]
    first: dt.date
    weeks: int | None
    swing: Decimal
    seed: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A platform that may be tested.

    `daily` is what the accounts of it that go on spent a day, the mean of `days` of the last 28:
    those that were read of all of them, without days under another test.

    `why_not` is empty, or `behind` (its figures stop), `quiet` (nothing spent in the last week),
    `young` (not a week of figures), `tested` (not a week outside of another test) or `rates`
    (money without an exchange rate).
    """

    platform: str
    daily: Decimal
    conversions: float
    why_not: str = ""
    days: int = 0


@dataclass(frozen=True, slots=True)
class Drawn:
    """A test that is not kept yet; `cost` is the middle 80 % of the change of value meanwhile.

    It is in the test's currency over the whole test, as platforms claim value, and None where
    history says nothing of budgets so far off.
    """

    test: PlannedTest
    cost: tuple[Decimal, Decimal] | None

    @property
    def seen(self) -> str:
        """Another text for a test that differs in anything."""
        test = self.test
        told = [test.platforms, test.levels, test.factors, test.currency, str(test.first)]
        return hashlib.sha256(msgspec.json.encode(told)).hexdigest()[:20]


def candidates(
    session: Session, workspace: Workspace, known: Sources, now: dt.datetime
) -> list[Candidate]:
    """The advertising platforms that count."""
    last = known.unfinished_day(workspace.time_zone, now) - dt.timedelta(days=1)
    names = [each for each in known.platforms if not is_shop(each)]
    tested = tested_days(session, workspace.id)
    return [_candidate(session, known, each, last, tested.get(each, set())) for each in names]


def _candidate(
    session: Session, known: Sources, platform: str, last: dt.date, tested: Collection[dt.date]
) -> Candidate:
    """`tested` are days under other tests, whose budgets say nothing of today's."""
    read = going_on(known, platform, last)
    through = min((each.read_through or dt.date.min for each in read), default=dt.date.min)
    if through < last - dt.timedelta(days=UNSETTLED_DAYS):
        return Candidate(platform, Decimal(0), 0.0, "behind")
    end = min(last, through)
    # A day that was not read of all of them is unknown, not a day of less.
    first = max(each.history_from or end for each in read)
    days = Period(max(min(first, end), end - dt.timedelta(days=LEVEL_DAYS - 1)), end)
    these = narrowed(known, [platform], [each.account_id for each in read])
    series = platform_series(session, these, days)
    nothing = [0.0] * len(days)
    spend, counts = (of.get(platform, nothing) for of in (series.spend, series.conversions))
    usual = [place for place, day in enumerate(days) if day not in tested]
    if len(usual) < min(len(days), _LATELY_DAYS):
        return Candidate(platform, Decimal(0), 0.0, "tested")
    daily, conversions = (sum(of[place] for place in usual) / len(usual) for of in (spend, counts))
    why_not = _why_not(spend, without_rate=series.without_rate)
    return Candidate(platform, Decimal(repr(daily)), conversions, why_not, len(usual))


def _why_not(spend: Sequence[float], *, without_rate: bool) -> str:
    if without_rate:
        return "rates"
    if not sum(spend[-_LATELY_DAYS:]):
        return "quiet"
    return "young" if len(spend) < _LATELY_DAYS else ""


def draw(
    session: Session,
    workspace: Workspace,
    wanted: Wanted,
    *,
    known: Sources,
    today: dt.date,
    now: dt.datetime,
) -> Drawn:
    """A test with its blocks, not kept yet. `today` is the workspace's. Raises Invalid."""
    # numpy takes a while to load, which the web process needs for little else.
    from app.insights.planned_test import plan  # noqa: PLC0415

    chosen = _chosen(candidates(session, workspace, known, now), wanted.platforms)
    _check(wanted, today)
    unit = Decimal(1).scaleb(-get_currency_precision(workspace.currency))
    levels = {each.platform: (each.daily * WEEK).quantize(unit) for each in chosen}
    try:
        planned = plan(
            [each.platform for each in chosen],
            [float(level) for level in levels.values()],
            sum(each.conversions for each in chosen),
            weeks=wanted.weeks,
            swing=float(wanted.swing),
            seed=wanted.seed,
        )
    except ValueError as error:
        raise Invalid(f"There can be no such test: {error}. Nothing was stored.") from error
    test = _kept_as(planned, workspace, levels, wanted)
    return Drawn(test, _cost(session, workspace, test, known, now))


def _kept_as(
    planned: Plan, workspace: Workspace, levels: Mapping[str, Decimal], wanted: Wanted
) -> PlannedTest:
    """The plan as it is stored, every figure as text that reads back exactly."""
    drawn = planned.factors[:, :: planned.block_weeks]
    return PlannedTest(
        workspace_id=workspace.id,
        state="planned",
        stopped_because="",
        platforms=list(planned.names),
        levels={name: f"{level:f}" for name, level in levels.items()},
        factors={
            name: [f"{round(Decimal(repr(float(each))), 4).normalize():f}" for each in row]
            for name, row in zip(planned.names, drawn, strict=True)
        },
        currency=workspace.currency,
        weeks=planned.weeks,
        block_weeks=planned.block_weeks,
        swing=wanted.swing,
        seed=wanted.seed,
        size=planned.size.value,
        chance=Decimal(repr(planned.chance)),
        first=wanted.first,
    )


def _chosen(known: Sequence[Candidate], names: Sequence[str]) -> list[Candidate]:
    found = {each.platform: each for each in known}
    if strangers := sorted(set(names) - set(found)):
        raise Invalid(
            f"No account of {', '.join(strangers)} counts in this workspace, so it cannot be "
            "tested. Choose platforms that you advertise on here."
        )
    chosen = [each for name, each in sorted(found.items()) if name in names]
    if len(chosen) < _FEWEST:
        raise Invalid(
            "A test compares what platforms return, so it needs at least two. Choose another one."
        )
    for each in chosen:
        if each.why_not:
            raise Invalid(f"{platform_label(each.platform)}: {WHY_NOT[each.why_not]}")
    return chosen


WHY_NOT = {
    "behind": "Its figures stop more than a week ago, and days that were not read are unknown, "
    "not zero. Open Connections and have it read again, then plan the test.",
    "quiet": "It spent nothing in the last seven days, and a test raises and lowers what is spent "
    "now. Leave it out, or let it run for some weeks first.",
    "young": "There is not a week of its figures yet, so its budget is not known. Look again then.",
    "tested": "Its last test was over less than a week ago. Put the budgets back and let a week go "
    "by, so that its usual budget is known.",
    "rates": "Some of its days have no exchange rate into the workspace's currency, so its spend "
    "is not known. Open Settings and type a rate in.",
}


def _check(wanted: Wanted, today: dt.date) -> None:
    if wanted.first < today:
        raise Invalid(
            f"The first day, {wanted.first:%Y-%m-%d}, is over: budgets cannot be set in the past. "
            f"Choose {today:%Y-%m-%d} or a later day."
        )
    if wanted.first > today + LATEST_START:
        raise Invalid(
            "A test begins within four weeks: what is spent now says little about later. Choose a "
            f"day up to {today + LATEST_START:%Y-%m-%d}."
        )
    if wanted.weeks is not None and not (
        WEEKS[0] <= wanted.weeks <= WEEKS[1] and wanted.weeks % 2 == 0
    ):
        raise Invalid(
            f"A test takes {WEEKS[0]} to {WEEKS[1]} weeks, an even number, for its blocks last two "
            f"or four. {wanted.weeks} is not possible."
        )
    if not wanted.swing.is_finite() or not SWING[0] <= wanted.swing <= SWING[1]:
        raise Invalid(
            f"Budgets swing by {SWING[0]:.0%} to {SWING[1]:.0%}: less teaches nothing, more costs "
            "too much. Choose something between."
        )
    if not 0 <= wanted.seed <= HIGHEST_SEED:
        raise Invalid(f"The seed is a whole number from 0 to {HIGHEST_SEED}.")


def _cost(
    session: Session, workspace: Workspace, test: PlannedTest, known: Sources, now: dt.datetime
) -> tuple[Decimal, Decimal] | None:
    from app.insights.planned_cost import cost  # noqa: PLC0415 as above

    today = known.unfinished_day(workspace.time_zone, now)
    active = first_active(session, workspace.id)
    figures = fitting_inputs(session, known, today - dt.timedelta(days=1), today, active)
    if figures is None or figures.without_rate:
        return None
    levels = {name: float(level) for name, level in test.levels.items()}
    factors = {name: [float(each) for each in row] for name, row in test.factors.items()}
    found = cost(figures.fitted(), levels, factors, test.block_weeks, thresholds_of(workspace))
    if found is None:
        return None
    unit = Decimal(1).scaleb(-get_currency_precision(test.currency))
    return Decimal(found[0]).quantize(unit), Decimal(found[1]).quantize(unit)
