"""One of everything a route can name, in one workspace."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from app.copywriting.brief import Brief
from app.creative.briefs import as_json
from app.models import (
    ActionEntry,
    Ad,
    Change,
    ChangeSet,
    CreativeBatch,
    CreativeVariation,
    Import,
    Report,
    ReportDelivery,
    ReportLetter,
    ReportShare,
    SyncRun,
    User,
    UserSession,
    Workspace,
)
from tests.advice.planned_tests import make_test
from tests.conftest import Member
from tests.factories import make_account, make_campaign, make_connection, make_day
from tests.reports.schedules import make_schedule

DAY = dt.date(2026, 11, 20)


def make_everything(session: Session, workspace: Workspace, user: User) -> dict[str, object]:
    """Route argument to the id of a thing that belongs to `workspace`."""
    connection = make_connection(session, workspace)
    account = make_account(session, connection)
    campaign = make_campaign(session, account)
    make_day(session, campaign, DAY, spend="10", value="30", conversions="1")
    ad = Ad(
        workspace_id=workspace.id,
        account_id=account.id,
        campaign_id=campaign.id,
        external_id="ad-1",
        name="An ad",
    )
    run = SyncRun(
        workspace_id=workspace.id, connection_id=connection.id, trigger="manual", reach="week"
    )
    upload = Import(
        workspace_id=workspace.id,
        user_id=user.id,
        account_id=account.id,
        filename="days.csv",
        size=1,
        sha256=b"0" * 32,
    )
    now = dt.datetime.now(dt.UTC)
    signed_in = UserSession(
        user_id=user.id, token_digest=b"1" * 32, expires_at=now + dt.timedelta(days=1)
    )
    batch = CreativeBatch(
        workspace_id=workspace.id,
        user_id=user.id,
        brief=as_json(Brief("Friday Roast")),
        writer="built-in",
        state="done",
    )
    session.add_all([ad, run, upload, signed_in, batch])
    session.flush()
    variation = CreativeVariation(
        workspace_id=workspace.id,
        batch_id=batch.id,
        place=1,
        platform="meta",
        framework="PAS",
        angle="problem",
        state="failed",
    )
    changes = ChangeSet(
        workspace_id=workspace.id,
        user_id=user.id,
        origin="hand",
        title="Pause a campaign",
        expires_at=now + dt.timedelta(days=1),
        changes=[
            Change(
                workspace_id=workspace.id,
                position=0,
                account_id=account.id,
                campaign_id=campaign.id,
                platform="meta",
                account_name=account.name,
                currency="USD",
                name=campaign.name,
                kind="status",
                before={"switch": "active"},
                wanted={"switch": "paused"},
                read_at=now,
            )
        ],
    )
    session.add_all([variation, changes])
    report = Report(workspace_id=workspace.id, title="December", request={})
    action = ActionEntry(workspace_id=workspace.id, user_id=user.id, day=DAY, text="Paused")
    session.add_all([report, action])
    session.flush()
    schedule = make_schedule(session, workspace.id, user.id)
    share = ReportShare(
        workspace_id=workspace.id,
        report_id=report.id,
        name="The client",
        token_digest=b"2" * 32,
        token_sealed="",
    )
    delivery = ReportDelivery(workspace_id=workspace.id, schedule_id=schedule.id, due_at=now)
    delivery.letters.append(ReportLetter(recipient=schedule.recipients[0], state="unclear"))
    session.add_all([share, delivery])
    test = make_test(session, Member(user, workspace))
    return {
        "report_id": report.id,
        "action_id": action.id,
        "share_id": share.id,
        "schedule_id": schedule.id,
        "letter_id": delivery.letters[0].id,
        "connection_id": connection.id,
        "account_id": account.id,
        "campaign_id": campaign.id,
        "ad_id": ad.id,
        "run_id": run.id,
        "import_id": upload.id,
        "session_id": signed_in.id,
        "batch_id": batch.id,
        "variation_id": variation.id,
        "set_id": changes.id,
        "test_id": test.id,
    }
