"""Changing budgets and statuses of LinkedIn's campaign groups and campaigns.

Our campaign is LinkedIn's campaign group, our ad group its campaign.
"""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any, ClassVar

import msgspec

from app.connectors.changing import (
    ACTIVE,
    GONE,
    PAUSED,
    Changer,
    Current,
    Level,
    Target,
    decimals_problem,
)
from app.connectors.changing import NotThere as TargetGone
from app.connectors.errors import AccountRefused, ConnectorError
from app.connectors.launching import Refused, Unknown
from app.connectors.linkedin.answers import Group, Money, number
from app.connectors.linkedin.api import Api, Change, Question
from app.connectors.linkedin.errors import Asked, NotThere, Problem, said
from app.connectors.linkedin.launch_offers import Offers
from app.connectors.linkedin.refusals import refusal
from app.connectors.words import FoundAccount

WRITING = "rw_ads"
_NOT_GRANTED = (
    f"LinkedIn may only be read so far: the permission {WRITING} has not been given, so nothing "
    "can be changed. Open Connections, press Allow creating campaigns on LinkedIn Ads, and then "
    "Allow in LinkedIn's window."
)
_COLLECTION = {Level.CAMPAIGN: "adCampaignGroups", Level.AD_GROUP: "adCampaigns"}
_WORD = {Level.CAMPAIGN: "campaign group", Level.AD_GROUP: "campaign"}
_SWITCH = {"ACTIVE": ACTIVE, "PAUSED": PAUSED}
_THING = msgspec.json.Decoder(Group, strict=False)
_WHOLE = frozenset({"CLP", "HUF", "IDR", "JPY", "KRW", "TWD", "VND"})
_UNSAID = (
    "LinkedIn did not say whether it made this change. Before it is asked again, LinkedIn is asked "
    "what stands there now."
)


class LinkedInChanger(Changer):
    manager: ClassVar[str] = "LinkedIn Campaign Manager"

    @property
    def _api(self) -> Api:
        return Api(self.connector)

    @classmethod
    def lacks(cls, scopes: Collection[str]) -> str:
        return _NOT_GRANTED if scopes and WRITING not in scopes else ""

    def missing_permission(self, account: FoundAccount) -> str:
        lacks = self.lacks(self.connector.granted().scopes)
        return lacks or Offers(self._api).missing_role(account)

    def read_current(self, account: FoundAccount, target: Target) -> Current:
        path, quota = _path(account, target), _COLLECTION[target.level]
        question = Question(path, quota, account=account.external_id, method="GET")
        try:
            found = self._api.ask(question, _THING)
        except NotThere as error:
            raise TargetGone(
                f"LinkedIn no longer finds the {_WORD[target.level]} {target.external_id} in this "
                "account, so nothing was changed."
            ) from error
        daily = _amount(found.daily_budget, account)
        return Current(
            name=found.name or target.external_id,
            switch=_SWITCH.get(found.status or "", GONE),
            platform_status=found.status or "",
            daily_budget=daily,
            fixed="" if daily else _fixed(target, found),
            below=target.level is Level.CAMPAIGN and not daily and not found.total_budget,
        )

    def budget_problem(self, account: FoundAccount, amount: Decimal) -> str:
        decimals = 0 if account.currency in _WHOLE else 2
        return decimals_problem(amount, account.currency, decimals)

    def set_daily_budget(
        self, account: FoundAccount, target: Target, seen: Current, amount: Decimal
    ) -> None:
        if seen.daily_budget is None:
            raise Refused(seen.fixed, field="daily_budget")
        money = {"amount": f"{amount:f}", "currencyCode": account.currency}
        self._set(account, target, {"dailyBudget": money})

    def pause(self, account: FoundAccount, target: Target) -> None:
        self._set(account, target, {"status": "PAUSED"})

    def activate(self, account: FoundAccount, target: Target) -> None:
        self._set(account, target, {"status": "ACTIVE"})

    def _set(self, account: FoundAccount, target: Target, fields: dict[str, Any]) -> None:
        change = Change(
            "PARTIAL_UPDATE",
            _path(account, target),
            _WORD[target.level],
            _COLLECTION[target.level],
            account.external_id,
            {"patch": {"$set": fields}},
            _verdict,
        )
        try:
            self._api.change(change)
        except Unknown as error:
            raise Unknown(_UNSAID) from error


def _path(account: FoundAccount, target: Target) -> str:
    return f"adAccounts/{account.external_id}/{_COLLECTION[target.level]}/{target.external_id}"


def _amount(money: Money | None, account: FoundAccount) -> Decimal | None:
    """None in another currency than the account's."""
    if money is None or (money.currency_code or account.currency) != account.currency:
        return None
    return number(money.amount) or None


def _fixed(target: Target, found: Group) -> str:
    if found.total_budget:
        return "It has a lifetime budget, and only daily ones are changed here."
    if target.level is Level.AD_GROUP:
        return "Its campaign group has the budget, so the group's is the one to change."
    return "Its campaigns have the budgets, so theirs are the ones to change."


def _verdict(problem: Problem, status: int, asked: Asked, what: str) -> ConnectorError:
    """What a refusal means for a change, in words that speak of changing."""
    found = refusal(problem, status, asked, what)
    if isinstance(found, Refused):
        told = f"LinkedIn did not accept this{said(problem, status)}, so nothing was changed."
        return Refused(told, field=found.field)
    if type(found) is AccountRefused and status == 403:
        return AccountRefused(
            f"LinkedIn does not let this login change the ad account{said(problem, status)}, so "
            "nothing was changed. Ask its owner to open Campaign Manager, Account settings, Manage "
            "access and to make you Campaign Manager or higher."
        )
    return found
