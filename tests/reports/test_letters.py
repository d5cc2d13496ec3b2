"""A letter in the words of its report, whatever its figures and names are."""

from __future__ import annotations

import re
from decimal import Decimal
from html import unescape

import msgspec
import pytest
from flask import Flask, render_template

from app.reports import letters
from app.reports.document import Document
from app.reports.posting import Parcel
from tests.reports import samples


def letter(app: Flask, document: Document, kind: str = "html") -> str:
    parcel = Parcel(1, "", samples.frozen(document), "", for_anybody=False, attach_pdf=True)
    with app.test_request_context("/"):
        return render_template(f"email/report.{kind}", letter=letters.words(parcel, ""))


@pytest.mark.parametrize(("language", "word"), [("en", "new"), ("de", "neu")])
@pytest.mark.parametrize(
    ("value", "before", "told"), [("120", "0", ""), ("0", "0", "±0"), ("0", "120", "−100")]
)
def test_a_change_from_nothing_is_new_and_none_is_no_dash(
    app: Flask, language: str, word: str, value: str, before: str, told: str
) -> None:
    changed = Decimal(value) / Decimal(before) - 1 if Decimal(before) else None
    kpi = msgspec.structs.replace(
        samples.usual().kpis[0], value=Decimal(value), before=Decimal(before), change=changed
    )
    shown = letter(app, samples.usual(kpis=[kpi], language=language), "txt")
    assert f"({told or word}" in shown


def test_a_title_of_200_letters_without_a_space_is_whole_and_may_be_broken(app: Flask) -> None:
    title = "W&<b>" + "wörtlich" * 24 + "é"
    shown = letter(app, samples.usual(title=title, workspace="V" * 120))
    assert title in unescape(shown.replace("<wbr>", ""))
    assert "<b>w" not in shown
    body = shown.partition("<body")[2]
    assert max(len(unescape(each)) for each in re.split(r"<[^>]*>|\s", body)) <= 23
