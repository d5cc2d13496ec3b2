"""Google's bodies for what went wrong, and the codes that can be had on demand."""

from __future__ import annotations

from typing import Any

STATUSES = {
    400: ("INVALID_ARGUMENT", "Request contains an invalid argument."),
    401: (
        "UNAUTHENTICATED",
        "Request had invalid authentication credentials. Expected OAuth 2 access token.",
    ),
    403: ("PERMISSION_DENIED", "The caller does not have permission"),
    404: ("NOT_FOUND", "Requested entity was not found."),
    409: ("ABORTED", "The operation was aborted."),
    429: ("RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota)."),
    500: ("INTERNAL", "Internal error encountered."),
    503: ("UNAVAILABLE", "The service is currently unavailable."),
    504: ("DEADLINE_EXCEEDED", "Deadline expired before operation could complete."),
}

CODES = {
    "authenticationError": {
        401: """
            OAUTH_TOKEN_INVALID OAUTH_TOKEN_EXPIRED OAUTH_TOKEN_HEADER_INVALID OAUTH_TOKEN_REVOKED
            OAUTH_TOKEN_DISABLED GOOGLE_ACCOUNT_DELETED GOOGLE_ACCOUNT_COOKIE_INVALID NOT_ADS_USER
            TWO_STEP_VERIFICATION_NOT_ENROLLED ADVANCED_PROTECTION_NOT_ENROLLED
            ORGANIZATION_NOT_RECOGNIZED ORGANIZATION_NOT_APPROVED CUSTOMER_NOT_FOUND
            CLIENT_CUSTOMER_ID_INVALID DEVELOPER_TOKEN_INVALID
        """,
    },
    "authorizationError": {
        403: """
            USER_PERMISSION_DENIED CUSTOMER_NOT_ENABLED ACCESS_DENIED_FOR_ACCOUNT_TYPE
            ACTION_NOT_PERMITTED_FOR_SUSPENDED_ACCOUNT METRIC_ACCESS_DENIED ACTION_NOT_PERMITTED
            CLOUD_PROJECT_NOT_APPROVED_FOR_PRODUCTION DEVELOPER_TOKEN_NOT_APPROVED
            DEVELOPER_TOKEN_PROHIBITED MISSING_TOS PROJECT_DISABLED INCOMPLETE_SIGNUP
            CLOUD_PROJECT_NOT_UNDER_ORGANIZATION
            INVALID_LOGIN_CUSTOMER_ID_SERVING_CUSTOMER_ID_COMBINATION
        """,
    },
    "headerError": {400: "INVALID_LOGIN_CUSTOMER_ID"},
    "requestError": {
        400: """
            UNSUPPORTED_VERSION INVALID_PAGE_TOKEN EXPIRED_PAGE_TOKEN PAGE_SIZE_NOT_SUPPORTED
            INVALID_CUSTOMER_ID CLOUD_PROJECT_NOT_FOUND REQUIRED_FIELD_MISSING
        """,
    },
    "quotaError": {
        429: """
            RESOURCE_TEMPORARILY_EXHAUSTED RESOURCE_EXHAUSTED ACCESS_PROHIBITED
            EXCESSIVE_SHORT_TERM_QUERY_RESOURCE_CONSUMPTION
            EXCESSIVE_LONG_TERM_QUERY_RESOURCE_CONSUMPTION
        """,
    },
    "internalError": {500: "INTERNAL_ERROR TRANSIENT_ERROR", 504: "DEADLINE_EXCEEDED"},
    "databaseError": {409: "CONCURRENT_MODIFICATION"},
    "queryError": {
        400: """
            REQUESTED_METRICS_FOR_MANAGER UNRECOGNIZED_FIELD EXPECTED_FILTERS_ON_DATE_RANGE
        """
    },
    "dateRangeError": {400: "INVALID_DATE REQUESTED_DATE_GRANULARITY_NOT_SUPPORTED"},
}
BY_CODE = {
    code: (family, status)
    for family, by_status in CODES.items()
    for status, codes in by_status.items()
    for code in codes.split()
}

SERVICE_DISABLED = "SERVICE_DISABLED"
NO_SCOPE = "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
REASONS = {SERVICE_DISABLED: ("", 403), NO_SCOPE: ("", 403)}
"""What keeps a request from reaching the Google Ads API: no family, and a status."""


class ApiProblem(Exception):
    """Becomes an error body. `code` is empty where Google sends no GoogleAdsFailure."""

    def __init__(self, code: str, message: str = "", *, status: int = 0, family: str = "") -> None:
        found_family, found_status = (BY_CODE | REASONS).get(code, ("", 400))
        self.code = code
        self.family = family or found_family
        self.status = status or found_status
        self.message = message or code.replace("_", " ").capitalize() + "."
        self.retry_delay = ""
        super().__init__(self.message)

    def waiting(self, seconds: int) -> ApiProblem:
        """With a hint when to ask again."""
        self.retry_delay = f"{seconds}s"
        return self

    def body(self, version: str, request_id: str) -> dict[str, Any]:
        status, generic = STATUSES[self.status]
        error: dict[str, Any] = {"code": self.status, "message": generic, "status": status}
        if self.code in REASONS:
            error["message"] = self.message
            error["details"] = [_reason(self.code)]
        elif not self.code:
            error["message"] = self.message
        else:
            kind = f"type.googleapis.com/google.ads.googleads.{version}.errors.GoogleAdsFailure"
            error["details"] = [{"@type": kind, "errors": [self._error()], "requestId": request_id}]
        return {"error": error}

    def _error(self) -> dict[str, Any]:
        error: dict[str, Any] = {
            "errorCode": {self.family: self.code},
            "message": self.message,
        }
        if self.family == "quotaError":
            daily = self.code in ("RESOURCE_EXHAUSTED", "ACCESS_PROHIBITED")
            quota = {
                "rateScope": "DEVELOPER" if daily else "ACCOUNT",
                "rateName": "Operations per day" if daily else "Requests per account",
            }
            hint = {"retryDelay": self.retry_delay} if self.retry_delay else {}
            error["details"] = {"quotaErrorDetails": quota | hint}
        return error


def _reason(reason: str) -> dict[str, Any]:
    return {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": "googleapis.com",
        "metadata": {
            "service": "googleads.googleapis.com",
            "consumer": "projects/123456789012",
        },
    }


def query_error(code: str, message: str) -> ApiProblem:
    return ApiProblem(code, message, status=400, family="queryError")


def unknown_name(name: str, where: str = "") -> ApiProblem:
    """A key that no message has; Google answers without a GoogleAdsFailure."""
    at = f" at '{where}'" if where else ""
    return ApiProblem(
        "",
        f'Invalid JSON payload received. Unknown name "{name}"{at}: Cannot find field.',
        status=400,
    )
