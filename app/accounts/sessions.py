"""Server-side sessions: a random token in the cookie, its SHA-256 in the database."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.models import User, UserSession

LIFETIME = dt.timedelta(days=30)
SEEN_EVERY = dt.timedelta(minutes=5)


def open_session(
    session: Session, user: User, *, now: dt.datetime, ip: str, user_agent: str
) -> str:
    """A new session row; returns the token for the cookie, which is not kept anywhere."""
    token = secrets.token_urlsafe(32)
    session.add(
        UserSession(
            user_id=user.id,
            token_digest=digest(token),
            created_at=now,
            last_seen_at=now,
            expires_at=now + LIFETIME,
            ip=ip[:64],
            user_agent=user_agent[:300],
        )
    )
    session.flush()
    return token


def find_session(session: Session, token: str, now: dt.datetime) -> UserSession | None:
    """The live session of a cookie; notes that it was seen, at most every five minutes."""
    if not token:
        return None
    found = session.scalar(
        select(UserSession).where(
            UserSession.token_digest == digest(token), UserSession.expires_at > now
        )
    )
    if found is not None and now - found.last_seen_at > SEEN_EVERY:
        found.last_seen_at = now
        found.expires_at = now + LIFETIME
        session.commit()
    return found


def close_session(session: Session, session_id: int) -> None:
    """End one session; its cookie is worthless from now on."""
    session.execute(delete(UserSession).where(UserSession.id == session_id))


def close_other_sessions(session: Session, user_id: int, keep: int | None) -> None:
    """End every session of a person but the one named."""
    query = delete(UserSession).where(UserSession.user_id == user_id)
    if keep is not None:
        query = query.where(UserSession.id != keep)
    session.execute(query)


def digest(token: str) -> bytes:
    """What is stored of a secret token."""
    return hashlib.sha256(token.encode()).digest()
