"""What the rules found, as JSON: what the night found, or what they find in the days asked for."""

from __future__ import annotations

import datetime as dt

import msgspec
from flask import Blueprint, Response

from app.accounts import limits
from app.accounts.limits import Count
from app.advice import dismissing, keeping, looks, nightly
from app.advice.left_out import LeftOut
from app.extensions import db
from app.insights.finding import Entity, Finding
from app.insights.plain_words import say_kept
from app.insights.review_days import rests_through
from app.insights.words import Manner
from app.metrics.period import Period
from app.models import StoredFinding
from app.reports import apart
from app.reports.findings import new_copy_for, rows_of
from app.web import access, entry, left_out_words
from app.web.apidoc import Answer, Arguments, Body, answer, arguments, body, documented
from app.web.ranges import days_between

blueprint = Blueprint("insights_api", __name__, url_prefix="/api/insights")


class DaysIn(Arguments):
    """Days to look at, computed for this answer; with one of the two the usual number of days.

    That takes seconds, and few are computed at once: 503 says to ask again. Without both: what
    the nightly look found whose days touch the last 30, at once.
    """

    from_: dt.date | None = msgspec.field(default=None, name="from")
    to: dt.date | None = None


class EntityOut(Answer):
    """`role` is from or to for the sides of a move, carries for what explains it, or empty.

    `new_copy` is the generator filled in from a tired ad, a path of this site, empty for all else.
    """

    kind: str
    key: str
    name: str
    platform: str
    role: str
    new_copy: str = ""


class RangeOut(Answer):
    """The middle `level` of what is expected. `per` is month, day or empty for no rate."""

    low: float
    high: float
    unit: str
    level: float
    per: str


class FindingOut(Answer):
    """Money is in `currency`, shares are of one. `certainty` is null where a rule has none.

    `rows` is the page with the rows it rests on, `new_copy` the generator filled in from the first
    of tired ads; both are paths of this site. Numbers that end in 1 are of that ad, and so on.
    `state` is open while the finding lasts and closed after, empty for one of asked days of which
    no nightly look kept anything: it has no `id` either. `followed` is yes, no or empty for
    unknown, `followed_how` said or detected.
    """

    id: int | None
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
    rows: str
    new_copy: str
    computed_at: dt.datetime


class LeftOutOut(Answer):
    """`why` is no_accounts, not_over, not_read, stale, no_rate, unsettled, few_days, no_comparison.

    `platforms` is empty where it is all of them. `first` to `last` are the days it is about.
    """

    why: str
    platforms: list[str]
    first: dt.date
    last: dt.date
    message: str


class InsightsOut(Answer):
    """`first` to `last` are the days looked at: asked ones that are over, or the nightly look's.

    They are null where no asked day is over, and with `computed_at` before the first look. Of
    asked days, wins and concerns rest on the nearly complete: `settled_first` to `settled_last`.
    Without anything in `left_out` an empty list of findings means that nothing stands out.
    `dismissed` is how many are not shown because a person dismissed them.
    """

    computed_at: dt.datetime | None
    first: dt.date | None
    last: dt.date | None
    settled_first: dt.date | None
    settled_last: dt.date | None
    left_out: list[LeftOutOut]
    dismissed: int
    findings: list[FindingOut]


class FollowedIn(Body):
    followed: bool


class QueuedOut(Answer):
    queued: bool


@blueprint.get("")
@documented(
    "Wins, concerns and recommendations", query=DaysIn, answer=InsightsOut, errors=(429, 503)
)
def show() -> Response:
    """The most money at stake first; dismissed ones are left out."""
    asked, today = arguments(DaysIn), access.today()
    days = days_between(asked.from_, asked.to, today)
    if asked.from_ is None and asked.to is None:
        return answer(_kept(days))
    entry.limiter().count([Count(limits.LOOKING, str(access.workspace().id))])
    return answer(_computed(days))


def _kept(days: Period) -> InsightsOut:
    session, place = db.session(), access.workspace().id
    found = keeping.kept(session, place, days.first, days.last)
    look = looks.last_look(session, place)
    return InsightsOut(
        computed_at=look.at if look else max((each.computed_at for each in found), default=None),
        first=look.days.first if look else None,
        last=look.days.last if look else None,
        settled_first=None,
        settled_last=None,
        left_out=[_left_out(each) for each in look.left_out] if look else [],
        dismissed=len(dismissing.dismissed(session, place, access.now())),
        findings=[
            _out(finding, each, each.computed_at) for each, finding in keeping.readable(found)
        ],
    )


def _computed(days: Period) -> InsightsOut:
    session, place, now = db.session(), access.workspace(), access.now()
    found = apart.find(access.settings(), place.id, days, now)
    kept = keeping.known_of(session, place.id, found.findings)
    dismissed = {key for key, each in kept.items() if each.state == "dismissed"}
    dated = keeping.reviewed_as_kept(found.findings, kept)
    shown = [each for each in dated if each.key not in dismissed]
    return InsightsOut(
        computed_at=now,
        first=found.days.first if found.days else None,
        last=found.days.last if found.days else None,
        settled_first=found.settled.first if found.settled else None,
        settled_last=found.settled.last if found.settled else None,
        left_out=[_left_out(each) for each in found.left_out],
        dismissed=len(found.findings) - len(shown),
        findings=[_out(each, kept.get(each.key), now) for each in shown],
    )


@blueprint.post("/<int:finding_id>/undismiss")
@documented("Show a dismissed finding again", answer=FindingOut, errors=(404, 409))
def undismiss(finding_id: int) -> Response:
    access.require_editor()
    return _changed(dismissing.undismiss(db.session(), access.workspace().id, finding_id))


def _left_out(each: LeftOut) -> LeftOutOut:
    return LeftOutOut(
        why=each.why,
        platforms=list(each.platforms),
        first=each.first,
        last=each.last,
        message=left_out_words.sentence(each, Manner(access.workspace().currency)),
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
    return _changed(found)


@blueprint.post("/<int:finding_id>/dismiss")
@documented("Show a finding no more", answer=FindingOut, errors=(404, 409))
def dismiss(finding_id: int) -> Response:
    access.require_editor()
    found = dismissing.dismiss(db.session(), access.workspace().id, finding_id)
    return _changed(found)


def _changed(stored: StoredFinding) -> Response:
    db.session.commit()
    return answer(_out(keeping.restored(stored), stored, stored.computed_at))


def _out(finding: Finding, stored: StoredFinding | None, computed_at: dt.datetime) -> FindingOut:
    said = say_kept(finding, Manner(finding.currency or access.workspace().currency))
    return FindingOut(
        id=stored.id if stored else None,
        rule=finding.rule,
        kind=finding.kind.value,
        class_=finding.class_.value,
        title=said.title,
        saw=said.saw,
        how_sure=said.how_sure,
        do=said.do,
        change_our_mind=said.change_our_mind,
        numbers={name: _plain(each.value) for name, each in finding.numbers.items()},
        units={name: each.unit.value for name, each in finding.numbers.items()},
        range=_range(finding),
        entities=[_entity(finding.rule, each) for each in finding.entities],
        review_on=finding.review_on,
        certainty=finding.certainty,
        at_stake=_plain(finding.at_stake),
        currency=finding.currency,
        first=finding.first,
        last=rests_through(finding),
        missing=list(finding.missing),
        state=stored.state if stored else "",
        followed=stored.followed if stored else "",
        followed_how=stored.followed_how if stored else "",
        rows=rows_of(finding),
        new_copy=new_copy_for(finding.rule, finding.entities),
        computed_at=computed_at,
    )


def _entity(rule: str, each: Entity) -> EntityOut:
    known = msgspec.convert(each, EntityOut, from_attributes=True)
    return msgspec.structs.replace(known, new_copy=new_copy_for(rule, [each]))


def _range(finding: Finding) -> RangeOut | None:
    expected = finding.range
    if expected is None:
        return None
    return RangeOut(
        low=_plain(expected.low),
        high=_plain(expected.high),
        unit=expected.unit.value,
        level=expected.level,
        per=expected.per,
    )


def _plain(value: float) -> float:
    """Without the digits that adding up leaves behind."""
    return round(value, 6)
