"""A report of a part of the workspace: its figures are of that part alone, and so is the rest."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.advice import dismissing, keeping
from app.advice.action_log import enter
from app.insights.finding import Finding
from app.models import (
    Account,
    ActionEntry,
    Campaign,
    CampaignTotalDay,
    Change,
    ChangeSet,
    PlatformTotalDay,
    Report,
)
from app.reports.document import Document
from app.reports.languages import sentences_in
from tests.conftest import Member, sign_in
from tests.factories import make_account, make_campaign, make_connection, make_days, make_store_day
from tests.insights.showing import shown
from tests.reports.conftest import DAY, FIRST, LAST, NOW, TODAY, Write, newest

pytestmark = pytest.mark.usefixtures("month")
PART_OF_SPEND = "accounts that spent or sold on these days are left out"


def values(document: Document) -> dict[str, Decimal | None]:
    return {kpi.key: kpi.value for kpi in document.kpis}


def assert_unheld(document: Document, sold: Decimal) -> None:
    """What the shop sold stands there, no claim beside it, and a sentence says why."""
    store = document.store
    assert store is not None
    assert (store.net, store.claims, store.ratio) == (sold, [], None)
    assert store.sentence.startswith("Accounts that sold, or that claim sales, on these days are")


def account_of(session: Session, platform: str) -> Account:
    return session.scalars(select(Account).where(Account.platform == platform)).one()


@pytest.mark.parametrize("how", ["platforms", "accounts", "without the shop"])
@pytest.mark.parametrize("wish", ["auto", "store"])
def test_a_part_of_the_spend_never_divides_all_of_the_shop(
    write: Write,
    session: Session,
    alice: Member,
    wish: str,
    how: str,
) -> None:
    part: dict[str, Any] = {
        "platforms": {"platforms": ("meta", "shopify")},
        "accounts": {
            "accounts": (account_of(session, "meta").id, account_of(session, "shopify").id)
        },
        "without the shop": {"platforms": ("meta",)},
    }[how]
    alice.workspace.revenue, alice.workspace.target_roas = wish, Decimal(4)
    session.commit()

    document = write(**part)

    assert document.revenue_source == "reported"
    assert values(document)["revenue"] == Decimal(5700)
    assert values(document)["roas"] == Decimal(3)
    assert {day.figures.revenue for day in document.trend if day.figures} == {Decimal(300)}
    assert "above your target" not in document.summary[0]
    assert "below the target" in document.rating.reasons[0]
    assert any(PART_OF_SPEND in note for note in document.notes)
    german = write(**part, language="de")
    assert any("sind nicht Teil dieses Berichts" in note for note in german.notes)


def test_all_of_the_spend_and_the_shop_are_blended_however_they_are_chosen(
    write: Write, session: Session
) -> None:
    for part in (
        {"platforms": ("meta", "google", "shopify")},
        {"accounts": tuple(session.scalars(select(Account.id)))},
    ):
        document = write(**part)
        assert document.revenue_source == "store"
        assert values(document)["roas"] == Decimal(9500) / Decimal(2850)
        assert not any(PART_OF_SPEND in note for note in document.notes)


def test_an_account_that_spent_nothing_is_left_out_without_a_word(
    write: Write, session: Session
) -> None:
    for table in (PlatformTotalDay, CampaignTotalDay):
        session.execute(delete(table).where(table.platform == "google"))
    session.commit()
    document = write(platforms=("meta", "shopify"))
    assert document.revenue_source == "store"
    assert values(document)["roas"] == Decimal(5)
    assert not any(PART_OF_SPEND in note for note in document.notes)


def test_spend_left_out_on_the_days_compared_with_counts_too(
    write: Write, session: Session
) -> None:
    for table in (PlatformTotalDay, CampaignTotalDay):
        session.execute(delete(table).where(table.platform == "google", table.day >= FIRST))
    session.commit()
    assert write(platforms=("meta", "shopify")).revenue_source == "reported"


def test_money_without_a_rate_is_spent_all_the_same(write: Write, session: Session) -> None:
    session.execute(
        update(PlatformTotalDay)
        .where(PlatformTotalDay.platform == "google")
        .values(spend=None, value=None, native_currency="XOF")
    )
    session.commit()
    assert write(platforms=("meta", "shopify")).revenue_source == "reported"


def test_all_of_the_spend_never_stands_against_one_shop_of_two(
    write: Write, session: Session, alice: Member
) -> None:
    second = make_account(session, make_connection(session, alice.workspace, "shopify"))
    make_store_day(session, second, FIRST, net="40")
    first = session.scalars(
        select(Account.id).where(Account.platform == "shopify", Account.id != second.id)
    ).one()
    advertisers = session.scalars(select(Account.id).where(Account.platform != "shopify"))
    session.commit()
    document = write(accounts=(first, *advertisers))
    assert document.revenue_source == "reported"
    assert any(PART_OF_SPEND in note for note in document.notes)
    assert_unheld(document, Decimal(9500))
    whole = write().store
    assert whole is not None
    assert len(whole.claims) == 2


@pytest.mark.parametrize("wish", ["auto", "store", "reported"])
def test_a_report_on_the_shop_alone_has_its_sales_and_no_roas(
    write: Write, session: Session, alice: Member, wish: str
) -> None:
    alice.workspace.revenue, alice.workspace.target_roas = wish, Decimal(2)
    session.commit()

    document = write(platforms=("shopify",))

    assert document.revenue_source == "store"
    found = values(document)
    assert (found["revenue"], found["roas"], found["spend"]) == (Decimal(9500), None, None)
    assert document.rating.word == "No rating"
    assert document.summary[0] == (
        "On Nov 1–19 your shop sold $9,500; no advertising is part of this report."
    )
    assert document.store is not None
    assert_unheld(document, Decimal(9500))
    assert not any(PART_OF_SPEND in note for note in document.notes)


def test_a_part_of_the_claims_is_not_held_against_all_of_the_sales(write: Write) -> None:
    part = {"platforms": ("meta", "shopify")}
    assert_unheld(write(**part), Decimal(9500))
    german = write(**part, language="de").store
    assert german is not None
    assert "stehen daher keine Angaben gegenüber" in german.sentence
    whole = write().store
    assert whole is not None
    assert "; Meta and Google together claim $7,600, 80% of it." in whole.sentence


def test_claims_left_out_count_whether_anything_was_spent_on_them_or_not(
    write: Write, session: Session
) -> None:
    google = PlatformTotalDay.platform == "google"
    session.execute(update(PlatformTotalDay).where(google).values(spend=0, native_spend=0))
    session.commit()
    document = write(platforms=("meta", "shopify"))
    assert document.revenue_source == "store"
    assert_unheld(document, Decimal(9500))


def test_claims_are_held_against_the_sales_where_what_is_left_out_claims_nothing(
    write: Write, session: Session
) -> None:
    session.execute(delete(PlatformTotalDay).where(PlatformTotalDay.platform == "google"))
    session.commit()
    store = write(platforms=("meta", "shopify")).store
    assert store is not None
    assert "; Meta claims $5,700, 60% of it." in store.sentence


def test_the_dashboard_narrowed_to_it_shows_the_same_revenue_whatever_is_asked_for(
    app: Flask, write: Write, session: Session, alice: Member
) -> None:
    write(platforms=("meta", "shopify"))
    browser = sign_in(app, alice)
    days = f"from={FIRST}&to={LAST}&report={newest(session).id}"
    for asked in ("", "&revenue=auto", "&revenue=store", "&revenue=reported"):
        text = browser.get(f"/dashboard?{days}{asked}").text
        assert "$5,700" in text
        assert "3.00x" in text
        assert "$9,500" not in text.partition("store-against-claims")[0]
        assert "revenue-switch" not in text
        assert "are left out here" in text
        assert "no claims are held against what your shop sold" in text
        assert 'Claimed ÷ orders" class="num">60' not in text
        assert "$9,500" in text.partition("store-against-claims")[2]
    file = browser.get(f"/dashboard/store-against-claims.csv?{days}").text
    assert "meta_claims" not in file
    assert "shopify" not in file
    assert "revenue-switch" in browser.get(f"/dashboard?from={FIRST}&to={LAST}").text


@pytest.fixture
def late(session: Session, alice: Member) -> Campaign:
    """A campaign of an account that was read from the fifth of November on and never settled."""
    account = make_account(
        session,
        make_connection(session, alice.workspace, "tiktok"),
        name="Late",
        history_from=FIRST + 4 * DAY,
        read_through=TODAY,
        settled_through=None,
    )
    campaign = make_campaign(session, account, "Spark")
    days = [FIRST + back * DAY for back in range(4, 19)]
    make_days(session, campaign, days, spend="10", value="20", conversions="1", clicks=5)
    session.commit()
    return campaign


def test_days_never_read_of_the_chosen_campaigns_are_unknown_though_others_were_read(
    write: Write, late: Campaign
) -> None:
    document = write(campaigns=(late.id,), compare="none")
    unread = [each.day for each in document.trend if each.figures is None]
    assert unread == [FIRST + back * DAY for back in range(4)]
    assert {each.settled for each in document.trend} == {False}
    assert document.settled_through is None
    assert any(each.startswith("TikTok was not read for Nov 1–4: ") for each in document.finality)


@pytest.mark.usefixtures("late")
def test_a_report_of_campaigns_names_their_accounts_alone(write: Write, session: Session) -> None:
    search = session.scalars(select(Campaign).where(Campaign.name.startswith("Search"))).one()
    document = write(campaigns=(search.id,))
    assert document.platforms == ["Google"]
    assert [each.platform for each in document.sources] == ["google"]
    assert document.settled_through == TODAY - 8 * DAY
    assert any("are final" in each for each in document.finality)


def test_a_campaign_of_an_account_that_counts_no_more_has_no_figure(
    write: Write, session: Session, late: Campaign
) -> None:
    session.execute(update(Account).where(Account.id == late.account_id).values(selected=False))
    session.commit()
    document = write(campaigns=(late.id,))
    assert document.blank
    assert "none of these days has been read yet" in document.summary[0]


@pytest.fixture(scope="module")
def waste() -> Finding:
    """Advice to cut a campaign that brings nothing, as the rule gives it."""
    found = next(each for each in shown() if each.rule == "cut_waste")
    return replace(found, first=FIRST, last=LAST)


@pytest.mark.parametrize("narrowing", [{}, {"platforms": ("meta",)}])
def test_what_somebody_dismissed_does_not_come_back_to_the_client(
    write: Write,
    session: Session,
    alice: Member,
    waste: Finding,
    narrowing: dict[str, Any],
) -> None:
    before = write([waste], **narrowing)
    old, frozen = newest(session).id, newest(session).document
    assert [each.rule for each in before.recommendations] == ["cut_waste"]
    [number] = keeping.keep(session, alice.workspace.id, [waste], NOW)
    dismissing.dismiss(session, alice.workspace.id, number)
    session.commit()

    after = write([waste], **narrowing)

    assert after.recommendations == []
    assert after.next_steps == [sentences_in("en", "USD").keep_budgets()]
    assert waste.entities[0].name not in " ".join(after.summary)
    assert session.get_one(Report, old).document == frozen


def test_advice_that_was_followed_is_not_given_again_before_it_is_reviewed(
    write: Write, session: Session, alice: Member, waste: Finding
) -> None:
    [number] = keeping.keep(session, alice.workspace.id, [waste], NOW)
    stored = keeping.find(session, alice.workspace.id, number)
    stored.followed, stored.followed_how = "yes", "said"
    session.commit()
    assert write([waste]).recommendations == []
    stored.scored_at = NOW
    session.commit()
    assert len(write([waste]).recommendations) == 1


def test_a_report_of_earlier_days_names_no_day_to_look_again(write: Write, waste: Finding) -> None:
    now = write([waste]).recommendations[0]
    assert now.review_on is not None
    earlier = {"first": FIRST - 60 * DAY, "last": FIRST - 31 * DAY}
    document = write([replace(waste, review_on=FIRST)], **earlier)
    [told] = document.recommendations
    assert told.review_on is None
    assert "Look again" not in told.do


def test_what_a_stranger_dismissed_is_still_told_here(
    write: Write, session: Session, charlie: Member, waste: Finding
) -> None:
    [number] = keeping.keep(session, charlie.workspace.id, [waste], NOW)
    dismissing.dismiss(session, charlie.workspace.id, number)
    session.commit()
    assert len(write([waste]).recommendations) == 1


@pytest.fixture
def log(session: Session, alice: Member) -> dict[str, Campaign]:
    """A budget changed from here on each platform, and something that Alice wrote down."""
    campaigns = {
        name: session.scalars(select(Campaign).where(Campaign.name.startswith(name))).one()
        for name in ("Prospecting", "Search")
    }
    for campaign in campaigns.values():
        session.add(changes_of(session, alice, campaign))
    session.flush()
    for change in session.scalars(select(Change)):
        enter(session, change, NOW)
    session.add(
        ActionEntry(
            workspace_id=alice.workspace.id, user_id=alice.user.id, day=LAST, text="New shop page"
        )
    )
    session.commit()
    return campaigns


def changes_of(session: Session, alice: Member, campaign: Campaign) -> ChangeSet:
    account = session.get_one(Account, campaign.account_id)
    return ChangeSet(
        workspace_id=alice.workspace.id,
        confirmed_by=alice.user.id,
        origin="hand",
        title="Less",
        state="applied",
        expires_at=NOW + DAY,
        changes=[
            Change(
                workspace_id=alice.workspace.id,
                position=0,
                account_id=account.id,
                campaign_id=campaign.id,
                platform=account.platform,
                account_name=account.name,
                currency="USD",
                name=campaign.name,
                kind="budget",
                before={"daily_budget": "80"},
                wanted={"daily_budget": "60"},
                read_at=NOW,
            )
        ],
    )


@pytest.mark.parametrize("how", ["platforms", "accounts", "campaigns"])
def test_what_was_changed_elsewhere_is_in_no_report_of_a_part(
    write: Write, session: Session, log: dict[str, Campaign], how: str
) -> None:
    search = log["Search"]
    chosen = {"platforms": "google", "accounts": search.account_id, "campaigns": search.id}
    document = write(**{how: (chosen[how],)})
    assert [each.text for each in document.done] == [
        "New shop page",
        "Daily budget of Search · ブランド: 80 to 60 USD",
    ]
    assert any("is about the whole workspace" in note for note in document.notes)


def test_a_report_of_everything_has_all_that_was_done(
    write: Write, log: dict[str, Campaign]
) -> None:
    document = write()
    assert len(document.done) == len(log) + 1
    assert not any("is about the whole workspace" in note for note in document.notes)


def test_a_change_of_an_account_that_is_gone_is_in_no_report_of_a_part(
    write: Write, session: Session, log: dict[str, Campaign]
) -> None:
    session.execute(update(Change).values(account_id=None, campaign_id=None))
    session.commit()
    assert [each.text for each in write(platforms=("google",)).done] == ["New shop page"]
    assert len(write().done) == len(log) + 1


def test_nobodys_log_is_told_to_a_stranger(
    write: Write, session: Session, log: dict[str, Campaign], charlie: Member
) -> None:
    assert log
    session.execute(update(ActionEntry).values(workspace_id=charlie.workspace.id))
    session.commit()
    assert write().done == []
