"""What people without an account may open: one shared report, and the way off a mailing list.

Nothing here leads into the app, asks who is signed in to show more, or sets a session. The link's
token is the authority, so there is nothing another site could do in a visitor's name.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from itsdangerous import BadData, URLSafeTimedSerializer

from app.accounts import limits
from app.accounts.limits import Count
from app.errors import NotFound, TooMany
from app.extensions import csrf, db
from app.insights.languages import LANGUAGES, USUAL
from app.models import Report, ReportShare
from app.reports import ordering, recipients, sharing, template
from app.reports.document import Frozen, thaw
from app.reports.files import MEDIA_TYPES, Shape, file_of
from app.reports.languages import captions_in
from app.reports.languages.captions import Captions
from app.reports.rows import nowhere
from app.web import access, entry
from app.web.incoming import NUL
from app.web.report_drawing import drawn
from app.web.report_files import attachment, table_asked

blueprint = Blueprint("shared", __name__, url_prefix="/r")
csrf.exempt(blueprint)

PROOF = "growzzy_share"
PROOF_LASTS = dt.timedelta(hours=12)
HEADERS = {
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


@blueprint.after_request
def seal(response: Response) -> Response:
    """Keep it out of search engines, caches and other sites' logs."""
    response.headers.update(HEADERS)
    return response


@blueprint.errorhandler(NotFound)
def gone(_error: NotFound) -> ResponseReturnValue:
    """The same for a link that expired, was revoked, never was, or whose report is deleted."""
    asked_for = request.accept_languages.best_match(LANGUAGES, USUAL)
    return render_template("shared/gone.html", **_words(str(asked_for))), 404


@blueprint.get("/<token>")
def show(token: str) -> ResponseReturnValue:
    """The report, or the question for its password."""
    share, report = sharing.opened(db.session(), token, access.now())
    if not _proven(share):
        return _ask(token, report)
    document = _frozen(report).document
    if request.method == "GET":
        _count(share)
    return render_template("shared/report.html", token=token, **drawn(document, nowhere))


@blueprint.post("/<token>")
def unlock(token: str) -> ResponseReturnValue:
    """Take the password; who knows it is not asked again for some hours."""
    share, report = sharing.opened(db.session(), token, access.now())
    captions = _captions(report)
    counts = [
        Count(limits.SHARE_PAIR, f"{share.id} {entry.address()}"),
        Count(limits.SHARE_LINK, str(share.id)),
    ]
    try:
        entry.limiter().count(counts)
    except TooMany as error:
        problem = captions.too_many_tries(math.ceil(error.retry_after / 60))
        return _ask(token, report, problem, status=429, retry_after=error.retry_after)
    if not sharing.password_fits(share, request.form.get("password", "").replace(NUL, "")):
        return _ask(token, report, captions.labels.door["wrong_password"], status=422)
    entry.limiter().forgive(counts)
    return _remember(redirect(url_for("shared.show", token=token), code=303), share, token)


@blueprint.get("/<token>/report.<kind>")
def download(token: str, kind: Shape) -> ResponseReturnValue:
    """The same report as a file."""
    share, report = sharing.opened(db.session(), token, access.now())
    if not _proven(share):
        return redirect(url_for("shared.show", token=token), code=303)
    if kind not in MEDIA_TYPES:
        raise NotFound
    made = file_of(_frozen(report), kind, table=table_asked())
    answer = Response(made.content, mimetype=made.media_type)
    answer.headers["Content-Disposition"] = attachment(made.name)
    return answer


@blueprint.get("/unsubscribe/<token>")
def ask_unsubscribing(token: str) -> ResponseReturnValue:
    """A button only: programs that look at every link of a mail must not press it."""
    return _unsubscribing(token)


@blueprint.post("/unsubscribe/<token>")
def unsubscribe(token: str) -> ResponseReturnValue:
    """Do it; also what a mail program sends by itself (RFC 8058)."""
    recipient, *_ = recipients.behind(db.session(), access.settings(), token)
    if request.form.get("again"):
        recipients.subscribe_again(db.session(), recipient)
    else:
        recipients.unsubscribe(db.session(), recipient, access.now())
    db.session.commit()
    return _unsubscribing(token)


def _unsubscribing(token: str) -> ResponseReturnValue:
    recipient, schedule, workspace = recipients.behind(db.session(), access.settings(), token)
    return render_template(
        "shared/unsubscribe.html",
        email=recipient.email,
        title=schedule.title,
        sender=workspace.name,
        done=recipient.unsubscribed_at is not None,
        **_words(template.language_of(schedule.request)),
    )


def _ask(
    token: str, report: Report, problem: str = "", *, status: int = 200, retry_after: int = 0
) -> Response:
    """The question; it tells nothing about what the link opens but its language."""
    words = _words(ordering.wanted_of(report).language)
    answer = make_response(
        render_template("shared/password.html", token=token, problem=problem, **words), status
    )
    if retry_after:
        answer.headers["Retry-After"] = str(retry_after)
    return answer


def _words(language: str) -> dict[str, Any]:
    captions = captions_in(language)
    return {"language": language, "captions": captions, "door": captions.labels.door}


def _captions(report: Report) -> Captions:
    return captions_in(ordering.wanted_of(report).language)


def _frozen(report: Report) -> Frozen:
    if report.document is None or report.content_hash is None:
        raise NotFound
    return Frozen(thaw(report.document), report.content_hash)


def _count(share: ReportShare) -> None:
    somebody = current_user.user.id if current_user.is_authenticated else None
    agent = request.user_agent.string
    sharing.count_view(db.session(), share, user_id=somebody, agent=agent, now=access.now())
    db.session.commit()


def _proven(share: ReportShare) -> bool:
    """Whether the link needs no password, or this browser gave it lately."""
    if share.password_hash is None:
        return True
    try:
        proof: Any = _proofs().loads(
            request.cookies.get(_cookie(), ""), max_age=int(PROOF_LASTS.total_seconds())
        )
    except BadData:
        return False
    return bool(proof == [share.id, sharing.password_mark(share)])


def _remember(response: Any, share: ReportShare, token: str) -> Response:
    response.set_cookie(
        _cookie(),
        _proofs().dumps([share.id, sharing.password_mark(share)]),
        max_age=int(PROOF_LASTS.total_seconds()),
        path=url_for("shared.show", token=token),
        httponly=True,
        secure=access.settings().secure_cookies,
        samesite="Lax",
    )
    return Response(response.get_data(), status=303, headers=response.headers)


def _cookie() -> str:
    """`__Host-` would forbid the path that keeps one link's proof from another's page."""
    return f"__Secure-{PROOF}" if access.settings().secure_cookies else PROOF


def _proofs() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(access.settings().secret_key, salt="password of a share link")
