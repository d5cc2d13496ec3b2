"""One account for each rule that makes its finding, to read and check its words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

from app.insights.alarm_findings import of_alarm
from app.insights.finding import Class, Entity, Finding, Kind
from app.insights.incidents import Alarm
from app.insights.period import Feed, MonthBudget, PeriodFigures, StoreSales, Sums
from app.insights.rules import advice, wins_and_concerns
from tests.insights.account import FEED, GOOGLE, META, WORKSPACE, campaign, figures, level

# A day's spend, impressions, clicks, conversions and value.
USUAL = Sums(100, 10_000, 100, 4, 250)


def changed(**factors: float) -> Sums:
    """A usual day with some sums times a factor."""
    return replace(USUAL, **{name: getattr(USUAL, name) * by for name, by in factors.items()})


def _one_of_four(day: Sums, name: str = "Brand search") -> PeriodFigures:
    others = [campaign(each, channel=FEED) for each in ("Lookalike", "Cart 14d", "Broad")]
    return figures([campaign(name, level(day)), *others])


def accounts() -> Iterator[tuple[PeriodFigures, tuple[Finding, ...]]]:
    """Each with findings that other rules made of it."""
    for day in (
        changed(spend=1.5),
        changed(impressions=0.6, clicks=0.6, conversions=0.6, value=0.6),
        changed(clicks=0.6, conversions=0.6, value=0.6),
        changed(conversions=0.5, value=0.5),
        changed(conversions=1.6, value=1.6),
        changed(value=0.4),
        changed(spend=2.0, impressions=2.0, clicks=2.0, conversions=2.0, value=2.0),
        changed(spend=0.4, impressions=0.4, clicks=0.4, conversions=0.4, value=0.4),
        changed(spend=1.4, clicks=1.2, conversions=0.8, value=0.7),
        changed(spend=1.6, impressions=1.3, clicks=0.9, conversions=0.9, value=0.9),
    ):
        yield _one_of_four(day), ()
    yield from _with_targets()
    yield from _in_states()
    yield from _beyond_campaigns()


def _with_targets() -> Iterator[tuple[PeriodFigures, tuple[Finding, ...]]]:
    low, high = level(changed(value=0.3)), level(changed(value=1.8))
    several = [
        campaign("Flash sale", high, high),
        campaign("Prospecting", low, low, channel=FEED),
        *(campaign(f"C{each}") for each in range(3)),
    ]
    yield figures(several, target_roas=2.5, still_settling=3), ()
    yield figures(several), ()
    yield figures(several, break_even_roas=2.0, still_settling=1), ()
    dear = level(Sums(100, 10_000, 100, 2, 0))
    cheap = level(Sums(100, 10_000, 100, 8, 0))
    rows = [campaign("Dear", dear, dear), campaign("Cheap", cheap, cheap, channel=FEED)]
    yield figures(rows, target_cpa=22.0), ()
    silent = level(replace(USUAL, conversions=0.0, value=0.0))
    yield figures([campaign("No luck", silent, silent), campaign("Fine")], target_cpa=30.0), ()
    yield figures([campaign("No luck", silent, silent), campaign("Fine")]), ()
    broken = [campaign("Tag", silent, channel=FEED), campaign("Fine")]
    yield figures(broken), ()


def _in_states() -> Iterator[tuple[PeriodFigures, tuple[Finding, ...]]]:
    seen = [
        campaign("Cart", channel=FEED, frequency=6.2, audience="retargeting"),
        campaign("New people", channel=FEED, frequency=4.2, audience="prospecting"),
        campaign("Who knows", channel=FEED, frequency=7.0),
    ]
    yield figures(seen), ()
    slow = level(changed(conversions=0.2))
    yield figures([campaign("Slow", slow, slow, status="learning"), campaign("Fine")]), ()
    refused = {"status": "problem", "platform_status": "DISAPPROVED"}
    yield figures([campaign("Refused", **refused), campaign("Fine", channel=FEED)]), ()
    good = level(changed(value=2.0))
    limited = campaign("Brand", good, good, daily_budget=100.0)
    yield figures([limited, campaign("Fine", channel=FEED)], target_roas=2.5), ()
    lead = level(Sums(100, 10_000, 100, 8, 0))
    limited = campaign("Leads", lead, lead, daily_budget=100.0)
    yield figures([limited, campaign("Fine", channel=FEED)], target_cpa=25.0), ()


def _beyond_campaigns() -> Iterator[tuple[PeriodFigures, tuple[Finding, ...]]]:
    calm = [campaign("A"), campaign("B", channel=FEED)]
    sold = StoreSales(
        days=30, revenue=9000, orders=130, claims=((GOOGLE, 120, 7500), (META, 120, 7500))
    )
    yield figures(calm, store=sold), ()
    month = MonthBudget(
        entity=WORKSPACE, budget=9000, month=dt.date(2026, 12, 1), spent=[200.0] * 12
    )
    yield figures(calm, month_budgets=(month, replace(month, budget=3600))), ()
    feed = Feed(entity=META, state="revoked", last_day=dt.date(2026, 11, 25), daily_spend=100)
    yield figures(calm, feeds=(feed,), still_settling=2), ()
    jump = level()
    jump = replace(jump, spend=(*jump.spend[:-1], 260.0))
    yield figures([campaign("A", jump), campaign("B", channel=FEED)]), ()
    few = Sums(100, 10_000, 100, 1.0, 0.0)
    grown = Sums(190, 19_000, 190, 1.1, 0.0)
    yield figures([campaign("Tried", level(grown), level(few)), campaign("B", channel=FEED)]), ()
    broken = Finding(
        rule="tracking_break",
        kind=Kind.CONCERN,
        class_=Class.OBSERVED,
        entities=(Entity("platform", "meta_ads", "Meta", "meta_ads", "conversions"),),
        first=dt.date(2026, 11, 28),
        last=dt.date(2026, 11, 30),
        numbers={},
        at_stake=300.0,
        currency="USD",
    )
    yield figures(calm), (broken,)


def alarmed() -> list[Finding]:
    """Every alarm while it lasts and when it is over, of one day and several."""
    platforms = [GOOGLE, META]
    several = (
        Alarm("zero_rows", 0, "spend", 3, 3, 100.0, 0.0, 100.0, 0.5),
        Alarm("tracking_break", None, "conversions", 3, 4, 40.0, 1.0, 90.0, 0.5, among=(0, 1)),
        Alarm("tracking_break", 0, "conversions", 3, 4, 40.0, 1.0, 90.0, 0.5, among=(1,)),
        Alarm("persistent_shift", 1, "cpc", 3, 5, 1.0, 1.3, 25.0, 0.2, (("ctr", 0.8),)),
        Alarm("persistent_shift", 1, "ctr", 3, 5, 0.01, 0.012, 25.0, 0.2, (("cpc", 0.8),)),
        Alarm("persistent_shift", 1, "conversions", 3, 5, 30.0, 20.0, 25.0, 0.2),
        Alarm("spend_spike", 0, "spend", 3, 3, 100.0, 300.0, 200.0, 0.6),
    )
    return [
        of_alarm(replace(each, **how), platforms, WORKSPACE, dt.date(2026, 11, 20), "USD")
        for each in several
        for how in ({}, {"until": 7, "over": True})
    ]


def shown() -> list[Finding]:
    """Every finding of every account, and every alarm."""
    found: list[Finding] = alarmed()
    for account, others in accounts():
        mine = wins_and_concerns(account)
        found += [*mine, *advice(account, [*mine, *others])]
    return found
