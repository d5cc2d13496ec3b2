"""Files of variations: ours, and the platforms' own."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.copywriting.brief import AdPlatform, Angle, Goal
from app.copywriting.frameworks import Trigger
from app.copywriting.variation import Flag, Variation
from app.creative.exporting import (
    GOOGLE_COLUMNS,
    META_COLUMNS,
    OUR_COLUMNS,
    Into,
    Row,
    google_file,
    meta_file,
    our_file,
    rows_of,
)
from app.creative.texts import as_json
from app.models import CreativeVariation
from app.spreadsheets import is_formula

META = Variation(
    AdPlatform.META,
    "PAS",
    Angle.PROBLEM,
    Trigger.CURIOSITY,
    "Cold again?\nThe mug keeps it warm.",
    "Warm for hours",
    "Order online",
    "SHOP_NOW",
    ("Warm for hours",),
    ("Order online",),
    target="18–65+ all",
    brief="A mug on a desk",
    reasoning="Begins with the problem.",
)
SEARCH = replace(
    META,
    platform=AdPlatform.GOOGLE,
    headlines=tuple(f"Warm mug {number}" for number in range(1, 16)),
    descriptions=("One text.", "Another text.", "A third.", "A fourth."),
    paths=("mugs", "warm"),
)
INTO = Into("Mugs", "Desk people", "https://www.mugs.example/?utm_source=ad", Goal.LEADS)
NASTY = ['=HYPERLINK("http://x")', "+49 30 1234", "-20 % heute", "@brand", "\tx", "\uff1d1"]
texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=80)


def read(content: bytes) -> list[dict[str, str]]:
    """As strictly as a spreadsheet: byte order mark, CRLF ends, every row as long as the head."""
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.endswith(b"\r\n")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    assert {len(row) for row in rows} == {len(rows[0])}
    assert not any("\r" in cell or is_formula(cell) for row in rows for cell in row)
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def test_our_file_holds_every_field() -> None:
    flag = Flag("too_long", "headline", "Warm", "Too long.")

    (row,) = read(our_file([Row(3, SEARCH, Decimal("8.4"), (flag, flag))]))

    assert tuple(row) == OUR_COLUMNS
    assert (row["number"], row["score"], row["flags"]) == ("3", "8.4", "Too long.\nToo long.")
    assert (row["platform"], row["angle"], row["trigger"]) == ("google", "problem", "Curiosity")
    assert row["primary_text"] == "Cold again?\nThe mug keeps it warm."
    assert row["primary_text_characters"] == "34"
    assert row["headlines"].splitlines() == list(SEARCH.headlines)
    assert (row["descriptions"].count("\n"), row["paths"]) == (3, "mugs\nwarm")
    assert (row["target"], row["brief"]) == ("18–65+ all", "A mug on a desk")


@pytest.mark.parametrize(
    "said",
    [
        'He said “yes”, "twice"; and, well\nso it goes',
        "سخّنها طوال اليوم، بلا كهرباء.",
        "温かいまま、一日中。☕️ 👩🏽‍💻",
        "'quoted already",
        "a,b;c\td",
    ],
)
def test_texts_come_back_as_they_were(said: str) -> None:
    (ours,) = read(our_file([Row(1, replace(META, primary_text=said))]))
    (metas,) = read(meta_file([Row(1, replace(META, primary_text=said))], INTO).content)

    assert ours["primary_text"] == metas["Body"] == said


@pytest.mark.parametrize("said", NASTY)
def test_a_formula_is_text_in_our_file(said: str) -> None:
    (row,) = read(our_file([Row(1, replace(META, primary_text=said, headline=said))]))

    assert row["primary_text"] == row["headline"] == f"'{said}"


@given(texts, texts)
def test_whatever_is_written_comes_back_and_is_never_run(said: str, headline: str) -> None:
    (row,) = read(our_file([Row(1, replace(META, primary_text=said, headline=headline))]))

    given_back = said.replace("\r\n", "\n").replace("\r", "\n")
    assert row["primary_text"].removeprefix("'") == given_back.removeprefix("'")


def test_metas_file_creates_everything_paused() -> None:
    made = meta_file([Row(2, META), Row(3, SEARCH)], INTO)

    (row,) = read(made.content)
    assert (made.ads, made.left_out) == (1, ())
    assert row == {
        "Campaign Name": "Mugs",
        "Campaign Status": "PAUSED",
        "Campaign Objective": "Outcome Leads",
        "Buying Type": "AUCTION",
        "Ad Set Name": "Desk people",
        "Ad Set Run Status": "PAUSED",
        "Ad Name": "Mugs · 2",
        "Ad Status": "PAUSED",
        "Creative Type": "Link Page Post Ad",
        "Title": "Warm for hours",
        "Body": "Cold again?\nThe mug keeps it warm.",
        "Link Description": "Order online",
        "Link": "https://www.mugs.example/?utm_source=ad",
        "Display Link": "mugs.example",
        "Call to Action": "SHOP_NOW",
    }
    assert tuple(row) == META_COLUMNS


def test_googles_file_has_every_headline_and_pauses_the_ad_alone() -> None:
    made = google_file([Row(2, META), Row(3, SEARCH)], INTO)

    (row,) = read(made.content)
    assert tuple(row) == GOOGLE_COLUMNS
    assert (row["Ad type"], row["Status"]) == ("Responsive search ad", "Paused")
    assert [row[f"Headline {n}"] for n in range(1, 16)] == list(SEARCH.headlines)
    assert [row[f"Description {n}"] for n in range(1, 5)] == list(SEARCH.descriptions)
    assert (row["Path 1"], row["Path 2"]) == ("mugs", "warm")
    assert row["Final URL"] == INTO.url
    assert not {"Campaign Status", "Ad group status"} & set(row)


@pytest.mark.parametrize("said", NASTY)
def test_a_platforms_file_has_neither_a_formula_nor_an_apostrophe_of_ours(said: str) -> None:
    bad = replace(SEARCH, headlines=("Warm", said, "Mug"))

    made = google_file([Row(1, SEARCH), Row(2, bad)], INTO)
    meta = meta_file([Row(1, META), Row(2, replace(META, primary_text=said))], INTO)

    assert [row["Headline 1"] for row in read(made.content)] == ["Warm mug 1"]
    assert [row["Body"] for row in read(meta.content)] == [META.primary_text]
    ((google_left,), (meta_left,)) = (made.left_out, meta.left_out)
    assert (google_left.number, meta_left.number) == (2, 2)
    assert google_left.reason.startswith("Headline 2 begins with")
    assert meta_left.reason.startswith("Body begins with")


def test_an_ad_with_more_texts_than_google_takes_is_left_out() -> None:
    crowded = replace(SEARCH, headlines=(*SEARCH.headlines, "One more"))

    made = google_file([Row(1, crowded)], INTO)

    assert made.ads == 0
    assert "Headline 16" in made.left_out[0].reason


def test_a_file_of_nothing_has_its_columns() -> None:
    assert read(our_file([])) == []
    assert meta_file([Row(1, SEARCH)], INTO).content.decode("utf-8-sig").startswith("Campaign Name")


def test_kept_variations_are_numbered_by_place_or_across_batches_in_order() -> None:
    flag = Flag("too_long", "headline", "Warm", "Too long.")
    kept = [
        CreativeVariation(
            batch_id=1,
            place=place,
            content=content,
            flags=msgspec.to_builtins([flag]),
            score=Decimal("7.5"),
        )
        for place, content in ((2, as_json(META)), (3, {}), (4, as_json(SEARCH)))
    ]
    other = CreativeVariation(batch_id=2, place=2, content=as_json(META), flags=[], score=None)

    batch, library = rows_of(kept), rows_of([*kept, other])

    assert batch == [
        Row(2, META, Decimal("7.5"), (flag,)),
        Row(4, SEARCH, Decimal("7.5"), (flag,)),
    ]
    assert [row.number for row in library] == [1, 3, 4]
