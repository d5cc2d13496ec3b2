"""The page on which a member lets an app in, and the way back from it."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from flask import Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from sandbox.linkedin.knobs import SCOPES, knobs
from sandbox.linkedin.tokens import APP, USER_NAME, new_code
from sandbox.state import state

_CARRIED = ("response_type", "client_id", "redirect_uri", "state", "scope")
_DESCRIPTIONS = {
    "user_cancelled_login": "The user cancelled LinkedIn login",
    "user_cancelled_authorize": "The user cancelled the authorization",
    "unauthorized_scope_error": "Scope {scope} is not authorized for your application",
}


def show() -> BaseResponse:
    """The page; a scope that the app does not own is refused without one."""
    problem = _problem()
    if problem:
        return make_response(render_template("linkedin_dialog.html", problem=problem), 400)
    for scope in _scopes():
        if scope not in knobs().scopes:
            return _refuse("unauthorized_scope_error", scope)
    page = render_template(
        "linkedin_dialog.html",
        problem="",
        user=USER_NAME,
        scopes={scope: SCOPES[scope] for scope in _scopes()},
        accounts=state().world.within_reach("linkedin"),
        carried={name: request.values[name] for name in _CARRIED if name in request.values},
        host=urlsplit(request.values["redirect_uri"]).netloc,
        renews=knobs().refresh_tokens,
    )
    return make_response(page)


def decide() -> BaseResponse:
    """All that was asked for, or nothing."""
    if _problem():
        return show()
    decision = request.form.get("decision")
    if decision == "allow":
        return _back({"code": new_code(request.form["redirect_uri"], _scopes())})
    signed_in = decision != "stay_out"
    return _refuse("user_cancelled_authorize" if signed_in else "user_cancelled_login")


def _refuse(error: str, scope: str = "") -> Response | BaseResponse:
    told = _DESCRIPTIONS[error].format(scope=f'"{scope}"')
    return _back({"error": error, "error_description": told})


def _back(answer: dict[str, str]) -> BaseResponse:
    if "state" in request.values:
        answer |= {"state": request.values["state"]}
    target = request.values["redirect_uri"]
    joint = "&" if urlsplit(target).query else "?"
    return redirect(f"{target}{joint}{urlencode(answer)}", code=302)


def _scopes() -> list[str]:
    return request.values.get("scope", "").split()


def _problem() -> str:
    """Why no page can be shown; empty when one can."""
    values = request.values
    if values.get("client_id") != APP["client_id"]:
        return f"You need to pass the client_id: the sandbox knows only {APP['client_id']}."
    if values.get("response_type") != "code":
        return "You need to pass response_type=code."
    target = urlsplit(values.get("redirect_uri", ""))
    if target.scheme not in ("http", "https") or not target.netloc or target.fragment:
        return "The redirect_uri does not match the registered value."
    unknown = [scope for scope in _scopes() if scope not in SCOPES]
    if unknown or not _scopes():
        return f"Bummer, something went wrong: unknown scope {' '.join(unknown) or '(none)'}."
    return ""
