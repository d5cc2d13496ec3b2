"""Alerts: an incident is raised once, told once, and over when it is over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.advice import alerts, waking
from app.advice.alerts import Signal
from app.errors import Invalid, NotFound
from app.models import Alert
from tests.conftest import Member
from tests.factories import make_account, make_connection
from tests.sync.fake_platform import NOON

DAY = dt.timedelta(days=1)
BREAK = Signal(
    "tracking_break",
    "tracking_break|:platform:meta",
    "Meta shows no conversions",
    "42 were expected since Nov 12 and none came.",
    "Check the pixel.",
    platform="meta",
    at_stake=Decimal(900),
    currency="USD",
)
PACING = Signal(
    "pacing", "pacing|:workspace:1", "Ahead of budget", "118% of November.", "Slow down."
)
DEAD = Signal(
    alerts.CONNECTION,
    "connection|7",
    "Meta is not being read",
    "It no longer accepts our access.",
    "Connect it again.",
    platform="meta",
    from_figures=False,
)

Check = Callable[..., list[Alert]]


@pytest.fixture
def check(session: Session, alice: Member) -> Check:
    """A day's check of Alice's workspace; the alerts of it as they stand then."""

    def once(*signals: Signal, after: int = 0, stale: Iterable[str] = ()) -> list[Alert]:
        now = NOON + after * DAY
        alerts.check(session, alice.workspace, signals, stale=set(stale), now=now)
        session.commit()
        return alerts.alerts(session, alice.workspace.id, now)

    return once


def test_an_incident_that_lasts_is_one_alert(check: Check) -> None:
    check(BREAK)
    [alert] = check(replace(BREAK, saw="61 were expected."), after=1)
    assert (alert.state, alert.saw) == ("open", "61 were expected.")
    assert alert.last_at - alert.first_at == DAY


def test_what_is_no_longer_seen_is_over(check: Check) -> None:
    check(BREAK, PACING)
    assert [(each.rule, each.state) for each in check(PACING, after=1)] == [
        ("pacing", "open"),
        ("tracking_break", "resolved"),
    ]


def test_an_incident_back_within_a_week_is_the_same_and_is_not_told_again(
    check: Check, session: Session
) -> None:
    [alert] = check(BREAK)
    alert.mailed_at = NOON
    session.commit()
    check(after=1)
    [again] = check(BREAK, after=3)
    assert (again.id, again.state, again.mailed_at) == (alert.id, "open", NOON)


def test_an_incident_back_after_a_week_is_a_new_one(check: Check) -> None:
    check(BREAK)
    check(after=1)
    assert [each.state for each in check(BREAK, after=9)] == ["open", "resolved"]


def test_old_figures_neither_raise_nor_end_an_alert(check: Check) -> None:
    check(BREAK)
    [kept] = check(after=1, stale=["meta"])
    assert kept.state == "open"
    assert len(check(BREAK, replace(BREAK, key="another"), after=1, stale=["meta"])) == 1
    assert check(PACING, after=1, stale=["google"])[0].rule == "tracking_break"


def test_a_dead_connection_is_raised_while_its_figures_are_old_and_ends_with_them(
    check: Check,
) -> None:
    [alert] = check(DEAD, stale=["meta"])
    assert alert.state == "open"
    [alert] = check(after=1)
    assert alert.state == "resolved"


def test_a_dead_connection_that_is_alive_again_is_over_even_before_its_figures_are_fresh(
    check: Check,
) -> None:
    check(DEAD, stale=["meta"])
    [alert] = check(after=1, stale=["meta"])
    assert alert.state == "resolved"


def test_an_acknowledged_alert_stays_so_until_it_is_over(
    check: Check, session: Session, alice: Member
) -> None:
    [alert] = check(BREAK)
    alerts.acknowledge(session, alice.workspace.id, alert.id, alice.user.id)
    [alert] = check(BREAK, after=1)
    assert alert.state == "acknowledged"
    [alert] = check(after=2)
    assert alert.state == "resolved"


def test_an_alert_put_off_is_open_and_to_be_told_again_when_it_still_lasts(
    check: Check, session: Session, alice: Member
) -> None:
    [alert] = check(BREAK)
    alert.mailed_at = NOON
    alerts.snooze(session, alice.workspace.id, alert.id, days="7", user_id=alice.user.id, now=NOON)
    assert [each.state for each in check(BREAK, after=6)] == ["snoozed"]
    assert not waking.wake(session, NOON + 7 * DAY - dt.timedelta(minutes=1))
    [still] = check(BREAK, after=6)
    assert still.state == "snoozed"
    assert waking.wake(session, NOON + 7 * DAY)
    session.refresh(alert)
    assert (alert.state, alert.mailed_at) == ("open", None)


def test_what_ended_while_it_was_put_off_is_not_told_again(
    check: Check, session: Session, alice: Member
) -> None:
    [alert] = check(BREAK)
    alerts.snooze(session, alice.workspace.id, alert.id, days="1", user_id=alice.user.id, now=NOON)
    check(after=1)
    waking.wake(session, NOON + 2 * DAY)
    session.refresh(alert)
    assert alert.state == "resolved"


def test_an_alert_of_a_platform_that_is_not_read_stays_put_off_until_it_is(
    check: Check, session: Session, alice: Member
) -> None:
    link = make_connection(session, alice.workspace, last_synced_at=NOON)
    make_account(session, link)
    check(BREAK, DEAD)
    for each in session.scalars(select(Alert.id)).all():
        alerts.snooze(session, alice.workspace.id, each, days="1", user_id=alice.user.id, now=NOON)
    waking.wake(session, NOON + DAY)
    asked = select(Alert.rule, Alert.state).order_by(Alert.rule)
    assert session.execute(asked).all() == [
        (alerts.CONNECTION, "open"),
        ("tracking_break", "snoozed"),
    ]
    link.last_synced_at = NOON + 2 * DAY
    assert waking.wake(session, NOON + 2 * DAY)
    assert set(session.scalars(select(Alert.state))) == {"open"}


def test_a_strangers_platform_keeps_no_alert_put_off(
    check: Check, session: Session, alice: Member, charlie: Member
) -> None:
    make_account(session, make_connection(session, charlie.workspace, last_synced_at=NOON - DAY))
    [alert] = check(BREAK)
    alerts.snooze(session, alice.workspace.id, alert.id, days="1", user_id=alice.user.id, now=NOON)
    assert waking.wake(session, NOON + DAY)


def test_a_silent_shop_keeps_no_alert_of_ads_back(check: Check) -> None:
    assert [each.rule for each in check(PACING, stale=["shopify"])] == ["pacing"]
    assert check(PACING, after=1, stale=["google"])[0].state == "open"
    assert check(after=2, stale=["shopify"])[0].state == "resolved"


def test_an_alert_is_put_off_only_by_the_days_offered(
    check: Check, session: Session, alice: Member
) -> None:
    [alert] = check(BREAK)
    with pytest.raises(Invalid, match="1 or 7 days"):
        alerts.snooze(
            session, alice.workspace.id, alert.id, days="400", user_id=alice.user.id, now=NOON
        )


def test_nothing_can_be_done_about_what_is_over(
    check: Check, session: Session, alice: Member
) -> None:
    [alert] = check(BREAK)
    check(after=1)
    with pytest.raises(Invalid, match="over already"):
        alerts.acknowledge(session, alice.workspace.id, alert.id, alice.user.id)


def test_a_strangers_alert_is_not_there(check: Check, session: Session, charlie: Member) -> None:
    [alert] = check(BREAK)
    assert alerts.alerts(session, charlie.workspace.id, NOON) == []
    with pytest.raises(NotFound):
        alerts.acknowledge(session, charlie.workspace.id, alert.id, charlie.user.id)
    alerts.check(session, charlie.workspace, [], stale=set(), now=NOON + DAY)
    assert session.scalars(select(Alert.state)).all() == ["open"]
