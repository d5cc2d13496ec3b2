"""What TikTok takes in the body of a write, and what it says about the rest."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Collection, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from urllib.parse import urlsplit

from sandbox.tiktok.errors import bad
from sandbox.world import Account

Body = Mapping[str, Any]

# What a currency's limits are multiplied with, for the currencies of the world.
RATIOS: Final = {"USD": 1, "CAD": 1, "JPY": 100}
LEAST: Final = {"campaign": 50, "adgroup": 20}
MOST: Final = 10_000_000
LONGEST_NAME, LONGEST_TEXT = 512, 100


def needed(body: Body, *names: str) -> None:
    """Raises for a field that is missing or empty."""
    for name in names:
        if body.get(name) in (None, "", []):
            raise bad(f"{name}: Missing data for required field.")


def only(body: Body, known: Collection[str]) -> None:
    """Raises for a field that does not exist, which TikTok itself would pass over in silence."""
    unknown = sorted(set(body) - set(known))
    if unknown:
        raise bad(f"{unknown[0]}: Unknown field.")


def word(body: Body, name: str, known: Collection[str]) -> str:
    """One of a list of words; empty when the field is absent."""
    value = body.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or value not in known:
        raise bad(f"{name}: Invalid value {value}.")
    return value


def words(body: Body, name: str, known: Collection[str] | None = None) -> list[str]:
    value = body.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise bad(f"{name}: Not a valid list.")
    for one in value:
        if known is not None and one not in known:
            raise bad(f"{name}: Invalid value {one}.")
    return value


def text(body: Body, name: str) -> str:
    """Ids and names travel as strings in v1.3."""
    value = body.get(name, "")
    if not isinstance(value, str):
        raise bad(f"{name}: Not a valid string.")
    return value


def name(body: Body, field: str) -> str:
    value = text(body, field)
    if columns(value) > LONGEST_NAME:
        raise bad(f"{field}: The length should not exceed {LONGEST_NAME} characters.")
    if has_emoji(value):
        raise bad(f"{field}: Emojis are not supported.")
    return value


def columns(value: str) -> int:
    """Letters of Chinese, Japanese and Korean count two."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in value)


def has_emoji(value: str) -> bool:
    return any(unicodedata.category(one) == "So" and one not in "©®™°" for one in value)


def ad_text(creative: Body) -> str:
    value = text(creative, "ad_text")
    if not 1 <= columns(value) <= LONGEST_TEXT:
        raise bad(f"ad_text: The length should be between 1 and {LONGEST_TEXT} characters.")
    if has_emoji(value) or set(value) & set("{}#"):
        raise bad("ad_text: Emojis and the characters { } # are not supported.")
    return value


def budget(body: Body, account: Account, level: str) -> float:
    """A JSON number in major units, within the currency's limits."""
    value = body.get("budget")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise bad("budget: Not a valid number.")
    try:
        exact = Decimal(str(value))
    except InvalidOperation:
        raise bad("budget: Not a valid number.") from None
    ratio = RATIOS[account.plan.currency]
    least = LEAST[level] * ratio
    if not least <= exact < MOST * ratio:
        raise bad(
            f"budget: The daily budget should be at least {least} {account.plan.currency} and less "
            f"than {MOST * ratio}."
        )
    if exact != round(exact, account.decimals):
        raise bad(f"budget: Too many decimals for {account.plan.currency}.")
    return float(value)


def moment(body: Body, name: str) -> dt.datetime:
    """`YYYY-MM-DD HH:MM:SS` in UTC."""
    value = text(body, name)
    if not re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", value):
        raise bad(f"{name}: Time format should be %Y-%m-%d %H:%M:%S.")
    return dt.datetime.fromisoformat(value).replace(tzinfo=dt.UTC)


def landing_page(creative: Body) -> str:
    value = text(creative, "landing_page_url")
    parts = urlsplit(value)
    if parts.scheme != "https" or not parts.hostname:
        raise bad("landing_page_url: Not a valid URL.")
    return value
