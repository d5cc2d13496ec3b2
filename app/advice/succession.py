"""When the same rule about the same thing is another matter: a campaign's other ads tired."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.insights.finding import Finding
from app.models import StoredFinding

# What these name is what was advised, answered and is reviewed. Of others it only explains.
_NAMED = ("creative_refresh",)


def end_of_others(session: Session, workspace_id: int, findings: Sequence[Finding]) -> None:
    """Close what was kept of the same key but named nothing that is named now.

    An answer to it, or its dismissal, was about other ads; its review still comes.
    """
    new = {each.key: each for each in findings if each.rule in _NAMED}
    if not new:
        return
    kept = session.execute(
        select(StoredFinding.id, StoredFinding.key, StoredFinding.first_content).where(
            StoredFinding.workspace_id == workspace_id,
            StoredFinding.key.in_(new),
            StoredFinding.state.in_(("open", "dismissed")),
        )
    )
    over = [row.id for row in kept if names_others(new[row.key], row.first_content)]
    session.execute(
        update(StoredFinding)
        .where(StoredFinding.workspace_id == workspace_id, StoredFinding.id.in_(over))
        .values(state="closed")
    )


def names_others(finding: Finding, first_content: Mapping[str, Any]) -> bool:
    """Whether what was said first of its key named nothing that it names."""
    return finding.rule in _NAMED and not _named(finding) & _named_in(first_content)


def _named(finding: Finding) -> set[str]:
    return {each.key for each in finding.entities if each.kind == "ad"}


def _named_in(content: Mapping[str, Any]) -> set[str]:
    """What was said first, whose shape may be an older one."""
    return {
        str(each.get("key"))
        for each in content.get("entities", ())
        if isinstance(each, dict) and each.get("kind") == "ad"
    }
