"""What a report's PDF promises, asked of the files themselves."""

from __future__ import annotations

import io
import subprocess
import sys
import threading
from decimal import Decimal
from pathlib import Path

import msgspec
import pypdf
import pypdfium2
import pytest
from pypdf.generic import ContentStream

from app.reports import drawing
from app.reports.document import Brand, Document, Frozen, freeze, thaw
from app.reports.formats import formats_of
from app.reports.logo import check_logo
from app.reports.pdf import drawable, printing
from app.reports.pdf.content import content
from app.reports.pdf.coverage import undrawable
from app.reports.pdf.printing import NotPrinted, print_pdf
from app.reports.rows import Link, nowhere
from tests.reports import samples
from tests.reports.test_brand import png, svg


def printed(document: Document, link: Link = nowhere) -> bytes:
    return print_pdf(samples.frozen(document), link)


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    pages = (page.get_textpage().get_text_range() for page in document)
    text = "\f".join(pages)
    document.close()
    return text


def fonts_of(pdf: bytes) -> set[str]:
    """The families that really drew something."""
    return {
        str(font.get_object()["/BaseFont"]).partition("+")[2].partition("-")[0]
        for page in pypdf.PdfReader(io.BytesIO(pdf)).pages
        for font in page["/Resources"].get("/Font", {}).values()
    }


def bookmarks(pdf: bytes) -> list[str]:
    def flat(entries: list[object]) -> list[str]:
        return [
            title
            for each in entries
            for title in (flat(each) if isinstance(each, list) else [each["/Title"]])
        ]

    return flat(pypdf.PdfReader(io.BytesIO(pdf)).outline)


def test_money_without_a_rate_is_said_before_any_figure() -> None:
    missing = "CHF 100 of spend is not in the figures."
    text = text_of(printed(samples.usual(without_rate=[missing])))
    assert -1 < text.find(missing) < text.find("Overall")


def test_a_pdf_says_what_the_document_says() -> None:
    document = samples.usual()
    text = text_of(printed(document)).replace("\r\n", " ").replace("  ", " ")
    for expected in (
        "December 1–31 performance",
        *document.summary,
        "Excellent",
        "$25,450",
        "+32%",
        "from $57,840",
        "3.00x",
        "−10%",
        "1.33%",
        "Google Search CPC +30%",
        "$2.40 → $3.12",
        "+$1,900 to +$6,700",
        "Black Friday Flash Sale",
        "1,382.5",
        "Launched the gift-box campaign.",
        "Review the move to Instagram on January 19.",
        "Dec 24, 2025",
        "Jan 5, 2026, 09:30 (America/New_York)",
        freeze(document)[1],
        "TikTok is not connected.",
    ):
        assert expected in text, expected


LEFT_AT_MOST = 200
"""Points of a page's 756 below its last line: what a chart that has to stay whole may need."""


def left_over(pdf: bytes) -> list[int]:
    """How much of each page but the last is empty above its foot, in points."""
    document, left = pypdfium2.PdfDocument(pdf), []
    for number in range(len(document) - 1):
        drawn = document[number].render(scale=1, grayscale=True).to_numpy()
        bottom = drawn.shape[0] - 57
        inked = (drawn[:bottom].reshape(bottom, -1) < 245).any(axis=1)
        left.append(int(bottom - inked.nonzero()[0].max()))
    document.close()
    return left


@pytest.mark.parametrize(("count", "lines"), [(1, 0), (3, 0), (2, 9), (6, 0), (5, 19)])
def test_no_page_ends_early_because_what_follows_is_tall(count: int, lines: int) -> None:
    words = "Because of what was seen in these figures over the days, more is said here. " * 3
    advice = msgspec.structs.replace(
        samples.usual().recommendations[0], how_sure=words * 2, change_our_mind=words
    )
    found = [samples.finding(f"Finding {number}", saw=words) for number in range(count)]
    left = left_over(
        printed(
            samples.usual(
                wins=found,
                concerns=found[: count // 2],
                recommendations=[advice] * count,
                without_rate=["CHF 100 of spend is not in the figures."] * lines,
            )
        )
    )
    assert max(left) <= LEFT_AT_MOST, left


def test_a_report_from_before_keeps_the_hash_it_was_stored_with() -> None:
    text = text_of(print_pdf(Frozen(samples.usual(), "ab" * 32)))
    assert "ab" * 32 in text
    assert freeze(samples.usual())[1] not in text


def test_what_promises_nothing_says_that_it_is_not_reviewed() -> None:
    silent = samples.finding("Nothing safe to recommend", kind="recommendation", class_="silent")
    told = content(samples.usual(recommendations=[silent]), "0" * 64, nowhere)["recommendations"][0]
    assert told["review"].startswith("Not reviewed")
    assert content(samples.usual(), "0" * 64, nowhere)["recommendations"][1]["review"] == ""


def test_the_same_document_is_always_the_same_bytes() -> None:
    document = samples.usual()
    first = printed(document)
    assert printed(thaw(freeze(document)[0])) == first
    assert printed(samples.usual(title="Another")) != first


def test_sections_and_findings_are_bookmarks_and_pages_are_numbered() -> None:
    pdf = printed(samples.usual())
    found = bookmarks(pdf)
    assert found[:2] == ["Top wins", "Meta Instagram delivered 3.8x ROAS"]
    for section in ("Concerns", "Recommendations", "Trend", "Platforms", "Campaigns"):
        assert section in found
    pages = len(pypdf.PdfReader(io.BytesIO(pdf)).pages)
    for number in range(1, pages + 1):
        assert f"{number} / {pages}" in text_of(pdf)


def test_a_pdf_is_tagged_and_says_what_it_is() -> None:
    reader = pypdf.PdfReader(io.BytesIO(printed(samples.usual())))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert "pdfuaid" in root["/Metadata"].get_data().decode()
    assert reader.metadata is not None
    assert reader.metadata.title == "December 1–31 performance"
    assert reader.metadata.author == "Northlight Coffee"
    assert reader.metadata.creation_date == samples.usual().as_of


def test_every_figure_on_paper_leads_where_it_is_told_to_and_else_nowhere() -> None:
    def addresses(pdf: bytes) -> set[str]:
        return {
            note.get_object()["/A"]["/URI"]
            for page in pypdf.PdfReader(io.BytesIO(pdf)).pages
            for note in page.get("/Annots", [])
        }

    document = samples.usual(wins=[samples.finding(href="/campaigns/1")])

    def link(kind: str, key: object = "") -> str:
        return f"https://growzzy.example/{kind}/{key}"

    found = addresses(printed(document, link))
    assert found == {
        *(link("kpi", each.key) for each in document.kpis),
        *(link("platform", each.platform) for each in document.platform_rows),
        *(link("campaign", each.id) for each in document.campaign_rows),
        *(link("finding", each) for each in ("/campaigns/1", "/campaigns?platform=meta")),
        link("store"),
        link("whole"),
    }
    assert addresses(printed(document)) == set()


@pytest.mark.parametrize(
    ("script", "font"),
    [
        ("Arabic", "NotoSansArabic"),
        ("Hebrew", "NotoSansHebrew"),
        ("Japanese", "NotoSansJP"),
        ("Chinese", "NotoSansSC"),
        ("Korean", "NotoSansKR"),
        ("Hindi", "NotoSansDevanagari"),
        ("Thai", "NotoSansThai"),
        ("Emoji", "NotoEmoji"),
        ("Tamil", "NotoSansTamil"),
        ("Georgian", "NotoSansGeorgian"),
    ],
)
def test_each_script_is_drawn_by_its_own_font(script: str, font: str) -> None:
    pdf = printed(samples.usual(title=samples.SCRIPTS[script]))
    assert font in fonts_of(pdf)


def test_a_sentence_keeps_its_direction_when_a_name_of_another_begins_it() -> None:
    title = f"{samples.SCRIPTS['Arabic']} returned 3.8x"
    document = samples.usual(wins=[samples.finding(title)])
    assert f"\u2066{title}\u2069" in bookmarks(printed(document))
    arabic = msgspec.structs.replace(document, language="ar")
    assert f"\u2067{title}\u2069" in bookmarks(printed(arabic))


def test_a_heading_is_never_alone_at_the_end_of_a_page() -> None:
    for lines in range(12):
        pdf = printed(samples.usual(next_steps=[f"Step {each}" for each in range(lines)]))
        for page in text_of(pdf).split("\f"):
            last = page.strip().splitlines()[-2:]
            assert not any(line.strip() in {"What is next", "What we did"} for line in last)


@pytest.mark.parametrize("script", ["Greek", "Cyrillic", "Vietnamese"])
def test_scripts_that_read_like_latin_stay_in_its_font(script: str) -> None:
    pdf = printed(samples.usual(title=samples.SCRIPTS[script]))
    assert fonts_of(pdf) == {"Inter"}
    assert samples.SCRIPTS[script] in text_of(pdf)


def test_no_name_is_drawn_as_an_empty_box() -> None:
    names = list(samples.SCRIPTS.values())
    assert undrawable("".join(names)) == set()
    assert b"\0\0" not in _glyphs(printed(samples.named(names)))


def test_typst_itself_refuses_an_empty_box(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(drawable, "undrawable", lambda _: set())
    with pytest.raises(NotPrinted):
        printed(samples.usual(title="\U00013000"))
    assert "exit 1" in caplog.text


def test_what_no_font_can_draw_is_marked_and_said() -> None:
    text = text_of(printed(samples.usual(title="Ankh \U00013000\U00013001!")))
    assert f"Ankh {drawable.MARK}!" in text
    assert "characters that this PDF has no font for" in text
    assert "no font for" not in text_of(printed(samples.usual()))


def test_names_are_never_read_as_commands() -> None:
    pdf = printed(samples.named(list(samples.HOSTILE)))
    text = text_of(pdf)
    for name in samples.HOSTILE[:7]:
        assert name in text, name
    assert "reversed new line" in text
    assert "A" * 300 in text.replace("\r\n", "")
    assert "\u202e" not in text


def test_long_words_stay_on_the_page() -> None:
    document = pypdfium2.PdfDocument(printed(samples.named([*samples.HOSTILE, "字" * 300])))
    for page in document:
        text, width = page.get_textpage(), page.get_width()
        for index in range(text.count_rects()):
            left, _, right, _ = text.get_rect(index)
            assert 0 <= left <= right <= width - 40
    document.close()


def test_an_empty_report_is_a_page_that_says_so() -> None:
    text = text_of(printed(samples.empty()))
    assert "There is nothing to report yet." in text
    assert "Too early to say" in text
    assert "1 / 1" in text


def test_a_report_of_three_hundred_campaigns_names_the_largest() -> None:
    pdf = printed(samples.many())
    text = text_of(pdf)
    assert "The 25 that spent most, of 300." in text
    assert "Prospecting_US_LAL_024_broad" in text
    assert "Prospecting_US_LAL_025_broad" not in text
    assert len(pypdf.PdfReader(io.BytesIO(pdf)).pages) < 8


@pytest.mark.parametrize(
    ("picture", "shade"),
    [
        (png(40, 20), (0x4F, 0x46, 0xE5)),
        (svg('<path fill="#0a7" d="M0 0h10v10z"/>'), (0, 0xAA, 0x77)),
    ],
    ids=["png", "svg"],
)
def test_the_workspace_s_logo_and_colour_are_on_the_first_page(
    picture: bytes, shade: tuple[int, int, int]
) -> None:
    kept = check_logo(picture)
    brand = Brand(name="Nørd", colour="#b42318", logo=kept.content, logo_type=kept.type)
    document = samples.usual(brand=brand)
    assert _drawn(document, shade) > 300
    assert _drawn(document, (0xB4, 0x23, 0x18)) > 100
    assert _drawn(samples.usual(), (0xB4, 0x23, 0x18)) == 0


def test_figures_are_written_in_the_language_of_the_report() -> None:
    text = text_of(printed(samples.usual(language="de", currency="EUR"))).replace("\xa0", " ")
    assert "25.450 €" in text
    assert "1,33 %" in text


def test_a_language_nobody_knows_is_written_the_american_way() -> None:
    assert "$25,450" in text_of(printed(samples.usual(language="xx-nonsense")))


def test_unsettled_days_are_dashed_and_days_before_dotted() -> None:
    lines = drawing.lines_of(samples.usual())
    parts = {(line.role, line.part) for line in lines}
    assert parts == {
        ("revenue", "previous"),
        ("revenue", "settled"),
        ("revenue", "unsettled"),
        ("spend", "settled"),
        ("spend", "unsettled"),
    }
    dashed = next(line for line in lines if (line.role, line.part) == ("revenue", "unsettled"))
    solid = next(line for line in lines if (line.role, line.part) == ("revenue", "settled"))
    assert dashed.points[0] == solid.points[-1]


def test_a_day_that_was_never_read_is_a_gap() -> None:
    trend = samples.trend(9, settled=9)
    trend[4] = type(trend[4])(day=trend[4].day, figures=None, settled=True)
    document = samples.usual(trend=trend, trend_before=[])
    picture = drawing.svg(drawing.lines_of(document), "#4f46e5", formats_of(document))
    assert picture.count('stroke="#4f46e5"') == 2


@pytest.mark.parametrize(("low", "high"), [(0, 0), (0, 0.04), (0, 7), (-30, 500), (0, 9e12)])
def test_a_scale_holds_what_it_shows_in_round_steps(low: float, high: float) -> None:
    ticks = drawing._ticks(low, high)
    assert ticks[0] <= low
    assert ticks[-1] >= high
    assert 2 <= len(ticks) <= 8


def test_a_negative_range_keeps_its_sign() -> None:
    document = samples.usual(
        recommendations=[
            samples.finding(kind="recommendation", low=-200.0, high=900.5, range_per="month")
        ]
    )
    found = content(document, "0" * 64, nowhere)["recommendations"][0]
    assert found["gain"] == "−$200.00 to +$900.50"


def test_a_pdf_that_cannot_be_made_is_said_and_the_next_one_is_made(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("import sys; sys.exit('it broke')")
    with monkeypatch.context() as patched:
        patched.setattr(printing, "_PROCESS", broken)
        with pytest.raises(NotPrinted, match="report is as it was"):
            printed(samples.empty())
    assert "it broke" in caplog.text
    assert printed(samples.empty()).startswith(b"%PDF")


def test_a_pdf_that_takes_too_long_is_given_up(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stuck = tmp_path / "stuck.py"
    stuck.write_text(
        "import sys; sys.stdin.read(); sys.stdin.readable(); import signal; signal.pause()"
    )
    monkeypatch.setattr(printing, "_PROCESS", stuck)
    monkeypatch.setattr(printing, "SECONDS", 0.3)
    with pytest.raises(NotPrinted):
        printed(samples.empty())


def test_more_pdfs_than_are_bearable_wait_and_are_then_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(printing, "_places", threading.BoundedSemaphore(1))
    monkeypatch.setattr(printing, "_PATIENCE", 0.05)
    printing._places.acquire()
    with pytest.raises(NotPrinted, match="Try again in a minute"):
        printed(samples.empty())
    printing._places.release()
    assert printed(samples.empty()).startswith(b"%PDF")


def test_typst_stays_out_of_the_process_that_serves() -> None:
    asked = "import sys, app.reports.pdf.printing; print('typst' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, check=True)
    assert said.stdout.strip() == b"False"


def test_a_change_from_nothing_is_new_and_of_nothing_no_figure() -> None:
    document = samples.usual(
        campaign_rows=[samples.campaign(1, "New", before=samples.figures("0", "0"))]
    )
    row = content(document, "0" * 64, nowhere)["campaigns"]["rows"][0]
    assert row["change"] == "new"
    nothing = samples.usual(
        campaign_rows=[samples.campaign(1, "Idle", figures=samples.figures(conversions=Decimal(0)))]
    )
    row = content(nothing, "0" * 64, nowhere)["campaigns"]["rows"][0]
    assert (row["roas"], row["cpa"]) == ("–", "–")


def _glyphs(pdf: bytes) -> set[bytes]:
    """The numbers of all glyphs that are drawn, two bytes each."""
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    shown = [
        text.original_bytes
        for page in reader.pages
        for operands, operator in ContentStream(page.get_contents(), reader).operations
        if operator in {b"Tj", b"TJ"}
        for text in (operands[0] if operator == b"TJ" else operands)
        if hasattr(text, "original_bytes")
    ]
    return {text[at : at + 2] for text in shown for at in range(0, len(text), 2)}


def _drawn(document: Document, colour: tuple[int, int, int]) -> int:
    """How many dots of the first page have the colour."""
    pdf = pypdfium2.PdfDocument(printed(document))
    bitmap = pdf[0].render(scale=1, rev_byteorder=True)
    dots, step = bytes(bitmap.buffer), bitmap.n_channels
    rows = (
        dots[row : row + bitmap.width * step]
        for row in range(0, bitmap.stride * bitmap.height, bitmap.stride)
    )
    wanted = bytes(colour)
    count = sum(row[at : at + 3] == wanted for row in rows for at in range(0, len(row), step))
    bitmap.close()
    pdf.close()
    return count
