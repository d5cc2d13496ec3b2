"""What the dashboard's figures are made of, put together in a fixed number of statements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy.orm import Session

from app.metrics.campaigns import CampaignFigures, Wish, campaigns
from app.metrics.chosen import Choice, against_claims
from app.metrics.claims import StoreAgainstClaims
from app.metrics.figures import RevenueSource, change, revenue_source
from app.metrics.freshness import Freshness, Match, freshness, match, runs
from app.metrics.overlap import Overlap, overlaps
from app.metrics.performance import DayFigures, Incomplete, Performance
from app.metrics.period import Period, compare
from app.metrics.platforms import is_shop
from app.metrics.problems import UNFINISHED, Problem, problems
from app.metrics.sources import Source, Sources, sources
from app.metrics.store_revenue import StoreRevenue
from app.models import SyncRun, Workspace
from app.reports.rows import PARAMETER
from app.web.charts import Pick
from app.web.narrowing import Narrow, narrow
from app.web.ranges import View

TOP = 10


@dataclass(frozen=True, slots=True)
class Numbers:
    """The figures of a view, and whose revenue is shown; `today` is not over somewhere.

    `known` are the accounts of `whole` that count here.
    `report` is what they are narrowed to; `split` is as in app.metrics.chosen, and the platforms'
    revenue is shown then, whatever is wanted.
    """

    today: dt.date
    view: View
    whole: Sources
    known: Sources
    found: Performance
    source: RevenueSource
    store: StoreRevenue
    report: Narrow | None = None
    split: bool = False

    @property
    def empty(self) -> str:
        """Which kind of nothing there is: connect, choose or range; empty when there is some."""
        if not self.known.counted:
            linked = any(link.status != "disconnected" for link in self.known.links)
            return "choose" if linked else "connect"
        if not self.found.shown.anything and not self.found.apart:
            return "range"
        return ""

    @property
    def incomplete(self) -> list[tuple[Source, Incomplete]]:
        """Shops' days without the tax or shipping wanted in revenue, while that is shown."""
        if self.source is not RevenueSource.STORE:
            return []
        by_id = {source.account_id: source for source in self.known.counted}
        return [(by_id[each.account_id], each) for each in self.found.incomplete]

    @property
    def shop_edges(self) -> list[ShopEdge]:
        """Where a shop's figures begin or end, when spend beyond has none to stand against."""
        over = self.found.comparison.over
        if self.source is not RevenueSource.STORE or over is None:
            return []
        spent = [s.day for s in self.found.slices if s.day in over and s.figures.spend]
        shops = [s for s in self.known.counted if is_shop(s.platform)]
        held = [s for s in shops if any(s.holds(day) for day in over)]
        return [edge for shop in held for edge in _edges(shop, _name(shop, shops), spent)]


@dataclass(frozen=True, slots=True)
class ShopEdge:
    """The first (`begins`) or last day of a shop's figures; `name` is empty for the only shop."""

    name: str
    begins: bool
    day: dt.date


@dataclass(frozen=True, slots=True)
class Card:
    """One figure: now, before, its change, and its days but for one that is not over.

    There is no change where either side lacks money without a rate.
    """

    metric: str
    value: Decimal | None
    before: Decimal | None
    change: Decimal | None
    days: Sequence[Decimal | int | None]


@dataclass(frozen=True, slots=True)
class Board:
    """Everything on the dashboard."""

    numbers: Numbers
    fresh: Freshness
    unsettled: Period | None
    match: Match | None
    problems: Sequence[Problem]
    overlaps: Sequence[Overlap]
    claims: StoreAgainstClaims | None
    running: Sequence[SyncRun]
    top: Sequence[CampaignFigures]

    @property
    def cards(self) -> dict[str, Card]:
        """The four cards by metric."""
        source = self.numbers.source
        picks: dict[str, Pick] = {
            "spend": lambda figures: figures.spend,
            "revenue": lambda figures: figures.revenue(source),
            "roas": lambda figures: figures.roas(source),
            "conversions": lambda figures: figures.conversions,
        }
        return {metric: _card(metric, pick, self.numbers.found) for metric, pick in picks.items()}

    @property
    def still_growing(self) -> bool:
        """Whether the last days that are over are shown and may still grow."""
        yesterday = self.numbers.today - dt.timedelta(days=1)
        return self.unsettled is not None and yesterday in self.unsettled

    @property
    def best_roas(self) -> Decimal:
        """What a full bar stands for in the table of campaigns."""
        known = [row.figures.roas(RevenueSource.REPORTED) or Decimal(0) for row in self.top]
        return max([*known, Decimal(1)])


def numbers(session: Session, place: Workspace, view: View, now: dt.datetime) -> Numbers:
    """The figures of a view of a workspace; only days that are over everywhere are compared."""
    whole = sources(session, place.id)
    today = whole.unfinished_day(place.time_zone, now)
    report = narrow(session, place.id, view.kept.get(PARAMETER, ""))
    choice = report.wanted.choice if report else Choice()
    known = choice.of(session, whole)
    wish = view.comparison
    comparison = compare(view.shown, today, wish.how, wish.align)
    found = choice.performance(session, known, comparison)
    split = choice.is_split(session, whole, known, found)
    source = revenue_source(view.revenue or place.revenue, found.shown)
    return Numbers(
        today=today,
        view=replace(view, comparison=comparison),
        whole=whole,
        known=known,
        found=found,
        source=RevenueSource.REPORTED if split else source,
        store=StoreRevenue(place.revenue_with_tax, place.revenue_with_shipping),
        report=report,
        split=split,
    )


def board(session: Session, place: Workspace, view: View, now: dt.datetime) -> Board:
    """The whole dashboard of a workspace."""
    made = numbers(session, place, view, now)
    fresh = freshness(made.known)
    latest = runs(session, place.id)
    chosen = made.report.wanted.campaigns if made.report else ()
    top = campaigns(session, made.known, view.shown, Wish(size=TOP, campaigns=chosen)).rows
    return Board(
        numbers=made,
        fresh=fresh,
        unsettled=fresh.unsettled(view.shown),
        match=match(session, made.known, view.shown),
        problems=problems(made.known, latest, now),
        overlaps=overlaps(made.known, made.found),
        claims=against(session, made),
        running=awaited(latest),
        top=[row for row in top if row.figures.anything or row.apart.anything],
    )


def against(session: Session, made: Numbers) -> StoreAgainstClaims | None:
    """What shops sold against what platforms claim; None when no shop holds any day shown."""
    return against_claims(session, made.whole, made.known, made.found)


def unfinished(latest: Sequence[SyncRun]) -> list[SyncRun]:
    """Syncs that are queued or running."""
    return [run for run in latest if run.state in UNFINISHED]


def awaited(latest: Sequence[SyncRun]) -> list[SyncRun]:
    """Those a person waits for; the routine ones of the timetable run unseen."""
    return [
        run for run in unfinished(latest) if run.trigger != "schedule" or run.reach == "history"
    ]


def _name(shop: Source, shops: Sequence[Source]) -> str:
    return shop.name if len(shops) > 1 else ""


def _edges(shop: Source, name: str, spent: Sequence[dt.date]) -> Iterator[ShopEdge]:
    if spent and shop.history_from and min(spent) < shop.history_from:
        yield ShopEdge(name, begins=True, day=shop.history_from)
    if spent and shop.read_through and max(spent) > shop.read_through:
        yield ShopEdge(name, begins=False, day=shop.read_through)


def _card(metric: str, pick: Pick, found: Performance) -> Card:
    before = pick(found.before) if found.before else None
    over = found.comparison.over
    return Card(
        metric=metric,
        value=_decimal(pick(found.shown)),
        before=_decimal(before),
        change=None if found.unconverted else change(pick(found.compared), before),
        days=[_of_day(day, pick) for day in found.daily() if over and day.day in over],
    )


def _of_day(day: DayFigures, pick: Pick) -> Decimal | int | None:
    return pick(day.figures) if day.figures else None


def _decimal(value: Decimal | int | None) -> Decimal | None:
    return None if value is None else Decimal(value)
