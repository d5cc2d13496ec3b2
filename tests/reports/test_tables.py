"""A report's tables as files, read back as whoever opens them reads them."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from app.insights.words import Manner
from app.reports.csv_files import csv_file
from app.reports.document import Document, Frozen, freeze
from app.reports.findings import part_of
from app.reports.tables import TABLES
from app.reports.workbook import workbook
from app.spreadsheets import is_formula
from tests.insights.showing import shown
from tests.reports import samples


def opened(document: Document) -> Any:
    return openpyxl.load_workbook(io.BytesIO(workbook(samples.frozen(document))))


def column(sheet: Any, title: str) -> list[Any]:
    """The cells below a title."""
    heads = [cell.value for cell in sheet[1]]
    return [row[heads.index(title)] for row in sheet.iter_rows(min_row=2)]


def read(document: Document, table: str = "campaigns") -> list[dict[str, str]]:
    text = csv_file(document, table).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_workbook_has_a_sheet_for_every_table() -> None:
    assert opened(samples.usual()).sheetnames == [
        "Summary",
        "KPIs",
        "Trend",
        "Platforms",
        "Campaigns",
        "Findings",
        "Actions",
        "Sources",
    ]


def test_numbers_are_numbers_and_days_are_days() -> None:
    book = opened(samples.usual())
    spend = column(book["Campaigns"], "Spend")[0]
    assert (spend.value, spend.number_format) == (1997.5, '"$"#,##0.00;-"$"#,##0.00')
    rate = column(book["Campaigns"], "Click rate")[0]
    assert rate.number_format == "0.00%"
    assert rate.value == pytest.approx(1300 / 98000, abs=1e-6)
    clicks = column(book["Campaigns"], "Clicks")[0]
    assert (clicks.value, clicks.data_type, clicks.number_format) == (1300, "n", "#,##0")
    day = column(book["Trend"], "Day")[0]
    assert (day.value, day.is_date) == (dt.datetime(2025, 12, 1), True)  # noqa: DTZ001 - Excel has no zones
    synced = column(book["Sources"], "Synced (America/New_York)")[0]
    assert synced.value == dt.datetime(2026, 1, 5, 9, 2)  # noqa: DTZ001 - the same


def test_kpis_carry_the_format_of_what_they_count() -> None:
    values = column(opened(samples.usual())["KPIs"], "Value")
    assert [(cell.value, cell.number_format) for cell in values] == [
        (25450, '"$"#,##0.00;-"$"#,##0.00'),
        (76350, '"$"#,##0.00;-"$"#,##0.00'),
        (3, '0.00"x"'),
        (1234, "#,##0"),
        (20.62, '"$"#,##0.00;-"$"#,##0.00'),
        (0.0133, "0.00%"),
    ]


@pytest.mark.parametrize(
    ("currency", "expected"),
    [
        ("EUR", '"€"#,##0.00;-"€"#,##0.00'),
        ("JPY", '"¥"#,##0;-"¥"#,##0'),
        ("KWD", '"KWD "#,##0.000;-"KWD "#,##0.000'),
    ],
)
def test_amounts_have_the_decimals_of_their_currency(currency: str, expected: str) -> None:
    book = opened(samples.usual(currency=currency))
    assert column(book["Platforms"], "Spend")[0].number_format == expected


def test_what_is_unknown_is_an_empty_cell_and_not_nothing() -> None:
    book = opened(samples.usual(campaign_rows=[samples.campaign(1, "New", before=None)]))
    assert column(book["Campaigns"], "Spend before")[0].value is None
    assert (
        read(samples.usual(campaign_rows=[samples.campaign(1, "New", before=None)]))[0][
            "spend_before"
        ]
        == ""
    )


def test_no_cell_is_run_as_a_formula() -> None:
    names = [*samples.HOSTILE, "=1+1", "+1", "-1", "@x", "\t=1", "\uff1d1"]
    book = opened(samples.named(names))
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                assert not (isinstance(cell.value, str) and is_formula(cell.value)), cell.value
    for row in read(samples.named(names)):
        assert not any(is_formula(cell) for cell in row.values())


def test_names_keep_their_script() -> None:
    names = list(samples.SCRIPTS.values())
    document = samples.named(names)
    found = [cell.value for cell in column(opened(document)["Campaigns"], "Campaign")]
    assert sorted(found) == sorted(names)
    assert sorted(row["campaign"] for row in read(document)) == sorted(names)


def test_rows_and_titles_stay_in_view() -> None:
    book = opened(samples.many())
    for name in ("KPIs", "Trend", "Platforms", "Campaigns", "Findings"):
        assert book[name].freeze_panes == "B2"
    sheet = book["Campaigns"]
    assert sheet.max_row == 301
    assert sheet.auto_filter.ref == sheet.dimensions
    assert sheet.column_dimensions["A"].width > 20


def test_the_summary_says_what_the_report_says() -> None:
    document = samples.usual()
    cells = {cell.value for row in opened(document)["Summary"].iter_rows() for cell in row}
    assert {document.title, *document.summary, freeze(document)[1]} <= cells
    assert "Excellent. ROAS is 20% over the target. Revenue grew faster than spend." in cells


def test_a_report_from_before_keeps_the_hash_it_was_stored_with() -> None:
    stored = Frozen(samples.usual(), "0" * 64)
    cells = {
        cell.value
        for row in openpyxl.load_workbook(io.BytesIO(workbook(stored)))["Summary"].iter_rows()
        for cell in row
    }
    assert stored.content_hash in cells
    assert freeze(stored.document)[1] not in cells


def test_the_same_document_is_the_same_workbook() -> None:
    assert workbook(samples.frozen(samples.usual())) == workbook(samples.frozen(samples.usual()))


def test_a_csv_is_a_row_for_each_campaign_and_says_its_days() -> None:
    rows = read(samples.usual())
    assert rows[0] == {
        "from": "2025-12-01",
        "to": "2025-12-31",
        "compared_from": "2025-10-31",
        "compared_to": "2025-11-30",
        "currency": "USD",
        "campaign": "Black Friday Flash Sale",
        "platform": "Meta",
        "account": "Northlight DE",
        "status": "active",
        "spend": "1997.50",
        "reported_revenue": "5193.25",
        "roas": "2.599875",
        "conversions": "12",
        "cpa": "166.458333",
        "impressions": "98000",
        "clicks": "1300",
        "ctr": "0.013265",
        "cpc": "1.536538",
        "spend_before": "1500",
        "reported_revenue_before": "4000",
        "roas_before": "2.666667",
        "conversions_before": "12",
    }


def test_a_csv_adds_up_to_the_report() -> None:
    document = samples.many()
    total = sum((row.figures.spend for row in document.campaign_rows), Decimal(0))
    assert sum(Decimal(row["spend"]) for row in read(document)) == total


def test_a_csv_begins_with_the_mark_that_excel_needs_and_ends_lines_as_it_does() -> None:
    made = csv_file(samples.usual())
    assert made.startswith(b"\xef\xbb\xbffrom,to,")
    assert made.count(b"\r\n") == 4


def test_an_empty_report_is_files_with_titles_only() -> None:
    assert read(samples.empty()) == []
    book = opened(samples.empty())
    assert [book[name].max_row for name in ("Campaigns", "Trend", "Findings")] == [1, 1, 1]


def test_a_day_never_read_has_no_figures() -> None:
    trend = samples.trend(2)
    unread = type(trend[0])(day=trend[0].day, figures=None, settled=False)
    sheet = opened(samples.usual(trend=[unread, trend[1]], trend_before=[]))["Trend"]
    assert [cell.value for cell in sheet[2]][:4] == ["this", dt.datetime(2025, 12, 1), "no", None]  # noqa: DTZ001 - Excel has no zones


def test_every_table_of_the_workbook_is_a_csv_with_the_same_rows() -> None:
    document = samples.usual()
    book = opened(document)
    for name, sheet in zip(TABLES, book.sheetnames[1:], strict=True):
        rows = list(csv.reader(io.StringIO(csv_file(document, name).decode("utf-8-sig"))))
        assert len(rows) == book[sheet].max_row, name
        assert len({len(row) for row in rows}) == 1
        assert len(set(rows[0])) == len(rows[0])


def test_a_csv_of_figures_says_their_days_and_what_they_count() -> None:
    spend, _, roas, *_ = read(samples.usual(), "kpis")
    assert (spend["from"], spend["to"], spend["currency"]) == ("2025-12-01", "2025-12-31", "USD")
    assert (spend["figure"], spend["value"], spend["before"]) == ("Spend", "25450", "24010")
    assert (spend["unit"], roas["unit"]) == ("money", "multiple")


def ranged(kind: str, **other: Any) -> Document:
    """One finding with a range."""
    found = samples.finding("Found", kind=kind, low=0.18, high=0.31, **other)
    none = {"wins": [], "concerns": [], "recommendations": []}
    return samples.usual(**{**none, f"{kind}s": [found]})


@pytest.mark.parametrize(
    ("unit", "format_"),
    [
        ("money", '"$"#,##0.00;-"$"#,##0.00'),
        ("share", "0.00%"),
        ("multiple", '0.00"x"'),
        ("count", "#,##0.##"),
        ("days", "#,##0.##"),
    ],
)
def test_a_range_is_written_as_what_it_counts(unit: str, format_: str) -> None:
    document = ranged("concern", units={"range": unit})
    sheet = opened(document)["Findings"]
    ends = [column(sheet, each)[0] for each in ("Expected from", "Expected to")]
    assert [(each.value, each.number_format) for each in ends] == [(0.18, format_), (0.31, format_)]
    [row] = read(document, "findings")
    assert (row["low"], row["high"], row["unit"]) == ("0.18", "0.31", unit)


def test_a_range_whose_unit_was_not_kept_is_money_only_where_advice_brings_it() -> None:
    formats = {
        kind: column(opened(ranged(kind))["Findings"], "Expected from")[0].number_format
        for kind in ("win", "concern", "recommendation")
    }
    assert formats["recommendation"].startswith('"$"')
    assert formats["win"] == formats["concern"] == "#,##0.######"


def test_every_finding_keeps_what_its_range_counts() -> None:
    ranges = [(each, part_of(each, Manner("USD"))) for each in shown() if each.range]
    assert {part.range_unit for _, part in ranges} >= {"money", "share", "multiple"}
    assert all(part.range_unit == found.range.unit.value for found, part in ranges if found.range)
