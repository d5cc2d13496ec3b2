"""Who writes, and what that costs, in words."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from babel.numbers import format_currency
from flask import Flask
from sqlalchemy import func, select

from app.creative.spending import Month, month
from app.creative.writers import BUILT_IN, writer_name
from app.extensions import db
from app.models import CreativeBatch, CreativeVariation
from app.web import access

_LATEST = 10


def register(app: Flask) -> None:
    """Give every template the words for a writer and its cost."""
    app.jinja_env.filters["dollars"] = dollars
    app.jinja_env.filters["writer_words"] = writer_words


@dataclass(frozen=True, slots=True)
class Writing:
    """`estimate` is in US dollars; None where nothing is known yet, and for the built-in writer."""

    writer: str
    count: int
    estimate: Decimal | None
    month: Month

    @property
    def built_in(self) -> bool:
        """Whether nobody else is asked and nothing is charged."""
        return self.writer == BUILT_IN


def writing(count: int) -> Writing:
    """What ordering `count` variations now would mean."""
    place = access.workspace().id
    writer = writer_name(access.settings())
    so_far = month(db.session(), place, access.now())
    return Writing(writer, count, _estimate(place, writer, count), so_far)


def dollars(amount: Decimal) -> str:
    """An amount in US dollars; a cost below a cent is not nothing."""
    if 0 < amount < Decimal("0.01"):
        return "less than $0.01"
    return format_currency(amount, "USD", locale="en_US")


def writer_words(writer: str) -> str:
    """How a writer is called on the page."""
    return "the built-in writer" if writer == BUILT_IN else writer


def _estimate(workspace_id: int, writer: str, count: int) -> Decimal | None:
    """By what the last batches of the same model have cost for each variation."""
    if writer == BUILT_IN:
        return None
    latest = (
        select(CreativeBatch.id, CreativeBatch.cost)
        .where(
            CreativeBatch.workspace_id == workspace_id,
            CreativeBatch.writer == writer,
            CreativeBatch.cost.is_not(None),
        )
        .order_by(CreativeBatch.id.desc())
        .limit(_LATEST)
        .subquery()
    )
    cost = db.session.scalar(select(func.sum(latest.c.cost)))
    written = db.session.scalar(
        select(func.count(CreativeVariation.id)).where(
            CreativeVariation.batch_id.in_(select(latest.c.id)), CreativeVariation.content != {}
        )
    )
    return cost / written * count if cost and written else None
