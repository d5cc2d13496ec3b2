"""Files of every encoding are read; everything that is not an export is turned away."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from decimal import Decimal

import openpyxl
import pytest

from app.imports import read as reader
from app.imports.answers import Answers
from app.imports.facts import Reading
from app.imports.preview import Preview, look
from app.imports.read import open_table
from app.imports.refusal import Refused
from app.imports.shapes import KNOWN_HEADERS
from tests.imports import exports

TODAY = dt.date(2026, 11, 23)
EXPECTED = exports.sums(exports.lines())["spend"]


def preview_of(content: bytes) -> Preview:
    table = open_table(io.BytesIO(content), len(content), KNOWN_HEADERS)
    return look(table, filename="export.csv", answers=Answers(), today=TODAY).preview


def rows_of(content: bytes) -> list[tuple[int, list[object]]]:
    table = open_table(io.BytesIO(content), len(content), KNOWN_HEADERS)
    return [(number, list(cells)) for number, cells in table.rows()]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_every_encoding_gives_the_same_figures(encoding: str) -> None:
    preview = preview_of(exports.delimited(exports.google("pt"), encoding=encoding))
    assert preview.sums.spend == EXPECTED
    assert preview.columns_used[0].header == "Campanha"


def test_western_letters_are_not_taken_for_japanese() -> None:
    rows = exports.google("fr")
    rows[3][0] = "Théières d'été"
    content = exports.delimited(rows, encoding="cp1252")
    assert rows_of(content)[0][1][0] == "Théières d'été"


def test_half_a_letter_at_the_end_of_utf16_is_left_out_and_said() -> None:
    content = exports.delimited(exports.google(), encoding="utf-16") + b"x"
    preview = preview_of(content)
    assert preview.sums.spend == EXPECTED
    assert "half a letter" in preview.warnings[0]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_every_delimiter_and_line_end_is_found(delimiter: str, newline: str) -> None:
    content = exports.delimited(exports.google("de"), delimiter=delimiter, newline=newline)
    assert preview_of(content).sums.spend == EXPECTED


def test_a_sep_line_says_the_delimiter_and_rows_keep_their_numbers() -> None:
    content = exports.delimited(exports.meta(), delimiter="|", before="sep=|\r\n")
    assert preview_of(content).sums.spend == EXPECTED
    assert rows_of(content)[0][0] == 3


def test_a_cell_over_several_lines_is_one_cell() -> None:
    content = exports.delimited(exports.linkedin(), before=exports.LINKEDIN_BEFORE)
    rows = rows_of(content)
    assert rows[0][1][9] == 'Tea is ready.\nReally "ready", at once.'
    assert [number for number, _ in rows][:2] == [7, 8]


def test_short_rows_are_filled_and_empty_ones_skipped() -> None:
    header = b"Day,Campaign name,Amount spent (EUR),Impressions\n"
    content = header + b"2026-06-01,A,5\n\n,,,\n2026-06-02,B,6,7\n"
    assert rows_of(content) == [
        (2, ["2026-06-01", "A", "5", ""]),
        (5, ["2026-06-02", "B", "6", "7"]),
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"   \r\n", "empty"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x89PNG\r\n\x1a\n....", "picture"),
        (b"\xff\xd8\xff\xe0 JFIF", "picture"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "picture"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old or password-protected Excel"),
        (b"<html><table><tr><td>Day</td></tr></table></html>", "web page"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><Workbook/>', "web page"),
        (b"\x1f\x8b\x08\x00abc", "compressed"),
        (b"\x7fELF\x02\x01\x00\x00\x01\x00\x00\x05abc", "not a table in text"),
        (b"just a few words\nand some more\n", "does not look like a table"),
        (b"1,2,3\n4,5,6\n", "No header row"),
    ],
)
def test_what_is_not_an_export_is_refused_in_a_sentence(content: bytes, words: str) -> None:
    with pytest.raises(Refused, match=words):
        preview_of(content)


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("export.csv", "Day,Campaign\n")
    with pytest.raises(Refused, match="ZIP archive, not an Excel workbook"):
        preview_of(out.getvalue())


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(Refused, match="unpacks to far more"):
        preview_of(_swollen("xl/worksheets/sheet1.xml", 64 << 20))


def test_swollen_shared_texts_are_refused() -> None:
    with pytest.raises(Refused, match="unpacks to far more"):
        preview_of(_swollen("xl/sharedStrings.xml", 97 << 20))


def test_a_workbook_with_a_doctype_is_refused() -> None:
    content = _repacked({"xl/workbook.xml": b'<!DOCTYPE x [<!ENTITY a "b">]><workbook/>'})
    with pytest.raises(Refused, match="damaged"):
        preview_of(content)


def test_a_truncated_workbook_is_refused() -> None:
    content = exports.workbook(exports.meta())
    for size in (len(content) // 2, len(content) - 30):
        with pytest.raises(Refused, match="damaged or was cut off"):
            preview_of(content[:size])


def test_a_formula_in_a_workbook_is_refused_with_row_and_column() -> None:
    rows = exports.meta()
    rows[3][4] = "=1+1"
    with pytest.raises(Refused, match="Row 4, column E: this cell holds a formula"):
        preview_of(exports.workbook(rows))


def test_a_formula_in_a_numeric_column_is_refused_with_row_and_column() -> None:
    rows = exports.meta()
    rows[3][4] = "=1+1"
    with pytest.raises(Refused, match=r"Row 4, column Amount spent \(EUR\): .* formula"):
        preview_of(exports.delimited(rows))


def test_a_name_that_looks_like_a_formula_stays_text() -> None:
    line = exports.lines()[0]
    rows = exports.meta(given=[line])
    rows[1][2] = '=HYPERLINK("https://example.com")'
    content = exports.delimited(rows)
    table = open_table(io.BytesIO(content), len(content), KNOWN_HEADERS)
    looked = look(table, filename="a.csv", answers=Answers(), today=TODAY)
    facts = [fact for _, fact in Reading(looked.table, looked.plan).ads()]
    assert facts[0].campaign_name == '=HYPERLINK("https://example.com")'


def test_a_workbooks_own_numbers_and_dates_are_taken_as_they_are() -> None:
    book = openpyxl.Workbook()
    book.active.append(["Day", "Campaign name", "Amount spent (EUR)", "Impressions"])
    book.active.append([dt.datetime(2026, 6, 1), "Teapots", 1234.5, 1200])  # noqa: DTZ001
    book.active.append([dt.date(2026, 6, 2), "Teapots", 0.1, 3])
    out = io.BytesIO()
    book.save(out)
    preview = preview_of(out.getvalue())
    assert preview.sums.spend == Decimal("1234.6")
    assert (preview.first, preview.last) == (dt.date(2026, 6, 1), dt.date(2026, 6, 2))


def test_a_text_cut_off_inside_a_quote_is_refused_with_its_row() -> None:
    content = exports.delimited(exports.meta())
    cut = content[: content.index(b"Brand")] + b'"Bra'
    with pytest.raises(Refused, match="Row 3: the file ends inside a quoted text"):
        preview_of(cut)


def test_a_text_cut_off_inside_a_row_is_refused_with_its_row() -> None:
    content = exports.delimited(exports.meta())
    with pytest.raises(Refused, match="Row 11: the last row ends early"):
        preview_of(content[:-25])


def test_a_text_cut_off_inside_a_letter_is_refused() -> None:
    content = exports.delimited([*exports.meta(), ["é"]])
    with pytest.raises(Refused, match="breaks off or is damaged at byte"):
        preview_of(content[:-2])


def test_a_row_with_too_many_cells_is_refused_with_its_row() -> None:
    rows = exports.meta()
    rows[4].append("extra")
    with pytest.raises(Refused, match="Row 5: this row has 11 cells and the header only 10"):
        preview_of(exports.delimited(rows))


def test_words_in_a_numeric_column_are_refused_with_row_and_column() -> None:
    rows = exports.meta()
    rows[5][4] = "Spring teapots"
    with pytest.raises(
        Refused, match=r"Row 6, column Amount spent \(EUR\): “Spring teapots” is not a number"
    ):
        preview_of(exports.delimited(rows))


def test_half_an_impression_is_refused_with_row_and_column() -> None:
    rows = exports.meta()
    rows[5][5] = "12.5"
    with pytest.raises(Refused, match=r"Row 6, column Impressions: .* whole number"):
        preview_of(exports.delimited(rows))


def test_a_day_that_is_none_is_refused_with_row_and_column() -> None:
    rows = exports.google()
    rows[4][1] = "Mayday"
    with pytest.raises(Refused, match="Row 5, column Day: “Mayday” is not a day"):
        preview_of(exports.delimited(rows))


def test_a_campaigns_row_without_a_day_is_refused() -> None:
    rows = exports.google()
    rows[4][1] = ""
    with pytest.raises(Refused, match="Row 5, column Day: the day is missing"):
        preview_of(exports.delimited(rows))


def test_a_row_with_a_spreadsheets_error_is_left_out_and_shown() -> None:
    rows = exports.meta()
    rows[5][4] = "#REF!"
    preview = preview_of(exports.delimited(rows))
    assert [(each.count, each.examples) for each in preview.dropped] == [(1, [6])]
    assert preview.sums.rows == len(exports.lines()) - 1


def test_files_that_are_too_large_are_refused() -> None:
    with pytest.raises(Refused, match="larger than 50 MB"):
        open_table(io.BytesIO(b"x"), reader.LARGEST_FILE + 1, KNOWN_HEADERS)


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MOST_ROWS", 9)
    with pytest.raises(Refused, match="more than 9 rows"):
        preview_of(exports.delimited(exports.meta()))


def test_a_field_that_never_ends_is_refused_with_its_row() -> None:
    rows = exports.meta()
    rows[2][2] = "x" * 200_000
    with pytest.raises(Refused, match="Row 3: a quoted text does not end properly"):
        preview_of(exports.delimited(rows))


def _repacked(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(exports.workbook(exports.meta()))) as given,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for name in given.namelist():
            made.writestr(name, parts.get(name, given.read(name)))
        for name in parts.keys() - set(given.namelist()):
            made.writestr(name, parts[name])
    return out.getvalue()


def _swollen(name: str, size: int) -> bytes:
    return _repacked({name: b"<a>" + b" " * size})
