"""Documents for tests: one with everything a report can hold, and one of an empty workspace."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import msgspec

from app.reports.document import (
    VERSION,
    Brand,
    CampaignRow,
    Claim,
    Day,
    Days,
    Definition,
    Document,
    Done,
    Entity,
    Figures,
    FindingPart,
    Kpi,
    PlatformRow,
    Rating,
    Source,
    Store,
)

FIRST, LAST = dt.date(2026, 10, 1), dt.date(2026, 10, 31)
AS_OF = dt.datetime(2026, 11, 5, 9, 30, tzinfo=dt.UTC)
LOGO = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">'
    b'<circle cx="12" cy="12" r="10" fill="#0e7490"/></svg>'
)
NAMES = (
    "Black Friday Flash Sale",
    "تخفيضات الشتاء — قهوة",
    "冬のセール・新規",
    "Retargeting 🛒 cart 14d",
    "=cmd|'/c calc'!A0",
    "Kaffee für Zürich & «Genève» <b>",
)


def rich(**changes: object) -> Document:
    """Names in many scripts, every part filled, the last three days not settled."""
    return msgspec.structs.replace(_rich(), **changes)


def empty(**changes: object) -> Document:
    """What a workspace without any account gets."""
    return msgspec.structs.replace(
        rich(),
        platforms=[],
        filters=[],
        brand=Brand(name="Northlight Coffee", colour="#4f46e5", logo=b"", logo_type=""),
        compare="none",
        before=None,
        revenue_source="reported",
        target_roas=None,
        sources=[],
        settled_through=None,
        summary=[
            "There are no figures for October 1–31: no ad account or shop is connected.",
            "Connect a platform or upload an export, and generate the report again.",
            "Nothing can be advised before there are figures.",
        ],
        rating=Rating(
            word="Too early to say",
            tone="calm",
            reasons=["No figures are held for these days."],
            rule=_rich().rating.rule,
        ),
        kpis=[
            _kpi("spend", "Spend", "money", None, None, "neither"),
            _kpi("revenue", "Revenue", "money", None, None, "more"),
            _kpi("roas", "ROAS", "multiple", None, None, "more"),
            _kpi("conversions", "Conversions", "count", None, None, "more"),
        ],
        wins=[],
        concerns=[],
        recommendations=[],
        trend=[Day(day=day, figures=None, settled=False) for day in _days(FIRST, LAST)],
        trend_before=[],
        platform_rows=[],
        campaign_rows=[],
        store=None,
        done=[],
        next_steps=[],
        finality=["Nothing has been read yet, so there is nothing to restate."],
        notes=[],
        **changes,
    )


def finding(kind: str = "win", name: str = NAMES[0], **changes: object) -> FindingPart:
    """A finding about one campaign; a recommendation has a range."""
    advice = kind == "recommendation"
    part = FindingPart(
        id=7,
        rule="reallocation" if advice else "roas_on_target",
        kind=kind,
        class_="recommend" if advice else "observed",
        first=FIRST,
        last=LAST,
        entities=[Entity(kind="campaign", key="11", name=name, platform="meta", role="")],
        numbers={"roas": 3.8, "spend": 9120.0},
        units={"roas": "multiple", "spend": "money"},
        low=1900.0 if advice else None,
        high=6700.0 if advice else None,
        range_per="month" if advice else "",
        certainty=0.9 if advice else None,
        at_stake=4400.0,
        review_on=dt.date(2026, 11, 19) if advice else None,
        title=f"Move $2,000 a month to {name}" if advice else f"{name} returned 3.8x",
        saw="52% over the 2.5x target on $9,120 spend.",
        how_sure="The data of 180 days carry this at 9 in 10." if advice else "",
        do="Raise the daily budget by $65 and look again in two weeks." if advice else "",
        change_our_mind="A fall of the return below 2.5x." if advice else "",
        written_by="rules",
        href="/dashboard/campaigns/11?range=custom&from=2026-10-01&to=2026-10-31",
    )
    return msgspec.structs.replace(part, **changes)


def _rich() -> Document:
    before = Days(first=dt.date(2026, 8, 31), last=dt.date(2026, 9, 30))
    return Document(
        version=VERSION,
        title="October 1–31 performance ☕",
        language="en",
        currency="USD",
        time_zone="America/New_York",
        workspace="Northlight Coffee",
        brand=Brand(
            name="Northlight Coffee", colour="#0e7490", logo=LOGO, logo_type="image/svg+xml"
        ),
        as_of=AS_OF,
        today=dt.date(2026, 11, 5),
        days=Days(first=FIRST, last=LAST),
        compare="previous",
        before=before,
        platforms=["meta", "google", "shopify"],
        filters=["Only the accounts Northlight US and Northlight Search."],
        revenue_source="store",
        target_roas=Decimal("2.5"),
        sources=_sources(),
        settled_through=dt.date(2026, 10, 28),
        summary=[
            "You spent $25,450 from October 1 to 31 and sold $76,350: 3.0x, over the 2.5x target.",
            "Revenue grew 32% on 6% more spend than in the 31 days before.",
            "Next, move $2,000 a month to تخفيضات الشتاء — قهوة; the last three days may grow.",
        ],
        written_by="rules",
        rating=Rating(
            word="Excellent",
            tone="good",
            reasons=["ROAS is 20% over the 2.5x target.", "28 of 31 days are settled."],
            rule="Excellent: at least 10% over target, or revenue and ROAS up beyond chance.",
        ),
        kpis=_kpis(),
        wins=[finding("win", name) for name in NAMES[:3]],
        concerns=[finding("concern", name) for name in NAMES[3:]],
        recommendations=[finding("recommendation", name) for name in NAMES[:2]],
        trend=_trend(FIRST, LAST, dt.date(2026, 10, 28)),
        trend_before=_trend(before.first, before.last, before.last),
        platform_rows=_platform_rows(),
        campaign_rows=_campaign_rows(),
        store=Store(
            orders=612,
            net=Decimal("76350.00"),
            claims=[
                Claim(
                    platform="meta", label="Meta", conversions=Decimal(520), value=Decimal(61000)
                ),
                Claim(
                    platform="google",
                    label="Google Ads",
                    conversions=Decimal("310.5"),
                    value=Decimal(34000),
                ),
            ],
            claimed_conversions=Decimal("830.5"),
            claimed_value=Decimal(95000),
            ratio=Decimal("1.2443"),
            sentence="The platforms together claim $95,000 of sales; the shop sold $76,350.",
        ),
        done=[
            Done(day=dt.date(2026, 10, 12), text="New pictures in تخفيضات", who="Maya Köhler"),
            Done(day=dt.date(2026, 10, 20), text="Paused 冬のセール 🎄", who="Maya Köhler"),
        ],
        next_steps=["Move $2,000 a month to تخفيضات الشتاء — قهوة, and look on November 19."],
        definitions=[
            Definition(term="ROAS", meaning="Revenue divided by ad spend."),
            Definition(term="Conversions", meaning="What the platforms count as results."),
        ],
        finality=[
            "All platforms have settled the days through October 28.",
            "October 29–31 may still change, mostly upwards.",
        ],
        notes=["Three orders in CHF have no exchange rate yet and are left out."],
    )


def _sources() -> list[Source]:
    return [
        Source(
            account_id=number,
            platform=platform,
            platform_label=label,
            name=name,
            currency=currency,
            time_zone="America/New_York",
            synced_at=AS_OF,
            settled_through=dt.date(2026, 10, 28),
            sandbox=False,
        )
        for number, platform, label, name, currency in (
            (1, "meta", "Meta", "Northlight US", "USD"),
            (2, "google", "Google Ads", "ノースライト検索", "EUR"),
            (3, "shopify", "Shopify", "northlight.myshopify.com", "USD"),
        )
    ]


def _kpi(key: str, label: str, unit: str, value: str | None, was: str | None, better: str) -> Kpi:
    now = None if value is None else Decimal(value)
    before = None if was is None else Decimal(was)
    moved = None if now is None or not before else (now - before) / before
    return Kpi(
        key=key,
        label=label,
        unit=unit,
        value=now,
        before=before,
        change=moved,
        better=better,
        definition=f"What {label} means.",
    )


def _kpis() -> list[Kpi]:
    return [
        _kpi("spend", "Spend", "money", "25450", "24009", "neither"),
        _kpi("revenue", "Revenue", "money", "76350", "57841", "more"),
        _kpi("roas", "ROAS", "multiple", "3.0", "2.4", "more"),
        _kpi("conversions", "Conversions", "count", "1234", "1046", "more"),
        _kpi("ctr", "CTR", "share", "0.0131", "0.0142", "more"),
        _kpi("cpc", "CPC", "money", "0.84", None, "less"),
    ]


def _figures(scale: int) -> Figures:
    return Figures(
        spend=Decimal(scale) * Decimal("8.21"),
        revenue=Decimal(scale) * Decimal("24.6290"),
        reported=Decimal(scale) * Decimal("30.6452"),
        conversions=Decimal(scale) * Decimal("0.398"),
        clicks=scale * 10,
        impressions=scale * 800,
        orders=scale // 5,
    )


def _days(first: dt.date, last: dt.date) -> list[dt.date]:
    return [first + dt.timedelta(days=day) for day in range((last - first).days + 1)]


def _trend(first: dt.date, last: dt.date, settled: dt.date) -> list[Day]:
    return [
        Day(day=day, figures=_figures(60 + 7 * (place % 9)), settled=day <= settled)
        for place, day in enumerate(_days(first, last))
    ]


def _platform_rows() -> list[PlatformRow]:
    return [
        PlatformRow(
            platform=slug,
            label=label,
            share=share,
            figures=_figures(scale),
            before=_figures(scale - 40),
        )
        for slug, label, share, scale in (
            ("meta", "Meta", Decimal("0.62"), 1900),
            ("google", "Google Ads", Decimal("0.38"), 1200),
        )
    ]


def _campaign_rows() -> list[CampaignRow]:
    return [
        CampaignRow(
            id=11 + place,
            name=name,
            platform="meta" if place % 2 == 0 else "google",
            platform_label="Meta" if place % 2 == 0 else "Google Ads",
            account="Northlight US" if place % 2 == 0 else "ノースライト検索",
            status="paused" if place == 2 else "active",
            figures=_figures(900 - 100 * place),
            before=None if place == 1 else _figures(800 - 90 * place),
        )
        for place, name in enumerate(NAMES)
    ]
