"""The job that fetches exchange rates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace
from typing import cast

import pytest
from procrastinate import JobContext
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import CampaignTotalDay
from app.settings import Settings
from jobs.runtime import KEY, Runtime
from jobs.tasks import refresh_rates
from tests.conftest import Member
from tests.factories import make_account, make_campaign, make_connection, make_day, make_rate

YESTERDAY = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)


@pytest.fixture
def context(settings: Settings) -> Iterator[JobContext]:
    """A job."""
    runtime = Runtime.create(replace(settings, ecb_url="http://127.0.0.1:9/rates.zip"))
    yield cast("JobContext", SimpleNamespace(additional_context={KEY: runtime}))
    runtime.engine.dispose()


def test_rates_that_a_killed_job_only_stored_are_converted_with_by_the_next(
    session: Session, alice: Member, context: JobContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = make_account(session, make_connection(session, alice.workspace), currency="EUR")
    make_day(session, make_campaign(session, account), YESTERDAY, spend="10")
    make_rate(session, "USD", YESTERDAY, "1.2")
    session.commit()
    assert session.scalars(select(CampaignTotalDay.spend)).all() == [None]

    monkeypatch.setattr("app.sync.exchange.fetch_rates", lambda _http, _url: [])
    refresh_rates(context)

    session.expire_all()
    assert session.scalars(select(CampaignTotalDay.spend)).all() == [Decimal(12)]
