"""Signing up, signing in and asking for a new password, the same for pages and scripts."""

from __future__ import annotations

from functools import partial
from typing import Literal

from flask import current_app, request, url_for

from app.accounts import limits, places, reset, signin, signup
from app.accounts.limits import Count, Limiter
from app.errors import TooMany
from app.extensions import db
from app.models import User, Workspace
from app.web import access, cookies, outbox

ResetBy = Literal["mail", "log", "nothing"]


def limiter() -> Limiter:
    """The counters of this application's database."""
    found: Limiter | None = current_app.extensions.get("limiter")
    if found is None:
        found = current_app.extensions["limiter"] = Limiter(db.engine)
    return found


def address() -> str:
    """Whom to count by: the client's network, seen through TRUSTED_PROXIES only."""
    return limits.network(request.remote_addr or "")


def sign_up(
    name: str, email: str, password: str, *, time_zone: str, currency: str = ""
) -> tuple[User, Workspace]:
    """A new person with a workspace. Raises Invalid, Refused and TooMany; commits nothing."""
    zone = places.guess_time_zone(time_zone)
    who = signup.newcomer(
        name,
        email,
        password,
        time_zone=zone,
        currency=currency or places.guess_currency(zone, _language()),
    )
    refusal = Count(limits.SIGN_UP_REFUSED, address())
    limiter().count([Count(limits.SIGN_UP_ADDRESS, address()), refusal])
    try:
        made = signup.sign_up(db.session(), who, now=access.now())
    except signup.Refused:
        _tell_owner(who.email)
        raise
    limiter().forgive([refusal])
    return made


def sign_in(email: str, password: str) -> User:
    """Who this is. Raises Mismatch and TooMany; commits nothing."""
    counts = _sign_in_counts(signin.comparable(email))
    limiter().count(counts)
    user = signin.identify(db.session(), email, password)
    limiter().clear(counts[0])
    limiter().forgive(counts[1:])
    return user


def confirming(user: User) -> Count:
    """What counts the tries of somebody signed in who is asked for their password again."""
    return Count(limits.CONFIRM_PASSWORD, str(user.id))


def ask_for_reset(email: str) -> ResetBy:
    """Start a reset and say how the link travels; the same whether or not anybody is found.

    Raises TooMany.
    """
    wanted = signin.comparable(email)
    limiter().count([Count(limits.RESET_ADDRESS, address()), Count(limits.RESET_ACCOUNT, wanted)])
    by = reset_by()
    if by == "mail":
        outbox.afterwards(partial(_mail_link, wanted, base_url()))
    elif by == "log":
        _log_link(wanted, base_url())
    return by


def reset_by() -> ResetBy:
    """How this installation hands out links."""
    settings = access.settings()
    if settings.smtp_host:
        return "mail"
    return "nothing" if settings.environment == "production" else "log"


def base_url() -> str:
    """Where links in e-mail lead; never what a visitor's Host header says in production."""
    return access.settings().public_url or request.url_root.rstrip("/")


def tell(to: str, subject: str, template: str, **words: object) -> None:
    """Mail somebody about their account, when this installation can send mail."""
    if reset_by() == "mail":
        outbox.afterwards(partial(outbox.send, to, subject, template, **words))


def tell_password_changed(user: User) -> None:
    """Mail the owner, who may not have been the one to do it."""
    tell(
        user.email,
        "Your Growzzy password was changed",
        "password",
        name=user.name,
        link=f"{base_url()}{url_for('auth.forgot')}",
    )


def tell_email_changed(before: str, user: User) -> None:
    """Mail the address that does not open the account any more."""
    tell(before, "Your Growzzy e-mail address was changed", "email", name=user.name)


def _sign_in_counts(email: str) -> list[Count]:
    device = cookies.known_device(email)
    if device:
        return [Count(limits.SIGN_IN_DEVICE, f"{email} {device}")]
    return [
        Count(limits.SIGN_IN_PAIR, f"{email} {address()}"),
        Count(limits.SIGN_IN_ADDRESS, address()),
        Count(limits.SIGN_IN_ACCOUNT, email),
    ]


def _mail_link(email: str, base: str) -> None:
    issued = reset.issue_link(db.session(), email, now=access.now())
    db.session.commit()
    if issued is not None:
        user, token = issued
        outbox.send(
            user.email,
            "Choose a new password for Growzzy",
            "reset",
            name=user.name,
            link=_link(base, token),
        )


def _log_link(email: str, base: str) -> None:
    issued = reset.issue_link(db.session(), email, now=access.now())
    db.session.commit()
    if issued is not None:
        user, token = issued
        current_app.logger.warning(
            "Password reset link for %s, good for 30 minutes: %s", user.email, _link(base, token)
        )


def _link(base: str, token: str) -> str:
    return f"{base}/auth/reset/{token}"


def _tell_owner(email: str) -> None:
    try:
        limiter().count([Count(limits.NOTICE_ACCOUNT, email)])
    except TooMany:
        return
    tell(
        email,
        "Somebody tried to sign up with your address",
        "taken",
        link=f"{base_url()}{url_for('auth.forgot')}",
        sign_in=f"{base_url()}{url_for('auth.index', tab='sign-in')}",
    )


def _language() -> str:
    return request.accept_languages.best or ""
