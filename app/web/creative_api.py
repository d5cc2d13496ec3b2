"""Ad copy as JSON, for scripts: batches, variations, the library."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec
from flask import Blueprint
from flask.typing import ResponseReturnValue

from app.accounts import limits
from app.accounts.limits import Count
from app.creative import batches, briefs, library
from app.creative.writers import chosen_writer
from app.extensions import db
from app.models import CreativeBatch, CreativeVariation
from app.web import access, entry
from app.web.apidoc import Answer, Arguments, Body, answer, arguments, body, documented

blueprint = Blueprint("creative_api", __name__, url_prefix="/api/creative")

Lines = Annotated[
    tuple[str, ...] | str, msgspec.Meta(description="A list, or one text with a line each.")
]


class AudienceIn(Body):
    """Ages are inclusive, from 13; 65 stands for 65 and older."""

    age_min: int = 18
    age_max: int = 65
    gender: Annotated[str, msgspec.Meta(description="all, women or men")] = "all"
    interests: Lines = ()


class BatchIn(Body):
    """What to write. Only what stands here is claimed in a text."""

    product: str
    platforms: Annotated[
        list[str], msgspec.Meta(description="meta, google, linkedin, tiktok; at least one")
    ]
    benefits: Lines = ()
    audience: AudienceIn = msgspec.field(default_factory=AudienceIn)
    pain_points: Lines = ()
    goal: Annotated[str, msgspec.Meta(description="sales, leads, traffic or awareness")] = "sales"
    tones: tuple[str, ...] = ()
    url: str = ""
    facts: Lines = ()
    use: Lines = ()
    avoid: Lines = ()
    language: Annotated[str, msgspec.Meta(description="ISO 639-1")] = "en"
    angle: Annotated[
        str,
        msgspec.Meta(
            description="problem, outcome, proof, audience or offer for half of the texts; "
            "empty for every angle in turn"
        ),
    ] = ""
    count: Annotated[int, msgspec.Meta(description=f"1 to {batches.LARGEST_COUNT}")] = (
        batches.USUAL_COUNT
    )
    writer: Annotated[
        Literal["", "built-in"],
        msgspec.Meta(description="built-in to do without the model that is configured"),
    ] = ""


class Ordered(Answer):
    """The batch is in the queue."""

    id: int


class PartOut(Answer):
    """One line of the checklist: 0 to 10 points, its weight in per cent, and why."""

    name: str
    points: float
    weight: int
    reason: str


class FlagOut(Answer):
    """`level` is problem (a platform may refuse, or it is not true) or warning."""

    rule: str
    field: str
    words: str
    message: str
    level: str


class VariationOut(Answer):
    """One ad. `score` is a checklist out of 10, not a forecast; null while there is no text.

    `state` is waiting, written or failed; `reason` says why it was not written.
    """

    id: int
    place: int
    state: str
    reason: str
    platform: str
    framework: str
    trigger: str
    angle: str
    target: str
    primary_text: str
    headline: str
    description: str
    cta: str
    headlines: list[str]
    descriptions: list[str]
    paths: list[str]
    brief: str
    reasoning: str
    score: Decimal | None
    score_parts: list[PartOut]
    flags: list[FlagOut]
    locked: list[str]
    edited: bool
    revision: int
    saved: bool
    tags: list[str]


class BatchOut(Answer):
    """`state` is queued, running, done, failed or cancelled. `cost` is in US dollars.

    `cost` is null when nothing of a known price was asked. `writer` is built-in or a model.
    """

    id: int
    state: str
    writer: str
    error: str | None
    cost: Decimal | None
    tokens_in: int
    tokens_out: int
    done: int
    count: int
    created_at: dt.datetime
    finished_at: dt.datetime | None
    variations: list[VariationOut]


class Again(Answer):
    """How many variations are written once more."""

    count: int


class EditIn(Body):
    """Fields to type anew; `revision` is the one that was seen, to notice others' changes."""

    primary_text: str | None = None
    headline: str | None = None
    description: str | None = None
    cta: str | None = None
    brief: str | None = None
    headlines: list[str] | None = None
    descriptions: list[str] | None = None
    paths: list[str] | None = None
    tags: list[str] | None = None
    saved: bool | None = None
    revision: int | None = None


class RewriteIn(Body):
    locked: Annotated[
        tuple[str, ...],
        msgspec.Meta(description="Fields that stay as they are, such as headline."),
    ] = ()


class LibraryArguments(Arguments):
    q: str = ""
    tag: str = ""
    platform: str = ""
    page: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 1


class LibraryOut(Answer):
    total: int
    page: int
    variations: list[VariationOut]


@blueprint.post("/batches")
@documented("Have ad copy written", body=BatchIn, answer=Ordered, status=202, errors=(429,))
def create_batch() -> ResponseReturnValue:
    access.require_editor()
    wanted = body(BatchIn)
    ordered = order_batch(msgspec.to_builtins(wanted), wanted.count, wanted.writer)
    return answer(Ordered(id=ordered.id), 202)


@blueprint.get("/batches/<int:batch_id>")
@documented("A batch with its variations", answer=BatchOut)
def get_batch(batch_id: int) -> ResponseReturnValue:
    return answer(_batch(_find(batch_id)))


@blueprint.delete("/batches/<int:batch_id>")
@documented("Cancel a batch; what is written stays", status=204)
def cancel_batch(batch_id: int) -> ResponseReturnValue:
    access.require_editor()
    batches.cancel(db.session(), _find(batch_id), now=access.now())
    db.session.commit()
    return "", 204


@blueprint.post("/batches/<int:batch_id>/retry")
@documented("Write what is missing of a batch once more", answer=Again, status=202, errors=(429,))
def retry_batch(batch_id: int) -> ResponseReturnValue:
    access.require_editor()
    found = _find(batch_id)
    count_writing()
    count = batches.retry(db.session(), found)
    db.session.commit()
    return answer(Again(count=count), 202)


@blueprint.post("/batches/<int:batch_id>/save")
@documented("Put everything a batch holds into the library", answer=Again)
def save_batch(batch_id: int) -> ResponseReturnValue:
    access.require_editor()
    count = library.save(db.session(), _find(batch_id).variations, access.now())
    db.session.commit()
    return answer(Again(count=count))


@blueprint.patch("/variations/<int:variation_id>")
@documented(
    "Edit, tag, save or unsave a variation", body=EditIn, answer=VariationOut, errors=(409,)
)
def edit_variation(variation_id: int) -> ResponseReturnValue:
    access.require_editor()
    row = _find_variation(variation_id)
    wanted = body(EditIn)
    given = {
        name: value
        for name in (*library.SINGLE, *library.LISTS)
        if (value := getattr(wanted, name)) is not None
    }
    if given:
        library.edit(db.session(), row, given, revision=wanted.revision)
    if wanted.tags is not None:
        library.tag(db.session(), row, wanted.tags)
    if wanted.saved is not None and wanted.saved:
        library.save(db.session(), [row], access.now())
    elif wanted.saved is not None:
        library.unsave(db.session(), row)
    db.session.commit()
    return answer(variation_out(row))


@blueprint.post("/variations/<int:variation_id>/rewrite")
@documented(
    "Write a variation again around locked fields",
    body=RewriteIn,
    answer=Ordered,
    status=202,
    errors=(409, 429),
)
def rewrite_variation(variation_id: int) -> ResponseReturnValue:
    access.require_editor()
    row = _find_variation(variation_id)
    wanted = body(RewriteIn)
    count_writing()
    batches.rewrite(db.session(), row, wanted.locked)
    db.session.commit()
    return answer(Ordered(id=row.batch_id), 202)


@blueprint.get("/library")
@documented("Saved variations", query=LibraryArguments, answer=LibraryOut)
def get_library() -> ResponseReturnValue:
    asked = arguments(LibraryArguments)
    rows, total = library.search(
        db.session(),
        access.workspace().id,
        q=asked.q,
        tag=asked.tag,
        platform=asked.platform,
        page=asked.page,
    )
    return answer(
        LibraryOut(total=total, page=asked.page, variations=[variation_out(each) for each in rows])
    )


def order_batch(given: dict[str, Any], count: int, writer: str) -> CreativeBatch:
    """Check a brief, queue its batch and commit. Raises Invalid and TooMany."""
    brief = briefs.parse_brief(given)
    count_writing()
    ordered = batches.order(
        db.session(),
        access.workspace().id,
        access.user().id,
        brief,
        count,
        chosen_writer(access.settings(), writer),
        now=access.now(),
    )
    db.session.commit()
    return ordered


def count_writing() -> None:
    """One more order of this workspace. Raises TooMany."""
    entry.limiter().count([Count(limits.WRITING, str(access.workspace().id))])


def variation_out(row: CreativeVariation) -> VariationOut:
    """A variation with whatever text it has."""
    content = row.content
    return VariationOut(
        id=row.id,
        place=row.place,
        state=row.state,
        reason=row.reason,
        platform=row.platform,
        framework=row.framework,
        trigger=row.trigger,
        angle=row.angle,
        target=content.get("target", ""),
        primary_text=content.get("primary_text", ""),
        headline=content.get("headline", ""),
        description=content.get("description", ""),
        cta=content.get("cta", ""),
        headlines=list(content.get("headlines", ())),
        descriptions=list(content.get("descriptions", ())),
        paths=list(content.get("paths", ())),
        brief=content.get("brief", ""),
        reasoning=content.get("reasoning", ""),
        score=row.score,
        score_parts=[PartOut(**each) for each in row.score_parts],
        flags=[FlagOut(**each) for each in row.flags],
        locked=row.locked,
        edited=row.edited,
        revision=row.revision,
        saved=row.saved_at is not None,
        tags=row.tags,
    )


def _batch(found: CreativeBatch) -> BatchOut:
    done, count = batches.progress(found)
    return BatchOut(
        id=found.id,
        state=found.state,
        writer=found.writer,
        error=found.error or None,
        cost=found.cost,
        tokens_in=found.tokens_in,
        tokens_out=found.tokens_out,
        done=done,
        count=count,
        created_at=found.created_at,
        finished_at=found.finished_at,
        variations=[variation_out(each) for each in found.variations],
    )


def _find(batch_id: int) -> CreativeBatch:
    return batches.find(db.session(), access.workspace().id, batch_id)


def _find_variation(variation_id: int) -> CreativeVariation:
    return batches.find_variation(db.session(), access.workspace().id, variation_id)
