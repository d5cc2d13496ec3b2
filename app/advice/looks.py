"""The last look at a workspace: that it was made says more than the findings it left."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.advice.left_out import LeftOut, Why
from app.metrics.period import Period
from app.models import FindingLook

logger = logging.getLogger(__name__)

# Of the last days this is so at every look.
_ALWAYS = (Why.UNSETTLED, Why.NOT_OVER)


@dataclass(frozen=True, slots=True)
class Look:
    """When it was made, over which days, and what could not be looked at."""

    at: dt.datetime
    days: Period
    left_out: Sequence[LeftOut]

    @property
    def missing(self) -> list[LeftOut]:
        """What was left out beyond the days that are left out at every look."""
        return [each for each in self.left_out if each.why not in _ALWAYS]


def note(session: Session, workspace_id: int, made: Look) -> None:
    """Keep that a look was made. The caller commits."""
    values = {
        "looked_at": made.at,
        "first": made.days.first,
        "last": made.days.last,
        "left_out": msgspec.to_builtins(list(made.left_out)),
    }
    session.execute(
        insert(FindingLook)
        .values(workspace_id=workspace_id, **values)
        .on_conflict_do_update(index_elements=["workspace_id"], set_=values)
    )


def last_look(session: Session, workspace_id: int) -> Look | None:
    """None when there was none yet."""
    found = session.get(FindingLook, workspace_id, populate_existing=True)
    if found is None:
        return None
    return Look(found.looked_at, Period(found.first, found.last), _read(found))


def _read(look: FindingLook) -> list[LeftOut]:
    try:
        return msgspec.convert(look.left_out, list[LeftOut])
    except msgspec.ValidationError as error:
        logger.warning("What a look left out cannot be read any more: %s", error)
        return []
