"""Whether a language model's prose says what a finding says, figure by figure and name by name.

What cannot be verified is refused: a sentence lost costs nothing, for the rule's own stands in.
"""

from app.insights.phrasing.checking import (
    Checked,
    checked,
    faults,
    plan_faults,
    summary_checked,
)
from app.insights.phrasing.figures import Figure
from app.insights.phrasing.outline import figures_of, retold, told_alike

__all__ = [
    "Checked",
    "Figure",
    "checked",
    "faults",
    "figures_of",
    "plan_faults",
    "retold",
    "summary_checked",
    "told_alike",
]
