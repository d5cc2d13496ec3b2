"""Google's query language, read as strictly as Google reads it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import NamedTuple

from sandbox.google.errors import query_error

_TOKEN = re.compile(
    r"""\s*(?:('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")|(<=|>=|!=|[=<>(),])|([\w.-]+))"""
)
_CLAUSES = ("SELECT", "FROM", "WHERE", "ORDER", "LIMIT", "PARAMETERS")
_OPERATORS = ("=", "!=", "<=", ">=", "<", ">")
DURINGS = {
    "TODAY": (0, 0),
    "YESTERDAY": (1, 1),
    "LAST_7_DAYS": (7, 1),
    "LAST_14_DAYS": (14, 1),
    "LAST_30_DAYS": (30, 1),
}


class Condition(NamedTuple):
    """`operator` is =, !=, <, >, <=, >=, IN, NOT IN, LIKE, BETWEEN or DURING."""

    field: str
    operator: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Query:
    """A query whose grammar is right; whether its fields exist is another question."""

    fields: tuple[str, ...]
    resource: str
    conditions: tuple[Condition, ...] = ()
    order: tuple[tuple[str, bool], ...] = ()
    limit: int | None = None
    bare: bool = False

    def days(self, today: dt.date) -> tuple[dt.date | None, dt.date | None]:
        """The first and the last day of the conditions on segments.date."""
        first: dt.date | None = None
        last: dt.date | None = None
        for condition in self.conditions:
            if condition.field != "segments.date":
                continue
            low, high = _span(condition, today)
            first = max(filter(None, (first, low)), default=None)
            last = min(filter(None, (last, high)), default=None)
        return first, last


def _span(condition: Condition, today: dt.date) -> tuple[dt.date | None, dt.date | None]:
    if condition.operator == "DURING":
        back, until = DURINGS[condition.values[0]]
        return today - dt.timedelta(days=back), today - dt.timedelta(days=until)
    days = [day(value) for value in condition.values]
    one = dt.timedelta(days=1)
    spans = {
        "BETWEEN": (days[0], days[-1]),
        "=": (days[0], days[0]),
        ">=": (days[0], None),
        "<=": (None, days[0]),
        ">": (days[0] + one, None),
        "<": (None, days[0] - one),
    }
    if condition.operator not in spans:
        raise query_error("OPERATOR_FIELD_MISMATCH", "segments.date does not take this operator.")
    return spans[condition.operator]


def day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise query_error("INVALID_DATE_FORMAT", f"'{text}' is not YYYY-MM-DD.") from error


def parse(text: str) -> Query:
    """Raises a queryError for whatever is not the language."""
    reader = _Reader(_split(text))
    reader.expect("SELECT", "EXPECTED_SELECT")
    fields = reader.names()
    reader.expect("FROM", "EXPECTED_FROM")
    resource = reader.word()
    conditions = reader.conditions() if reader.took("WHERE") else ()
    order = reader.order() if reader.took("ORDER") else ()
    limit = reader.limit() if reader.took("LIMIT") else None
    bare = reader.parameters() if reader.took("PARAMETERS") else False
    reader.expect_end()
    return Query(fields, resource, conditions, order, limit, bare)


def _split(text: str) -> list[str]:
    tokens, at, end = [], 0, len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at)
        if found is None:
            raise query_error("BAD_SYMBOL", f"Error in query: unexpected input at {at}.")
        tokens.append(found.group().strip())
        at = found.end()
    return tokens


class _Reader:
    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._at = 0

    def took(self, keyword: str) -> bool:
        """Go on behind the keyword if it is next."""
        if self._at < len(self._tokens) and self._tokens[self._at].upper() == keyword:
            self._at += 1
            return True
        return False

    def expect(self, keyword: str, code: str) -> None:
        if not self.took(keyword):
            raise query_error(code, f"Error in query: {keyword} is expected.")

    def expect_end(self) -> None:
        if self._at < len(self._tokens):
            raise query_error(
                "UNEXPECTED_INPUT", f"Error in query: unexpected input {self._tokens[self._at]}."
            )

    def word(self) -> str:
        if self._at >= len(self._tokens):
            raise query_error("UNEXPECTED_END_OF_QUERY", "Error in query: unexpected end.")
        self._at += 1
        return self._tokens[self._at - 1]

    def names(self) -> tuple[str, ...]:
        found = [self._name()]
        while self.took(","):
            found.append(self._name())
        return tuple(found)

    def conditions(self) -> tuple[Condition, ...]:
        found = [self._condition()]
        while self.took("AND"):
            found.append(self._condition())
        return tuple(found)

    def order(self) -> tuple[tuple[str, bool], ...]:
        self.expect("BY", "EXPECTED_BY")
        found = [self._ordering()]
        while self.took(","):
            found.append(self._ordering())
        return tuple(found)

    def limit(self) -> int:
        text = self.word()
        if not text.isdigit() or int(text) < 1:
            raise query_error("BAD_LIMIT_VALUE", f"Error in query: bad limit {text}.")
        return int(text)

    def parameters(self) -> bool:
        """Whether resource names that were not selected are left out."""
        bare = False
        while True:
            name = self.word()
            self.expect("=", "BAD_PARAMETER_VALUE")
            value = self.word()
            if name not in ("omit_unselected_resource_names", "include_drafts"):
                raise query_error("BAD_PARAMETER_NAME", f"Error in query: parameter {name}.")
            if value not in ("true", "false"):
                raise query_error("BAD_PARAMETER_VALUE", f"Error in query: value {value}.")
            bare = bare or (name == "omit_unselected_resource_names" and value == "true")
            if not self.took(","):
                return bare

    def _name(self) -> str:
        name = self.word()
        if not re.fullmatch(r"[a-z0-9_]+(\.[a-z0-9_]+)+", name):
            raise query_error("BAD_FIELD_NAME", f"Error in query: bad field name {name}.")
        return name

    def _ordering(self) -> tuple[str, bool]:
        name = self._name()
        descending = self.took("DESC")
        if not descending:
            self.took("ASC")
        return name, descending

    def _condition(self) -> Condition:
        name = self._name()
        operator = self.word().upper()
        if operator == "NOT":
            self.expect("IN", "BAD_OPERATOR")
            return Condition(name, "NOT IN", self._list())
        if operator == "IN":
            return Condition(name, "IN", self._list())
        if operator == "BETWEEN":
            low = self._value()
            self.expect("AND", "EXPECTED_AND")
            return Condition(name, "BETWEEN", (low, self._value()))
        if operator == "DURING":
            return self._during(name)
        if operator not in (*_OPERATORS, "LIKE"):
            raise query_error("BAD_OPERATOR", f"Error in query: bad operator {operator}.")
        return Condition(name, operator, (self._value(),))

    def _during(self, name: str) -> Condition:
        word = self.word().upper()
        if word not in DURINGS:
            raise query_error(
                "INVALID_VALUE_WITH_DURING_OPERATOR", f"Error in query: bad range {word}."
            )
        return Condition(name, "DURING", (word,))

    def _list(self) -> tuple[str, ...]:
        self.expect("(", "EXPECTED_LIST")
        found = [self._value()]
        while self.took(","):
            found.append(self._value())
        self.expect(")", "EXPECTED_LIST")
        return tuple(found)

    def _value(self) -> str:
        text = self.word()
        if text[0] in "'\"":
            return re.sub(r"\\(.)", r"\1", text[1:-1])
        if text.upper() in _CLAUSES or not re.fullmatch(r"[\w.-]+", text):
            raise query_error("BAD_VALUE", f"Error in query: bad value {text}.")
        return text
