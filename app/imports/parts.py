"""The uploaded file in slices in the database, so that any process can import it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import BinaryIO

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.imports.read import LARGEST_FILE
from app.imports.refusal import Refused
from app.models import ImportPart

_SLICE = 1 << 20


def measure(file: BinaryIO) -> tuple[int, bytes]:
    """Size and SHA-256 of a file. Raises Refused when it is larger than is accepted."""
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    while block := file.read(_SLICE):
        size += len(block)
        if size > LARGEST_FILE:
            raise Refused(
                f"The file is larger than {LARGEST_FILE >> 20} MB. "
                "Export a shorter period at a time."
            )
        digest.update(block)
    return size, digest.digest()


def keep(session: Session, import_id: int, file: BinaryIO) -> None:
    """Store the file slice by slice."""
    file.seek(0)
    position = 0
    while block := file.read(_SLICE):
        session.execute(
            insert(ImportPart).values(import_id=import_id, position=position, content=block)
        )
        position += 1


@contextmanager
def kept(session: Session, import_id: int) -> Iterator[BinaryIO]:
    """The stored file as a temporary one. Raises Refused when it is there no more."""
    with TemporaryFile() as file:
        position = 0
        query = select(ImportPart.content).where(ImportPart.import_id == import_id)
        while block := session.scalar(query.where(ImportPart.position == position)):
            file.write(block)
            position += 1
        if not position:
            raise Refused("The uploaded file is kept for one day only. Upload it again.")
        file.seek(0)
        yield file


def discard(session: Session, import_id: int) -> None:
    """Delete the stored file."""
    session.execute(delete(ImportPart).where(ImportPart.import_id == import_id))
