"""The daily budgets from before a test, written down when it is begun, and what they tell."""

from __future__ import annotations

from collections.abc import Collection
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any

from babel.numbers import get_currency_precision
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.advice import values
from app.advice.preparing import Reading
from app.models import Account, AdGroup, Campaign, PlannedTest

_UNKNOWN = (
    "It had no daily budget known here when the test was planned, so it cannot be reckoned: set "
    "it by hand."
)
Budgets = dict[str, dict[str, str]]


class NotReckoned(Exception):
    """Why a budget is not set from here, and what to do."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def written_down(session: Session, workspace_id: int, platforms: Collection[str]) -> Budgets:
    """Every daily budget that the last sync told: `amount` and `currency` of its account.

    By `campaign:<id>` or `ad_group:<id>`, whichever carries it.
    """
    found: Budgets = {}
    for kind in (Campaign, AdGroup):
        asked = (
            select(kind.id, kind.budget, Account.currency)
            .join(Account, Account.id == kind.account_id)
            .where(
                kind.workspace_id == workspace_id,
                Account.platform.in_(platforms),
                kind.removed_at.is_(None),
                kind.budget_kind == "daily",
                kind.budget > 0,
            )
        )
        for row_id, amount, currency in session.execute(asked):
            known = values.budget(amount)["daily_budget"]
            found[f"{kind.__tablename__}:{row_id}"] = {"amount": known, "currency": currency}
    return found


def wanted(test: PlannedTest, reading: Reading, factor: Decimal) -> Decimal:
    """What a budget is to be at a share of the one written down. Raises NotReckoned."""
    usual, now = _usual(test, reading), reading.current.daily_budget or Decimal(0)
    currency = reading.account.currency
    aim, unit = share_of(usual, factor, currency), _unit(currency)
    shares = {Decimal(1)} | {Decimal(each) for each in test.factors[reading.account.platform]}
    drawn = sorted(share_of(usual, each, currency) for each in shares)
    if all(abs(now - each) > unit for each in drawn):
        *others, last = (_said(each, currency) for each in drawn)
        raise NotReckoned(
            f"Its budget is {_said(now, currency)} now; planned were {', '.join(others)} and "
            f"{last}: somebody changed it since, so nothing is set from here. Set it by hand to "
            f"{_said(aim, currency)}."
        )
    return aim


def share_of(usual: Decimal, factor: Decimal, currency: str) -> Decimal:
    """Rounded towards what it was, so that it swings no further than drawn."""
    rounding = ROUND_CEILING if factor < 1 else ROUND_FLOOR
    return usual if factor == 1 else (usual * factor).quantize(_unit(currency), rounding)


def _usual(test: PlannedTest, reading: Reading) -> Decimal:
    thing = reading.ad_group or reading.campaign
    written: dict[str, Any] | None = test.budgets.get(f"{thing.__tablename__}:{thing.id}")
    if written is None:
        raise NotReckoned(_UNKNOWN)
    if written["currency"] != reading.account.currency:
        raise NotReckoned(
            f"Its account counts in {reading.account.currency} now and counted in "
            f"{written['currency']} when the test was planned, so what was written down then "
            "cannot be used: set it by hand."
        )
    return Decimal(written["amount"])


def _unit(currency: str) -> Decimal:
    return Decimal(1).scaleb(-get_currency_precision(currency))


def _said(amount: Decimal, currency: str) -> str:
    """Exact: what is told here is typed in by hand."""
    decimals = max(get_currency_precision(currency), -int(amount.normalize().as_tuple().exponent))
    return f"{amount:,.{decimals}f} {currency}"
