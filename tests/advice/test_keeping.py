"""Findings are kept once while they last."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import replace

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.advice import dismissing, keeping
from app.errors import Conflict, NotFound
from app.insights.finding import Class, Entity, Finding, Kind, Number, Range, Unit
from app.models import StoredFinding
from tests.conftest import Member
from tests.sync.fake_platform import NOON

DAY = dt.timedelta(days=1)
MOVE = Finding(
    rule="reallocation",
    kind=Kind.RECOMMENDATION,
    class_=Class.RECOMMEND,
    entities=(
        Entity("platform", "linkedin", "LinkedIn", "linkedin", "from"),
        Entity("platform", "meta", "Meta", "meta", "to"),
    ),
    first=dt.date(2026, 1, 1),
    last=dt.date(2026, 11, 1),
    numbers={"step_month": Number(2000.0, Unit.MONEY)},
    at_stake=4400.123456,
    currency="USD",
    range=Range(1900.0, 6700.0),
    certainty=0.93,
    review_on=dt.date(2026, 12, 7),
    missing=("store",),
    facts={"name": "قهوة"},
)


def test_a_finding_comes_back_as_it_was(session: Session, alice: Member) -> None:
    [number] = keeping.keep(session, alice.workspace.id, [MOVE], NOON)
    assert keeping.restored(keeping.find(session, alice.workspace.id, number)) == MOVE


def test_found_again_it_is_brought_up_to_date_and_what_was_said_first_stays(
    session: Session, alice: Member
) -> None:
    later = replace(MOVE, at_stake=5000.0, class_=Class.LEANING, last=MOVE.last + DAY)
    [one] = keeping.keep(session, alice.workspace.id, [MOVE], NOON)
    [other] = keeping.keep(session, alice.workspace.id, [later], NOON + DAY)
    session.expire_all()
    stored = keeping.find(session, alice.workspace.id, one)
    assert one == other
    # It is what was said first that is reviewed.
    assert keeping.restored(stored) == later
    assert keeping.restored(stored).review_on == MOVE.review_on
    assert keeping.as_first_said(stored) == MOVE
    assert (stored.class_, stored.first_at) == ("leaning", NOON)


def test_a_finding_that_lasts_is_told_with_the_review_of_what_was_said_first(
    session: Session, alice: Member
) -> None:
    later = replace(MOVE, last=MOVE.last + 9 * DAY, review_on=MOVE.last + 45 * DAY)
    other = replace(later, entities=MOVE.entities[:1])
    tried = replace(MOVE, rule="moved", class_=Class.WORTH_TESTING, review_on=None)
    advised = replace(later, rule="moved")
    keeping.keep(session, alice.workspace.id, [MOVE, tried], NOON)
    found = [later, other, advised]
    kept = keeping.known_of(session, alice.workspace.id, found)
    told = keeping.reviewed_as_kept(found, kept)
    assert [each.review_on for each in told] == [
        MOVE.review_on,
        other.review_on,
        advised.review_on,
    ]


def test_two_at_once_keep_one(session: Session, alice: Member) -> None:
    engine = session.get_bind()
    together = threading.Barrier(4)

    def keep_one() -> None:
        with Session(engine) as mine, mine.begin():
            together.wait()
            keeping.keep(mine, alice.workspace.id, [MOVE], NOON)

    threads = [threading.Thread(target=keep_one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert session.scalar(select(func.count()).select_from(StoredFinding)) == 1


def test_what_is_no_longer_found_is_closed_and_a_new_one_is_another(
    session: Session, alice: Member
) -> None:
    [one] = keeping.keep(session, alice.workspace.id, [MOVE], NOON)
    keeping.close_missing(session, alice.workspace.id, [], NOON + DAY)
    [other] = keeping.keep(session, alice.workspace.id, [MOVE], NOON + 2 * DAY)
    assert one != other
    session.expire_all()
    assert keeping.find(session, alice.workspace.id, one).state == "closed"


def test_a_strangers_finding_is_not_there(session: Session, alice: Member, charlie: Member) -> None:
    [number] = keeping.keep(session, alice.workspace.id, [MOVE], NOON)
    for call in (keeping.find, dismissing.dismiss):
        with pytest.raises(NotFound):
            call(session, charlie.workspace.id, number)
    keeping.close_missing(session, charlie.workspace.id, [], NOON + DAY)
    assert keeping.kept(session, charlie.workspace.id, MOVE.first, MOVE.last) == []
    assert len(keeping.kept(session, alice.workspace.id, MOVE.first, MOVE.last)) == 1


def test_a_dismissed_finding_is_shown_no_more(session: Session, alice: Member) -> None:
    [number] = keeping.keep(session, alice.workspace.id, [MOVE], NOON)
    dismissing.dismiss(session, alice.workspace.id, number)
    assert keeping.kept(session, alice.workspace.id, MOVE.first, MOVE.last) == []


def test_a_dismissed_finding_stays_away_while_it_lasts_and_may_return_when_it_was_gone(
    session: Session, alice: Member
) -> None:
    [number] = keeping.keep(session, alice.workspace.id, [MOVE], NOON)
    dismissing.dismiss(session, alice.workspace.id, number)
    for night in range(1, 15):
        assert keeping.keep(session, alice.workspace.id, [MOVE], NOON + night * DAY) == [number]
    assert keeping.kept(session, alice.workspace.id, MOVE.first, MOVE.last) == []
    [later] = keeping.keep(session, alice.workspace.id, [MOVE], NOON + 30 * DAY)
    assert later != number


def test_a_dismissed_finding_comes_back_with_what_was_found_meanwhile(
    session: Session, alice: Member
) -> None:
    [number] = keeping.keep(session, alice.workspace.id, [MOVE], NOON)
    dismissing.dismiss(session, alice.workspace.id, number)
    later = replace(MOVE, at_stake=9000.0, class_=Class.LEANING, first=MOVE.first + DAY)
    keeping.keep(session, alice.workspace.id, [later], NOON + DAY)
    found = dismissing.undismiss(session, alice.workspace.id, number)
    session.refresh(found)
    assert keeping.restored(found).at_stake == found.at_stake == 9000
    assert (found.class_, found.first) == ("leaning", later.first)


def test_one_that_ended_is_not_dismissed_for_what_is_found_anew(
    session: Session, alice: Member
) -> None:
    place = alice.workspace.id
    [ended] = keeping.keep(session, place, [MOVE], NOON)
    keeping.close_missing(session, place, [], NOON + DAY)
    with pytest.raises(Conflict, match="ended by itself"):
        dismissing.dismiss(session, place, ended)
    [anew] = keeping.keep(session, place, [MOVE], NOON + DAY)
    assert anew != ended
    assert [each.id for each in keeping.still_open(session, place)] == [anew]


def test_two_that_keep_the_same_in_other_orders_do_not_block_each_other(
    session: Session, alice: Member
) -> None:
    engine = session.get_bind()
    several = [replace(MOVE, rule=f"rule{each}") for each in range(30)]
    together = threading.Barrier(2)
    done: list[int] = []

    def keep_all(findings: list[Finding]) -> None:
        together.wait()
        with Session(engine) as mine, mine.begin():
            done.extend(keeping.keep(mine, alice.workspace.id, findings, NOON))

    threads = [threading.Thread(target=keep_all, args=[each]) for each in (several, several[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 2 * len(set(done)) == 60
