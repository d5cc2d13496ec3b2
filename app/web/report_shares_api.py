"""The links of a report as JSON."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from flask import Blueprint, Response
from msgspec import Meta

from app.extensions import db
from app.models import Report, ReportShare
from app.reports import ordering, sharing
from app.reports.sharing import NewShare
from app.web import access
from app.web.apidoc import Answer, Body, answer, body, documented
from app.web.report_shares import address, sealer

blueprint = Blueprint(
    "report_shares_api", __name__, url_prefix="/api/reports/<int:report_id>/shares"
)


class ShareOut(Answer):
    """`url` is empty when the key that it was sealed with is gone; the link still opens."""

    id: int
    name: str
    url: str
    password: Annotated[bool, Meta(description="Whether it asks for a password.")]
    created_at: dt.datetime
    expires_at: dt.datetime | None
    views: Annotated[int, Meta(description="Openings by others than members and programs.")]
    last_viewed_at: dt.datetime | None


class SharesOut(Answer):
    shares: list[ShareOut]


class ShareIn(Body):
    """`days` is how long the link opens; null for until it is revoked."""

    name: str
    password: str = ""
    days: int | None = None


@blueprint.get("")
@documented("The links of a report", answer=SharesOut)
def index(report_id: int) -> Response:
    """Those that were not revoked."""
    report = _report(report_id)
    return answer(SharesOut(shares=[_out(each) for each in sharing.listed(db.session(), report)]))


@blueprint.post("")
@documented("Make a link to a report", body=ShareIn, answer=ShareOut, status=201, errors=(409,))
def create(report_id: int) -> Response:
    """For anybody who has it."""
    report = _report(report_id)
    sent = body(ShareIn)
    wanted = NewShare(sent.name, sent.password, sent.days)
    made, _ = sharing.create(
        db.session(), sealer(), report, wanted, user_id=access.user().id, now=access.now()
    )
    db.session.commit()
    return answer(_out(made), 201)


@blueprint.delete("/<int:share_id>")
@documented("Revoke a link", status=204)
def revoke(report_id: int, share_id: int) -> Response:
    """It opens nothing from now on."""
    sharing.revoke(db.session(), _report(report_id), share_id, access.now())
    db.session.commit()
    return Response(status=204)


def _report(report_id: int) -> Report:
    access.require_editor()
    return ordering.find(db.session(), access.workspace().id, report_id)


def _out(share: ReportShare) -> ShareOut:
    return ShareOut(
        id=share.id,
        name=share.name,
        url=address(share),
        password=share.password_hash is not None,
        created_at=share.created_at,
        expires_at=share.expires_at,
        views=share.views,
        last_viewed_at=share.last_viewed_at,
    )
