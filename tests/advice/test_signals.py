"""What is urgent among findings and connections."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy.orm import Session

from app.advice import signals
from app.metrics.freshness import runs
from app.metrics.problems import Kind, problems
from app.metrics.sources import sources
from app.models import SyncChunk, SyncRun
from tests.conftest import Member
from tests.factories import make_account, make_connection
from tests.sync.fake_platform import NOON

HOUR = dt.timedelta(hours=1)


def test_a_connection_is_stale_after_half_a_day_without_reading(
    session: Session, alice: Member
) -> None:
    make_account(session, make_connection(session, alice.workspace, last_synced_at=NOON))
    make_account(
        session,
        make_connection(session, alice.workspace, "google", last_synced_at=NOON - 13 * HOUR),
    )
    known = sources(session, alice.workspace.id)
    assert signals.stale_platforms(known, NOON) == {"google"}


def test_an_upload_or_a_disconnected_platform_is_never_stale(
    session: Session, alice: Member
) -> None:
    long_ago = NOON - 900 * HOUR
    for columns in ({"kind": "upload"}, {"status": "disconnected"}):
        made = make_connection(session, alice.workspace, last_synced_at=long_ago, **columns)
        make_account(session, made)
    assert signals.stale_platforms(sources(session, alice.workspace.id), NOON) == set()


def test_a_connection_that_needs_its_owner_is_shown_but_not_written_about_twice(
    session: Session, alice: Member
) -> None:
    made = make_connection(
        session,
        alice.workspace,
        status="needs_attention",
        status_reason="It no longer accepts our access.",
        last_synced_at=NOON,
    )
    make_account(session, made)
    known = sources(session, alice.workspace.id)
    [signal] = signals.of_connections(problems(known, [], NOON), NOON)
    assert signal.title == "Meta is not being read"
    assert "no longer accepts our access" in signal.saw
    assert (signal.told, signal.from_figures) == (True, False)


def test_a_hiccup_of_a_connection_is_no_alert(session: Session, alice: Member) -> None:
    make_account(session, make_connection(session, alice.workspace, last_synced_at=NOON - HOUR))
    known = sources(session, alice.workspace.id)
    found = problems(known, [], NOON)
    assert found
    assert signals.of_connections(found, NOON) == []
    assert len(signals.of_connections(found, NOON + 12 * HOUR)) == 1


def test_a_sync_that_hangs_is_an_alert_whatever_its_state_says(
    session: Session, alice: Member
) -> None:
    link = make_connection(session, alice.workspace, last_synced_at=NOON)
    make_account(session, link)
    run = SyncRun(
        workspace_id=alice.workspace.id,
        connection_id=link.id,
        trigger="schedule",
        reach="recent",
        state="running",
        queued_at=NOON,
    )
    session.add(run)
    session.flush()
    known, latest = sources(session, alice.workspace.id), runs(session, alice.workspace.id)
    under_way = problems(known, latest, NOON + 11 * HOUR)
    assert under_way == []
    later = NOON + 13 * HOUR
    [signal] = signals.of_connections(problems(known, latest, later), later)
    assert signal.title == "Meta is not being read"
    assert "none did for 13 hours" in signal.saw
    assert f"last read on {NOON:%-d %B %Y at %H:%M} UTC" in signal.saw
    assert "Restart" in signal.todo


@pytest.mark.parametrize(("ago", "hangs"), [(1, False), (11, False), (13, True)])
def test_a_first_history_hangs_only_once_it_brings_nothing_any_more(
    session: Session, alice: Member, ago: int, *, hangs: bool
) -> None:
    began = NOON - 40 * HOUR
    link = make_connection(session, alice.workspace, last_synced_at=None, created_at=began)
    account = make_account(session, link)
    run = SyncRun(
        workspace_id=alice.workspace.id,
        connection_id=link.id,
        trigger="connect",
        reach="history",
        state="running",
        queued_at=began,
    )
    session.add(run)
    session.flush()
    for position, done_at in enumerate([began + HOUR, NOON - ago * HOUR, None]):
        session.add(
            SyncChunk(
                run_id=run.id,
                position=position,
                workspace_id=alice.workspace.id,
                account_id=account.id,
                first=NOON.date(),
                last=NOON.date(),
                done_at=done_at,
            )
        )
    session.flush()
    known = sources(session, alice.workspace.id)
    found = problems(known, runs(session, alice.workspace.id), NOON)
    assert [each.kind for each in found] == [Kind.HANGING] * hangs


@pytest.mark.parametrize("state", ["failed", "queued"])
def test_a_connection_that_goes_on_failing_says_why_and_what_is_missing_since_when(
    session: Session, alice: Member, state: str
) -> None:
    last = NOON - 13 * HOUR
    link = make_connection(session, alice.workspace, "google", last_synced_at=last)
    make_account(session, link, read_through=last.date())
    run = SyncRun(
        workspace_id=alice.workspace.id,
        connection_id=link.id,
        trigger="schedule",
        reach="recent",
        state=state,
        attempts=40,
        error="Google answers with an error of its own.",
    )
    session.add(run)
    session.flush()
    known = sources(session, alice.workspace.id)
    troubles = problems(known, runs(session, alice.workspace.id), NOON)
    [signal] = signals.of_connections(troubles, NOON)
    assert signal.title == "Google is not being read"
    assert "an error of its own" in signal.saw
    assert f"last read on {last:%-d %B %Y at %H:%M} UTC" in signal.saw
    assert "tried again by itself" in signal.todo
    assert (signal.told, signal.from_figures) == (False, False)
    assert signals.failing_platforms(troubles, NOON) == {"google"}
    assert signals.of_connections(troubles, NOON - 2 * HOUR) == []
