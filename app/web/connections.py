"""The connections page: platform cards, what is connected, and what can be done about it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import RadioField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from app.connections import grants
from app.connections.overview import Overview, overview
from app.connectors.base import Connector
from app.connectors.platforms import connector_for
from app.errors import AppError, NotFound
from app.extensions import db
from app.web import access
from app.web.connections_api import (
    choose_accounts,
    connect_with_token,
    delete_connection_data,
    disconnect,
    sync_now,
)
from app.web.htmx import page, wants_fragment
from app.web.oauth import redirect_uri

blueprint = Blueprint("connections", __name__, url_prefix="/connections")


@dataclass(frozen=True, slots=True)
class Card:
    """A platform on offer. `state` is ready, not_set_up or later."""

    slug: str
    label: str
    tagline: str
    state: str
    pasted_token: bool = False


LATER = (
    Card("google", "Google Ads", "Search & Display", "later"),
    Card("linkedin", "LinkedIn Ads", "B2B marketing, lead gen", "later"),
    Card("shopify", "Shopify", "E-commerce analytics", "later"),
    Card("tiktok", "TikTok Ads", "Video ads", "later"),
)

NO_ACCOUNT = (
    "No account is ticked, so nothing was changed. Tick at least one; to stop reading them all, "
    "disconnect the platform on the Connections page."
)


class TokenForm(FlaskForm):  # type: ignore[misc] # Flask-WTF ships no types
    access_token = StringField(
        "System user token", validators=[InputRequired("Paste the token first.")]
    )


class AccountsForm(FlaskForm):  # type: ignore[misc] # Flask-WTF ships no types
    selected = SelectMultipleField("Accounts", validate_choice=False)


class DisconnectForm(FlaskForm):  # type: ignore[misc] # Flask-WTF ships no types
    figures = RadioField(
        "What should happen to the figures already read?",
        choices=[
            SelectChoice("keep", "Keep them. They stay on the dashboard and no longer change."),
            SelectChoice("delete", "Delete them. This cannot be undone."),
        ],
        default="keep",
        validators=[InputRequired("Choose whether to keep or delete the figures.")],
    )


@blueprint.get("")
def index() -> Response:
    """Cards and the connected list; the list swaps itself while something is being read."""
    return _index()


@blueprint.get("/<platform>/token")
def token(platform: str) -> Response:
    """The form for a pasted token."""
    return _token_page(_pasteable(platform), TokenForm())


@blueprint.post("/<platform>/token")
def save_token(platform: str) -> ResponseReturnValue:
    """Check the pasted token with the platform and begin reading."""
    access.require_editor()
    connector = _pasteable(platform)
    form = TokenForm()
    if not form.validate():
        return _token_page(connector, form, status=422)
    try:
        connect_with_token(platform, form.access_token.data)
    except AppError as error:
        db.session.rollback()
        form.access_token.errors = [error.message]
        return _token_page(connector, form, status=422)
    flash(f"{connector.label} is connected.")
    return redirect(url_for("connections.index"), code=303)


@blueprint.get("/<platform>/guide")
def guide(platform: str) -> Response:
    """What the operator does on the platform's side before anyone can connect."""
    connector = _connector(platform)
    return page(
        f"connections/guide_{connector.slug}.html",
        "guide",
        connector=connector,
        redirect_uri=redirect_uri(platform),
        configured=connector.configured(access.settings()),
    )


@blueprint.get("/<int:connection_id>/accounts")
def accounts(connection_id: int) -> Response:
    """Choose which accounts of a connection are read."""
    return _accounts_page(connection_id)


@blueprint.post("/<int:connection_id>/accounts")
def save_accounts(connection_id: int) -> ResponseReturnValue:
    """Read the ticked accounts from now on."""
    access.require_editor()
    form = AccountsForm()
    if not form.validate() or not form.selected.data:
        return _accounts_page(connection_id, NO_ACCOUNT, status=422)
    choose_accounts(connection_id, form.selected.data)
    flash("Saved. Only these accounts count from now on; new ones are read right away.")
    return redirect(url_for("connections.index"), code=303)


@blueprint.post("/<int:connection_id>/sync")
def sync(connection_id: int) -> ResponseReturnValue:
    """Read the platform now; the list shows how far it got."""
    access.require_editor()
    sync_now(grants.find(db.session(), access.workspace().id, connection_id), None)
    if wants_fragment():
        return _index()
    return redirect(url_for("connections.index"), code=303)


@blueprint.get("/<int:connection_id>/disconnect")
def ask_disconnect(connection_id: int) -> Response:
    """Ask what should happen to the figures before disconnecting."""
    return _disconnect_page(connection_id, DisconnectForm())


@blueprint.post("/<int:connection_id>/disconnect")
def confirm_disconnect(connection_id: int) -> ResponseReturnValue:
    """Give the grant back, delete the tokens, and the figures too if that was chosen."""
    access.require_editor()
    form = DisconnectForm()
    if not form.validate():
        return _disconnect_page(connection_id, form, status=422)
    problem = disconnect(connection_id)
    if form.figures.data == "delete":
        delete_connection_data(connection_id)
        flash("Disconnected, and its figures are deleted.")
    else:
        flash("Disconnected. The figures already read are kept.")
    if problem:
        flash(problem, "warning")
    return redirect(url_for("connections.index"), code=303)


def _index() -> Response:
    found = overview(db.session(), access.workspace().id, access.now())
    return page(
        "connections/index.html",
        "connected",
        cards=_cards(),
        connections=found,
        connected={item.connection.platform for item in found},
        labels=labels(),
        busy=any(item.run for item in found),
    )


def _cards() -> list[Card]:
    settings = access.settings()
    ready = {
        connector.slug: Card(
            connector.slug,
            connector.label,
            connector.tagline,
            "ready" if connector.configured(settings) else "not_set_up",
            bool(connector.pasted_forms),
        )
        for connector in Connector.registry.values()
    }
    return [*ready.values(), *(card for card in LATER if card.slug not in ready)]


def labels() -> dict[str, str]:
    """What each platform is called, by slug."""
    return {card.slug: card.label for card in _cards()}


def _connector(platform: str) -> type[Connector]:
    try:
        return connector_for(platform)
    except KeyError as error:
        raise NotFound from error


def _pasteable(platform: str) -> type[Connector]:
    connector = _connector(platform)
    if not bool(connector.pasted_forms):
        raise NotFound
    return connector


def _one(connection_id: int) -> Overview:
    for item in overview(db.session(), access.workspace().id, access.now()):
        if item.connection.id == connection_id:
            return item
    raise NotFound


def _token_page(connector: type[Connector], form: TokenForm, status: int = 200) -> Response:
    return page("connections/token.html", "form", status=status, connector=connector, form=form)


def _accounts_page(connection_id: int, problem: str = "", status: int = 200) -> Response:
    return page(
        "connections/accounts.html",
        "form",
        status=status,
        problem=problem,
        item=_one(connection_id),
        form=AccountsForm(),
    )


def _disconnect_page(connection_id: int, form: DisconnectForm, status: int = 200) -> Response:
    item = _one(connection_id)
    label = labels()[item.connection.platform]
    return page(
        "connections/disconnect.html", "form", status=status, item=item, label=label, form=form
    )
