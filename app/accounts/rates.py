"""A workspace's own exchange rates, for currencies the European Central Bank does not quote."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.accounts.places import check_currency
from app.errors import Invalid, NotFound
from app.models import FxRate, ManualRate, PlatformTotalDay, Workspace
from app.sync.rollup import LOOK_BACK_DAYS

EURO = "EUR"
EARLIEST = dt.date(1999, 1, 4)
HIGHEST = Decimal(10) ** 9
DECIMALS = 8


def manual_rates(session: Session, workspace_id: int) -> Sequence[ManualRate]:
    """The rates that were typed in, by currency, the newest first."""
    return session.scalars(
        select(ManualRate)
        .where(ManualRate.workspace_id == workspace_id)
        .order_by(ManualRate.currency, ManualRate.from_day.desc())
    ).all()


@dataclass(frozen=True, slots=True)
class Gap:
    """Days on which figures are held that cannot be converted for want of this rate."""

    currency: str
    first: dt.date
    last: dt.date


def gaps(session: Session, workspace: Workspace) -> list[Gap]:
    """Which rates are missing for the figures held, and from when to when."""
    unconverted = session.execute(
        select(
            PlatformTotalDay.native_currency,
            func.min(PlatformTotalDay.day),
            func.max(PlatformTotalDay.day),
        )
        .where(PlatformTotalDay.workspace_id == workspace.id, PlatformTotalDay.spend.is_(None))
        .group_by(PlatformTotalDay.native_currency)
    ).all()
    found: dict[str, Gap] = {}
    for native, first, last in unconverted:
        for currency in sorted({native, workspace.currency} - {EURO}):
            if _has_rate(session, workspace.id, currency, last):
                continue
            known = found.get(currency, Gap(currency, first, last))
            found[currency] = Gap(currency, min(first, known.first), max(last, known.last))
    return [found[currency] for currency in sorted(found)]


def _has_rate(session: Session, workspace_id: int, currency: str, day: dt.date) -> bool:
    quoted = select(FxRate.day).where(
        FxRate.currency == currency,
        FxRate.day.between(day - dt.timedelta(days=LOOK_BACK_DAYS), day),
    )
    typed = select(ManualRate.from_day).where(
        ManualRate.workspace_id == workspace_id,
        ManualRate.currency == currency,
        ManualRate.from_day <= day,
    )
    return bool(session.scalar(select(or_(quoted.exists(), typed.exists()))))


def set_rate(
    session: Session, workspace_id: int, currency: str, from_day: dt.date, units_per_eur: Decimal
) -> bool:
    """Use `units_per_eur` of `currency` for one euro from that day on. Raises Invalid.

    Says whether that changed anything.
    """
    code = check_currency(currency)
    if code == EURO:
        raise Invalid("The euro needs no rate: every rate says what one euro is worth.")
    if from_day < EARLIEST:
        raise Invalid(f"Rates begin with the euro, on {EARLIEST.isoformat()}.")
    _check_units(units_per_eur)
    values = {"workspace_id": workspace_id, "currency": code, "from_day": from_day}
    changed = session.scalar(
        insert(ManualRate)
        .values(**values, units_per_eur=units_per_eur)
        .on_conflict_do_update(
            index_elements=list(values),
            set_={"units_per_eur": units_per_eur},
            where=ManualRate.units_per_eur != units_per_eur,
        )
        .returning(ManualRate.currency)
    )
    return changed is not None


def remove_rate(session: Session, workspace_id: int, currency: str, from_day: dt.date) -> None:
    """Take a rate back. Raises NotFound when the workspace has none of that day."""
    removed = session.scalar(
        delete(ManualRate)
        .where(
            ManualRate.workspace_id == workspace_id,
            ManualRate.currency == currency,
            ManualRate.from_day == from_day,
        )
        .returning(ManualRate.currency)
    )
    if removed is None:
        raise NotFound


def _check_units(units: Decimal) -> None:
    if not units.is_finite() or not 0 < units <= HIGHEST:
        raise Invalid("A rate says how many units one euro is worth, as in 1.08: more than 0.")
    if round(units, DECIMALS) != units:
        raise Invalid(f"A rate may have at most {DECIMALS} decimals.")
