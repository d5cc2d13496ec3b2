"""Replacing days: only differences are written, and each is noted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.connectors.errors import Temporary
from app.connectors.words import Days, Fact, Grain, StoreFigures
from app.models import Account, Ad, AdDay, AdGroup, Campaign, CampaignDay, MetricRevision, StoreDay
from app.sync import batch as batch_module
from app.sync.batch import Batch
from app.sync.store import Origin, Written, replace, replace_store
from tests.conftest import Member
from tests.sync.conftest import make_account, row_versions
from tests.sync.fake_platform import TODAY, fact

YESTERDAY = TODAY - dt.timedelta(days=1)
BOTH = [YESTERDAY, TODAY]
READ = Days(YESTERDAY, TODAY)


def put(
    session: Session,
    account: Account,
    facts: Iterable[Fact],
    *,
    grain: Grain = Grain.CAMPAIGN,
    days: list[dt.date] = BOTH,
    read_before: Days | None = None,
    origin: Origin = Origin(),  # noqa: B008 frozen
) -> Written:
    with Batch(grain) as batch:
        batch.add(list(facts))
        written = replace(session, account, batch, days, origin=origin, read_before=read_before)
    session.commit()
    return written


def revisions(session: Session) -> list[MetricRevision]:
    return list(session.scalars(select(MetricRevision).order_by(MetricRevision.id)))


def test_a_repeated_replacement_writes_nothing(session: Session, account: Account) -> None:
    facts = [fact(day, campaign) for day in BOTH for campaign in ("c1", "c2")]
    assert put(session, account, facts) == Written(4, 4)
    before = row_versions(session)

    assert put(session, account, facts, read_before=READ) == Written(4, 0)

    assert row_versions(session) == before
    assert revisions(session) == []


def test_a_restated_day_lands_in_the_ledger(session: Session, account: Account) -> None:
    put(session, account, [fact(TODAY), fact(YESTERDAY)])

    restated = [fact(TODAY), fact(YESTERDAY, conversions=Decimal("2.5"), value=Decimal("60.10"))]
    assert put(session, account, restated, read_before=READ).rows_changed == 1

    (noted,) = revisions(session)
    assert (noted.grain, noted.day) == ("campaign", YESTERDAY)
    assert noted.old == {
        "impressions": "1000",
        "clicks": "20",
        "spend": "12.34",
        "conversions": "2",
        "conversion_value": "56.70",
    }
    assert noted.new == noted.old | {"conversions": "2.5", "conversion_value": "60.10"}


@pytest.mark.parametrize("grain", Grain)
def test_the_growth_of_a_day_that_is_not_over_is_noted_of_campaigns_only(
    session: Session, account: Account, grain: Grain
) -> None:
    account.time_zone = "Pacific/Auckland"
    session.commit()
    now = dt.datetime.now(ZoneInfo(account.time_zone)).date()
    days = [now - dt.timedelta(days=1), now]
    known = Days(*days)
    ad, place = "a1" if grain is Grain.AD else "", "feed" if grain is Grain.PLACEMENT else ""
    read = [fact(day, ad=ad, placement=place) for day in days]
    put(session, account, read, grain=grain, days=days)

    grown = [each._replace(impressions=2000) for each in read]
    assert put(session, account, grown, grain=grain, days=days, read_before=known).rows_changed == 2
    noted = {row.day for row in revisions(session)}
    assert noted == (set(days) if grain is Grain.CAMPAIGN else {days[0]})


def test_a_row_that_no_longer_comes_is_taken_away_and_noted(
    session: Session, account: Account
) -> None:
    put(session, account, [fact(TODAY, "c1"), fact(TODAY, "c2")])
    assert put(session, account, [fact(TODAY, "c1")], read_before=READ).rows_changed == 1

    assert session.scalar(select(func.count()).select_from(CampaignDay)) == 1
    assert [row.new for row in revisions(session)] == [None]


def test_a_late_row_is_noted_only_on_days_read_before(session: Session, account: Account) -> None:
    put(session, account, [fact(YESTERDAY)], read_before=None)
    late = [fact(YESTERDAY), fact(YESTERDAY, "c2"), fact(TODAY)]
    put(session, account, late, read_before=Days(YESTERDAY, YESTERDAY))

    (noted,) = revisions(session)
    assert (noted.day, noted.old) == (YESTERDAY, None)


def test_days_that_were_not_asked_for_stay(session: Session, account: Account) -> None:
    put(session, account, [fact(YESTERDAY), fact(TODAY)])
    put(session, account, [], days=[TODAY], read_before=READ)
    assert list(session.scalars(select(CampaignDay.day))) == [YESTERDAY]


def test_another_account_is_never_touched(
    session: Session, account: Account, charlie: Member
) -> None:
    other = make_account(session, charlie.workspace.id)
    put(session, other, [fact(TODAY)])
    put(session, account, [])
    assert session.scalar(select(func.count()).select_from(CampaignDay)) == 1


def test_the_same_key_twice_is_refused_not_summed(session: Session, account: Account) -> None:
    with pytest.raises(Temporary, match="twice"):
        put(session, account, [fact(TODAY), fact(TODAY, spend=Decimal(1))])
    session.rollback()
    assert session.scalar(select(func.count()).select_from(CampaignDay)) == 0


def test_a_day_that_was_not_asked_for_is_refused(session: Session, account: Account) -> None:
    with pytest.raises(Temporary, match="not asked"):
        put(session, account, [fact(TODAY)], days=[YESTERDAY])


def test_what_no_list_names_is_stored_as_removed(session: Session, account: Account) -> None:
    listed = Origin(unlisted="removed")
    put(session, account, [fact(TODAY, "gone", "a1")], grain=Grain.AD, origin=listed)
    campaign = session.scalars(select(Campaign)).one()
    ad = session.scalars(select(Ad)).one()
    assert (campaign.name, campaign.status) == ("Campaign gone", "removed")
    assert campaign.removed_at is not None
    assert (ad.name, ad.campaign_id) == ("Ad a1", campaign.id)
    assert session.scalars(select(AdGroup)).one().id == ad.ad_group_id
    assert session.scalars(select(AdDay)).one().ad_id == ad.id


def test_what_an_upload_names_is_active(session: Session, alice: Member) -> None:
    uploaded = make_account(session, alice.workspace.id, kind="upload")
    put(session, uploaded, [fact(TODAY)])
    assert session.scalars(select(Campaign)).one().removed_at is None


@pytest.mark.parametrize("odd", ["tab\there", "back\\slash", "line\nbreak", "cr\rhere", "\\N"])
def test_odd_characters_in_ids_survive(session: Session, account: Account, odd: str) -> None:
    facts = [fact(TODAY, odd, placement=odd)]
    assert put(session, account, facts, grain=Grain.PLACEMENT).rows_changed == 1
    assert session.scalars(select(Campaign)).one().external_id == odd
    assert put(session, account, facts, grain=Grain.PLACEMENT).rows_changed == 0


def test_figures_beyond_memory_are_stored_too(
    session: Session, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They go through a temporary file, and come back from it in blocks."""
    monkeypatch.setattr(batch_module, "_KEEP_IN_MEMORY", 32 * 1024)
    monkeypatch.setattr(batch_module, "_BLOCK", 32 * 1024)
    with Batch(Grain.CAMPAIGN) as batch:
        for start in range(0, 2_000, 1_000):
            batch.add([fact(TODAY, f"c{n}") for n in range(start, start + 1_000)])
        assert len(list(batch.blocks())) > 1
        written = replace(session, account, batch, [TODAY], origin=Origin())
    assert written == Written(2_000, 2_000)


def test_a_shop_day_keeps_what_the_source_does_not_say_unknown(
    session: Session, account: Account
) -> None:
    row = StoreFigures(TODAY, net=Decimal("90.00"), orders=3, gross=Decimal("100.00"))
    first = replace_store(session, account, [row], BOTH, origin=Origin())
    again = replace_store(session, account, [row], BOTH, origin=Origin(), read_before=READ)
    restated = row._replace(refunds=Decimal(5), net=Decimal(85))
    changed = replace_store(session, account, [restated], BOTH, origin=Origin(), read_before=READ)
    session.commit()

    assert (first.rows_changed, again.rows_changed, changed.rows_changed) == (1, 0, 1)
    day = session.scalars(select(StoreDay)).one()
    assert (day.net, day.refunds, day.tax) == (Decimal(85), Decimal(5), None)
    assert [noted.grain for noted in revisions(session)] == ["store"]
    assert replace_store(session, account, [], BOTH, origin=Origin()).rows_changed == 1
