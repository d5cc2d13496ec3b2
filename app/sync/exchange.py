"""Exchange rates: the ECB history shipped with the app, and what the ECB published since."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import logging
import zipfile
from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from http import HTTPStatus
from importlib import resources
from typing import Any, cast

from psycopg import Connection as RawConnection
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from app.connectors.errors import ConnectorError
from app.connectors.http import Http

_log = logging.getLogger(__name__)

_SHIPPED = "data/ecb_rates.csv.gz"
# The 90-day file is 30 kB and the whole history 2 MB unpacked; more is not a rates file.
_LARGEST = 16 * 1024 * 1024

_STORE = """
    INSERT INTO fx_rate AS stored (currency, day, units_per_eur)
    SELECT currency, day, units_per_eur FROM incoming_rate
    ON CONFLICT (currency, day) DO UPDATE SET units_per_eur = excluded.units_per_eur
    WHERE stored.units_per_eur <> excluded.units_per_eur
"""


# Currency, day, units for one euro.
Rate = tuple[str, dt.date, Decimal]


class UnreadableRates(ValueError):
    """The file is not in the ECB's layout."""


def load_shipped_rates(connection: Connection) -> int:
    """Store the history that comes with the app; returns how many rates were new."""
    packed = resources.files("app.sync").joinpath(_SHIPPED).read_bytes()
    return _store(connection, parse_rates(gzip.decompress(packed).decode("ascii")))


def fetch_rates(http: Http, url: str) -> list[Rate]:
    """The rates of the ECB's archive at `url`, none when it cannot be had or read.

    Never raises for the network's or the file's sake: figures are worth having without rates.
    """
    try:
        return list(parse_rates(_unzip(_fetch(http, url))))
    except (ConnectorError, UnreadableRates) as error:
        _log.warning("The ECB's exchange rates were not refreshed: %s", error)
        return []


def store_rates(session: Session, rates: Iterable[Rate]) -> int:
    """Store rates; returns how many were new or corrected."""
    return _store(session.connection(), rates)


def parse_rates(content: str) -> Iterator[Rate]:
    """(currency, day, units for one euro) of the ECB's CSV layout.

    The header is `Date,USD,…` and may end in an empty column, as every line does then; `N/A`
    or nothing stands for no rate. Raises UnreadableRates.
    """
    lines = csv.reader(io.StringIO(content))
    header = [name.strip() for name in next(lines, [])]
    if header[:1] != ["Date"]:
        raise UnreadableRates("the file does not begin with the ECB's header")
    for line in lines:
        day = _day(line[0]) if line else None
        for currency, cell in zip(header[1:], line[1:], strict=False):
            if day and currency and cell.strip() not in ("", "N/A"):
                yield currency, day, _units(cell)


def _fetch(http: Http, url: str) -> bytes:
    answer = http.ask("GET", url, largest=_LARGEST)
    if answer.status != HTTPStatus.OK:
        raise UnreadableRates(f"{answer.host} answered with HTTP {answer.status}")
    return answer.body


def _day(cell: str) -> dt.date:
    try:
        return dt.date.fromisoformat(cell.strip())
    except ValueError as error:
        raise UnreadableRates(f"{cell!r} is not a day") from error


def _units(cell: str) -> Decimal:
    try:
        units = Decimal(cell.strip())
    except InvalidOperation as error:
        raise UnreadableRates(f"{cell!r} is not a rate") from error
    if not units.is_finite() or units <= 0:
        raise UnreadableRates(f"{cell!r} is not a rate")
    return units


def _unzip(packed: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            entry = archive.infolist()[0]
            if entry.file_size > _LARGEST:
                raise UnreadableRates("the file is far larger than the ECB's")
            return archive.read(entry).decode("ascii")
    except (zipfile.BadZipFile, IndexError, UnicodeDecodeError) as error:
        raise UnreadableRates(f"the file is not the ECB's archive ({error})") from error


def _store(connection: Connection, rates: Iterable[Rate]) -> int:
    raw = cast("RawConnection[Any]", connection.connection.driver_connection)
    connection.execute(text("DROP TABLE IF EXISTS pg_temp.incoming_rate"))
    connection.execute(text("CREATE TEMP TABLE incoming_rate (LIKE fx_rate) ON COMMIT DROP"))
    copy = "COPY incoming_rate (currency, day, units_per_eur) FROM STDIN"
    with raw.cursor() as cursor, cursor.copy(copy) as sink:
        for rate in rates:
            sink.write_row(rate)
    stored = connection.execute(text(_STORE)).rowcount
    connection.execute(text("DROP TABLE pg_temp.incoming_rate"))
    return stored
