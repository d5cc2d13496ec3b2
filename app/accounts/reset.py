"""New passwords by a link that works once, for thirty minutes."""

from __future__ import annotations

import datetime as dt
import secrets

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.accounts.passwords import check_new_password, hash_password
from app.accounts.sessions import close_other_sessions, digest
from app.errors import AppError
from app.models import PasswordReset, User

LIFETIME = dt.timedelta(minutes=30)


class LinkOver(AppError):
    """The link was used, replaced by a newer one, or is too old; which is not said."""

    code = "link_over"
    status = 410

    def __init__(self) -> None:
        super().__init__(
            "This link does not work any more: it can be used once, within 30 minutes, and only "
            "the newest one counts. Your password is unchanged. Ask for a new link."
        )


def issue_link(session: Session, email: str, *, now: dt.datetime) -> tuple[User, str] | None:
    """A token for whoever has this address, None when nobody has; older tokens are void."""
    user = session.scalar(select(User).where(User.email == email).with_for_update())
    if user is None:
        return None
    void_links(session, user.id, now)
    token = secrets.token_urlsafe(32)
    session.add(
        PasswordReset(
            user_id=user.id,
            token_digest=digest(token),
            created_at=now,
            expires_at=now + LIFETIME,
        )
    )
    session.flush()
    return user, token


def check_link(session: Session, token: str, *, now: dt.datetime) -> User:
    """Whose link it is; looking does not use it up. Raises LinkOver."""
    found = session.scalar(
        select(User)
        .join(PasswordReset, PasswordReset.user_id == User.id)
        .where(
            PasswordReset.token_digest == digest(token),
            PasswordReset.used_at.is_(None),
            PasswordReset.expires_at > now,
        )
    )
    if found is None:
        raise LinkOver
    return found


def use_link(session: Session, token: str, password: str, *, now: dt.datetime) -> User:
    """Set the password and end every session of the person.

    Raises Invalid for a password that is refused, which leaves the link usable, and LinkOver.
    """
    user = check_link(session, token, now=now)
    check_new_password(password, email=user.email, name=user.name)
    password_hash = hash_password(password)
    used = session.scalar(
        update(PasswordReset)
        .where(PasswordReset.token_digest == digest(token), PasswordReset.used_at.is_(None))
        .values(used_at=now)
        .returning(PasswordReset.id)
    )
    if used is None:
        raise LinkOver
    user.password_hash = password_hash
    void_links(session, user.id, now)
    close_other_sessions(session, user.id, keep=None)
    return user


def void_links(session: Session, user_id: int, now: dt.datetime) -> None:
    """Make every link of a person worthless."""
    session.execute(
        update(PasswordReset)
        .where(PasswordReset.user_id == user_id, PasswordReset.used_at.is_(None))
        .values(used_at=now)
    )
