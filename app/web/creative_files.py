"""Ad copy as files: ours to read and keep, and those that Meta and Google take in bulk."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from app.creative import batches, briefs, drafts, exporting, library
from app.creative.exporting import Bulk, Into
from app.extensions import db
from app.models import CreativeBatch
from app.web import access
from app.web.apidoc import Arguments, arguments, documented

blueprint = Blueprint("creative_files", __name__, url_prefix="/api/creative")

BulkShape = Literal["meta", "google"]
BULK: tuple[BulkShape, ...] = ("meta", "google")
Shape = Literal["plain", "meta", "google"]


class FileArguments(Arguments):
    shape: Annotated[
        Shape,
        msgspec.Meta(description="plain has everything; meta and google are for bulk upload."),
    ] = "plain"


@blueprint.get("/batches/<int:batch_id>.csv")
@documented(
    "A batch as a file; X-Left-Out names the places that a bulk upload cannot hold",
    query=FileArguments,
    media_type="text/csv",
)
def batch_file(batch_id: int) -> ResponseReturnValue:
    shape = arguments(FileArguments).shape
    found = batches.find(db.session(), access.workspace().id, batch_id)
    rows = exporting.rows_of(found.variations)
    if shape == "plain":
        return _file(exporting.our_file(rows), f"ad-copy-{batch_id}.csv")
    made = bulk(found, shape)
    response = _file(made.content, f"ad-copy-{batch_id}-{shape}.csv")
    response.headers["X-Left-Out"] = ", ".join(str(each.number) for each in made.left_out)
    return response


@blueprint.get("/library.csv")
@documented("The library as a file", media_type="text/csv")
def library_file() -> ResponseReturnValue:
    saved = library.everything(db.session(), access.workspace().id)
    return _file(exporting.our_file(exporting.rows_of(saved)), "ad-copy-library.csv")


def bulk(batch: CreativeBatch, shape: BulkShape) -> Bulk:
    """A platform's file of a batch, and what is left out of it and why."""
    brief = briefs.parse_brief(batch.brief)
    into = Into(
        campaign=brief.product,
        ad_group=brief.product,
        url=drafts.landing_url(brief.url, drafts.usual_utm(shape)) if brief.url else "",
        goal=brief.goal,
    )
    make = exporting.meta_file if shape == "meta" else exporting.google_file
    return make(exporting.rows_of(batch.variations), into)


def _file(content: bytes, name: str) -> Response:
    return Response(
        content,
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
