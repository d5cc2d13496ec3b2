"""Reviews of what was said: 14 and 28 days on, was it followed, and what happened.

A finding is held against what it said first. A stage is reviewed once all of its days have
settled; one whose days will never be read is closed as unknown, so that nothing waits for ever.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Sequence
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Date, cast, select
from sqlalchemy.orm import Session

from app.advice import keeping
from app.advice.looking_back import after_of, look_back
from app.advice.measuring import Place, Review
from app.advice.outcomes import Outcome
from app.insights.finding import CLAIMS_NOTHING, TEST_RULE, Finding
from app.insights.review_days import STAGES
from app.metrics.sources import sources
from app.models import StoredFinding, Workspace

logger = logging.getLogger(__name__)


def review(session: Session, workspace_id: int, now: dt.datetime) -> int:
    """Review what is due, and tell of how many findings; the caller commits.

    What a person said about following stays; what was detected may be detected otherwise later.
    """
    workspace = session.get(Workspace, workspace_id)
    if workspace is None:
        return 0
    keeping.one_at_a_time(session, workspace_id)
    known = sources(session, workspace_id)
    zone = ZoneInfo(workspace.time_zone)
    today = known.day_in_progress(now.astimezone(zone).date(), now)
    place = Place(session, workspace, known, today)
    waiting = keeping.readable(_waiting(session, workspace_id, today), keeping.as_first_said)
    return sum(_review(place, stored, said, now) for stored, said in waiting)


def reviews_of(stored: StoredFinding) -> dict[int, Review]:
    """By stage, those that were made; one that cannot be read any more is made again."""
    made = {}
    for stage, review in (stored.outcome or {}).items():
        try:
            made[int(stage)] = msgspec.convert(review, Review)
        except msgspec.ValidationError as error:
            logger.warning("Review %s of finding %d is left out: %s", stage, stored.id, error)
    return made


def lately(session: Session, workspace_id: int, most: int) -> Sequence[StoredFinding]:
    """Those of the workspace that were reviewed, told last first."""
    return session.scalars(
        select(StoredFinding)
        .where(StoredFinding.workspace_id == workspace_id, StoredFinding.outcome.is_not(None))
        .order_by(StoredFinding.first_at.desc(), StoredFinding.id.desc())
        .limit(most)
    ).all()


def _waiting(session: Session, workspace_id: int, today: dt.date) -> Sequence[StoredFinding]:
    """Locked, for a person may be saying that one was followed."""
    said = StoredFinding.first_content
    return session.scalars(
        select(StoredFinding)
        .where(
            StoredFinding.workspace_id == workspace_id,
            StoredFinding.scored_at.is_(None),
            StoredFinding.rule != TEST_RULE,
            said["class_"].astext.not_in(CLAIMS_NOTHING),
            cast(said["last"].astext, Date) + STAGES[0] < today,
        )
        .order_by(StoredFinding.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def _review(place: Place, stored: StoredFinding, finding: Finding, now: dt.datetime) -> bool:
    """Whether anything was found out. `finding` is what was said first."""
    made = reviews_of(stored)
    told = stored.first_at.astimezone(ZoneInfo(place.workspace.time_zone)).date()
    before = len(made)
    for stage in STAGES:
        if stage in made:
            continue
        found = _stage(place, finding, told, stage)
        if found is None:
            break
        made[stage] = found
        _follow(stored, found, now)
    if len(made) == before:
        return False
    stored.outcome = {str(stage): msgspec.to_builtins(each) for stage, each in made.items()}
    if STAGES[-1] in made:
        stored.scored_at = now
    return True


def _stage(place: Place, finding: Finding, told: dt.date, stage: int) -> Review | None:
    last = finding.last + dt.timedelta(days=stage)
    if last >= place.today:
        return None
    after = after_of(finding, told, stage)
    if after is None:
        return Review(last, last, Outcome(unknown="few_days"))
    try:
        return look_back(place, finding, after)
    except LookupError as error:
        logger.warning("A finding of %s cannot be reviewed: %r", finding.rule, error)
        return Review(after.first, after.last, Outcome(unknown="older"))


def _follow(stored: StoredFinding, found: Review, now: dt.datetime) -> None:
    if found.followed and stored.followed_how != "said":
        stored.followed, stored.followed_how = found.followed, "detected"
        stored.followed_at = now
