"""From a tired ad's finding to its row, and to the creative form filled in from it."""

from __future__ import annotations

import datetime as dt
import re

import msgspec
import pytest
from flask import Flask, render_template
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.advice import keeping
from app.insights.finding import Class, Entity, Finding, Kind, Number, Unit
from app.models import Account, Ad, Campaign, CreativeBatch, Report
from app.reports import ordering
from app.reports.document import Entity as EntityPart
from app.reports.rows import nowhere, rows_behind
from app.web.report_drawing import drawn
from tests.clock import today
from tests.conftest import Member, csrf_token, sign_in
from tests.factories import make_account, make_campaign, make_connection, make_day
from tests.metrics.ads import make_ad_day
from tests.reports.samples import finding, usual
from tests.web.test_creative import BRIEF

PAGE = "/dashboard/creative"
DAY = today() - dt.timedelta(days=2)


@pytest.fixture
def account(session: Session, alice: Member) -> Account:
    return make_account(session, make_connection(session, alice.workspace))


@pytest.fixture
def tired(session: Session, account: Account) -> Ad:
    campaign = make_campaign(session, account, "Gift guide")
    make_day(session, campaign, DAY, spend="61")
    made = an_ad(session, campaign, "20 % off قهوة <b>. Ships the same day.")
    an_ad(session, campaign, "Another one.").name = "Bystander"
    session.commit()
    return made


def an_ad(session: Session, campaign: Campaign, text: str) -> Ad:
    """An ad that spent $61 on the day."""
    place = {"workspace_id": campaign.workspace_id, "account_id": campaign.account_id}
    made = Ad(
        campaign_id=campaign.id,
        external_id=text,
        name=f"Ad “{text[:4]}”",
        texts={"primary_text": [text]},
        **place,
    )
    session.add(made)
    session.flush()
    make_ad_day(session, made, DAY, spend=61)
    return made


@pytest.fixture
def client(app: Flask, alice: Member) -> FlaskClient:
    return sign_in(app, alice)


def told(session: Session, member: Member, *ads: Ad) -> None:
    """Each clicked 2.04 % at first, and 1.11 % now."""
    campaign = session.get_one(Campaign, ads[0].campaign_id)
    numbers = {
        "ads": Number(len(ads), Unit.COUNT),
        "z": Number(-5.0, Unit.COUNT),
        "spend": Number(700.0 * len(ads), Unit.MONEY),
    }
    for place in range(1, len(ads) + 1):
        numbers |= {
            f"rate_before_{place}": Number(0.0204, Unit.SHARE),
            f"rate_now_{place}": Number(0.0111, Unit.SHARE),
            f"drop_{place}": Number(-0.4, Unit.SHARE, change=True),
            f"running_{place}": Number(60, Unit.DAYS),
            f"spend_{place}": Number(700, Unit.MONEY),
        }
    found = Finding(
        rule="creative_refresh",
        kind=Kind.RECOMMENDATION,
        class_=Class.ACT,
        entities=(
            Entity("campaign", str(campaign.id), campaign.name, "meta"),
            *(Entity("ad", str(ad.id), ad.name, "meta", "carries") for ad in ads),
        ),
        first=DAY,
        last=DAY,
        numbers=numbers,
        at_stake=700.0 * len(ads),
        currency="USD",
    )
    keeping.keep(session, member.workspace.id, [found], dt.datetime.now(dt.UTC))
    session.commit()


def told_by_an_older_version(session: Session, member: Member, ad: Ad) -> None:
    """Of one ad, without its rates."""
    found = Finding(
        rule="creative_refresh",
        kind=Kind.RECOMMENDATION,
        class_=Class.ACT,
        entities=(Entity("ad", str(ad.id), ad.name, "meta"),),
        first=DAY,
        last=DAY,
        numbers={"drop": Number(-0.4, Unit.SHARE, change=True), "z": Number(-5.0, Unit.COUNT)},
        at_stake=700,
        currency="USD",
    )
    keeping.keep(session, member.workspace.id, [found], dt.datetime.now(dt.UTC))
    session.commit()


def test_the_tired_ads_of_a_campaign_lead_to_their_rows_and_to_new_copy_each(
    client: FlaskClient, session: Session, alice: Member, tired: Ad
) -> None:
    other = session.scalars(select(Ad).where(Ad.name == "Bystander")).one()
    told(session, alice, tired, other)
    shown = client.get("/dashboard/reports/insights").text
    assert shown.count('class="insight ') == 1
    assert "Two ads of Gift guide are tired" in shown
    assert shown.count("CTR 2.0%") == shown.count("<strong>1.1%</strong>") == 2
    for ad in (tired, other):
        assert f'href="/campaigns/ads/{ad.id}?from={DAY}&amp;to={DAY}"' in shown
        assert f'href="{PAGE}?ad={ad.id}"' in shown
    rows = f"/campaigns/{tired.campaign_id}?from={DAY}&amp;to={DAY}"
    assert f'href="{rows}"' in shown

    [one] = client.get("/api/insights").json["findings"]
    assert one["rows"] == rows.replace("&amp;", "&")
    assert one["new_copy"] == f"{PAGE}?ad={tired.id}"
    assert [each["new_copy"] for each in one["entities"]] == [
        "",
        f"{PAGE}?ad={tired.id}",
        f"{PAGE}?ad={other.id}",
    ]


def test_a_tired_ad_that_an_older_version_told_of_still_leads_to_its_row_and_to_new_copy(
    client: FlaskClient, session: Session, alice: Member, tired: Ad
) -> None:
    told_by_an_older_version(session, alice, tired)
    shown = client.get("/dashboard/reports/insights").text
    assert f'href="/campaigns/ads/{tired.id}?from={DAY}&amp;to={DAY}"' in shown
    assert f'href="{PAGE}?ad={tired.id}"' in shown


def test_an_ads_row_stands_alone_on_its_campaigns_page_until_all_are_asked_for(
    client: FlaskClient, tired: Ad
) -> None:
    answer = client.get(f"/campaigns/ads/{tired.id}?from={DAY}&to={DAY}")
    assert answer.status_code == 303
    assert answer.location == (
        f"/campaigns/{tired.campaign_id}?from={DAY}&to={DAY}&ad={tired.id}#ad-{tired.id}"
    )
    page = client.get(answer.location).text
    assert f'id="ad-{tired.id}"' in page
    assert f"<mark>{tired.name}</mark>" in page
    assert "$61.00" in page
    assert f'href="{PAGE}?ad={tired.id}"' in page
    everything = f"/campaigns/{tired.campaign_id}?from={DAY}&amp;to={DAY}#ads-title"
    assert f'href="{everything}"' in page


@pytest.mark.parametrize("ad", ["0", "x", str(2**70), ""])
def test_an_ad_that_is_none_of_the_campaigns_filters_nothing(
    client: FlaskClient, tired: Ad, ad: str
) -> None:
    page = client.get(f"/campaigns/{tired.campaign_id}?from={DAY}&to={DAY}&ad={ad}")
    assert page.status_code == 200
    assert "Bystander" in page.text


def test_the_form_is_filled_in_from_the_ad_and_shows_its_angle(
    client: FlaskClient, tired: Ad
) -> None:
    page = client.get(f"{PAGE}?ad={tired.id}").text
    assert "it opens with a price or a percentage" in page
    assert "20 % off قهوة &lt;b&gt;." in page
    assert 'value="Ships the same day."' in page
    assert '<option value="offer" selected>' in page
    assert 'name="product" value=""' in page
    assert "Filled in from your last brief" not in page


def test_an_ad_without_known_texts_opens_the_plain_form_and_says_so(
    client: FlaskClient, session: Session, tired: Ad
) -> None:
    tired.texts = None
    session.commit()
    page = client.get(f"{PAGE}?ad={tired.id}").text
    assert "No text of this ad is known" in page
    assert 'name="product" value=""' in page


@pytest.mark.parametrize("ad", ["0", "x", str(2**70), ""])
def test_an_ad_that_does_not_exist_is_not_found(client: FlaskClient, ad: str) -> None:
    assert client.get(f"{PAGE}?ad={ad}").status_code == 404


def test_another_workspaces_ad_is_not_found(app: Flask, charlie: Member, tired: Ad) -> None:
    stranger = sign_in(app, charlie)
    for path in (f"{PAGE}?ad={tired.id}", f"/campaigns/ads/{tired.id}"):
        answer = stranger.get(path)
        assert answer.status_code == 404
        assert tired.name not in answer.text


def test_a_brief_from_an_ad_that_is_refused_keeps_what_was_typed_and_the_ad(
    client: FlaskClient, tired: Ad
) -> None:
    token = csrf_token(client)
    form = {**BRIEF, "csrf_token": token, "product": "", "angle": "proof"}
    answer = client.post(f"{PAGE}?ad={tired.id}", data=form)
    assert answer.status_code == 422
    assert f"New copy in place of <bdi>{tired.name}</bdi>" in answer.text
    assert '<option value="proof" selected>' in answer.text


def test_half_of_what_is_written_starts_from_the_angle_asked_for(
    client: FlaskClient, session: Session
) -> None:
    form = {**BRIEF, "csrf_token": csrf_token(client), "angle": "offer"}
    assert client.post(PAGE, data=form).status_code == 303
    batch = session.scalars(select(CreativeBatch)).one()
    assert batch.brief["angle"] == "offer"
    assert sum(each.angle == "offer" for each in batch.variations) == 10
    assert re.search(r'<option value="offer" selected>', client.get(f"{PAGE}/{batch.id}").text)


def test_an_angle_that_does_not_exist_is_refused_beside_its_field(client: FlaskClient) -> None:
    form = {**BRIEF, "csrf_token": csrf_token(client), "angle": "sideways"}
    answer = client.post(PAGE, data=form)
    assert answer.status_code == 422
    assert 'id="brief-angle-error"' in answer.text


@pytest.mark.parametrize("rates", [True, False], ids=["told now", "frozen by an older version"])
def test_a_report_leads_to_new_copy_where_people_may_sign_in_and_nowhere_else(
    app: Flask, rates: bool
) -> None:
    places = {f"rate_{when}_{each}": 0.02 for when in ("before", "now") for each in (1, 2)}
    found = finding(
        "Ads are tired",
        rule="creative_refresh",
        numbers={**places, "spend_1": 700.0, "spend_2": 30.0} if rates else {"drop": -0.3},
        entities=[
            EntityPart(kind="ad", key=key, name=name, platform="meta", role="carries")
            for key, name in (("7", "Ad قهوة"), ("8", "<b>"))
        ],
    )
    document = usual(recommendations=[found, finding("Move")])
    wanted = ordering.Wanted(first=document.days.first, last=document.days.last)
    report = Report(id=3, request=msgspec.to_builtins(wanted))
    with app.test_request_context():
        inside = render_template(
            "reports/body.html", **drawn(document, rows_behind(report, document))
        )
        shared = render_template("reports/body.html", **drawn(document, nowhere))
    assert inside.count(f'href="{PAGE}?ad=7"') == inside.count(f'href="{PAGE}?ad=8"') == 1
    assert inside.count('href="/campaigns/ads/7?') == 1
    assert "&lt;b&gt;" in inside
    assert "Write new copy" not in shared
    assert "/campaigns/ads" not in shared
    assert "Ad قهوة" in shared
    assert ("Click rate, days 4–17" in shared) == rates
