"""How well a connection's days are held: access, syncs, coverage, and what differs where."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import DateField
from wtforms.validators import InputRequired

from app.connections import grants
from app.connections.overview import Overview, days_left
from app.connections.vault import Vault
from app.connectors.errors import AccessRevoked
from app.connectors.words import Days
from app.errors import AppError, NotFound
from app.extensions import db
from app.metrics import coverage, runs
from app.metrics.coverage import Coverage, Held
from app.models import Account, PlatformConnection
from app.web import access
from app.web.connections import one, quotas_of
from app.web.connections_api import sync_now
from app.web.htmx import page
from app.web.oauth import kind_of
from app.web.ranges import days_between

blueprint = Blueprint("data_health", __name__, url_prefix="/connections")

ACCOUNTS_A_PAGE = 10
RUNS_A_PAGE = 12
DIFFERENCES = 40
WEEKS = 26
WEEKS_DAY_BY_DAY = 8
# A cell of the calendar and the room it takes, in the drawing's own units.
CELL, STEP, HEAD = 11, 14, 16


class ReadAgainForm(FlaskForm):  # type: ignore[misc] # Flask-WTF ships no types
    first = DateField("From", validators=[InputRequired("Name the first day.")])
    last = DateField("To", validators=[InputRequired("Name the last day.")])


@dataclass(frozen=True, slots=True)
class Ends:
    """When access ends, as far as the stored grant tells; `problem` when it cannot be read."""

    days_left: int | None
    ends_at: dt.datetime | None
    renews: bool = False
    problem: str = ""


class Cell(NamedTuple):
    """A day in the calendar's drawing."""

    x: int
    y: int
    day: dt.date
    held: Held


class Strip(NamedTuple):
    """A calendar: a column a week, Monday on top. `months` say where each begins."""

    cells: Sequence[Cell]
    months: Sequence[tuple[int, dt.date]]
    width: int
    height: int


@blueprint.get("/<int:connection_id>/health")
def show(connection_id: int) -> Response:
    """The whole page; only the syncs are swapped while one is under way."""
    return _page(one(connection_id), ReadAgainForm())


@blueprint.get("/<int:connection_id>/health/<int:account_id>")
def account(connection_id: int, account_id: int) -> Response:
    """One account day by day."""
    item = one(connection_id)
    found = next((each for each in item.accounts if each.id == account_id), None)
    if found is None:
        raise NotFound
    kind = kind_of(item.connection.platform)
    [covered] = coverage.covered(db.session(), [found], kind, access.now())
    first, last = _window(covered.today, WEEKS_DAY_BY_DAY)
    return page(
        "connections/health_account.html",
        "days",
        item=item,
        label=kind.label,
        sells=kind.sells,
        covered=covered,
        spans=list(reversed(covered.spans(first, last))),
        compared=coverage.compared_days(db.session(), found, first, last),
        first=max(first, covered.first),
        last=last,
        earlier=_earlier(covered, first),
        later=_later(covered, last, WEEKS_DAY_BY_DAY),
    )


@blueprint.post("/<int:connection_id>/health/read")
def read_again(connection_id: int) -> ResponseReturnValue:
    """Read a range of days anew, of every chosen account."""
    access.require_editor()
    connection = grants.find(db.session(), access.workspace().id, connection_id)
    form = ReadAgainForm()
    if not form.validate():
        return _page(one(connection_id), form, status=422)
    try:
        wanted = days_between(form.first.data, form.last.data, access.today())
        sync_now(connection, Days(wanted.first, wanted.last))
    except AppError as error:
        db.session.rollback()
        form.last.errors = [error.message]
        return _page(one(connection_id), form, status=error.status)
    flash("These days are being read again. What is stored changes only where they differ.")
    return redirect(url_for("data_health.show", connection_id=connection_id), code=303)


def ends(connection: PlatformConnection) -> Ends:
    """When the owner has to connect again, and whether access renews itself until then."""
    left = days_left(connection, access.now())
    if not connection.credentials:
        return Ends(left, connection.token_expires_at)
    try:
        grant = Vault(access.settings().encryption_keys).open(connection.credentials)
    except AccessRevoked as error:
        return Ends(left, connection.token_expires_at, problem=error.message)
    return Ends(left, grant.deadline, grant.renews)


def _page(item: Overview, form: FlaskForm, status: int = 200) -> Response:
    session, now, connection = db.session(), access.now(), item.connection
    kind = kind_of(connection.platform)
    number, pages, some = _page_of_accounts(item)
    covered = coverage.covered(session, some, kind, now)
    today = max((each.today for each in covered), default=access.today())
    first, last = _window(today, WEEKS)
    before, troubled = _asked_before(), request.args.get("runs") == "troubled"
    listed = runs.runs(session, connection, most=RUNS_A_PAGE + 1, before=before, troubled=troubled)
    return page(
        "connections/health.html",
        "runs",
        status=status,
        item=item,
        label=kind.label,
        sells=kind.sells,
        form=form,
        now=now,
        ends=ends(connection),
        quotas=quotas_of({connection.platform}),
        runs=listed[:RUNS_A_PAGE],
        older=listed[RUNS_A_PAGE - 1].row.id if len(listed) > RUNS_A_PAGE else None,
        before=before,
        troubled=troubled,
        lately=runs.lately(session, connection, now),
        noticed=runs.noticed(session, connection, now),
        was_busy="busy" in request.args,
        covered=[(each, _strip(each, first, last)) for each in covered],
        differences=coverage.differences(session, some, DIFFERENCES) if some else [],
        page_number=number,
        pages=pages,
        first=first,
        last=last,
        earlier=min((day for each in covered if (day := _earlier(each, first))), default=None),
        later=max((day for each in covered if (day := _later(each, last, WEEKS))), default=None),
        Held=Held,
    )


def _page_of_accounts(item: Overview) -> tuple[int, int, list[Account]]:
    """The chosen accounts, those with trouble first."""
    chosen = sorted(item.selected, key=lambda a: (a.removed_at is None and not a.trouble, a.name))
    pages = max(1, -(-len(chosen) // ACCOUNTS_A_PAGE))
    number = min(max(request.args.get("page", 1, type=int), 1), pages)
    start = (number - 1) * ACCOUNTS_A_PAGE
    return number, pages, chosen[start : start + ACCOUNTS_A_PAGE]


def _asked_before() -> int | None:
    before = request.args.get("before", type=int)
    return before if before is not None and 0 < before < 2**63 else None


def _window(today: dt.date, weeks: int) -> tuple[dt.date, dt.date]:
    """The weeks shown: those up to the day that the address names, else up to today."""
    try:
        last = min(dt.date.fromisoformat(request.args.get("until", "")), today)
        last = max(last, dt.date(1990, 1, 1))
    except ValueError:
        last = today
    monday = last - dt.timedelta(days=last.weekday())
    return monday - dt.timedelta(weeks=weeks - 1), last


def _earlier(covered: Coverage, first: dt.date) -> dt.date | None:
    return first - dt.timedelta(days=1) if covered.first < first else None


def _later(covered: Coverage, last: dt.date, weeks: int) -> dt.date | None:
    return min(last + dt.timedelta(weeks=weeks), covered.today) if last < covered.today else None


def _strip(covered: Coverage, first: dt.date, last: dt.date) -> Strip:
    monday = first - dt.timedelta(days=first.weekday())
    cells, months = [], []
    for offset in range((last - monday).days + 1):
        day = monday + dt.timedelta(days=offset)
        week = offset // 7
        if day.day == 1:
            months.append((week * STEP, day))
        held = covered.on(day)
        if held is not None:
            cells.append(Cell(week * STEP, HEAD + day.weekday() * STEP, day, held))
    width = ((last - monday).days // 7 + 1) * STEP
    return Strip(cells, months, width, HEAD + 7 * STEP)
