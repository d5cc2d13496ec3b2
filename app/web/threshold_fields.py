"""The rules' thresholds as people see them: grouped, labelled, shares in percent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

import msgspec
from babel.numbers import get_currency_precision

from app.errors import Invalid
from app.insights.thresholds import DEFAULTS, Thresholds

# No separators of thousands: 1,000 would be read as one by some and as a thousand by others.
_NUMBER = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,40}|,[0-9]{1,2})?")


class Unit(StrEnum):
    """The word after the number."""

    PERCENT = "%"
    TIMES = "times"
    NUMBER = ""
    DAYS = "days"
    WEEKS = "weeks"
    MONEY = "money"


@dataclass(frozen=True, slots=True)
class Shown:
    """`name` is the field of `Thresholds`."""

    name: str
    label: str
    unit: Unit = Unit.PERCENT


@dataclass(frozen=True, slots=True)
class Group:
    """Thresholds that are about one thing."""

    title: str
    lead: str
    fields: tuple[Shown, ...]


GROUPS = (
    Group(
        "Moving budget between platforms",
        "How sure a move has to be for each class of advice, and how large a step may be.",
        (
            Shown("reallocation_recommend", "Chance to gain, to recommend"),
            Shown("reallocation_recommend_small", "The same, in small accounts"),
            Shown("reallocation_leaning", "Chance to gain, for a leaning"),
            Shown("reallocation_testing", "Chance to gain, to be worth a test"),
            Shown("information_recommend", "What the history tells, to recommend"),
            Shown("information_leaning", "What the history tells, for a leaning"),
            Shown("settled_weeks", "Nearly complete weeks of both platforms", Unit.WEEKS),
            Shown("conversions_each", "Conversions of each platform", Unit.NUMBER),
            Shown("step_cap", "Largest step, of the smaller budget"),
            Shown("step_cap_leaning", "Largest step of a leaning"),
            Shown("quarter_cap", "Largest change since a quarter ago"),
            Shown("above_highest", "Most a platform may get, of its highest week", Unit.TIMES),
            Shown("days_between_moves", "Time between two moves", Unit.DAYS),
        ),
    ),
    Group(
        "Wins and concerns",
        "What has to be passed before anything is said about a period. Whether ads are for new "
        "people is not read from any platform yet, so the other frequency holds for all.",
        (
            Shown("money_at_stake", "Least money at stake, of the period’s spend"),
            Shown("ignore_spend_below", "Say nothing of what spent less than", Unit.MONEY),
            Shown(
                "break_even_roas",
                "ROAS that pays for itself, 1 ÷ your margin; 0 for not known",
                Unit.TIMES,
            ),
            Shown("zero_result_multiple", "Spend without a result, in target CPAs", Unit.TIMES),
            Shown("concern_cpa_multiple", "CPA above its target", Unit.TIMES),
            Shown("concern_cpa_conversions", "Conversions before a CPA is judged", Unit.NUMBER),
            Shown("change_z", "Size of a change, in usual swings by chance", Unit.NUMBER),
            Shown("noise_rate", "Chance of a false finding in a period"),
            Shown("least_change", "Smallest change worth a sentence"),
            Shown("over_claimed", "Platforms’ claims above what was sold", Unit.TIMES),
            Shown("cpm_shock", "Jump of a CPM in one day"),
            Shown(
                "frequency_prospecting", "Frequency of ads known to be for new people", Unit.TIMES
            ),
            Shown("frequency_retargeting", "Frequency of all other ads", Unit.TIMES),
            Shown("learning_results", "Conversions a week that end learning", Unit.NUMBER),
            Shown("learning_days", "Days of learning before it is told", Unit.DAYS),
        ),
    ),
    Group(
        "Budgets",
        "Where a month is heading, seen from its first day; the bounds close in until its last.",
        (
            Shown("pacing_under", "Too little, of the monthly budget"),
            Shown("pacing_over", "Too much, of the monthly budget"),
            Shown("budget_used", "A daily budget is used up from"),
            Shown("budget_used_days", "Days of the last 14 on which it was used up"),
        ),
    ),
    Group(
        "Breaks and spikes",
        "How far a day or a run of days may be from what is usual.",
        (
            Shown("cusum_reference", "Shift that is looked for, in usual swings", Unit.NUMBER),
            Shown("cusum_decision", "Sum of swings that is a shift", Unit.NUMBER),
            Shown("cusum_decision_cpc", "The same for costs of a click", Unit.NUMBER),
            Shown("least_shift", "Smallest shift that is an alarm"),
            Shown("count_tail", "Chance of so few results, to be a break"),
            Shown("incident_days", "Days that are looked at", Unit.DAYS),
            Shown("spend_spike", "Spend above its usual day", Unit.TIMES),
        ),
    ),
    Group(
        "Tired ads",
        "When an ad’s click rate has fallen by more than chance and season.",
        (
            Shown("fatigue_z", "Size of the fall, in usual swings by chance", Unit.NUMBER),
            Shown("fatigue_ratio", "Click rate left, of what it was"),
            Shown("fatigue_days", "Days in a row", Unit.DAYS),
            Shown("fatigue_from_day", "Earliest day of an ad’s life", Unit.DAYS),
        ),
    ),
)
FIELDS = {each.name: each for group in GROUPS for each in group.fields}
_TYPES = {each.name: each.type for each in msgspec.inspect.type_info(Thresholds).fields}  # type: ignore[attr-defined]  # a struct's type has fields


def number(typed: str) -> Decimal:
    """What was typed, with a point or a comma. Raises Invalid."""
    if not _NUMBER.fullmatch(typed.strip()):
        raise Invalid("Write a number such as 25 or 7.5, without separators of thousands.")
    return Decimal(typed.strip().replace(",", "."))


def amount(typed: str, currency: str) -> Decimal:
    """The same with no more decimals than the currency has. Raises Invalid.

    1.000 is a thousand to some, and a dollar has no thousandth.
    """
    given, decimals = number(typed), get_currency_precision(currency)
    if len(typed.strip().replace(",", ".").partition(".")[2]) > decimals:
        raise Invalid(
            f"Write it without separators of thousands; {currency} has {decimals or 'no'} decimals."
        )
    return given


def text(name: str, value: float) -> str:
    """A threshold as it is typed."""
    scale = 100 if FIELDS[name].unit is Unit.PERCENT else 1
    return f"{(Decimal(repr(value)) * scale).normalize():f}"


def worded(name: str, value: float, currency: str) -> str:
    """A threshold with its unit."""
    return f"{text(name, value)} {unit(name, currency)}".replace(" %", "%").strip()


def unit(name: str, currency: str) -> str:
    """The word after the number; empty for none."""
    found = FIELDS[name].unit
    return currency if found is Unit.MONEY else found.value


def default(name: str) -> float:
    """What counts where nothing is written."""
    return float(getattr(DEFAULTS, name))


def threshold(name: str, typed: str, currency: str) -> float:
    """What was typed, as the rules take it; the default for nothing. Raises Invalid."""
    usual: float = getattr(DEFAULTS, name)
    if not typed.strip():
        return usual
    whole = isinstance(_TYPES[name], msgspec.inspect.IntType)
    if whole and not typed.strip().isdigit():
        raise Invalid("Write a whole number, without separators of thousands.")
    value = _value(FIELDS[name].unit, typed.strip(), currency)
    try:
        checked = msgspec.convert({name: int(value) if whole else value}, Thresholds)
    except msgspec.ValidationError as error:
        raise Invalid(_allowed(name, currency)) from error
    found: float = getattr(checked, name)
    return found


def thresholds(values: Mapping[str, Any]) -> Thresholds:
    """Of values that were checked one by one."""
    return msgspec.convert(values, Thresholds)


def _value(unit: Unit, typed: str, currency: str) -> float:
    if unit is Unit.MONEY:
        return float(amount(typed, currency))
    if unit is Unit.PERCENT:
        return float(number(typed.removesuffix("%")) / 100)
    return float(number(typed))


def _allowed(name: str, currency: str) -> str:
    """Which numbers may be written, in the unit they are written in."""
    limits: Any = _TYPES[name]
    bounds = []
    for word, limit in (
        ("more than", limits.gt),
        ("at least", limits.ge),
        ("less than", limits.lt),
        ("at most", limits.le),
    ):
        if limit is not None:
            bounds.append(f"{word} {worded(name, limit, currency)}")
    return f"It has to be {' and '.join(bounds)}."
