"""Editing, keeping and finding what was written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, selectinload

from app.copywriting.brief import AdPlatform
from app.copywriting.variation import Variation
from app.copywriting.vocabulary import BUTTONS
from app.creative import briefs, texts
from app.errors import Conflict, Invalid
from app.models import CreativeBatch, CreativeVariation

LONGEST_TEXT = 5000
LONGEST_TAG, MOST_TAGS = 40, 12
PAGE = 24
SINGLE = ("primary_text", "headline", "description", "cta", "brief")
LISTS = ("headlines", "descriptions", "paths")
_SHOWN = [
    CreativeVariation.content[name].astext
    for name in ("primary_text", "headline", "description", "headlines", "descriptions")
]
MOST_IN_A_LIST = {"headlines": 15, "descriptions": 4, "paths": 2}


def fields(platform: str) -> tuple[str, ...]:
    """What of an ad can be edited. A search ad's `cta` is kept, though it shows no button."""
    return (*LISTS, "cta", "brief") if platform == AdPlatform.GOOGLE else SINGLE


def edit(
    session: Session,
    row: CreativeVariation,
    given: Mapping[str, str | Sequence[str]],
    *,
    revision: int | None = None,
) -> None:
    """Type fields anew and judge the text again. The caller commits.

    `revision` is the one the editor saw. Raises Conflict when somebody else has changed the text
    since, or when it is being written; Invalid for fields it does not have.
    """
    batch = session.get_one(CreativeBatch, row.batch_id, with_for_update=True)
    session.refresh(row, with_for_update=True)
    text = texts.of(row)
    if text is None or row.state == "waiting":
        raise Conflict("This variation is still being written. Wait for its text, then edit it.")
    if revision is not None and revision != row.revision:
        raise Conflict(
            "Somebody changed this variation since you opened it. Nothing was saved; copy your "
            "text, load the page again and look at theirs."
        )
    row.content = texts.as_json(texts.changed(text, _cleaned(text, given)))
    row.edited, row.reason = True, ""
    row.revision += 1
    texts.judge_all(batch.variations, briefs.parse_brief(batch.brief))
    session.flush()


def look(row: CreativeVariation, given: Mapping[str, str | Sequence[str]]) -> CreativeVariation:
    """The row as it would be after `edit`; nothing is stored. For counts and checks while typing.

    Raises Invalid, and Conflict while there is no text.
    """
    text = texts.of(row)
    if text is None:
        raise Conflict("This variation has no text yet.")
    batch = row.batch
    made = CreativeVariation(
        id=row.id,
        place=row.place,
        platform=row.platform,
        framework=row.framework,
        angle=row.angle,
        state=row.state,
        content=texts.as_json(texts.changed(text, _cleaned(text, given))),
    )
    others = [
        other
        for each in batch.variations
        if each.id != row.id and (other := texts.of(each)) is not None
    ]
    texts.judge(made, briefs.parse_brief(batch.brief), others)
    return made


def save(session: Session, rows: Sequence[CreativeVariation], now: dt.datetime) -> int:
    """Put what is written into the library; how many were not in it. The caller commits."""
    fresh = [row for row in rows if row.content and row.saved_at is None]
    for row in fresh:
        row.saved_at = now
    session.flush()
    return len(fresh)


def unsave(session: Session, row: CreativeVariation) -> None:
    """Take one out of the library; it stays in its batch. The caller commits."""
    row.saved_at = None
    session.flush()


def tag(session: Session, row: CreativeVariation, tags: Sequence[str]) -> None:
    """Set the tags of a variation. The caller commits. Raises Invalid."""
    cleaned = list(dict.fromkeys(" ".join(each.split()).casefold() for each in tags))
    kept = [each for each in cleaned if each]
    if len(kept) > MOST_TAGS:
        raise Invalid(f"tags: {MOST_TAGS} tags are the most.")
    if any(len(each) > LONGEST_TAG for each in kept):
        raise Invalid(f"tags: A tag has at most {LONGEST_TAG} characters.")
    row.tags = kept
    session.flush()


def search(
    session: Session,
    workspace_id: int,
    *,
    q: str = "",
    tag: str = "",
    platform: str = "",
    page: int,
) -> tuple[list[CreativeVariation], int]:
    """A page of the library, what was saved last first, and how many there are in all."""
    found = select(CreativeVariation).where(
        CreativeVariation.workspace_id == workspace_id, CreativeVariation.saved_at.is_not(None)
    )
    for word in q.split()[:10]:
        like = f"%{_escaped(word)}%"
        found = found.where(
            or_(
                func.concat_ws(" ", *_SHOWN).ilike(like),
                func.array_to_string(CreativeVariation.tags, " ").ilike(like),
            )
        )
    if tag:
        found = found.where(CreativeVariation.tags.contains([tag.casefold()]))
    if platform:
        found = found.where(CreativeVariation.platform == platform)
    total = session.scalar(select(func.count()).select_from(found.subquery())) or 0
    rows = session.scalars(
        found.order_by(CreativeVariation.saved_at.desc(), CreativeVariation.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
        .options(selectinload(CreativeVariation.batch))
    )
    return list(rows), total


def everything(session: Session, workspace_id: int) -> list[CreativeVariation]:
    """All that is saved, what was saved last first."""
    return list(
        session.scalars(
            select(CreativeVariation)
            .where(
                CreativeVariation.workspace_id == workspace_id,
                CreativeVariation.saved_at.is_not(None),
            )
            .order_by(CreativeVariation.saved_at.desc(), CreativeVariation.id)
        )
    )


def tags_in_use(session: Session, workspace_id: int) -> list[str]:
    """Every tag of the library, in order."""
    each = func.unnest(CreativeVariation.tags)
    return list(
        session.scalars(
            select(each)
            .where(
                CreativeVariation.workspace_id == workspace_id,
                CreativeVariation.saved_at.is_not(None),
            )
            .distinct()
            .order_by(each)
        )
    )


def _cleaned(
    text: Variation, given: Mapping[str, str | Sequence[str]]
) -> dict[str, str | tuple[str, ...]]:
    allowed = fields(text.platform)
    made: dict[str, str | tuple[str, ...]] = {}
    for name, value in given.items():
        if name not in allowed:
            raise Invalid(f"{name}: This ad has no such field; it has {', '.join(allowed)}.")
        if name in LISTS:
            made[name] = _list(name, value)
        else:
            made[name] = _text(name, value)
    cta = made.get("cta")
    if cta is not None and cta not in BUTTONS[text.platform]:
        raise Invalid(f"cta: “{cta}” is no button of {text.platform.title()}.")
    return made


def _list(name: str, value: str | Sequence[str]) -> tuple[str, ...]:
    several = value.splitlines() if isinstance(value, str) else value
    kept = tuple(line for each in several if (line := _text(name, each)))
    if len(kept) > MOST_IN_A_LIST[name]:
        raise Invalid(f"{name}: {MOST_IN_A_LIST[name]} are the most.")
    return kept


def _text(name: str, value: str | Sequence[str]) -> str:
    if not isinstance(value, str):
        raise Invalid(f"{name}: One text is wanted, not a list.")
    text = value.replace("\r\n", "\n").strip()
    if len(text) > LONGEST_TEXT:
        raise Invalid(f"{name}: {len(text)} characters are more than any platform shows.")
    return text


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
