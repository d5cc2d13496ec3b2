"""How Shopify refuses: by HTTP status with a text or an object, or in a list of GraphQL errors."""

from __future__ import annotations

from typing import Any

import msgspec
from flask import Response

INVALID_TOKEN = "[API] Invalid API key or access token (unrecognized login or wrong password)"  # noqa: S105


class Refusal(Exception):
    """An answer that is no GraphQL answer."""

    def __init__(self, status: int, errors: object, headers: dict[str, str] | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.errors = errors
        self.headers = headers or {}

    def response(self) -> Response:
        return answer({"errors": self.errors}, self.status, self.headers)


class TokenProblem(Exception):
    """The token endpoint's own kind of refusal."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(error)
        self.error = error
        self.description = description

    def response(self) -> Response:
        return answer({"error": self.error, "error_description": self.description}, 400, {})


def answer(body: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """JSON, laid out as small as Shopify's."""
    return Response(msgspec.json.encode(body), status, headers, content_type="application/json")


def of_code(code: str, message: str, **more: Any) -> dict[str, Any]:
    """One error of the list, with its code."""
    return {"message": message, "extensions": {"code": code, **more}}
