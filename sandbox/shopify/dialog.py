"""The page on which a merchant installs an app, and the signed way back from it."""

from __future__ import annotations

import base64
import hashlib
import hmac
from urllib.parse import urlencode, urlsplit

from flask import Response, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from sandbox.shop import Shop
from sandbox.shopify.tokens import APP, SCOPES, new_code
from sandbox.state import state

_CARRIED = ("client_id", "scope", "redirect_uri", "state")
_MEANINGS = {
    "read_orders": "See orders, refunds and what they come to",
    "read_all_orders": "See orders older than 60 days, too",
}


def show(shop: Shop) -> Response:
    """The page, or the page that says what is wrong with the request."""
    problem = _problem()
    if problem:
        return make_response(render_template("shopify_dialog.html", problem=problem), 400)
    page = render_template(
        "shopify_dialog.html",
        problem="",
        shop=shop,
        scopes=[(scope, _MEANINGS[scope]) for scope in _wanted()],
        carried={name: request.values[name] for name in _CARRIED if name in request.values},
        host=urlsplit(request.values["redirect_uri"]).netloc,
    )
    return make_response(page)


def decide(shop: Shop) -> BaseResponse:
    """Install brings a code back; whoever declines stays in the shop's admin."""
    if _problem():
        return show(shop)
    if request.form.get("decision") != "install":
        problem = "Nothing was installed. You are in your shop's admin now."
        return make_response(render_template("shopify_dialog.html", problem=problem))
    scopes = [scope for scope in _wanted() if scope in request.form.getlist("granted")]
    name = shop.domain.removesuffix(".myshopify.com")
    answer = {
        "code": new_code(shop.domain, scopes),
        "host": base64.b64encode(f"admin.shopify.com/store/{name}".encode()).decode(),
        "shop": shop.domain,
        "state": request.form.get("state", ""),
        "timestamp": str(int(state().clock.now().timestamp())),
    }
    answer["hmac"] = signature(answer)
    target = request.form["redirect_uri"]
    joint = "&" if urlsplit(target).query else "?"
    return redirect(f"{target}{joint}{urlencode(answer)}", code=302)


def signature(answer: dict[str, str]) -> str:
    """HMAC-SHA256 of the sorted parameters under the app's secret, as lower-case hex."""
    text = "&".join(f"{name}={value}" for name, value in sorted(answer.items()))
    return hmac.new(APP["client_secret"].encode(), text.encode(), hashlib.sha256).hexdigest()


def _wanted() -> list[str]:
    asked = request.values.get("scope", "").split(",")
    return [scope for scope in SCOPES if scope in asked]


def _problem() -> str:
    """Why no page can be shown; empty when one can."""
    values = request.values
    if values.get("client_id") != APP["client_id"]:
        return f"The app does not exist: the sandbox knows only {APP['client_id']}."
    target = urlsplit(values.get("redirect_uri", ""))
    if target.scheme not in ("http", "https") or not target.netloc or target.fragment:
        return "The redirect_uri is not whitelisted."
    unknown = set(filter(None, values.get("scope", "").split(","))) - set(SCOPES)
    if unknown:
        return f"The app does not have these access scopes: {', '.join(sorted(unknown))}."
    return ""
