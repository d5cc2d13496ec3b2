"""What a marketer asks for: checked, kept as JSON, and remembered once per workspace."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.copywriting.brief import AdPlatform, Angle, Audience, Brief, Gender, Goal, Tone
from app.errors import Invalid
from app.models import BrandBrief

Word = TypeVar("Word", bound=StrEnum)

LONGEST_PRODUCT = 120
LONGEST_LINE = 300
LONGEST_URL = 2000
MOST_LINES = 20
YOUNGEST, OLDEST = 13, 65
_LANGUAGE = re.compile(r"[a-z]{2}")
_GENDERS = {"": "all", "any": "all", "female": "women", "male": "men"}
_SPACE = re.compile(r"\s+")


def parse_brief(given: Mapping[str, Any]) -> Brief:
    """A brief from a form's or a script's fields. Raises Invalid, naming the field first.

    Lists may come as one text with a line each; empty lines are left out. Words are taken in
    upper or lower case.
    """
    product = _line(given.get("product"))
    if not product:
        raise Invalid("product: Write what the product or service is called.")
    _short_enough("product", product, LONGEST_PRODUCT)
    platforms = _several("platforms", given.get("platforms"), AdPlatform)
    if not platforms:
        raise Invalid("platforms: Choose at least one platform to write for.")
    return Brief(
        product=product,
        benefits=_lines("benefits", given.get("benefits")),
        audience=_audience(given.get("audience") or {}),
        pain_points=_lines("pain_points", given.get("pain_points")),
        goal=one("goal", given.get("goal") or Goal.SALES, Goal),
        tones=_several("tones", given.get("tones"), Tone),
        platforms=platforms,
        url=_url(_line(given.get("url"))),
        facts=_lines("facts", given.get("facts")),
        use=_lines("use", given.get("use")),
        avoid=_lines("avoid", given.get("avoid")),
        language=_language(given.get("language")),
        angle=one("angle", angle, Angle) if (angle := _line(given.get("angle"))) else None,
    )


def as_json(brief: Brief) -> dict[str, Any]:
    """The fields of the JSON call, from which `parse_brief` makes the same brief."""
    made: dict[str, Any] = msgspec.to_builtins(brief)
    # Batches ordered before there was a choice are the same brief.
    return {name: value for name, value in made.items() if value is not None}


def brand_brief(session: Session, workspace_id: int) -> Brief | None:
    """What the workspace typed last, if anything."""
    kept = session.get(BrandBrief, workspace_id)
    return parse_brief(kept.brief) if kept else None


def save_brand_brief(session: Session, workspace_id: int, brief: Brief, now: dt.datetime) -> None:
    """Remember it for the next time. The caller commits."""
    kept = {"brief": as_json(brief), "saved_at": now}
    session.execute(
        insert(BrandBrief)
        .values(workspace_id=workspace_id, **kept)
        .on_conflict_do_update(index_elements=["workspace_id"], set_=kept)
    )


def _audience(given: Mapping[str, Any]) -> Audience:
    youngest, oldest = age("age_min", given, 18), age("age_max", given, OLDEST)
    if youngest > oldest:
        raise Invalid(f"age_min: The youngest age ({youngest}) is above the oldest ({oldest}).")
    return Audience(
        youngest,
        oldest,
        gender(given.get("gender")),
        _lines("interests", given.get("interests")),
    )


def age(name: str, given: Mapping[str, Any], usual: int) -> int:
    """An age in years, the usual one when it is empty. Raises Invalid."""
    value = given.get(name)
    if value is None or value == "":
        return usual
    text = str(value).strip()
    if not (text.isascii() and text.isdigit() and YOUNGEST <= int(text[:4]) <= OLDEST):
        raise Invalid(
            f"{name}: Ages go from {YOUNGEST} to {OLDEST}, and {OLDEST} stands for all above."
        )
    return int(text)


def gender(given: Any) -> Gender:
    """Whom an ad is shown to, by our word or another usual one. Raises Invalid."""
    said = str(given or "").strip().casefold()
    return one("gender", _GENDERS.get(said, said), Gender)


def _lines(name: str, given: Any) -> tuple[str, ...]:
    several = given.splitlines() if isinstance(given, str) else given or ()
    lines = tuple(dict.fromkeys(line for each in several if (line := _line(each))))
    if len(lines) > MOST_LINES:
        raise Invalid(f"{name}: {len(lines)} lines are more than the {MOST_LINES} that are read.")
    for line in lines:
        _short_enough(name, line, LONGEST_LINE)
    return lines


def _line(given: Any) -> str:
    return _SPACE.sub(" ", str(given or "")).strip()


def _short_enough(name: str, line: str, longest: int) -> None:
    if len(line) > longest:
        raise Invalid(f"{name}: “{line[:40]}…” has {len(line)} characters; {longest} are the most.")


def one(name: str, given: Any, kind: type[Word]) -> Word:
    """One of a kind's words, in upper or lower case. Raises Invalid, naming them all."""
    word = str(given).strip().casefold()
    try:
        return kind(word)
    except ValueError:
        known = ", ".join(each.value for each in kind)
        raise Invalid(f"{name}: “{given}” is none of {known}.") from None


def _several(name: str, given: Any, kind: type[Word]) -> tuple[Word, ...]:
    several: Sequence[Any] = [given] if isinstance(given, str) else given or ()
    return tuple(dict.fromkeys(one(name, each, kind) for each in several if each))


def _url(given: str) -> str:
    if not given:
        return ""
    url = given if "://" in given else f"https://{given}"
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        host = ""
    if not host or "." not in host or parts.scheme not in ("http", "https") or " " in url:
        raise Invalid("url: This is no web address. It should look like https://shop.example/sale.")
    _short_enough("url", url, LONGEST_URL)
    return url


def _language(given: Any) -> str:
    code = str(given or "en").strip().casefold()[:5].split("-")[0]
    if not _LANGUAGE.fullmatch(code):
        raise Invalid("language: Write a language as two letters, such as en, de or ja.")
    return code
