"""Which findings come first, and which say what another one says already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.insights.finding import Finding, Kind

# Rules whose findings about the same thing, of the same kind, are views of one matter.
_ONE_MATTER = {
    **dict.fromkeys(
        "cpm_change ctr_change cpc_change cvr_change cpa_change roas_change "
        "roas_target cpa_target cpm_shock best_campaign budget_limited".split(),
        "return",
    ),
    "revenue_change": "volume",
    "conversions_change": "volume",
    "nothing_counted": "tracking",
    "tracking_break": "tracking",
}


def rank(findings: Iterable[Finding]) -> list[Finding]:
    """Most money at stake first, each matter once; ties by what they are about."""
    ordered = sorted(findings, key=lambda each: (-each.at_stake, each.key))
    seen: set[tuple[str, ...]] = set()
    kept = []
    for finding in ordered:
        matter = _matter(finding)
        if matter not in seen:
            seen.add(matter)
            kept.append(finding)
    return kept


def top(findings: Sequence[Finding], kind: Kind, most: int = 3) -> list[Finding]:
    """The first of a kind, as ranked."""
    return [each for each in rank(findings) if each.kind is kind][:most]


def _matter(finding: Finding) -> tuple[str, ...]:
    about = sorted(
        f"{each.role}:{each.kind}:{each.key}" for each in finding.entities if each.role != "carries"
    )
    return (finding.kind, _ONE_MATTER.get(finding.rule, finding.rule), *about)
