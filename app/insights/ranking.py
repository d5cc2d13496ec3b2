"""Which findings come first, and which say what another one says already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.insights.finding import Finding, Kind

# Rules whose findings about the same thing, of the same kind, are views of one matter. The first
# is kept: what can be acted on before what only happened.
_MATTERS = {
    "return": "budget_limited roas_target cpa_target roas_change cpa_change best_campaign".split(),
    "volume": "revenue_change conversions_change".split(),
    "price": "cpm_change cpm_shock".split(),
    "tracking": "tracking_break nothing_counted".split(),
}
_MATTER_OF = {
    rule: (matter, place) for matter, rules in _MATTERS.items() for place, rule in enumerate(rules)
}


def rank(findings: Iterable[Finding]) -> list[Finding]:
    """Most money at stake first, each matter once; ties by what they are about."""
    kept: dict[tuple[str, ...], Finding] = {}
    for finding in sorted(findings, key=_order_in_matter):
        kept.setdefault(_matter(finding), finding)
    return sorted(kept.values(), key=lambda each: (-each.at_stake, each.key))


def _order_in_matter(finding: Finding) -> tuple[int, float, str]:
    _, place = _MATTER_OF.get(finding.rule, ("", 0))
    return (place, -finding.at_stake, finding.key)


def top(findings: Sequence[Finding], kind: Kind, most: int = 3) -> list[Finding]:
    """The first of a kind, as ranked."""
    return [each for each in rank(findings) if each.kind is kind][:most]


def _matter(finding: Finding) -> tuple[str, ...]:
    about = sorted(
        f"{each.role}:{each.kind}:{each.key}" for each in finding.entities if each.role != "carries"
    )
    matter, _ = _MATTER_OF.get(finding.rule, (finding.rule, 0))
    return (finding.kind, matter, *about)
