"""Three sentences that a client reads in twenty seconds: what happened, why, what to do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from app.metrics.figures import Figures, RevenueSource, change
from app.reports.document import FindingPart
from app.reports.languages.sentences import Moved, Outcome, Sentences

_STEADY = Decimal("0.02")
# Eighty words are read in twenty seconds; names are people's, and as long as they like.
_NAME_LETTERS, _NAME_WORDS, _FIRST_WORDS = 36, 6, 4
_TITLE_WORDS = 18
_MORE = "…"


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
    if not outcome.advertised and outcome.sold is not None:
        return told.shops_only(outcome)
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
        next((_inside(each) for each in findings if each.kind == kind), "")
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
    return told.next_step(_inside(strong[0]), len(strong) - 1)


def _inside(finding: FindingPart) -> str:
    """Its title within a sentence, the names in it cut short; the whole one stands below."""
    title = finding.title.rstrip(".")
    for name in sorted({each.name for each in finding.entities}, key=len, reverse=True):
        title = title.replace(name, _short(name))
    words = title.split(" ")
    return title if len(words) <= _TITLE_WORDS else " ".join(words[:_TITLE_WORDS]) + _MORE


def _short(name: str) -> str:
    words = name.split()
    if len(name) <= _NAME_LETTERS and len(words) <= _NAME_WORDS:
        return name
    cut = " ".join(words[:_FIRST_WORDS])[:_NAME_LETTERS]
    # What joins an emoji or an accent to what is cut off goes with it.
    return cut.rstrip(" \u200d") + _MORE
