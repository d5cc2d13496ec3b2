"""When the numbers were read, since when they are final, and whether they match."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from app.metrics.freshness import Freshness, freshness, match
from app.metrics.period import Period
from app.metrics.problems import Kind, problems
from app.metrics.sources import sources
from app.models import Account, Reconciliation, SyncRun
from tests.conftest import Member
from tests.factories import make_account, make_connection

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
PERIOD = Period(dt.date(2026, 11, 1), dt.date(2026, 11, 21))


def minutes_ago(count: int) -> dt.datetime:
    return NOW - dt.timedelta(minutes=count)


def an_account(session: Session, member: Member, **columns: object) -> Account:
    link = make_connection(session, member.workspace, last_synced_at=minutes_ago(1))
    return make_account(session, link, **columns)


def fresh(session: Session, member: Member) -> Freshness:
    return freshness(sources(session, member.workspace.id))


def test_the_account_furthest_behind_decides(session: Session, alice: Member) -> None:
    an_account(session, alice, synced_at=minutes_ago(2), settled_through=dt.date(2026, 11, 18))
    an_account(session, alice, synced_at=minutes_ago(9), settled_through=dt.date(2026, 11, 19))

    found = fresh(session, alice)

    assert found.synced_at == minutes_ago(9)
    assert found.settled_through == dt.date(2026, 11, 18)


def test_an_account_never_settled_leaves_nothing_settled(session: Session, alice: Member) -> None:
    an_account(session, alice, settled_through=dt.date(2026, 11, 18))
    an_account(session, alice)

    found = fresh(session, alice)

    assert found.settled_through is None
    assert found.unsettled(PERIOD) == PERIOD


def test_an_account_never_read_leaves_nothing_fresh(session: Session, alice: Member) -> None:
    an_account(session, alice, synced_at=minutes_ago(2))
    an_account(session, alice)

    assert fresh(session, alice).synced_at is None


def test_an_old_upload_does_not_make_a_live_account_look_old(
    session: Session, alice: Member
) -> None:
    an_account(session, alice, synced_at=minutes_ago(2))
    upload = make_connection(session, alice.workspace, "shopify", kind="upload")
    make_account(session, upload, synced_at=minutes_ago(50_000))

    assert fresh(session, alice).synced_at == minutes_ago(2)


@pytest.mark.parametrize(
    ("settled", "expected"),
    [
        (dt.date(2026, 11, 18), Period(dt.date(2026, 11, 19), dt.date(2026, 11, 21))),
        (dt.date(2026, 11, 21), None),
        (dt.date(2026, 10, 1), PERIOD),
    ],
)
def test_the_days_after_the_settled_ones_may_change(
    settled: dt.date, expected: Period | None
) -> None:
    assert Freshness(NOW, settled, live=True).unsettled(PERIOD) == expected


def test_uploads_alone_do_not_settle(session: Session, alice: Member) -> None:
    make_account(session, make_connection(session, alice.workspace, kind="upload"))

    assert fresh(session, alice).unsettled(PERIOD) is None


def test_a_difference_names_the_account(session: Session, alice: Member) -> None:
    good, bad = an_account(session, alice), an_account(session, alice, name="Northlight EU")
    session.add_all([_checked(good, "5", "5"), _checked(bad, "5", "5.01")])
    session.flush()

    found = match(session, sources(session, alice.workspace.id), PERIOD)

    assert found is not None
    assert (found.days, found.days_off, found.exact) == (2, 1, False)
    assert found.differences[0].source.name == "Northlight EU"
    assert found.differences[0].spend == Decimal("-0.01")


def test_nothing_compared_is_not_a_match(session: Session, alice: Member) -> None:
    an_account(session, alice)

    assert match(session, sources(session, alice.workspace.id), PERIOD) is None


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({}, []),
        ({"last_synced_at": minutes_ago(21)}, [Kind.OVERDUE]),
        ({"last_synced_at": minutes_ago(69), "every_minutes": 30}, []),
        ({"last_synced_at": minutes_ago(71), "every_minutes": 30}, [Kind.OVERDUE]),
        ({"last_synced_at": minutes_ago(19)}, []),
        ({"status": "needs_attention", "status_reason": "Reconnect."}, [Kind.NEEDS_ATTENTION]),
        ({"status": "disconnected", "last_synced_at": minutes_ago(900)}, []),
        ({"kind": "upload", "last_synced_at": minutes_ago(900)}, []),
        (
            {"last_synced_at": minutes_ago(21), "paused_until": NOW + dt.timedelta(minutes=7)},
            [Kind.WAITING],
        ),
    ],
)
def test_what_is_wrong_with_a_connection(
    session: Session, alice: Member, columns: dict[str, object], expected: list[Kind]
) -> None:
    link = make_connection(session, alice.workspace, **{"last_synced_at": NOW, **columns})
    make_account(session, link)

    found = problems(sources(session, alice.workspace.id), [], NOW)

    assert [problem.kind for problem in found] == expected


def test_a_connection_without_chosen_accounts_says_so(session: Session, alice: Member) -> None:
    make_account(session, make_connection(session, alice.workspace), selected=False)

    [found] = problems(sources(session, alice.workspace.id), [], NOW)

    assert found.kind is Kind.NO_ACCOUNTS


def test_an_account_the_platform_took_away_is_not_overdue(session: Session, alice: Member) -> None:
    link = make_connection(session, alice.workspace, last_synced_at=minutes_ago(900))
    make_account(session, link, removed_at=minutes_ago(900))

    assert problems(sources(session, alice.workspace.id), [], NOW) == []


def test_a_connection_being_read_is_not_overdue(session: Session, alice: Member) -> None:
    link = make_connection(session, alice.workspace, last_synced_at=minutes_ago(900))
    make_account(session, link)
    run = SyncRun(
        connection_id=link.id,
        trigger="manual",
        reach="week",
        state="running",
        queued_at=minutes_ago(50),
    )

    assert problems(sources(session, alice.workspace.id), [run], NOW) == []


def _checked(account: Account, ours: str, theirs: str) -> Reconciliation:
    return Reconciliation(
        account_id=account.id,
        workspace_id=account.workspace_id,
        day=PERIOD.last,
        our_spend=Decimal(ours),
        platform_spend=Decimal(theirs),
        our_impressions=0,
        platform_impressions=0,
        our_clicks=0,
        platform_clicks=0,
        matches=ours == theirs,
    )
