"""Two reports of the same days: what changed between them, and because of what."""

from __future__ import annotations

import datetime as dt

import msgspec
from sqlalchemy.orm import Session

from app.models import Account, MetricRevision
from app.reports.comparing import difference, runs
from app.reports.document import Document
from app.reports.formats import formats_of
from tests.conftest import Member
from tests.factories import make_account, make_connection
from tests.reports import samples

AS_OF = samples.usual().as_of
LATER = AS_OF + dt.timedelta(days=3)


def restate(
    session: Session, account: Account, days: range, grain: str = "campaign", hours: int = 1
) -> None:
    session.add_all(
        MetricRevision(
            workspace_id=account.workspace_id,
            account_id=account.id,
            grain=grain,
            entity_id=1,
            day=dt.date(2025, 12, day),
            old={"spend": "1"},
            new={"spend": "2"},
            changed_at=AS_OF + dt.timedelta(hours=hours),
        )
        for day in days
    )
    session.flush()


def pair(session: Session, member: Member) -> tuple[Account, Document, Document]:
    """The same report twice, its spend higher the second time, and the account it came from."""
    account = make_account(session, make_connection(session, member.workspace))
    source = msgspec.structs.replace(samples.usual().sources[0], account_id=account.id)
    older = samples.usual(sources=[source])
    kpi = msgspec.structs.replace(older.kpis[0], value=older.kpis[0].value + 100)
    newer = msgspec.structs.replace(older, as_of=LATER, kpis=[kpi, *older.kpis[1:]])
    return account, older, newer


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

    assert not difference(session, alice.workspace.id, older, newer, formats_of(older)).why


def test_a_strangers_ledger_is_never_read(session: Session, alice: Member, charlie: Member) -> None:
    account, older, newer = pair(session, alice)
    restate(session, account, range(12, 19))

    assert not difference(session, charlie.workspace.id, older, newer, formats_of(older)).why


def test_reports_of_other_days_are_not_compared_figure_by_figure(
    session: Session, alice: Member
) -> None:
    _, older, newer = pair(session, alice)
    days = msgspec.structs.replace(newer.days, last=dt.date(2025, 12, 30))
    other = msgspec.structs.replace(newer, days=days, trend=newer.trend[:-1])

    found = difference(session, alice.workspace.id, older, other, formats_of(older))

    assert not found.kpis
    assert "different days" in found.why[0]


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
    found = [msgspec.structs.replace(each, title="Meta: ROAS 3,8x") for each in english.wins]
    german = msgspec.structs.replace(
        english, as_of=LATER, language="de", filters=["Nur Meta."], wins=found
    )

    told = difference(session, alice.workspace.id, english, german, formats_of(english))

    assert told.why == ["They are in different languages."]
    assert not told.anything
