"""A frozen document comes back as it was, and its hash is of its content."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from app.insights.languages import LANGUAGES
from app.reports.document import Document, freeze, thaw
from app.reports.languages import WORDS, captions_of
from tests.reports import samples


@pytest.mark.parametrize(
    "document", [samples.usual(), samples.empty(), samples.named(list(samples.SCRIPTS.values()))]
)
def test_what_was_frozen_thaws_into_the_same(document: Document) -> None:
    frozen, _ = freeze(document)

    assert thaw(frozen) == document
    assert freeze(thaw(frozen))[0] == frozen


def test_equal_documents_have_one_hash_and_others_another() -> None:
    _, one = freeze(samples.usual())

    assert freeze(samples.usual())[1] == one
    assert freeze(samples.usual(title="October"))[1] != one


def test_a_report_from_before_money_without_a_rate_was_told_still_thaws() -> None:
    older = msgspec.json.decode(freeze(samples.usual())[0])
    del older["without_rate"]

    assert thaw(msgspec.json.encode(older)) == samples.usual()


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_changed_later_change_no_report(
    language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = samples.usual(language=language, labels=WORDS[language].labels.to_freeze())
    then = captions_of(document).labels
    renamed = replace(
        then,
        page={**dict.fromkeys(then.page, "Renamed"), "a_later_one": "Later"},
        columns=dict.fromkeys(then.columns, "Renamed"),
    )
    monkeypatch.setitem(WORDS, language, replace(WORDS[language], labels=renamed))

    now = captions_of(thaw(freeze(document)[0])).labels

    assert now.columns == then.columns
    assert now.page == {**then.page, "a_later_one": "Later"}
    assert "Renamed" in captions_of(samples.usual(language=language)).labels.columns.values()


def test_another_shape_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        thaw(b'{"version": 1}')
