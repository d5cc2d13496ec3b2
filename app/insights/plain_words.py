"""Words for findings that were kept: their rule may have none any more, or need other numbers."""

from __future__ import annotations

import logging

from app.insights.finding import Finding
from app.insights.review_days import rests_through
from app.insights.words import Manner, Said, say

logger = logging.getLogger(__name__)


def say_kept(finding: Finding, manner: Manner) -> Said:
    """As `say`, or the bare names and numbers where that is not possible any more."""
    try:
        return say(finding, manner)
    except (LookupError, ValueError) as error:
        logger.warning("A finding of %s is told without sentences: %r", finding.rule, error)
        return _plainly(finding, manner)


def _plainly(finding: Finding, manner: Manner) -> Said:
    names = [each.name for each in finding.entities if each.role != "carries"]
    rule = finding.rule.replace("_", " ").capitalize()
    numbers = [
        f"{name.replace('_', ' ')} {manner.number(each)}" for name, each in finding.numbers.items()
    ]
    days = manner.days(finding.first, rests_through(finding))
    return Said(
        title=f"{rule}: {manner.names(names)}" if names else rule,
        saw=f"{days}: {manner.names(numbers)}" if numbers else days,
    )
