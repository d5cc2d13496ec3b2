"""What a platform's refusal means for the one who asked; every message is fit for the owner."""

from __future__ import annotations

from app.errors import AppError


class ConnectorError(AppError):
    """The platform did not give what was asked; the message is fit for the owner.

    `retry_after` is the platform's own hint in seconds, None when it gave none.
    """

    code = "platform_error"
    status = 502

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Temporary(ConnectorError):
    """Worth asking again: the platform is unwell or its answer was unusable."""


class Throttled(ConnectorError):
    """Asked too often; nothing may be asked before `retry_after` is over."""


class AccessRevoked(ConnectorError):
    """Permanent: only the owner can mend it, and the message says how."""

    code = "needs_attention"
    status = 409


class SetupProblem(ConnectorError):
    """Only whoever runs this installation can mend it (an app's secret, access level, version).

    The connection stays active: once it is mended, the next sync goes on by itself.
    """

    code = "setup_problem"


class AccountRefused(ConnectorError):
    """One account cannot be read, while others of its grant can; the message says why."""

    code = "account_refused"


class OAuthDenied(ConnectorError):
    """The person said no, or the code was used, wrong or expired."""

    code = "not_connected"
    status = 400
