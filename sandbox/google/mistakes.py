"""What is wrong with the operations of a mutation, in Google's own words and places."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from sandbox.google.errors import STATUSES, ApiProblem

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Mistake:
    """`path` leads into the operation: names in camel case, numbers for places in a list."""

    family: str
    code: str
    path: Path = ()
    message: str = ""
    details: dict[str, Any] = field(default_factory=dict)

    def described(self) -> dict[str, Any]:
        words = self.message or self.code.replace("_", " ").capitalize() + "."
        error: dict[str, Any] = {"errorCode": {self.family: self.code}, "message": words}
        if self.path:
            error["location"] = {"fieldPathElements": _elements(self.path)}
        return error | ({"details": self.details} if self.details else {})


class Mistakes(ApiProblem):
    """Everything that is wrong with one mutation, in one answer."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        first = mistakes[0]
        super().__init__(first.code, family=first.family, status=400)
        self.mistakes = mistakes

    def body(self, version: str, request_id: str) -> dict[str, Any]:
        status, generic = STATUSES[self.status]
        kind = f"type.googleapis.com/google.ads.googleads.{version}.errors.GoogleAdsFailure"
        errors = [mistake.described() for mistake in self.mistakes]
        detail = {"@type": kind, "errors": errors, "requestId": request_id}
        return {
            "error": {
                "code": self.status,
                "message": generic,
                "status": status,
                "details": [detail],
            }
        }


def _elements(path: Path) -> list[dict[str, Any]]:
    elements: list[dict[str, Any]] = []
    for step in path:
        if isinstance(step, int):
            elements[-1]["index"] = step
        else:
            elements.append({"fieldName": re.sub(r"[A-Z]", lambda m: f"_{m[0].lower()}", step)})
    return elements
