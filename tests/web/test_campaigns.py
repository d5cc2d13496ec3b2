"""The campaigns pages and the file."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.models import (
    Account,
    Ad,
    AdDay,
    AdGroup,
    Campaign,
    DayAtAge,
    MetricRevision,
    PlacementDay,
)
from tests.clock import today
from tests.conftest import Member, sign_in
from tests.factories import make_account, make_campaign, make_connection, make_day

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
DAY = today() - dt.timedelta(days=2)


@pytest.fixture
def account(session: Session, alice: Member) -> Account:
    return make_account(session, make_connection(session, alice.workspace), name="Northlight US")


@pytest.fixture
def gift(session: Session, account: Account) -> Campaign:
    made = make_campaign(session, account, "Gift guide")
    make_day(session, made, DAY, spend="100.10", value="400", conversions="4", clicks=50)
    session.commit()
    return made


@pytest.fixture
def alices(app: Flask, alice: Member, gift: Campaign) -> FlaskClient:
    return sign_in(app, alice)


def text(client: FlaskClient, path: str, **options: object) -> str:
    response = client.get(path, **options)
    assert response.status_code == 200, response.status_code
    return response.get_data(as_text=True)


def test_campaigns_are_listed_with_a_total(
    session: Session, alices: FlaskClient, account: Account
) -> None:
    make_day(session, make_campaign(session, account, "Sale"), DAY, spend="9.90")
    session.commit()

    html = text(alices, "/campaigns")

    assert html.index("Gift guide") < html.index("Sale")
    assert "All 2" in html
    assert "$110.00" in html


def test_filters_are_in_the_url_and_in_every_link(alices: FlaskClient) -> None:
    html = text(alices, "/campaigns?q=gift&platform=meta&status=active&sort=roas&range=90d")

    assert "Gift guide" in html
    for part in ("q=gift", "platform=meta", "status=active", "range=90d"):
        assert part in html
    assert 'aria-sort="ascending"' in html
    assert "sort=-roas" in html


def test_a_filter_that_leaves_nothing_can_be_cleared(alices: FlaskClient) -> None:
    html = text(alices, "/campaigns?q=zzz&range=90d")

    assert "No campaign matches" in html
    assert 'href="/campaigns?range=90d"' in html


def test_the_list_swaps_as_a_part(alices: FlaskClient) -> None:
    assert text(alices, "/campaigns", headers=PARTIAL).strip().startswith('<div id="board"')


@pytest.mark.parametrize("query", ["sort=colour", "page=99", "page=-1", "page=x", "status=odd"])
def test_a_wish_that_makes_no_sense_shows_the_usual_list(alices: FlaskClient, query: str) -> None:
    assert "Gift guide" in text(alices, f"/campaigns?{query}")


def test_pages_of_many_campaigns(session: Session, alices: FlaskClient, account: Account) -> None:
    for number in range(55):
        make_campaign(session, account, f"Quiet {number:02}")
    session.commit()

    first, second = text(alices, "/campaigns"), text(alices, "/campaigns?page=2")

    assert "Gift guide" in first
    assert "Gift guide" not in second
    assert "Quiet 54" in second
    assert "page=2" in first


def test_the_file_has_every_match_with_plain_amounts(
    session: Session, alices: FlaskClient, account: Account
) -> None:
    for number in range(55):
        make_campaign(session, account, f"Quiet {number:02}")
    session.commit()

    response = alices.get("/campaigns/export.csv?page=2")
    rows = list(csv.DictReader(io.StringIO(response.get_data().decode("utf-8-sig"))))

    assert response.mimetype == "text/csv"
    assert len(rows) == 56
    assert rows[0]["campaign"] == "Gift guide"
    assert rows[0]["spend"] == "100.10"
    assert rows[0]["currency"] == "USD"
    assert rows[1]["roas"] == ""


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_the_file_is_a_formula(
    session: Session, alices: FlaskClient, account: Account, start: str
) -> None:
    make_day(session, make_campaign(session, account, f"{start}1+1"), DAY, spend="999")
    session.commit()

    body = alices.get("/campaigns/export.csv").get_data().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(body, newline="")))

    assert rows[0]["campaign"] == f"'{start}1+1"


def test_one_campaign_shows_its_parts_in_its_own_currency(
    session: Session, alices: FlaskClient, gift: Campaign
) -> None:
    _with_parts(session, gift)

    html = text(alices, f"/campaigns/{gift.id}")

    for words in ("Gift guide", "Northlight US", "Warm audience", "Video 3", "Instagram"):
        assert words in html
    assert "$61.00" in html


def test_an_ad_is_found_on_its_campaigns_page_for_its_own_workspace_only(
    app: Flask, session: Session, alices: FlaskClient, charlie: Member, gift: Campaign
) -> None:
    ad = Ad(
        workspace_id=gift.workspace_id,
        account_id=gift.account_id,
        campaign_id=gift.id,
        external_id="ad1",
        name="Ad",
    )
    session.add(ad)
    session.commit()
    path = f"/campaigns/ads/{ad.id}?from={DAY}&to={DAY}&campaign_id=7"
    sent = alices.get(path)
    where = f"/campaigns/{gift.id}?from={DAY}&to={DAY}&ad={ad.id}#ad-{ad.id}"
    assert (sent.status_code, sent.location) == (303, where)
    assert f'id="ad-{ad.id}"' in text(alices, where)
    assert sign_in(app, charlie).get(path).status_code == 404


def test_a_removed_campaign_says_so(session: Session, alices: FlaskClient, gift: Campaign) -> None:
    gift.removed_at = dt.datetime.now(dt.UTC)
    session.commit()

    assert "no longer lists this campaign" in text(alices, f"/campaigns/{gift.id}")


def test_someone_elses_campaign_is_not_there(app: Flask, charlie: Member, gift: Campaign) -> None:
    strangers = sign_in(app, charlie)

    assert strangers.get(f"/campaigns/{gift.id}").status_code == 404
    assert "Gift guide" not in text(strangers, "/campaigns")
    assert b"Gift guide" not in strangers.get("/campaigns/export.csv").get_data()


def test_a_name_is_text_not_markup(session: Session, alices: FlaskClient, account: Account) -> None:
    odd = make_campaign(session, account, '<img src=x onerror="alert(1)">')
    make_day(session, odd, DAY, spend="1")
    session.commit()

    for path in ("/campaigns", f"/campaigns/{odd.id}", "/dashboard"):
        assert "<img src=x" not in text(alices, path)


def _with_parts(session: Session, campaign: Campaign) -> None:
    place = {"workspace_id": campaign.workspace_id, "account_id": campaign.account_id}
    group = AdGroup(campaign_id=campaign.id, external_id="g1", name="Warm audience", **place)
    session.add(group)
    session.flush()
    ad = Ad(
        campaign_id=campaign.id,
        ad_group_id=group.id,
        external_id="a1",
        name="Video 3",
        **place,
    )
    session.add(ad)
    session.flush()
    session.add(AdDay(ad_id=ad.id, day=DAY, spend=Decimal(61), **place))
    session.add(
        PlacementDay(
            campaign_id=campaign.id, placement="instagram", day=DAY, spend=Decimal(40), **place
        )
    )
    session.commit()


def test_made_up_figures_are_marked_wherever_campaigns_are_shown(
    app: Flask, session: Session, alice: Member
) -> None:
    account = make_account(session, make_connection(session, alice.workspace, sandbox=True))
    campaign = make_campaign(session, account, "Holiday Gift Guide")
    make_day(session, campaign, today("UTC"), spend="10")
    session.commit()
    client = sign_in(app, alice)
    for path in ("/campaigns", f"/campaigns/{campaign.id}"):
        assert "invented figures" in client.get(path).text, path
    export = client.get("/campaigns/export.csv")
    assert "sandbox-campaigns-" in export.headers["Content-Disposition"]
    assert client.get("/api/metrics/summary").get_json()["sandbox"] is True


def test_a_day_says_what_was_first_reported_and_what_is_now(
    session: Session, alices: FlaskClient, gift: Campaign
) -> None:
    noted(session, gift, hours_after=-3, conversions=("1", "2"))
    noted(session, gift, hours_after=5, conversions=("2", "3"))
    noted(session, gift, hours_after=30, conversions=("3", "4"))

    shown = " ".join(text(alices, f"/campaigns/{gift.id}").split())
    first = f"{DAY:%b} {DAY.day}"

    assert f"2 on {first},</span> <strong>4 now</strong>" in shown
    assert "2 changes" in shown
    assert '<span class="muted">$100.10</span>' in shown

    steps = text(alices, f"/campaigns/{gift.id}/days/{DAY}", headers=PARTIAL)
    assert f"Reported 2 conversions on {first}, 4 now." in steps
    assert "it changed 1 time; that is not listed" in steps
    assert steps.index(">3<") < steps.rindex(">4<")
    assert "<html" not in steps


@pytest.mark.parametrize("path", ["days/2020-01-01", "days/soon", "days/2020-02-30"])
def test_a_day_that_did_not_change_has_no_steps(
    alices: FlaskClient, gift: Campaign, path: str
) -> None:
    assert alices.get(f"/campaigns/{gift.id}/{path}").status_code == 404
    assert "None of these days has other figures" in text(alices, f"/campaigns/{gift.id}")


def test_scripts_see_every_step(session: Session, alices: FlaskClient, gift: Campaign) -> None:
    noted(session, gift, hours_after=5, conversions=("2", "4"))
    session.add(
        DayAtAge(
            workspace_id=gift.workspace_id,
            account_id=gift.account_id,
            day=DAY,
            age=1,
            conversion_action="",
            spend=Decimal(0),
            conversions=Decimal(2),
            conversion_value=Decimal(0),
        )
    )
    session.commit()

    found = alices.get(f"/api/campaigns/{gift.id}/revisions").get_json()

    assert found["currency"] == "USD"
    [day] = found["rows"]
    assert (day["day"], day["reported_on"]) == (str(DAY), str(DAY + dt.timedelta(days=1)))
    assert (day["first"]["conversions"], day["now"]["conversions"]) == ("2", "4")
    assert [change["now"]["conversions"] for change in day["changes"]] == ["4"]


def test_when_a_day_was_first_read_is_not_made_up(
    session: Session, alices: FlaskClient, gift: Campaign
) -> None:
    noted(session, gift, hours_after=30, conversions=("2", "4"))
    [day] = alices.get(f"/api/campaigns/{gift.id}/revisions").get_json()["rows"]
    assert day["reported_on"] is None
    assert " before " in text(alices, f"/campaigns/{gift.id}/days/{DAY}")


def test_what_came_late_was_first_reported_as_nothing_and_what_is_taken_back_is_said_so(
    session: Session, alices: FlaskClient, gift: Campaign
) -> None:
    noted(session, gift, hours_after=5, conversions=(None, "9"))
    noted(session, gift, hours_after=6, conversions=("9", None))
    noted(session, gift, hours_after=7, conversions=(None, "4"))
    [day] = alices.get(f"/api/campaigns/{gift.id}/revisions").get_json()["rows"]
    assert (day["first"]["conversions"], day["now"]["conversions"]) == ("0", "4")
    assert [bool(change["now"]) for change in day["changes"]] == [True, False, True]
    assert "taken back" in text(alices, f"/campaigns/{gift.id}/days/{DAY}")


def test_nobody_sees_the_steps_of_a_strangers_campaign(
    app: Flask, session: Session, charlie: Member, gift: Campaign
) -> None:
    noted(session, gift, hours_after=5, conversions=("2", "4"))
    stranger = sign_in(app, charlie)
    assert stranger.get(f"/campaigns/{gift.id}/days/{DAY}").status_code == 404
    assert stranger.get(f"/api/campaigns/{gift.id}/revisions").status_code == 404


def noted(
    session: Session,
    campaign: Campaign,
    *,
    hours_after: int,
    conversions: tuple[str | None, str | None],
) -> None:
    """The ledger's row of a change so many hours after the day was over in New York."""
    over = dt.datetime.combine(DAY + dt.timedelta(days=1), dt.time(), ZoneInfo("America/New_York"))
    old, new = (
        None
        if count is None
        else {"spend": "100.10", "conversions": count, "conversion_value": "400"}
        for count in conversions
    )
    session.add(
        MetricRevision(
            workspace_id=campaign.workspace_id,
            account_id=campaign.account_id,
            grain="campaign",
            entity_id=campaign.id,
            day=DAY,
            old=old,
            new=new,
            changed_at=over + dt.timedelta(hours=hours_after),
        )
    )
    session.commit()
