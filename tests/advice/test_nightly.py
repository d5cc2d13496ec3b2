"""What is looked for at night is kept once, and closed when it is gone."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.advice import looks, nightly
from app.advice.left_out import Why
from app.models import CampaignTotalDay, PlatformTotalDay, StoredFinding
from tests.advice.test_asking import NOW, fill, make_read
from tests.conftest import Member
from tests.factories import make_campaign


def kept(session: Session, member: Member, state: str = "open") -> list[str]:
    session.expire_all()
    return list(
        session.scalars(
            select(StoredFinding.rule)
            .where(StoredFinding.workspace_id == member.workspace.id, StoredFinding.state == state)
            .order_by(StoredFinding.rule)
        )
    )


def make_waste(session: Session, member: Member) -> None:
    """A campaign that pays and one that does not."""
    account = make_read(session, member)
    fill(session, make_campaign(session, account))
    fill(session, make_campaign(session, account, "Wäste"), spend="90", conversions="0")


def test_looking_again_keeps_each_finding_once(session: Session, alice: Member) -> None:
    make_waste(session, alice)
    nightly.look_and_keep(session, alice.workspace.id, NOW)
    first = kept(session, alice)
    nightly.look_and_keep(session, alice.workspace.id, NOW + dt.timedelta(hours=1))
    assert "zero_result" in first
    assert kept(session, alice) == first


def test_that_a_look_was_made_is_kept_with_what_it_left_out(
    session: Session, alice: Member, charlie: Member
) -> None:
    make_waste(session, alice)
    for hours in (0, 1):
        nightly.look_and_keep(session, alice.workspace.id, NOW + dt.timedelta(hours=hours))
    made = looks.last_look(session, alice.workspace.id)
    assert made is not None
    assert (made.at, made.days.last) == (NOW + dt.timedelta(hours=1), dt.date(2026, 6, 29))
    assert [each.why for each in made.left_out] == [Why.UNSETTLED]
    assert made.missing == []
    assert looks.last_look(session, charlie.workspace.id) is None


def test_what_is_gone_is_closed(session: Session, alice: Member) -> None:
    make_waste(session, alice)
    nightly.look_and_keep(session, alice.workspace.id, NOW)
    session.execute(delete(CampaignTotalDay))
    session.execute(delete(PlatformTotalDay))
    nightly.look_and_keep(session, alice.workspace.id, NOW + dt.timedelta(hours=1))
    assert "zero_result" in kept(session, alice, "closed")


def test_one_workspaces_findings_are_not_kept_for_another(
    session: Session, alice: Member, charlie: Member
) -> None:
    make_waste(session, alice)
    nightly.look_and_keep(session, charlie.workspace.id, NOW)
    assert kept(session, alice) == kept(session, charlie) == []


def test_a_workspace_that_was_deleted_meanwhile_is_passed_over(session: Session) -> None:
    assert nightly.look_and_keep(session, 999_999, NOW) == []
