"""A report that was frozen long ago says the same wherever it is read, as long as it exists."""

from __future__ import annotations

from difflib import ndiff

import pytest
from flask import Flask

from app.insights.languages import LANGUAGES
from app.reports.document import freeze
from tests.reports.golden.drawing import FILES, PAGES, golden, kept

MEANT = "If this is meant, see tests/reports/golden/__init__.py."


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_golden_reports_are_of_an_older_shape(language: str) -> None:
    frozen = golden(language)
    assert freeze(frozen.document)[1] != frozen.content_hash


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FILES)
def test_the_files_of_a_report_from_before_say_what_they_said(
    app: Flask, language: str, name: str
) -> None:
    said = FILES[name](app, golden(language)).splitlines()
    assert said == kept(language, name).read_text().splitlines(), MEANT


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", PAGES)
def test_the_page_and_letter_of_a_report_from_before_say_all_that_they_said(
    app: Flask, language: str, name: str
) -> None:
    """In the same order; there may be more."""
    now = PAGES[name](app, golden(language)).splitlines()
    compared = ndiff(kept(language, name).read_text().splitlines(), now)
    assert not [line for line in compared if line.startswith("- ")], MEANT
