"""Which alerts go out by e-mail, to whom, and once: written down as sent before they are sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.models import Alert, Membership, User, Workspace


@dataclass(frozen=True, slots=True)
class AlertLetter:
    """One letter about every alert of a workspace that was not told yet, the costliest first."""

    workspace_id: int
    workspace: str
    alerts: Sequence[Alert]
    people: Sequence[User]


def waiting(session: Session) -> list[int]:
    """Workspaces, of all, with alerts that were not told yet."""
    return list(
        session.scalars(
            select(Alert.workspace_id)
            .where(Alert.state == "open", Alert.mailed_at.is_(None))
            .distinct()
            .order_by(Alert.workspace_id)
        )
    )


def claim(session: Session, workspace_id: int, now: dt.datetime) -> AlertLetter | None:
    """The letter that is due, written down as sent; None when none is. The caller commits."""
    untold = session.scalars(
        select(Alert)
        .where(Alert.workspace_id == workspace_id, Alert.state == "open", Alert.mailed_at.is_(None))
        .order_by(Alert.at_stake.desc().nulls_last(), Alert.id)
        .with_for_update(skip_locked=True)
    ).all()
    if not untold:
        return None
    for alert in untold:
        alert.mailed_at = now
    workspace = session.get_one(Workspace, workspace_id)
    return AlertLetter(workspace_id, workspace.name, untold, _people(session, workspace_id))


def unclaim(session: Session, letter: AlertLetter) -> None:
    """It reached nobody: let it be due again."""
    session.execute(
        update(Alert)
        .where(
            Alert.workspace_id == letter.workspace_id,
            Alert.id.in_([alert.id for alert in letter.alerts]),
        )
        .values(mailed_at=None)
    )


def _people(session: Session, workspace_id: int) -> Sequence[User]:
    """Those who can do something about it and have not asked to be spared."""
    return session.scalars(
        select(User)
        .join(Membership, Membership.user_id == User.id)
        .where(
            Membership.workspace_id == workspace_id,
            Membership.role != "viewer",
            Membership.alerts_by_mail,
        )
        .order_by(User.id)
    ).all()
