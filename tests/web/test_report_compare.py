"""Two reports compared in the browser, with a platform that restates its days in between."""

from __future__ import annotations

import datetime as dt
from functools import partial

from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from app.connectors.words import Grain
from app.models import Report
from app.reports import ordering, writing
from app.reports.ordering import Wanted
from app.sync.window import Reach
from jobs.runtime import utc_now
from tests.conftest import Member, sign_in
from tests.sync.conftest import Syncs, account, connection, run, world
from tests.sync.fake_platform import World

__all__ = ["account", "connection", "run", "world"]
DAY = dt.timedelta(days=1)


def reported(session: Session, alice: Member, first: dt.date, last: dt.date) -> Report:
    """A report of now."""
    made = ordering.order(
        session,
        alice.workspace,
        Wanted(first=first, last=last),
        user_id=alice.user.id,
        today=utc_now().date(),
        now=utc_now(),
    )
    session.commit()
    sessions = sessionmaker(session.get_bind())
    computing = partial(writing.compute, sessions, lambda _session, _gathered: [])
    writing.write_report(sessions, made.id, computing, clock=utc_now)
    session.refresh(made)
    return made


def test_a_day_that_a_sync_found_restated_is_told_as_the_cause(
    app: Flask, session: Session, alice: Member, world: World, run: Syncs
) -> None:
    today = utc_now().date()
    first, last = today - 9 * DAY, today - 3 * DAY
    world.spread(first, today)
    run(now=utc_now())
    earlier = reported(session, alice, first, last)
    facts = world.facts[Grain.CAMPAIGN]
    moved = (last - DAY, last)
    world.facts[Grain.CAMPAIGN] = [
        each._replace(spend=each.spend + 1) if each.day in moved else each for each in facts
    ]

    run(Reach.WINDOW, now=utc_now())
    later = reported(session, alice, first, last)

    browser = sign_in(app, alice)
    text = browser.get(f"/dashboard/reports/{earlier.id}/compare?with={later.id}").text
    [cause] = [each for each in text.split("<li") if "Changed because" in each]
    assert "Fake Ads restated" in cause
    assert f"{moved[0].day}" in cause
    assert "of Main." in cause
    assert "Days that changed" in text
    assert "Platforms that changed" in text
    assert "Nothing changed" not in text
