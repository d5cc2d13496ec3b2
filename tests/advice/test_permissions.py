"""What is in the way of changing things, as far as grants tell."""

from __future__ import annotations

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.advice.permissions import in_the_way, rights
from app.advice.plans import Plan, Side
from app.connectors.changing import PAUSED
from app.insights.finding import Entity
from app.models import Account, AdGroup, Campaign
from tests.conftest import Member
from tests.factories import make_account, make_campaign, make_connection


def campaign_of(session: Session, member: Member, *scopes: str) -> Campaign:
    connection = make_connection(session, member.workspace, "meta", scopes=list(scopes))
    return make_campaign(session, make_account(session, connection))


def pausing(kind: str, number: int) -> Plan:
    return Plan((Side(Entity(kind, str(number), "", "meta"), switch=PAUSED),))


@pytest.fixture
def reading(session: Session, alice: Member) -> Campaign:
    """Of a connection that may only read."""
    return campaign_of(session, alice, "ads_read")


@pytest.fixture
def managing(session: Session, alice: Member) -> Campaign:
    """Of another connection to the same platform, that may change budgets."""
    return campaign_of(session, alice, "ads_read", "ads_management")


def test_each_plan_is_stopped_by_its_own_connection_alone(
    session: Session, alice: Member, reading: Campaign, managing: Campaign
) -> None:
    group = AdGroup(
        workspace_id=alice.workspace.id,
        account_id=reading.account_id,
        campaign_id=reading.id,
        external_id="g1",
        name="Group",
    )
    session.add(group)
    session.flush()
    plans = [
        pausing("campaign", managing.id),
        pausing("campaign", reading.id),
        pausing("ad_group", group.id),
        pausing("account", reading.account_id),
        Plan((Side(Entity("platform", "meta", "Meta", "meta")),)),
    ]
    known = rights(session, alice.workspace.id)
    ways = in_the_way(session, alice.workspace.id, known, plans)
    assert [each.stopped for each in ways] == [False, True, True, True, False]
    assert [len(each.lacks) for each in ways] == [0, 1, 1, 1, 1]


def test_campaigns_of_all_plans_are_looked_up_by_one_statement(
    session: Session, alice: Member, reading: Campaign
) -> None:
    account = session.get_one(Account, reading.account_id)
    plans = [pausing("campaign", make_campaign(session, account).id) for _ in range(5)]
    known = rights(session, alice.workspace.id)
    asked: list[object] = []
    event.listen(session.connection(), "before_cursor_execute", lambda *args: asked.append(args[2]))
    ways = in_the_way(session, alice.workspace.id, known, plans)
    assert [each.stopped for each in ways] == [True] * 5
    assert len(asked) == 1


@pytest.mark.usefixtures("reading")
def test_a_strangers_campaign_is_changed_through_none_of_the_connections(
    session: Session, alice: Member, charlie: Member
) -> None:
    theirs = campaign_of(session, charlie, "ads_read")
    known = rights(session, alice.workspace.id)
    [way] = in_the_way(session, alice.workspace.id, known, [pausing("campaign", theirs.id)])
    assert (way.stopped, way.lacks) == (False, [])
