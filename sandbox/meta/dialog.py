"""The login page that Meta's OAuth popup shows, and the way back from it."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from flask import Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from sandbox.meta.tokens import APP, SCOPES, USER_ID, USERS, new_code
from sandbox.state import state

_WHAT = {
    "public_profile": "Your name and profile picture",
    "ads_read": "Read your ad accounts and their reports",
    "ads_management": "Create and change your ads",
    "business_management": "See the businesses your ad accounts belong to",
    "read_insights": "Read insights of your pages and apps",
    "pages_show_list": "See the list of pages you manage",
    "pages_read_engagement": "Read the content of your pages",
    "pages_manage_ads": "Create ads for your pages",
    "email": "Your e-mail address",
}


def show() -> Response:
    """The page, or the page that says what is wrong with the request."""
    problem = _problem()
    if problem:
        return make_response(render_template("meta_dialog.html", problem=problem), 400)
    page = render_template(
        "meta_dialog.html",
        problem="",
        user=USERS[USER_ID],
        scopes=[(scope, _WHAT[scope]) for scope in _asked()],
        accounts=state().world.within_reach("meta"),
        carried={name: request.values[name] for name in _CARRIED if name in request.values},
        host=urlsplit(request.values["redirect_uri"]).netloc,
    )
    return make_response(page)


_CARRIED = ("client_id", "redirect_uri", "state", "scope", "response_type")


def decide() -> BaseResponse:
    """Continue or Cancel was pressed: back to the app with a code or with the denial."""
    if _problem():
        return show()
    answer = {"state": request.form["state"]} if "state" in request.form else {}
    if request.form.get("decision") != "continue":
        return _back(
            {
                "error": "access_denied",
                "error_code": "200",
                "error_description": "Permissions error",
                "error_reason": "user_denied",
            }
            | answer
        )
    ticked = {"public_profile", *request.form.getlist("granted")}
    granted = [scope for scope in _asked() if scope in ticked]
    declined = [scope for scope in _asked() if scope not in ticked]
    code = new_code(APP["app_id"], request.form["redirect_uri"], granted, declined)
    return _back({"code": code} | answer, "#_=_")


def _back(answer: dict[str, str], fragment: str = "") -> BaseResponse:
    target = request.form["redirect_uri"]
    joint = "&" if urlsplit(target).query else "?"
    return redirect(f"{target}{joint}{urlencode(answer)}{fragment}", code=302)


def _asked() -> list[str]:
    wanted = request.values.get("scope", "").replace(" ", ",").split(",")
    return list(dict.fromkeys(("public_profile", *(name for name in wanted if name))))


def _problem() -> str:
    """Why no login page can be shown; empty when one can."""
    values = request.values
    if values.get("client_id") != APP["app_id"]:
        return f"Invalid App ID: the sandbox knows only {APP['app_id']}."
    target = urlsplit(values.get("redirect_uri", ""))
    if target.scheme not in ("http", "https") or not target.netloc or target.fragment:
        return "The parameter redirect_uri is required and must be an absolute address."
    if values.get("response_type", "code") != "code":
        return "The sandbox only speaks response_type=code."
    unknown = [scope for scope in _asked() if scope not in SCOPES]
    return f"Invalid Scopes: {', '.join(unknown)}." if unknown else ""
