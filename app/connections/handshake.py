"""The OAuth hand-shake: begun in one session, finished in the same one, once."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.accounts.sessions import digest
from app.connectors.base import Connector
from app.connectors.errors import OAuthDenied
from app.models import OAuthState, UserSession

LIFETIME = dt.timedelta(minutes=15)


def begin(
    session: Session,
    connector: Connector,
    *,
    user_session: UserSession,
    workspace_id: int,
    redirect_uri: str,
    started: Mapping[str, str],
    now: dt.datetime,
) -> str:
    """Remember a fresh `state` and return the address on the platform's own page."""
    # Hexadecimal: Shopify's signature has two readings of any other sign.
    state = secrets.token_hex(32)
    # RFC 7636: for the platforms that support it; the others never see it.
    started = {**started, "verifier": secrets.token_urlsafe(48)}
    session.add(
        OAuthState(
            digest=digest(state),
            session_id=user_session.id,
            workspace_id=workspace_id,
            platform=connector.slug,
            started=started,
            expires_at=now + LIFETIME,
        )
    )
    return connector.authorize_url(redirect_uri=redirect_uri, state=state, started=started)


def take_back(
    session: Session,
    state: str,
    *,
    platform: str,
    user_session: UserSession,
    now: dt.datetime,
) -> tuple[int, dict[str, Any]]:
    """Use up a `state`: the workspace it was begun for, and what was started.

    Raises OAuthDenied when it is unknown, used, too old, or another session's.
    """
    row = session.execute(
        delete(OAuthState)
        .where(
            OAuthState.digest == digest(state),
            OAuthState.session_id == user_session.id,
            OAuthState.platform == platform,
        )
        .returning(OAuthState.workspace_id, OAuthState.started, OAuthState.expires_at)
    ).one_or_none()
    if row is None or row.expires_at <= now:
        raise OAuthDenied(
            "This sign-in window is too old, was already used, or was opened in another "
            "browser. Nothing was connected. Go back to Connections and press Connect again."
        )
    return row.workspace_id, row.started
