"""How money, numbers, days and changes are worded in templates; None is always a dash."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

import msgspec
from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_interval, format_skeleton
from babel.dates import format_timedelta as _span
from babel.numbers import (
    format_compact_currency,
    format_compact_decimal,
    format_currency,
    format_decimal,
    format_percent,
)
from flask import Flask, has_request_context, request
from markupsafe import Markup

from app.copywriting.preview import PLACEMENTS, shown
from app.insights.words import ALMOST_SURE, bound_of
from app.metrics.figures import Better, verdict
from app.reports.long_words import breakable

NOTHING = "–"
WHOLE_FROM = 1000

Number = Decimal | int


def register(app: Flask) -> None:
    """Give every template the filters below under their own names."""
    for function in (
        money,
        money_exact,
        money_compact,
        number,
        number_compact,
        percent,
        likelihood,
        ratio,
        day,
        day_short,
        month,
        month_short,
        day_range,
        moment,
        ago,
        initials,
        readable_json,
        breakable,
    ):
        app.jinja_env.filters[function.__name__] = function
    app.jinja_env.filters["pill"] = change_pill
    app.jinja_env.filters["spark"] = spark_lines
    app.jinja_env.filters["shown_as"] = shown
    app.jinja_env.filters["placements"] = PLACEMENTS.__getitem__
    app.jinja_env.globals["number_locale"] = lambda: str(_locale()).replace("_", "-")


def money(amount: Number | None, currency: str) -> str:
    """An amount in `currency`'s major unit; whole from 1,000 up, where the minor unit is noise."""
    if amount is None:
        return NOTHING
    if abs(Decimal(amount)) < WHOLE_FROM:
        return format_currency(amount, currency, locale=_locale())
    whole = Decimal(amount).quantize(Decimal(1), ROUND_HALF_UP)
    pattern = _locale().currency_formats["standard"]
    return format_currency(
        whole,
        currency,
        format=pattern.pattern.replace("0.00", "0"),
        currency_digits=False,
        locale=_locale(),
    )


def money_exact(amount: Number | None, currency: str) -> str:
    """An amount with the currency's own number of decimals."""
    if amount is None:
        return NOTHING
    return format_currency(amount, currency, locale=_locale())


def money_compact(amount: Number | None, currency: str) -> str:
    """An amount in at most three figures: $24.6K."""
    if amount is None:
        return NOTHING
    digits = 1 if abs(Decimal(amount)) >= WHOLE_FROM else 0
    return format_compact_currency(amount, currency, locale=_locale(), fraction_digits=digits)


def number(value: Number | None, digits: int = 0) -> str:
    """A count; `digits` is the most decimals shown."""
    if value is None:
        return NOTHING
    pattern = "#,##0" + ("." + "#" * digits if digits else "")
    return format_decimal(_rounded(value, digits), format=pattern, locale=_locale())


def number_compact(value: Number | None) -> str:
    """A count in at most three figures: 410K."""
    if value is None:
        return NOTHING
    return format_compact_decimal(value, locale=_locale(), fraction_digits=1)


def percent(share: Decimal | None, digits: int = 0) -> str:
    """A share of one, 0.124 as 12 %."""
    if share is None:
        return NOTHING
    pattern = _locale().percent_formats[None].pattern
    wanted = pattern.replace("0", "0." + "0" * digits) if digits else pattern
    return format_percent(_rounded(share, digits + 2), format=wanted, locale=_locale())


def likelihood(probability: float) -> str:
    """A probability as findings tell it, never as certain: 93%, or more than 99%."""
    bound = bound_of(probability)
    if bound is None:
        return percent(Decimal(repr(probability)))
    word = "more" if bound == ALMOST_SURE else "less"
    return f"{word} than {percent(Decimal(repr(bound)))}"


def ratio(value: Decimal | None, digits: int = 2) -> str:
    """A multiple such as ROAS: 3.52x."""
    if value is None:
        return NOTHING
    pattern = "#,##0." + "0" * digits if digits else "#,##0"
    return format_decimal(_rounded(value, digits), format=pattern, locale=_locale()) + "x"


def day(value: dt.date | None) -> str:
    """A day with its year: Nov 22, 2026."""
    return NOTHING if value is None else format_date(value, "medium", locale=_words_locale())


def day_short(value: dt.date | None) -> str:
    """A day of the present year: Nov 22."""
    return NOTHING if value is None else format_skeleton("MMMd", value, locale=_words_locale())


def month(value: dt.date | None) -> str:
    """The month of a day: Nov 2026."""
    return NOTHING if value is None else format_skeleton("yMMM", value, locale=_words_locale())


def month_short(value: dt.date) -> str:
    """The month of a day, for the axis of a small drawing: Nov."""
    return format_skeleton("MMM", value, locale=_words_locale())


def day_range(first: dt.date, last: dt.date) -> str:
    """Both ends are included: Oct 23 – Nov 21, 2026."""
    return format_interval(first, last, "yMMMd", locale=_words_locale())


def moment(when: dt.datetime | None, time_zone: str = "UTC") -> str:
    """The exact time in `time_zone` (IANA), with the zone's name."""
    if when is None:
        return NOTHING
    zone = ZoneInfo(time_zone)
    return format_datetime(when, "MMM d, y, HH:mm zzz", tzinfo=zone, locale=_words_locale())


def ago(when: dt.datetime | None, time_zone: str = "UTC", now: dt.datetime | None = None) -> str:
    """How long since, as a `<time>` that carries the exact time and that app.js keeps current."""
    if when is None:
        return NOTHING
    since = (now or dt.datetime.now(dt.UTC)) - when
    words = "just now"
    if since >= dt.timedelta(minutes=1):
        words = _span(-since, add_direction=True, threshold=1.0, locale=_words_locale())
    return Markup('<time datetime="{}" title="{}" data-ago>{}</time>').format(
        when.isoformat(), moment(when, time_zone), words
    )


def readable_json(value: object) -> str:
    """JSON for people: indented, every character as itself."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


def initials(name: str) -> str:
    """Up to two letters that stand for a person or a workspace."""
    words = name.split()
    letters = [word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)]
    return "".join(letters).upper() or "?"


@dataclass(frozen=True, slots=True)
class Pill:
    """How a change is shown: `tone` is better, worse or neutral; `words` is read aloud."""

    tone: str
    icon: str
    text: str
    words: str


def change_pill(change: Decimal | None, better: Better = "more") -> Pill:
    """A change as a share of one; `better` says whether more or less of it is good news.

    Changes that round to 0 % are neutral, and None means there was nothing to compare with.
    """
    if change is None:
        return Pill("neutral", "minus", NOTHING, "No earlier figure to compare with")
    size = abs(_rounded(change, 2))
    text = percent(size)
    if not size:
        return Pill("neutral", "minus", text, "No change")
    up, tone = change > 0, verdict(change, better)
    words = f"{'Up' if up else 'Down'} {text}" + (f", {tone}" if tone != "neutral" else "")
    return Pill(tone, "arrow-up-right" if up else "arrow-down-right", text, words)


SPARK_WIDTH = 100
SPARK_HEIGHT = 32


def spark_lines(values: Sequence[Number | None]) -> tuple[str, str]:
    """The points of a small line in a 100 x 32 box, and of the area below it.

    The line passes over days that are unknown (None). Fewer than two that are known draw nothing.
    """
    known = [(at, Decimal(value)) for at, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return "", ""
    lowest, highest = min(value for _, value in known), max(value for _, value in known)
    span = (highest - lowest) or Decimal(1)
    step = Decimal(SPARK_WIDTH) / (len(values) - 1)
    line = " ".join(
        f"{at * step:.1f},{(SPARK_HEIGHT - 3) - (value - lowest) / span * (SPARK_HEIGHT - 6):.1f}"
        for at, value in known
    )
    first, last = known[0][0] * step, known[-1][0] * step
    return line, f"{first:.1f},{SPARK_HEIGHT} {line} {last:.1f},{SPARK_HEIGHT}"


def _rounded(value: Number, digits: int) -> Decimal:
    return Decimal(value).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def _locale() -> Locale:
    """The reader's own way to write numbers, as the browser asks for it; else American."""
    wanted = request.accept_languages.to_header() if has_request_context() else ""
    return _negotiated(wanted)


def _words_locale() -> Locale:
    """Dates are in English like the page, in the order the reader's region uses."""
    return _english(_locale().territory or "US")


@lru_cache(maxsize=256)
def _negotiated(accept_language: str) -> Locale:
    for entry in accept_language.split(","):
        try:
            return Locale.parse(entry.partition(";")[0].strip(), sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en", "US")


@cache
def _english(territory: str) -> Locale:
    try:
        return Locale("en", territory)
    except UnknownLocaleError:
        return Locale("en", "US")
