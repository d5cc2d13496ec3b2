"""What a JSON call takes and gives, declared beside its view.

`@documented(...)` puts the declaration on the view; `openapi.py` reads it off the URL map, and
a test fails for a view under /api that has none. `arguments`, `body` and `answer` turn the
declared types into and out of a request.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, TypeVar, cast

import msgspec
from flask import Response, request
from werkzeug.exceptions import UnsupportedMediaType

from app.errors import AppError, Invalid
from app.web.incoming import Unstorable

View = TypeVar("View", bound=Callable[..., Any])
Wanted = TypeVar("Wanted", bound=msgspec.Struct)

_DECLARATION = "api_declaration"


class Arguments(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Base of query strings: one field per parameter; text becomes numbers and dates."""


class Body(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Base of JSON request bodies; a field that is not declared is refused."""


class Answer(msgspec.Struct, kw_only=True):
    """Base of JSON answers: Decimal goes out as a string, dates as ISO 8601."""


@dataclass(frozen=True)
class Declaration:
    """One call. `form` describes multipart fields, name to JSON schema."""

    summary: str
    query: type[Arguments] | None = None
    body: type[Body] | None = None
    form: dict[str, dict[str, Any]] = field(default_factory=dict)
    answer: Any = None
    status: int = 200
    errors: tuple[int, ...] = ()
    media_type: str = "application/json"


def documented(
    summary: str,
    *,
    query: type[Arguments] | None = None,
    body: type[Body] | None = None,
    form: dict[str, dict[str, Any]] | None = None,
    answer: Any = None,
    status: int = 200,
    errors: tuple[int, ...] = (),
    media_type: str = "application/json",
) -> Callable[[View], View]:
    """Declare a view; without `query` it refuses every parameter.

    `errors` are statuses beyond those every call of its kind may give (openapi.py).
    """
    declaration = Declaration(summary, query, body, form or {}, answer, status, errors, media_type)

    def declare(view: View) -> View:
        @wraps(view)
        def call(*given: Any, **named: Any) -> Any:
            if query is None:
                arguments(Arguments)
            return view(*given, **named)

        setattr(call, _DECLARATION, declaration)
        return cast("View", call)

    return declare


def declaration(view: Callable[..., Any]) -> Declaration | None:
    """What was declared of a view, None when nothing was."""
    found: Declaration | None = getattr(view, _DECLARATION, None)
    return found


def arguments(wanted: type[Wanted]) -> Wanted:
    """The query string as `wanted`. Raises Invalid for a parameter unknown, twice or wrong."""
    known = {each.encode_name for each in msgspec.structs.fields(wanted)}
    given: dict[str, str] = {}
    for name, values in request.args.lists():
        if name not in known:
            raise Invalid(
                f"There is no parameter called {name}. This call knows: "
                f"{', '.join(sorted(known)) or 'none'}.",
                code="unknown_parameter",
            )
        if len(values) > 1:
            raise Invalid(f"The parameter {name} was given more than once.")
        given[name] = values[0]
    return _convert(given, wanted, strict=False)


def body(wanted: type[Wanted]) -> Wanted:
    """The JSON body as `wanted`. Raises AppError for what is no JSON, Invalid for another shape."""
    if not request.is_json:
        raise UnsupportedMediaType
    return _convert(decode_json(request.get_data(), "body"), wanted, strict=True)


def decode_json(given: bytes, what: str) -> Any:
    """JSON of a visitor's. Raises AppError for what is none, Invalid for a NUL in it."""
    try:
        decoded = msgspec.json.decode(given)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise AppError(f"The {what} is not valid JSON: {error}.", code="invalid_json") from error
    # What is left of backslashes without the escaped ones begins an escape.
    if rb"\u0000" in given.replace(rb"\\", b""):
        raise Unstorable
    return decoded


def answer(given: Any, status: int = 200) -> Response:
    """A JSON response; keys in the order of the declared type."""
    return Response(msgspec.json.encode(given), status=status, mimetype="application/json")


def _convert(given: Any, wanted: type[Wanted], *, strict: bool) -> Wanted:
    try:
        return msgspec.convert(given, wanted, strict=strict)
    except msgspec.ValidationError as error:
        raise Invalid(_sentence(str(error))) from error


def _sentence(complaint: str) -> str:
    """Put the name first: msgspec says "Expected `date` - at `$.from`"."""
    what, _, where = complaint.partition(" - at `$.")
    what = what.replace("`", "")
    return f"{where.rstrip('`')}: {what}." if where else f"{what}."
