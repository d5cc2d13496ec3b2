"""Three sentences that a client reads in twenty seconds: what happened, why, what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from app.metrics.figures import Figures, RevenueSource, change
from app.reports.document import FindingPart
from app.reports.languages.sentences import Moved, Outcome, Sentences

_STEADY = Decimal("0.02")


def summarise(
    told: Sentences,
    outcome: Outcome,
    now: Figures,
    before: Figures | None,
    findings: Sequence[FindingPart],
) -> list[str]:
    """By rule; every figure in it stands elsewhere in the report too."""
    if not now.anything:
        return told.nothing_recorded(outcome.days)
    return [
        _happened(told, outcome),
        _moved(told, now, before, outcome.source, findings),
        _to_do(told, findings),
    ]


def _happened(told: Sentences, outcome: Outcome) -> str:
    if outcome.spend is None:
        return told.spend_unknown(outcome)
    if outcome.sold is None:
        return told.spent_only(outcome)
    if outcome.roas is None:
        return told.sold_only(outcome)
    return told.returned(outcome)


def _moved(
    told: Sentences,
    now: Figures,
    before: Figures | None,
    source: RevenueSource,
    findings: Sequence[FindingPart],
) -> str:
    moves = list(_moves(now, before, source)) if before is not None and before.anything else []
    best, worst = (
        next((_inside(each.title) for each in findings if each.kind == kind), "")
        for kind in ("win", "concern")
    )
    return told.moved(moves, best, worst)


def _moves(now: Figures, before: Figures, source: RevenueSource) -> Iterator[Moved]:
    for metric, pair in (
        ("spend", (now.spend, before.spend)),
        ("revenue", (now.revenue(source), before.revenue(source))),
        ("conversions", (now.conversions, before.conversions)),
    ):
        moved = change(*pair)
        if moved is not None:
            yield Moved(metric, moved, steady=abs(moved) < _STEADY)


def _to_do(told: Sentences, findings: Sequence[FindingPart]) -> str:
    advised = [each for each in findings if each.kind == "recommendation"]
    strong = [each for each in advised if each.class_ != "silent"]
    if not strong:
        return told.nothing_safe()
    return told.next_step(_inside(strong[0].title), len(strong) - 1)


def _inside(title: str) -> str:
    return title.rstrip(".")
