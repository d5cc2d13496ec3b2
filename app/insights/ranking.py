"""Which findings come first, and which say what another one says already."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from app.insights.finding import Finding, Kind

# Rules whose findings about the same thing, of the same kind and over some of the same days, are
# views of one matter. The first is kept: what can be acted on before what only happened.
_MATTERS = {
    "return": "budget_limited roas_target cpa_target roas_change cpa_change best_campaign".split(),
    "volume": "revenue_change persistent_shift:conversions conversions_change".split(),
    "price": "cpm_change cpm_shock".split(),
    "click": "persistent_shift:cpc cpc_change".split(),
    "clicked": "persistent_shift:ctr ctr_change".split(),
    "tracking": "tracking_break nothing_counted".split(),
    "mending": "fix_tracking:tracking_break fix_tracking:nothing_counted".split(),
}
_MATTER_OF = {
    view: (matter, place) for matter, views in _MATTERS.items() for place, view in enumerate(views)
}
# The fact that tells apart what one rule has views of.
_TOLD_APART_BY = {"persistent_shift": "metric", "fix_tracking": "because"}
# What breaks may break on several platforms at once.
_SHARED = ("tracking", "mending")


def rank(findings: Iterable[Finding]) -> list[Finding]:
    """Most money at stake first, each matter once; ties by what they are about."""
    kept: dict[tuple[str, ...], list[Finding]] = {}
    for finding in sorted(findings, key=_order_in_matter):
        others = kept.setdefault(_matter(finding), [])
        if not any(_says_the_same(each, finding) for each in others):
            others.append(finding)
    told = [each for several in kept.values() for each in several]
    return sorted(told, key=lambda each: (-each.at_stake, each.key))


def _order_in_matter(finding: Finding) -> tuple[int, bool, float, str]:
    """Of one incident what lasts comes before what is over."""
    _, place = _MATTER_OF.get(_view(finding), ("", 0))
    return (place, finding.over, -finding.at_stake, finding.key)


def top(findings: Sequence[Finding], kind: Kind, most: int = 3) -> list[Finding]:
    """The first of a kind, as ranked."""
    return [each for each in rank(findings) if each.kind is kind][:most]


def _view(finding: Finding) -> str:
    fact = finding.facts.get(_TOLD_APART_BY.get(finding.rule, ""))
    return f"{finding.rule}:{fact}" if fact else finding.rule


def _matter(finding: Finding) -> tuple[str, ...]:
    matter, _ = _MATTER_OF.get(_view(finding), ("", 0))
    if matter in _SHARED:
        return (finding.kind, matter)
    about = [each for each in finding.entities if each.role != "carries"]
    if matter:
        return (finding.kind, matter, *sorted(f"{each.kind}:{each.key}" for each in about))
    things = sorted(f"{each.role}:{each.kind}:{each.key}" for each in about)
    return (finding.kind, finding.rule, *things)


def _says_the_same(told: Finding, other: Finding) -> bool:
    """Of one matter: two incidents are two, and so are breaks on different platforms."""
    if told.key == other.key:
        return True
    if told.first > other.last or other.first > told.last:
        return False
    if _matter(told)[1] not in _SHARED or _places(told) == _places(other):
        return True
    # A break in all platforms together names those that it is on.
    return _view(told) != _view(other) and bool(_places(told) & _places(other))


def _places(finding: Finding) -> set[str]:
    return {each.platform for each in finding.entities if each.platform} or {""}
