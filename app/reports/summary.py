"""Three sentences that a client reads in twenty seconds: what happened, why, what to do."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from app.insights.words import Manner
from app.metrics.figures import Figures, RevenueSource, change
from app.metrics.period import Period
from app.reports.document import FindingPart

_STEADY = Decimal("0.02")


def summarise(
    manner: Manner,
    days: Period,
    now: Figures,
    before: Figures | None,
    source: RevenueSource,
    target: Decimal | None,
    findings: Sequence[FindingPart],
) -> list[str]:
    """By rule; every figure in it stands elsewhere in the report too."""
    if not now.anything:
        when = manner.days(days.first, days.last)
        return [
            f"Nothing is recorded for {when}.",
            "No platform in this report spent or sold anything on these days.",
            "Check that the right accounts are chosen, or choose other days.",
        ]
    return [
        _happened(manner, days, now, source, target),
        _moved(manner, now, before, source, findings),
        _to_do(findings),
    ]


def _happened(
    manner: Manner, days: Period, now: Figures, source: RevenueSource, target: Decimal | None
) -> str:
    when = manner.days(days.first, days.last)
    spent = manner.money(float(now.spend))
    revenue, roas = now.revenue(source), now.roas(source)
    who = "your shop sold" if source is RevenueSource.STORE else "the platforms report"
    if revenue is None:
        return f"On {when} you spent {spent} on ads; what was sold is not known."
    sold = manner.money(float(revenue))
    if roas is None:
        return f"On {when} nothing was spent on ads, and {who} {sold}."
    sentence = f"On {when} you spent {spent} on ads and {who} {sold}: a ROAS of "
    sentence += manner.multiple(float(roas))
    if target is None:
        return f"{sentence}."
    side = "above" if roas > target else "below" if roas < target else "exactly"
    return f"{sentence}, {side} your target of {manner.multiple(float(target))}."


def _moved(
    manner: Manner,
    now: Figures,
    before: Figures | None,
    source: RevenueSource,
    findings: Sequence[FindingPart],
) -> str:
    moves = []
    if before is not None and before.anything:
        for label, pair in (
            ("spend", (now.spend, before.spend)),
            ("revenue", (now.revenue(source), before.revenue(source))),
            ("conversions", (now.conversions, before.conversions)),
        ):
            moved = change(*pair)
            if moved is not None:
                moves.append(_went(manner, label, moved))
    wins = [each for each in findings if each.kind == "win"]
    concerns = [each for each in findings if each.kind == "concern"]
    told = f"Against the days before, {_listed(moves)}" if moves else "There is nothing to compare"
    best = f"; best: {_inside(wins[0].title)}" if wins else ""
    worst = f"; to watch: {_inside(concerns[0].title)}" if concerns else ""
    return f"{told}{best}{worst}."


def _went(manner: Manner, label: str, moved: Decimal) -> str:
    if abs(moved) < _STEADY:
        return f"{label} held steady"
    way = "rose" if moved > 0 else "fell"
    return f"{label} {way} {manner.share(abs(float(moved)))}"


def _to_do(findings: Sequence[FindingPart]) -> str:
    advised = [each for each in findings if each.kind == "recommendation"]
    strong = [each for each in advised if each.class_ != "silent"]
    if not strong:
        return "There is nothing safe to recommend from these days: keep budgets as they are."
    more = len(strong) - 1
    rest = f" ({more} more below)" if more else ""
    return f"Next step: {_inside(strong[0].title)}{rest}."


def _inside(title: str) -> str:
    return title.rstrip(".")


def _listed(parts: Sequence[str]) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"
