"""What language models have cost a workspace, and whether its cap is reached."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import Invalid
from app.models import ModelCall, Workspace

_CAP = re.compile(r"[0-9]{1,7}(?:\.[0-9]{1,2})?")


@dataclass(frozen=True, slots=True)
class Month:
    """Requests of one calendar month of UTC. `cost` is in US dollars, of `priced` requests only."""

    requests: int
    priced: int
    tokens_in: int
    tokens_out: int
    cost: Decimal
    cap: Decimal | None

    @property
    def over(self) -> bool:
        """Whether nothing more may be asked this month."""
        return self.cap is not None and self.cost >= self.cap


def month(session: Session, workspace_id: int, now: dt.datetime) -> Month:
    """What the month of `now` has come to so far."""
    utc = now.astimezone(dt.UTC)
    first = utc.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    row = session.execute(
        select(
            func.count(),
            func.count(ModelCall.cost),
            func.coalesce(func.sum(ModelCall.tokens_in), 0),
            func.coalesce(func.sum(ModelCall.tokens_out), 0),
            func.coalesce(func.sum(ModelCall.cost), 0),
        ).where(ModelCall.workspace_id == workspace_id, ModelCall.began_at >= first)
    ).one()
    cap = session.scalar(select(Workspace.model_cap).where(Workspace.id == workspace_id))
    return Month(row[0], row[1], int(row[2]), int(row[3]), row[4] or Decimal(0), cap)


def parse_cap(given: str) -> Decimal | None:
    """A cap in US dollars as it is typed; None for none. Raises Invalid."""
    text = given.strip().removeprefix("$").strip().replace(",", ".")
    if not text:
        return None
    if not _CAP.fullmatch(text):
        raise Invalid("Write an amount in US dollars, as in 20 or 7.50. Empty for no cap.")
    return Decimal(text)
