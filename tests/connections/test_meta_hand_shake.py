"""From Connect to a connection, and every way it can end before that."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import create_app
from app.connections.vault import Vault
from app.extensions import db
from app.models import Account, OAuthState, PlatformConnection, SyncRun
from app.settings import Settings
from tests.conftest import Member, csrf_token, sign_in
from tests.connections.conftest import Visitor
from tests.sandbox_server import SandboxServer


def test_consent_makes_a_connection_with_every_account_offered(
    visitor: Visitor, sandbox: SandboxServer
) -> None:
    answer = visitor.connect()
    assert answer.status_code == 200
    [connection] = visitor.connections()
    offered = {
        (account["external_id"], account["currency"], account["time_zone"])
        for account in connection["accounts"]
    }
    assert len(offered) == len(sandbox.accounts())
    assert {("EUR", "Europe/Berlin"), ("USD", "America/New_York")} <= {
        (currency, zone) for _, currency, zone in offered
    }
    assert connection["status"] == "active"
    assert connection["sandbox"] is True
    assert not any(account["selected"] for account in connection["accounts"])


def test_tokens_are_encrypted_where_they_are_kept(
    visitor: Visitor, session: Session, settings: Settings
) -> None:
    visitor.connect()
    stored = session.scalars(select(PlatformConnection)).one()
    token = Vault(settings.encryption_keys).open(stored.credentials).access_token
    assert token
    assert token not in stored.credentials
    assert stored.token_expires_at is not None
    assert stored.token_expires_at > dt.datetime.now(dt.UTC) + dt.timedelta(days=50)


def test_it_handles_access_denied(visitor: Visitor) -> None:
    answer = visitor.connect(decision="cancel")
    assert answer.status_code == 400
    assert "Not connected" in answer.text
    assert visitor.connections() == []


def test_it_says_which_permission_was_unticked(visitor: Visitor) -> None:
    answer = visitor.connect(without=("ads_read",))
    assert answer.status_code == 400
    assert "ads_read" in answer.text
    assert visitor.connections() == []


def test_a_state_is_good_once(visitor: Visitor) -> None:
    back = visitor.consent(visitor.begin())
    assert visitor.client.get(back).status_code == 200
    again = visitor.client.get(back)
    assert again.status_code == 400
    assert "already used" in again.text
    assert len(visitor.connections()) == 1


def test_a_state_of_another_session_connects_nothing(
    app: Flask, visitor: Visitor, charlie: Member
) -> None:
    back = visitor.consent(visitor.begin())
    other = Visitor(sign_in(app, charlie), "")
    assert other.client.get(back).status_code == 400
    assert other.connections() == []


def test_a_state_that_is_too_old_connects_nothing(visitor: Visitor, session: Session) -> None:
    back = visitor.consent(visitor.begin())
    state = session.scalars(select(OAuthState)).one()
    state.expires_at = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)
    session.commit()
    assert visitor.client.get(back).status_code == 400
    assert visitor.connections() == []


def test_an_expired_code_ends_in_a_sentence(visitor: Visitor) -> None:
    back = visitor.consent(visitor.begin())
    address, _, query = back.partition("?")
    state = next(part for part in query.split("&") if part.startswith("state="))
    answer = visitor.client.get(f"{address}?code=no-such-code&{state}")
    assert answer.status_code == 400
    assert "Press Connect again" in answer.text
    assert visitor.connections() == []


def test_connecting_twice_does_not_count_an_account_twice(
    visitor: Visitor, session: Session
) -> None:
    visitor.connect()
    visitor.connect()
    assert len(visitor.connections()) == 1
    ids = session.scalars(select(Account.external_id)).all()
    assert len(ids) == len(set(ids))


def test_choosing_accounts_starts_reading_their_history(visitor: Visitor, session: Session) -> None:
    visitor.connect()
    [connection] = visitor.connections()
    wanted = [account["external_id"] for account in connection["accounts"][:2]]
    answer = visitor.write(
        "PUT", f"/api/connections/{connection['id']}/accounts", json={"selected": wanted}
    )
    assert answer.status_code == 200
    assert [a["external_id"] for a in answer.get_json()["accounts"] if a["selected"]] == wanted
    run = session.scalars(select(SyncRun)).one()
    assert (run.reach, run.state, run.trigger) == ("history", "queued", "connect")


def test_an_account_that_was_not_offered_cannot_be_chosen(visitor: Visitor) -> None:
    visitor.connect()
    [connection] = visitor.connections()
    answer = visitor.write(
        "PUT", f"/api/connections/{connection['id']}/accounts", json={"selected": ["999"]}
    )
    assert answer.status_code == 422
    assert answer.get_json()["error"]["code"] == "invalid"
    assert not any(account["selected"] for account in visitor.connections()[0]["accounts"])


def test_a_pasted_token_connects_as_well(visitor: Visitor, sandbox: SandboxServer) -> None:
    answer = visitor.write(
        "POST", "/api/connections", json={"platform": "meta", "access_token": sandbox.token}
    )
    assert answer.status_code == 201, answer.text
    assert len(answer.get_json()["accounts"]) == len(sandbox.accounts())
    assert visitor.connections()[0]["kind"] == "token"


def test_a_wrong_pasted_token_connects_nothing(visitor: Visitor) -> None:
    answer = visitor.write(
        "POST", "/api/connections", json={"platform": "meta", "access_token": "not-a-token"}
    )
    assert answer.status_code == 422
    assert answer.get_json()["error"]["code"] == "token_refused"
    assert visitor.connections() == []


def test_the_installations_own_credentials_can_be_tested(
    visitor: Visitor, sandbox: SandboxServer
) -> None:
    told = visitor.write("POST", "/api/platforms/meta/check").get_json()
    assert (told["outcome"], told["message"]) == (
        "good",
        "Meta accepts the app id and the app secret.",
    )
    visitor.connect()
    page = visitor.client.post("/connections/meta/guide", data={"csrf_token": visitor.token}).text
    assert f"reads {len(sandbox.accounts())} accounts." in page


def test_testing_with_a_wrong_secret_says_what_to_compare(
    app: Flask, alice: Member, settings: Settings
) -> None:
    wrong = create_app(replace(settings, meta_app_secret="not-it"))
    client = sign_in(wrong, alice)
    visitor = Visitor(client, csrf_token(client))
    told = visitor.write("POST", "/api/platforms/meta/check").get_json()
    assert told["outcome"] == "bad"
    assert "META_APP_SECRET" in told["message"]
    assert "not-it" not in told["message"]
    with wrong.app_context():
        db.session.remove()
        db.engine.dispose()


def test_syncing_before_an_account_is_chosen_is_refused_with_a_sentence(
    visitor: Visitor,
) -> None:
    visitor.connect()
    [connection] = visitor.connections()
    answer = visitor.write("POST", f"/api/connections/{connection['id']}/sync")
    assert answer.status_code == 409
    assert "Choose at least one account" in answer.get_json()["error"]["message"]


def test_two_clicks_on_sync_are_one_run(visitor: Visitor) -> None:
    connection_id = _selected(visitor)
    runs = {
        visitor.write("POST", f"/api/connections/{connection_id}/sync").get_json()["sync_run_id"]
        for _ in range(2)
    }
    [run_id] = runs
    run = visitor.client.get(f"/api/sync-runs/{run_id}").get_json()
    assert (run["state"], run["progress"], run["error"]) == ("queued", 0.0, None)


def test_a_chosen_window_is_what_gets_queued(visitor: Visitor, session: Session) -> None:
    connection_id = _selected(visitor)
    answer = visitor.write(
        "POST",
        f"/api/connections/{connection_id}/sync",
        json={"from": "2026-10-01", "to": "2026-10-07"},
    )
    run = session.get(SyncRun, answer.get_json()["sync_run_id"])
    assert run is not None
    assert (run.first, run.last) == (dt.date(2026, 10, 1), dt.date(2026, 10, 7))


def test_a_window_back_to_front_is_refused(visitor: Visitor) -> None:
    connection_id = _selected(visitor)
    answer = visitor.write(
        "POST",
        f"/api/connections/{connection_id}/sync",
        json={"from": "2026-10-07", "to": "2026-10-01"},
    )
    assert answer.status_code == 422


def test_disconnecting_revokes_and_forgets_the_token_but_keeps_the_data(
    visitor: Visitor, session: Session, sandbox: SandboxServer
) -> None:
    connection_id = _selected(visitor)
    answer = visitor.write("DELETE", f"/api/connections/{connection_id}?data=keep")
    assert answer.status_code == 204
    stored = session.scalars(select(PlatformConnection)).one()
    assert (stored.status, stored.credentials) == ("disconnected", "")
    assert session.scalars(select(Account)).all()
    assert any(seen["method"] == "DELETE" for seen in sandbox.requests("/me/permissions"))


def test_disconnecting_can_delete_the_data_too(visitor: Visitor, session: Session) -> None:
    connection_id = _selected(visitor)
    answer = visitor.write("DELETE", f"/api/connections/{connection_id}?data=delete")
    assert answer.status_code == 204
    assert session.scalars(select(Account)).all() == []
    assert visitor.connections() == []


def test_disconnecting_goes_through_when_the_platform_is_down(
    visitor: Visitor, session: Session, sandbox: SandboxServer
) -> None:
    connection_id = _selected(visitor)
    sandbox.fault("server_error", "/me/permissions", times=20)
    answer = visitor.write("DELETE", f"/api/connections/{connection_id}?data=keep")
    assert answer.status_code == 204
    stored = session.scalars(select(PlatformConnection)).one()
    assert stored.credentials == ""
    assert "did not confirm" in stored.status_reason


def test_disconnecting_in_one_workspace_leaves_the_same_login_alive_in_another(
    app: Flask, visitor: Visitor, charlie: Member, sandbox: SandboxServer
) -> None:
    visitor.connect()
    client = sign_in(app, charlie)
    other = Visitor(client, csrf_token(client))
    other.connect()
    visitor.write("DELETE", f"/api/connections/{visitor.connections()[0]['id']}?data=keep")
    assert not [seen for seen in sandbox.requests("/me/permissions") if seen["method"] == "DELETE"]
    assert other.connections()[0]["status"] == "active"


def test_reconnecting_finds_the_history_that_was_kept(visitor: Visitor, session: Session) -> None:
    connection_id = _selected(visitor)
    visitor.write("DELETE", f"/api/connections/{connection_id}?data=keep")
    visitor.connect()
    [connection] = visitor.connections()
    assert connection["id"] == connection_id
    assert connection["status"] == "active"
    assert any(account["selected"] for account in connection["accounts"])


def _selected(visitor: Visitor) -> int:
    visitor.connect()
    [connection] = visitor.connections()
    connection_id: int = connection["id"]
    visitor.write(
        "PUT",
        f"/api/connections/{connection_id}/accounts",
        json={"selected": [connection["accounts"][0]["external_id"]]},
    )
    return connection_id
