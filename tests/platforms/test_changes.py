"""What people do at their platform meanwhile, followed through the whole sync."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.connections.grants import choose
from app.connectors.words import Days
from app.models import Account, Campaign, CampaignDay, PlatformConnection
from app.sync.window import Reach
from tests.platforms.conftest import NOON, Connect, Run
from tests.platforms.test_every_platform import selected
from tests.platforms.test_many import ADVERTISERS
from tests.platforms.truth import held, true
from tests.sandbox_server import SandboxServer

SPAN = Days(NOON.date() - dt.timedelta(days=4), NOON.date())
TODAY = Days(NOON.date(), NOON.date())
NEW_NAME = "Ünder a new <name> & still itself"
pytestmark = pytest.mark.parametrize("slug", ADVERTISERS)


def right(session: Session, sandbox: SandboxServer, accounts: Sequence[Account]) -> bool:
    return all(held(session, one, SPAN) == true(sandbox, one, SPAN) for one in accounts)


def spending(session: Session) -> Campaign:
    """The campaign with the most days of figures."""
    days = session.scalars(select(CampaignDay.campaign_id).where(CampaignDay.spend > 0)).all()
    return session.get_one(Campaign, max(sorted(set(days)), key=days.count))


def history(session: Session, campaign: Campaign) -> list[tuple[object, ...]]:
    rows = session.scalars(
        select(CampaignDay).where(CampaignDay.campaign_id == campaign.id).order_by(CampaignDay.day)
    )
    return [(row.day, row.spend, row.clicks, row.conversions) for row in rows]


def named(session: Session, campaign: Campaign) -> list[Campaign]:
    """All that we hold of what the platform knows by one id."""
    session.refresh(campaign)
    return list(
        session.scalars(select(Campaign).where(Campaign.external_id == campaign.external_id))
    )


def busiest(session: Session, sandbox: SandboxServer) -> Account:
    """The account with the most campaigns that spend."""
    return max(selected(session), key=lambda one: len(true(sandbox, one, SPAN)))


def test_a_renamed_campaign_keeps_its_history_under_the_new_name(
    session: Session, sandbox: SandboxServer, connected: Connect, run: Run, slug: str
) -> None:
    connection = connected(slug)
    run(connection, days=SPAN)
    campaign = spending(session)
    before = history(session, campaign)
    sandbox.rename(campaign.external_id, NEW_NAME)
    assert run(connection, days=SPAN).state == "done"
    assert [one.name for one in named(session, campaign)] == [NEW_NAME]
    assert history(session, campaign) == before
    assert right(session, sandbox, selected(session))


def test_a_removed_campaign_keeps_its_spend(
    session: Session, sandbox: SandboxServer, connected: Connect, run: Run, slug: str
) -> None:
    connection = connected(slug)
    run(connection, days=SPAN)
    campaign = spending(session)
    before, name = history(session, campaign), campaign.name
    sandbox.remove(campaign.external_id)
    done = run(connection, days=SPAN)
    assert (done.state, done.error) == ("done", "")
    assert [(one.name, one.status) for one in named(session, campaign)] == [(name, "removed")]
    assert history(session, campaign) == before
    assert right(session, sandbox, selected(session))


def test_a_lost_account_is_said_and_the_others_go_on(
    session: Session, sandbox: SandboxServer, connected: Connect, run: Run, slug: str
) -> None:
    connection = connected(slug)
    run(connection, days=SPAN)
    lost = busiest(session, sandbox)
    others = [one for one in selected(session) if one is not lost]
    before = held(session, lost, SPAN)
    sandbox.lose(lost.external_id)
    sandbox.restate()
    done = run(connection, days=SPAN)

    assert (done.state, done.error) == ("done", "")
    assert lost.name in done.notice
    assert lost.removed_at is not None
    assert (connection.status, connection.status_reason) == ("active", "")
    assert held(session, lost, SPAN) == before
    assert right(session, sandbox, others)

    sandbox.gain(lost.external_id)
    assert run(connection, days=SPAN).error == ""
    assert (lost.removed_at, lost.trouble, lost.selected) == (None, "", True)
    assert held(session, lost, SPAN) != before
    assert right(session, sandbox, [lost, *others])


def test_an_account_lost_between_two_lists_is_left_out_alone(
    session: Session, sandbox: SandboxServer, connected: Connect, run: Run, slug: str
) -> None:
    """A sync of today does not ask which accounts there are: it hears it from the account."""
    connection = connected(slug)
    run(connection, days=SPAN)
    lost = busiest(session, sandbox)
    others = [one for one in selected(session) if one is not lost]
    before = held(session, lost, SPAN)
    sandbox.lose(lost.external_id)
    sandbox.restate(TODAY.first, TODAY.last)
    done = run(connection, Reach.RECENT)

    assert (done.state, done.error) == ("done", "")
    assert lost.name in done.notice
    assert len(lost.trouble) > 40
    assert all(other.trouble == "" for other in others)
    assert connection.status == "active"
    assert held(session, lost, SPAN) == before
    assert right(session, sandbox, others)


def test_all_accounts_lost_is_up_to_the_owner(
    session: Session, sandbox: SandboxServer, connected: Connect, run: Run, slug: str
) -> None:
    connection = connected(slug)
    run(connection, days=SPAN)
    accounts = selected(session)
    before = [held(session, one, SPAN) for one in accounts]
    for account in accounts:
        sandbox.lose(account.external_id)
    run(connection, days=SPAN)
    check_that_its_owner_is_told(session, connection)
    assert [held(session, one, SPAN) for one in accounts] == before

    for account in accounts:
        sandbox.gain(account.external_id)
    connected(slug, connection.id)
    assert run(connection, days=SPAN).error == ""
    assert right(session, sandbox, accounts)


def test_an_account_gained_later_is_offered_and_not_counted_unasked(
    session: Session, sandbox: SandboxServer, connected: Connect, run: Run, slug: str
) -> None:
    gained = sandbox.truth(of=f"{slug}/accounts")[0]
    sandbox.lose(gained["id"])
    connection = connected(slug)
    assert gained["id"] not in [account.external_id for account in connection.accounts]
    run(connection, days=SPAN)
    sandbox.gain(gained["id"])
    notice = run(connection, days=SPAN).notice
    # TikTok's accounts are ticked on its own page, so a new one needs a new consent.
    if slug == "tiktok":
        chosen = [account.external_id for account in selected(session)]
        connected(slug, connection.id)
        choose(connection, chosen)
        session.commit()
    else:
        assert gained["name"] in notice
    [offered] = [one for one in connection.accounts if one.external_id == gained["id"]]
    assert (offered.selected, offered.removed_at) == (False, None)
    assert not held(session, offered, SPAN)

    choose(connection, [account.external_id for account in connection.accounts])
    session.commit()
    assert run(connection, days=SPAN).error == ""
    assert held(session, offered, SPAN)
    assert right(session, sandbox, selected(session))


def test_revoked_access_is_up_to_the_owner_and_connecting_again_repairs_it(
    session: Session, sandbox: SandboxServer, connected: Connect, run: Run, slug: str
) -> None:
    connection = connected(slug)
    run(connection, days=SPAN)
    accounts = selected(session)
    before = [held(session, one, SPAN) for one in accounts]
    sandbox.revoke(slug)
    sandbox.restate()
    assert run(connection, days=SPAN).state == "failed"
    check_that_its_owner_is_told(session, connection)
    assert [held(session, one, SPAN) for one in accounts] == before

    assert connected(slug, connection.id) is connection
    assert (connection.status, connection.status_reason) == ("active", "")
    assert (run(connection, days=SPAN)).error == ""
    assert selected(session) == accounts
    assert right(session, sandbox, accounts)


def test_a_lost_scope_is_said_and_connecting_again_repairs_it(
    session: Session, sandbox: SandboxServer, connected: Connect, run: Run, slug: str
) -> None:
    connection = connected(slug)
    run(connection, days=SPAN)
    accounts = selected(session)
    before = [held(session, one, SPAN) for one in accounts]
    sandbox.lose_scope(slug)
    run(connection, days=SPAN)
    check_that_its_owner_is_told(session, connection)
    assert [held(session, one, SPAN) for one in accounts] == before

    connected(slug, connection.id)
    assert run(connection, days=SPAN).error == ""
    assert right(session, sandbox, accounts)


def check_that_its_owner_is_told(session: Session, connection: PlatformConnection) -> None:
    """In a sentence that says what to do."""
    session.refresh(connection)
    assert connection.status == "needs_attention"
    assert len(connection.status_reason) > 60
    assert any(word in connection.status_reason for word in ("onnect", "Ask"))
