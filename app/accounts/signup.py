"""Becoming somebody: a person, a workspace they own, in one transaction."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.accounts import names
from app.accounts.passwords import check_new_password, hash_password
from app.accounts.workspaces import create_workspace
from app.errors import Invalid
from app.models import User, Workspace

REFUSED = (
    "An account could not be created with this e-mail address. If you have been here before, "
    "sign in or ask for a new password; otherwise use another address."
)


class Refused(Invalid):
    """The address cannot have a new account; `email` is whose it already is."""

    code = "sign_up_refused"

    def __init__(self, email: str) -> None:
        super().__init__(REFUSED)
        self.email = email


@dataclass(frozen=True)
class Newcomer:
    """What somebody typed to sign up, each part already in its stored form."""

    name: str
    email: str
    password: str
    time_zone: str
    currency: str


def newcomer(name: str, email: str, password: str, *, time_zone: str, currency: str) -> Newcomer:
    """Check what was typed. Raises Invalid with the first thing that is wrong."""
    found = Newcomer(
        names.clean_name(name), names.clean_email(email), password, time_zone, currency
    )
    check_new_password(password, email=found.email, name=found.name)
    return found


def sign_up(session: Session, who: Newcomer, *, now: dt.datetime) -> tuple[User, Workspace]:
    """Create the person and their workspace.

    Raises Refused when the address is taken, also by somebody signing up at this moment. The
    password is hashed either way, so that both answers take the same time.
    """
    password_hash = hash_password(who.password)
    made = session.scalar(
        insert(User)
        .values(email=who.email, name=who.name, password_hash=password_hash, created_at=now)
        .on_conflict_do_nothing(index_elements=[User.email])
        .returning(User)
    )
    if made is None:
        raise Refused(who.email)
    place = create_workspace(
        session,
        made,
        name=names.workspace_name(who.name),
        currency=who.currency,
        time_zone=who.time_zone,
        now=now,
    )
    return made, place
