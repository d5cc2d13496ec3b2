"""A workspace's figures as the rules on wins and concerns ask for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.advice import signals
from app.advice.store_sales import store_sales
from app.insights.finding import Entity
from app.insights.period import Feed, MonthBudget, PeriodFigures
from app.insights.review_days import UNSETTLED_DAYS
from app.metrics.freshness import runs
from app.metrics.period import Period
from app.metrics.platforms import is_shop
from app.metrics.problems import problems
from app.metrics.series import accounts_without_rate, days_without_rate, platform_series
from app.metrics.sources import Source, Sources, sources
from app.metrics.things import platform_entity, things
from app.models import PlatformTotalDay as Total
from app.models import Workspace

FEWEST_DAYS = 7
_EARLIER_DAYS = 28
_USUAL_DAYS = 14


@dataclass(frozen=True, slots=True)
class Reach:
    """What the rules may look at: settled days, those compared with, and who holds them.

    `compared` is None without a comparison, or where an account does not hold its days.
    """

    settled: Period
    compared: Period | None
    counted: Sequence[Source]

    @property
    def spending(self) -> list[Source]:
        """The accounts that advertise."""
        return [each for each in self.counted if not is_shop(each.platform)]


def reach(known: Sources, period: Period, before: Period | None, today: dt.date) -> Reach | None:
    """None where fewer than a week of the period settled.

    Accounts count that hold all of these days: what was not read is unknown, not zero. Without
    a comparison if one of them holds less of the days before.
    """
    settled = settled_part(known, period, today)
    if settled is None or len(settled) < FEWEST_DAYS:
        return None
    counted = [each for each in known.counted if _holds(each, settled)]
    spending = [each for each in counted if not is_shop(each.platform)]
    return Reach(settled, _compared(spending, settled, period, before), counted)


def ask(
    session: Session,
    workspace: Workspace,
    period: Period,
    before: Period | None,
    *,
    known: Sources,
    now: dt.datetime,
) -> PeriodFigures | None:
    """The settled days of the period and as many before it; None where `reach` has none."""
    today = known.unfinished_day(workspace.time_zone, now)
    held = reach(known, period, before, today)
    if held is None:
        return None
    seen = _with_rates(session, known, held)
    found = things(
        session,
        (workspace.id, workspace.name),
        [each.account_id for each in seen.spending],
        seen.settled,
        seen.compared,
    )
    return PeriodFigures(
        first=seen.settled.first,
        last=seen.settled.last,
        before_first=seen.compared.first if seen.compared else None,
        before_last=seen.compared.last if seen.compared else None,
        currency=workspace.currency,
        workspace=found.workspace,
        platforms=found.platforms,
        channels=found.channels,
        placements=found.placements,
        campaigns=found.campaigns,
        ads=found.ads,
        target_roas=_amount(workspace.target_roas),
        target_cpa=_amount(workspace.target_cpa),
        still_settling=(period.last - seen.settled.last).days,
        store=store_sales(session, known, seen.counted, seen.settled, found.platforms),
        month_budgets=_month_budgets(session, workspace, known, period, today),
        feeds=_feeds(session, known, period.last, now),
    )


def _with_rates(session: Session, known: Sources, held: Reach) -> Reach:
    """Of accounts whose money is known: a day without an exchange rate is not one without spend.

    Without a comparison where some of the days before has none.
    """
    unknown = accounts_without_rate(session, known, held.settled)
    counted = [e for e in held.counted if is_shop(e.platform) or e.account_id not in unknown]
    seen = replace(held, counted=counted)
    if seen.compared is None:
        return seen
    spending = replace(known, counted=seen.spending)
    unrated = accounts_without_rate(session, spending, seen.compared)
    return replace(seen, compared=None) if unrated else seen


def settled_part(known: Sources, period: Period, today: dt.date) -> Period | None:
    """The days of the period that hardly change any more; None where there is none."""
    still = today - dt.timedelta(days=UNSETTLED_DAYS)
    live = [each for each in known.counted if each.live and not is_shop(each.platform)]
    settled = [each.settled_through for each in live]
    if all(each is not None and each >= period.last for each in settled):
        return period.before(today)
    return period.before(still)


def _holds(source: Source, days: Period) -> bool:
    return source.holds(days.first) and source.holds(days.last)


def _compared(
    spending: Sequence[Source], settled: Period, period: Period, before: Period | None
) -> Period | None:
    """The part of the days before that corresponds to the settled ones."""
    if before is None:
        return None
    cut = dt.timedelta(days=(period.last - settled.last).days)
    if before.last - cut < before.first:
        return None
    same = Period(before.first, before.last - cut)
    return same if all(_holds(each, same) for each in spending) else None


def _amount(amount: Decimal | None) -> float | None:
    return None if amount is None else float(amount)


def _month_budgets(
    session: Session, workspace: Workspace, known: Sources, period: Period, today: dt.date
) -> tuple[MonthBudget, ...]:
    """Of the month that is not over, when the period reaches into it."""
    month = today.replace(day=1)
    last = _spent_through(known, today)
    if not workspace.monthly_budgets or last < month or period.last < month:
        return ()
    whole_ones = _asked_whole(sources(session, workspace.id), known)
    days = Period(month - dt.timedelta(days=_EARLIER_DAYS), last)
    spending = replace(known, counted=[e for e in known.counted if not is_shop(e.platform)])
    unrated = days_without_rate(session, spending, days)
    told = whole_ones & _known_whole(known, Period(month, last))
    told -= {"", *unrated[0]} if unrated else set()
    budgets: Mapping[str, str] = {
        slug: amount for slug, amount in workspace.monthly_budgets.items() if slug in told
    }
    if not budgets:
        return ()
    series = platform_series(session, known, days)
    made = []
    for slug, budget in sorted(budgets.items()):
        chosen = [series.spend[each] for each in series.platforms if slug in ("", each)]
        daily = [sum(day) for day in zip(*chosen, strict=True)] or [0.0] * len(series.days)
        whole = Entity("workspace", str(workspace.id), workspace.name)
        made.append(
            MonthBudget(
                entity=platform_entity(slug) if slug else whole,
                budget=float(Decimal(budget)),
                month=month,
                spent=daily[_EARLIER_DAYS:],
                earlier=daily[:_EARLIER_DAYS],
            )
        )
    return tuple(made)


def _asked_whole(every: Sources, known: Sources) -> set[str]:
    """Platforms all of whose accounts are asked about, "" for all: a part has no budget."""
    asked = set(known.account_ids)
    left_out = {each.platform for each in every.counted if each.account_id not in asked}
    whole = {each for each in every.platforms if each not in left_out}
    return whole | ({""} if all(is_shop(each) for each in left_out) else set())


def _known_whole(known: Sources, days: Period) -> set[str]:
    """Platforms of which every day's spend is known, "" for all: what is unknown is not unspent.

    An account that was given up before these days spends nothing of a budget any more.
    """
    spending = [
        each
        for each in known.counted
        if not is_shop(each.platform)
        and (each.live or (each.read_through is not None and each.read_through >= days.first))
    ]
    doubtful = {each.platform for each in spending if not _holds(each, days)}
    known_ones = {each.platform for each in spending} - doubtful
    return known_ones | ({""} if spending and not doubtful else set())


def _spent_through(known: Sources, today: dt.date) -> dt.date:
    """The last day over that every account still asked was read for."""
    read = [
        each.read_through
        for each in known.counted
        if each.live and not is_shop(each.platform) and each.read_through
    ]
    return min([today - dt.timedelta(days=1), *read])


def _feeds(session: Session, known: Sources, last: dt.date, now: dt.datetime) -> tuple[Feed, ...]:
    """The platforms that figures should come from, each by its connection that is worst off.

    One whose days up to the last were read when they were over is well, whatever came after.
    """
    unread = signals.unread_platforms(known, last)
    silent = signals.behind_platforms(known, last, now)
    troubles = problems(known, runs(session, known.workspace_id), now) if silent else []
    failing = signals.failing_platforms(troubles, now) & silent
    revoked = {each.platform for each in known.links if each.status == "needs_attention"} & unread
    made = []
    for slug in sorted(
        {each.platform for each in known.counted if each.live and not is_shop(each.platform)}
    ):
        mine = [each for each in known.counted if each.platform == slug and each.live]
        read = min((each.read_through for each in mine if each.read_through), default=None)
        state = _state(slug, {"revoked": revoked, "failing": failing, "stale": silent})
        usual = _usual_spend(session, known, mine, read) if read and state != "ok" else 0.0
        made.append(
            Feed(entity=platform_entity(slug), state=state, last_day=read, daily_spend=usual)
        )
    return tuple(made)


def _state(slug: str, worst_first: Mapping[str, Collection[str]]) -> str:
    return next((state for state, slugs in worst_first.items() if slug in slugs), "ok")


def _usual_spend(
    session: Session, known: Sources, accounts: Sequence[Source], last: dt.date
) -> float:
    """Money a day; nothing where a part of it is not known."""
    spent, unknown = session.execute(
        select(func.sum(Total.spend), func.bool_or(Total.spend.is_(None))).where(
            Total.workspace_id == known.workspace_id,
            Total.account_id.in_([each.account_id for each in accounts]),
            Total.day.between(last - dt.timedelta(days=_USUAL_DAYS - 1), last),
        )
    ).one()
    return 0.0 if unknown else float(spent or 0) / _USUAL_DAYS
