"""What may come in at all: how large it is, which characters it has, which numbers name rows."""

from __future__ import annotations

from typing import Any

from flask import Flask, request
from werkzeug.routing import IntegerConverter, Map

from app.errors import Invalid, NotFound

LARGEST = 1024 * 1024
# An export of 50 MB or a picture of 8 MB, and the form around it. A logo may have half a megabyte;
# one that is larger is told so beside its field.
LARGEST_UPLOAD = 51 * 1024 * 1024
UPLOADS = {
    "imports.create": LARGEST_UPLOAD,
    "imports_api.create_import": LARGEST_UPLOAD,
    "drafts.save": 9 * 1024 * 1024,
    "branding.save": 9 * 1024 * 1024,
}
HIGHEST_ROW = 2**63 - 1
NUL = "\x00"


class RowNumber(IntegerConverter):
    """A number in an address that a row can have; no other leads anywhere."""

    regex = "[0-9]{1,19}"

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=HIGHEST_ROW)


class Unstorable(Invalid):
    """PostgreSQL keeps every character of Unicode but one."""

    code = "unstorable_character"

    def __init__(self) -> None:
        super().__init__(
            "A character that cannot be stored (NUL) was sent. Nothing was changed. "
            "Remove it and send again."
        )


def register(app: Flask) -> None:
    """Has to come before any route is added: they are checked by these rules."""
    app.config["MAX_CONTENT_LENGTH"] = LARGEST
    app.url_map.converters["int"] = RowNumber
    # Before every guard, for the first of them already reads the form.
    app.url_value_preprocessor(_let_uploads_be_large)
    app.before_request(_refuse_nul)


def row_number(given: str) -> int:
    """What a row may be called by in a form or query string. Raises NotFound."""
    if not (given.isascii() and given.isdigit() and len(given) < 20) or int(given) > HIGHEST_ROW:
        raise NotFound
    return int(given)


def page_number(given: str, pages: int) -> int:
    """The page that a query string asks for, one that there is."""
    asked = int(given) if given.isascii() and given.isdigit() and len(given) < 7 else 1
    return min(max(1, asked), max(1, pages))


def refuse_nul_in_form() -> None:
    """Before the writes of a blueprint whose forms do not look for it field by field."""
    if any(NUL in name or NUL in value for name, value in request.form.items(multi=True)):
        raise Unstorable


def _let_uploads_be_large(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    if endpoint in UPLOADS:
        request.max_content_length = UPLOADS[endpoint]


def _refuse_nul() -> None:
    if any(NUL in str(value) for value in (request.view_args or {}).values()):
        raise NotFound
    # Forms say beside the field what is wrong with it.
    if any(NUL in name or NUL in value for name, value in request.args.items(multi=True)):
        raise Unstorable
