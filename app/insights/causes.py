"""Concerns that a platform without counted conversions, or spend without results, explains."""

from __future__ import annotations

from collections.abc import Sequence

from app.insights.finding import Finding, Kind
from app.insights.levels import CARRIES_MOST, related
from app.insights.period import PeriodFigures, Thing

_BY_RESULTS = frozenset(
    "cvr_change cpa_change roas_change revenue_change conversions_change "
    "roas_target cpa_target".split()
)


def caused_apart(findings: Sequence[Finding], figures: PeriodFigures) -> list[Finding]:
    """Without what follows from conversions that are not there, which has a finding of its own."""
    things = {each.place: each for each in figures.things}
    uncounted = [_thing(each, things) for each in findings if each.rule == "nothing_counted"]
    nothing = [each for each in findings if each.rule == "zero_result"]
    kept = []
    for finding in findings:
        if finding.rule in _BY_RESULTS and finding.kind is Kind.CONCERN:
            thing = _thing(finding, things)
            if any(related(thing, each) for each in uncounted):
                continue
            mine = [each for each in nothing if related(_thing(each, things), thing)]
            if sum(each.at_stake for each in mine) >= CARRIES_MOST * finding.at_stake:
                continue
        kept.append(finding)
    return kept


def _thing(finding: Finding, things: dict[tuple[str, str], Thing]) -> Thing:
    entity = finding.entities[0]
    return things[entity.kind, entity.key]
