"""Google's consent page, and the way back from it."""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

from flask import Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from sandbox.google.tokens import CLIENT, SCOPES, USER_NAME, new_code
from sandbox.state import state

_CARRIED = (
    "client_id",
    "redirect_uri",
    "response_type",
    "scope",
    "state",
    "access_type",
    "prompt",
    "code_challenge",
    "code_challenge_method",
)


def show() -> Response:
    """The page, or the page that says what is wrong with the request."""
    problem = _problem()
    if problem:
        return make_response(render_template("google_dialog.html", problem=problem), 400)
    page = render_template(
        "google_dialog.html",
        problem="",
        user=USER_NAME,
        scopes=[(scope, SCOPES[scope]) for scope in _asked()],
        accounts=state().world.within_reach("google"),
        carried={name: request.values[name] for name in _CARRIED if name in request.values},
        host=urlsplit(request.values["redirect_uri"]).netloc,
    )
    return make_response(page)


def decide() -> BaseResponse:
    """Continue brings a code for what was ticked, Cancel the denial."""
    if _problem():
        return show()
    answer = {"state": request.form["state"]} if "state" in request.form else {}
    if request.form.get("decision") != "continue":
        return _back({"error": "access_denied"} | answer)
    granted = [scope for scope in _asked() if scope in request.form.getlist("granted")]
    code = new_code(request.form.to_dict(), granted)
    return _back(answer | {"code": code, "scope": " ".join(granted)})


def _back(answer: dict[str, str]) -> BaseResponse:
    target = request.form["redirect_uri"]
    joint = "&" if urlsplit(target).query else "?"
    return redirect(f"{target}{joint}{urlencode(answer)}", code=302)


def _asked() -> list[str]:
    return list(dict.fromkeys(request.values.get("scope", "").split()))


def _problem() -> str:
    """Why no page can be shown; empty when one can."""
    values = request.values
    if values.get("client_id") != CLIENT["client_id"]:
        return f"Error 401: invalid_client. The sandbox knows only {CLIENT['client_id']}."
    target = urlsplit(values.get("redirect_uri", ""))
    if target.scheme not in ("http", "https") or not target.netloc or target.fragment:
        return "Error 400: redirect_uri_mismatch. An absolute address without # is needed."
    if values.get("response_type") != "code":
        return "Error 400: unsupported_response_type. The sandbox speaks response_type=code."
    unknown = [scope for scope in _asked() if scope not in SCOPES]
    if unknown or not _asked():
        return f"Error 400: invalid_scope. {', '.join(unknown)}"
    if "code_challenge" in values and values.get("code_challenge_method") not in ("S256", "plain"):
        return "Error 400: invalid_request. code_challenge_method is S256 or plain."
    return ""
