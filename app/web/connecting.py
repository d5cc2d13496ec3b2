"""The ways to a platform besides its popup: pasted credentials, and the guide to setting it up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import (
    Blueprint,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired

from app.connectors.base import Connector
from app.connectors.errors import OAuthDenied
from app.connectors.words import PastedForm
from app.errors import AppError, NotFound
from app.extensions import db
from app.web import access, pasted, setup_check
from app.web.htmx import page, wants_fragment
from app.web.oauth import kind_of, redirect_uri
from app.web.setup_check import Verdict

blueprint = Blueprint("connecting", __name__, url_prefix="/connections")


@dataclass(frozen=True, slots=True)
class Ask:
    """One of a platform's forms for pasted credentials, as the page shows it."""

    about: PastedForm
    form: FlaskForm
    problem: str = ""


@blueprint.get("/<platform>/token")
def token(platform: str) -> Response:
    """The forms for pasted credentials."""
    kind = _pasteable(platform)
    return _token_page(kind, [_ask(kind, number) for number in range(len(kind.pasted_forms))])


@blueprint.post("/<platform>/token")
def save_token(platform: str) -> ResponseReturnValue:
    """Check the pasted credentials with the platform and begin reading."""
    access.require_editor()
    kind = _pasteable(platform)
    chosen = request.args.get("form", "0")
    asks = [_ask(kind, number) for number in range(len(kind.pasted_forms))]
    if chosen not in map(str, range(len(asks))):
        raise NotFound
    ask = asks[int(chosen)]
    if not ask.form.validate():
        return _token_page(kind, asks, status=422)
    try:
        connection = pasted.connect(
            platform, {field.name: ask.form[field.name].data for field in ask.about.fields}
        )
    except AppError as error:
        db.session.rollback()
        asks[int(chosen)] = Ask(ask.about, ask.form, error.message)
        return _token_page(kind, asks, status=422)
    flash(f"{kind.label} is connected.")
    if any(account.selected for account in connection.accounts):
        return redirect(url_for("connections.index"), code=303)
    return redirect(url_for("connections.accounts", connection_id=connection.id), code=303)


@blueprint.get("/<platform>/begin")
def begin(platform: str) -> Response:
    """Where the form before a popup leads without JavaScript: on to the platform by a link."""
    kind = kind_of(platform)
    if not kind.start_fields:
        raise NotFound
    given = {field.name: request.args.get(field.name, "") for field in kind.start_fields}
    if repair := request.args.get("repair"):
        given["repair"] = repair
    problem = ""
    try:
        kind.begin_with(given)
    except OAuthDenied as error:
        problem = error.message
    return page(
        "connections/begin.html",
        "form",
        status=400 if problem else 200,
        connector=kind,
        given=given,
        problem=problem,
    )


@blueprint.get("/<platform>/guide")
def guide(platform: str) -> Response:
    """What the operator does on the platform's side before anyone can connect."""
    return _guide_page(kind_of(platform), None)


@blueprint.post("/<platform>/guide")
def test_credentials(platform: str) -> Response:
    """Ask the platform whether this installation's credentials are good."""
    access.require_editor()
    kind = kind_of(platform)
    verdict = setup_check.check(platform)
    return _guide_page(kind, verdict, setup_check.check_logins(platform))


def _guide_page(
    kind: type[Connector], verdict: Verdict | None, logins: Sequence[Verdict] = ()
) -> Response:
    if verdict and wants_fragment():
        return page("connections/guide.html", "verdict", verdict=verdict, logins=logins)
    own = current_app.jinja_env.select_template(
        [f"connections/guide_{kind.slug}.html", "connections/guide.html"]
    )
    html = render_template(
        own,
        connector=kind,
        redirect_uri=redirect_uri(kind.slug),
        configured=kind.configured(access.settings()),
        settings=setup_check.settings_of(kind),
        verdict=verdict,
        logins=logins,
    )
    return make_response(html)


def _ask(kind: type[Connector], number: int) -> Ask:
    """What was typed is taken only by the form that was sent, and secrets are never shown again."""
    about = kind.pasted_forms[number]
    inputs = {
        field.name: (PasswordField if field.secret else StringField)(
            field.label,
            description=field.hint,
            validators=[InputRequired(f"Fill in: {field.label}.")],
        )
        for field in about.fields
    }
    mine = request.method == "POST" and request.args.get("form", "0") == str(number)
    form = type("PastedCredentials", (FlaskForm,), inputs)
    return Ask(about, form(request.form if mine else None, prefix=f"form{number}-"))


def _pasteable(platform: str) -> type[Connector]:
    kind = kind_of(platform)
    if not kind.pasted_forms:
        raise NotFound
    return kind


def _token_page(kind: type[Connector], asks: list[Ask], status: int = 200) -> Response:
    return page("connections/token.html", "form", status=status, connector=kind, asks=asks)
