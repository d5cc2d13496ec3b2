"""A mapping given by hand, in the words people use."""

from __future__ import annotations

import pytest

from app.errors import Invalid
from app.imports.answers import parse_answers
from app.imports.fields import Field


def columns(mapping: object) -> dict[str, Field]:
    return dict(parse_answers(platform="meta", currency="USD", mapping=mapping).columns)


@pytest.mark.parametrize(
    "mapping",
    [
        {"When": "day", "What it cost": "spend"},
        {"When": "date", "What it cost": "Cost"},
        {"day": "When", "spend": "What it cost"},
        {"columns": {"date": "When", "cost": "What it cost"}},
    ],
)
def test_a_mapping_is_understood_by_either_name_and_in_either_direction(mapping: object) -> None:
    assert columns(mapping) == {"When": Field.DAY, "What it cost": Field.SPEND}


def test_a_header_that_is_also_a_meaning_is_a_header() -> None:
    assert columns({"date": "day", "cost": "spend"}) == {"date": Field.DAY, "cost": Field.SPEND}


@pytest.mark.parametrize(
    "mapping",
    [{"When": "someday"}, {"When": ["day"]}, {"day": ["When"]}, {"A": "day", "B": "date"}],
)
def test_what_cannot_be_meant_is_refused(mapping: object) -> None:
    with pytest.raises(Invalid):
        columns(mapping)
