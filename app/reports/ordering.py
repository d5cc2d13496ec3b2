"""Ordering reports, listing and deleting them; every write of the pages and the API."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from app.errors import Conflict, Invalid, NotFound
from app.insights.languages import LANGUAGES, USUAL, unknown
from app.metrics.chosen import Choice
from app.metrics.period import EARLIEST, Compare, Period
from app.metrics.sources import sources
from app.models import Campaign, Report, Workspace
from app.reports.languages import sentences_in
from app.sync.queue import defer

TASK = "write_report"
"""The job's name; its one argument is `report_id`."""

UNFINISHED = ("pending", "running")
LONGEST_DAYS = 1100
LONGEST_TITLE = 200
MOST_CAMPAIGNS = 500
# No row has a number from here on, and PostgreSQL takes none.
BEYOND = 2**63
# A deleted report can be taken back for so long; then it is gone for good.
UNDO_FOR = dt.timedelta(hours=24)
_PRIORITY = 3  # a person is waiting


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What a report is to be about. Empty `platforms`, `accounts` and `campaigns` mean all.

    Days are the workspace's, both included; the last may be today. `language` is one of
    app.insights.languages.
    """

    first: dt.date
    last: dt.date
    compare: Compare = Compare.PREVIOUS
    platforms: tuple[str, ...] = ()
    accounts: tuple[int, ...] = ()
    campaigns: tuple[int, ...] = ()
    title: str = ""
    language: str = USUAL

    @property
    def period(self) -> Period:
        """Its days."""
        return Period(self.first, self.last)

    @property
    def choice(self) -> Choice:
        """What of the workspace it is of."""
        return Choice(self.platforms, self.accounts, self.campaigns)

    @property
    def narrow(self) -> bool:
        """Whether it is of a part of the workspace."""
        return bool(self.platforms or self.accounts or self.campaigns)


def order(
    session: Session,
    workspace: Workspace,
    wanted: Wanted,
    *,
    user_id: int | None,
    today: dt.date,
    now: dt.datetime,
    regenerated_from: int | None = None,
) -> Report:
    """Queue a report. The caller commits. Raises Invalid, whose sentence names the field first."""
    _check(session, workspace.id, wanted, today)
    told = sentences_in(wanted.language, workspace.currency)
    report = Report(
        workspace_id=workspace.id,
        user_id=user_id,
        title=wanted.title.strip() or told.title(wanted.period),
        request=msgspec.to_builtins(wanted),
        regenerated_from=regenerated_from,
        created_at=now,
    )
    session.add(report)
    session.flush()
    queue(session, report.id)
    return report


def wanted_of(report: Report) -> Wanted:
    """What a report was ordered with."""
    return msgspec.convert(report.request, Wanted)


def queue(session: Session, report_id: int, at: dt.datetime | None = None) -> None:
    """Have the report written, not before `at`."""
    lock = f"report-{report_id}"
    defer(session, TASK, {"report_id": report_id}, lock=lock, at=at, priority=_PRIORITY)


def find(session: Session, workspace_id: int, report_id: int) -> Report:
    """A report that is not deleted. Raises NotFound, also for another workspace's."""
    found = session.scalar(
        select(Report).where(
            Report.id == report_id,
            Report.workspace_id == workspace_id,
            Report.deleted_at.is_(None),
        )
    )
    if found is None:
        raise NotFound
    return found


def frozen(session: Session, workspace_id: int, report_id: int) -> tuple[Report, bytes]:
    """A completed report and its bytes. Raises NotFound, and Conflict for an unfinished one."""
    report = session.scalar(
        select(Report)
        .where(
            Report.id == report_id,
            Report.workspace_id == workspace_id,
            Report.deleted_at.is_(None),
        )
        .options(undefer(Report.document))
    )
    if report is None:
        raise NotFound
    if report.document is None:
        raise Conflict(
            "This report failed, so there is nothing to download. Open it and try again."
            if report.state == "failed"
            else "This report is still being written. Ask again in a few seconds."
        )
    return report, report.document


def listed(
    session: Session, workspace_id: int, *, before: int | None = None, size: int = 50
) -> Sequence[Report]:
    """The newest reports that are not deleted, of those older than the id `before`."""
    asked = select(Report).where(Report.workspace_id == workspace_id, Report.deleted_at.is_(None))
    if before is not None:
        asked = asked.where(Report.id < before)
    return session.scalars(asked.order_by(Report.id.desc()).limit(size)).all()


def delete(session: Session, workspace_id: int, report_id: int, now: dt.datetime) -> Report:
    """Take a report away; it can be taken back for a day."""
    report = find(session, workspace_id, report_id)
    report.deleted_at = now
    return report


def deleted(session: Session, workspace_id: int, now: dt.datetime) -> Sequence[Report]:
    """Those whose deletion can still be taken back, the latest first."""
    return session.scalars(
        select(Report)
        .where(Report.workspace_id == workspace_id, Report.deleted_at > now - UNDO_FOR)
        .order_by(Report.deleted_at.desc(), Report.id.desc())
    ).all()


def undelete(session: Session, workspace_id: int, report_id: int) -> Report:
    """Take a deletion back. Raises NotFound once the report is gone."""
    found = session.scalar(
        select(Report).where(Report.id == report_id, Report.workspace_id == workspace_id)
    )
    if found is None:
        raise NotFound
    found.deleted_at = None
    return found


def retry(session: Session, report: Report) -> None:
    """Write a failed report after all. Raises Conflict for another one. The caller commits."""
    session.refresh(report, with_for_update=True)
    if report.state != "failed":
        raise Conflict("Only a report that failed can be tried again.")
    report.state, report.error, report.steps_done, report.finished_at = "pending", "", 0, None
    session.flush()
    queue(session, report.id)


def _check(session: Session, workspace_id: int, wanted: Wanted, today: dt.date) -> None:
    if wanted.first > wanted.last:
        raise Invalid(f"from: The first day, {wanted.first}, is after the last, {wanted.last}.")
    if wanted.first < EARLIEST:
        raise Invalid(f"from: No figures are older than {EARLIEST}; the first day is too early.")
    if wanted.last > today:
        raise Invalid(f"to: {wanted.last} has not begun. The last day can be today, {today}.")
    if wanted.first == today:
        raise Invalid(
            f"from: {wanted.first} is not over, so there is nothing to settle or to compare. "
            "Choose an earlier first day."
        )
    if len(wanted.period) > LONGEST_DAYS:
        raise Invalid(f"from: A report covers at most {LONGEST_DAYS} days.")
    _check_words(wanted)
    known = sources(session, workspace_id)
    for platform in wanted.platforms:
        if platform not in known.platforms:
            raise Invalid(f"platforms: There are no figures of {platform[:40]} in this workspace.")
    for account_id in wanted.accounts:
        if account_id not in known.account_ids:
            raise Invalid(f"accounts: There is no account {account_id} in this workspace.")
    _check_campaigns(session, workspace_id, wanted.campaigns)


def _check_words(wanted: Wanted) -> None:
    if len(wanted.title) > LONGEST_TITLE:
        raise Invalid(f"title: A title has at most {LONGEST_TITLE} characters.")
    if "\0" in wanted.title:
        raise Invalid("title: It holds a character that cannot be stored (NUL).")
    if wanted.language not in LANGUAGES:
        raise Invalid(f"language: {unknown(wanted.language)}")


def _check_campaigns(session: Session, workspace_id: int, wanted: Sequence[int]) -> None:
    if len(wanted) > MOST_CAMPAIGNS:
        raise Invalid(f"campaigns: At most {MOST_CAMPAIGNS} can be chosen.")
    own = set(
        session.scalars(
            select(Campaign.id).where(
                Campaign.workspace_id == workspace_id,
                Campaign.id.in_(each for each in wanted if abs(each) < BEYOND),
            )
        )
    )
    for campaign_id in wanted:
        if campaign_id not in own:
            raise Invalid(f"campaigns: There is no campaign {campaign_id} in this workspace.")
