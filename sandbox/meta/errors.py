"""Meta's error envelope, and the errors that the sandbox knows how to make."""

from __future__ import annotations

from typing import Any

_TRACE_ID = "AsandboxTrace00000000000"


class GraphError(Exception):
    """Becomes `{"error": {…}}` with `status` as the HTTP status."""

    def __init__(
        self,
        code: int,
        message: str,
        *,
        subcode: int | None = None,
        status: int = 400,
        kind: str = "OAuthException",
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.error: dict[str, Any] = {"message": message, "type": kind, "code": code}
        if subcode is not None:
            self.error["error_subcode"] = subcode
        self.error |= more
        self.error["fbtrace_id"] = _TRACE_ID

    def envelope(self) -> dict[str, Any]:
        return {"error": self.error}


def bad_param(message: str) -> GraphError:
    return GraphError(100, f"(#100) {message}")


def no_such_object(object_id: str, method: str = "get") -> GraphError:
    return GraphError(
        100,
        f"Unsupported {method} request. Object with ID '{object_id}' does not exist, cannot be "
        "loaded due to missing permissions, or does not support this operation. Please read the "
        "Graph API documentation at https://developers.facebook.com/docs/graph-api",
        subcode=33,
        kind="GraphMethodException",
    )


def unknown_path() -> GraphError:
    return GraphError(
        2500, "Unknown path components: this edge or method is not part of the sandbox"
    )


def dead_token(message: str, subcode: int | None = None) -> GraphError:
    return GraphError(190, message, subcode=subcode)


def missing_scope(scope: str) -> GraphError:
    return GraphError(200, f"(#200) Requires {scope} permission to manage the object", status=403)


def not_granted() -> GraphError:
    """About an ad account in which the user has no role."""
    return GraphError(
        200,
        "(#200) Ad account owner has NOT grant ads_management or ads_read permission",
        status=403,
    )


def too_many_rows() -> GraphError:
    return GraphError(
        100,
        "Invalid parameter",
        subcode=1487534,
        is_transient=False,
        error_user_title="There's too much data",
        error_user_msg="Please reduce the amount of data you're asking for, then retry: "
        "ask for a shorter time range or fewer fields.",
    )


def reduce_data() -> GraphError:
    return GraphError(
        1,
        "Please reduce the amount of data you're asking for, then retry your request",
        status=500,
    )
