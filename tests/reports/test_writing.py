"""A report is written once, of one moment, and stays as it is."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.orm import Session, undefer

from app.advice import keeping
from app.errors import Conflict, Invalid, NotFound
from app.insights.finding import Entity, Finding
from app.metrics.period import Compare
from app.models import Account, ActionEntry, Campaign, CampaignTotalDay, PlatformTotalDay, Report
from app.reports import ordering
from app.reports.drawing import lines_of
from app.reports.ordering import Wanted
from app.web.report_drawing import trend_chart
from tests.conftest import Member
from tests.insights.showing import shown
from tests.reports.conftest import DAY, FIRST, LAST, NOW, TODAY, Write, finish, newest

pytestmark = pytest.mark.usefixtures("month")


def kpi(document: object, key: str) -> Decimal | None:
    [found] = [each for each in document.kpis if each.key == key]  # type: ignore[attr-defined]
    value: Decimal | None = found.value
    return value


def test_its_figures_are_the_dashboards(write: Write) -> None:
    document = write()
    assert (kpi(document, "spend"), kpi(document, "revenue")) == (Decimal(2850), Decimal(9500))
    assert kpi(document, "conversions") == Decimal(152)
    assert document.revenue_source == "store"
    assert [(each.label, each.figures.spend) for each in document.platform_rows] == [
        ("Meta", Decimal(1900)),
        ("Google", Decimal(950)),
    ]
    assert len(document.trend) == len(document.trend_before) == 19
    assert [each.settled for each in document.trend].count(False) == 7


def test_platform_claims_are_held_against_the_shop_and_never_added(write: Write) -> None:
    store = write().store
    assert store is not None
    assert (store.net, store.claimed_value) == (Decimal(9500), Decimal(7600))
    assert store.ratio == Decimal("0.8")


def test_what_is_frozen_does_not_change_with_the_figures(write: Write, session: Session) -> None:
    write()
    report = newest(session)
    before = report.document
    assert before is not None
    assert report.content_hash == hashlib.sha256(before).hexdigest()
    session.execute(update(PlatformTotalDay).values(spend=1))
    session.execute(update(CampaignTotalDay).values(spend=1))
    session.commit()
    finish(session, report.id)
    again = session.scalar(
        select(Report).options(undefer(Report.document)).execution_options(populate_existing=True)
    )
    assert again is not None
    assert again.document == before


def test_the_same_figures_at_the_same_moment_freeze_to_the_same_hash(
    write: Write, session: Session
) -> None:
    write()
    one = newest(session).content_hash
    write()
    assert newest(session).content_hash == one


def test_a_day_that_is_not_over_is_left_out_and_said(write: Write) -> None:
    document = write(last=TODAY)
    assert document.days.last == LAST
    assert "is not over everywhere" in document.notes[0]


def test_a_report_of_today_alone_is_refused(session: Session, alice: Member) -> None:
    wanted = Wanted(first=TODAY, last=TODAY)
    with pytest.raises(Invalid, match="is not over"):
        ordering.order(
            session, alice.workspace, wanted, user_id=alice.user.id, today=TODAY, now=NOW
        )


def test_a_report_of_a_day_that_is_not_over_everywhere_says_why_it_cannot_be(
    session: Session, alice: Member
) -> None:
    wanted = Wanted(first=TODAY, last=TODAY)
    tomorrow = TODAY + dt.timedelta(days=1)
    report = ordering.order(
        session, alice.workspace, wanted, user_id=alice.user.id, today=tomorrow, now=NOW
    )
    session.commit()
    finish(session, report.id)
    session.refresh(report)
    assert report.state == "failed"
    assert "No day of this report is over yet" in report.error


def test_a_platform_filter_takes_the_shop_away_and_says_which_is_left(write: Write) -> None:
    document = write(platforms=("meta",))
    assert document.revenue_source == "reported"
    assert (kpi(document, "spend"), kpi(document, "revenue")) == (Decimal(1900), Decimal(5700))
    assert document.filters == ["Only Meta."]


def test_a_campaign_filter_counts_that_campaign_alone(write: Write, session: Session) -> None:
    campaign = session.scalars(select(Campaign).where(Campaign.name.startswith("Search"))).one()
    document = write(campaigns=(campaign.id,))
    assert (kpi(document, "spend"), kpi(document, "revenue")) == (Decimal(950), Decimal(1900))
    assert [each.name for each in document.campaign_rows] == ["Search · ブランド"]
    assert document.store is None
    assert any("belong to no campaign" in each for each in document.notes)


def test_without_a_comparison_nothing_has_a_before(write: Write) -> None:
    document = write(compare=Compare.NONE)
    assert document.before is None
    assert {each.before for each in document.kpis} == {None}
    assert document.trend_before == []


def test_what_people_did_in_the_days_is_in_it(
    write: Write, session: Session, alice: Member, charlie: Member
) -> None:
    for member, day in ((alice, FIRST), (alice, FIRST - DAY), (charlie, FIRST)):
        session.add(
            ActionEntry(
                workspace_id=member.workspace.id,
                user_id=member.user.id,
                day=day,
                text=f"Raised the budget on {day}",
            )
        )
    session.commit()
    assert [(each.day, each.who) for each in write().done] == [(FIRST, "Alice")]


def test_what_was_done_since_is_in_the_report_that_reaches_up_to_now_alone(
    write: Write, session: Session, alice: Member
) -> None:
    for day in (LAST - DAY, LAST, TODAY):
        session.add(
            ActionEntry(
                workspace_id=alice.workspace.id, user_id=alice.user.id, day=day, text="Raised it"
            )
        )
    session.commit()
    assert [each.day for each in write(last=LAST - DAY).done] == [LAST - DAY]
    assert [each.day for each in write().done] == [LAST - DAY, LAST, TODAY]


def test_a_strangers_figures_are_never_in_it(
    write: Write, session: Session, charlie: Member
) -> None:
    session.execute(update(PlatformTotalDay).values(workspace_id=charlie.workspace.id))
    session.commit()
    document = write()
    assert kpi(document, "spend") == Decimal(0)


def test_a_workspace_without_anything_gets_a_report_that_says_so(
    session: Session, write: Write
) -> None:
    session.execute(text("DELETE FROM platform_connection"))
    session.commit()
    document = write()
    assert document.summary[0].endswith("no ad account or shop is connected.")
    assert document.next_steps == [
        "Connect a platform or upload an export, then generate the report again."
    ]
    assert document.rating.word == "No rating"
    assert {each.value for each in document.kpis} == {None}
    assert document.finality == [
        "No day of this report was read, so there is no figure that could be final."
    ]
    assert lines_of(document) == []


def test_days_before_anything_was_read_are_unknown_and_not_zero(write: Write) -> None:
    document = write(first=FIRST - 300 * DAY, last=FIRST - 294 * DAY)
    assert "none of these days has been read yet" in document.summary[0]
    assert document.blank
    assert {each.value for each in document.kpis} == {None}
    assert {each.settled for each in document.trend} == {False}
    assert document.finality[1].startswith("Meta, Google and Shopify were not read for Jan 5–11: ")


def test_a_read_day_on_which_nothing_happened_is_zero(write: Write, session: Session) -> None:
    for table in (PlatformTotalDay, CampaignTotalDay):
        session.execute(
            update(table)
            .where(table.day == FIRST)
            .values(
                spend=0,
                native_spend=0,
                value=0,
                native_value=0,
                conversions=0,
                clicks=0,
                impressions=0,
            )
        )
    session.execute(delete(PlatformTotalDay).where(PlatformTotalDay.platform == "shopify"))
    session.commit()
    document = write(first=FIRST, last=FIRST, compare=Compare.NONE)
    assert document.summary[0] == "Nothing is recorded for Nov 1."
    assert kpi(document, "spend") == Decimal(0)
    assert (kpi(document, "ctr"), kpi(document, "cvr"), kpi(document, "cpm")) == (None, None, None)
    assert document.rating.word == "No rating"
    assert lines_of(document) == []


def test_one_platforms_unread_days_are_named_and_nothing_is_compared_across_them(
    write: Write, session: Session
) -> None:
    late = FIRST + 4 * DAY
    google = session.scalars(select(Account).where(Account.platform == "google")).one()
    google.history_from = late
    for table in (PlatformTotalDay, CampaignTotalDay):
        session.execute(delete(table).where(table.account_id == google.id, table.day < late))
    session.commit()

    document = write()

    assert any(each.startswith("Google was not read for Nov 1–4: ") for each in document.finality)
    assert any(
        each.startswith("Changes that rest on Google are left out") for each in document.notes
    )
    assert {each.change for each in document.kpis} == {None}
    assert document.trend_before == []
    compared = {row.platform: row.before is not None for row in document.platform_rows}
    assert compared == {"meta": True, "google": False}
    assert {row.platform: row.before is not None for row in document.campaign_rows} == compared
    assert kpi(document, "spend") == Decimal(19 * 100 + 15 * 50)


@pytest.mark.parametrize("first", [FIRST, FIRST - 19 * DAY])
def test_money_without_a_rate_on_either_side_is_said_first_and_nothing_is_compared_or_rated(
    write: Write, session: Session, alice: Member, first: dt.date
) -> None:
    alice.workspace.target_roas = Decimal(2)
    odd = (PlatformTotalDay.platform == "google", PlatformTotalDay.day.between(first, first + DAY))
    no_rate = {"spend": None, "value": None}
    session.execute(update(PlatformTotalDay).where(*odd).values(**no_rate, native_currency="XOF"))
    session.commit()

    document = write()

    assert "is no exchange rate to USD" in document.without_rate[-1]
    assert ("100" in document.without_rate[0]) == (first == FIRST)
    assert set(document.without_rate) <= set(document.notes)
    assert not any("not all of the days compared" in each for each in document.notes)
    assert (document.rating.word, document.rating.reasons) == (
        "No rating",
        document.without_rate[-1:],
    )
    assert "There is nothing to compare" in document.summary[1]
    assert ("your target" in document.summary[0]) == (first != FIRST)
    assert {each.change for each in document.kpis} == {None}
    assert document.trend_before == []
    compared = {row.platform: row.before is not None for row in document.platform_rows}
    assert compared == {"meta": True, "google": False}
    assert {row.platform: row.before is not None for row in document.campaign_rows} == compared


def test_money_without_a_rate_on_other_days_takes_nothing_away(
    write: Write, session: Session
) -> None:
    session.execute(
        update(PlatformTotalDay)
        .where(PlatformTotalDay.day < FIRST - 19 * DAY)
        .values(spend=None, value=None, native_currency="XOF")
    )
    session.commit()
    document = write()
    assert document.without_rate == []
    assert document.kpis[0].change == 0
    assert document.rating.word != "No rating"


def test_spend_that_was_never_read_is_unknown_beside_a_shops_sales(
    write: Write, session: Session
) -> None:
    unread = Account.platform != "shopify"
    session.execute(update(Account).where(unread).values(history_from=None, read_through=None))
    for table in (PlatformTotalDay, CampaignTotalDay):
        session.execute(delete(table).where(table.platform != "shopify"))
    session.commit()

    document = write()

    assert (
        document.summary[0]
        == "On Nov 1–19 your shop sold $9,500; what was spent on ads is not known."
    )
    assert (kpi(document, "spend"), kpi(document, "conversions")) == (None, None)
    assert kpi(document, "revenue") == Decimal(9500)


def test_an_account_that_is_in_neither_period_keeps_nothing_from_being_compared(
    write: Write, session: Session
) -> None:
    google = session.scalars(select(Account).where(Account.platform == "google")).one()
    google.history_from, google.read_through = FIRST - 300 * DAY, FIRST - 200 * DAY
    for table in (PlatformTotalDay, CampaignTotalDay):
        session.execute(delete(table).where(table.account_id == google.id))
    session.commit()

    document = write()

    assert document.kpis[0].change == 0
    assert any("Google was not read" in each for each in document.finality)


def test_a_report_of_one_day_is_drawn_as_a_point(write: Write) -> None:
    document = write(first=LAST, last=LAST, compare=Compare.NONE)
    assert [len(line.points) for line in lines_of(document)] == [1, 1]
    assert {trace["mode"] for trace in trend_chart(document)["data"]} == {"markers"}


def test_at_most_ten_figures_lead_a_report(write: Write) -> None:
    document = write()
    assert len(document.kpis) == len({each.key for each in document.kpis}) <= 10
    assert kpi(document, "cvr") == Decimal(152) / Decimal(19 * 120)
    assert kpi(document, "cpm") == Decimal(2850) * 1000 / Decimal(19 * 10_000)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"first": LAST, "last": FIRST}, "from: The first day"),
        ({"last": TODAY + DAY}, "to: 2026-11-21 has not begun"),
        ({"first": dt.date(2020, 1, 1)}, "from: A report covers at most"),
        ({"platforms": ("myspace",)}, "platforms: There are no figures of myspace"),
        ({"accounts": (999_999,)}, "accounts: There is no account 999999"),
        ({"campaigns": (999_999,)}, "campaigns: There is no campaign 999999"),
        ({"title": "x" * 201}, "title: A title has at most 200"),
        ({"title": "a\0b"}, "title: It holds a character"),
        ({"language": "tlh"}, "language: There are no reports in"),
    ],
)
def test_an_order_that_cannot_be_is_refused_with_the_field(
    session: Session, alice: Member, changed: dict[str, object], says: str
) -> None:
    wanted = Wanted(**{"first": FIRST, "last": LAST, **changed})  # type: ignore[arg-type]
    with pytest.raises(Invalid, match=says):
        ordering.order(
            session, alice.workspace, wanted, user_id=alice.user.id, today=TODAY, now=NOW
        )


def test_anothers_campaign_cannot_be_asked_for(session: Session, charlie: Member) -> None:
    campaign = session.scalars(select(Campaign)).first()
    assert campaign is not None
    wanted = Wanted(first=FIRST, last=LAST, campaigns=(campaign.id,))
    with pytest.raises(Invalid, match="no campaign"):
        ordering.order(
            session, charlie.workspace, wanted, user_id=charlie.user.id, today=TODAY, now=NOW
        )


def test_a_deleted_report_can_be_taken_back(write: Write, session: Session, alice: Member) -> None:
    write()
    report = newest(session)
    ordering.delete(session, alice.workspace.id, report.id, NOW)
    with pytest.raises(NotFound):
        ordering.find(session, alice.workspace.id, report.id)
    assert ordering.listed(session, alice.workspace.id) == []
    ordering.undelete(session, alice.workspace.id, report.id)
    assert ordering.find(session, alice.workspace.id, report.id) is report


def test_a_strangers_report_is_not_there(write: Write, session: Session, charlie: Member) -> None:
    write()
    report = newest(session)
    for call in (ordering.find, ordering.frozen, ordering.undelete):
        with pytest.raises(NotFound):
            call(session, charlie.workspace.id, report.id)


def test_only_a_failed_report_is_tried_again(write: Write, session: Session) -> None:
    write()
    with pytest.raises(Conflict, match="Only a report that failed"):
        ordering.retry(session, newest(session))


def test_a_report_that_is_not_finished_has_nothing_to_download(
    session: Session, alice: Member
) -> None:
    report = ordering.order(
        session,
        alice.workspace,
        Wanted(first=FIRST, last=LAST),
        user_id=alice.user.id,
        today=TODAY,
        now=NOW,
    )
    with pytest.raises(Conflict, match="still being written"):
        ordering.frozen(session, alice.workspace.id, report.id)


def test_every_report_has_a_job_of_its_own(session: Session, alice: Member, write: Write) -> None:
    session.execute(delete(Report))
    write()
    jobs = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'write_report'")
    assert session.scalar(jobs) == session.scalar(select(func.count()).select_from(Report)) == 1


@pytest.fixture(scope="module")
def waste() -> Finding:
    """Advice to cut a campaign that brings nothing, as the rule gives it."""
    return next(each for each in shown() if each.rule == "cut_waste")


def test_a_report_of_other_days_leaves_open_findings_as_they_are(
    write: Write, session: Session, alice: Member, waste: Finding
) -> None:
    current = replace(waste, at_stake=900.0)
    [number] = keeping.keep(session, alice.workspace.id, [current], NOW)
    session.commit()
    fresh = about(waste, "999999")
    for changed in ({"last": LAST - DAY}, {"platforms": ("meta",)}):
        document = write([waste, fresh], **changed)
        assert [each.id for each in document.recommendations] == [number, None]
    session.expire_all()
    [stored] = keeping.still_open(session, alice.workspace.id)
    assert keeping.restored(stored) == current


def test_a_report_up_to_now_keeps_what_is_new(
    write: Write, session: Session, alice: Member, waste: Finding
) -> None:
    [part] = write([waste]).recommendations
    [stored] = keeping.still_open(session, alice.workspace.id)
    assert part.id == stored.id


def test_a_report_of_chosen_campaigns_has_findings_of_these_only(
    write: Write, session: Session, waste: Finding
) -> None:
    campaign = session.scalars(select(Campaign).where(Campaign.name.startswith("Search"))).one()
    mine, other = about(waste, str(campaign.id)), about(waste, "999999")
    document = write([mine, other], campaigns=(campaign.id,))
    assert [each.entities[0].key for each in document.recommendations] == [str(campaign.id)]


def about(finding: Finding, key: str) -> Finding:
    """The same of another campaign."""
    return replace(finding, entities=(Entity("campaign", key, "Search", "google"),))
