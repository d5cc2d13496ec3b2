"""The page of examples is what the writer writes, and it is fit to be shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.copywriting.brief import Brief
from app.copywriting.checks import flags_of
from app.copywriting.variation import Level
from tests.copywriting.examples import PRODUCTS, page, written

PAGE = Path(__file__).parents[2] / "docs" / "creative-examples.md"


def test_the_page_shows_what_the_writer_writes_now() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), (
        "python -m tests.copywriting.examples > docs/creative-examples.md"
    )


@pytest.mark.parametrize("brief", PRODUCTS, ids=lambda each: each.product)
def test_each_example_is_twenty_texts_without_a_problem(brief: Brief) -> None:
    texts = written(brief)

    assert len(texts) == 20
    for each in texts:
        assert [flag for flag in flags_of(each, brief) if flag.level is Level.PROBLEM] == []
