"""All rules on wins and concerns of a period, and what follows from them."""

from __future__ import annotations

from collections.abc import Sequence

from app.insights.causes import caused_apart
from app.insights.changes import changes
from app.insights.cpm_shock import cpm_shock
from app.insights.finding import Finding
from app.insights.over_claiming import over_claiming
from app.insights.pacing import pacing
from app.insights.period import PeriodFigures
from app.insights.ranking import rank
from app.insights.recommending import recommendations
from app.insights.review_days import dated
from app.insights.states import best_campaign, budget_limited, frequency, learning, refused
from app.insights.targets import against_targets
from app.insights.thresholds import DEFAULTS, Thresholds
from app.insights.zero_results import zero_results

_RULES = (
    changes,
    against_targets,
    zero_results,
    frequency,
    learning,
    refused,
    budget_limited,
    over_claiming,
    cpm_shock,
)


def wins_and_concerns(figures: PeriodFigures, thresholds: Thresholds = DEFAULTS) -> list[Finding]:
    """Ranked by money at stake, each matter once. Every rule is told in docs/advice.md."""
    found = [each for rule in _RULES for each in rule(figures, thresholds)]
    found = caused_apart(found, figures)
    found += best_campaign(figures, thresholds, found)
    found += pacing(figures.month_budgets, thresholds, figures.currency)
    return [dated(each) for each in rank(found)]


def advice(
    figures: PeriodFigures, findings: Sequence[Finding], thresholds: Thresholds = DEFAULTS
) -> list[Finding]:
    """Recommendations that follow outright from these findings, with those of other rules."""
    return [dated(each) for each in rank(recommendations(figures, findings, thresholds))]
