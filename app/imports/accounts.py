"""Which account a file belongs to; one that is connected directly is never counted twice."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.connectors.words import Days
from app.imports.refusal import Refused
from app.imports.shapes import PLATFORMS
from app.models import Account, PlatformConnection, Workspace


def plain_id(platform: str, external_id: str) -> str:
    """An account's id as its platform's API gives it, not as exports dress it."""
    if platform == "meta":
        return external_id.removeprefix("act_")
    if platform == "google":
        return external_id.replace("-", "")
    return external_id


def find_account(
    session: Session,
    workspace_id: int,
    *,
    platform: str,
    external_id: str,
    name: str,
    currency: str,
) -> Account | None:
    """The account a file belongs to, when it is there already.

    By its id; else by the name of a directly connected account, when only one has it; else the
    upload account of that name and currency. Raises Refused when the currency is another one.
    """
    accounts = session.scalars(
        select(Account)
        .where(Account.workspace_id == workspace_id, Account.platform == platform)
        .order_by(Account.id)
    ).all()
    found = _match(accounts, platform, external_id, name, currency)
    if found and found.currency != currency:
        raise Refused(
            f"The file is in {currency}, but the account {found.name} is in {found.currency}. "
            "Upload an export in the account's own currency."
        )
    return found


def claim_account(
    session: Session,
    workspace: Workspace,
    *,
    user_id: int | None,
    platform: str,
    external_id: str,
    name: str,
    currency: str,
) -> Account:
    """The account a file belongs to, made under the platform's upload connection if missing."""
    found = find_account(
        session,
        workspace.id,
        platform=platform,
        external_id=external_id,
        name=name,
        currency=currency,
    )
    if found:
        found.removed_at = None
        return found
    connection_id = _upload_connection(session, workspace.id, platform, user_id)
    key = plain_id(platform, external_id) or _upload_id(name, currency)
    session.execute(
        insert(Account)
        .values(
            workspace_id=workspace.id,
            connection_id=connection_id,
            platform=platform,
            external_id=key,
            name=name or external_id,
            currency=currency,
            time_zone="UTC" if platform == "linkedin" else workspace.time_zone,
            status="active",
            selected=True,
        )
        .on_conflict_do_nothing(index_elements=["workspace_id", "platform", "external_id"])
    )
    query = select(Account).where(
        Account.workspace_id == workspace.id,
        Account.platform == platform,
        Account.external_id == key,
    )
    return session.scalars(query).one()


def default_name(platform: str) -> str:
    """What the account of a file that names none is called."""
    return f"{PLATFORMS[platform]} upload"


def held_directly(account: Account) -> Days | None:
    """The days that the platform's API has given; uploads leave them alone."""
    if account.connection.kind == "upload":
        return None
    if account.history_from is None or account.read_through is None:
        return None
    return Days(account.history_from, account.read_through)


def connected_directly(session: Session, workspace_id: int, platform: str) -> list[str]:
    """Names of the platform's accounts that are read through its API."""
    return list(
        session.scalars(
            select(Account.name)
            .join(Account.connection)
            .where(
                Account.workspace_id == workspace_id,
                Account.platform == platform,
                Account.selected,
                PlatformConnection.kind != "upload",
            )
            .order_by(Account.name)
        )
    )


def _match(
    accounts: Sequence[Account], platform: str, external_id: str, name: str, currency: str
) -> Account | None:
    if external_id:
        wanted = plain_id(platform, external_id)
        by_id = (each for each in accounts if plain_id(platform, each.external_id) == wanted)
        return next(by_id, None)
    direct = [
        each
        for each in accounts
        if each.connection.kind != "upload" and each.name.casefold() == name.casefold()
    ]
    if name and len(direct) == 1:
        return direct[0]
    key = _upload_id(name, currency)
    return next((each for each in accounts if each.external_id == key), None)


def _upload_id(name: str, currency: str) -> str:
    return f"upload:{name.casefold()}:{currency}"


def _upload_connection(
    session: Session, workspace_id: int, platform: str, user_id: int | None
) -> int:
    session.execute(
        insert(PlatformConnection)
        .values(
            workspace_id=workspace_id,
            user_id=user_id,
            platform=platform,
            kind="upload",
            label="Uploaded exports",
            status="active",
            credentials="",
            scopes=[],
            sandbox=False,
            status_reason="",
        )
        .on_conflict_do_nothing(
            index_elements=["workspace_id", "platform"],
            index_where=PlatformConnection.kind == "upload",
        )
    )
    query = select(PlatformConnection.id).where(
        PlatformConnection.workspace_id == workspace_id,
        PlatformConnection.platform == platform,
        PlatformConnection.kind == "upload",
    )
    return session.scalars(query).one()
