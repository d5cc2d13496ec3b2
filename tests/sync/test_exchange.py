"""Exchange rates: shipped, refreshed, and never a reason to fail."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from decimal import Decimal

import pytest
import requests
import responses
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.connectors.http import Http
from app.models import FxRate
from app.sync.exchange import (
    UnreadableRates,
    fetch_rates,
    load_shipped_rates,
    parse_rates,
    store_rates,
)

URL = "https://rates.example/eurofxref-hist-90d.zip"


@pytest.fixture(autouse=True)
def _no_rates(session: Session) -> None:
    session.execute(text("TRUNCATE fx_rate"))
    session.commit()


def zipped(content: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("eurofxref-hist-90d.csv", content)
    return packed.getvalue()


def test_the_shipped_history_loads_and_loading_it_again_changes_nothing(session: Session) -> None:
    assert load_shipped_rates(session.connection()) > 60_000
    assert load_shipped_rates(session.connection()) == 0
    newest = session.get_one(FxRate, ("USD", session.scalar(select(func.max(FxRate.day)))))
    assert newest.units_per_eur == Decimal("1.1172")


def test_what_the_ecb_published_since_is_added_and_corrected(session: Session) -> None:
    content = "Date,USD,RUB,\n2026-11-03,1.1200,N/A,\n2026-11-02,1.1100,N/A,\n"
    with responses.RequestsMock() as wire, Http() as http:
        wire.get(URL, body=zipped(content))
        assert store_rates(session, fetch_rates(http, URL)) == 2
        wire.replace(responses.GET, URL, body=zipped(content.replace("1.1100", "1.1150")))
        assert store_rates(session, fetch_rates(http, URL)) == 1
    assert list(session.scalars(select(FxRate.units_per_eur).order_by(FxRate.day))) == [
        Decimal("1.1150"),
        Decimal("1.1200"),
    ]


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 503},
        {"body": b"not an archive"},
        {"body": zipped("<html>")},
        {"body": zipped("Date,USD\n2026-11-02,many\n")},
        {"body": zipped("Date,USD\nyesterday,1.1\n")},
        {"body": requests.ConnectionError("no network")},
    ],
)
def test_an_unreachable_or_odd_file_changes_nothing(
    session: Session, answer: dict[str, object]
) -> None:
    with responses.RequestsMock() as wire, Http() as http:
        wire.get(URL, **answer)
        assert store_rates(session, fetch_rates(http, URL)) == 0
    assert session.scalar(select(func.count()).select_from(FxRate)) == 0


def test_the_ecbs_layout_is_read_as_it_is() -> None:
    assert list(parse_rates("Date,USD,ISK,\n2026-10-30,1.1172,N/A,\n")) == [
        ("USD", dt.date(2026, 10, 30), Decimal("1.1172"))
    ]
    with pytest.raises(UnreadableRates):
        list(parse_rates("Day,USD\n"))
