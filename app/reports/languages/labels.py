"""The labels of a report: every word that stands alone, in one table for each language.

A language has the keys that English has. What holds a figure, a name or a day is no label but a
caption or a sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

Words = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """`ratings` are by grade, `statuses` by a campaign's state; another status stays as it is.

    `page` is on a report's page, shared or not; `paper` in the PDF; `letter` in a letter; `door`
    on the pages that lead to a shared report or off a list. `sheets`, `columns`, `facts` and
    `values` are in tables; `heads` are the first row of the CSV, by column as `columns` are.
    """

    ratings: Words
    rating_rule: str
    classes: Words
    metrics: Words
    page: Words
    paper: Words
    letter: Words
    door: Words
    sheets: Words
    columns: Words
    heads: Words
    facts: Words
    values: Words
    statuses: Words

    def to_freeze(self) -> dict[str, dict[str, str]]:
        """Those that a report shows, so that it says later what it says now."""
        return {name: dict(getattr(self, name)) for name in _FROZEN}

    def frozen_as(self, kept: Mapping[str, Words]) -> Labels:
        """With those that were kept in place of these; what there was not yet is as now."""
        tables: dict[str, Any] = {
            name: {**getattr(self, name), **kept[name]} for name in _FROZEN if name in kept
        }
        return replace(self, **tables)


_FROZEN = [each.name for each in fields(Labels) if each.name not in ("rating_rule", "door")]


def heads_of(columns: Words) -> Words:
    """Titles of columns as the first row of a file: small and without spaces."""
    return {name: title.lower().replace(" ", "_") for name, title in columns.items()}
