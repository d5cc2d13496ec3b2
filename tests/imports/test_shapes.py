"""Every shape and language is told apart and adds up to what was put into it."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal

import pytest

from app.imports.answers import Answers
from app.imports.dates import DateOrder
from app.imports.facts import Reading, StoreFact
from app.imports.fields import Field
from app.imports.preview import Looked, look
from app.imports.read import open_table
from app.imports.refusal import Refused
from app.imports.shapes import KNOWN_HEADERS
from tests.imports import exports

TODAY = dt.date(2026, 11, 23)


def read(content: bytes, filename: str = "export.csv", answers: Answers | None = None) -> Looked:
    return look(
        open_table(io.BytesIO(content), len(content), KNOWN_HEADERS),
        filename=filename,
        answers=answers or Answers(),
        today=TODAY,
    )


def test_the_fixtures_on_disk_are_those_that_the_module_makes() -> None:
    assert {path.name: path.read_bytes() for path in exports.FOLDER.iterdir()} == exports.files()


@pytest.mark.parametrize(
    ("name", "platform", "currency"),
    [
        *((f"meta_{language}.csv", "meta", "EUR") for language in exports.META_HEADERS),
        *((f"google_{language}.csv", "google", "GBP") for language in exports.GOOGLE_HEADERS),
        ("meta_reporting_bom.csv", "meta", "USD"),
        ("google_utf16.csv", "google", "GBP"),
        ("linkedin_utf16.csv", "linkedin", "USD"),
        ("tiktok_en.csv", "tiktok", "JPY"),
        ("tiktok_ja_cp932.csv", "tiktok", "JPY"),
        ("tiktok_ko.csv", "tiktok", "JPY"),
    ],
)
def test_every_ad_export_adds_up(name: str, platform: str, currency: str) -> None:
    preview = read(exports.files()[name], name).preview
    expected = exports.sums(exports.lines())
    assert (preview.platform, preview.currency) == (platform, currency)
    assert (preview.first, preview.last) == (exports.FIRST, dt.date(2026, 6, 5))
    assert preview.sums.rows == len(exports.lines())
    assert preview.sums.spend == expected["spend"]
    assert preview.sums.impressions == expected["impressions"]
    assert preview.sums.clicks == expected["clicks"]
    assert preview.sums.conversions == expected["conversions"]
    values_are_named = name not in ("tiktok_ja_cp932.csv", "tiktok_ko.csv")
    assert preview.sums.revenue == (expected["revenue"] if values_are_named else 0)
    assert preview.questions == []
    assert preview.warnings == []


def test_a_workbook_reads_as_its_csv_does() -> None:
    rows = exports.meta("pt")
    typed = [rows[0], *([*row[:4], float(str(row[4])), *row[5:]] for row in rows[1:])]
    preview = read(exports.workbook(typed)).preview
    assert preview.sums == read(exports.files()["meta_pt.csv"]).preview.sums
    assert preview.platform == "meta"


def test_totals_rows_are_dropped_and_agree_with_the_rows() -> None:
    preview = read(exports.files()["google_en.csv"]).preview
    assert [(each.reason, each.count) for each in preview.dropped] == [("Totals or footer row", 2)]
    assert preview.warnings == []


def test_totals_that_disagree_by_more_than_a_hundredth_are_warned_about() -> None:
    rows = exports.google()
    del rows[4]
    preview = read(exports.delimited(rows)).preview
    assert "Rows may be missing" in preview.warnings[0]


def test_google_totals_of_the_whole_account_are_not_compared() -> None:
    rows = exports.google()
    del rows[-2]
    assert read(exports.delimited(rows)).preview.warnings == []


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("Campaign,Currency code,Clicks,Impr.,Cost", "Segment, Time, Day"),
        ("Campaign name,Primary status,Cost,Impressions,Clicks (destination)", "By Day"),
        ("Product title,Net sales,Total sales,Orders", "group by Day"),
    ],
)
def test_an_aggregate_without_days_is_refused_with_how_to_export_daily(
    header: str, words: str
) -> None:
    rows = [header.split(","), ["Teapots", *["5"] * header.count(",")]]
    with pytest.raises(Refused, match="sums over several days") as refused:
        read(exports.delimited(rows))
    assert words in refused.value.message
    assert refused.value.message.startswith("The figures of this file")


def test_a_meta_export_of_a_whole_month_per_row_is_refused() -> None:
    rows = exports.meta()
    rows[2][1] = dt.date(2026, 6, 30)
    with pytest.raises(Refused, match="Row 3: the figures of this file are sums") as refused:
        read(exports.delimited(rows))
    assert "Breakdown, By time, Day" in refused.value.message


def test_rows_that_are_whole_weeks_are_refused() -> None:
    rows = [["Week", "Campaign", "Spend", "Clicks"]]
    rows += [[f"2026-06-{day:02}", "Teapots", "10.00", "4"] for day in (1, 8, 15)]
    mapping = {"Week": Field.DAY, "Campaign": Field.CAMPAIGN, "Spend": Field.SPEND}
    answers = Answers(platform="other", currency="EUR", columns=mapping)
    with pytest.raises(Refused, match="Column Week: each row is a whole week"):
        read(exports.delimited(rows), answers=answers)


def test_an_export_without_rows_is_refused() -> None:
    rows = [exports.meta()[0]]
    for content in (exports.delimited(rows), exports.delimited([*rows, ["No data available."]])):
        with pytest.raises(Refused, match="holds no rows"):
            read(content)


def test_purchases_are_preferred_over_results() -> None:
    preview = read(exports.files()["meta_en.csv"]).preview
    assert "Conversions are taken from the column Purchases." in preview.notes
    assert "Not added to it: Results." in preview.notes


def test_link_clicks_are_preferred_over_all_clicks() -> None:
    looked = read(exports.files()["meta_reporting_bom.csv"])
    used = {column.meaning: column.header for column in looked.preview.columns_used}
    assert used["clicks"] == "Link clicks"


def test_a_sales_report_turns_discounts_and_returns_positive() -> None:
    looked = read(exports.files()["shopify_sales.csv"], answers=Answers(currency="EUR"))
    facts = [fact for _, fact in Reading(looked.table, looked.plan).store()]
    assert facts[2] == StoreFact(
        dt.date(2026, 6, 3),
        3,
        Decimal("150.25"),
        Decimal("15.02"),
        Decimal("10.00"),
        Decimal("125.23"),
        Decimal("12.52"),
        Decimal("0.00"),
    )
    assert looked.preview.sums.orders == 13


def test_orders_per_product_are_not_added_up() -> None:
    preview = read(exports.files()["shopify_products.csv"]).preview
    assert preview.sums.orders is None
    assert preview.sums.revenue == Decimal("132.00")
    assert any("orders are left open" in note for note in preview.notes)


def test_orders_are_booked_once_on_the_shops_own_day() -> None:
    looked = read(exports.files()["shopify_orders.csv"])
    facts = [fact for _, fact in Reading(looked.table, looked.plan).store()]
    assert [(fact.day.day, fact.net, fact.orders) for fact in facts] == [
        (1, Decimal("90.00"), 1),
        (2, Decimal("40.00"), 1),
        (3, Decimal(20), 1),
    ]
    assert facts[1].gross == Decimal("55.00")
    assert facts[1].refunds == Decimal("10.00")


def test_cancelled_and_voided_orders_are_left_out_and_shown() -> None:
    preview = read(exports.files()["shopify_orders.csv"]).preview
    dropped = {each.reason: each.examples for each in preview.dropped}
    assert dropped == {"Order cancelled, voided or expired": [5, 6]}


def test_refunds_without_a_date_are_warned_about() -> None:
    preview = read(exports.files()["shopify_orders.csv"]).preview
    assert "Refunds of 10.00 CAD have no date" in preview.warnings[0]


def test_no_cell_of_an_order_reaches_the_preview() -> None:
    preview = read(exports.files()["shopify_orders.csv"]).preview
    assert preview.samples == []
    assert "Ada" not in repr(preview)
    assert any("about people" in note for note in preview.notes)


def test_tax_inside_prices_is_taken_out_of_net_sales() -> None:
    rows = [
        exports.ORDERS_HEADER,
        exports.order(
            "#1", "2026-06-01 10:00:00 +0200", Subtotal="119.00", Taxes="19.00", Total="119.00"
        ),
    ]
    looked = read(exports.delimited(rows))
    assert looked.preview.sums.revenue == Decimal("100.00")
    assert any("tax is taken out" in note for note in looked.preview.notes)


def test_a_sessions_report_is_refused_by_name() -> None:
    rows = [["Day", "Online store visitors", "Sessions"], ["2026-06-01", 4, 5]]
    with pytest.raises(Refused, match="visitors, not sales"):
        read(exports.delimited(rows))


def test_without_a_currency_it_is_asked_for() -> None:
    content = exports.files()["shopify_sales.csv"]
    assert [question.kind for question in read(content).preview.questions] == ["currency"]
    answered = read(content, answers=Answers(currency="CHF")).preview
    assert (answered.currency, answered.questions) == ("CHF", [])


def test_a_currency_that_contradicts_the_file_is_refused() -> None:
    with pytest.raises(Refused, match="You said USD, but the file itself says EUR"):
        read(exports.files()["meta_en.csv"], answers=Answers(currency="USD"))


def test_two_currencies_in_one_file_are_refused_with_the_row() -> None:
    rows = exports.google()
    rows[5][2] = "USD"
    with pytest.raises(Refused, match="Row 6, column Currency code: this row is in USD"):
        read(exports.delimited(rows))


def test_two_accounts_in_one_file_are_refused_with_the_row() -> None:
    rows = exports.linkedin()
    rows[4][1] = "Somebody else"
    content = exports.delimited(rows, before=exports.LINKEDIN_BEFORE)
    with pytest.raises(Refused, match="column Account Name: this row belongs"):
        read(content)


def test_the_account_is_read_off_the_file_name() -> None:
    name = "Hill-Kettle-Campaigns-Jun-1-2026-Jun-5-2026.csv"
    assert read(exports.files()["meta_en.csv"], name).preview.account == "Hill Kettle"
    name = "account_5012_campaign_performance_report.csv"
    content = exports.files()["linkedin_utf16.csv"]
    assert read(content, name).preview.account_id == "5012"


def test_slash_dates_that_could_be_either_are_asked_about() -> None:
    content = exports.delimited(exports.linkedin())
    preview = read(content).preview
    assert [question.kind for question in preview.questions] == ["date_order"]
    assert preview.sums.rows == 0
    answers = Answers(date_order=DateOrder.DAY_FIRST)
    assert read(content, answers=answers).preview.last == dt.date(2026, 5, 6)


def test_the_report_span_settles_the_order_of_slash_dates() -> None:
    assert read(exports.files()["linkedin_utf16.csv"]).preview.last == dt.date(2026, 6, 5)


def test_an_unknown_header_is_mapped_by_hand() -> None:
    rows = [["Jour du mois", "Réseau", "Dépense", "Vues"], ["2026-06-01", "Nord", "10,50", "100"]]
    content = exports.delimited(rows, delimiter=";")
    preview = read(content).preview
    assert {question.kind for question in preview.questions} == {"mapping", "platform"}
    assert preview.header == rows[0]
    answers = Answers(
        platform="other",
        currency="EUR",
        columns={
            "Jour du mois": Field.DAY,
            "Réseau": Field.CAMPAIGN,
            "Dépense": Field.SPEND,
            "Vues": Field.IMPRESSIONS,
        },
    )
    mapped = read(content, answers=answers).preview
    assert (mapped.sums.spend, mapped.questions) == (Decimal("10.50"), [])


def test_pinterest_is_recognised_and_its_likely_columns_are_filled_in() -> None:
    rows = [
        ["Date", "Campaign name", "Spend in account currency", "Impressions", "Outbound clicks"],
        ["2026-06-01", "Teapots", "7.48", "578", "8"],
    ]
    content = exports.delimited(rows)
    preview = read(content).preview
    assert preview.platform == "pinterest"
    assert {question.kind for question in preview.questions} == {"mapping", "currency"}
    columns = {column.header: Field(column.meaning) for column in preview.columns_used}
    answered = read(content, answers=Answers(currency="EUR", columns=columns)).preview
    assert (answered.sums.spend, answered.questions) == (Decimal("7.48"), [])


def test_two_campaigns_of_one_name_stay_two_rows_of_one_campaign() -> None:
    line = exports.lines()[0]
    looked = read(exports.delimited(exports.meta(given=[line, line])))
    ids = {fact.campaign_id for _, fact in Reading(looked.table, looked.plan).ads()}
    assert len(ids) == 1
    assert looked.preview.sums.spend == line.spend * 2


def test_ads_of_one_name_in_two_groups_are_two_ads() -> None:
    rows = [["Day", "Campaign name", "Ad set name", "Ad name", "Amount spent (EUR)"]]
    rows += [["2026-06-01", "Teapots", group, "Video", "5.00"] for group in ("Old", "Young")]
    looked = read(exports.delimited(rows))
    assert len({fact.ad_id for _, fact in Reading(looked.table, looked.plan).ads()}) == 2


def test_the_first_of_two_columns_of_one_name_is_used() -> None:
    rows = exports.meta()
    wide = [[*row, row[4]] for row in rows]
    preview = read(exports.delimited(wide)).preview
    assert preview.sums.spend == exports.sums(exports.lines())["spend"]
    assert preview.warnings == []
    wide[3][-1] = "1.00"
    warned = read(exports.delimited(wide)).preview.warnings
    assert "is there twice with different values" in warned[0]
