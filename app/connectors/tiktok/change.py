"""Changing budgets and switches of TikTok's campaigns and ad groups.

`/campaign/update/` and `/adgroup/update/` change what is named and leave the rest. Campaigns of
upgraded Smart+ have endpoints of their own and are left to TikTok Ads Manager.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from decimal import Decimal
from typing import Any, ClassVar, Final

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
from app.connectors.errors import ConnectorError
from app.connectors.launching import Refused
from app.connectors.tiktok.answers import BUDGET_KIND, Page, Thing, is_smart_plus, number, same
from app.connectors.tiktok.api import Api, as_json
from app.connectors.tiktok.errors import Problem, said
from app.connectors.tiktok.launch_problems import WHOLE
from app.connectors.tiktok.refusals import refusal
from app.connectors.words import FoundAccount

ADS_MANAGEMENT: Final = "2"
_KIND = {Level.CAMPAIGN: "campaign", Level.AD_GROUP: "adgroup"}
_SWITCH = {"ENABLE": ACTIVE, "DISABLE": PAUSED}
_FIELDS = {
    "campaign": (
        *("campaign_id", "campaign_name", "operation_status", "secondary_status", "budget"),
        *("budget_mode", "campaign_automation_type", "is_smart_performance_campaign"),
    ),
    "adgroup": (
        *("campaign_id", "adgroup_id", "adgroup_name", "operation_status", "secondary_status"),
        *("budget", "budget_mode"),
    ),
}
_THINGS = msgspec.json.Decoder(Page[Thing], strict=False)
_ANYTHING = msgspec.json.Decoder(msgspec.Raw)
_NOT_GRANTED = (
    "TikTok may only be read so far: it did not give the permission Ads Management, so nothing can "
    "be changed. Whoever runs this installation ticks it under My Apps, App Detail at "
    "business-api.tiktok.com/portal; then open Connections and press Reconnect on TikTok Ads."
)
_SMART = "Smart+ campaigns are changed in TikTok Ads Manager."


class TikTokChanger(Changer):
    manager: ClassVar[str] = "TikTok Ads Manager"

    def __init__(self, connector: Connector) -> None:
        super().__init__(connector)
        self._api = Api(connector.settings, connector.http, lambda: connector.meter)

    @classmethod
    def lacks(cls, scopes: Collection[str]) -> str:
        """A pasted token does not say what it may do; then TikTok's refusal tells."""
        return _NOT_GRANTED if scopes and not any(map(_allows, scopes)) else ""

    def missing_permission(self, account: FoundAccount) -> str:
        del account
        return self.lacks(self.connector.granted().scopes)

    def read_current(self, account: FoundAccount, target: Target) -> Current:
        kind = _KIND[target.level]
        asked = {
            "advertiser_id": account.external_id,
            "filtering": as_json({f"{kind}_ids": [target.external_id]}),
            "fields": as_json(_FIELDS[kind]),
        }
        pages = self._api.pages(self.connector.granted(), f"{kind}/get", _THINGS, asked)
        for page in pages:
            for thing in page:
                if same(getattr(thing, f"{kind}_id")) == target.external_id:
                    return _current(target, thing)
        raise NotThere(
            f"TikTok no longer lists {target.external_id} in this account, so nothing was changed."
        )

    def budget_problem(self, account: FoundAccount, amount: Decimal) -> str:
        decimals = 0 if account.currency in WHOLE else 2
        return decimals_problem(amount, account.currency, decimals)

    def set_daily_budget(
        self, account: FoundAccount, target: Target, seen: Current, amount: Decimal
    ) -> None:
        if seen.daily_budget is None or seen.fixed:
            raise Refused(seen.fixed, field="daily_budget")
        kind = _KIND[target.level]
        self._change(account, f"{kind}/update", {
            f"{kind}_id": target.external_id,
            "budget": float(amount),
        })  # fmt: skip

    def pause(self, account: FoundAccount, target: Target) -> None:
        self._switch(account, target, "DISABLE")

    def activate(self, account: FoundAccount, target: Target) -> None:
        self._switch(account, target, "ENABLE")

    def _switch(self, account: FoundAccount, target: Target, word: str) -> None:
        kind = _KIND[target.level]
        body = {f"{kind}_ids": [target.external_id], "operation_status": word}
        self._change(account, f"{kind}/status/update", body)

    def _change(self, account: FoundAccount, path: str, body: dict[str, Any]) -> None:
        body = {"advertiser_id": account.external_id, **body}
        self._api.make(self.connector.granted(), path, _ANYTHING, body, verdict=_verdict)


def _allows(scope: str) -> bool:
    return scope.startswith(ADS_MANAGEMENT) and len(scope) <= 3


def _current(target: Target, thing: Thing) -> Current:
    smart = is_smart_plus(thing) or bool(thing.is_smart_performance_campaign)
    daily = BUDGET_KIND.get(thing.budget_mode or "") == "daily"
    name = thing.campaign_name if target.level is Level.CAMPAIGN else thing.adgroup_name
    unset = not number(thing.budget)
    return Current(
        name=name or target.external_id,
        switch=GONE if smart else _SWITCH.get(thing.operation_status or "", GONE),
        platform_status=thing.secondary_status or thing.operation_status or "",
        daily_budget=None if unset or not daily else number(thing.budget),
        fixed=_SMART if smart else _fixed(target, unset=unset, daily=daily),
        below=target.level is Level.CAMPAIGN and unset and not smart,
    )


def _fixed(target: Target, *, unset: bool, daily: bool) -> str:
    if unset and target.level is Level.CAMPAIGN:
        return "Its ad groups have the budgets, so theirs are the ones to change."
    if unset:
        return "Its campaign has the budget, so the campaign's is the one to change."
    return "" if daily else "It has a lifetime budget, and only daily ones are changed here."


def _verdict(problem: Problem, *, now: dt.datetime, asked: str) -> ConnectorError:
    """What a refusal means for a change, in words that speak of changing."""
    found = refusal(problem, now=now, asked=asked)
    if not isinstance(found, Refused):
        return found
    return Refused(
        f"TikTok Ads refused this{said(problem)}, so nothing was changed.", field=found.field
    )
