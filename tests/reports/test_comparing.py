"""Two reports of the same days: what changed between them, and because of what."""

from __future__ import annotations

import datetime as dt

import msgspec
from sqlalchemy.orm import Session

from app.models import Account, MetricRevision
from app.reports.comparing import Difference, difference
from app.reports.document import Day, Days, Document
from app.reports.formats import formats_of
from app.reports.restating import runs
from tests.conftest import Member
from tests.factories import make_account, make_connection
from tests.reports import samples

AS_OF = samples.usual().as_of
LATER = AS_OF + dt.timedelta(days=3)


def restate(
    session: Session,
    account: Account,
    days: range,
    grain: str = "campaign",
    hours: float = 1,
    entity: int = 1,
) -> None:
    session.add_all(
        MetricRevision(
            workspace_id=account.workspace_id,
            account_id=account.id,
            grain=grain,
            entity_id=entity,
            day=dt.date(2025, 12, day),
            old={"spend": "1"},
            new={"spend": "2"},
            changed_at=AS_OF + dt.timedelta(hours=hours),
        )
        for day in days
    )
    session.flush()


def dearer(trend: list[Day], days: range) -> list[Day]:
    """The same days, on these with more spend."""
    return [
        msgspec.structs.replace(
            each, figures=msgspec.structs.replace(each.figures, spend=each.figures.spend + 1)
        )
        if each.figures and each.day.day in days
        else each
        for each in trend
    ]


def pair(
    session: Session, member: Member, days: range = range(1, 32)
) -> tuple[Account, Document, Document]:
    """The same report twice, the second time with more spend, and the account it came from."""
    account = make_account(session, make_connection(session, member.workspace))
    source = msgspec.structs.replace(samples.usual().sources[0], account_id=account.id)
    older = samples.usual(sources=[source])
    kpi = msgspec.structs.replace(older.kpis[0], value=older.kpis[0].value + len(days))
    newer = msgspec.structs.replace(
        older, as_of=LATER, kpis=[kpi, *older.kpis[1:]], trend=dearer(older.trend, days)
    )
    return account, older, newer


def told(session: Session, member: Member, one: Document, other: Document) -> Difference:
    return difference(session, member.workspace.id, one, other, formats_of(one))


def test_it_says_which_platform_restated_which_days(session: Session, alice: Member) -> None:
    account, older, newer = pair(session, alice)
    restate(session, account, range(12, 19))
    restate(session, account, range(25, 26))

    found = difference(session, alice.workspace.id, newer, older, formats_of(older))

    assert found.why == ["Changed because Meta restated Dec 12–18, Dec 25 of Northlight DE."]
    assert [each.label for each in found.kpis] == ["Spend"]
    assert found.older is older


def test_restatements_before_or_after_both_or_of_finer_grains_explain_nothing(
    session: Session, alice: Member
) -> None:
    account, older, newer = pair(session, alice)
    restate(session, account, range(12, 19), hours=-1)
    restate(session, account, range(12, 19), hours=24 * 4)
    restate(session, account, range(12, 19), grain="ad")
    restate(session, account, range(12, 19), grain="store")

    assert not told(session, alice, older, newer).why


def test_a_restated_day_whose_figures_are_the_same_explains_nothing(
    session: Session, alice: Member
) -> None:
    account, older, newer = pair(session, alice, days=range(14, 16))
    restate(session, account, range(12, 19))

    assert told(session, alice, older, newer).why == [
        "Changed because Meta restated Dec 14–15 of Northlight DE."
    ]
    same = msgspec.structs.replace(older, as_of=LATER)
    nothing = told(session, alice, older, same)
    assert not nothing.why
    assert not nothing.anything


def test_a_campaign_that_the_report_is_not_about_explains_nothing(
    session: Session, alice: Member
) -> None:
    account, older, newer = pair(session, alice, days=range(14, 16))
    restate(session, account, range(12, 19), entity=99)

    assert not told(session, alice, older, newer).why


def test_what_was_being_stored_while_the_earlier_report_was_read_explains_it_too(
    session: Session, alice: Member
) -> None:
    account, older, newer = pair(session, alice)
    restate(session, account, range(12, 19), hours=-1 / 60)

    assert told(session, alice, older, newer).why == [
        "Changed because Meta restated Dec 12–18 of Northlight DE."
    ]


def test_a_shop_explains_only_what_is_sold(session: Session, alice: Member) -> None:
    account, older, _ = pair(session, alice)
    restate(session, account, range(12, 13), grain="store", entity=account.id)
    assert older.store is not None
    fewer = msgspec.structs.replace(older.store, orders=older.store.orders - 1)  # type: ignore[operator]  # known
    newer = msgspec.structs.replace(older, as_of=LATER, store=fewer)

    found = told(session, alice, older, newer)

    assert found.why == ["Changed because Meta restated Dec 12 of Northlight DE."]
    assert [(row.name, [each.label for each in row.figures]) for row in found.sales] == [
        ("The shop", ["Orders"])
    ]


def test_platforms_and_what_claims_are_held_to_are_compared(
    session: Session, alice: Member
) -> None:
    _, older, _ = pair(session, alice)
    [meta, *others] = older.platform_rows
    figures = msgspec.structs.replace(meta.figures, conversions=meta.figures.conversions + 1)
    assert older.store is not None
    [claim, *claims] = older.store.claims
    newer = msgspec.structs.replace(
        older,
        as_of=LATER,
        platform_rows=[msgspec.structs.replace(meta, figures=figures), *others],
        store=msgspec.structs.replace(
            older.store,
            claims=[msgspec.structs.replace(claim, conversions=claim.conversions + 1), *claims],
        ),
    )

    found = told(session, alice, older, newer)

    assert found.anything
    assert [row.name for row in found.platforms] == ["Meta"]
    assert [row.name for row in found.sales] == ["Claimed by Meta"]


def test_a_strangers_ledger_is_never_read(session: Session, alice: Member, charlie: Member) -> None:
    account, older, newer = pair(session, alice)
    restate(session, account, range(12, 19))

    assert not difference(session, charlie.workspace.id, older, newer, formats_of(older)).why


def test_of_reports_of_other_days_those_that_both_have_are_compared(
    session: Session, alice: Member
) -> None:
    account, older, newer = pair(session, alice, days=range(12, 32))
    restate(session, account, range(12, 32))
    cut = msgspec.structs.replace(
        newer,
        days=Days(first=dt.date(2025, 12, 3), last=dt.date(2025, 12, 13)),
        trend=newer.trend[2:13],
    )

    found = told(session, alice, older, cut)

    assert "different days" in found.why[0]
    assert "Dec 3–13" in found.why[0]
    assert found.why[-1] == "Changed because Meta restated Dec 12–13 of Northlight DE."
    spend = next(each for each in found.kpis if each.label == "Spend")
    assert spend.older == sum(each.figures.spend for each in older.trend[2:13] if each.figures)
    assert spend.newer == spend.older + 2  # type: ignore[operator]  # known
    assert {each.label for each in found.kpis} == {"Spend", "ROAS", "Cost per conversion"}
    assert [row.name for row in found.days] == ["Dec 12, 2025", "Dec 13, 2025"]
    assert not found.campaigns
    assert not found.platforms
    assert not found.sales
    assert not found.befores


def test_days_that_one_of_them_never_read_are_unknown_in_it_and_not_nothing(
    session: Session, alice: Member
) -> None:
    _, older, newer = pair(session, alice)
    days = Days(first=dt.date(2025, 12, 3), last=dt.date(2025, 12, 13))
    unread = [msgspec.structs.replace(each, figures=None) for each in older.trend[2:13]]
    older = msgspec.structs.replace(older, days=days, trend=unread)

    found = told(session, alice, older, newer)

    spend = next(each for each in found.kpis if each.label == "Spend")
    assert spend.newer
    assert {each.older for each in found.kpis} == {None}


def test_reports_without_a_day_in_common_are_not_compared(session: Session, alice: Member) -> None:
    _, older, newer = pair(session, alice)
    days = Days(first=dt.date(2026, 1, 1), last=dt.date(2026, 1, 4))
    trend = samples.trend(4, first=days.first)

    found = told(session, alice, older, msgspec.structs.replace(newer, days=days, trend=trend))

    assert found.why[0].endswith("so their figures are not compared.")
    assert not found.anything


def test_a_figure_of_the_days_compared_with_is_a_change_too(
    session: Session, alice: Member
) -> None:
    _, older, _ = pair(session, alice)
    [kpi, *others] = older.kpis
    raised = msgspec.structs.replace(kpi, before=kpi.before + 50)
    newer = msgspec.structs.replace(older, as_of=LATER, kpis=[raised, *others])

    found = difference(session, alice.workspace.id, older, newer, formats_of(older))

    assert found.anything
    assert not found.kpis
    assert [(each.label, each.older, each.newer) for each in found.befores] == [
        ("Spend", kpi.before, raised.before)
    ]


def test_a_figure_that_only_later_reports_show_has_not_changed(
    session: Session, alice: Member
) -> None:
    _, newer, _ = pair(session, alice)
    older = msgspec.structs.replace(newer, kpis=newer.kpis[:2])
    later = msgspec.structs.replace(newer, as_of=LATER)

    assert not difference(session, alice.workspace.id, older, later, formats_of(older)).anything


def test_a_new_campaign_is_told_with_nothing_before(session: Session, alice: Member) -> None:
    _, newer, _ = pair(session, alice)
    [first, *others] = newer.campaign_rows
    older = msgspec.structs.replace(newer, campaign_rows=others)
    later = msgspec.structs.replace(newer, as_of=LATER)

    found = difference(session, alice.workspace.id, older, later, formats_of(older))

    [row] = found.campaigns
    assert row.name == first.name
    assert {each.older for each in row.figures} == {None}


def test_days_are_told_as_stretches() -> None:
    days = [dt.date(2026, 2, 27), dt.date(2026, 2, 28), dt.date(2026, 3, 1), dt.date(2026, 3, 3)]

    assert [(each.first.day, each.last.day) for each in runs(days)] == [(27, 1), (3, 3)]


def test_the_same_in_two_languages_is_no_difference_of_figures_or_findings(
    session: Session, alice: Member
) -> None:
    english = samples.usual(filters=["Only Meta."])
    wins = [msgspec.structs.replace(each, title="Meta: ROAS 3,8x") for each in english.wins]
    german = msgspec.structs.replace(
        english, as_of=LATER, language="de", filters=["Nur Meta."], wins=wins
    )

    found = told(session, alice, english, german)

    assert found.why == ["They are in different languages."]
    assert not found.anything
