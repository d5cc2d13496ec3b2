"""A page narrowed to what a report is about: its rows add up to the report's figures."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.reports import ordering
from app.reports.ordering import Wanted
from app.web.incoming import row_number


@dataclass(frozen=True, slots=True)
class Narrow:
    """A report, and what it is about."""

    title: str
    wanted: Wanted


def narrow(session: Session, workspace_id: int, number: str) -> Narrow | None:
    """What the report of this number is about; None for no number. Raises NotFound.

    Also for a report that was deleted: a page of everything in its place would be wrong.
    """
    if not number:
        return None
    report = ordering.find(session, workspace_id, row_number(number))
    return Narrow(report.title, ordering.wanted_of(report))
