"""Who writes for this installation: a model when one is configured, else the built-in writer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from app.copywriting.brief import Brief
from app.copywriting.builtin import BuiltInWriter
from app.copywriting.variation import Variation
from app.copywriting.writing import Event, NotWritten, Place, Writer, Written
from app.creative import briefs
from app.models import CreativeBatch
from app.settings import Settings

BUILT_IN = "built-in"


def writer_name(settings: Settings) -> str:
    """`built-in`, or the model's name as it is configured."""
    del settings
    return BUILT_IN


def writer_for(settings: Settings, batch: CreativeBatch) -> Writer:
    """Who writes this batch."""
    del settings
    return _BuiltIn(briefs.parse_brief(batch.brief), batch.turn)


class _BuiltIn:
    name = BUILT_IN

    def __init__(self, brief: Brief, turn: int) -> None:
        self._writer = BuiltInWriter(brief, turn=turn)

    def write(
        self,
        places: Sequence[Place],
        siblings: Sequence[Variation],
        *,
        go_on: Callable[[], str],
    ) -> Iterator[Event]:
        known = list(siblings)
        for place in places:
            if code := go_on():
                yield NotWritten(place.number, code, "")
                continue
            variation = self._writer.write(place.slot, known)
            known.append(variation)
            yield Written(place.number, variation)
