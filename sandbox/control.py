"""`/control`: how tests make the world move and the platforms misbehave."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from flask import Blueprint, Response, jsonify, request
from werkzeug.wrappers import Response as BaseResponse

from sandbox import grants, page
from sandbox.clock import noon
from sandbox.faults import Fault
from sandbox.state import state
from sandbox.world import HISTORY_DAYS, Account, Campaign

blueprint = Blueprint("control", __name__, url_prefix="/control")

RESTATED_DAYS = 28


def _refuse(message: str) -> tuple[Response, int]:
    return jsonify(error=message), 400


@blueprint.get("/")
def show() -> Response:
    """Whether it is up, and what it is doing."""
    now = state()
    return jsonify(
        now=now.clock.now().isoformat(),
        pinned=now.clock.pinned is not None,
        seed=now.world.seed,
        anchor=now.world.anchor.isoformat(),
        restated=len(now.world.restated),
        removed=sorted(now.world.removed),
        lost=sorted(now.world.lost),
        faults=now.faults.pending(),
    )


@blueprint.before_request
def check_origin() -> tuple[Response, int] | None:
    """Other sites' forms have no business here."""
    if page.is_form() and not page.is_ours():
        return jsonify(error="this form comes from another site"), 403
    return None


@blueprint.after_request
def answer_forms(response: Response) -> BaseResponse:
    """A form wants to see the page again; scripts get JSON."""
    return page.answered(response) if page.is_form() else response


@blueprint.get("/page")
def show_page() -> str:
    return page.html()


@blueprint.post("/restate")
def restate() -> Response | tuple[Response, int]:
    """{"from", "to"} ISO days, both optional: by default the 28 days up to yesterday, UTC."""
    body = _body()
    today = state().clock.now().date()
    try:
        first = dt.date.fromisoformat(
            body.get("from") or (today - dt.timedelta(RESTATED_DAYS)).isoformat()
        )
        last = dt.date.fromisoformat(body.get("to") or (today - dt.timedelta(1)).isoformat())
    except ValueError as error:
        return _refuse(str(error))
    state().world.restate(first, last, state().clock.now())
    return jsonify({"from": first.isoformat(), "to": last.isoformat()})


@blueprint.post("/history")
def shorten() -> Response | tuple[Response, int]:
    """{"days"}: the accounts advertise for no longer than this."""
    days = _body().get("days")
    if not isinstance(days, int) or not 0 < days <= HISTORY_DAYS:
        return _refuse(f"days is a whole number from 1 to {HISTORY_DAYS}")
    state().world.history_days = days
    return jsonify(days=days)


@blueprint.post("/remove")
def remove() -> Response | tuple[Response, int]:
    """{"campaign_id"}: delete a campaign now; its history stays in the reports."""
    campaign = _campaign()
    if campaign is None:
        return _refuse(_NO_CAMPAIGN)
    state().world.remove(campaign)
    return jsonify(removed=campaign.id)


@blueprint.post("/rename")
def rename() -> Response | tuple[Response, int]:
    """{"campaign_id", "name"}: the campaign is called so from now on, in its past too."""
    campaign, name = _campaign(), str(_body().get("name", "")).strip()
    if campaign is None or not name:
        return _refuse("a name is needed" if campaign else _NO_CAMPAIGN)
    state().world.rename(campaign, name)
    return jsonify(renamed=campaign.id, name=name)


@blueprint.post("/lose-account")
def lose_account() -> Response | tuple[Response, int]:
    """{"account"}: the platform's user has no role in it any more."""
    account = _account()
    if account is None:
        return _refuse(_NO_ACCOUNT)
    state().world.lose(account)
    return jsonify(lost=sorted(state().world.lost))


@blueprint.post("/gain-account")
def gain_account() -> Response | tuple[Response, int]:
    """{"account"}: one that was lost, or that the user did not have until now."""
    account = _account()
    if account is None:
        return _refuse(_NO_ACCOUNT)
    state().world.gain(account)
    return jsonify(lost=sorted(state().world.lost))


@blueprint.post("/faults")
def add_fault() -> Response | tuple[Response, int]:
    """A fault as in `faults.Fault`; answers all that are pending."""
    try:
        state().faults.add(Fault(**_body()))
    except (TypeError, ValueError, re.error) as error:
        return _refuse(str(error))
    return jsonify(state().faults.pending())


@blueprint.get("/faults")
def list_faults() -> Response:
    return jsonify(state().faults.pending())


@blueprint.delete("/faults")
def clear_faults() -> Response:
    state().faults.clear()
    return jsonify([])


@blueprint.post("/faults/clear")
def clear() -> Response:
    """The same for a form, which cannot delete."""
    return clear_faults()


@blueprint.post("/clock")
def pin() -> Response | tuple[Response, int]:
    """{"now"}: an ISO instant (UTC when it has no offset), a day (its noon UTC), or null."""
    now = _body().get("now")
    try:
        state().clock.pinned = _instant(now) if now else None
    except ValueError as error:
        return _refuse(str(error))
    return jsonify(now=state().clock.now().isoformat())


@blueprint.post("/reset")
def reset() -> Response:
    """Forget everything that happened since the process started."""
    state().reset()
    return jsonify(ok=True)


@blueprint.get("/requests")
def requests() -> Response:
    """What the platforms were asked, oldest first, without tokens; `path` filters by regex."""
    pattern = re.compile(request.args.get("path", ""))
    return jsonify([entry for entry in state().log if pattern.search(entry["path"])])


@blueprint.delete("/requests")
def forget_requests() -> Response:
    state().log.clear()
    return jsonify([])


@blueprint.post("/revoke")
def revoke() -> Response | tuple[Response, int]:
    """{"platform"}: every token it gave so far ends, as if its user had removed the app."""
    platform = str(_body().get("platform", ""))
    try:
        grants.revoke(platform)
    except ValueError as error:
        return _refuse(str(error))
    return jsonify(revoked=platform)


@blueprint.post("/lose-scope")
def lose_scope() -> Response | tuple[Response, int]:
    """{"platform", "scope"}: taken back until the next consent; by default what reports need."""
    body = _body()
    platform = str(body.get("platform", ""))
    try:
        scope = grants.withdraw(platform, str(body.get("scope") or ""))
    except ValueError as error:
        return _refuse(str(error))
    return jsonify(platform=platform, scope=scope)


_NO_CAMPAIGN = "there is no such campaign; campaign_id is one of those in /truth/<platform>"
_NO_ACCOUNT = "there is no such account; account is one of those in /truth/<platform>/accounts"


def _campaign() -> Campaign | None:
    wanted = str(_body().get("campaign_id", "")).strip()
    return next((one for one in state().world.campaigns if one.id == wanted), None)


def _account() -> Account | None:
    wanted = str(_body().get("account", "")).strip().removeprefix("act_")
    return next((one for one in state().world.accounts if one.id == wanted), None)


def _body() -> dict[str, Any]:
    if page.is_form():
        return page.filled_in()
    body = request.get_json(silent=True)
    return body if isinstance(body, dict) else {}


def _instant(text: str) -> dt.datetime:
    if len(text) == len("2026-01-01"):
        return noon(dt.date.fromisoformat(text))
    instant = dt.datetime.fromisoformat(text)
    return instant.astimezone(dt.UTC) if instant.tzinfo else instant.replace(tzinfo=dt.UTC)
