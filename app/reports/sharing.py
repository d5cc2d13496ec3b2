"""Links that open one report for people without an account.

A link is found by the SHA-256 of its token, so that how long it takes to look one up tells
nothing about any. Whether it expired, was revoked, never was or its report was deleted is one
answer.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from app.accounts.names import clean_name
from app.accounts.passwords import check_new_password, hash_password, verify_password
from app.errors import Conflict, Invalid, NotFound
from app.models import Membership, Report, ReportShare
from app.reports.sealing import Sealer

MOST_LINKS = 100
LONGEST_DAYS = 3650
# What link previews, mail scanners and crawlers call themselves.
_PROGRAMS = ("bot", "crawl", "spider", "preview", "scan", "facebookexternalhit", "whatsapp", "curl")


@dataclass(frozen=True, slots=True)
class NewShare:
    """What somebody asks of a link. `days` is how long it opens, None for ever."""

    name: str
    password: str = ""
    days: int | None = None


def create(
    session: Session,
    sealer: Sealer,
    report: Report,
    wanted: NewShare,
    *,
    user_id: int | None,
    now: dt.datetime,
) -> tuple[ReportShare, str]:
    """A new link and its token. Raises Invalid, and Conflict at the most links a report has."""
    if wanted.days is not None and not 1 <= wanted.days <= LONGEST_DAYS:
        raise Invalid(f"days: A link opens for 1 to {LONGEST_DAYS:,} days, or without an end.")
    _leave_room(session, report)
    token = secrets.token_urlsafe(32)
    made = ReportShare(
        workspace_id=report.workspace_id,
        report_id=report.id,
        user_id=user_id,
        name=_name(wanted.name),
        token_digest=digest(token),
        token_sealed=sealer.seal(token),
        password_hash=_hashed(wanted.password),
        expires_at=None if wanted.days is None else now + dt.timedelta(days=wanted.days),
        created_at=now,
    )
    session.add(made)
    session.flush()
    return made, token


def listed(session: Session, report: Report) -> Sequence[ReportShare]:
    """A report's links that were not revoked, the newest first."""
    return session.scalars(
        select(ReportShare)
        .where(
            ReportShare.workspace_id == report.workspace_id,
            ReportShare.report_id == report.id,
            ReportShare.revoked_at.is_(None),
        )
        .order_by(ReportShare.id.desc())
    ).all()


def revoke(session: Session, report: Report, share_id: int, now: dt.datetime) -> ReportShare:
    """Close a link for good; what it opened stays. Raises NotFound."""
    found = session.scalar(
        select(ReportShare)
        .where(
            ReportShare.id == share_id,
            ReportShare.report_id == report.id,
            ReportShare.workspace_id == report.workspace_id,
        )
        .with_for_update()
    )
    if found is None:
        raise NotFound
    found.revoked_at = found.revoked_at or now
    session.flush()
    return found


def opens(share: ReportShare, now: dt.datetime) -> bool:
    """Whether it was not revoked and has not ended."""
    return share.revoked_at is None and (share.expires_at is None or share.expires_at > now)


def opened(session: Session, token: str, now: dt.datetime) -> tuple[ReportShare, Report]:
    """What a token opens. Raises NotFound, whatever the reason."""
    row = session.execute(
        select(ReportShare, Report)
        .join(Report, Report.id == ReportShare.report_id)
        .where(
            ReportShare.token_digest == digest(token),
            ReportShare.revoked_at.is_(None),
            or_(ReportShare.expires_at.is_(None), ReportShare.expires_at > now),
            Report.workspace_id == ReportShare.workspace_id,
            Report.deleted_at.is_(None),
            Report.state == "completed",
        )
    ).one_or_none()
    if row is None:
        raise NotFound
    return row[0], row[1]


def password_fits(share: ReportShare, password: str) -> bool:
    """Whether this is the link's password."""
    return verify_password(share.password_hash, password)


def password_mark(share: ReportShare) -> str:
    """Stands for the password in the proof that it was given; another password, another mark."""
    return hashlib.sha256((share.password_hash or "").encode()).hexdigest()[:16]


def count_view(
    session: Session, share: ReportShare, *, user_id: int | None, agent: str, now: dt.datetime
) -> None:
    """Count an opening, unless it is a member's own or a program's that says what it is."""
    if any(word in agent.lower() for word in _PROGRAMS) or _is_member(session, share, user_id):
        return
    session.execute(
        update(ReportShare)
        .where(ReportShare.id == share.id)
        .values(
            views=ReportShare.views + 1,
            last_viewed_at=func.greatest(ReportShare.last_viewed_at, now),
        )
        .execution_options(synchronize_session=False)
    )


def rotate(session: Session, sealer: Sealer) -> int:
    """Seal every readable token again with the first key; how many there were."""
    rotated = 0
    for share in session.scalars(select(ReportShare).with_for_update()):
        token = sealer.open(share.token_sealed)
        if token is not None:
            share.token_sealed = sealer.seal(token)
            rotated += 1
    session.flush()
    return rotated


def address(base: str, token: str) -> str:
    """Where a link leads."""
    return f"{base}/r/{token}"


def digest(token: str) -> bytes:
    """What a link is found by."""
    return hashlib.sha256(token.encode()).digest()


def _leave_room(session: Session, report: Report) -> None:
    # The report's row is held so that links made at once are counted one after the other.
    session.execute(select(Report.id).where(Report.id == report.id).with_for_update())
    if len(listed(session, report)) >= MOST_LINKS:
        raise Conflict(
            f"This report has {MOST_LINKS} links already. Nothing was made. Revoke one first."
        )


def _name(given: str) -> str:
    try:
        return clean_name(given, whose="whom the link is for")
    except Invalid as error:
        raise Invalid(f"name: {error.message}") from error


def _hashed(password: str) -> str | None:
    if not password:
        return None
    try:
        check_new_password(password, email="", name="")
    except Invalid as error:
        raise Invalid(f"password: {error.message}") from error
    return hash_password(password)


def _is_member(session: Session, share: ReportShare, user_id: int | None) -> bool:
    return user_id is not None and (
        session.get(Membership, (share.workspace_id, user_id)) is not None
    )
