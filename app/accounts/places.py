"""Currencies and time zones: which exist, and which a newcomer most likely wants."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from babel.core import get_global
from babel.numbers import get_currency_name, get_territory_currencies

from app.errors import Invalid

FALLBACK_CURRENCY = "USD"
FALLBACK_ZONE = "UTC"
_NOT_PLACES = ("Etc/", "SystemV/", "posix/", "right/", "US/", "Mexico/", "Chile/", "Brazil/")
_NOT_ZONES = {"Factory", "localtime", "posixrules"}


@cache
def currencies() -> tuple[str, ...]:
    """The ISO 4217 codes in use somewhere today."""
    territories = get_global("territory_currencies")
    return tuple(sorted({c for t in territories for c in get_territory_currencies(t)}))


@cache
def currency_names() -> dict[str, str]:
    """Each code with its English name, as in EUR · Euro."""
    return {code: f"{code} · {get_currency_name(code, locale='en')}" for code in currencies()}


@cache
def time_zones() -> tuple[str, ...]:
    """The IANA names worth offering: places, and UTC."""
    places = {z for z in available_timezones() if "/" in z and not z.startswith(_NOT_PLACES)}
    return (FALLBACK_ZONE, *sorted(places))


def check_currency(given: str) -> str:
    """The code in capitals. Raises Invalid when no country uses it."""
    code = given.strip().upper()
    if code not in currencies():
        raise Invalid(f"{given[:20]} is not a currency in use. Give its ISO 4217 code, as in USD.")
    return code


def check_time_zone(given: str) -> str:
    """The IANA name. Raises Invalid when there is no such zone."""
    name = given.strip()
    if name not in available_timezones() or name in _NOT_ZONES:
        raise Invalid(f"{given[:60]} is not a time zone. Give its IANA name, as in Europe/Berlin.")
    return name


def guess_time_zone(given: str) -> str:
    """What the browser said, when it is a zone, else UTC."""
    try:
        return check_time_zone(given)
    except Invalid:
        return FALLBACK_ZONE


def guess_currency(time_zone: str, language: str) -> str:
    """The currency where the clock says the person is, else where their language is spoken.

    `language` is a browser's tag, as in en-GB. US dollars when neither tells.
    """
    zone = get_global("zone_aliases").get(time_zone, time_zone)
    territories = (get_global("zone_territories").get(zone, ""), _territory(language))
    for territory in territories:
        found = get_territory_currencies(territory) if territory else []
        if found:
            return str(found[0])
    return FALLBACK_CURRENCY


def _territory(language: str) -> str:
    parts = language.replace("_", "-").split("-")[1:]
    return next((part.upper() for part in parts if len(part) == 2 and part.isalpha()), "")
