"""`/truth`: the exact figures, computed from the world and not from the platform's answers.

Money is a decimal string in the account's currency. Conversions are what the app counts for the
platform: Meta's and TikTok's purchases, Google's credited fractions of sales and its leads,
LinkedIn's website conversions and lead forms.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

from flask import Blueprint, Response, jsonify, request

from sandbox.figures import NOTHING, Figures, total
from sandbox.state import state
from sandbox.world import Account, Campaign

blueprint = Blueprint("truth", __name__, url_prefix="/truth")


@blueprint.get("/<platform>/accounts")
def accounts(platform: str) -> Response:
    """Every account with its currency, zone, local today and oldest day with figures."""
    return jsonify([_describe(account) for account in state().world.of(platform)])


@blueprint.get("/<platform>/campaigns")
def campaigns(platform: str) -> Response:
    """Every campaign and why it is in the world; the not yet launched are left out."""
    return jsonify(
        [
            _introduce(campaign)
            for account in _chosen(platform)
            for campaign in account.campaigns
            if campaign.launched <= _today(account)
        ]
    )


@blueprint.get("/<platform>")
def figures(platform: str) -> Response | tuple[Response, int]:
    """Totals, days and campaigns of `account` (all when absent) from `from` to `to`, inclusive.

    One account answers an object, all accounts answer a list of them.
    """
    try:
        asked = [
            dt.date.fromisoformat(request.args[name]) if name in request.args else None
            for name in ("from", "to")
        ]
    except ValueError as error:
        return jsonify(error=str(error)), 400
    chosen = _chosen(platform)
    if "account" in request.args and not chosen:
        return jsonify(error="there is no such account"), 404
    answers = [_truth(account, *asked) for account in chosen]
    return jsonify(answers[0] if "account" in request.args else answers)


def _chosen(platform: str) -> list[Account]:
    wanted = request.args.get("account", "").removeprefix("act_")
    return [account for account in state().world.of(platform) if wanted in ("", account.id)]


def _today(account: Account) -> dt.date:
    return state().clock.now().astimezone(account.zone).date()


def _describe(account: Account) -> dict[str, Any]:
    now = state().clock.now()
    return {
        "id": account.id,
        "name": account.name,
        "currency": account.plan.currency,
        "time_zone": account.plan.time_zone,
        "today": _today(account).isoformat(),
        "first_day": state().world.first_day(account, now).isoformat(),
        "scenario": account.plan.scenario,
    }


def _introduce(campaign: Campaign) -> dict[str, Any]:
    return {
        "id": campaign.id,
        "account": campaign.account.id,
        "name": campaign.name,
        "scenario": campaign.plan.scenario,
        "launched": campaign.launched.isoformat(),
        "ended": campaign.ended and campaign.ended.isoformat(),
        "removed": state().world.is_removed(campaign, _today(campaign.account)),
    }


def _truth(account: Account, first: dt.date | None, last: dt.date | None) -> dict[str, Any]:
    now = state().clock.now()
    first = first or state().world.first_day(account, now)
    last = last or _today(account)
    days: dict[dt.date, Figures] = {}
    campaign_days: dict[tuple[Campaign, dt.date], Figures] = defaultdict(lambda: NOTHING)
    served = NOTHING
    for number in range((last - first).days + 1):
        day = first + dt.timedelta(days=number)
        rows = state().world.deliveries(account, day, now)
        if rows:
            days[day] = total(row.figures for row in rows)
        by_ads = (row.figures for row in rows if row.ad and not row.campaign.plan.adless)
        served = served.plus(total(by_ads))
        for row in rows:
            key = (row.campaign, day)
            campaign_days[key] = campaign_days[key].plus(row.figures)
    return _describe(account) | {
        "as_of": now.isoformat(),
        "from": first.isoformat(),
        "to": last.isoformat(),
        "total": _money(account, total(days.values())),
        "served_by_ads": _money(account, served),
        "days": [{"day": day.isoformat()} | _money(account, days[day]) for day in days],
        "campaigns": _by_campaign(account, campaign_days),
        "campaign_days": [
            {"campaign_id": campaign.id, "day": day.isoformat()} | _money(account, brought)
            for (campaign, day), brought in campaign_days.items()
        ],
    }


def _by_campaign(
    account: Account, campaign_days: dict[tuple[Campaign, dt.date], Figures]
) -> list[dict[str, Any]]:
    sums: dict[Campaign, Figures] = defaultdict(lambda: NOTHING)
    for (campaign, _), brought in campaign_days.items():
        sums[campaign] = sums[campaign].plus(brought)
    return [_introduce(campaign) | _money(account, sums[campaign]) for campaign in sums]


def conversions(platform: str, brought: Figures) -> int | float:
    """What the platform claims, by the rule in this module's docstring."""
    if platform == "google":
        return round(brought.credits / 1000 + brought.leads, 3)
    return brought.purchases + (brought.leads if platform == "linkedin" else 0)


def _money(account: Account, brought: Figures) -> dict[str, Any]:
    return {
        "spend": account.money(brought.spend),
        "impressions": brought.impressions,
        "clicks": brought.clicks,
        "link_clicks": brought.link_clicks,
        "conversions": conversions(account.plan.platform, brought),
        "value": account.money(brought.value),
        "leads": brought.leads,
    }
