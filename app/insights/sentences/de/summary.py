"""A sentence of a report's summary as a finding of its own, so that prose can be held to it."""

from __future__ import annotations

from app.insights.finding import Finding
from app.insights.sentences.de.phrases import says
from app.insights.words import Manner, Said


@says("summary")
def summary(finding: Finding, _manner: Manner) -> Said:
    """The sentence as it stands: its rule is in the report, not here."""
    return Said(title="", saw=finding.facts["sentence"])
