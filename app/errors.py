"""The errors that carry a decision: what happened, and what the owner should do about it."""

from __future__ import annotations


class AppError(Exception):
    """An expected failure whose message may be shown to the person who asked.

    `code` is the stable word of the JSON answer, `status` its HTTP status.
    """

    code = "invalid"
    status = 400

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code


class Invalid(AppError):
    """What was sent cannot be accepted; nothing was stored."""

    code = "invalid"
    status = 422


def named(message: str) -> tuple[str, str]:
    """The field that a message names first, as in `url: …`, and the sentence; "" for none."""
    name, separator, sentence = message.partition(": ")
    if separator and name.isidentifier() and name.islower():
        return name, sentence
    return "", message


class NotFound(AppError):
    """No such thing in this workspace; said the same way when it is someone else's."""

    code = "not_found"
    status = 404

    def __init__(self, message: str = "There is nothing here. It may have been deleted.") -> None:
        super().__init__(message)


class Forbidden(AppError):
    """Signed in, but not allowed to do this."""

    code = "forbidden"
    status = 403


class Conflict(AppError):
    """The request is right but the thing is in a state that does not allow it now."""

    code = "conflict"
    status = 409


class TooMany(AppError):
    """A limit was reached; `retry_after` is in whole seconds."""

    code = "too_many_requests"
    status = 429

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class TooLarge(AppError):
    """The upload is larger than is accepted."""

    code = "too_large"
    status = 413
