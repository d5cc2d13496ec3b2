"""A page narrowed to what a report is about: its rows add up to the report's figures."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.metrics.chosen import campaigns_performance, is_split, narrowed, of_campaigns
from app.metrics.performance import Performance, performance
from app.metrics.period import Comparison
from app.metrics.sources import Sources
from app.reports import ordering
from app.reports.ordering import Wanted
from app.reports.rows import PARAMETER
from app.web.incoming import row_number

__all__ = ["PARAMETER", "Narrow", "narrow"]


@dataclass(frozen=True, slots=True)
class Narrow:
    """A report, and what it is about."""

    title: str
    wanted: Wanted

    def of(self, session: Session, known: Sources) -> Sources:
        """The report's own accounts among those that count."""
        own = narrowed(known, self.wanted.platforms, self.wanted.accounts)
        return of_campaigns(session, own, self.wanted.campaigns) if self.wanted.campaigns else own

    def is_split(
        self, session: Session, whole: Sources, known: Sources, found: Performance
    ) -> bool:
        """As in app.metrics.chosen; a shop's sales belong to no campaign."""
        return bool(self.wanted.campaigns) or is_split(session, whole, known, found)

    def performance(self, session: Session, known: Sources, comparison: Comparison) -> Performance:
        """The figures of what the report is about. `known` are its own accounts."""
        if self.wanted.campaigns:
            return campaigns_performance(session, known, comparison, self.wanted.campaigns)
        return performance(session, known, comparison)


def narrow(session: Session, workspace_id: int, number: str) -> Narrow | None:
    """What the report of this number is about; None for no number. Raises NotFound.

    Also for a report that was deleted: a page of everything in its place would be wrong.
    """
    if not number:
        return None
    report = ordering.find(session, workspace_id, row_number(number))
    return Narrow(report.title, ordering.wanted_of(report))
