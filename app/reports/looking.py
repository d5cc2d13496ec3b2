"""What is found of a report's figures: the same for the report, its preview and its test letter."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from app.advice import looking
from app.insights.finding import Finding
from app.reports.gathering import Gathered


def look(session: Session, gathered: Gathered) -> Sequence[Finding]:
    """Ranked, of everything that the report's accounts do: see Gathered.among."""
    return looking.look(
        session,
        gathered.workspace,
        gathered.period,
        gathered.found.comparison.before,
        known=gathered.among,
        now=gathered.now,
    )
