"""Planning, beginning and stopping tests of budgets, the same for pages and scripts."""

from __future__ import annotations

import secrets

from app.accounts import limits
from app.accounts.limits import Count
from app.advice import nightly, planned
from app.advice.drawing import HIGHEST_SEED, Drawn, Wanted, draw
from app.errors import Conflict
from app.extensions import db
from app.metrics.sources import sources
from app.models import PlannedTest
from app.web import access, entry

_OTHER = (
    "Newer figures came in since you looked, so the budgets would be others than those you saw. "
    "Nothing was stored. Look at the plan again and start it."
)


def seed() -> int:
    """Lots for a new plan."""
    return secrets.randbelow(HIGHEST_SEED)


def drawn(wanted: Wanted) -> Drawn:
    """The plan, which nothing is stored of; learning what it costs takes seconds of this process.

    For people who may begin it. Raises TooMany and Invalid.
    """
    session, place = db.session(), access.workspace()
    entry.limiter().count([Count(limits.LOOKING, str(place.id))])
    known = sources(session, place.id)
    return draw(session, place, wanted, known=known, today=access.today(), now=access.now())


def begin(wanted: Wanted, seen: str | None) -> PlannedTest:
    """Keep the plan and commit. `seen` is the plan that was looked at, None for a script.

    Raises Invalid, and Conflict also where it is no longer what was looked at.
    """
    found = drawn(wanted)
    if seen is not None and seen != found.seen:
        raise Conflict(_OTHER)
    found.test.user_id = access.user().id
    made = planned.begin(db.session(), access.workspace(), found.test, access.today())
    # What is advised now may disturb it.
    nightly.queue(db.session(), made.workspace_id)
    db.session.commit()
    return made


def find(test_id: int) -> PlannedTest:
    """The test, when it is the workspace's own. Raises NotFound."""
    return planned.find(db.session(), access.workspace().id, test_id)


def stop(test_id: int) -> PlannedTest:
    """End it before its time, and commit. Raises NotFound and Conflict."""
    place = access.workspace()
    made = planned.stop(db.session(), place, test_id, access.user().id, access.today())
    nightly.queue(db.session(), place.id)
    db.session.commit()
    return made


def standing(test: PlannedTest) -> str:
    """Its state today."""
    return planned.standing(test, access.workspace().currency, access.today())
