"""From a brief to a paused campaign at every platform's sandbox, and back with the next sync."""

from __future__ import annotations

import threading
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from app.connectors.base import Connector
from app.connectors.http import Http
from app.connectors.launching import Choices, Launcher
from app.copywriting.brief import AdPlatform, Brief, Goal
from app.creative import batches, draft_fields, drafts, launch, launch_requests, writing
from app.creative.platforms import launcher_of
from app.creative.reviewing import review
from app.creative.writers import BUILT_IN, writer_for
from app.metrics.own_ads import own_ads
from app.models import Account, Ad, Campaign, CampaignDraft
from app.settings import Settings
from app.sync.plan import found
from app.sync.window import Reach
from tests.conftest import Member
from tests.platforms.conftest import NOON, Connect, Run
from tests.sandbox_server import SandboxServer

LAUNCHING = sorted(
    slug
    for slug, kind in Connector.registry.items()
    if kind.launches and kind.__module__.startswith("app.connectors.platforms.")
)
JPEG = b"\xff\xd8\xff\xe0" + b"a picture" * 50


def test_campaigns_can_be_created_on_all_four_ad_platforms() -> None:
    assert LAUNCHING == ["google", "linkedin", "meta", "tiktok"]


@pytest.mark.parametrize("slug", LAUNCHING)
def test_a_brief_becomes_a_paused_campaign_that_the_next_sync_knows(
    session: Session,
    alice: Member,
    settings: Settings,
    sandbox: SandboxServer,
    connected: Connect,
    run: Run,
    slug: str,
) -> None:
    connection = connected(slug, access="create")
    draft = drafted(session, alice, settings, slug)
    sessions = sessionmaker(session.get_bind(), expire_on_commit=False)
    with Http(sleep=lambda _: None, wall=NOON.timestamp) as http:
        account = session.scalars(
            select(Account)
            .where(Account.currency == "USD", Account.status == "active")
            .order_by(Account.id)
        ).first()
        assert account is not None
        launcher = launcher_of(sessions, http, settings, account, lambda: NOON)
        assert launcher.missing_permission(found(account)) == ""
        fill(session, draft, account, launcher)
        looked = review(draft, account, launcher)
        assert [each.message for each in looked.problems] == []
        launch_requests.request(session, draft, launcher, looked.digest)
        session.commit()
        launch.launch(
            sessions, http, settings, draft.id, clock=lambda: NOON, stopping=threading.Event()
        )
    session.expire_all()
    assert (draft.state, draft.error) == ("launched", "")
    assert draft.manager_url.startswith("https://")

    run(connection, Reach.WEEK)

    campaign = session.scalars(select(Campaign).where(Campaign.name.contains(draft.mark))).one()
    assert campaign.status in ("paused", "problem")
    known = {
        ad.external_id: ad for ad in session.scalars(select(Ad).where(Ad.account_id == account.id))
    }
    for ad in draft.ads:
        assert ad.ad_external_id in known, sorted(known)[:3]
        assert known[ad.ad_external_id].campaign_id == campaign.id
        assert known[ad.ad_external_id].status != "active"
    assert own_ads(session, alice.workspace.id, NOON.date()) is not None


def drafted(session: Session, alice: Member, settings: Settings, slug: str) -> CampaignDraft:
    """A draft of two ads that the built-in writer wrote."""
    brief = Brief(
        product="Larkspur Trail Pack",
        benefits=("Weighs 900 g", "Carries a week of food"),
        pain_points=("Heavy packs hurt your shoulders",),
        goal=Goal.TRAFFIC,
        platforms=(AdPlatform(slug),),
        url="https://larkspur.example/pack",
        facts=("Free returns for 60 days",),
    )
    batch = batches.order(session, alice.workspace.id, alice.user.id, brief, 2, BUILT_IN, now=NOON)
    session.commit()
    writing.write_batch(
        sessionmaker(session.get_bind(), expire_on_commit=False),
        batch.id,
        lambda opened, ordered: writer_for(opened, settings, ordered, lambda: NOON),
        clock=lambda: NOON,
        stopping=threading.Event(),
    )
    session.expire_all()
    made = drafts.create(session, alice.workspace.id, alice.user.id, batch.variations, now=NOON)
    session.commit()
    return drafts.find(session, alice.workspace.id, made.id)


def fill(session: Session, draft: CampaignDraft, account: Account, launcher: Launcher) -> None:
    """Answer everything with the first choice there is, as a hurried person would."""
    offered = launcher.choices(found(account))
    assert "traffic" in offered.goals
    filled = draft_fields.fill(
        {
            "account_id": account.id,
            "daily_budget": str(max(offered.least_budget or Decimal(0), Decimal(50))),
            "starts_on": "2026-12-01",
            "ends_on": "2026-12-31",
            "countries": ["US"],
            "profile": offered.profiles[0].id if offered.profiles else "",
            "keywords": ["trail running pack", "light backpack"] if offered.keywords else [],
            "answers": answers(offered),
        }
    )
    drafts.change(session, draft, filled, None)
    drafts.set_picture(session, draft, draft_fields.picture(JPEG, "pack.jpg"))
    session.commit()


def answers(offered: Choices) -> dict[str, str]:
    made = {}
    for question in offered.questions:
        if question.goals and "traffic" not in question.goals:
            continue
        if question.choices:
            made[question.name] = question.choices[-1].id
        elif question.needed:
            made[question.name] = "Larkspur Outdoor Inc."
    return made
