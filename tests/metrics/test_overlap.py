"""Money that may be counted twice is pointed out."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from app.metrics.overlap import Overlap, overlaps
from app.metrics.performance import performance
from app.metrics.period import Compare, Period, compare
from app.metrics.sources import sources
from app.models import Account
from tests.conftest import Member
from tests.factories import make_account, make_campaign, make_connection, make_day

WEEK = Period(dt.date(2026, 11, 15), dt.date(2026, 11, 21))


def ask(session: Session, member: Member) -> list[Overlap]:
    known = sources(session, member.workspace.id)
    comparison = compare(WEEK, dt.date(2026, 11, 22), Compare.NONE)
    return overlaps(known, performance(session, known, comparison))


def spending(
    session: Session, member: Member, kind: str, *days: int, platform: str = "meta"
) -> Account:
    connection = make_connection(session, member.workspace, platform, kind=kind)
    account = make_account(session, connection, name=kind)
    campaign = make_campaign(session, account)
    for day in days:
        make_day(session, campaign, dt.date(2026, 11, day), spend="10")
    return account


def test_an_upload_beside_a_synced_account_is_pointed_out_with_its_days(
    session: Session, alice: Member
) -> None:
    spending(session, alice, "upload", 14, 15, 16, 17)
    spending(session, alice, "oauth", 16, 17, 18)
    [found] = ask(session, alice)
    assert (found.uploaded.name, found.synced.name, found.days) == ("upload", "oauth", 2)


def test_other_platforms_other_days_and_other_workspaces_do_not_overlap(
    session: Session, alice: Member, charlie: Member
) -> None:
    spending(session, alice, "upload", 15)
    spending(session, alice, "oauth", 16)
    spending(session, alice, "oauth", 15, platform="google")
    spending(session, charlie, "oauth", 15)
    assert ask(session, alice) == []
