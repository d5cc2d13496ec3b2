"""Server-side sessions: a random token in the cookie, its SHA-256 in the database."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.models import User, UserSession

IDLE = dt.timedelta(days=30)
LIFETIME = dt.timedelta(days=90)
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
            expires_at=now + IDLE,
            ip=ip[:64],
            user_agent=user_agent[:300],
        )
    )
    session.flush()
    return token


def find_session(session: Session, token: str, now: dt.datetime) -> UserSession | None:
    """The live session of a cookie."""
    if not token:
        return None
    return session.scalar(
        select(UserSession).where(
            UserSession.token_digest == digest(token), UserSession.expires_at > now
        )
    )


def is_due(found: UserSession, now: dt.datetime) -> bool:
    """Whether it is time to note again that the session is in use."""
    return now - found.last_seen_at > SEEN_EVERY


def note_seen(session: Session, session_id: int, now: dt.datetime) -> None:
    """Put the end of the session off: 30 days from now, 90 from the sign-in at most."""
    created = session.scalar(select(UserSession.created_at).where(UserSession.id == session_id))
    if created is not None:
        session.execute(
            update(UserSession)
            .where(UserSession.id == session_id)
            .values(last_seen_at=now, expires_at=min(now + IDLE, created + LIFETIME))
        )


def live_sessions(session: Session, user_id: int, now: dt.datetime) -> Sequence[UserSession]:
    """Where a person is signed in, the latest use first."""
    return session.scalars(
        select(UserSession)
        .where(UserSession.user_id == user_id, UserSession.expires_at > now)
        .order_by(UserSession.last_seen_at.desc(), UserSession.id.desc())
    ).all()


def close_token(session: Session, token: str) -> None:
    """End the session of a cookie, if it has one."""
    if token:
        session.execute(delete(UserSession).where(UserSession.token_digest == digest(token)))


def revoke_session(session: Session, user_id: int, session_id: int) -> None:
    """End one of a person's own sessions. Raises NotFound for anybody else's."""
    ended = session.scalar(
        delete(UserSession)
        .where(UserSession.id == session_id, UserSession.user_id == user_id)
        .returning(UserSession.id)
    )
    if ended is None:
        raise NotFound


def close_other_sessions(session: Session, user_id: int, keep: int | None) -> None:
    """End every session of a person but the one named."""
    query = delete(UserSession).where(UserSession.user_id == user_id)
    if keep is not None:
        query = query.where(UserSession.id != keep)
    session.execute(query)


def digest(token: str) -> bytes:
    """What is stored of a secret token."""
    return hashlib.sha256(token.encode()).digest()
