"""Campaign drafts as JSON: make, fill in, look at exactly what is sent, launch paused."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any

import msgspec
from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from app.connectors.launching import Choices
from app.creative import batches, draft_fields, drafts
from app.creative.reviewing import Review
from app.extensions import db
from app.models import CampaignDraft
from app.web import access, launching
from app.web.apidoc import Answer, Body, answer, body, documented

blueprint = Blueprint("drafts_api", __name__, url_prefix="/api/creative")


class DraftIn(Body):
    """Fields to fill in; what is missing stays as it is. `daily_budget` is in major units."""

    name: str | None = None
    account_id: int | None = None
    goal: str | None = None
    daily_budget: Annotated[
        Decimal | None, msgspec.Meta(description="In the account's currency, as a string.")
    ] = None
    starts_on: dt.date | None = None
    ends_on: Annotated[
        dt.date | msgspec.UnsetType | None, msgspec.Meta(description="null for no end")
    ] = msgspec.UNSET
    countries: tuple[str, ...] | None = None
    language: str | None = None
    age_min: int | None = None
    age_max: int | None = None
    gender: str | None = None
    url: str | None = None
    utm: dict[str, str] | None = None
    profile: Annotated[
        str | None, msgspec.Meta(description="Page, organisation or identity, by its id.")
    ] = None
    keywords: tuple[str, ...] | None = None
    special: tuple[str, ...] | None = None
    answers: Annotated[
        dict[str, str] | None, msgspec.Meta(description="To the platform's own questions.")
    ] = None
    revision: int | None = None


class LaunchIn(Body):
    """`digest` is the one of the review that was approved; without it, whatever is there now."""

    digest: str | None = None


class DraftMade(Answer):
    id: int


class LaunchState(Answer):
    id: int
    state: str


class DraftAdOut(Answer):
    """`ad_id` is the platform's, empty until the ad exists."""

    position: int
    variation_id: int | None
    texts: dict[str, Any]
    ad_id: str


class ProblemOut(Answer):
    field: str
    message: str


class StepOut(Answer):
    """What is sent, and what came of it: `state` is planned, begun or made, `made` the ids."""

    key: str
    kind: str
    name: str
    request: dict[str, Any]
    state: str
    made: dict[str, str]


class DraftOut(Answer):
    """`state` is draft, queued, launching, launched, partial or failed.

    `digest` stands for exactly these steps; it is empty while there are problems. `mark` stands in
    the name of everything that is created.
    """

    id: int
    state: str
    platform: str
    account_id: int | None
    currency: str | None
    mark: str
    name: str
    goal: str
    daily_budget: Decimal | None
    starts_on: dt.date | None
    ends_on: dt.date | None
    countries: list[str]
    audience: dict[str, Any]
    language: str
    url: str
    landing_url: str
    utm: dict[str, str]
    profile: str
    keywords: list[str]
    special: list[str]
    answers: dict[str, str]
    picture: str
    revision: int
    ads: list[DraftAdOut]
    problems: list[ProblemOut]
    steps: list[StepOut]
    digest: str
    error: str | None
    error_field: str | None
    manager_url: str | None
    launched_at: dt.datetime | None


class ChoiceOut(Answer):
    id: str
    name: str


class QuestionOut(Answer):
    name: str
    label: str
    help: str
    choices: list[ChoiceOut]
    needed: bool
    goals: list[str]


class ChoicesOut(Answer):
    """What the platform offers for the draft's account; `problem` says why it could not tell."""

    problem: str
    profile_word: str
    profiles: list[ChoiceOut]
    least_budget: Decimal | None
    picture: bool
    keywords: bool
    goals: list[str]
    questions: list[QuestionOut]
    notes: list[str]


class DraftInList(LaunchState):
    name: str
    platform: str
    account_id: int | None
    created_at: dt.datetime


class DraftList(Answer):
    """The newest hundred, the newest first."""

    drafts: list[DraftInList]


@blueprint.post("/variations/<int:variation_id>/draft")
@documented("Make a campaign draft of a variation", answer=DraftMade, status=201)
def create_draft(variation_id: int) -> ResponseReturnValue:
    access.require_editor()
    row = batches.find_variation(db.session(), access.workspace().id, variation_id)
    made = drafts.create(
        db.session(), access.workspace().id, access.user().id, [row], now=access.now()
    )
    db.session.commit()
    return answer(DraftMade(id=made.id), 201)


@blueprint.get("/drafts")
@documented("The workspace's campaign drafts", answer=DraftList)
def list_drafts() -> ResponseReturnValue:
    listed = drafts.listed(db.session(), access.workspace().id)
    told = ("id", "state", "name", "platform", "account_id", "created_at")
    return answer(
        DraftList(
            drafts=[DraftInList(**{name: getattr(each, name) for name in told}) for each in listed]
        )
    )


@blueprint.get("/drafts/<int:draft_id>")
@documented("A draft, with exactly what launching it would send", answer=DraftOut)
def get_draft(draft_id: int) -> ResponseReturnValue:
    found = launching.find(draft_id)
    looked = launching.look(found)
    db.session.commit()
    return answer(_out(found, looked))


@blueprint.patch("/drafts/<int:draft_id>")
@documented("Fill a draft in", body=DraftIn, answer=DraftOut, errors=(409,))
def change_draft(draft_id: int) -> ResponseReturnValue:
    access.require_editor()
    found = launching.find(draft_id)
    wanted = body(DraftIn)
    given = {
        name: value
        for name in wanted.__struct_fields__
        if name != "revision"
        and (value := getattr(wanted, name)) is not msgspec.UNSET
        and (value is not None or name == "ends_on")
    }
    drafts.change(db.session(), found, draft_fields.fill(given), wanted.revision)
    db.session.commit()
    looked = launching.look(found)
    db.session.commit()
    return answer(_out(found, looked))


@blueprint.delete("/drafts/<int:draft_id>")
@documented("Forget a draft of which nothing exists", status=204, errors=(409,))
def delete_draft(draft_id: int) -> ResponseReturnValue:
    access.require_editor()
    drafts.delete(db.session(), launching.find(draft_id))
    db.session.commit()
    return "", 204


@blueprint.get("/drafts/<int:draft_id>/choices")
@documented("What the platform offers for a draft's account", answer=ChoicesOut)
def get_choices(draft_id: int) -> ResponseReturnValue:
    offered, problem = launching.choices(launching.find(draft_id))
    told = msgspec.to_builtins(offered or Choices(goals=()))
    return answer(msgspec.convert({**told, "problem": problem}, ChoicesOut))


@blueprint.post("/drafts/<int:draft_id>/launch")
@documented(
    "Create the campaign, paused", body=LaunchIn, answer=LaunchState, status=202, errors=(409, 429)
)
def launch_draft(draft_id: int) -> ResponseReturnValue:
    access.require_editor()
    found = launching.find(draft_id)
    seen = body(LaunchIn).digest if request.get_data() else None
    launching.start(found, seen)
    return answer(LaunchState(id=found.id, state=found.state), 202)


@blueprint.post("/drafts/<int:draft_id>/clean")
@documented("Delete what an unfinished launch made", answer=LaunchState, status=202, errors=(409,))
def clean_draft(draft_id: int) -> ResponseReturnValue:
    access.require_editor()
    found = launching.find(draft_id)
    launching.begin_cleaning(found)
    return answer(LaunchState(id=found.id, state=found.state), 202)


def _out(found: CampaignDraft, looked: Review) -> DraftOut:
    account = drafts.account_of(db.session(), found)
    known = {row.key: row for row in found.steps}
    same = (
        *("id", "state", "platform", "account_id", "mark", "name", "goal", "daily_budget"),
        *("starts_on", "ends_on", "countries", "audience", "language", "url", "utm", "profile"),
        *("keywords", "special", "answers", "revision", "launched_at"),
    )
    return DraftOut(
        **{name: getattr(found, name) for name in same},
        currency=account.currency if account else None,
        landing_url=drafts.landing_url(found.url, found.utm),
        picture=found.picture_name,
        ads=[
            DraftAdOut(
                position=ad.position,
                variation_id=ad.variation_id,
                texts=ad.texts,
                ad_id=ad.ad_external_id,
            )
            for ad in found.ads
        ],
        problems=[ProblemOut(field=each.field, message=each.message) for each in looked.problems],
        steps=[
            StepOut(
                key=step.key,
                kind=step.kind,
                name=step.name,
                request=dict(step.request),
                state=known[step.key].state if step.key in known else "planned",
                made=known[step.key].made if step.key in known else {},
            )
            for step in looked.steps
        ],
        digest=looked.digest,
        error=found.error or None,
        error_field=found.error_field or None,
        manager_url=found.manager_url or None,
    )
