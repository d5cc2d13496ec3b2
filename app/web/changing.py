"""Preparing, editing and confirming changes, the same for pages and scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation

from sqlalchemy.orm import sessionmaker

from app.accounts import limits
from app.accounts.limits import Count
from app.advice import change_requests, change_sets
from app.advice.block_changes import prepare_back, prepare_block
from app.advice.by_hand import Wish, prepare_by_hand
from app.advice.changers import Changers
from app.advice.from_finding import prepare_finding
from app.connectors.http import Http
from app.errors import Conflict, Invalid
from app.extensions import db
from app.models import ChangeSet, PlannedTest
from app.web import access, entry

_ELSEWHERE = (
    "It was confirmed already, perhaps in another window, with other amounts than yours. Yours "
    "were not sent. Below is what became of it: to change it further, prepare a new change."
)


def find(set_id: int) -> ChangeSet:
    """The set, when it is the workspace's own. Raises NotFound."""
    return change_sets.find(db.session(), access.workspace().id, set_id)


def by_hand(wish: Wish) -> ChangeSet:
    """Prepare what a person asks for, and commit."""
    _count()
    with _changers() as changers:
        made = prepare_by_hand(
            db.session(),
            changers,
            access.workspace().id,
            access.user().id,
            wish,
            now=access.now(),
        )
    db.session.commit()
    return made


def of_finding(finding_id: int) -> ChangeSet:
    """Prepare what a recommendation says, and commit."""
    _count()
    with _changers() as changers:
        made = prepare_finding(
            db.session(),
            changers,
            access.workspace(),
            access.user().id,
            finding_id,
            now=access.now(),
        )
    db.session.commit()
    return made


def of_block(test: PlannedTest) -> ChangeSet:
    """Prepare the budgets of the block that is on, and commit."""
    return _of_test(prepare_block, test)


def back_from(test: PlannedTest) -> ChangeSet:
    """Prepare the budgets as they were before a test, and commit."""
    return _of_test(prepare_back, test)


def _of_test(prepare: Callable[..., ChangeSet], test: PlannedTest) -> ChangeSet:
    _count()
    with _changers() as changers:
        made = prepare(
            db.session(), changers, access.workspace(), access.user().id, test, now=access.now()
        )
    db.session.commit()
    return made


def edit(found: ChangeSet, amounts: Mapping[int, Decimal], seen: int | None) -> None:
    """Store other amounts, and commit."""
    with _changers() as changers:
        change_requests.edit(db.session(), changers, found, amounts, seen)
    db.session.commit()


def confirm(found: ChangeSet, amounts: Mapping[int, Decimal], seen: int | None) -> None:
    """Queue what was reviewed, with the amounts that stood in the form, and commit.

    What the platform says by now is kept when it is another than was reviewed. Raises Conflict.
    """
    if found.state != "prepared" and change_requests.differ(found, amounts):
        raise Conflict(_ELSEWHERE)
    _count()
    with _changers() as changers:
        session = db.session()
        if amounts and found.state == "prepared":
            seen = change_requests.edit(session, changers, found, amounts, seen)
        try:
            change_requests.confirm(
                session, changers, found, access.user().id, seen, now=access.now()
            )
        except Conflict:
            session.commit()
            raise
    db.session.commit()


def look_again(found: ChangeSet) -> None:
    """Have the platforms asked about what is unclear, and commit."""
    change_requests.look_again(db.session(), found)
    db.session.commit()


def discard(found: ChangeSet) -> None:
    """Forget what was prepared, and commit."""
    change_requests.discard(db.session(), found)
    db.session.commit()


def revert(found: ChangeSet) -> ChangeSet:
    """Prepare the opposite, and commit."""
    _count()
    with _changers() as changers:
        made = change_requests.revert(
            db.session(), changers, found, access.user().id, now=access.now()
        )
    db.session.commit()
    return made


def amount(text: str) -> Decimal:
    """A budget as people type it. Raises Invalid."""
    try:
        return Decimal(text.strip())
    except InvalidOperation:
        raise Invalid("Write the daily budget as a number with a point, such as 25.50.") from None


def _count() -> None:
    entry.limiter().count([Count(limits.CHANGING, str(access.workspace().id))])


@contextmanager
def _changers() -> Iterator[Changers]:
    with Http(patience=20.0, attempts=2) as http:
        yield Changers(sessionmaker(db.engine), http, access.settings(), access.now)
