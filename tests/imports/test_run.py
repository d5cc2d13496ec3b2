"""What importing, repeating, overlapping and undoing do to the days and their totals."""

from __future__ import annotations

import datetime as dt
import io
import threading
from decimal import Decimal

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from app.errors import Conflict, NotFound
from app.imports import run, store
from app.imports.answers import Answers, parse_answers
from app.imports.fields import Field
from app.imports.refusal import Refused
from app.imports.upload import answer, discard_stale, find, listed, preview_of, upload
from app.models import (
    Account,
    AdDay,
    Campaign,
    CampaignDay,
    Import,
    ImportFact,
    ImportPart,
    MetricRevision,
    PlacementDay,
    PlatformConnection,
    PlatformTotalDay,
    StoreDay,
)
from tests.conftest import Member
from tests.factories import make_account, make_campaign, make_connection, make_day
from tests.imports import exports

NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
LINES = exports.lines()
SPEND = exports.sums(LINES)["spend"]


def put(
    session: Session,
    member: Member,
    content: bytes,
    *,
    filename: str = "export.csv",
    answers: Answers | None = None,
    now: dt.datetime = NOW,
) -> Import:
    made = upload(
        session,
        member.workspace.id,
        member.user.id,
        io.BytesIO(content),
        filename,
        answers or Answers(),
        now=now,
    )
    session.commit()
    return made


def bring_in(
    session: Session,
    member: Member,
    content: bytes,
    *,
    filename: str = "export.csv",
    answers: Answers | None = None,
    now: dt.datetime = NOW,
) -> Import:
    made = put(session, member, content, filename=filename, answers=answers, now=now)
    run.confirm(session, made, now=now)
    session.commit()
    run.run_import(session, made.id, now)
    session.refresh(made)
    assert made.state == "done", made.error
    return made


def take_back(session: Session, made: Import) -> None:
    run.undo(session, made, now=NOW)
    session.commit()


def spend_by_day(session: Session) -> dict[dt.date, Decimal]:
    rows = session.execute(
        select(CampaignDay.day, func.sum(CampaignDay.spend)).group_by(CampaignDay.day)
    )
    return {row[0]: row[1] for row in rows}


def rolled_up(session: Session) -> Decimal:
    return session.scalar(select(func.sum(PlatformTotalDay.native_spend))) or Decimal(0)


def count(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


META = exports.delimited(exports.meta())


def test_an_export_becomes_days_and_totals(session: Session, alice: Member) -> None:
    made = bring_in(session, alice, META)
    assert made.rows_read == len(LINES)
    assert made.rows_changed == len(LINES)
    assert sum(spend_by_day(session).values()) == SPEND
    assert rolled_up(session) == SPEND
    account = session.get_one(Account, made.account_id)
    assert (account.currency, account.platform, account.selected) == ("EUR", "meta", True)
    assert account.connection.kind == "upload"
    assert set(session.scalars(select(Campaign.name))) == set(exports.CAMPAIGNS)
    assert set(session.scalars(select(Campaign.status))) == {"active"}


def test_the_file_is_deleted_once_it_is_imported(session: Session, alice: Member) -> None:
    made = put(session, alice, META)
    assert count(session, ImportPart) == 1
    run.confirm(session, made, now=NOW)
    session.commit()
    run.run_import(session, made.id, NOW)
    assert count(session, ImportPart) == 0


def test_importing_the_same_file_twice_changes_nothing(session: Session, alice: Member) -> None:
    bring_in(session, alice, META)
    before = spend_by_day(session)
    again = put(session, alice, META)
    assert preview_of(again).already_imported
    run.confirm(session, again, now=NOW)
    session.commit()
    run.run_import(session, again.id, NOW)
    session.refresh(again)
    assert (again.state, again.rows_changed) == ("done", 0)
    assert spend_by_day(session) == before
    assert count(session, MetricRevision) == 0
    assert rolled_up(session) == SPEND


def test_rows_that_share_a_key_are_summed(session: Session, alice: Member) -> None:
    line = LINES[0]
    bring_in(session, alice, exports.delimited(exports.meta(given=[line, line])))
    (day,) = session.scalars(select(CampaignDay))
    assert (day.spend, day.clicks) == (line.spend * 2, line.clicks * 2)


def test_a_later_export_replaces_the_days_both_have(session: Session, alice: Member) -> None:
    bring_in(session, alice, META)
    later = exports.lines(days=2, first=dt.date(2026, 6, 5))[:1]
    made = put(session, alice, exports.delimited(exports.meta(given=later)))
    replaced = preview_of(made).replaced
    assert replaced is not None
    assert (replaced.days, replaced.first) == (1, dt.date(2026, 6, 5))
    assert replaced.spend_before == sum(line.spend for line in LINES if line.day.day == 5)
    assert replaced.spend_after == later[0].spend
    run.confirm(session, made, now=NOW)
    session.commit()
    run.run_import(session, made.id, NOW)
    days = spend_by_day(session)
    assert days[dt.date(2026, 6, 5)] == later[0].spend
    assert days[dt.date(2026, 6, 4)] == sum(line.spend for line in LINES if line.day.day == 4)
    assert rolled_up(session) == sum(days.values())


def test_what_a_later_export_changed_is_in_the_ledger(session: Session, alice: Member) -> None:
    bring_in(session, alice, META)
    later = exports.lines(days=1, first=dt.date(2026, 6, 5))[:1]
    made = bring_in(session, alice, exports.delimited(exports.meta(given=later)))
    revisions = session.scalars(select(MetricRevision)).all()
    assert {revision.import_id for revision in revisions} == {made.id}
    assert {revision.new is None for revision in revisions} == {True, False}


def test_undo_brings_back_what_the_import_before_said(session: Session, alice: Member) -> None:
    bring_in(session, alice, META)
    before = spend_by_day(session)
    later = exports.lines(days=3, first=dt.date(2026, 6, 4))[:5]
    made = bring_in(session, alice, exports.delimited(exports.meta(given=later)))
    assert spend_by_day(session) != before
    take_back(session, made)
    assert spend_by_day(session) == before
    assert rolled_up(session) == SPEND
    assert made.state == "undone"


def test_undoing_the_earlier_import_keeps_the_later_one(session: Session, alice: Member) -> None:
    first = bring_in(session, alice, META)
    later = exports.lines(days=1, first=dt.date(2026, 6, 5))
    bring_in(session, alice, exports.delimited(exports.meta(given=later)))
    take_back(session, first)
    assert spend_by_day(session) == {dt.date(2026, 6, 5): sum(each.spend for each in later)}


def test_undoing_everything_leaves_no_days_and_no_listed_account(
    session: Session, alice: Member
) -> None:
    made = bring_in(session, alice, META)
    take_back(session, made)
    take_back(session, made)
    assert (count(session, CampaignDay), count(session, ImportFact)) == (0, 0)
    assert rolled_up(session) == 0
    account = session.get_one(Account, made.account_id)
    assert account.removed_at is not None
    bring_in(session, alice, META)
    session.refresh(account)
    assert account.removed_at is None


def test_ads_and_placements_have_days_of_their_own(session: Session, alice: Member) -> None:
    header = ["Day", "Campaign name", "Ad set name", "Ad name", "Platform", "Amount spent (EUR)"]
    rows = [
        ["2026-06-01", "Teapots", "Old", "Video", platform, "5.00"]
        for platform in ("facebook", "Instagram")
    ]
    bring_in(session, alice, exports.delimited([header, *rows]))
    (campaign_day,) = session.scalars(select(CampaignDay))
    (ad_day,) = session.scalars(select(AdDay))
    placements = {each.placement: each.spend for each in session.scalars(select(PlacementDay))}
    assert campaign_day.spend == ad_day.spend == Decimal("10.00")
    assert placements == {"facebook": Decimal("5.00"), "instagram": Decimal("5.00")}


def test_a_campaign_export_over_an_ad_export_takes_its_ad_days_away(
    session: Session, alice: Member
) -> None:
    header = ["Day", "Campaign name", "Ad name", "Amount spent (EUR)"]
    rows = [[line.day, line.campaign, "Video", line.spend] for line in LINES]
    bring_in(session, alice, exports.delimited([header, *rows]))
    assert count(session, AdDay) == len(LINES)
    bring_in(session, alice, META)
    assert count(session, AdDay) == 0
    assert sum(spend_by_day(session).values()) == SPEND


def test_a_sales_report_becomes_shop_days(session: Session, alice: Member) -> None:
    content = exports.files()["shopify_sales.csv"]
    bring_in(session, alice, content, answers=Answers(currency="USD"))
    day = session.scalars(select(StoreDay).order_by(StoreDay.day.desc())).first()
    assert day is not None
    assert (day.orders, day.gross, day.discounts, day.refunds, day.net, day.shipping) == (
        3,
        Decimal("150.25"),
        Decimal("15.02"),
        Decimal("10.00"),
        Decimal("125.23"),
        Decimal("0.00"),
    )
    totals = session.scalars(select(PlatformTotalDay.store_net)).all()
    assert sum(net for net in totals if net) == Decimal("694.73")


def test_orders_become_shop_days_and_people_are_not_kept(session: Session, alice: Member) -> None:
    bring_in(session, alice, exports.files()["shopify_orders.csv"])
    nets = {each.day: each.net for each in session.scalars(select(StoreDay))}
    assert nets == {
        dt.date(2026, 6, 1): Decimal("90.00"),
        dt.date(2026, 6, 2): Decimal("40.00"),
        dt.date(2026, 6, 3): Decimal("20.00"),
    }
    for table in ("import", "import_fact", "import_part", "store_day", "campaign", "account"):
        rows = session.execute(text(f'SELECT t::text FROM "{table}" AS t')).scalars()
        assert not any("ada@" in row or "Ada" in row for row in rows), table


def test_orders_split_by_product_stay_open(session: Session, alice: Member) -> None:
    content = exports.files()["shopify_products.csv"]
    bring_in(session, alice, content, answers=Answers(currency="USD"))
    assert set(session.scalars(select(StoreDay.orders))) == {None}


def test_two_currencies_are_two_accounts(session: Session, alice: Member) -> None:
    bring_in(session, alice, META)
    bring_in(session, alice, exports.delimited(exports.meta(currency="CHF")))
    assert set(session.scalars(select(Account.currency))) == {"EUR", "CHF"}
    assert sum(spend_by_day(session).values()) == SPEND * 2


def test_accounts_with_names_do_not_replace_each_other(session: Session, alice: Member) -> None:
    for name in ("North", "South"):
        bring_in(session, alice, META, answers=Answers(account=name))
    assert set(session.scalars(select(Account.name))) == {"North", "South"}
    assert count(session, PlatformConnection) == 1
    assert sum(spend_by_day(session).values()) == SPEND * 2


def test_days_read_from_the_platform_itself_are_not_counted_twice(
    session: Session, alice: Member
) -> None:
    connection = make_connection(session, alice.workspace)
    account = make_account(
        session,
        connection,
        name="Hill Kettle",
        currency="EUR",
        history_from=dt.date(2026, 6, 3),
        read_through=dt.date(2026, 11, 22),
    )
    known = make_campaign(session, account, "Brand | Kettles")
    make_day(session, known, dt.date(2026, 6, 3), spend="7.00")
    session.commit()
    name = "Hill-Kettle-Campaigns-Jun-1-2026-Jun-5-2026.csv"
    made = put(session, alice, META, filename=name)
    preview = preview_of(made)
    assert [(each.reason, each.count) for each in preview.dropped] == [
        ("Day already read from Hill Kettle directly", 6)
    ]
    assert preview.sums.spend == sum(line.spend for line in LINES if line.day.day < 3)
    run.confirm(session, made, now=NOW)
    session.commit()
    run.run_import(session, made.id, NOW)
    session.refresh(made)
    assert made.account_id == account.id
    days = spend_by_day(session)
    assert days[dt.date(2026, 6, 3)] == Decimal("7.00")
    assert set(days) == {dt.date(2026, 6, day) for day in (1, 2, 3)}
    assert count(session, Campaign) == 2
    take_back(session, made)
    assert spend_by_day(session) == {dt.date(2026, 6, 3): Decimal("7.00")}


def test_a_file_whose_days_were_all_read_directly_is_refused(
    session: Session, alice: Member
) -> None:
    connection = make_connection(session, alice.workspace, "google")
    make_account(
        session,
        connection,
        external_id="1234567890",
        name="Hill Kettle",
        currency="GBP",
        history_from=dt.date(2026, 1, 1),
        read_through=dt.date(2026, 11, 22),
    )
    session.commit()
    rows = exports.google()
    rows[2].append("Customer ID")
    for row in rows[3:]:
        row.append("123-456-7890")
    with pytest.raises(Refused, match="already read from Hill Kettle directly"):
        put(session, alice, exports.delimited(rows))
    session.rollback()
    assert count(session, Import) == 0


def test_another_connected_account_of_the_platform_is_warned_about(
    session: Session, alice: Member
) -> None:
    make_account(session, make_connection(session, alice.workspace), name="Hill Kettle")
    session.commit()
    preview = preview_of(put(session, alice, META))
    assert "Meta Ads is connected directly (Hill Kettle)" in preview.warnings[0]


def test_a_known_account_in_another_currency_is_refused(session: Session, alice: Member) -> None:
    connection = make_connection(session, alice.workspace)
    make_account(session, connection, name="Hill Kettle", currency="USD")
    session.commit()
    with pytest.raises(Refused, match="in EUR, but the account Hill Kettle is in USD"):
        put(session, alice, META, answers=Answers(account="hill kettle"))


def test_a_mapping_is_remembered_for_the_next_file_of_this_header(
    session: Session, alice: Member, charlie: Member
) -> None:
    rows = [["Jour du mois", "Réseau", "Dépense"], ["2026-06-01", "Nord", "10,50"]]
    content = exports.delimited(rows, delimiter=";")
    columns = {
        "Jour du mois": Field.DAY,
        "Réseau": Field.CAMPAIGN,
        "Dépense": Field.SPEND,
    }
    answers = Answers(platform="other", currency="EUR", columns=columns)
    bring_in(session, alice, content, answers=answers)
    rows[1][0] = "2026-06-02"
    again = put(session, alice, exports.delimited(rows, delimiter=";"))
    kinds = [question.kind for question in preview_of(again).questions]
    assert (kinds, again.platform) == (["currency"], "other")
    stranger = put(session, charlie, content)
    assert preview_of(stranger).questions[0].kind == "mapping"


def test_open_questions_keep_a_file_from_being_imported(session: Session, alice: Member) -> None:
    made = put(session, alice, exports.files()["shopify_sales.csv"])
    with pytest.raises(Conflict, match="Which one is it"):
        run.confirm(session, made, now=NOW)
    session.rollback()
    answer(session, made, Answers(currency="CAD"), now=NOW)
    run.confirm(session, made, now=NOW)
    session.commit()
    run.run_import(session, made.id, NOW)
    assert count(session, StoreDay) == 3


def test_an_answered_date_order_holds_in_the_job(session: Session, alice: Member) -> None:
    content = exports.delimited(exports.linkedin())
    mapping = {"date_order": "month_first"}
    answers = parse_answers(platform="", currency="", mapping=mapping)
    bring_in(session, alice, content, answers=answers)
    assert set(spend_by_day(session)) == {line.day for line in LINES}


def test_confirming_twice_queues_one_job(session: Session, alice: Member) -> None:
    made = put(session, alice, META)
    for _ in range(2):
        run.confirm(session, made, now=NOW)
        session.commit()
    jobs = session.execute(text("SELECT task_name, args FROM procrastinate_jobs")).all()
    assert [tuple(job) for job in jobs] == [(run.TASK, {"import_id": made.id})]


def test_running_twice_at_once_stores_everything_once(
    session: Session, alice: Member, engine: Engine
) -> None:
    made = put(session, alice, META)
    run.confirm(session, made, now=NOW)
    session.commit()
    problems: list[BaseException] = []

    def work() -> None:
        try:
            with Session(engine) as own:
                run.run_import(own, made.id, NOW)
        except BaseException as error:  # noqa: BLE001 handed to the test's own thread
            problems.append(error)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    session.refresh(made)
    assert made.state == "done"
    assert count(session, ImportFact) == len(LINES)
    assert sum(spend_by_day(session).values()) == SPEND


def test_an_import_killed_half_way_leaves_nothing_and_runs_again(
    session: Session, alice: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = put(session, alice, META)
    run.confirm(session, made, now=NOW)
    session.commit()

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(store.rollup, "recompute", die)
        with pytest.raises(KeyboardInterrupt):
            run.run_import(session, made.id, NOW)
    session.rollback()
    session.refresh(made)
    assert made.state == "running"
    assert (count(session, ImportFact), count(session, CampaignDay)) == (0, 0)
    run.run_import(session, made.id, NOW)
    session.refresh(made)
    assert (made.state, made.rows_changed) == ("done", len(LINES))
    assert sum(spend_by_day(session).values()) == SPEND


def test_a_running_import_cannot_be_undone_meanwhile(session: Session, alice: Member) -> None:
    made = put(session, alice, META)
    run.confirm(session, made, now=NOW)
    made.state = "running"
    session.commit()
    with pytest.raises(Conflict, match="still running"):
        run.undo(session, made, now=NOW)


def test_a_queued_import_that_is_undone_never_runs(session: Session, alice: Member) -> None:
    made = put(session, alice, META)
    run.confirm(session, made, now=NOW)
    take_back(session, made)
    run.run_import(session, made.id, NOW)
    assert count(session, CampaignDay) == 0
    with pytest.raises(Conflict, match="was undone"):
        run.confirm(session, made, now=NOW)


def test_a_lost_account_fails_the_import_with_a_sentence(session: Session, alice: Member) -> None:
    made = put(session, alice, META)
    run.confirm(session, made, now=NOW)
    session.commit()
    session.execute(text("DELETE FROM account"))
    session.commit()
    run.run_import(session, made.id, NOW)
    session.refresh(made)
    assert made.state == "failed"
    assert "account of this import was deleted" in made.error
    run.confirm(session, made, now=NOW)
    session.commit()
    run.run_import(session, made.id, NOW)
    session.refresh(made)
    assert made.state == "done"


def test_progress_is_seen_while_the_import_runs(
    session: Session, alice: Member, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "_EVERY", 4)
    made = put(session, alice, META)
    run.confirm(session, made, now=NOW)
    session.commit()
    seen: list[int] = []

    def watch(*arguments: object, **named: object) -> None:
        with Session(engine) as other:
            seen.append(other.scalars(select(Import.rows_read)).one())
        recompute(*arguments, **named)  # type: ignore[arg-type]

    recompute = store.rollup.recompute
    monkeypatch.setattr(store.rollup, "recompute", watch)
    run.run_import(session, made.id, NOW)
    session.refresh(made)
    assert (seen, made.rows_read) == ([8], len(LINES))


def test_uploads_nobody_confirmed_are_forgotten_after_a_day(
    session: Session, alice: Member
) -> None:
    put(session, alice, META, now=NOW - dt.timedelta(days=2))
    discard_stale(session, NOW)
    assert (count(session, Import), count(session, ImportPart)) == (0, 0)


def test_a_refused_file_leaves_nothing(session: Session, alice: Member) -> None:
    with pytest.raises(Refused):
        put(session, alice, b"%PDF-1.7")
    session.rollback()
    assert (count(session, Import), count(session, ImportPart)) == (0, 0)


def test_imports_of_another_workspace_are_not_found(
    session: Session, alice: Member, charlie: Member
) -> None:
    made = bring_in(session, alice, META)
    with pytest.raises(NotFound):
        find(session, charlie.workspace.id, made.id)
    assert listed(session, charlie.workspace.id) == []
    assert listed(session, alice.workspace.id) == [made]
