"""Changes at the platforms as JSON: prepare, review, confirm, set back, and the log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated

import msgspec
from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.advice import change_sets, values
from app.advice.by_hand import Wish
from app.advice.reached import Reached
from app.errors import Invalid
from app.extensions import db
from app.models import Change, ChangeSet
from app.web import access, budget_notes, changing
from app.web.apidoc import Answer, Arguments, Body, answer, arguments, body, documented

blueprint = Blueprint("changes_api", __name__, url_prefix="/api/changes")


class PrepareIn(Body):
    """A recommendation, or else a campaign's budget or switch. Nothing is sent until confirmed."""

    finding_id: int | None = None
    campaign_id: int | None = None
    ad_group_id: int | None = None
    daily_budget: Annotated[
        Decimal | None, msgspec.Meta(description="The new one, in the account's currency.")
    ] = None
    switch: Annotated[str, msgspec.Meta(description="active or paused, empty for a budget")] = ""


class AmountIn(Body):
    id: int
    daily_budget: Annotated[
        Decimal, msgspec.Meta(description="In the account's currency, as a string.")
    ]


class EditIn(Body):
    """Other amounts by change id; `revision` is the one that was looked at."""

    changes: list[AmountIn]
    revision: int | None = None


class ConfirmIn(Body):
    """`revision` is the one that was reviewed; without it, whatever is there now."""

    revision: int | None = None


class ValueOut(Answer):
    """A daily budget in major units, or a switch: active or paused."""

    daily_budget: Decimal | None = None
    switch: str | None = None


class ChangeOut(Answer):
    """`before` is what the platform said at `read_at`, `after` what it said once changed.

    `state` is prepared, applying, applied, failed, unclear or reverted. `note` says, before it is
    confirmed, what was spent of a budget on the last days and what a change of it can do.
    """

    id: int
    state: str
    kind: str
    role: str
    platform: str
    account_id: int | None
    account: str
    campaign_id: int | None
    ad_group_id: int | None
    name: str
    currency: str
    sandbox: bool
    before: ValueOut
    wanted: ValueOut
    after: ValueOut | None
    note: str
    error: str
    read_at: dt.datetime
    ended_at: dt.datetime | None


class ChangeSetState(Answer):
    id: int
    state: str


class ChangeSetOut(ChangeSetState):
    """`warning` is said before it is confirmed, where none of what is cut would be cut.

    `state` is prepared, queued, applying, applied, failed, unclear or reverted.

    `cap` is the largest change of one budget as a share. `left_out` are [name, why]. `block` of a
    planned test counts from 0, -1 puts the budgets back.
    """

    origin: str
    title: str
    why: str
    rule: str
    finding_id: int | None
    reverts_id: int | None
    planned_test_id: int | None
    block: int | None
    cap: Decimal | None
    revision: int
    left_out: list[list[str]]
    warning: str
    error: str
    created_at: dt.datetime
    expires_at: dt.datetime
    confirmed_at: dt.datetime | None
    ended_at: dt.datetime | None
    changes: list[ChangeOut]


class ListQuery(Arguments):
    page: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 1


class ChangeSetList(Answer):
    """Fifty a page, the newest first."""

    changes: list[ChangeSetOut]
    page: int
    pages: int


@blueprint.get("")
@documented("The log of changes, and what is prepared", query=ListQuery, answer=ChangeSetList)
def list_changes() -> ResponseReturnValue:
    asked = arguments(ListQuery)
    found = change_sets.page(db.session(), access.workspace().id, access.now(), asked.page)
    known = budget_notes.of(found.sets)
    return answer(
        ChangeSetList(
            changes=[_set_out(each, known) for each in found.sets],
            page=found.number,
            pages=found.pages,
        )
    )


@blueprint.post("")
@documented(
    "Prepare a change for review", body=PrepareIn, answer=ChangeSetOut, status=201, errors=(404,)
)
def prepare_change() -> ResponseReturnValue:
    access.require_editor()
    given = body(PrepareIn)
    if given.finding_id is not None:
        made = changing.of_finding(given.finding_id)
    elif given.campaign_id is not None:
        made = changing.by_hand(
            Wish(given.campaign_id, given.ad_group_id, given.switch, given.daily_budget)
        )
    else:
        raise Invalid("Name a finding_id or a campaign_id.")
    return answer(_told(made.id), 201)


@blueprint.get("/<int:set_id>")
@documented("Changes that belong together", answer=ChangeSetOut)
def show_change(set_id: int) -> ResponseReturnValue:
    return answer(_told(set_id))


@blueprint.patch("/<int:set_id>")
@documented("Give prepared budgets other amounts", body=EditIn, answer=ChangeSetOut)
def edit_change(set_id: int) -> ResponseReturnValue:
    access.require_editor()
    found, given = changing.find(set_id), body(EditIn)
    changing.edit(found, {each.id: each.daily_budget for each in given.changes}, given.revision)
    return answer(_told(set_id))


@blueprint.post("/<int:set_id>/confirm")
@documented("Apply what was reviewed", body=ConfirmIn, answer=ChangeSetState, status=202)
def confirm_change(set_id: int) -> ResponseReturnValue:
    access.require_editor()
    found, given = changing.find(set_id), body(ConfirmIn)
    changing.confirm(found, {}, given.revision)
    return answer(_state(set_id), 202)


@blueprint.post("/<int:set_id>/look")
@documented("Ask the platforms what became of it", answer=ChangeSetState, status=202)
def look_at_change(set_id: int) -> ResponseReturnValue:
    access.require_editor()
    changing.look_again(changing.find(set_id))
    return answer(_state(set_id), 202)


@blueprint.post("/<int:set_id>/revert")
@documented("Prepare the opposite for review", answer=ChangeSetOut, status=201)
def revert_change(set_id: int) -> ResponseReturnValue:
    access.require_editor()
    made = changing.revert(changing.find(set_id))
    return answer(_told(made.id), 201)


@blueprint.delete("/<int:set_id>")
@documented("Discard what was prepared", status=204)
def discard_change(set_id: int) -> ResponseReturnValue:
    access.require_editor()
    changing.discard(changing.find(set_id))
    return "", 204


def _state(set_id: int) -> ChangeSetState:
    return ChangeSetState(id=set_id, state=changing.find(set_id).state)


_SET = (
    "id state origin title why rule finding_id reverts_id planned_test_id block cap revision "
    "left_out error created_at expires_at confirmed_at ended_at"
).split()
_CHANGE = (
    "id state kind role platform account_id campaign_id ad_group_id name currency sandbox error "
    "read_at ended_at"
).split()


def _told(set_id: int) -> ChangeSetOut:
    found = changing.find(set_id)
    return _set_out(found, budget_notes.of([found]))


def _set_out(found: ChangeSet, known: Mapping[int, Reached]) -> ChangeSetOut:
    told = {name: getattr(found, name) for name in _SET}
    return ChangeSetOut(
        **told,
        warning=budget_notes.warning(found, known),
        changes=[_change_out(each, known) for each in found.changes],
    )


def _change_out(change: Change, known: Mapping[int, Reached]) -> ChangeOut:
    return ChangeOut(
        **{name: getattr(change, name) for name in _CHANGE},
        account=change.account_name,
        note=budget_notes.note(change, known),
        before=_value(change.before),
        wanted=_value(change.wanted),
        after=_value(change.after) if change.after is not None else None,
    )


def _value(value: values.Value) -> ValueOut:
    return ValueOut(daily_budget=values.amount(value), switch=value.get("switch"))
