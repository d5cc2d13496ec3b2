"""Variations as they are kept: in and out of JSON, and judged against their brief."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import msgspec

from app.copywriting.brief import Brief
from app.copywriting.checks import flags_of
from app.copywriting.scoring import score
from app.copywriting.variation import Beat, Variation
from app.models import CreativeVariation


def as_json(variation: Variation) -> dict[str, Any]:
    """Every field, for the column `content`."""
    made: dict[str, Any] = msgspec.to_builtins(variation)
    return made


def from_json(content: Mapping[str, Any]) -> Variation:
    """The variation that `as_json` was given."""
    return msgspec.convert(content, Variation)


def of(row: CreativeVariation) -> Variation | None:
    """The text of a row, None while it waits for its first."""
    return from_json(row.content) if row.content else None


def judge(row: CreativeVariation, brief: Brief, siblings: Sequence[Variation]) -> None:
    """Flag and score what the row holds; `siblings` are the other texts of its batch."""
    variation = from_json(row.content)
    flags = flags_of(variation, brief)
    scored = score(variation, brief, flags, siblings)
    row.flags = msgspec.to_builtins(flags)
    row.score = Decimal(str(scored.total))
    row.score_parts = msgspec.to_builtins(scored.parts)
    row.trigger = variation.trigger


def judge_all(rows: Sequence[CreativeVariation], brief: Brief) -> None:
    """Judge every text of a batch against the others; rows without a text are left alone."""
    held = [(row, variation) for row in rows if (variation := of(row))]
    for row, variation in held:
        judge(row, brief, [other for _, other in held if other is not variation])


def changed(variation: Variation, given: Mapping[str, str | Sequence[str]]) -> Variation:
    """The variation with some fields typed anew.

    A responsive search ad's single fields follow its lists. Steps of the framework whose words
    are gone from the text are no longer marked.
    """
    fields: dict[str, Any] = {
        name: value if isinstance(value, str) else tuple(value) for name, value in given.items()
    }
    made = replace(variation, **fields)
    if variation.platform == "google":
        made = replace(
            made,
            headline=made.headlines[0] if made.headlines else "",
            primary_text=made.descriptions[0] if made.descriptions else "",
            description=(made.descriptions[1:2] or made.descriptions[:1] or ("",))[0],
        )
    else:
        made = replace(made, headlines=(made.headline,), descriptions=(made.description,))
    return replace(made, beats=_still_said(made))


def _still_said(variation: Variation) -> tuple[Beat, ...]:
    said = " ".join(variation.text.split())
    return tuple(
        beat if " ".join(beat.text.split()) in said else replace(beat, text="")
        for beat in variation.beats
    )
