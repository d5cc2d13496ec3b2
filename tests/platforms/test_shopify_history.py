"""A shop's whole history, which comes from an export, whatever becomes of that."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.connectors.words import Days
from app.models import Account, Reconciliation
from tests.platforms.conftest import NOON, Connect, Run
from tests.platforms.truth import held, true
from tests.sandbox_server import SandboxServer

# Days that are too old to be read in pages, unless they have to be.
SPAN = Days(NOON.date() - dt.timedelta(days=42), NOON.date() - dt.timedelta(days=37))


PROVED = [pytest.param(kind, marks=pytest.mark.prove) for kind in ("partial", "failed", "canceled")]


@pytest.mark.parametrize("kind", ["", "short", "refused", *PROVED])
def test_history_is_the_shops_own_whatever_becomes_of_an_export(
    session: Session, sandbox: SandboxServer, connected: Connect, run: Run, kind: str
) -> None:
    connection = connected("shopify")
    if kind:
        sandbox.fault(f"shopify_bulk_{kind}", "/graphql")
    for _ in range(2):
        done = run(connection, days=SPAN)
        if done.state == "done":
            break
    assert done.state == "done", done.error
    account = session.scalars(select(Account)).one()
    assert held(session, account, SPAN) == true(sandbox, account, SPAN)
    assert session.scalar(select(func.count()).where(~Reconciliation.matches)) == 0
    fetched = [each for each in sandbox.requests() if each["path"].startswith("/shopify/bulk/")]
    assert bool(fetched) == (kind != "refused")
