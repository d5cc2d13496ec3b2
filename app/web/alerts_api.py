"""Alerts as JSON."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Literal

import msgspec
from flask import Blueprint, Response

from app.advice import alerts
from app.extensions import db
from app.models import Alert
from app.web import access
from app.web.apidoc import Answer, Body, answer, body, documented

blueprint = Blueprint("alerts_api", __name__, url_prefix="/api/alerts")


class AlertOut(Answer):
    """`at_stake` is in `currency`, null where money says nothing. `platform` is empty for none."""

    id: int
    rule: str
    platform: str
    title: str
    saw: str
    todo: str
    at_stake: Decimal | None
    currency: str
    state: Literal["open", "acknowledged", "snoozed", "resolved"]
    snoozed_until: dt.datetime | None
    first_at: dt.datetime
    last_at: dt.datetime
    resolved_at: dt.datetime | None


class AlertsOut(Answer):
    """What lasts first, then what was over in the last 30 days."""

    rows: list[AlertOut]


class SnoozeIn(Body):
    days: Annotated[Literal[1, 7], msgspec.Meta(description="How long to put it off.")]


@blueprint.get("")
@documented("What could not wait for a report", answer=AlertsOut)
def list_alerts() -> Response:
    found = alerts.alerts(db.session(), access.workspace().id, access.now())
    return answer(AlertsOut(rows=[_out(each) for each in found]))


@blueprint.post("/<int:alert_id>/acknowledge")
@documented("Say that somebody sees to an alert", answer=AlertOut, errors=(404,))
def acknowledge(alert_id: int) -> Response:
    access.require_editor()
    found = alerts.acknowledge(db.session(), access.workspace().id, alert_id, access.user().id)
    return _committed(found)


@blueprint.post("/<int:alert_id>/snooze")
@documented("Put an alert off", body=SnoozeIn, answer=AlertOut, errors=(404,))
def snooze(alert_id: int) -> Response:
    access.require_editor()
    found = alerts.snooze(
        db.session(),
        access.workspace().id,
        alert_id,
        days=str(body(SnoozeIn).days),
        user_id=access.user().id,
        now=access.now(),
    )
    return _committed(found)


def _committed(alert: Alert) -> Response:
    db.session.commit()
    return answer(_out(alert))


def _out(alert: Alert) -> AlertOut:
    return AlertOut(**{name: getattr(alert, name) for name in AlertOut.__struct_fields__})
