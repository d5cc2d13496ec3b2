"""Who writes, and what that costs, in words."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from babel.numbers import format_currency
from flask import Flask

from app.copywriting.brief import Brief
from app.copywriting.model.estimate import Estimate
from app.creative.batches import USUAL_COUNT
from app.creative.spending import Month, month
from app.creative.writers import BUILT_IN, estimated, writer_name
from app.extensions import db
from app.web import access


def register(app: Flask) -> None:
    """Give every template the words for a writer and its cost."""
    app.jinja_env.filters["dollars"] = dollars
    app.jinja_env.filters["writer_words"] = writer_words


@dataclass(frozen=True, slots=True)
class Writing:
    """Who would write now; `estimate` is None for the built-in writer."""

    writer: str
    estimate: Estimate | None
    month: Month

    @property
    def built_in(self) -> bool:
        """Whether nobody else is asked and nothing is charged."""
        return self.writer == BUILT_IN


def writing(brief: Brief | None = None) -> Writing:
    """What ordering the usual number of variations of this brief would mean."""
    settings = access.settings()
    so_far = month(db.session(), access.workspace().id, access.now())
    ordered = brief or Brief("…")
    return Writing(writer_name(settings), estimated(settings, ordered, USUAL_COUNT), so_far)


def dollars(amount: Decimal) -> str:
    """An amount in US dollars; a cost below a cent is not nothing."""
    if 0 < amount < Decimal("0.01"):
        return "less than $0.01"
    return format_currency(amount, "USD", locale="en_US")


def writer_words(writer: str) -> str:
    """How a writer is called on the page."""
    return "the built-in writer" if writer == BUILT_IN else writer
