"""`/control/page`: what the sandbox is doing, and every command as a form, without a script."""

from __future__ import annotations

from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from sandbox import faults, grants
from sandbox.state import state
from sandbox.world import Account

SHOWN_REQUESTS = 20
# Beyond the planned campaigns there may be a crowd of ten thousand.
_SHOWN_CAMPAIGNS = 60


def is_form() -> bool:
    """Whether a browser's form sent this, which wants a page in answer."""
    return request.method == "POST" and request.mimetype in (
        "application/x-www-form-urlencoded",
        "multipart/form-data",
    )


def is_ours() -> bool:
    """Not a form that some other site made this browser send."""
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


def filled_in() -> dict[str, Any]:
    """The fields of a form that hold something; numbers are numbers."""
    return {
        name: _typed(name, value.strip()) for name, value in request.form.items() if value.strip()
    }


def _typed(name: str, value: str) -> object:
    if name in faults.NUMBERS and value.replace(".", "", 1).isdigit():
        return float(value) if "." in value else int(value)
    return value


def answered(response: Response) -> BaseResponse:
    """The page again: as it is now, or with what was wrong."""
    if response.status_code < 400:
        return redirect(url_for("control.show_page"), 303)
    told = response.get_json(silent=True) or {}
    return Response(html(str(told.get("error", ""))), response.status_code)


def html(problem: str = "") -> str:
    now = state()
    return render_template(
        "control.html",
        problem=problem,
        now=now.clock.now(),
        pinned=now.clock.pinned is not None,
        world=now.world,
        pending=now.faults.pending(),
        requests=list(islice(reversed(now.log), SHOWN_REQUESTS)),
        accounts=[(account, shown(account)) for account in now.world.accounts],
        kinds=_grouped_kinds(),
        platforms=faults.PLATFORMS,
        grants=list(grants.TERMS),
    )


def shown(account: Account) -> list[tuple[str, str]]:
    """Ids and names of an account's campaigns, with what was done to them."""
    removed = state().world.removed
    return [
        (campaign.id, campaign.name + (" (removed)" if campaign.id in removed else ""))
        for campaign in islice(account.campaigns, _SHOWN_CAMPAIGNS)
    ]


def _grouped_kinds() -> dict[str, list[str]]:
    """What several platforms act on first, then what one alone does."""
    own = {
        platform: [kind for kind in faults.known(platform) if kind.startswith(f"{platform}_")]
        for platform in faults.PLATFORMS
    }
    alone = {kind for kinds in own.values() for kind in kinds}
    shared = [kind for kind in faults.known() if kind not in alone]
    return {"several platforms": shared} | {name: kinds for name, kinds in own.items() if kinds}
