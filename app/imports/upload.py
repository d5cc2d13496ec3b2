"""An upload up to the moment it is confirmed: read, explained, kept, nothing imported yet."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Collection
from dataclasses import replace
from typing import BinaryIO

import msgspec
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.errors import Conflict, NotFound
from app.imports import parts
from app.imports.accounts import connected_directly, default_name, find_account, held_directly
from app.imports.answers import Answers, parse_answers
from app.imports.facts import Dropped
from app.imports.preview import Looked, Preview, Replaced, Sums, look, total
from app.imports.read import Table, clean, open_table
from app.imports.refusal import Refused
from app.imports.shapes import KNOWN_HEADERS, PLATFORMS
from app.models import Account, CampaignDay, HeaderMapping, Import, StoreDay

KEPT_FOR = dt.timedelta(days=1)
_LONGEST_NAME = 255


def find(session: Session, workspace_id: int, import_id: int) -> Import:
    """An import of this workspace. Raises NotFound."""
    found = session.get(Import, import_id)
    if found is None or found.workspace_id != workspace_id:
        raise NotFound
    return found


def listed(session: Session, workspace_id: int) -> list[Import]:
    """The workspace's imports, the newest first; previews nobody confirmed are left out."""
    query = (
        select(Import)
        .where(Import.workspace_id == workspace_id, Import.state != "preview")
        .order_by(Import.id.desc())
        .limit(100)
    )
    return list(session.scalars(query))


def upload(
    session: Session,
    workspace_id: int,
    user_id: int | None,
    file: BinaryIO,
    filename: str,
    answers: Answers,
    *,
    now: dt.datetime,
) -> Import:
    """Look at a file and keep it for confirmation. Raises Refused: nothing is kept then."""
    discard_stale(session, now)
    name = filename.rpartition("/")[2].rpartition("\\")[2][-_LONGEST_NAME:] or "export"
    size, digest = parts.measure(file)
    made = Import(
        workspace_id=workspace_id,
        user_id=user_id,
        filename=name.replace("\x00", ""),
        size=size,
        sha256=digest,
        created_at=now,
    )
    _explain(session, made, file, answers, now)
    session.add(made)
    session.flush()
    parts.keep(session, made.id, file)
    return made


def answer(session: Session, import_: Import, answers: Answers, *, now: dt.datetime) -> None:
    """Look again with what the owner has said since. Raises Refused or Conflict."""
    if import_.state != "preview":
        raise Conflict("This import was already confirmed. Undo it and upload the file again.")
    with parts.kept(session, import_.id) as file:
        _explain(session, import_, file, answers, now)


def preview_of(import_: Import) -> Preview:
    """The stored preview, typed."""
    return msgspec.convert(import_.preview, Preview, strict=False)


def answers_of(import_: Import) -> Answers:
    """What was settled about the file, by the owner or by its rows."""
    return parse_answers(
        platform=import_.platform, currency=import_.currency, mapping=import_.mapping
    )


def open_kept(file: BinaryIO, import_: Import) -> Table:
    """The table of a kept upload."""
    return open_table(file, import_.size, KNOWN_HEADERS)


def discard_stale(session: Session, now: dt.datetime) -> None:
    """Forget uploads that were not confirmed within a day, files included."""
    session.execute(
        delete(Import).where(Import.state == "preview", Import.created_at < now - KEPT_FOR)
    )
    stale = select(Import.id).where(Import.state == "failed", Import.finished_at < now - KEPT_FOR)
    for import_id in session.scalars(stale).all():
        parts.discard(session, import_id)


def header_digest(header: list[str]) -> bytes:
    """What a hand-made mapping is remembered by."""
    return hashlib.sha256("\x1f".join(map(clean, header)).encode()).digest()


def remember_mapping(session: Session, import_: Import, now: dt.datetime) -> None:
    """Keep the columns given by hand for the next file with this header."""
    columns = import_.mapping.get("columns")
    if not columns:
        return
    key = (import_.workspace_id, header_digest(import_.preview["header"]))
    known = session.get(HeaderMapping, key) or HeaderMapping(
        workspace_id=key[0], header_digest=key[1]
    )
    known.platform, known.mapping, known.saved_at = import_.platform, {"columns": columns}, now
    session.add(known)


def _explain(
    session: Session, import_: Import, file: BinaryIO, answers: Answers, now: dt.datetime
) -> None:
    table = open_table(file, import_.size, KNOWN_HEADERS)
    answers = _with_remembered(session, import_.workspace_id, table, answers)
    looked = look(table, filename=import_.filename, answers=answers, today=now.date())
    plan, preview = looked.plan, looked.preview
    if not preview.questions:
        _compare(session, import_, looked)
    settled = (
        replace(answers, date_order=plan.date_order, decimal_mark=plan.decimal_mark)
        if not preview.questions
        else answers
    )
    import_.platform, import_.currency = plan.platform, plan.currency
    import_.mapping = settled.mapping
    import_.rows_total = preview.rows_read
    import_.preview = msgspec.to_builtins(preview)


def _with_remembered(
    session: Session, workspace_id: int, table: Table, answers: Answers
) -> Answers:
    if answers.columns:
        return answers
    known = session.get(HeaderMapping, (workspace_id, header_digest(table.header)))
    if known is None or answers.platform not in ("", known.platform):
        return answers
    remembered = parse_answers(platform=known.platform, currency="", mapping=known.mapping)
    return replace(answers, platform=known.platform, columns=remembered.columns)


def _compare(session: Session, import_: Import, looked: Looked) -> None:
    """Hold the file against what is there: same file, same days, same account connected."""
    preview = looked.preview
    if not preview.account and not preview.account_id:
        preview.account = default_name(preview.platform)
        preview.notes.append(
            "The file does not say which account it is from. Give every account its own name: "
            "a later file of the same name replaces the days both have."
        )
    account = find_account(
        session,
        import_.workspace_id,
        platform=preview.platform,
        external_id=preview.account_id,
        name=preview.account,
        currency=preview.currency,
    )
    _warn_of_accounts(session, import_.workspace_id, preview, account)
    if account is None:
        return
    _leave_out_held(account, looked)
    preview.already_imported = _imported_before(session, import_, account)
    preview.replaced = _replaced(session, account, looked.by_day)


def _warn_of_accounts(
    session: Session, workspace_id: int, preview: Preview, account: Account | None
) -> None:
    direct = account is not None and account.connection.kind != "upload"
    if account is not None and not account.selected:
        preview.warnings.append(
            f"{account.name} is not chosen on the Connections page, so its figures do not count, "
            "whether they are uploaded or read. Choose it there to see them."
        )
    others = connected_directly(session, workspace_id, preview.platform)
    if others and not direct:
        preview.warnings.append(
            f"{PLATFORMS[preview.platform]} is connected directly ({', '.join(others[:3])}). If "
            "this file is from one of these accounts its days would count twice: give the "
            "account's name, and days already read are left out."
        )


def _leave_out_held(account: Account, looked: Looked) -> None:
    held = held_directly(account)
    if held is None:
        return
    inside = {day for day in looked.by_day if held.first <= day <= held.last}
    rows = sum(looked.by_day.pop(day).rows for day in inside)
    if not looked.by_day:
        raise Refused(
            f"All days of this file were already read from {account.name} directly, so there is "
            "nothing to import and nothing was changed."
        )
    if rows:
        preview = looked.preview
        reason = f"Day already read from {account.name} directly"
        preview.dropped.append(Dropped(reason, rows))
        preview.first, preview.last = min(looked.by_day), max(looked.by_day)
        preview.days = len(looked.by_day)
        preview.sums = total(list(looked.by_day.values()))


def _imported_before(session: Session, import_: Import, account: Account) -> bool:
    query = select(Import.id).where(
        Import.workspace_id == import_.workspace_id,
        Import.account_id == account.id,
        Import.sha256 == import_.sha256,
        Import.state == "done",
    )
    return session.scalar(query.limit(1)) is not None


def _replaced(session: Session, account: Account, by_day: dict[dt.date, Sums]) -> Replaced | None:
    before = _held(session, account, by_day.keys())
    if not before:
        return None
    after = total([by_day[day] for day in before])
    held = total(list(before.values()))
    return Replaced(
        days=len(before),
        first=min(before),
        last=max(before),
        spend_before=held.spend,
        spend_after=after.spend,
        revenue_before=held.revenue,
        revenue_after=after.revenue,
    )


def _held(session: Session, account: Account, days: Collection[dt.date]) -> dict[dt.date, Sums]:
    ads = session.execute(
        select(CampaignDay.day, func.sum(CampaignDay.spend), func.sum(CampaignDay.conversion_value))
        .where(
            CampaignDay.workspace_id == account.workspace_id,
            CampaignDay.account_id == account.id,
            CampaignDay.day.in_(days),
        )
        .group_by(CampaignDay.day)
    )
    found = {day: Sums(spend=spend, revenue=value) for day, spend, value in ads}
    sold = session.execute(
        select(StoreDay.day, StoreDay.net).where(
            StoreDay.workspace_id == account.workspace_id,
            StoreDay.account_id == account.id,
            StoreDay.day.in_(days),
        )
    )
    return found | {day: Sums(revenue=net) for day, net in sold}
