"""The page on which an advertiser chooses ad accounts for an app, and the way back from it."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from flask import Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from sandbox.state import state
from sandbox.tiktok.tokens import APP, SCOPES, USER_NAME, new_code

_CARRIED = ("app_id", "redirect_uri", "state")


def show() -> Response:
    """The page, or the page that says what is wrong with the request."""
    problem = _problem()
    if problem:
        return make_response(render_template("tiktok_dialog.html", problem=problem), 400)
    page = render_template(
        "tiktok_dialog.html",
        problem="",
        user=USER_NAME,
        scopes=SCOPES.items(),
        accounts=state().world.within_reach("tiktok"),
        carried={name: request.values[name] for name in _CARRIED if name in request.values},
        host=urlsplit(request.values["redirect_uri"]).netloc,
    )
    return make_response(page)


def decide() -> BaseResponse:
    """Confirm brings a code back; TikTok documents nothing for Cancel, so nothing comes back."""
    if _problem():
        return show()
    answer = {"state": request.form["state"]} if "state" in request.form else {}
    if request.form.get("decision") != "confirm":
        return _back(answer)
    if not request.form.getlist("advertiser"):
        problem = "Choose at least one ad account."
        return make_response(render_template("tiktok_dialog.html", problem=problem), 400)
    scopes = [scope for scope in SCOPES if str(scope) in request.form.getlist("granted")]
    code = new_code(scopes, request.form.getlist("advertiser"))
    return _back({"auth_code": code, "code": code} | answer)


def _back(answer: dict[str, str]) -> BaseResponse:
    target = request.form["redirect_uri"]
    joint = "&" if urlsplit(target).query else "?"
    return redirect(f"{target}{joint if answer else ''}{urlencode(answer)}", code=302)


def _problem() -> str:
    """Why no page can be shown; empty when one can."""
    values = request.values
    if values.get("app_id") != APP["app_id"]:
        return f"The app does not exist: the sandbox knows only {APP['app_id']}."
    target = urlsplit(values.get("redirect_uri", ""))
    if target.scheme not in ("http", "https") or not target.netloc or target.fragment:
        return "The parameter redirect_uri is required and must be an absolute address."
    return ""
