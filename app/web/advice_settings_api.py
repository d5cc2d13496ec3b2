"""What advice is measured against, for scripts."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from flask import Blueprint, Response
from msgspec import Meta

from app.advice import nightly
from app.advice.preferences import Preferences, budgeted_platforms, edition, preferences, save
from app.extensions import db
from app.insights.thresholds import DEFAULTS, Thresholds
from app.web import access
from app.web.apidoc import Answer, Body, answer, body, documented

blueprint = Blueprint("advice_settings_api", __name__)

Budgets = Annotated[
    dict[str, Decimal],
    Meta(description="By platform, as in meta; an empty name is all platforms together."),
]


class AdviceSettingsIn(Body):
    """Everything that is to count from now on; a threshold left out is the default.

    `currency` is the one the amounts are in: refused when the workspace's is another. `based_on` is
    the edition that was read: refused when somebody changed it meanwhile; empty for whichever.
    """

    currency: str
    target_cpa: Decimal | None
    monthly_budgets: Budgets
    thresholds: Thresholds
    based_on: str = ""


class AdviceSettingsOut(Answer):
    """What counts. `platforms` may have a budget; `edition` changes with the rest."""

    currency: str
    edition: str
    target_cpa: Decimal | None
    monthly_budgets: Budgets
    platforms: list[str]
    thresholds: Thresholds
    defaults: Thresholds


@blueprint.get("/api/workspace/advice")
@documented("What advice is measured against", answer=AdviceSettingsOut)
def show() -> Response:
    """The target CPA, the monthly budgets and the thresholds of the rules."""
    return answer(_out())


@blueprint.put("/api/workspace/advice")
@documented(
    "Change what advice is measured against",
    body=AdviceSettingsIn,
    answer=AdviceSettingsOut,
    errors=(409,),
)
def change() -> Response:
    """Everything or nothing; findings are looked for again."""
    access.require_editor()
    sent = body(AdviceSettingsIn)
    wished = Preferences(sent.target_cpa, sent.monthly_budgets, sent.thresholds)
    if save(
        db.session(),
        access.workspace(),
        wished,
        currency=sent.currency,
        based_on=sent.based_on,
    ):
        nightly.queue(db.session(), access.workspace().id)
    db.session.commit()
    return answer(_out())


def _out() -> AdviceSettingsOut:
    workspace = access.workspace()
    present = preferences(workspace)
    return AdviceSettingsOut(
        currency=workspace.currency,
        edition=edition(workspace),
        target_cpa=present.target_cpa,
        monthly_budgets=dict(present.monthly_budgets),
        platforms=budgeted_platforms(db.session(), workspace),
        thresholds=present.thresholds,
        defaults=DEFAULTS,
    )
