"""Finding out whether somebody is who they say."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.accounts.names import clean_email
from app.accounts.passwords import check_new_password, hash_password, needs_rehash, verify_password
from app.accounts.reset import void_links
from app.accounts.sessions import close_other_sessions
from app.errors import AppError, Invalid
from app.models import User


class Mismatch(AppError):
    """No account has this address with this password; which of the two is not said."""

    code = "wrong_credentials"
    status = 401

    def __init__(self) -> None:
        super().__init__("The e-mail address and the password do not belong together. Try again.")


class WrongPassword(AppError):
    """Somebody signed in did not know the password they were asked for again."""

    code = "wrong_password"
    status = 422

    def __init__(self) -> None:
        super().__init__("This is not your present password. Nothing was changed.")


def identify(session: Session, email: str, password: str) -> User:
    """Who has this address and password.

    Raises Mismatch, after one argon2 verification whether or not the address is known. A hash
    with older parameters is renewed.
    """
    found = session.scalar(select(User).where(User.email == comparable(email)))
    if not verify_password(found.password_hash if found else None, password) or found is None:
        raise Mismatch
    if needs_rehash(found.password_hash):
        found.password_hash = hash_password(password)
    return found


def comparable(email: str) -> str:
    """The address as it is stored; what is no address stays what it is and matches nobody."""
    try:
        return clean_email(email)
    except Invalid:
        return email.replace("\x00", "")


def change_password(
    session: Session, user: User, current: str, new: str, *, keep: int, now: dt.datetime
) -> None:
    """Set a new password and end every other session. Raises WrongPassword and Invalid."""
    confirm(user, current)
    check_new_password(new, email=user.email, name=user.name)
    user.password_hash = hash_password(new)
    void_links(session, user.id, now)
    close_other_sessions(session, user.id, keep=keep)


def change_email(
    session: Session, user: User, password: str, email: str, *, now: dt.datetime
) -> None:
    """Sign in with another address from now on. Raises WrongPassword and Invalid."""
    confirm(user, password)
    wanted = clean_email(email)
    if wanted == user.email:
        return
    try:
        with session.begin_nested():
            user.email = wanted
    except IntegrityError as error:
        raise Invalid(
            "This e-mail address cannot be used. Nothing was changed; use another one."
        ) from error
    void_links(session, user.id, now)


def confirm(user: User, password: str) -> None:
    """Ask for the password once more. Raises WrongPassword."""
    if not verify_password(user.password_hash, password):
        raise WrongPassword
