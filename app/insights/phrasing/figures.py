"""The figures of a sentence, and which of a finding's numbers each of them is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from babel.numbers import get_currency_symbol, get_decimal_symbol, get_group_symbol

from app.insights.finding import Finding, Number, Unit
from app.insights.sentences.en.phrases import SMALL_NUMBERS
from app.insights.words import Manner, bound_of

_NUMBER = r"(?P<number>\d(?:[\d.,'’٬٫\s]*\d)?)"
_AFTER = r"(?:(?P<thousands>[KkMm])(?![^\W_]))?(?:\s?(?P<unit>%|٪|per ?cent\b|x\b|×|times\b))?"
_POINTS = re.compile(r"\bpercentage points?\b|\bpoints?\b|\bpp\b", re.IGNORECASE)
_TIMES = {"k": 1e3, "m": 1e6}
# At the precision shown, but never so coarse that the figure is another one.
_COARSEST, _NEAR = 0.02, 0.05
_IN_LETTERS = {word: value for value, word in enumerate(SMALL_NUMBERS) if value > 1}
_LARGE = frozenset(
    "thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty "
    "seventy eighty ninety hundred hundreds thousand thousands million millions billion dozen "
    "dozens third thirds quarter quarters fifth tenth triple tripled thrice quadruple "
    "quadrupled threefold tenfold majority".split()
)
_SHARES = {"half": 0.5, "halved": -0.5, "halves": -0.5, "doubled": 1.0, "doubles": 1.0,
           "double": 1.0, "twice": 1.0}  # fmt: skip
_NOUNS = {
    "click": {"clicks"},
    "conversion": {"conversions", "conversions_before", "conversions_from", "conversions_to",
                   "expected", "weekly", "needed", "claimed_orders", "now", "before"},
    "order": {"orders", "conversions", "claimed_orders"},
    "sale": {"orders", "conversions", "claimed_orders"},
    "campaign": {"campaigns", "carriers", "count"},
    "ad": {"count", "ads"},
    "impression": {"impressions"},
    "people": {"reach"},
}  # fmt: skip
_KINDS = {Unit.MONEY: "money", Unit.SHARE: "percent", Unit.MULTIPLE: "multiple"}


@dataclass(frozen=True, slots=True)
class Known:
    """A number that may be said. `value` is as it is written: a share times a hundred."""

    name: str
    value: float
    kind: str
    signed: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that is said, with where and how. `step` is its precision."""

    text: str
    start: int
    value: float
    step: float
    kind: str
    sign: str
    noun: str
    names: frozenset[str] = frozenset()


def known(finding: Finding) -> list[Known]:
    """All numbers of a finding, with its range, certainty and spans of days."""
    found = [
        Known(name, *_as_written(number.value, number.unit), number.change)
        for name, number in finding.numbers.items()
    ]
    if spans := finding.range:
        change = spans.unit is Unit.SHARE and not spans.per
        found += [
            Known("low", *_as_written(spans.low, spans.unit), change),
            Known("high", *_as_written(spans.high, spans.unit), change),
            Known("level", spans.level * 100, "percent"),
        ]
    if finding.certainty is not None:
        found.append(Known("certainty", finding.certainty * 100, "percent"))
    found.append(Known("period", (finding.last - finding.first).days + 1, "days"))
    if finding.review_on:
        found.append(Known("until_review", (finding.review_on - finding.last).days, "days"))
    return found


def _as_written(value: float, unit: Unit) -> tuple[float, str]:
    if unit in (Unit.DAYS, Unit.WEEKS):
        return value, str(unit)
    return (value * 100 if unit is Unit.SHARE else value), _KINDS.get(unit, "count")


def figures(text: str, manner: Manner) -> Iterator[Figure]:
    """Every figure in digits, and every small number in letters; digits of any script."""
    text = latin_digits(text)
    for found in _pattern(manner.currency, manner.locale).finditer(text):
        yield _figure(found, text, manner)
    for found in re.finditer(r"[^\W\d_]+", text):
        word = found[0].casefold()
        if word in _IN_LETTERS:
            noun = _noun(text[found.end() :])
            value = float(_IN_LETTERS[word])
            yield Figure(found[0], found.start(), value, 0.0, _plain(noun), "", noun)


def latin_digits(text: str) -> str:
    """The same text, every decimal digit as 0 to 9; places stay the same."""
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)


def unverified(text: str, finding: Finding, manner: Manner) -> tuple[list[str], list[Figure]]:
    """What is said and not known, and the figures that are known, with whose they may be."""
    numbers = known(finding)
    own = _own_writing(finding, manner)
    wrong, right = [*_loose_words(text, finding)], []
    if _POINTS.search(text):
        wrong.append("percentage points are not given")
    for figure in figures(text, manner):
        names = frozenset(each.name for each in numbers if _is(figure, each))
        names |= own.get(_spaceless(figure.text), frozenset())
        if names:
            right.append(Figure(*_fields(figure), names))
        else:
            wrong.append(f"“{figure.text.strip()}” is none of the finding's numbers")
    return wrong, right


def _own_writing(finding: Finding, manner: Manner) -> dict[str, frozenset[str]]:
    """The numbers with a unit by how the rule writes them, however coarse that is."""
    found: dict[str, frozenset[str]] = {}
    numbers = dict(finding.numbers)
    if spans := finding.range:
        numbers |= {"low": Number(spans.low, spans.unit), "high": Number(spans.high, spans.unit)}
    for name, number in numbers.items():
        if number.unit in _KINDS:
            for each in (number, Number(abs(number.value), number.unit)):
                written = _spaceless(latin_digits(manner.number(each)))
                found[written] = found.get(written, frozenset()) | {name}
    chance = finding.numbers.get("probability")
    if chance and (bound := bound_of(chance.value)):
        found[_spaceless(latin_digits(manner.share(bound)))] = frozenset({"probability"})
    return found


def _spaceless(text: str) -> str:
    return re.sub(r"[\s\u200e\u200f]", "", text)


def _fields(figure: Figure) -> tuple[str, int, float, float, str, str, str]:
    return (figure.text, figure.start, figure.value, figure.step, figure.kind, figure.sign,
            figure.noun)  # fmt: skip


def _is(figure: Figure, number: Known) -> bool:
    if not _of_one_kind(figure, number):
        return False
    named = next((names for noun, names in _NOUNS.items() if figure.noun == noun), None)
    if named is not None and number.kind == "count" and number.name not in named:
        return False
    size = abs(number.value)
    off = abs(figure.value - size)
    if off > figure.step / 2 * (1 + 1e-9) + 1e-9 * size or off > _COARSEST * size + 1e-12:
        return False
    if figure.sign and number.signed:
        return (figure.sign == "+") == (number.value > 0)
    return figure.sign != "-" or number.value < 0


def _of_one_kind(figure: Figure, number: Known) -> bool:
    if figure.kind == "plain":
        # A ROAS may be said without its x; a frequency is a count.
        days = ("days", "weeks") if not figure.noun else ()
        return number.kind in ("count", "multiple", *days)
    return figure.kind == number.kind


@cache
def _pattern(currency: str, locale: str) -> re.Pattern[str]:
    own = {get_currency_symbol(currency, locale=locale), get_currency_symbol(currency, "en_US")}
    money = "|".join(re.escape(each) for each in sorted({*own, currency}, key=len, reverse=True))
    other = r"[$€£¥₹₩₽₺₪]|\b(?!C[PTV][ACMR]\b|AOV\b|MER\b)[A-Z]{3}\b(?=\s?\d)"
    return re.compile(
        rf"(?:(?<![\w.,])(?P<sign>[+\-−]))?(?:(?P<own>{money})|(?P<other>{other}))?\s?"
        rf"{_NUMBER}{_AFTER}(?:\s?(?P<behind>{money})|(?P<strange>\s?[€£¥₹₩₽₺₪$]))?"
    )


def _figure(found: re.Match[str], text: str, manner: Manner) -> Figure:
    value, decimals = _parsed(found["number"], manner.locale)
    times = _TIMES.get((found["thousands"] or "").lower(), 1.0)
    noun = _noun(text[found.end() :])
    kind = _kind(found, noun)
    sign = {"−": "-", None: ""}.get(found["sign"], found["sign"])
    return Figure(
        found[0], found.start(), value * times, float(10.0**-decimals) * times, kind, sign, noun
    )


def _kind(found: re.Match[str], noun: str) -> str:
    if found["other"] or found["strange"]:
        return "another currency"
    money = found["own"] or found["behind"]
    unit = (found["unit"] or "").replace(" ", "").casefold()
    if money and unit:
        return "neither"
    if money:
        return "money"
    if unit in ("%", "٪", "percent"):
        return "percent"
    return "multiple" if unit else _plain(noun)


def _plain(noun: str) -> str:
    return f"{noun}s" if noun in ("day", "week") else "plain"


def _noun(rest: str) -> str:
    """The noun that is counted, at most one word further on, in the singular."""
    words: list[str] = re.findall(r"[^\W\d_]+", rest[:40].casefold())[:2]
    for word in words:
        single = word.removesuffix("s")
        if single in _NOUNS or word in _NOUNS or single in ("day", "week"):
            return word if word in _NOUNS else single
    return ""


def _parsed(number: str, locale: str) -> tuple[float, int]:
    """The value by the locale's separators and its decimals; NaN for what is none."""
    decimal, group = get_decimal_symbol(locale), get_group_symbol(locale)
    whole, _, rest = number.partition(decimal)
    groups = re.split(r"\s" if group.isspace() else re.escape(group), whole)
    digits = "".join(groups)
    even = all(len(each) == 3 for each in groups[1:])
    if not even or not digits.isdigit() or (rest and not rest.isdigit()):
        return float("nan"), 0
    return float(f"{digits}.{rest or 0}"), len(rest)


def _loose_words(text: str, finding: Finding) -> Iterable[str]:
    change = finding.numbers.get("change")
    for found in re.finditer(r"[^\W\d_]+", text):
        word = found[0].casefold()
        if word in _LARGE:
            yield f"“{found[0]}” is no figure that can be checked"
        if word in _SHARES and not (change and abs(change.value - _SHARES[word]) < _NEAR):
            yield f"“{found[0]}” is none of the finding's numbers"
