"""The shapes of Google's errors: a generic status, and in its details what really happened."""

from __future__ import annotations

import msgspec


class QuotaDetails(msgspec.Struct, rename="camel"):
    """`retry_delay` is a duration as protocol buffers write it, such as "1s"."""

    rate_scope: str = ""
    retry_delay: str = ""


class DeadPage(msgspec.Struct, rename="camel"):
    """A landing page that Google could not open."""

    expanded_url: str = ""


class Evidence(msgspec.Struct, rename="camel"):
    """What a policy finding rests on: lists of texts by what they are."""

    text_list: dict[str, list[str]] = {}
    website_list: dict[str, list[str]] = {}
    destination_text_list: dict[str, list[str]] = {}
    destination_not_working: DeadPage | None = None


class PolicyTopic(msgspec.Struct):
    topic: str = ""
    type: str = ""
    evidences: list[Evidence] = []


class PolicyFinding(msgspec.Struct, rename="camel"):
    policy_topic_entries: list[PolicyTopic] = []


class PolicyViolation(msgspec.Struct, rename="camel"):
    """What policies say about keywords, in Google's words."""

    external_policy_name: str = ""
    external_policy_description: str = ""


class LeastBudget(msgspec.Struct, rename="camel"):
    currency_code: str = ""
    budget_per_day_minimum_micros: int = 0


class ErrorDetails(msgspec.Struct, rename="camel"):
    quota_error_details: QuotaDetails | None = None
    policy_finding_details: PolicyFinding | None = None
    policy_violation_details: PolicyViolation | None = None
    budget_per_day_minimum_error_details: LeastBudget | None = None


class PathElement(msgspec.Struct, rename="camel"):
    """A field's name as protocol buffers write it; `index` in a list."""

    field_name: str = ""
    index: int | None = None


class Location(msgspec.Struct, rename="camel"):
    field_path_elements: list[PathElement] = []


class ApiError(msgspec.Struct, rename="camel"):
    """`error_code` has one key, the family. `location` says which part of a request it means."""

    error_code: dict[str, str] = {}
    message: str = ""
    details: ErrorDetails | None = None
    location: Location | None = None

    @property
    def code(self) -> str:
        return next(iter(self.error_code.values()), "")


class Detail(msgspec.Struct, rename="camel"):
    """A GoogleAdsFailure (`errors`), an ErrorInfo (`reason`) or a RetryInfo (`retry_delay`)."""

    errors: list[ApiError] = []
    request_id: str = ""
    reason: str = ""
    retry_delay: str = ""


class Problem(msgspec.Struct):
    """The body of an error, and of `partialFailureError`."""

    code: int = 0
    message: str = ""
    status: str = ""
    details: list[Detail] = []
