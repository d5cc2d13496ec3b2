"""Files made to hurt, and files that contradict themselves or the account they are for."""

from __future__ import annotations

import io
import re
import resource
import zipfile
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.imports.answers import parse_answers
from app.imports.facts import Reading
from app.imports.plan import make_plan
from app.imports.read import Table, open_table
from app.imports.refusal import Refused
from app.imports.shapes import KNOWN_HEADERS
from app.imports.upload import preview_of
from tests.conftest import Member
from tests.factories import make_account, make_connection
from tests.imports import exports
from tests.imports.test_run import META, NOW, put

TODAY = NOW.date()


def table_of(content: bytes) -> Table:
    return open_table(io.BytesIO(content), len(content), KNOWN_HEADERS)


def rewritten(name: str, pattern: str, by: str, **more: str) -> bytes:
    """A workbook with one of its parts changed and more parts in `xl`."""
    out = io.BytesIO()
    whole = exports.workbook(exports.meta())
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for part in old.namelist():
            content = old.read(part).decode()
            new.writestr(part, re.sub(pattern, by, content) if part == name else content)
        for part, content in more.items():
            new.writestr(f"xl/{part}", content)
    return out.getvalue()


@pytest.mark.parametrize("name", ["SharedStrings.xml", "worksheets/words.xml"])
def test_swollen_shared_texts_are_refused_whatever_they_are_called(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    words = f"<sst>{'<si><t>word</t></si>' * 10_000}</sst>"
    content = rewritten(
        "[Content_Types].xml",
        "</Types>",
        f'<Override PartName="/xl/{name}" ContentType="{kind}" /></Types>',
        **{name: words},
    )
    table_of(content)
    monkeypatch.setattr("app.imports.workbook._MOST_SHARED_TEXT", len(words) - 1)
    with pytest.raises(Refused, match="unpacks to far more"):
        table_of(content)


def test_a_row_far_below_the_last_a_sheet_can_have_is_refused() -> None:
    content = rewritten("xl/worksheets/sheet1.xml", '<row r="3"', '<row r="900000000"')
    with pytest.raises(Refused, match="damaged"):
        for _ in table_of(content).rows():
            pass


def test_a_line_without_end_is_refused_before_it_fills_the_memory() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(Refused):
        table_of(b"Day,Campaign name\n2026-06-01," + b"," * (40 << 20))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024


def test_a_row_without_end_is_refused_before_it_fills_the_memory() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(Refused):
        table_of(b"Day,Campaign name\n" + b'"a\nb",' * (5 << 20))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024


def test_columns_in_two_currencies_are_refused() -> None:
    header, *rows = exports.meta(currency="EUR")
    header[8] = "Purchases conversion value (USD)"
    with pytest.raises(Refused, match="USD"):
        make_plan(
            table_of(exports.delimited([header, *rows])),
            parse_answers(platform="", currency="", mapping={}),
            filename="x.csv",
            today=TODAY,
        )


def test_a_currency_column_that_contradicts_the_header_is_refused() -> None:
    header, *rows = exports.meta(currency="EUR")
    content = exports.delimited([[*header, "Currency"], *([*row, "USD"] for row in rows)])
    with pytest.raises(Refused, match="USD"):
        make_plan(
            table_of(content),
            parse_answers(platform="", currency="", mapping={}),
            filename="x.csv",
            today=TODAY,
        )


def test_discounts_and_returns_mapped_by_hand_may_be_positive() -> None:
    content = exports.delimited(
        [
            ["When", "Sold before", "Rebates", "Sent back"],
            ["2026-06-01", "100.00", "10.00", "5.00"],
            ["2026-06-02", "100.00", "-10.00", "-5.00"],
        ]
    )
    mapping = {"When": "day", "Sold before": "gross", "Rebates": "discounts"}
    answers = parse_answers(
        platform="other", currency="EUR", mapping=mapping | {"Sent back": "refunds"}
    )
    table = table_of(content)
    plan = make_plan(table, answers, filename="x.csv", today=TODAY)
    facts = [fact for _, fact in Reading(table, plan).store()]
    assert {(fact.discounts, fact.refunds, fact.net) for fact in facts} == {
        (Decimal("10.00"), Decimal("5.00"), Decimal("85.00"))
    }


def test_a_file_of_an_account_that_does_not_count_says_so(session: Session, alice: Member) -> None:
    make_account(
        session,
        make_connection(session, alice.workspace),
        name="Shelf",
        selected=False,
        currency="EUR",
    )
    session.commit()
    answers = parse_answers(platform="meta", currency="EUR", mapping={"account": "Shelf"})
    warnings = preview_of(put(session, alice, META, answers=answers)).warnings
    assert any("Shelf is not chosen" in warning for warning in warnings)


def test_an_unknown_workbook_is_mapped_by_hand_as_its_csv_is() -> None:
    rows = [["When", "What", "Paid"], ["2026-06-01", "Sun hats", "12.50"]]
    plans = [
        make_plan(
            table_of(content),
            parse_answers(platform="", currency="", mapping={}),
            filename="x",
            today=TODAY,
        )
        for content in (exports.workbook(rows), exports.delimited(rows))
    ]
    assert [[each.kind for each in plan.questions] for plan in plans] == [
        ["mapping", "platform"]
    ] * 2


def test_deleting_an_account_does_not_search_all_uploads_once_per_ad(session: Session) -> None:
    """A foreign key without an index is looked through whole for every row deleted above it."""
    searched = session.scalars(
        text("""
            SELECT conname FROM pg_constraint AS key
            WHERE contype = 'f' AND confdeltype = 'c' AND conrelid = 'import_fact'::regclass
              AND NOT EXISTS (SELECT FROM pg_index
                              WHERE indrelid = conrelid AND indkey[0] = conkey[1])
        """)
    ).all()
    assert searched == []
