"""The connections page: platform cards, what is connected, and what can be done about it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import RadioField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from app.connections import grants
from app.connections.overview import Overview, overview
from app.connections.vault import Vault
from app.connectors.base import Connector
from app.errors import NotFound
from app.extensions import db
from app.metrics.quotas import QuotaStanding, standing
from app.metrics.store_revenue import StoreRevenue
from app.models import Account
from app.web import access
from app.web.connections_api import (
    choose_accounts,
    delete_connection_data,
    disconnect,
    sync_now,
)
from app.web.htmx import page, wants_fragment

blueprint = Blueprint("connections", __name__, url_prefix="/connections")


@dataclass(frozen=True, slots=True)
class Card:
    """A platform on offer. `formula` says what a shop's revenue is made of."""

    kind: type[Connector]
    configured: bool
    formula: str = ""


# As people look for them; platforms that were added come after, by name.
ORDER = ("meta", "google", "linkedin", "shopify", "tiktok")
NO_ACCOUNT = (
    "No account is ticked, so nothing was changed. Tick at least one; to stop reading them all, "
    "disconnect the platform on the Connections page."
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
    found = _overview()
    return page(
        "connections/index.html",
        "connected",
        cards=_cards(),
        connections=found,
        connected={item.connection.platform for item in found},
        labels=labels(),
        shops={kind.slug for kind in _kinds() if kind.sells},
        creating={kind.slug: kind.create_scopes for kind in _kinds() if kind.create_scopes},
        quotas=quotas_of({item.connection.platform for item in found if item.reading}),
        busy=any(item.run for item in found),
    )


def _cards() -> list[Card]:
    settings, workspace = access.settings(), access.workspace()
    revenue = StoreRevenue(workspace.revenue_with_tax, workspace.revenue_with_shipping)
    kinds = sorted(_kinds(), key=_place)
    return [
        Card(kind, kind.configured(settings), revenue.formula if kind.sells else "")
        for kind in kinds
    ]


def _place(kind: type[Connector]) -> tuple[int, str]:
    known = kind.slug in ORDER
    return (ORDER.index(kind.slug) if known else len(ORDER), kind.label)


def labels() -> dict[str, str]:
    """What each platform is called, by slug."""
    return {kind.slug: kind.label for kind in _kinds()}


def quotas_of(platforms: Collection[str]) -> list[QuotaStanding]:
    """How the quotas of these platforms stand, which all of the installation share."""
    settings = access.settings()
    if not any(kind.slug in platforms and kind.quotas(settings) for kind in _kinds()):
        return []
    found = standing(db.session(), settings, access.now())
    return [each for each in found if each.platform in platforms]


def _kinds() -> Iterable[type[Connector]]:
    return Connector.registry.values()


def _overview() -> list[Overview]:
    vault = Vault(access.settings().encryption_keys)
    return overview(db.session(), access.workspace().id, vault, access.now())


def one(connection_id: int) -> Overview:
    """One connection of the workspace as its owner sees it. Raises NotFound."""
    for item in _overview():
        if item.connection.id == connection_id:
            return item
    raise NotFound


def _accounts_page(connection_id: int, problem: str = "", status: int = 200) -> Response:
    item = one(connection_id)
    return page(
        "connections/accounts.html",
        "form",
        status=status,
        problem=problem,
        item=item,
        label=labels()[item.connection.platform],
        managers=_by_manager(item.accounts),
        form=AccountsForm(),
    )


def _by_manager(accounts: Sequence[Account]) -> list[tuple[str, list[Account]]]:
    """Accounts under the manager they are reached through, those reached directly first.

    What the login can no longer read and was not chosen is left out: there is nothing to choose.
    """
    offered = [a for a in accounts if a.selected or a.removed_at is None]
    offered.sort(key=lambda a: (a.via_name or a.via, a.status != "active", a.name))
    groups = groupby(offered, key=lambda a: a.via_name or a.via)
    return [(manager, list(members)) for manager, members in groups]


def _disconnect_page(connection_id: int, form: DisconnectForm, status: int = 200) -> Response:
    item = one(connection_id)
    label = labels()[item.connection.platform]
    return page(
        "connections/disconnect.html", "form", status=status, item=item, label=label, form=form
    )
