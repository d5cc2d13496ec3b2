"""The workspace for scripts."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec
from flask import Blueprint, Response
from msgspec import UNSET, Meta, UnsetType

from app.accounts import workspaces
from app.accounts.workspaces import Stale
from app.advice import nightly, planned
from app.extensions import db
from app.insights.languages import LANGUAGES
from app.models import Workspace
from app.sync.rollup import recompute_shops, recompute_workspace
from app.web import access
from app.web.apidoc import Answer, Body, answer, body, documented

blueprint = Blueprint("workspace_api", __name__)

WITH_TAX = "Whether tax counts as revenue of a shop; it is never part of net sales."
WITH_SHIPPING = "Whether shipping counts as revenue of a shop; it is never part of net sales."
REPORT_LANGUAGE = (
    "What new reports and schedules are written in unless they say otherwise: "
    f"{', '.join(LANGUAGES)}."
)
Revenue = Literal["auto", "store", "reported"]


class WorkspacePatch(Body):
    """What is to change; everything else stays."""

    name: str | UnsetType = UNSET
    currency: Annotated[str, Meta(description="ISO 4217.")] | UnsetType = UNSET
    time_zone: Annotated[str, Meta(description="IANA name.")] | UnsetType = UNSET
    target_roas: Decimal | UnsetType | None = UNSET
    revenue: Revenue | UnsetType = UNSET
    revenue_with_tax: Annotated[bool, Meta(description=WITH_TAX)] | UnsetType = UNSET
    revenue_with_shipping: Annotated[bool, Meta(description=WITH_SHIPPING)] | UnsetType = UNSET
    report_language: Annotated[str, Meta(description=REPORT_LANGUAGE)] | UnsetType = UNSET


class WorkspaceAnswer(Answer):
    """A workspace; `revenue` says which revenue its figures show."""

    id: int
    name: str
    currency: str
    time_zone: str
    target_roas: Decimal | None
    revenue: str
    revenue_with_tax: bool
    revenue_with_shipping: bool
    report_language: str


@blueprint.get("/api/workspace")
@documented("The workspace", answer=WorkspaceAnswer)
def show() -> Response:
    """The workspace every other call is about."""
    return answer(as_answer(access.workspace()))


@blueprint.patch("/api/workspace")
@documented("Change the workspace", body=WorkspacePatch, answer=WorkspaceAnswer)
def change() -> Response:
    """Change what was sent; another currency or other revenue computes the figures again.

    Findings are looked for again after a change of anything but the name and the language.

    Another currency also drops the target CPA, the monthly budgets and the least spend of
    /api/workspace/advice, which are amounts in the one before, and stops a planned test.
    """
    access.require_editor()
    sent: Any = {
        name: value
        for name, value in msgspec.structs.asdict(body(WorkspacePatch)).items()
        if value is not UNSET
    }
    apply_changes(access.workspace(), sent)
    return answer(as_answer(access.workspace()))


def apply_changes(workspace: Workspace, changes: workspaces.Changes) -> bool:
    """Store the changes and what follows from them, all or nothing. Raises Invalid.

    Says whether amounts in another currency were dropped with it.
    """
    # Whoever is saving such an amount at this moment is done before it is looked at.
    db.session.refresh(workspace, with_for_update={"key_share": True})
    held, measured = workspaces.holds_amounts(workspace), workspaces.measured_by(workspace)
    stale = workspaces.change_workspace(workspace, changes)
    db.session.flush()
    if stale is Stale.EVERYTHING:
        planned.advance(db.session(), workspace, access.today())
        recompute_workspace(db.session(), workspace.id)
    elif stale is Stale.SHOPS:
        recompute_shops(db.session(), workspace.id)
    if workspaces.measured_by(workspace) != measured:
        nightly.queue(db.session(), workspace.id)
    db.session.commit()
    return held and not workspaces.holds_amounts(workspace)


def as_answer(workspace: Workspace) -> WorkspaceAnswer:
    """The workspace as scripts see it."""
    return WorkspaceAnswer(
        id=workspace.id,
        name=workspace.name,
        currency=workspace.currency,
        time_zone=workspace.time_zone,
        target_roas=workspace.target_roas,
        revenue=workspace.revenue,
        revenue_with_tax=workspace.revenue_with_tax,
        revenue_with_shipping=workspace.revenue_with_shipping,
        report_language=workspace.report_language,
    )
