"""What the owner said about a file: platform, currency, account, columns, formats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from app.errors import Invalid
from app.imports.currencies import CURRENCIES
from app.imports.dates import DateOrder
from app.imports.fields import BY_HAND_ADS, BY_HAND_STORE, SPOKEN, Field
from app.imports.numbers import DecimalMark
from app.imports.shapes import PLATFORMS

Choice = TypeVar("Choice", DateOrder, DecimalMark)

_OPTIONS = ("columns", "date_order", "decimal_mark", "account")
_MAPPABLE = frozenset({*BY_HAND_ADS, *BY_HAND_STORE})


@dataclass(frozen=True, slots=True)
class Answers:
    """Empty fields were not answered. `columns` is header text -> meaning."""

    platform: str = ""
    currency: str = ""
    account: str = ""
    date_order: DateOrder | None = None
    decimal_mark: DecimalMark | None = None
    columns: Mapping[str, Field] = field(default_factory=dict)

    @property
    def mapping(self) -> dict[str, Any]:
        """The JSON form that `parse_answers` takes as `mapping`."""
        given = {
            "columns": {header: str(meaning) for header, meaning in self.columns.items()},
            "date_order": self.date_order and str(self.date_order),
            "decimal_mark": self.decimal_mark and str(self.decimal_mark),
            "account": self.account,
        }
        return {name: value for name, value in given.items() if value}


def parse_answers(*, platform: str, currency: str, mapping: object) -> Answers:
    """Check what came in. Raises Invalid.

    `mapping` is {"columns": {header: field}, "date_order": ..., "decimal_mark": ...,
    "account": ...}, or just {header: field}.
    """
    platform, currency = platform.strip().lower(), currency.strip().upper()
    if platform and platform not in PLATFORMS:
        raise Invalid(f"{platform} is not a platform. Use one of: {', '.join(PLATFORMS)}.")
    if currency and currency not in CURRENCIES:
        raise Invalid(f"{currency} is not a currency code. Use one such as EUR or USD.")
    if not isinstance(mapping, dict):
        raise Invalid("The mapping must be a JSON object: a column's header to its meaning.")
    if mapping and not any(option in mapping for option in _OPTIONS):
        mapping = {"columns": mapping}
    unknown = set(mapping) - set(_OPTIONS)
    if unknown:
        raise Invalid(
            f"The mapping knows {', '.join(_OPTIONS)}; it does not know "
            f"{', '.join(sorted(map(str, unknown)))}."
        )
    return Answers(
        platform=platform,
        currency=currency,
        account=_account(mapping.get("account")),
        date_order=_choice(DateOrder, mapping.get("date_order"), "date_order"),
        decimal_mark=_choice(DecimalMark, mapping.get("decimal_mark"), "decimal_mark"),
        columns=_columns(mapping.get("columns")),
    )


def _account(given: object) -> str:
    if not isinstance(given, str | None):
        raise Invalid("The account must be given by its name.")
    return " ".join((given or "").replace("\x00", " ").split())[:200]


def _choice(kind: type[Choice], given: object, name: str) -> Choice | None:
    if not given:
        return None
    try:
        return kind(str(given))
    except ValueError:
        raise Invalid(f"{name} must be one of: {', '.join(kind)}.") from None


def _columns(given: object) -> dict[str, Field]:
    """Header to meaning; the other way round is understood too when it can only mean that."""
    if not isinstance(given, dict | None):
        raise Invalid("The columns of the mapping must be a JSON object.")
    pairs = {header: meaning for header, meaning in (given or {}).items() if meaning}
    if _other_way_round(pairs):
        pairs = {header: meaning for meaning, header in pairs.items()}
    columns: dict[str, Field] = {}
    for header, word in pairs.items():
        meaning = _meaning(word)
        if meaning is None:
            raise Invalid(
                f"{word} is not a meaning a column can have. Use one of: "
                f"{', '.join(sorted(_MAPPABLE))}."
            )
        if meaning in columns.values():
            raise Invalid(f"Two columns are given as {meaning}. Choose one of them.")
        columns[str(header)] = meaning
    return columns


def _other_way_round(pairs: Mapping[Any, Any]) -> bool:
    names = {*_MAPPABLE, *SPOKEN}
    headers = all(isinstance(value, str) and not _meaning(value) for value in pairs.values())
    return headers and all(key in names for key in pairs)


def _meaning(word: object) -> Field | None:
    if not isinstance(word, str):
        return None
    name = "_".join(word.lower().split())
    if name in SPOKEN:
        return SPOKEN[name]
    return Field(name) if name in _MAPPABLE else None
