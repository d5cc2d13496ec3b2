"""What the rules found, as JSON: read from the night's findings, so that no request computes."""

from __future__ import annotations

import datetime as dt

import msgspec
from flask import Blueprint, Response

from app.advice import keeping, nightly
from app.extensions import db
from app.insights.finding import Finding
from app.insights.words import Manner, say
from app.models import StoredFinding
from app.web import access
from app.web.apidoc import Answer, Arguments, Body, answer, arguments, body, documented
from app.web.ranges import days_between

blueprint = Blueprint("insights_api", __name__, url_prefix="/api/insights")


class DaysIn(Arguments):
    """Findings whose days touch these; the last 30 days when left out."""

    from_: dt.date | None = msgspec.field(default=None, name="from")
    to: dt.date | None = None


class EntityOut(Answer):
    """`role` is from or to for the sides of a move, carries for what explains it, or empty."""

    kind: str
    key: str
    name: str
    platform: str
    role: str


class RangeOut(Answer):
    """The middle `level` of what is expected. `per` is month, day or empty for no rate."""

    low: float
    high: float
    unit: str
    level: float
    per: str


class FindingOut(Answer):
    """Money is in `currency`, shares are of one. `certainty` is null where a rule has none.

    `state` is open while the finding lasts and closed after. `followed` is yes, no or empty for
    unknown, `followed_how` said or detected.
    """

    id: int
    rule: str
    kind: str
    class_: str = msgspec.field(name="class")
    title: str
    saw: str
    how_sure: str
    do: str
    change_our_mind: str
    numbers: dict[str, float]
    units: dict[str, str]
    range: RangeOut | None
    entities: list[EntityOut]
    review_on: dt.date | None
    certainty: float | None
    at_stake: float
    currency: str
    first: dt.date
    last: dt.date
    missing: list[str]
    state: str
    followed: str
    followed_how: str
    computed_at: dt.datetime


class InsightsOut(Answer):
    """`computed_at` is when the newest of them was computed, null for none."""

    computed_at: dt.datetime | None
    findings: list[FindingOut]


class FollowedIn(Body):
    followed: bool


class QueuedOut(Answer):
    queued: bool


@blueprint.get("")
@documented("Wins, concerns and recommendations", query=DaysIn, answer=InsightsOut)
def show() -> Response:
    """The most money at stake first; dismissed ones are left out."""
    asked = arguments(DaysIn)
    days = days_between(asked.from_, asked.to, access.today())
    found = keeping.kept(db.session(), access.workspace().id, days.first, days.last)
    return answer(
        InsightsOut(
            computed_at=max((each.computed_at for each in found), default=None),
            findings=[_out(each) for each in found],
        )
    )


@blueprint.post("/recompute")
@documented("Have the findings computed again", answer=QueuedOut, status=202)
def recompute() -> Response:
    access.require_editor()
    nightly.queue(db.session(), access.workspace().id)
    db.session.commit()
    return answer(QueuedOut(queued=True), 202)


@blueprint.post("/<int:finding_id>/followed")
@documented(
    "Say whether a recommendation was followed", body=FollowedIn, answer=FindingOut, errors=(404,)
)
def followed(finding_id: int) -> Response:
    access.require_editor()
    found = keeping.say_followed(
        db.session(),
        access.workspace().id,
        finding_id,
        followed=body(FollowedIn).followed,
        now=access.now(),
    )
    db.session.commit()
    return answer(_out(found))


@blueprint.post("/<int:finding_id>/dismiss")
@documented("Show a finding no more", answer=FindingOut, errors=(404,))
def dismiss(finding_id: int) -> Response:
    access.require_editor()
    found = keeping.dismiss(db.session(), access.workspace().id, finding_id)
    db.session.commit()
    return answer(_out(found))


def _out(stored: StoredFinding) -> FindingOut:
    finding = keeping.restored(stored)
    said = say(finding, Manner(finding.currency or access.workspace().currency))
    return FindingOut(
        id=stored.id,
        rule=finding.rule,
        kind=finding.kind.value,
        class_=finding.class_.value,
        title=said.title,
        saw=said.saw,
        how_sure=said.how_sure,
        do=said.do,
        change_our_mind=said.change_our_mind,
        numbers={name: each.value for name, each in finding.numbers.items()},
        units={name: each.unit.value for name, each in finding.numbers.items()},
        range=_range(finding),
        entities=[
            EntityOut(
                kind=each.kind, key=each.key, name=each.name, platform=each.platform, role=each.role
            )
            for each in finding.entities
        ],
        review_on=finding.review_on,
        certainty=finding.certainty,
        at_stake=finding.at_stake,
        currency=finding.currency,
        first=finding.first,
        last=finding.last,
        missing=list(finding.missing),
        state=stored.state,
        followed=stored.followed,
        followed_how=stored.followed_how,
        computed_at=stored.computed_at,
    )


def _range(finding: Finding) -> RangeOut | None:
    expected = finding.range
    if expected is None:
        return None
    return RangeOut(
        low=expected.low,
        high=expected.high,
        unit=expected.unit.value,
        level=expected.level,
        per=expected.per,
    )
