"""Changing budgets and statuses of Google's campaigns.

A budget is an object of its own, which several campaigns may share: changing a shared one would
change them all, so it is refused.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, ClassVar

from babel.numbers import get_currency_precision

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
from app.connectors.errors import Temporary, Throttled
from app.connectors.google import launch_bodies as bodies
from app.connectors.google import queries
from app.connectors.google.answers import Budget, Row
from app.connectors.google.errors import LONGEST_SHORT_WAIT, Busy
from app.connectors.google.launch import GoogleLauncher
from app.connectors.google.refusals import Declined, complaints
from app.connectors.google.search import Search
from app.connectors.launching import Refused, Unknown
from app.connectors.words import FoundAccount

_SWITCH = {"ENABLED": ACTIVE, "PAUSED": PAUSED}
_ABOVE = "Google keeps budgets on campaigns, so the campaign's is the one to change."
_UNSAID = (
    "Google Ads did not say whether it made this change. Before it is asked again, Google is "
    "asked what stands there now. ({})"
)


class GoogleChanger(Changer):
    manager: ClassVar[str] = "Google Ads"

    def __init__(self, connector: Connector) -> None:
        super().__init__(connector)
        self._search = Search(connector)

    def missing_permission(self, account: FoundAccount) -> str:
        """The permission always allows writing, but a role in the account may not."""
        return GoogleLauncher(self.connector).missing_permission(account)

    def read_current(self, account: FoundAccount, target: Target) -> Current:
        row = self._row(account, target)
        if target.level is Level.AD_GROUP:
            group = row.ad_group
            assert group is not None  # noqa: S101 it was selected
            switch = _SWITCH.get(group.status, GONE)
            return Current(group.name or target.external_id, switch, group.status, fixed=_ABOVE)
        campaign, budget = row.campaign, row.campaign_budget or Budget()
        assert campaign is not None  # noqa: S101 it was selected
        micros = budget.amount_micros
        return Current(
            name=campaign.name or target.external_id,
            switch=_SWITCH.get(campaign.status, GONE),
            platform_status=campaign.primary_status or campaign.status,
            daily_budget=micros.scaleb(-6) if micros else None,
            fixed=_fixed(budget),
            budget_id=campaign.campaign_budget,
        )

    def budget_problem(self, account: FoundAccount, amount: Decimal) -> str:
        decimals = min(2, get_currency_precision(account.currency))
        return decimals_problem(amount, account.currency, decimals)

    def set_daily_budget(
        self, account: FoundAccount, target: Target, seen: Current, amount: Decimal
    ) -> None:
        del target
        if seen.fixed or not seen.budget_id:
            raise Refused(seen.fixed or "It has no daily budget.", field="daily_budget")
        update = {"resourceName": seen.budget_id, "amountMicros": str(int(amount.scaleb(6)))}
        self._mutate(account, "campaignBudget", update, "amountMicros")

    def pause(self, account: FoundAccount, target: Target) -> None:
        self._switch(account, target, "PAUSED")

    def activate(self, account: FoundAccount, target: Target) -> None:
        self._switch(account, target, "ENABLED")

    def _switch(self, account: FoundAccount, target: Target, word: str) -> None:
        kind, plural = "campaign", "campaigns"
        if target.level is Level.AD_GROUP:
            kind, plural = "adGroup", "adGroups"
        name = f"customers/{account.external_id}/{plural}/{target.external_id}"
        self._mutate(account, kind, {"resourceName": name, "status": word}, "status")

    def _mutate(self, account: FoundAccount, kind: str, update: dict[str, Any], mask: str) -> None:
        body = bodies.mutation([{f"{kind}Operation": {"update": update, "updateMask": mask}}])
        try:
            self._search.mutate(account.external_id, body, via=account.via)
        except Declined as declined:
            said = " ".join(each.sentence for each in complaints(body, declined))
            raise Refused(f"{said} So nothing was changed.") from declined
        except Busy as error:
            wait = max(error.retry_after or 0.0, LONGEST_SHORT_WAIT)
            raise Throttled(error.message, retry_after=wait) from error
        except Temporary as error:
            raise Unknown(_UNSAID.format(error.message)) from error

    def _row(self, account: FoundAccount, target: Target) -> Row:
        if target.level is Level.AD_GROUP:
            query = queries.one_group(target.external_id)
        else:
            query = queries.one_campaign(target.external_id)
        rows = self._search.rows(account.external_id, query, via=account.via)
        if not rows:
            raise NotThere(
                f"Google no longer lists {target.external_id} in this account, so nothing was "
                "changed. It may have been removed; the next sync will tell."
            )
        return rows[0]


def _fixed(budget: Budget) -> str:
    if budget.explicitly_shared or budget.reference_count > 1:
        return (
            "It shares its budget with other campaigns, which would change along. Give it a "
            "budget of its own in Google Ads, or change the shared one there."
        )
    if budget.amount_micros:
        return ""
    return "It has a budget for its whole time, and only daily ones are changed here."
