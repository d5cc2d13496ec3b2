"""Deliveries from shops: signed, acted on once, and only for whom they are about."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app import create_app
from app.connections.vault import Vault
from app.connectors.words import Grant
from app.extensions import db
from app.models import Account, PlatformConnection, StoreDay, SyncRun, WebhookDelivery
from app.settings import Settings
from tests.conftest import Member

SHOP = "fern-fable.myshopify.com"
SECRET = "installation-secret"
OWN = "shpss_of-an-own-app"
ISSUED = "2026-11-01T08:00:00+00:00"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, shopify_client_id="4711", shopify_client_secret=SECRET)


@pytest.fixture
def vault(settings: Settings) -> Vault:
    return Vault(settings.encryption_keys)


def connect(
    session: Session,
    member: Member,
    vault: Vault,
    *,
    kind: str = "oauth",
    shop: str = SHOP,
    secret: str = "",
    **more: Any,
) -> PlatformConnection:
    """A connection to a shop, with a day of sales."""
    extra = {"shop": shop, "kind": "offline", "issued_at": ISSUED}
    extra |= {"client_secret": secret} if secret else {}
    connection = PlatformConnection(
        workspace_id=member.workspace.id,
        platform="shopify",
        kind=kind,
        status="active",
        credentials=vault.seal(Grant("shpat_x", extra=extra)),
        accounts=[
            Account(
                workspace_id=member.workspace.id,
                platform="shopify",
                external_id=shop,
                name="Fern & Fable",
                currency="EUR",
                time_zone="Europe/Berlin",
                selected=True,
            )
        ],
    )
    for name, value in more.items():
        setattr(connection, name, value)
    session.add(connection)
    session.flush()
    session.add(
        StoreDay(
            account_id=connection.accounts[0].id,
            workspace_id=member.workspace.id,
            day=dt.date(2026, 11, 1),
            orders=3,
            net=120,
        )
    )
    session.commit()
    return connection


@pytest.fixture
def connection(session: Session, alice: Member, vault: Vault) -> PlatformConnection:
    return connect(session, alice, vault)


Deliver = Callable[..., TestResponse]


@pytest.fixture
def deliver(client: FlaskClient) -> Deliver:
    """Send a webhook as Shopify does."""

    def send(
        topic: str = "orders/updated",
        body: object = None,
        *,
        secret: str = SECRET,
        delivery: str = "d-1",
        **headers: str,
    ) -> TestResponse:
        raw = body if isinstance(body, bytes) else json.dumps(body or {"id": 1}).encode()
        digest = hmac.new(secret.encode(), raw, hashlib.sha256).digest()
        sent = {
            "X-Shopify-Topic": topic,
            "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(),
            "X-Shopify-Shop-Domain": SHOP,
            "X-Shopify-Webhook-Id": delivery,
            "X-Shopify-Triggered-At": "2026-11-02T09:00:00.123456789Z",
            "Content-Type": "application/json",
        } | {name.replace("_", "-"): value for name, value in headers.items()}
        return client.post("/webhooks/shopify", data=raw, headers=sent)

    return send


def runs(session: Session) -> list[tuple[int, str, str]]:
    rows = session.execute(
        select(SyncRun.connection_id, SyncRun.reach, SyncRun.trigger).order_by(SyncRun.id)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def held_days(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(StoreDay)) or 0


def again(session: Session, connection: PlatformConnection) -> PlatformConnection:
    session.expire_all()
    return session.get_one(PlatformConnection, connection.id)


def test_a_changed_order_has_its_shop_read_soon(
    deliver: Deliver, session: Session, connection: PlatformConnection
) -> None:
    assert deliver().status_code == 200
    assert runs(session) == [(connection.id, "recent", "webhook")]


def test_a_storm_of_deliveries_asks_for_one_sync(
    deliver: Deliver, session: Session, connection: PlatformConnection
) -> None:
    for number in range(20):
        assert deliver(delivery=f"d-{number}").status_code == 200
    assert len(runs(session)) == 1


def test_a_shop_that_was_read_this_minute_is_left_to_the_timetable(
    deliver: Deliver, session: Session, connection: PlatformConnection
) -> None:
    connection.last_synced_at = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=20)
    session.commit()
    assert deliver().status_code == 200
    assert runs(session) == []


@pytest.mark.parametrize(
    "state",
    [
        {"status": "needs_attention"},
        {"paused_until": dt.datetime(2099, 1, 1, tzinfo=dt.UTC)},
    ],
)
def test_a_connection_that_cannot_be_read_now_is_left_alone(
    deliver: Deliver, session: Session, connection: PlatformConnection, state: dict[str, Any]
) -> None:
    for name, value in state.items():
        setattr(connection, name, value)
    session.commit()
    assert deliver().status_code == 200
    assert runs(session) == []


def test_every_workspace_with_the_shop_is_told(
    deliver: Deliver, session: Session, alice: Member, charlie: Member, vault: Vault
) -> None:
    ids = [connect(session, member, vault).id for member in (alice, charlie)]
    connect(session, charlie, vault, shop="other.myshopify.com")
    assert deliver().status_code == 200
    assert [run[0] for run in runs(session)] == ids


@pytest.mark.parametrize(
    "wrong",
    [
        {"secret": "guessed"},
        {"X_Shopify_Hmac_Sha256": ""},
        {"X_Shopify_Hmac_Sha256": "ü"},
        {"secret": ""},
    ],
)
def test_what_is_not_signed_is_refused(
    deliver: Deliver, session: Session, connection: PlatformConnection, wrong: dict[str, str]
) -> None:
    assert deliver(**wrong).status_code == 401
    assert runs(session) == []
    assert session.scalar(select(func.count()).select_from(WebhookDelivery)) == 0


def test_the_signature_is_of_the_bytes_as_they_came(
    deliver: Deliver, session: Session, connection: PlatformConnection
) -> None:
    assert deliver(body='{ "note" : "Käse 🧀" }'.encode()).status_code == 200
    assert deliver(body=b"\xff\xfe no json", delivery="d-2").status_code == 200
    assert len(runs(session)) == 1


def test_a_shop_nobody_connected_is_thanked_and_forgotten(
    deliver: Deliver, session: Session, connection: PlatformConnection
) -> None:
    assert deliver(X_Shopify_Shop_Domain="stranger.myshopify.com").status_code == 200
    assert deliver(X_Shopify_Shop_Domain="", delivery="d-2").status_code == 200
    assert runs(session) == []


def test_without_an_app_nobody_is_believed(
    session: Session, settings: Settings, connection: PlatformConnection
) -> None:
    app = create_app(replace(settings, shopify_client_secret=""))
    signature = base64.b64encode(hmac.new(b"", b"{}", hashlib.sha256).digest()).decode()
    headers = {"X-Shopify-Hmac-Sha256": signature, "X-Shopify-Topic": "app/uninstalled"}
    assert (
        app.test_client().post("/webhooks/shopify", data=b"{}", headers=headers).status_code == 401
    )
    with app.app_context():
        db.engine.dispose()


def test_the_same_delivery_counts_once(
    deliver: Deliver, session: Session, connection: PlatformConnection
) -> None:
    assert deliver().status_code == 200
    for run in session.scalars(select(SyncRun)):
        run.state = "done"
    session.commit()
    assert deliver().status_code == 200
    assert len(runs(session)) == 1
    assert deliver(delivery="d-2").status_code == 200
    assert len(runs(session)) == 2


def test_a_removed_app_is_disconnected_and_its_tokens_are_gone(
    deliver: Deliver, session: Session, connection: PlatformConnection
) -> None:
    assert deliver("app/uninstalled", {"id": 1, "myshopify_domain": SHOP}).status_code == 200
    found = again(session, connection)
    assert (found.status, found.credentials) == ("disconnected", "")
    assert "removed from the shop" in found.status_reason
    assert held_days(session) == 1


def test_a_late_word_of_removal_does_not_cut_a_shop_that_has_come_back(
    deliver: Deliver, session: Session, connection: PlatformConnection
) -> None:
    body = {"myshopify_domain": SHOP}
    before = "2026-11-01T07:00:00Z"
    assert deliver("app/uninstalled", body, X_Shopify_Triggered_At=before).status_code == 200
    assert again(session, connection).status == "active"


def test_only_the_signed_body_says_which_shop_is_cut_off(
    deliver: Deliver, session: Session, connection: PlatformConnection
) -> None:
    """Headers are not signed: a body about an order, or of another shop, must not cut this one."""
    deliver("app/uninstalled", {"id": 1})
    deliver("shop/redact", {"id": 1}, delivery="d-2")
    deliver("app/uninstalled", {"myshopify_domain": "other.myshopify.com"}, delivery="d-3")
    found = again(session, connection)
    assert found.status == "active"
    assert held_days(session) == 1


def test_an_own_app_speaks_for_its_own_connection_only(
    deliver: Deliver, session: Session, alice: Member, charlie: Member, vault: Vault
) -> None:
    popup = connect(session, alice, vault)
    own = connect(session, charlie, vault, kind="token", secret=OWN)
    body = {"myshopify_domain": SHOP}
    assert deliver("app/uninstalled", body, secret=OWN).status_code == 200
    assert (again(session, popup).status, again(session, own).status) == ("active", "disconnected")
    own.status, own.credentials = (
        "active",
        vault.seal(Grant("x", extra={"client_secret": OWN, "issued_at": ISSUED})),
    )
    session.commit()
    assert deliver("app/uninstalled", body, delivery="d-2").status_code == 200
    assert (again(session, popup).status, again(session, own).status) == ("disconnected", "active")


def test_a_pasted_token_is_of_an_app_that_nobody_here_speaks_for(
    deliver: Deliver, session: Session, alice: Member, vault: Vault
) -> None:
    pasted = connect(session, alice, vault, kind="token")
    assert deliver("app/uninstalled", {"myshopify_domain": SHOP}).status_code == 200
    assert again(session, pasted).status == "active"


@pytest.mark.parametrize("topic", ["customers/data_request", "customers/redact", "shop/paused"])
def test_requests_about_customers_are_answered_for_nothing_is_held_of_any(
    deliver: Deliver, session: Session, connection: PlatformConnection, topic: str
) -> None:
    body = {"shop_domain": SHOP, "customer": {"id": 191167, "email": "john@example.com"}}
    assert deliver(topic, body).status_code == 200
    assert again(session, connection).status == "active"
    assert held_days(session) == 1


def test_a_shop_is_erased_when_it_asks_for_it(
    deliver: Deliver, session: Session, alice: Member, charlie: Member, vault: Vault
) -> None:
    gone = connect(session, alice, vault, status="disconnected", credentials="").id
    other = connect(session, charlie, vault, shop="other.myshopify.com", status="disconnected").id
    assert deliver("shop/redact", {"shop_id": 954889, "shop_domain": SHOP}).status_code == 200
    session.expire_all()
    assert session.scalars(select(PlatformConnection.id)).all() == [other]
    assert gone != other
    assert held_days(session) == 1


def test_a_shop_that_is_connected_again_is_not_erased(
    deliver: Deliver, session: Session, connection: PlatformConnection
) -> None:
    assert deliver("shop/redact", {"shop_domain": SHOP}).status_code == 200
    assert held_days(session) == 1


def test_nothing_of_a_delivery_is_stored_but_its_id(
    deliver: Deliver, session: Session, connection: PlatformConnection
) -> None:
    deliver(body={"id": 1, "email": "john@example.com"}, delivery="d-1\x00")
    [kept] = session.scalars(select(WebhookDelivery)).all()
    assert (kept.platform, kept.delivery_id) == ("shopify", "d-1")


def test_only_deliveries_go_there(client: FlaskClient, app: Flask) -> None:
    assert client.get("/webhooks/shopify").status_code == 405
    assert client.post("/webhooks/shopify", data=b"x" * (1024 * 1024 + 1)).status_code == 413
