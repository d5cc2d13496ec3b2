"""Asking for a launch or a clean-up, and putting one off: everything around the job itself."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session, selectinload

from app.connectors.launching import Launcher
from app.creative import drafts
from app.creative.reviewing import review
from app.errors import Conflict, Invalid
from app.models import CampaignDraft
from app.sync.queue import defer

TASK = "launch"
"""The job's name; its argument is `draft_id`."""
CLEAN_TASK = "clean_launch"
"""Deletes what an unfinished launch made; its argument is `draft_id`."""

UNFINISHED = ("queued", "launching")
_GO_ON = (
    "What exists at the platform is paused and listed below. Press Continue to go on, or Clean up."
)
_BEGIN_AGAIN = "Nothing was created. Review the draft and launch it again."
_PRIORITY = 4


def request(session: Session, draft: CampaignDraft, launcher: Launcher, seen: str | None) -> None:
    """Queue the launch of exactly what was reviewed. The caller commits.

    `seen` is the digest of the review that a person approved, None for a script that trusts itself.
    Asking again while it is under way, or once it is done, changes nothing. Raises Invalid with
    what lacks, Conflict when the draft is another than the one reviewed.
    """
    session.flush()
    session.refresh(draft, with_for_update=True)
    if draft.state in (*UNFINISHED, "launched"):
        return
    if draft.state == "partial":
        queue(session, draft, TASK)
        return
    drafts.refresh_texts(session, draft)
    account = drafts.account_of(session, draft)
    looked = review(draft, account, launcher)
    if account is None or looked.problems:
        first = looked.problems[0]
        raise Invalid(f"{first.field}: {first.message}" if first.field else first.message)
    if seen is not None and seen != looked.digest:
        raise Conflict(
            "The draft changed after you reviewed it, so nothing was sent. Review it again."
        )
    draft.sent = drafts.sent(drafts.order_of(draft), account.currency, looked.steps)
    queue(session, draft, TASK)


def request_clean(session: Session, draft: CampaignDraft) -> None:
    """Queue the deletion of what an unfinished launch made. The caller commits."""
    session.flush()
    session.refresh(draft, with_for_update=True)
    if draft.state != "partial":
        raise Conflict("Only what an unfinished launch left behind can be cleaned up here.")
    queue(session, draft, CLEAN_TASK)


def fail(session: Session, draft_id: int, sentence: str) -> None:
    """Mark an unfinished launch as stopped, with why; what to do is added. The caller commits."""
    draft = session.get(CampaignDraft, draft_id, with_for_update=True)
    if draft is not None and draft.state in UNFINISHED:
        draft.state = "partial" if draft.steps else "failed"
        draft.error = f"{sentence} {_GO_ON if draft.steps else _BEGIN_AGAIN}"


def postpone(session: Session, draft_id: int) -> None:
    """Put a launch back into the queue, for another process to go on. The caller commits."""
    draft = locked(session, draft_id)
    if draft.state in UNFINISHED:
        queue(session, draft, TASK)


def locked(session: Session, draft_id: int) -> CampaignDraft:
    """The draft with its ads and steps, for this transaction alone."""
    return session.get_one(
        CampaignDraft,
        draft_id,
        with_for_update=True,
        options=[selectinload(CampaignDraft.ads), selectinload(CampaignDraft.steps)],
    )


def queue(session: Session, draft: CampaignDraft, task: str) -> None:
    """Queue a task for a locked draft. The caller commits."""
    draft.state, draft.task = "queued", task
    session.flush()
    put_off(session, draft.id, task)


def put_off(session: Session, draft_id: int, task: str, *, at: dt.datetime | None = None) -> None:
    """Queue a job for a draft as it is, not before `at`. The caller commits."""
    arguments = {"draft_id": draft_id}
    defer(session, task, arguments, lock=f"launch-{draft_id}", at=at, priority=_PRIORITY)
