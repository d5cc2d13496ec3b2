"""Looking at a draft and launching it, the same for pages and scripts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import sessionmaker

from app.accounts import limits
from app.accounts.limits import Count
from app.connectors.errors import AccessRevoked, ConnectorError
from app.connectors.http import Http
from app.connectors.launching import Choices, Launcher
from app.creative import drafts, launch_requests
from app.creative.platforms import launcher_of
from app.creative.reviewing import Problem, Review, review
from app.errors import Conflict
from app.extensions import db
from app.models import Account, CampaignDraft
from app.sync.plan import found
from app.web import access, entry


def find(draft_id: int) -> CampaignDraft:
    """The draft, when it is the workspace's own. Raises NotFound."""
    return drafts.find(db.session(), access.workspace().id, draft_id)


def look(draft: CampaignDraft) -> Review:
    """What launching would send, with the texts as they are now; asks no platform."""
    drafts.refresh_texts(db.session(), draft)
    account = drafts.account_of(db.session(), draft)
    if account is None or draft.state not in drafts.OPEN:
        return review(draft, None, None)
    try:
        with _launcher(account) as launcher:
            return review(draft, account, launcher)
    except AccessRevoked as error:
        return Review((Problem("account_id", error.message),), (), "")


def choices(draft: CampaignDraft) -> tuple[Choices | None, str]:
    """What the platform offers for the draft's account, and what stands in the way.

    Asks the platform. Without an account there is nothing to ask.
    """
    account = drafts.account_of(db.session(), draft)
    if account is None:
        return None, ""
    try:
        with _launcher(account) as launcher:
            lacks = launcher.missing_permission(found(account))
            return launcher.choices(found(account)), lacks
    except ConnectorError as error:
        return None, error.message


def start(draft: CampaignDraft, seen: str | None) -> None:
    """Queue the launch and commit. Raises Invalid, Conflict and TooMany."""
    entry.limiter().count([Count(limits.LAUNCHING, str(access.workspace().id))])
    account = drafts.account_of(db.session(), draft)
    if account is None:
        raise Conflict(
            "Choose an account that is connected and selected. Until then the draft is kept, and "
            "its texts can be exported."
        )
    with _launcher(account) as launcher:
        launch_requests.request(db.session(), draft, launcher, seen)
    db.session.commit()


def begin_cleaning(draft: CampaignDraft) -> None:
    """Queue the deletion of what an unfinished launch made, and commit. Raises Conflict."""
    launch_requests.request_clean(db.session(), draft)
    db.session.commit()


@contextmanager
def _launcher(account: Account) -> Iterator[Launcher]:
    with Http(patience=20.0, attempts=2) as http:
        yield launcher_of(sessionmaker(db.engine), http, access.settings(), account, access.now)
