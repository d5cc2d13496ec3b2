"""What a shop's deliveries (webhooks) lead to. Nothing in them is believed that is not signed.

The signature covers the body alone, so only the body says which shop is to be cut off or erased,
and only for connections whose own app secret signs it. Nothing of a delivery is stored but its id.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.connections.vault import Vault
from app.connectors.errors import AccessRevoked
from app.connectors.shopify.shops import is_shop
from app.connectors.shopify.signature import signs_body
from app.connectors.words import Grant
from app.errors import AppError
from app.models import Account, PlatformConnection, WebhookDelivery
from app.settings import Settings
from app.sync.requests import request_sync
from app.sync.window import Reach

PLATFORM = "shopify"
# A shop that sells a lot announces it all the time; the timetable reads it every five minutes.
AT_MOST_EVERY = dt.timedelta(minutes=1)
REMOVED = (
    "The app was removed from the shop in Shopify's admin, so its access has ended and the tokens "
    "are deleted here. The figures are kept. To go on, open Connections and press Connect on "
    "Shopify."
)

_log = logging.getLogger(__name__)


class NotSigned(AppError):
    """Nobody who knows an app secret of ours has sent this."""

    code = "not_signed"
    status = 401


@dataclass(frozen=True, slots=True)
class Delivery:
    """A webhook as it came in."""

    topic: str
    shop: str
    delivery_id: str
    signature: str
    triggered_at: dt.datetime | None
    body: bytes


class _Body(msgspec.Struct):
    """Which shop a body is about: the shop itself, or a privacy request."""

    myshopify_domain: str = ""
    shop_domain: str = ""


def receive(session: Session, settings: Settings, delivery: Delivery, *, now: dt.datetime) -> None:
    """Act on a delivery, once. Raises NotSigned. The caller commits."""
    shop = _about(delivery) or delivery.shop
    connections = _connections(session, shop) if is_shop(shop) else []
    vault = Vault(settings.encryption_keys)
    ours = [each for each in connections if _signed_for(each, delivery, settings, vault)]
    if not ours and not signs_body(
        delivery.body, delivery.signature, settings.shopify_client_secret
    ):
        raise NotSigned("This delivery is not signed with an app secret of this installation.")
    if not _is_new(session, delivery):
        return
    if delivery.topic == "orders/updated":
        _read_soon(session, ours, now)
    elif delivery.topic == "app/uninstalled" and _about(delivery):
        _cut(session, ours, delivery, vault)
    elif delivery.topic == "shop/redact" and _about(delivery):
        _erase(session, ours, shop)
    else:
        # Requests about a customer: nothing is held of any.
        _log.info("shopify delivered %s; there is nothing to do", delivery.topic[:60])


def _about(delivery: Delivery) -> str:
    """The shop that the signed body names; empty when it names none."""
    try:
        body = msgspec.json.decode(delivery.body, type=_Body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    return (body.myshopify_domain or body.shop_domain).lower()


def _connections(session: Session, shop: str) -> Sequence[PlatformConnection]:
    """Everyone's connections to a shop. Not locked: nobody has proved anything yet."""
    return session.scalars(
        select(PlatformConnection)
        .where(
            PlatformConnection.platform == PLATFORM,
            PlatformConnection.kind != "upload",
            PlatformConnection.id.in_(
                select(Account.connection_id).where(
                    Account.platform == PLATFORM, Account.external_id == shop
                )
            ),
        )
        .order_by(PlatformConnection.id)
    ).all()


def _signed_for(
    connection: PlatformConnection, delivery: Delivery, settings: Settings, vault: Vault
) -> bool:
    """Whether the app that this connection goes through has signed the delivery."""
    secret = settings.shopify_client_secret if connection.kind == "oauth" else ""
    grant = _grant(connection, vault)
    if grant is not None:
        secret = grant.extra.get("client_secret", secret)
    return signs_body(delivery.body, delivery.signature, secret)


def _grant(connection: PlatformConnection, vault: Vault) -> Grant | None:
    if not connection.credentials:
        return None
    try:
        return vault.open(connection.credentials)
    except AccessRevoked:
        return None


def _is_new(session: Session, delivery: Delivery) -> bool:
    """Write the delivery down; False when it has been acted on before."""
    if not delivery.delivery_id:
        return True
    written = session.execute(
        insert(WebhookDelivery)
        .values(platform=PLATFORM, delivery_id=delivery.delivery_id)
        .on_conflict_do_nothing()
        .returning(WebhookDelivery.delivery_id)
    )
    return written.one_or_none() is not None


def _read_soon(
    session: Session, connections: Sequence[PlatformConnection], now: dt.datetime
) -> None:
    for connection in connections:
        read = connection.last_synced_at
        resting = connection.paused_until is not None and connection.paused_until > now
        if connection.status != "active" or resting or (read and now - read < AT_MOST_EVERY):
            continue
        if any(account.selected for account in connection.accounts):
            request_sync(session, connection, trigger="webhook", reach=Reach.RECENT, now=now)


def _cut(
    session: Session,
    connections: Sequence[PlatformConnection],
    delivery: Delivery,
    vault: Vault,
) -> None:
    """Delete the tokens, unless the shop has let the app in again since."""
    for connection in connections:
        session.refresh(connection, with_for_update=True)
        grant = _grant(connection, vault)
        if grant is None or _came_after(grant.extra, delivery.triggered_at):
            continue
        connection.credentials = ""
        connection.token_expires_at = None
        connection.status = "disconnected"
        connection.status_reason = REMOVED


def _came_after(extra: Mapping[str, str], moment: dt.datetime | None) -> bool:
    issued = extra.get("issued_at")
    return bool(issued and moment and dt.datetime.fromisoformat(issued) > moment)


def _erase(session: Session, connections: Sequence[PlatformConnection], shop: str) -> None:
    """Delete the shop with its figures, unless it has let the app in again since."""
    for connection in connections:
        session.refresh(connection, with_for_update=True)
        if connection.status == "active":
            _log.info("a shop asked to be erased but is connected again; its figures stay")
            continue
        session.execute(
            delete(Account).where(
                Account.connection_id == connection.id,
                Account.workspace_id == connection.workspace_id,
                Account.external_id == shop,
            )
        )
        left = select(func.count()).where(Account.connection_id == connection.id)
        if not session.scalar(left):
            session.execute(
                delete(PlatformConnection).where(
                    PlatformConnection.id == connection.id,
                    PlatformConnection.workspace_id == connection.workspace_id,
                )
            )
