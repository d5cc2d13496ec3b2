"""Changing budgets and statuses of Meta's campaigns and ad sets.

Meta keeps a budget on exactly one level: with one on the campaign, its ad sets have none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import ClassVar

import msgspec

from app.connectors.base import Connector
from app.connectors.changing import (
    ACTIVE,
    GONE,
    PAUSED,
    Changer,
    Current,
    Level,
    NotThere,
    Target,
    decimals_problem,
)
from app.connectors.errors import ConnectorError, Throttled
from app.connectors.launching import Refused
from app.connectors.meta.answers import (
    WHOLE_UNIT_CURRENCIES,
    Envelope,
    major_units,
    minor_units,
)
from app.connectors.meta.errors import NotReadable, Problem
from app.connectors.meta.graph import Graph
from app.connectors.meta.permissions import lacking_role, lacking_scopes
from app.connectors.meta.refusals import explained, field_of, refusal
from app.connectors.words import FoundAccount

CHANGING = ("ads_management",)
_FIELDS = "account_id,name,status,effective_status,daily_budget,lifetime_budget"
_SWITCH = {"ACTIVE": ACTIVE, "PAUSED": PAUSED}

_NOT_GRANTED = (
    "Meta may only be read so far: it has not given this connection ads_management, so nothing can "
    "be changed. Open Connections, press Allow creating campaigns on Meta Ads and leave every "
    "permission ticked; a pasted token needs it ticked when it is generated."
)
_GONE = (
    "Meta no longer shows {} in this account, so nothing was changed. It may have been deleted; "
    "the next sync will tell."
)
_LIFETIME = "It has a lifetime budget, and only daily ones are changed here."
_ABOVE = "Its campaign has the budget, so the campaign's is the one to change."
_NOT_ACCEPTED = "Meta did not accept this, so nothing was changed."
_NOT_ALLOWED = (
    "Meta does not let this connection change ads in the account, so nothing was changed. In Meta "
    "Business settings open Accounts, Ad accounts, and give the person or system user that is "
    "connected Manage campaigns there; and when you reconnect Meta Ads, leave ads_management "
    "ticked."
)
_TOO_OFTEN = "Meta has been asked too often for now, so nothing was changed. Try again later."


class Standing(Envelope):
    """A campaign or ad set; budgets are in minor units, 0 or absent when it has none."""

    account_id: str = ""
    name: str = ""
    status: str = ""
    effective_status: str = ""
    daily_budget: Decimal | None = None
    lifetime_budget: Decimal | None = None


class Terms(Envelope):
    min_daily_budget: Decimal | None = None


_STANDING = msgspec.json.Decoder(Standing, strict=False)
_TERMS = msgspec.json.Decoder(Terms, strict=False)


class MetaChanger(Changer):
    manager: ClassVar[str] = "Meta Ads Manager"

    def __init__(self, connector: Connector) -> None:
        super().__init__(connector)
        self._graph = Graph(connector.settings, connector.http)

    @classmethod
    def lacks(cls, scopes: Collection[str]) -> str:
        return _NOT_GRANTED if scopes and not set(CHANGING) <= set(scopes) else ""

    def missing_permission(self, account: FoundAccount) -> str:
        grant = self.connector.granted()
        if lacking_scopes(self._graph, grant, CHANGING):
            return _NOT_GRANTED
        with _shown(account.name):
            return lacking_role(self._graph, grant, account)

    def read_current(self, account: FoundAccount, target: Target) -> Current:
        grant = self.connector.granted()
        with _shown(target.external_id):
            found = self._graph.get(grant, target.external_id, _STANDING, {"fields": _FIELDS})
            asked = {"fields": "min_daily_budget"}
            terms = self._graph.get(grant, f"act_{account.external_id}", _TERMS, asked)
        if found.account_id != account.external_id:
            raise NotThere(_GONE.format(target.external_id))
        least = terms.min_daily_budget
        return Current(
            name=found.name or target.external_id,
            switch=_SWITCH.get(found.status, GONE),
            platform_status=found.effective_status or found.status,
            daily_budget=major_units(found.daily_budget, account.currency)
            if found.daily_budget
            else None,
            fixed=_fixed(target, found, account.currency),
            below=target.level is Level.CAMPAIGN and not _has_budget(found),
            least=major_units(least, account.currency) if least else None,
        )

    def budget_problem(self, account: FoundAccount, amount: Decimal) -> str:
        if minor_units(Decimal(1), account.currency) is None:
            return f"How Meta counts {account.currency} is not known; change it in {self.manager}."
        decimals = 0 if account.currency in WHOLE_UNIT_CURRENCIES else 2
        return decimals_problem(amount, account.currency, decimals)

    def set_daily_budget(
        self, account: FoundAccount, target: Target, seen: Current, amount: Decimal
    ) -> None:
        minor = minor_units(amount, account.currency)
        if seen.daily_budget is None or minor is None:
            raise Refused(seen.fixed or self.budget_problem(account, amount), field="daily_budget")
        self._change(target, {"daily_budget": str(minor)})

    def pause(self, account: FoundAccount, target: Target) -> None:
        del account
        self._change(target, {"status": "PAUSED"})

    def activate(self, account: FoundAccount, target: Target) -> None:
        del account
        self._change(target, {"status": "ACTIVE"})

    def _change(self, target: Target, form: Mapping[str, str]) -> None:
        self._graph.change(self.connector.granted(), target.external_id, form, _verdict)


@contextmanager
def _shown(what: str) -> Iterator[None]:
    try:
        yield
    except NotReadable as error:
        raise NotThere(_GONE.format(what)) from error


def _has_budget(found: Standing) -> bool:
    return bool(found.daily_budget or found.lifetime_budget)


def _fixed(target: Target, found: Standing, currency: str) -> str:
    """Why there is no daily budget to change here; empty when there is."""
    if found.lifetime_budget:
        return _LIFETIME
    if found.daily_budget:
        known = major_units(found.daily_budget, currency) is not None
        return "" if known else f"How Meta counts {currency} is not known."
    if target.level is Level.AD_GROUP:
        return _ABOVE
    return "Its ad sets have the budgets, so theirs are the ones to change."


def _verdict(problem: Problem, headers: Mapping[str, str]) -> ConnectorError:
    """What a refusal means for a change, in words that speak of changing."""
    found = refusal(problem, headers)
    if isinstance(found, Throttled):
        return Throttled(_TOO_OFTEN, retry_after=found.retry_after)
    if not isinstance(found, Refused):
        return found
    sentence = _NOT_ALLOWED if "Manage campaigns" in found.message else _NOT_ACCEPTED
    return Refused(f"{sentence} {explained(problem)}", field=field_of(problem))
