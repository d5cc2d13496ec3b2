"""What became of a finding: whether its advice was followed, and how its figures went on.

Pure: sums of before and after in. A single outcome proves nothing, for a month differs from the
next by more than most moves bring; only many together tell whether a rule is to be trusted.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean

from app.insights.finding import Finding, Kind, Unit
from app.insights.measures import CTR, MEASURES, ROAS, Measure
from app.insights.months import DAYS_A_MONTH
from app.insights.period import FIELDS, Sums

OF_DAYS = ("zero_rows", "tracking_break", "spend_spike", "cpm_shock")
"""Rules whose findings are about what happened on their own days."""
# A move with a half of its step made is taken for followed.
_HALF = 0.5
# Beyond this the two platforms' spend changed by more than the move between them.
_SAME_SPEND = 0.1
_FEWEST_DIFFERENCES = 3
_MORE_PEOPLE = 1.2
# How many standard deviations the middle 80 % reaches to either side.
_MIDDLE = 1.2816
# A cent of rounding does not put a figure out of its range.
_ROUNDING = 0.01


@dataclass(frozen=True, slots=True)
class Spell:
    """One thing over as many days before and after; `budget` as it is now, a day.

    It is None where it is in another currency than the finding or not known.
    """

    before: Sums
    after: Sums
    days: int
    budget: float | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """`measured` is in `unit`; `low` and `high` are what it was held against.

    `direction` is whether it went as said, for a win or concern whether it lasted. None where it
    cannot be told, and `unknown` says why: not_read, few_days, no_rate, currency, spend_changed,
    nothing_spent, month_not_over, older or empty.
    """

    direction: bool | None = None
    inside: bool | None = None
    measured: float | None = None
    unit: str = ""
    low: float | None = None
    high: float | None = None
    unknown: str = ""


def scaled(sums: Sums, factor: float) -> Sums:
    """As much as it would have been in `factor` times the days."""
    return Sums(*(getattr(sums, each) * factor for each in FIELDS))


def move_followed(finding: Finding, giver: Spell, taker: Spell) -> str:
    """Whether the taker's share of both platforms' spend rose by half of what was advised."""
    before = giver.before.spend + taker.before.spend
    after = giver.after.spend + taker.after.spend
    numbers = finding.numbers
    both = numbers["day_from"].value + numbers["day_to"].value
    if not before or not after or both <= 0:
        return ""
    moved = taker.after.spend / after - taker.before.spend / before
    return _yes_or_no(moved >= _HALF * numbers["step_day"].value / both)


def cut_followed(finding: Finding, spell: Spell) -> str:
    """Whether spend fell by half of the step, which for a pause is all of it."""
    step = finding.numbers["step"].value if "step" in finding.numbers else 1.0
    if not spell.before.spend:
        return ""
    return _yes_or_no(spell.after.spend <= spell.before.spend * (1 - _HALF * step))


def raise_followed(finding: Finding, spell: Spell) -> str:
    """Whether the budget is up, or the spend was, by half of the step."""
    up = 1 + _HALF * finding.numbers["step"].value
    if spell.budget is not None and spell.budget >= finding.numbers["budget"].value * up:
        return "yes"
    if not spell.before.spend:
        return ""
    return _yes_or_no(spell.after.spend >= spell.before.spend * up)


def move_outcome(
    finding: Finding, giver: Spell, taker: Spell, usual: Sequence[float] = ()
) -> Outcome:
    """The change of what both platforms sold, a month, against the range of the gain.

    `usual` are such changes from one stretch of days to the next before anything was moved. They
    come on top of the range, which is that of the gain alone: without enough of them it cannot be
    told whether the range held.
    """
    before, after = giver.before + taker.before, giver.after + taker.after
    if not before.spend or abs(after.spend / before.spend - 1) > _SAME_SPEND:
        return Outcome(unknown="spend_changed")
    gained = monthly_value(before, after, giver.days)
    return _of_money(finding, gained, _spread(usual))


def monthly_value(before: Sums, after: Sums, days: int) -> float:
    """How much more was sold, a month."""
    return (after.value - before.value) / days * DAYS_A_MONTH


def _spread(usual: Sequence[float]) -> float | None:
    if len(usual) < _FEWEST_DIFFERENCES:
        return None
    return sqrt(fmean(each * each for each in usual))


def cut_outcome(finding: Finding, spell: Spell) -> Outcome:
    """What was saved a month, less what the results that were lost are worth at the target."""
    target = finding.numbers["target"].value
    before, after = spell.before, spell.after
    if finding.facts.get("because") == "roas_target":
        lost = (before.value - after.value) / target
    else:
        lost = (before.conversions - after.conversions) * target
    saved = (before.spend - after.spend - lost) / spell.days * DAYS_A_MONTH
    return _of_money(finding, saved, 0.0)


def _of_money(finding: Finding, amount: float, spread: float | None) -> Outcome:
    expected = finding.range
    if expected is None or spread is None:
        return Outcome(amount > 0, None, amount, Unit.MONEY)
    middle, wide = (expected.low + expected.high) / 2, (expected.high - expected.low) / 2
    wide = sqrt(wide**2 + (_MIDDLE * spread) ** 2)
    low, high = middle - wide, middle + wide
    inside = low - _ROUNDING <= amount <= high + _ROUNDING
    return Outcome(amount > 0, inside, amount, Unit.MONEY, low, high)


def raise_outcome(spell: Spell) -> Outcome:
    """How many more conversions came a month; how many would was not said."""
    more = (spell.after.conversions - spell.before.conversions) / spell.days * DAYS_A_MONTH
    return Outcome(more > 0, None, more, Unit.COUNT)


def widened(finding: Finding, reach: float | None) -> str:
    """Yes where clearly more people were reached; that nobody widened it cannot be told."""
    before = finding.numbers.get("reach")
    if reach is None or before is None:
        return ""
    return "yes" if reach >= _MORE_PEOPLE * before.value else ""


def widened_outcome(finding: Finding, after: Sums) -> Outcome:
    """Whether it returned its target at least; what others returned is no range of chances."""
    roas = ROAS.of(after)
    if roas is None:
        return Outcome(unknown="nothing_spent")
    return Outcome(roas >= finding.numbers["target"].value, None, roas, Unit.MULTIPLE)


def refreshed(finding: Finding, shown: Collection[str]) -> str:
    """Yes where tired ads were replaced; that they were not cannot be told.

    `shown` are the keys of the campaign's ads that are shown by now. Replaced means: of what was
    spent on the ads named, half or more went to ads that are shown no more, and others of the
    campaign are. A campaign that stopped altogether, or new text inside an ad, says nothing.
    """
    named = [each.key for each in finding.entities if each.kind == "ad"]
    spent = {
        key: finding.numbers[f"spend_{place}"].value for place, key in enumerate(named, start=1)
    }
    gone = sum(spend for key, spend in spent.items() if key not in shown)
    replaced = gone > 0 and gone >= _HALF * sum(spent.values())
    return "yes" if replaced and not set(shown) <= set(named) else ""


def refreshed_outcome(before: Sums, after: Sums) -> Outcome:
    """Whether the campaign is clicked more often than when its ads were told to be tired."""
    then, now = CTR.of(before), CTR.of(after)
    if not then or now is None:
        return Outcome(unknown="nothing_spent")
    return Outcome(now > then, None, now / then - 1, Unit.SHARE)


def change_outcome(finding: Finding, after: Sums, days: int) -> Outcome:
    """Whether the figure stayed on the side of its former value to which it had gone."""
    measure = MEASURES[finding.rule.removesuffix("_change")]
    value, before = _value(measure, finding, after, days), finding.numbers["before"].value
    if value is None or not after.spend or not before:
        return Outcome(unknown="nothing_spent")
    up = finding.numbers["now"].value > before
    lasted = value > before if up else value < before
    return Outcome(lasted, None, value / before - 1, Unit.SHARE)


def _value(measure: Measure, finding: Finding, after: Sums, days: int) -> float | None:
    """Volumes as of as many days as the finding's."""
    whole = (finding.last - finding.first).days + 1
    return measure.of(scaled(after, whole / days) if not measure.under else after)


def target_outcome(finding: Finding, after: Sums) -> Outcome:
    """Whether it stayed on its side of the target, and its range held."""
    measure = MEASURES[finding.rule.removesuffix("_target")]
    value = measure.of(after)
    if value is None or not after.spend:
        return Outcome(unknown="nothing_spent")
    better = value * measure.better >= finding.numbers["target"].value * measure.better
    lasted = better if finding.kind is Kind.WIN else not better
    return _within(finding, value, measure.unit, as_said=lasted)


def day_outcome(finding: Finding, own: Sums) -> Outcome:
    """Whether the days that it told of still say so, read again once they have settled.

    `own` are the sums of those days: what has happened on a day is over, so it cannot last.
    """
    days = (finding.last - finding.first).days + 1
    return _this_side(finding, own, days, as_said=True)


def level_outcome(finding: Finding, after: Sums, days: int) -> Outcome:
    """Whether most of a shift was still there; for what was to be mended, no longer."""
    return _this_side(finding, after, days, as_said=finding.kind is not Kind.RECOMMENDATION)


def _this_side(finding: Finding, sums: Sums, days: int, *, as_said: bool) -> Outcome:
    """`as_said` where the level is on the new side of the middle between before and now."""
    measure = MEASURES["cpm" if finding.rule == "cpm_shock" else finding.facts["metric"]]
    value = measure.of(sums if measure.under else scaled(sums, 1 / days))
    before, now = finding.numbers["before"].value, finding.numbers["now"].value
    if value is None or not before:
        return Outcome(unknown="nothing_spent")
    middle = (before + now) / 2
    moved = value > middle if now > before else value < middle
    return Outcome(moved is as_said, None, value / before - 1, Unit.SHARE)


def nothing_outcome(after: Sums) -> Outcome:
    """Whether spend went on without a result."""
    if not after.spend:
        return Outcome(unknown="nothing_spent")
    return Outcome(not after.conversions, None, after.conversions, Unit.COUNT)


def month_outcome(finding: Finding, month: Sums) -> Outcome:
    """What the month spent in the end."""
    over = month.spend > finding.numbers["budget"].value
    as_said = over if finding.facts["direction"] == "over" else not over
    return _within(finding, month.spend, Unit.MONEY, as_said=as_said)


def _within(finding: Finding, value: float, unit: Unit, *, as_said: bool) -> Outcome:
    held = finding.range
    if held is None:
        return Outcome(as_said, None, value, unit)
    inside = held.low - _ROUNDING <= value <= held.high + _ROUNDING
    return Outcome(as_said, inside, value, unit, held.low, held.high)


def _yes_or_no(answer: object) -> str:
    return "yes" if answer else "no"


def in_money(finding: Finding) -> bool:
    """Whether it can only be held against figures in the currency it was said in."""
    if finding.rule.endswith("_change") or finding.rule in (*OF_DAYS, "persistent_shift"):
        return finding.numbers["before"].unit is Unit.MONEY
    return finding.rule in ("reallocation", "cut_waste", "cpa_target", "pacing")
