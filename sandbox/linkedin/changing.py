"""Changing and deleting what was created: a status and a name, and drafts for good."""

from __future__ import annotations

from typing import Any

from sandbox import edits
from sandbox.linkedin.bodies import Body, sent
from sandbox.linkedin.creating import budget_of, writable
from sandbox.linkedin.errors import RestProblem, denied, not_found
from sandbox.linkedin.made import CREATIVES, GROUPS, Described, below, forget, is_made, made, one
from sandbox.linkedin.objects import CAMPAIGN_STATUSES, GROUP_STATUSES, world_thing
from sandbox.linkedin.tokens import Token
from sandbox.world import Account

_DRAFTS_ONLY = "DELETE_ALLOWED_ONLY_FOR_DRAFT_STATUS"


def update(token: Token, account_id: str, kind: str, key: str) -> None:
    """`PARTIAL_UPDATE`: only the fields in `patch.$set` change."""
    account = writable(token, account_id, f"PARTIAL_UPDATE /adAccounts/{account_id}/{kind}/{key}")
    thing = _thing(account, kind, key)
    given: Any = sent().get("patch")
    changes = given.get("$set") if isinstance(given, dict) else None
    if not isinstance(changes, dict) or not changes:
        raise RestProblem(400, "The body of a partial update is {patch: {$set: {…}}}")
    field = _status_field(kind)
    body = Body(changes)
    body.only(field, "name", *(("dailyBudget",) if "dailyBudget" in thing else ()))
    body.choice(field, GROUP_STATUSES if kind in (GROUPS, CREATIVES) else CAMPAIGN_STATUSES)
    if thing[field] != "DRAFT" and changes.get(field) == "DRAFT":
        body.wrong(field, "STATUS_CHANGE_NOT_ALLOWED", f"can't be changed from {thing[field]}")
    if "dailyBudget" in changes:
        budget_of(body, account)
    body.done()
    thing |= changes
    if not is_made(account, kind, key):
        edits.edit(key, changes)


def _thing(account: Account, kind: str, key: str) -> Described:
    """What was created, or one of the world's own groups and campaigns that is not deleted."""
    if is_made(account, kind, key) or kind == CREATIVES:
        return one(account, kind, key)
    found = world_thing(account, kind, key)
    if found["status"] == "REMOVED":
        raise RestProblem(400, f"{key} is removed", code="INVALID_VALUE_FOR_FIELD")
    return found


def delete(token: Token, account_id: str, kind: str, key: str) -> None:
    """`DELETE`: drafts only, and nothing that still holds anything."""
    account = writable(token, account_id, f"DELETE /adAccounts/{account_id}/{kind}/{key}")
    thing = one(account, kind, key)
    if thing[_status_field(kind)] != "DRAFT":
        raise RestProblem(400, "Delete is allowed only in draft state", code=_DRAFTS_ONLY)
    if kind != CREATIVES and any(_is_kept(child) for child in below(thing, kind)):
        raise RestProblem(400, f"{key} is not empty", code="INVALID_VALUE_FOR_FIELD")
    forget(kind, thing)


def delete_post(token: Token, urn: str) -> None:
    """`DELETE posts/{urn}`: one that an ad shows stays."""
    if not token.allows("w_organization_social"):
        raise denied("DELETE /posts")
    if urn not in made().posts:
        raise not_found()
    if any(ad["content"]["reference"] == urn and _is_kept(ad) for ad in made().things[CREATIVES]):
        raise RestProblem(400, f"{urn} is sponsored")
    del made().posts[urn]


def _is_kept(child: Described) -> bool:
    return child.get("intendedStatus", child.get("status")) not in ("PENDING_DELETION", "REMOVED")


def _status_field(kind: str) -> str:
    return "intendedStatus" if kind == CREATIVES else "status"
