"""Findings in the database: kept once while they last, so that reviews know what was said."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, case, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.advice.succession import end_of_others, names_others
from app.errors import Conflict, NotFound
from app.insights.finding import CLAIMS_NOTHING, Finding
from app.insights.review_days import review_on
from app.models import StoredFinding
from app.models.locks import Lock

logger = logging.getLogger(__name__)


def keep(
    session: Session, workspace_id: int, findings: Sequence[Finding], now: dt.datetime
) -> list[int]:
    """Store what was found, or bring the open one of the same key up to date; their ids.

    One that was dismissed stays so while it is found again within a week each time. The caller
    commits. Two at once keep one of each.
    """
    one_at_a_time(session, workspace_id)
    end_of_others(session, workspace_id, findings)
    return [_keep(session, workspace_id, each, now) for each in findings]


def open_numbers(
    session: Session, workspace_id: int, findings: Sequence[Finding]
) -> list[int | None]:
    """The ids of those that are open already, None for the others; nothing is stored."""
    asked = {each.key: each for each in findings}
    found = session.scalars(
        select(StoredFinding).where(
            StoredFinding.workspace_id == workspace_id,
            StoredFinding.state == "open",
            StoredFinding.key.in_(asked),
        )
    )
    ids = {row.key: row.id for row in found if not names_others(asked[row.key], row.first_content)}
    return [ids.get(each.key) for each in findings]


def known_of(
    session: Session, workspace_id: int, findings: Sequence[Finding]
) -> dict[str, StoredFinding]:
    """By key, what is stored of the same matter over some of the same days, an open one first."""
    asked = {each.key: each for each in findings}
    stored = session.scalars(
        select(StoredFinding)
        .where(StoredFinding.workspace_id == workspace_id, StoredFinding.key.in_(asked))
        .order_by(
            case(
                (StoredFinding.state == "open", 2), (StoredFinding.state == "dismissed", 1), else_=0
            ),
            StoredFinding.id,
        )
    )
    return {
        each.key: each
        for each in stored
        if each.first <= asked[each.key].last
        and each.last >= asked[each.key].first
        and not names_others(asked[each.key], each.first_content)
    }


def reviewed_as_kept(
    findings: Sequence[Finding], kept: Mapping[str, StoredFinding]
) -> list[Finding]:
    """The findings with the review of what was said first of those that last, as `known_of` has."""
    lasting = readable(each for each in kept.values() if each.state != "closed")
    days = {at.key: said.review_on for at, said in lasting if as_first_said(at).promises}
    return [replace(each, review_on=days.get(each.key, each.review_on)) for each in findings]


def keep_new(
    session: Session, workspace_id: int, findings: Sequence[Finding], now: dt.datetime
) -> list[int]:
    """Store those that are not open yet and leave the others as the last look found them; the ids.

    The caller commits.
    """
    one_at_a_time(session, workspace_id)
    end_of_others(session, workspace_id, findings)
    known = open_numbers(session, workspace_id, findings)
    return [
        _keep(session, workspace_id, each, now) if number is None else number
        for each, number in zip(findings, known, strict=True)
    ]


def close_missing(
    session: Session, workspace_id: int, seen: Sequence[Finding], now: dt.datetime
) -> None:
    """What is open and no longer found is closed; its review still comes."""
    one_at_a_time(session, workspace_id)
    session.execute(
        update(StoredFinding)
        .where(
            StoredFinding.workspace_id == workspace_id,
            StoredFinding.state == "open",
            StoredFinding.computed_at < now,
            StoredFinding.key.not_in([each.key for each in seen]),
        )
        .values(state="closed")
    )


def kept(session: Session, workspace_id: int, first: dt.date, last: dt.date) -> list[StoredFinding]:
    """Stored findings whose days touch these, the most money at stake first."""
    return list(
        session.scalars(
            select(StoredFinding)
            .where(
                StoredFinding.workspace_id == workspace_id,
                StoredFinding.last >= first,
                StoredFinding.first <= last,
                StoredFinding.state != "dismissed",
            )
            .order_by(StoredFinding.at_stake.desc(), StoredFinding.id)
        )
    )


def still_open(session: Session, workspace_id: int) -> list[StoredFinding]:
    """What was found at the last look and not dismissed, the most money at stake first."""
    return list(
        session.scalars(
            select(StoredFinding)
            .where(StoredFinding.workspace_id == workspace_id, StoredFinding.state == "open")
            .order_by(StoredFinding.at_stake.desc(), StoredFinding.id)
        )
    )


def find(session: Session, workspace_id: int, finding_id: int) -> StoredFinding:
    """One of the workspace's. Raises NotFound."""
    found = session.scalar(
        select(StoredFinding).where(
            StoredFinding.id == finding_id, StoredFinding.workspace_id == workspace_id
        )
    )
    if found is None:
        raise NotFound
    return found


def say_followed(
    session: Session, workspace_id: int, finding_id: int, *, followed: bool, now: dt.datetime
) -> StoredFinding:
    """A person says whether the advice was followed; that counts more than what is detected."""
    found = find(session, workspace_id, finding_id)
    found.followed, found.followed_how = ("yes" if followed else "no"), "said"
    found.followed_at = now
    return found


class Unreadable(Conflict):
    """What is kept of a finding is of a shape that is not known any more."""


def restored(stored: StoredFinding) -> Finding:
    """The finding as it was computed last; reviewed is what it said first. Raises Unreadable."""
    made = [int(stage) for stage in stored.outcome or ()]
    day = review_on(as_first_said(stored), made)
    return replace(_read(stored, stored.content), review_on=day)


def readable(
    several: Iterable[StoredFinding], read: Callable[[StoredFinding], Finding] = restored
) -> Iterator[tuple[StoredFinding, Finding]]:
    """Each with its finding; what cannot be read any more is left out and logged."""
    for each in several:
        try:
            yield each, read(each)
        except Unreadable as error:
            logger.warning("Finding %d is left out: %s", each.id, error.__cause__)


def as_first_said(stored: StoredFinding) -> Finding:
    """The finding as it was when it was said first. Raises Unreadable."""
    return _read(stored, stored.first_content)


def _read(stored: StoredFinding, content: Mapping[str, Any]) -> Finding:
    try:
        return msgspec.convert(content, Finding)
    except msgspec.ValidationError as error:
        raise Unreadable(
            f"The finding {stored.id} was kept by an older version and cannot be read any more. "
            "Look again: what still holds is found anew."
        ) from error


DISMISSED_FOR = dt.timedelta(days=7)


def one_at_a_time(session: Session, workspace_id: int) -> None:
    """Two that touch the same rows in different orders would wait for each other for ever."""
    session.execute(
        text("SELECT pg_advisory_xact_lock(:kind, :id)"),
        {"kind": Lock.FINDING.value, "id": workspace_id % 2**31},
    )


def _dismissed(
    session: Session, workspace_id: int, key: str, now: dt.datetime
) -> StoredFinding | None:
    return session.scalar(
        select(StoredFinding)
        .where(
            StoredFinding.workspace_id == workspace_id,
            StoredFinding.key == key,
            StoredFinding.state == "dismissed",
            StoredFinding.computed_at >= now - DISMISSED_FOR,
        )
        .order_by(StoredFinding.computed_at.desc())
        .limit(1)
    )


# What was said first is what promised something first.
_SAID_FIRST = ("first_content", "first_at", "review_on")


def _claimed_nothing() -> ColumnElement[bool]:
    nothing: ColumnElement[bool] = StoredFinding.first_content["class_"].astext.in_(CLAIMS_NOTHING)
    return nothing


def _column(name: str) -> ColumnElement[Any]:
    column: ColumnElement[Any] = StoredFinding.__table__.c[name]
    return column


def _said_anew(finding: Finding, now: dt.datetime) -> dict[str, Any]:
    """What a later computation of the same finding says otherwise."""
    return {
        "class_": finding.class_.value,
        "first": finding.first,
        "last": finding.last,
        "at_stake": round(Decimal(finding.at_stake), 4),
        "currency": finding.currency,
        "content": msgspec.to_builtins(finding),
        "computed_at": now,
    }


def _columns(attributes: Iterable[str]) -> list[str]:
    """A column may be called as a word of Python's is."""
    return [each.removesuffix("_") for each in attributes]


def _keep(session: Session, workspace_id: int, finding: Finding, now: dt.datetime) -> int:
    anew = _said_anew(finding, now)
    dismissed = _dismissed(session, workspace_id, finding.key, now)
    if dismissed is not None:
        for name, value in anew.items():
            setattr(dismissed, name, value)
        return dismissed.id
    added = insert(StoredFinding).values(
        workspace_id=workspace_id,
        key=finding.key,
        rule=finding.rule,
        kind=finding.kind.value,
        state="open",
        followed="",
        followed_how="",
        review_on=finding.review_on,
        first_content=anew["content"],
        first_at=now,
        **anew,
    )
    upserted = added.on_conflict_do_update(
        index_elements=["workspace_id", "key"],
        index_where=text("state = 'open'"),
        set_={
            **{each: added.excluded[each] for each in _columns(anew)},
            **{
                each: case((_claimed_nothing(), added.excluded[each]), else_=_column(each))
                for each in _SAID_FIRST
            },
        },
    )
    found: int = session.execute(upserted.returning(StoredFinding.id)).scalar_one()
    return found
