"""Concerns that cannot wait, kept as incidents: raised once, told once, over when they are over.

Nothing is raised or called over by figures of a platform that is not being read: old figures
look like a catastrophe, and a catastrophe like old figures.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.errors import Invalid, NotFound
from app.metrics.platforms import is_shop
from app.models import Alert, Workspace

# An incident that comes back so soon is the same one: it is not told again.
SAME_INCIDENT = dt.timedelta(days=7)
SNOOZES = {"1": dt.timedelta(days=1), "7": dt.timedelta(days=7)}
CONNECTION = "connection"
RESOLVED_SHOWN = dt.timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Signal:
    """What is to be told. `from_figures`: it rests on figures, which have to be fresh.

    `told`: another letter tells it already, so that it is only shown.
    """

    rule: str
    key: str
    title: str
    saw: str
    todo: str
    platform: str = ""
    at_stake: Decimal | None = None
    currency: str = ""
    from_figures: bool = True
    told: bool = False


def check(
    session: Session,
    workspace: Workspace,
    signals: Sequence[Signal],
    *,
    stale: Collection[str],
    now: dt.datetime,
) -> None:
    """Bring the incidents in line with what is seen now. The caller commits.

    `stale` are platforms that are not being read; signals of a whole workspace are from all of
    them that advertise. One check of a workspace waits for another.
    """
    session.get_one(Workspace, workspace.id, with_for_update={"key_share": True})
    seen = {each.key: each for each in signals if not (each.from_figures and _stale(each, stale))}
    known = {alert.key: alert for alert in _recent(session, workspace.id, now)}
    for key, signal in seen.items():
        if key in known:
            _see_again(known[key], signal, now)
        else:
            session.add(_new(workspace.id, signal, now))
    for alert in known.values():
        if alert.key not in seen and alert.state != "resolved" and not unknown(alert, stale):
            alert.state, alert.resolved_at, alert.snoozed_until = "resolved", now, None


def alerts(session: Session, workspace_id: int, now: dt.datetime) -> list[Alert]:
    """Those that are not over, what is open first, then those of the last weeks."""
    found = session.scalars(
        select(Alert).where(
            Alert.workspace_id == workspace_id,
            or_(Alert.state != "resolved", Alert.resolved_at >= now - RESOLVED_SHOWN),
        )
    ).all()
    order = ("open", "acknowledged", "snoozed", "resolved")
    return sorted(
        found,
        key=lambda each: (order.index(each.state), -(each.at_stake or 0), -each.id),
    )


def acknowledge(session: Session, workspace_id: int, alert_id: int, user_id: int) -> Alert:
    """Somebody sees to it: it stays until it is over, and is not told again."""
    alert = _unresolved(session, workspace_id, alert_id)
    alert.state, alert.snoozed_until, alert.changed_by = "acknowledged", None, user_id
    return alert


def snooze(
    session: Session,
    workspace_id: int,
    alert_id: int,
    *,
    days: str,
    user_id: int,
    now: dt.datetime,
) -> Alert:
    """Not now: when it still lasts after `days` ("1" or "7"), it is told again. Raises Invalid."""
    if days not in SNOOZES:
        raise Invalid("An alert can be put off for 1 or 7 days.")
    alert = _unresolved(session, workspace_id, alert_id)
    alert.state, alert.snoozed_until, alert.changed_by = "snoozed", now + SNOOZES[days], user_id
    return alert


def reopen(session: Session, workspace_id: int, alert_id: int, user_id: int) -> Alert:
    """Take an acknowledgement or a snooze back."""
    alert = _unresolved(session, workspace_id, alert_id)
    alert.state, alert.snoozed_until, alert.changed_by = "open", None, user_id
    return alert


def _recent(session: Session, workspace_id: int, now: dt.datetime) -> Sequence[Alert]:
    """The latest of each key that lasts or ended lately; the newest of a key comes last."""
    return session.scalars(
        select(Alert)
        .where(
            Alert.workspace_id == workspace_id,
            or_(Alert.state != "resolved", Alert.resolved_at > now - SAME_INCIDENT),
        )
        .order_by(Alert.id)
    ).all()


def _new(workspace_id: int, signal: Signal, now: dt.datetime) -> Alert:
    alert = Alert(
        workspace_id=workspace_id,
        key=signal.key,
        state="open",
        first_at=now,
        mailed_at=now if signal.told else None,
    )
    _describe(alert, signal, now)
    return alert


def _see_again(alert: Alert, signal: Signal, now: dt.datetime) -> None:
    if alert.state == "resolved":
        alert.state, alert.resolved_at = "open", None
    _describe(alert, signal, now)


def _describe(alert: Alert, signal: Signal, now: dt.datetime) -> None:
    alert.rule, alert.platform = signal.rule, signal.platform
    alert.title, alert.saw, alert.todo = signal.title, signal.saw, signal.todo
    alert.at_stake, alert.currency = signal.at_stake, signal.currency
    alert.last_at = now


def _stale(about: Signal | Alert, stale: Collection[str]) -> bool:
    """Whether what it rests on is old; no alert of a whole workspace rests on a shop."""
    if about.platform:
        return about.platform in stale
    return any(not is_shop(each) for each in stale)


def unknown(alert: Alert, stale: Collection[str]) -> bool:
    """Whether nobody can tell if it is over, for what it rests on is old."""
    return alert.rule != CONNECTION and _stale(alert, stale)


def _unresolved(session: Session, workspace_id: int, alert_id: int) -> Alert:
    found = session.scalar(
        select(Alert)
        .where(Alert.workspace_id == workspace_id, Alert.id == alert_id)
        .with_for_update()
    )
    if found is None:
        raise NotFound
    if found.state == "resolved":
        raise Invalid("This alert is over already: what it was about is no longer seen.")
    return found
