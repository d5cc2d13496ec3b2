"""What may be filled into a draft, checked field by field."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

from babel import Locale
from babel.core import get_global
from babel.numbers import get_territory_currencies

from app.connectors.launching import Picture, is_web_address
from app.copywriting.brief import Goal
from app.creative.briefs import OLDEST, age, gender, one
from app.errors import Invalid

SPECIAL = ("housing", "employment", "credit", "politics")
UTM = ("source", "medium", "campaign", "term", "content")
LARGEST_PICTURE = 8 * 1024 * 1024
LONGEST_NAME = 200
MOST_KEYWORDS, LONGEST_KEYWORD = 50, 200
_MAY_BE_EMPTIED = ("account_id", "daily_budget", "starts_on", "ends_on")
_SIGNS = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
_PRICE = re.compile(r"\d{1,12}(?:[.,]\d{1,2})?")


def fill(given: Mapping[str, Any]) -> dict[str, Any]:
    """Column to checked value, of what was sent; what was not sent stays as it is.

    Empty text empties a field. `audience` may hold a part. A budget is in major units; its
    currency is the account's and is checked at the review. Raises Invalid, naming the field.
    """
    starts, ends = _day("starts_on", given), _day("ends_on", given)
    if starts and ends and ends < starts:
        raise Invalid("ends_on: The last day is before the first.")
    read: dict[str, Any] = {
        "name": _text("name", given, LONGEST_NAME),
        "account_id": _number("account_id", given),
        "goal": _goal(given),
        "daily_budget": _budget(given),
        "starts_on": starts,
        "ends_on": ends,
        "countries": _countries(given),
        "language": _language(given),
        "audience": _audience(given),
        "url": _url(given),
        "utm": _utm(given),
        "profile": _text("profile", given, 200),
        "keywords": _keywords(given),
        "special": _special(given),
        "answers": _answers(given),
    }
    emptied = {name for name in _MAY_BE_EMPTIED if name in given}
    return {name: each for name, each in read.items() if each is not None or name in emptied}


def picture(content: bytes, filename: str) -> Picture:
    """An uploaded image. Raises Invalid when it is none that the platforms take."""
    if len(content) > LARGEST_PICTURE:
        raise Invalid(f"picture: {len(content) // 1024 // 1024} MB; 8 MB are the most.")
    kind = next((kind for sign, kind in _SIGNS.items() if content.startswith(sign)), "")
    if not kind:
        raise Invalid("picture: This is neither a JPEG nor a PNG, which all platforms take.")
    stem = re.sub(r"[^\w.-]+", "-", filename).strip("-.")[-80:] or "picture"
    return Picture(content, kind, stem)


@cache
def countries() -> dict[str, str]:
    """ISO 3166-1 alpha-2 codes with their English names, by name."""
    names = Locale("en").territories
    # Those that have money of some kind today: no unions, no countries of the past.
    real = (
        code
        for code in get_global("territory_currencies")
        if len(code) == 2
        and code not in ("EU", "UN")
        and code in names
        and get_territory_currencies(code)
    )
    return dict(sorted(((code, names[code]) for code in real), key=lambda each: each[1]))


@cache
def languages() -> dict[str, str]:
    """ISO 639-1 codes with their English names, by name."""
    names = Locale("en").languages
    short = ((code, name) for code, name in names.items() if len(code) == 2)
    return dict(sorted(short, key=lambda each: each[1]))


def _text(name: str, given: Mapping[str, Any], longest: int) -> str | None:
    if name not in given:
        return None
    text = " ".join(str(given[name] or "").split())
    if len(text) > longest:
        raise Invalid(f"{name}: {len(text)} characters; {longest} are the most.")
    return text


def _number(name: str, given: Mapping[str, Any]) -> int | None:
    text = str(given.get(name) or "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Invalid(f"{name}: Choose one from the list.")
    return int(text)


def _goal(given: Mapping[str, Any]) -> str | None:
    return one("goal", given["goal"], Goal).value if given.get("goal") else None


def _budget(given: Mapping[str, Any]) -> Decimal | None:
    text = str(given.get("daily_budget") or "").strip().replace(" ", "").replace("\u00a0", "")
    if not text:
        return None
    if not (text.isascii() and _PRICE.fullmatch(text)):
        raise Invalid(
            "daily_budget: Write an amount without grouping and with two decimals at most, such as "
            "1250 or 49.50."
        )
    amount = Decimal(text.replace(",", "."))
    if amount <= 0:
        raise Invalid("daily_budget: A budget is more than nothing.")
    return amount


def _day(name: str, given: Mapping[str, Any]) -> dt.date | None:
    value = given.get(name)
    if isinstance(value, dt.date) or not value:
        return value or None
    try:
        return dt.date.fromisoformat(str(value).strip())
    except ValueError:
        raise Invalid(f"{name}: Write a day as 2026-12-01.") from None


def _list(given: Mapping[str, Any], name: str) -> list[str] | None:
    if name not in given:
        return None
    value = given[name] or ()
    several: Sequence[Any] = value.splitlines() if isinstance(value, str) else value
    cleaned = (" ".join(str(each).split()) for each in several)
    return list(dict.fromkeys(each for each in cleaned if each))


def _countries(given: Mapping[str, Any]) -> list[str] | None:
    listed = _list(given, "countries")
    if listed is None:
        return None
    codes = [each.upper() for each in listed]
    unknown = [code for code in codes if code not in countries()]
    if unknown:
        raise Invalid(f"countries: “{unknown[0]}” is no country's two-letter code.")
    return codes


def _audience(given: Mapping[str, Any]) -> dict[str, Any] | None:
    """What is given of it; an empty age is the usual one."""
    made: dict[str, Any] = {}
    for name, usual in (("age_min", 18), ("age_max", OLDEST)):
        if name in given:
            made[name] = age(name, given, usual)
    if "gender" in given:
        made["gender"] = gender(given["gender"]).value
    return made or None


def _language(given: Mapping[str, Any]) -> str | None:
    if not given.get("language"):
        return None
    code = str(given["language"]).strip().casefold()
    if code not in languages():
        raise Invalid(f"language: “{code[:20]}” is no language's two-letter code.")
    return code


def _url(given: Mapping[str, Any]) -> str | None:
    url = _text("url", given, 2000)
    if not url:
        return url
    if not is_web_address(url):
        raise Invalid("url: A landing page's address starts with https://.")
    return url


def _utm(given: Mapping[str, Any]) -> dict[str, str] | None:
    if "utm" in given:
        sent = given["utm"] or {}
        if not isinstance(sent, Mapping) or set(sent) - set(UTM):
            raise Invalid(f"utm: It has the fields {', '.join(UTM)}.")
        pairs = {name: str(sent.get(name) or "").strip() for name in UTM}
    elif any(f"utm_{name}" in given for name in UTM):
        pairs = {name: str(given.get(f"utm_{name}") or "").strip() for name in UTM}
    else:
        return None
    if any(len(value) > 200 for value in pairs.values()):
        raise Invalid("utm: A UTM value has at most 200 characters.")
    return {name: value for name, value in pairs.items() if value}


def _keywords(given: Mapping[str, Any]) -> list[str] | None:
    listed = _list(given, "keywords")
    if listed and len(listed) > MOST_KEYWORDS:
        raise Invalid(f"keywords: {MOST_KEYWORDS} keywords are the most.")
    if any(len(each) > LONGEST_KEYWORD for each in listed or ()):
        raise Invalid(f"keywords: A keyword has at most {LONGEST_KEYWORD} characters.")
    return listed


def _special(given: Mapping[str, Any]) -> list[str] | None:
    listed = _list(given, "special")
    unknown = [each for each in listed or () if each not in SPECIAL]
    if unknown:
        raise Invalid(f"special: “{unknown[0]}” is none of {', '.join(SPECIAL)}.")
    return listed


def _answers(given: Mapping[str, Any]) -> dict[str, str] | None:
    if "answers" not in given:
        return None
    sent = given["answers"] or {}
    if not isinstance(sent, Mapping) or len(sent) > 30:
        raise Invalid("answers: Send an object of questions and answers.")
    return {str(name)[:60]: str(value).strip()[:500] for name, value in sent.items()}
