"""What a connection may do in an ad account at Meta: the grant's scopes, the person's role."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from app.connectors.meta.answers import Page, Permission
from app.connectors.meta.graph import Graph
from app.connectors.meta.launch_answers import Terms
from app.connectors.words import FoundAccount, Grant

_PERMISSIONS = msgspec.json.Decoder(Page[Permission])
_TERMS = msgspec.json.Decoder(Terms, strict=False)


def lacking_scopes(graph: Graph, grant: Grant, wanted: Collection[str]) -> list[str]:
    """Those of `wanted` that the grant does not have. Asks Meta when the grant does not say."""
    scopes = grant.scopes
    if not scopes:
        listed = graph.rows(grant, "me/permissions", _PERMISSIONS, {})
        scopes = tuple(item.permission for item in listed if item.status == "granted")
    return [scope for scope in wanted if scope not in scopes]


def lacking_role(graph: Graph, grant: Grant, account: FoundAccount) -> str:
    """What to do when whoever connected may only look at the account; empty when not so."""
    asked = {"fields": "user_tasks"}
    tasks = graph.get(grant, f"act_{account.external_id}", _TERMS, asked).user_tasks
    if tasks is None or {"ADVERTISE", "MANAGE"} & set(tasks):
        return ""
    return (
        f"Whoever connected Meta Ads may only look at {account.name}. In Meta Business "
        "settings open Accounts, Ad accounts, choose it and give that person or system "
        "user Manage campaigns."
    )
