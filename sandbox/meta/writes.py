"""Creating, changing and deleting: `POST` on an account's edges, `POST` and `DELETE` on an id."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable
from typing import Any

from flask import request

from sandbox.faults import Fault
from sandbox.meta import edits, made, nodes, write_checks
from sandbox.meta.errors import bad_param
from sandbox.meta.made import Kind, Made
from sandbox.meta.params import Params, listing, mapping
from sandbox.meta.write_checks import invalid
from sandbox.state import Node
from sandbox.world import Account

_ALWAYS = frozenset({"access_token", "appsecret_proof", "execution_options", "name", "status"})
_LARGEST_PICTURE = 30 * 1024 * 1024
_SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8")


def create(account: Account, edge: str, params: Params, fault: Fault | None) -> dict[str, Any]:
    """A new object; or, when it is only to be validated, `{"success": true}`."""
    if edge == "adimages":
        return _picture(account, params)
    known, maker = _MAKERS[edge]
    unknown = set(params) - known - _ALWAYS
    if unknown:
        raise bad_param(f"Unexpected parameter {min(unknown)}")
    thing = maker(account, params)
    if "validate_only" in listing(params, "execution_options"):
        return {"success": True}
    if fault and fault.kind == "meta_made_active" and thing.status == "PAUSED":
        thing.status = "ACTIVE"
    return {"id": made.add(thing).id}


def change(thing: Made, params: Params) -> dict[str, Any]:
    """Another status, name or daily budget."""
    if "daily_budget" in params:
        thing.fields["daily_budget"] = edits.daily_budget(thing, params)
    if "name" in params:
        thing.fields["name"] = write_checks.name(params, 400)
    if "status" in params:
        words = frozenset({"ACTIVE", "PAUSED", "ARCHIVED", "DELETED"})
        if thing.status == "DELETED":
            raise invalid("status", "A deleted object cannot be changed.", subcode=1487056)
        made.set_status(thing, write_checks.choice(params, "status", words))
    return {"success": True}


def delete(thing: Made) -> dict[str, Any]:
    """A creative goes only once no ad shows it any more."""
    if thing.kind == "adcreative":
        shown = (ad for ad in made.below(thing.account, "ad") if ad.fields["creative"] is thing)
        if any(ad.status != "DELETED" for ad in shown):
            raise invalid("id", "This creative is used by an ad.", subcode=1815094)
    made.set_status(thing, "DELETED")
    return {"success": True}


def _new(
    kind: Kind,
    account: Account,
    params: Params,
    fields: dict[str, Any],
    above: Made | Node | None = None,
) -> Made:
    today = nodes.today(account)
    longest = 100 if kind == "adcreative" else 400
    common = {
        "id": made.next_id(kind),
        "account_id": account.id,
        "name": write_checks.name(params, longest),
        "created_time": nodes.moment(account, today),
        "updated_time": nodes.moment(account, today),
    }
    status = "ACTIVE" if kind == "adcreative" else write_checks.status(params)
    return Made(common["id"], kind, account, common | fields, status, today, above)


def _campaign(account: Account, params: Params) -> Made:
    objective = params.get("objective", "")
    if objective not in write_checks.OBJECTIVES:
        raise bad_param(
            f"Objective {objective or '(none)'} is invalid. Use one of the OUTCOME_ words"
        )
    own = "daily_budget" in params
    if not own and "is_adset_budget_sharing_enabled" not in params:
        raise invalid(
            "is_adset_budget_sharing_enabled",
            "Must specify True or False in is_adset_budget_sharing_enabled field",
            subcode=4834011,
        )
    shares = write_checks.flag(params, "is_adset_budget_sharing_enabled") if not own else None
    return _new(
        "campaign",
        account,
        params,
        {
            "objective": objective,
            "buying_type": params.get("buying_type", "AUCTION"),
            "special_ad_categories": write_checks.categories(params),
            "special_ad_category_country": listing(params, "special_ad_category_country") or None,
            "is_adset_budget_sharing_enabled": shares,
            "daily_budget": write_checks.budget(account, params) if own else None,
            "lifetime_budget": None,
            "bid_strategy": params.get("bid_strategy"),
            "start_time": None,
        },
    )


def _ad_set(account: Account, params: Params) -> Made:
    above: Any = write_checks.parent(
        account, params.get("campaign_id", ""), "campaign_id", "campaign"
    )
    goal = write_checks.goal(above, params)
    write_checks.bidding(params)
    who = write_checks.targeting(above, params)
    write_checks.declared(params, who)
    write_checks.schedule(params)
    if "daily_budget" not in params:
        raise invalid("daily_budget", "The ad set needs a budget.", subcode=1885650)
    if isinstance(above, Made) and above.fields["daily_budget"]:
        raise invalid("daily_budget", "The campaign has the budget already.", subcode=1885621)
    return _new(
        "adset",
        account,
        params,
        {
            "campaign_id": above.id,
            "campaign": above,
            "optimization_goal": goal,
            "billing_event": params["billing_event"],
            "bid_strategy": params["bid_strategy"],
            "daily_budget": write_checks.budget(account, params),
            "lifetime_budget": "0",
            "destination_type": params.get("destination_type", "UNDEFINED"),
            "promoted_object": write_checks.promoted(account, above, params) or None,
            "targeting": who,
            "dsa_beneficiary": params.get("dsa_beneficiary"),
            "dsa_payor": params.get("dsa_payor"),
            "learning_stage_info": None,
            "start_time": params.get("start_time") or nodes.moment(account, nodes.today(account)),
            "end_time": params.get("end_time"),
        },
        above,
    )


def _creative(account: Account, params: Params) -> Made:
    spec = write_checks.story(account, params)
    write_checks.opt_outs(params)
    link = spec["link_data"]
    return _new(
        "adcreative",
        account,
        params,
        {
            "object_story_spec": spec,
            "asset_feed_spec": None,
            "title": link.get("name"),
            "body": link.get("message"),
            "link_url": link["link"],
            "call_to_action_type": link.get("call_to_action", {}).get("type"),
            "image_hash": link.get("image_hash"),
            "object_type": "SHARE",
            "url_tags": params.get("url_tags"),
        },
    )


def _ad(account: Account, params: Params) -> Made:
    above: Any = write_checks.parent(account, params.get("adset_id", ""), "adset_id", "adset")
    creative = made.find(str(mapping(params, "creative").get("creative_id", "")))
    if creative is None or creative.kind != "adcreative" or creative.account is not account:
        raise invalid("creative", "The creative does not exist in this account.", subcode=1815102)
    campaign_id = above.fields["campaign_id"] if isinstance(above, Made) else above.campaign.id
    return _new(
        "ad",
        account,
        params,
        {
            "adset_id": above.id,
            "adset": above,
            "campaign_id": campaign_id,
            "creative": creative,
        },
        above,
    )


def _picture(account: Account, params: Params) -> dict[str, Any]:
    """As `bytes` in base64, or as files. The same picture again is the same one."""
    files = {file.filename or name: file.read() for name, file in request.files.items()}
    if "bytes" in params:
        try:
            files["bytes"] = base64.b64decode(params["bytes"], validate=True)
        except binascii.Error as error:
            raise invalid("bytes", "The picture is not base64.") from error
    if not files:
        raise invalid("bytes", "There is no picture.")
    return {"images": {name: _kept(account, name, content) for name, content in files.items()}}


def _kept(account: Account, name: str, content: bytes) -> dict[str, Any]:
    if not content.startswith(_SIGNATURES) or len(content) > _LARGEST_PICTURE:
        raise invalid("bytes", "This is no picture that can be shown.", subcode=1487242)
    mark = hashlib.md5(content, usedforsecurity=False).hexdigest()
    url, kept = f"https://scontent.example/{mark}.jpg", f"{account.id}:{mark}"
    if made.find(kept) is None:
        fields = {"id": kept, "hash": mark, "name": name, "url": url}
        made.add(Made(kept, "adimage", account, fields, "ACTIVE", nodes.today(account)))
    return {"hash": mark, "url": url}


_Maker = Callable[[Account, Params], Made]
_MAKERS: dict[str, tuple[frozenset[str], _Maker]] = {
    "campaigns": (
        frozenset(
            "objective buying_type special_ad_categories special_ad_category_country "
            "is_adset_budget_sharing_enabled daily_budget bid_strategy".split()
        ),
        _campaign,
    ),
    "adsets": (
        frozenset(
            "campaign_id billing_event optimization_goal bid_strategy bid_amount daily_budget "
            "targeting destination_type promoted_object dsa_beneficiary dsa_payor start_time "
            "end_time".split()
        ),
        _ad_set,
    ),
    "adcreatives": (
        frozenset(
            "object_story_spec degrees_of_freedom_spec contextual_multi_ads url_tags "
            "authorization_category".split()
        ),
        _creative,
    ),
    "ads": (frozenset({"adset_id", "creative", "tracking_specs", "conversion_domain"}), _ad),
}
EDGES = frozenset({"adimages", *_MAKERS})
