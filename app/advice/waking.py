"""Alerts that were put off, when their time has come."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.advice import alerts, signals
from app.metrics.sources import sources
from app.models import Alert


def wake(session: Session, now: dt.datetime) -> bool:
    """Open what was put off until now, of all workspaces, to be told again; whether there was any.

    It still lasts as far as the last check saw, which would have called it over. What rests on
    platforms that are not being read stays put off until they are. The caller commits.
    """
    due = session.scalars(
        select(Alert)
        .where(Alert.state == "snoozed", Alert.snoozed_until <= now)
        .order_by(Alert.id)
        .with_for_update(skip_locked=True)
    ).all()
    stale = {each: _stale(session, each, now) for each in {alert.workspace_id for alert in due}}
    woken = [alert for alert in due if not alerts.unknown(alert, stale[alert.workspace_id])]
    for alert in woken:
        alert.state, alert.snoozed_until, alert.mailed_at = "open", None, None
    session.flush()
    return bool(woken)


def _stale(session: Session, workspace_id: int, now: dt.datetime) -> set[str]:
    return signals.stale_platforms(sources(session, workspace_id), now)
