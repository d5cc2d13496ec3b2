"""What own ads did, beside a variation that resembles them."""

from __future__ import annotations

import datetime as dt

from flask import Flask
from sqlalchemy.orm import Session

from app.creative import library
from app.models import Ad, Campaign, CreativeVariation
from tests.clock import today
from tests.conftest import Member, sign_in
from tests.everything import make_everything
from tests.factories import make_account, make_campaign, make_connection
from tests.metrics.ads import make_ad_day, make_draft

ASKS, SAYS = "Cold coffee again? Order today.", "Coffee that stays warm. Order today."


def a_year_of_ads(session: Session, alice: Member) -> None:
    """Six ads that ask and do well, six that say and do not, launched with scores to match."""
    account = make_account(session, make_connection(session, alice.workspace))
    campaign = make_campaign(session, account)
    launched = []
    for number in range(6):
        asks = shown_ad(session, campaign, f"asks {number}", ASKS, clicks=300 + number)
        shown_ad(session, campaign, f"says {number}", SAYS, clicks=20 + number)
        launched.append((asks, f"9.{number}"))
    make_draft(session, account, launched)


def shown_ad(session: Session, campaign: Campaign, name: str, text: str, clicks: int) -> Ad:
    made = Ad(
        workspace_id=campaign.workspace_id,
        account_id=campaign.account_id,
        campaign_id=campaign.id,
        external_id=name,
        name=name,
        texts={"primary_text": [text]},
    )
    session.add(made)
    session.flush()
    last_week = today("UTC") - dt.timedelta(days=7)
    make_ad_day(session, made, last_week, impressions=5000, clicks=clicks)
    return made


def test_own_ads_stand_beside_a_variation_that_opens_alike(
    app: Flask, session: Session, alice: Member
) -> None:
    ids = make_everything(session, alice.workspace, alice.user)
    a_year_of_ads(session, alice)
    row = session.get_one(CreativeVariation, ids["variation_id"])
    row.state, row.score, row.content = "written", 7, _content(ASKS)
    library.save(session, [row], dt.datetime.now(dt.UTC))
    session.commit()
    browser = sign_in(app, alice)
    for path in (f"/dashboard/creative/{row.batch_id}", "/dashboard/creative/library"):
        page = browser.get(path).text
        assert "6 short ads (up to 20 words) that open with a question: CTR" in page
        assert "In 15 of 15 pairs of ads you launched together" in page


def test_too_few_ads_say_nothing(app: Flask, session: Session, alice: Member) -> None:
    ids = make_everything(session, alice.workspace, alice.user)
    row = session.get_one(CreativeVariation, ids["variation_id"])
    row.state, row.score, row.content = "written", 7, _content(ASKS)
    session.commit()
    page = sign_in(app, alice).get(f"/dashboard/creative/{row.batch_id}").text
    assert ASKS in page
    assert "Your history" not in page


def _content(text: str) -> dict[str, object]:
    return {
        "platform": "meta",
        "framework": "PAS",
        "angle": "problem",
        "trigger": "Curiosity",
        "primary_text": text,
        "headline": "Warm",
        "description": "For three hours",
        "cta": "SHOP_NOW",
        "headlines": ["Warm"],
        "descriptions": ["For three hours"],
    }
