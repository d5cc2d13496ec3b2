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
from app.models import ActionEntry, Campaign, CampaignTotalDay, PlatformTotalDay, Report
from app.reports import ordering
from app.reports.ordering import Wanted
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


def test_a_report_of_today_alone_says_why_it_cannot_be(session: Session, alice: Member) -> None:
    wanted = Wanted(first=TODAY, last=TODAY)
    report = ordering.order(
        session, alice.workspace, wanted, user_id=alice.user.id, today=TODAY, now=NOW
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
    assert document.summary[0].startswith("Nothing is recorded for Nov 1–19")
    assert document.rating.word == "Too early to say"


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
        ({"language": "tlh"}, "language: Reports are written in en"),
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
