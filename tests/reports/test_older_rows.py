"""What was stored before a column was added is found by it afterwards."""

from __future__ import annotations

import datetime as dt

from flask_migrate import downgrade, upgrade
from sqlalchemy import select

from app import create_app
from app.advice.action_log import enter
from app.extensions import db
from app.models import ActionEntry, Change, ChangeSet, Report
from app.reports.document import freeze
from tests.conftest import make_member, make_settings
from tests.factories import make_account, make_campaign, make_connection
from tests.reports.samples import usual

NOW = dt.datetime(2026, 11, 20, 15, 0, 0, 123456, tzinfo=dt.UTC)
BEFORE = "0013"


def test_older_reports_have_their_days_and_older_entries_their_change(database_copy: str) -> None:
    app = create_app(make_settings(database_copy))
    with app.app_context():
        session = db.session()
        alice = make_member(session, "Alice", "Northlight Coffee")
        campaign = make_campaign(
            session, make_account(session, make_connection(session, alice.workspace)), "Brand %_"
        )
        document = usual()
        content, content_hash = freeze(document)
        report = Report(
            workspace_id=alice.workspace.id,
            title="December",
            request={},
            state="completed",
            document=content,
            content_hash=content_hash,
        )
        waiting = Report(workspace_id=alice.workspace.id, title="January", request={})
        change = Change(
            workspace_id=alice.workspace.id,
            position=0,
            campaign_id=campaign.id,
            account_id=campaign.account_id,
            platform="meta",
            account_name="Meta",
            currency="USD",
            name=campaign.name,
            kind="status",
            before={"switch": "active"},
            wanted={"switch": "paused"},
            state="applied",
            read_at=NOW,
            ended_at=NOW,
        )
        made = ChangeSet(
            workspace_id=alice.workspace.id,
            origin="hand",
            title="Less",
            state="applied",
            expires_at=NOW,
            changes=[change],
        )
        session.add_all([report, waiting, made])
        session.flush()
        enter(session, change, NOW)
        session.add(
            ActionEntry(workspace_id=alice.workspace.id, day=NOW.date(), text="By hand: Brand %_")
        )
        session.commit()

        downgrade(revision=BEFORE)
        upgrade()

        session.expire_all()
        assert (report.first, report.last) == (document.days.first, document.days.last)
        assert (waiting.first, waiting.last) == (None, None)
        entries = session.scalars(select(ActionEntry).order_by(ActionEntry.id))
        assert [entry.change_id for entry in entries] == [change.id, None]
        db.session.remove()
        db.engine.dispose()
