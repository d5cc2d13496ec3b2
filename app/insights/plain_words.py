"""Words for findings that were kept: their rule may have none any more, or need other numbers."""

from __future__ import annotations

import logging

from app.insights.finding import Finding, Kind, Number
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


def expected_ends(finding: Finding, manner: Manner) -> tuple[str, str]:
    """What following it is expected to bring, worded; empty for what is no recommendation."""
    expected = finding.range
    if expected is None or finding.kind is not Kind.RECOMMENDATION:
        return "", ""
    return (
        manner.number(Number(expected.low, expected.unit, change=True)),
        manner.number(Number(expected.high, expected.unit)),
    )


def expected_words(finding: Finding, manner: Manner) -> str:
    """Such as +$1,900 – $6,700 a month (80% range); empty without a range."""
    low, high = expected_ends(finding, manner)
    if finding.range is None or not low:
        return ""
    per = f" a {finding.range.per}" if finding.range.per else ""
    return f"{low} – {high}{per} ({finding.range.level:.0%} range)"


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
