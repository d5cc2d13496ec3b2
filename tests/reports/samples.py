"""Report documents of every shape for the renderings: usual, empty, long and hostile."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

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
    Figures,
    FindingPart,
    Frozen,
    Kpi,
    PlatformRow,
    Rating,
    Source,
    Store,
    freeze,
)

FIRST = dt.date(2025, 12, 1)
LABELS = {"meta": "Meta", "google": "Google", "linkedin": "LinkedIn"}


def figures(spend: str = "0", reported: str = "0", **other: Any) -> Figures:
    given = {
        "revenue": Decimal(reported),
        "conversions": Decimal(12),
        "clicks": 1_300,
        "impressions": 98_000,
        "orders": None,
        **other,
    }
    return Figures(spend=Decimal(spend), reported=Decimal(reported), **given)


def finding(title: str = "Meta Instagram delivered 3.8x ROAS", **other: Any) -> FindingPart:
    given: dict[str, Any] = {
        "id": 1,
        "rule": "roas_above_target",
        "kind": "win",
        "class_": "observed",
        "first": FIRST,
        "last": FIRST + dt.timedelta(days=30),
        "entities": [],
        "numbers": {"roas": 3.8},
        "units": {"roas": "multiple"},
        "low": None,
        "high": None,
        "range_per": "",
        "certainty": None,
        "at_stake": 9120.0,
        "review_on": None,
        "saw": "52% over the 2.5x target on $9,120 spend.",
        "how_sure": "",
        "do": "",
        "change_our_mind": "",
        "written_by": "rules",
        "href": "/campaigns?platform=meta",
        **other,
    }
    return FindingPart(title=title, **given)


def campaign(number: int, name: str, platform: str = "meta", **other: Any) -> CampaignRow:
    given: dict[str, Any] = {
        "account": "Northlight DE",
        "status": "active",
        "figures": figures(f"{2000 - number * 3}.50", f"{5200 - number * 7}.25"),
        "before": figures("1500", "4000"),
        **other,
    }
    return CampaignRow(
        id=number, name=name, platform=platform, platform_label=LABELS[platform], **given
    )


def trend(
    days: int = 31, *, settled: int = 24, first: dt.date = FIRST, base: int = 2100
) -> list[Day]:
    return [
        Day(
            day=first + dt.timedelta(days=at),
            figures=figures(f"{700 + 40 * (at % 7)}", f"{base + 210 * (at % 5) + 30 * at}"),
            settled=at < settled,
        )
        for at in range(days)
    ]


def frozen(document: Document) -> Frozen:
    """As it is stored."""
    return Frozen(document, freeze(document)[1])


def usual(**changes: Any) -> Document:
    """December of a coffee roaster, three platforms and a shop."""
    return msgspec.structs.replace(_usual(), **changes)


def empty() -> Document:
    """A workspace that has nothing yet."""
    return usual(
        platforms=[],
        sources=[],
        settled_through=None,
        summary=["There is nothing to report yet.", "", ""],
        rating=Rating(word="Too early to say", tone="calm", reasons=[], rule=""),
        kpis=[],
        wins=[],
        concerns=[],
        recommendations=[],
        trend=[],
        trend_before=[],
        platform_rows=[],
        campaign_rows=[],
        store=None,
        done=[],
        next_steps=[],
        definitions=[],
        finality=[],
        notes=[],
        before=None,
        compare="none",
    )


def many(count: int = 300) -> Document:
    """As many campaigns as a large account has, and two years of days."""
    return usual(
        campaign_rows=[
            campaign(number, f"Prospecting_US_LAL_{number:03d}_broad", list(LABELS)[number % 3])
            for number in range(count)
        ],
        trend=trend(730, settled=702, first=dt.date(2024, 1, 1)),
        days=Days(first=dt.date(2024, 1, 1), last=dt.date(2025, 12, 30)),
    )


SCRIPTS = {
    "Arabic": "عروض الشتاء ٢٠٢٥ – القهوة",
    "Hebrew": "מבצע חורף (2025)",
    "Japanese": "冬のコーヒー祭り・直火焙煎",
    "Chinese": "冬季咖啡促销 直播",
    "Korean": "겨울 커피 축제",
    "Hindi": "सर्दियों की कॉफ़ी",
    "Thai": "เทศกาลกาแฟฤดูหนาว",
    "Greek": "Χειμερινός καφές",
    "Cyrillic": "Зимний кофе — распродажа",
    "Emoji": "Black Friday 🔥☕️ 👩‍👩‍👧 🇩🇪 ❤️",
    "Tamil": "குளிர்கால காபி",
    "Georgian": "ზამთრის ყავა",
    "Vietnamese": "Cà phê mùa đông ưu đãi",
}

HOSTILE = (
    '#import "secret.typ"',
    "*bold* _em_ `raw` $x^2$ <label> @ref",
    "=cmd|'/C calc'!A0",
    'quotes " and \\backslashes\\ \\u{41}',
    "] #panic(1) [",
    "// comment /* and */",
    "</svg><script>alert(1)</script>",
    "\u202ereversed\u202c\x00\x07\r\nnew line",
    "A" * 300,
    "Prospecting_US_Lookalike_1pct_Purchase_180d_Video_Winter_2025_v12_final_FINAL_2",
    "\U00013000\U00013001 hieroglyphs",
)


def named(names: list[str]) -> Document:
    """A report all of whose names and sentences are these."""
    return usual(
        title=names[0],
        workspace=names[-1],
        summary=names[:3],
        campaign_rows=[campaign(number, name) for number, name in enumerate(names)],
        wins=[finding(name, saw=name) for name in names[:3]],
        recommendations=[finding(name, kind="recommendation", do=name) for name in names[3:6]],
        done=[Done(day=FIRST, text=name, who=name) for name in names],
        next_steps=names,
        notes=names,
    )


def _usual() -> Document:
    return Document(
        version=VERSION,
        title="December 1–31 performance",
        language="en",
        currency="USD",
        time_zone="America/New_York",
        workspace="Northlight Coffee",
        brand=Brand(name="Northlight Coffee", colour="#4f46e5", logo=b"", logo_type=""),
        as_of=dt.datetime(2026, 1, 5, 14, 30, tzinfo=dt.UTC),
        today=dt.date(2026, 1, 5),
        days=Days(first=FIRST, last=dt.date(2025, 12, 31)),
        compare="previous",
        before=Days(first=dt.date(2025, 10, 31), last=dt.date(2025, 11, 30)),
        platforms=list(LABELS.values()),
        filters=[],
        revenue_source="store",
        target_roas=Decimal("2.5"),
        sources=[_source("meta", "Northlight DE"), _source("google", "Northlight Search")],
        settled_through=dt.date(2025, 12, 24),
        summary=[
            "December brought $76,350 of revenue from $25,450 of spend, 3.00x for an aim of 2.50x.",
            "Instagram carried most of the gain; clicks on Google Search cost 30% more.",
            "Moving $2,000 a month from LinkedIn to Instagram is worth doing if the past holds.",
        ],
        written_by="rules",
        rating=Rating(
            word="Excellent",
            tone="good",
            reasons=["ROAS is 20% over the target.", "Revenue grew faster than spend."],
            rule="Excellent: at least 15% over the target ROAS, on settled days.",
        ),
        kpis=_kpis(),
        wins=[
            finding(),
            finding(
                "Black Friday Flash Sale: $12,012 revenue from $3,003",
                saw="4.0x ROAS, 312 orders, $9.62 for each.",
            ),
            finding("Creative refresh improved CTR by 22%", saw="1.31% → 1.60% across 8 ads."),
        ],
        concerns=[
            finding(
                "Google Search CPC +30%",
                kind="concern",
                saw="$2.40 → $3.12; three campaigns carry 84% of the rise.",
            ),
            finding(
                "LinkedIn underperforming at 0.8x ROAS",
                kind="concern",
                saw="$2,458 spend, $1,966 reported revenue.",
            ),
        ],
        recommendations=[
            finding(
                "Move $2,000 a month from LinkedIn to Meta Instagram",
                kind="recommendation",
                class_="recommend",
                saw="The next dollar returns about 0.6x on LinkedIn and 2.8x on Instagram.",
                how_sure="Fitted on 180 days.",
                do="Lower LinkedIn to $458 and raise Instagram to $11,120 a month.",
                change_our_mind="A flat Instagram week after the first raise.",
                low=1900.0,
                high=6700.0,
                range_per="month",
                review_on=dt.date(2026, 1, 19),
            ),
            finding(
                "Refresh 5 ads that have run for more than 30 days",
                kind="recommendation",
                class_="act",
                saw="Their CTR fell by 22–41% from its first two weeks.",
                do="Write new openings for them.",
            ),
        ],
        trend=trend(),
        trend_before=trend(first=dt.date(2025, 10, 31), settled=31, base=1500),
        platform_rows=[
            PlatformRow(
                platform=slug,
                label=label,
                share=Decimal(part) / 100,
                figures=figures(str(25450 * part // 100), str(61200 * part // 100)),
                before=figures("6000", "14000"),
            )
            for (slug, label), part in zip(LABELS.items(), (62, 28, 10), strict=True)
        ],
        campaign_rows=[
            campaign(1, "Black Friday Flash Sale"),
            campaign(2, "Search · Brand", "google"),
            campaign(3, "Retargeting · cart 14d", before=None),
        ],
        store=Store(
            orders=1_134,
            net=Decimal("76350.40"),
            claims=[
                Claim(
                    platform="meta",
                    label="Meta",
                    conversions=Decimal("902.5"),
                    value=Decimal(60000),
                ),
                Claim(
                    platform="google",
                    label="Google",
                    conversions=Decimal(480),
                    value=Decimal(31200),
                ),
            ],
            claimed_conversions=Decimal("1382.5"),
            claimed_value=Decimal(91200),
            ratio=Decimal("1.19"),
            sentence="Platforms claim 19% more than the shop sold.",
        ),
        done=[
            Done(day=dt.date(2025, 12, 9), text="Launched the gift-box campaign.", who="Mira"),
            Done(day=dt.date(2025, 12, 15), text="Paused two broad ad sets.", who="Jon"),
        ],
        next_steps=["Review the move to Instagram on January 19."],
        definitions=[
            Definition(term="ROAS", meaning="Revenue divided by spend."),
            Definition(term="Conversions", meaning="What the platforms count as purchases."),
        ],
        finality=["Figures up to December 24 are settled; later days may still rise a little."],
        notes=["TikTok is not connected."],
    )


def _kpis() -> list[Kpi]:
    rows = [
        ("spend", "Spend", "money", "25450", "24010", "0.06", "neither"),
        ("revenue", "Revenue", "money", "76350", "57840", "0.32", "more"),
        ("roas", "ROAS", "multiple", "3.0", "2.4", "0.25", "more"),
        ("conversions", "Conversions", "count", "1234", "1046", "0.18", "more"),
        ("cpa", "Cost per conversion", "money", "20.62", "22.95", "-0.10", "less"),
        ("ctr", "Click rate", "share", "0.0133", "0.0140", "-0.05", "more"),
    ]
    return [
        Kpi(
            key=key,
            label=label,
            unit=unit,
            value=Decimal(value),
            before=Decimal(before),
            change=Decimal(change),
            better=better,
            definition="",
        )
        for key, label, unit, value, before, change, better in rows
    ]


def _source(platform: str, name: str) -> Source:
    return Source(
        account_id=1,
        platform=platform,
        platform_label=LABELS[platform],
        name=name,
        currency="EUR",
        time_zone="Europe/Berlin",
        synced_at=dt.datetime(2026, 1, 5, 14, 2, tzinfo=dt.UTC),
        settled_through=dt.date(2025, 12, 24),
        sandbox=False,
    )
