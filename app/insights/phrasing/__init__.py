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

__all__ = ["Checked", "checked", "faults", "plan_faults", "summary_checked"]
