"""LinkedIn's envelope for what went wrong."""

from __future__ import annotations

from typing import Any


class RestProblem(Exception):
    """Becomes an answer of this HTTP status. `service` is LinkedIn's own number, 0 for none."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str = "",
        service: int = 0,
        details: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.envelope: dict[str, Any] = {"status": status, "message": message}
        if code:
            self.envelope["code"] = code
        if service:
            self.envelope["serviceErrorCode"] = service
        if details:
            self.envelope |= {
                "errorDetailType": "com.linkedin.common.error.BadRequest",
                "errorDetails": details,
            }


def bad_param(name: str, description: str, code: str = "PARAM_INVALID") -> RestProblem:
    """400 about one parameter."""
    fault = {
        "description": description,
        "input": {"inputPath": {"fieldPath": name}},
        "code": code,
    }
    return RestProblem(
        400,
        "Invalid param. Please see errorDetails for more information.",
        code=code,
        details={"inputErrors": [fault]},
    )


def multiple(faults: list[tuple[str, str, str]]) -> RestProblem:
    """400 about fields of a body: path, code and description of each."""
    told = [
        {"description": description, "input": {"inputPath": {"fieldPath": path}}, "code": code}
        for path, code, description in faults
    ]
    code = faults[0][1] if len(faults) == 1 else "MULTIPLE_VALIDATIONS_FAILED"
    message = (
        faults[0][2]
        if len(faults) == 1
        else "Multiple errors occurred during the input validation. Please see errorDetails for "
        "more information."
    )
    return RestProblem(400, message, code=code, details={"inputErrors": told})


def plain(path: str, description: str) -> RestProblem:
    """400 of the older resources, which have neither a code nor details."""
    return RestProblem(400, f"{path} :: {description}")


def not_found() -> RestProblem:
    return RestProblem(404, "No virtual resource found", code="RESOURCE_NOT_FOUND")


def denied(what: str) -> RestProblem:
    return RestProblem(
        403, f"Not enough permissions to access: {what}", code="ACCESS_DENIED", service=100
    )


def refused_token(number: int, code: str, message: str) -> RestProblem:
    return RestProblem(401, message, code=code, service=number)


INVALID = (65600, "INVALID_ACCESS_TOKEN", "Invalid access token")
REVOKED = (
    65601,
    "REVOKED_ACCESS_TOKEN",
    "The token used in the request has been revoked by the user",
)
RESTRICTED = (65608, "RESTRICTED_MEMBER", "The member is restricted")


def expired() -> RestProblem:
    return RestProblem(401, "Expired access token, please re-authenticate.", code="UNAUTHORIZED")


def inactive_version(version: str) -> RestProblem:
    return RestProblem(
        426, f"Requested version {version} is not active", code="NONEXISTENT_VERSION"
    )


class OAuthProblem(Exception):
    """Becomes the sign-in's own kind of refusal (RFC 6749, 5.2)."""

    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(description)
        self.status = status
        self.body = {"error": error, "error_description": description}
