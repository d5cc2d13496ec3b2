"""Exports with invented names and figures, in every shape and language that is imported.

`python -m tests.imports.exports` writes them to tests/fixtures/exports.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import openpyxl

FOLDER = Path(__file__).parents[1] / "fixtures" / "exports"
FIRST = dt.date(2026, 6, 1)
DAYS = 5
CAMPAIGNS = ("Spring teapots, all", "Brand | Kettles")


@dataclass(frozen=True)
class Line:
    """One campaign's day."""

    day: dt.date
    campaign: str
    impressions: int
    clicks: int
    spend: Decimal
    conversions: Decimal
    value: Decimal


def lines(days: int = DAYS, first: dt.date = FIRST) -> list[Line]:
    """Two campaigns a day; every figure differs from every other."""
    return [
        Line(
            first + dt.timedelta(days=offset),
            campaign,
            1200 + 311 * offset + 17 * number,
            40 + 3 * offset + number,
            Decimal("31.07") + Decimal("2.41") * offset + number,
            Decimal(1 + offset % 3),
            Decimal("120.50") * (1 + offset % 3) + number,
        )
        for offset in range(days)
        for number, campaign in enumerate(CAMPAIGNS)
    ]


def sums(given: Sequence[Line]) -> dict[str, Decimal | int]:
    """What the lines add up to."""
    return {
        "spend": sum((line.spend for line in given), Decimal(0)),
        "revenue": sum((line.value for line in given), Decimal(0)),
        "conversions": sum((line.conversions for line in given), Decimal(0)),
        "impressions": sum(line.impressions for line in given),
        "clicks": sum(line.clicks for line in given),
    }


def delimited(
    rows: Iterable[Sequence[object]],
    *,
    encoding: str = "utf-8",
    delimiter: str = ",",
    newline: str = "\n",
    before: str = "",
) -> bytes:
    """Rows as a text export."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=newline).writerows(rows)
    return (before + out.getvalue()).encode(encoding)


def workbook(rows: Iterable[Sequence[object]], sheet: str = "Worksheet") -> bytes:
    """Rows as an .xlsx."""
    book = openpyxl.Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


META_HEADERS = {
    "en": (
        "Reporting starts,Reporting ends,Campaign name,Campaign delivery,Amount spent ({}),"
        "Impressions,Link clicks,Purchases,Purchases conversion value,Results"
    ),
    "pt": (
        "Início dos relatórios,Término dos relatórios,Nome da campanha,Veiculação da campanha,"
        "Valor usado ({}),Impressões,Cliques no link,Compras,Valor de conversão da compra,"
        "Resultados"
    ),
    "ja": (
        "レポート開始日,レポート終了日,キャンペーン名,キャンペーンの配信,消化金額 ({}),"
        "インプレッション,リンクのクリック,購入,購入コンバージョン値,結果"
    ),
    "de": (
        "Berichtsstart,Berichtsende,Kampagnenname,Auslieferung,Ausgegebener Betrag ({}),"
        "Impressionen,Link-Klicks,Käufe,Conversion-Wert für Käufe,Ergebnisse"
    ),
    "fr": (
        "Début des rapports,Fin des rapports,Nom de la campagne,Diffusion,Montant dépensé ({}),"
        "Impressions,Clics sur le lien,Achats,Valeur de conversion des achats,Résultats"
    ),
    "es": (
        "Inicio del informe,Fin del informe,Nombre de la campaña,Entrega,Importe gastado ({}),"
        "Impresiones,Clics en el enlace,Compras,Valor de conversión de compras,Resultados"
    ),
    "it": (
        "Inizio report,Fine report,Nome della campagna,Pubblicazione,Importo speso ({}),"
        "Impressioni,Clic sul link,Acquisti,Valore di conversione degli acquisti,Risultati"
    ),
}


def meta(
    language: str = "en", currency: str = "EUR", given: Sequence[Line] | None = None
) -> list[list[object]]:
    """Ads Manager's table export with a day breakdown: first and last day equal per row."""
    header = META_HEADERS[language].format(currency).split(",")
    return [
        header,
        *(
            [
                line.day,
                line.day,
                line.campaign,
                "active",
                f"{line.spend}",
                line.impressions,
                line.clicks,
                line.conversions,
                line.value,
                line.clicks * 2,
            ]
            for line in (lines() if given is None else given)
        ),
    ]


def meta_reporting(currency: str = "USD") -> list[list[object]]:
    """Ads Reporting by day, with its summary as the first row."""
    header = (
        f"Day,Campaign name,Amount spent ({currency}),Impressions,Clicks (all),Link clicks,"
        "Purchases,Purchases conversion value,Reporting starts,Reporting ends"
    ).split(",")
    given = lines()
    last = given[-1].day
    all_of_it = sums(given)
    return [
        header,
        [
            "",
            "",
            all_of_it["spend"],
            all_of_it["impressions"],
            900,
            all_of_it["clicks"],
            all_of_it["conversions"],
            all_of_it["revenue"],
            FIRST,
            last,
        ],
        *(
            [
                line.day,
                line.campaign,
                line.spend,
                line.impressions,
                line.clicks + 10,
                line.clicks,
                line.conversions,
                line.value,
                line.day,
                line.day,
            ]
            for line in given
        ),
    ]


GOOGLE_HEADERS = {
    "en": "Campaign,Day,Currency code,Clicks,Impr.,CTR,Cost,Conversions,Conv. value",
    "pt": "Campanha,Dia,Código da moeda,Cliques,Impr.,CTR,Custo,Conversões,Valor conv.",
    "ja": (
        "キャンペーン,日,通貨コード,クリック数,表示回数,クリック率,費用,コンバージョン,"
        "コンバージョン値"
    ),
    "de": "Kampagne,Tag,Währungscode,Klicks,Impr.,CTR,Kosten,Conversions,Conv.-Wert",
    "fr": "Campagne,Jour,Code de la devise,Clics,Impr.,CTR,Coût,Conversions,Valeur de conv.",
    "es": "Campaña,Día,Código de moneda,Clics,Impr.,CTR,Coste,Conversiones,Valor de conv.",
    "it": "Campagna,Giorno,Codice valuta,Clic,Impr.,CTR,Costo,Conversioni,Valore conv.",
}
GOOGLE_TITLES = {
    "en": ("Campaign report", "June 1, 2026 - June 5, 2026", "Total: Campaigns"),
    "pt": ("Relatório de campanha", "1 de junho de 2026 - 5 de junho de 2026", "Total: Campanhas"),
    "ja": ("キャンペーンのパフォーマンス", "2026年6月1日 - 2026年6月5日", "合計: キャンペーン"),
    "de": ("Kampagnenbericht", "1. Juni 2026 - 5. Juni 2026", "Gesamt: Kampagnen"),
    "fr": ("Rapport sur les campagnes", "1 juin 2026 - 5 juin 2026", "Total: Campagnes"),
    "es": ("Informe de campañas", "1 de junio de 2026 - 5 de junio de 2026", "Total: Campañas"),
    "it": ("Rapporto campagne", "1 giugno 2026 - 5 giugno 2026", "Totale: Campagne"),
}


def google(
    language: str = "en", currency: str = "GBP", given: Sequence[Line] | None = None
) -> list[list[object]]:
    """Title, range, header, days, totals; comma languages group counts by point."""
    comma = language not in ("en", "ja")

    def money(amount: Decimal) -> str:
        return f"{amount:.2f}".replace(".", ",") if comma else f"{amount:.2f}"

    def grouped(amount: Decimal | int) -> str:
        text = f"{amount:,}"
        return text.translate(str.maketrans(",.", ".,")) if comma else text

    title, span, label = GOOGLE_TITLES[language]
    shown = lines() if given is None else given
    rows: list[list[object]] = [[title], [span], GOOGLE_HEADERS[language].split(",")]
    for line in shown:
        share = grouped(Decimal(line.clicks * 100) / line.impressions // Decimal("0.01") / 100)
        rows.append(
            [
                line.campaign,
                line.day,
                currency,
                grouped(line.clicks),
                grouped(line.impressions),
                f"{share}%",
                money(line.spend),
                money(line.conversions),
                grouped(line.value.quantize(Decimal("0.01"))),
            ]
        )
    all_of_it = sums(shown)
    for name in (label, f"{label.partition(':')[0]}: Account"):
        factor = 1 if name == label else 3
        rows.append(
            [
                name,
                " --",
                currency,
                grouped(all_of_it["clicks"] * factor),
                grouped(all_of_it["impressions"] * factor),
                " --",
                money(Decimal(all_of_it["spend"]) * factor),
                money(Decimal(all_of_it["conversions"]) * factor),
                grouped(Decimal(all_of_it["revenue"]).quantize(Decimal("0.01")) * factor),
            ]
        )
    return rows


LINKEDIN_BEFORE = (
    "Campaign Performance Report (in UTC)\n"
    '"Report Start: June 1, 2026, 12:00 AM"\n'
    '"Report End: June 5, 2026, 11:59 PM"\n'
    '"Date Generated: June 9, 2026, 3:22 PM"\n'
    "\n"
)


def linkedin(currency: str = "USD") -> list[list[object]]:
    """Ad performance: M/D/YYYY, grouped money, ad texts over several lines."""
    header = (
        "Start Date (in UTC),Account Name,Currency,Campaign Group ID,Campaign Group Name,"
        "Campaign ID,Campaign Name,Creative Name,Ad ID,Ad Introduction Text,Total Spent,"
        "Impressions,Clicks,Click Through Rate,Conversions,Total Conversion Value,Leads"
    ).split(",")
    return [
        header,
        *(
            [
                f"{line.day.month}/{line.day.day}/{line.day.year}",
                "Hill & Kettle",
                currency,
                4000 + CAMPAIGNS.index(line.campaign),
                line.campaign,
                7000 + CAMPAIGNS.index(line.campaign),
                f"{line.campaign} / all ages",
                "Steam",
                9000 + CAMPAIGNS.index(line.campaign),
                'Tea is ready.\nReally "ready", at once.',
                f"{line.spend:,}",
                line.impressions,
                line.clicks,
                "3.10%",
                line.conversions,
                f"{line.value:,}",
                7,
            ]
            for line in lines()
        ),
    ]


TIKTOK_HEADERS = {
    "en": (
        "Campaign name,Primary status,By Day,Cost,Impressions,Clicks (destination),"
        "CTR (destination),Conversions,Total purchase value,Currency"
    ),
    "ja": (
        "キャンペーン名,一級ステータス,日別,コスト,インプレッション,クリック（誘導先）,"  # noqa: RUF001
        "CTR（誘導先）,コンバージョン,購入額,通貨"  # noqa: RUF001
    ),
    "ko": (
        "캠페인 이름,기본 상태,일별,비용,노출수,클릭수(목적지),CTR(목적지),전환수,구매 금액,통화"
    ),
}
TIKTOK_TOTALS = {"en": "Total of 10 results", "ja": "全10件の結果", "ko": "총 10개 결과"}


def tiktok(language: str = "en", currency: str = "JPY") -> list[list[object]]:
    """By day, the total of all rows last; `-` is none."""
    given = lines()
    all_of_it = sums(given)
    return [
        TIKTOK_HEADERS[language].split(","),
        *(
            [
                line.campaign,
                "Active",
                line.day,
                line.spend,
                line.impressions,
                line.clicks,
                "2.05%",
                line.conversions,
                line.value,
                currency,
            ]
            for line in given
        ),
        [
            TIKTOK_TOTALS[language],
            "-",
            "-",
            all_of_it["spend"],
            all_of_it["impressions"],
            all_of_it["clicks"],
            "2.05%",
            all_of_it["conversions"],
            all_of_it["revenue"],
            currency,
        ],
    ]


SALES = (
    ("2026-06-01", 4, "240.00", "-12.00", "0.00", "22.80", "9.90"),
    ("2026-06-02", 6, "381.50", "0.00", "-40.00", "34.15", "14.85"),
    ("2026-06-03", 3, "150.25", "-15.02", "-10.00", "12.52", "0.00"),
)


def shopify_sales() -> list[list[object]]:
    """Total sales over time by day; discounts and returns are negative."""
    header = "Day,Orders,Gross sales,Discounts,Returns,Net sales,Shipping charges,Taxes,Total sales"
    rows: list[list[object]] = [header.split(",")]
    for day, orders, gross, discounts, returns, tax, shipping in SALES:
        net = Decimal(gross) + Decimal(discounts) + Decimal(returns)
        total = net + Decimal(tax) + Decimal(shipping)
        rows.append([day, orders, gross, discounts, returns, net, shipping, tax, total])
    return rows


def shopify_products() -> list[list[object]]:
    """Sales by product and day: an order with two products stands in two rows."""
    return [
        "Day,Product title,Gross sales,Discounts,Returns,Net sales,Taxes,Total sales,Orders".split(
            ","
        ),
        ["2026-06-01", "Teapot", "80.00", "-8.00", "0", "72.00", "7.20", "79.20", 2],
        ["2026-06-01", "Kettle", "60.00", "0", "0", "60.00", "6.00", "66.00", 1],
        ["2026-06-02", "Teapot", "40.00", "0", "-40.00", "0.00", "0", "0", 1],
    ]


ORDERS_HEADER = (
    "Name,Email,Financial Status,Paid at,Currency,Subtotal,Shipping,Taxes,Total,"
    "Discount Amount,Created at,Lineitem quantity,Lineitem name,Lineitem price,Billing Name,"
    "Cancelled at,Refunded Amount,Id,Source"
).split(",")


def order(name: str, created: str, *, status: str = "paid", **cells: object) -> list[object]:
    """The first row of an order; what is not given is empty."""
    given = {
        "Name": name,
        "Email": "ada@example.com",
        "Financial Status": status,
        "Created at": created,
        "Paid at": created,
        "Currency": "CAD",
        "Shipping": "0.00",
        "Taxes": "0.00",
        "Discount Amount": "0.00",
        "Refunded Amount": "0.00",
        "Lineitem quantity": 1,
        "Billing Name": "Ada Example",
        "Source": "web",
    }
    named = {key.replace("_", " "): value for key, value in cells.items()}
    return [(given | named).get(column, "") for column in ORDERS_HEADER]


def shopify_orders() -> list[list[object]]:
    """Two lines in one order, a refund, a cancelled, a voided and a pending order."""
    first = "2026-06-01 23:40:00 -0700"
    return [
        ORDERS_HEADER,
        order("#1", first, Subtotal="90.00", Taxes="9.00", Shipping="5.00", Total="104.00"),
        ["#1", "ada@example.com", *[""] * 8, first, 2, "Kettle", "12.00", *[""] * 5],
        order(
            "#2",
            "2026-06-02 00:10:00 -0700",
            status="partially_refunded",
            Subtotal="50.00",
            Discount_Amount="5.00",
            Taxes="5.00",
            Total="55.00",
            Refunded_Amount="11.00",
        ),
        order(
            "#3",
            "2026-06-02 10:00:00 -0700",
            Subtotal="70.00",
            Total="70.00",
            Cancelled_at="2026-06-02 11:00:00 -0700",
        ),
        order("#4", "2026-06-02 12:00:00 -0700", status="voided", Subtotal="33.00", Total="33.00"),
        order("#5", "2026-06-03 12:00:00 -0700", status="pending", Subtotal="20", Total="20"),
    ]


def files() -> dict[str, bytes]:
    """Every fixture by its name on disk."""
    made = {
        f"meta_{language}.csv": delimited(meta(language), encoding="utf-8")
        for language in META_HEADERS
    }
    made |= {f"google_{language}.csv": delimited(google(language)) for language in GOOGLE_HEADERS}
    made |= {f"tiktok_{lang}.csv": delimited(tiktok(lang)) for lang in ("en", "ko")}
    return made | {
        "meta_reporting_bom.csv": delimited(meta_reporting(), encoding="utf-8-sig"),
        "google_utf16.csv": delimited(google(), encoding="utf-16", delimiter="\t"),
        "linkedin_utf16.csv": delimited(
            linkedin(), encoding="utf-16", delimiter="\t", before=LINKEDIN_BEFORE
        ),
        "tiktok_ja_cp932.csv": delimited(tiktok("ja"), encoding="cp932", newline="\r\n"),
        "shopify_sales.csv": delimited(shopify_sales()),
        "shopify_products.csv": delimited(shopify_products()),
        "shopify_orders.csv": delimited(shopify_orders()),
    }


def write(folder: Path = FOLDER) -> None:
    """Write every fixture."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files().items():
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    write()
