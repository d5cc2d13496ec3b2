"""Before the first chunk: accounts, what they list, and the plan."""

from __future__ import annotations

from app.connectors.base import Connector
from app.connectors.errors import AccountRefused, Temporary
from app.connectors.words import Days, FoundAccount, Structure
from app.models import Account
from app.sync import silence
from app.sync.accounts import refresh_accounts
from app.sync.entities import store_structure
from app.sync.plan import found, is_planned, plan
from app.sync.reading import ask_each
from app.sync.window import Reach, history_limit, last_settled, local_day
from app.sync.work import Work, note


def prepare(work: Work) -> None:
    """Bring accounts and lists up to date, unless only today is read, and write down the plan."""
    notices: list[str] = []
    if work.reach is not Reach.RECENT:
        listed = _listed(work.connector)
        with work.sessions.begin() as session:
            notices += refresh_accounts(session, work.connection(session), listed)
        notices += _read_structures(work)
    silent = _silent(work) if work.reach is Reach.HISTORY and not work.connector.sells else {}
    with work.sessions.begin() as session:
        work.connection(session)
        run = work.run(session)
        note(run, notices)
        if not is_planned(session, work.run_id):
            chosen = _readable(work)
            plan(session, run, chosen, type(work.connector), work.clock(), silent)


class _NoAccount(Temporary):
    """The list of accounts came back empty."""


def _listed(connector: Connector) -> list[FoundAccount]:
    """Every account the grant reads; an empty list is believed once it comes back each time.

    Believing it stops the connection until its owner signs in anew.
    """

    def ask() -> list[FoundAccount]:
        if listed := connector.accounts():
            return listed
        raise _NoAccount(f"{connector.label} listed no account at all.")

    try:
        return connector.http.retry(ask)
    except _NoAccount:
        return []


def _readable(work: Work) -> list[Account]:
    """The selected accounts that were not refused in this run."""
    with work.sessions() as session:
        return [each for each in work.selected(session) if each.id not in work.refused]


def _read_structures(work: Work) -> list[str]:
    """Store what every account lists; returns what the owner should know."""
    if work.connector.sells:
        return []
    notices = []

    def ask(account: Account) -> Structure:
        return work.connector.structure(found(account))

    for account, structure in ask_each(work.connector, _readable(work), ask):
        if isinstance(structure, AccountRefused):
            work.leave_out(account.id, structure)
            continue
        with work.sessions.begin() as session:
            work.connection(session)
            kept = session.get_one(Account, account.id)
            notices.append(store_structure(session, kept, structure))
    return notices


def _silent(work: Work) -> dict[int, Days]:
    """The old days, by account, that need not be read because nothing happened on them."""
    kind, now = type(work.connector), work.clock()
    untouched: list[tuple[Account, Days]] = []
    with work.sessions() as session:
        if is_planned(session, work.run_id):
            return {}
    for account in _readable(work):
        today = local_day(account, now)
        old = Days(history_limit(kind, today, account.reaches_back), last_settled(kind, today))
        with work.sessions() as session:
            if account.history_from is None and not silence.has_figures(session, account, old):
                untouched.append((account, old))

    def ask(asked: tuple[Account, Days]) -> Days | None:
        account, old = asked
        return silence.before_the_first_figure(work.connector, found(account), old)

    silent = {}
    for (account, _), days in ask_each(work.connector, untouched, ask):
        if isinstance(days, AccountRefused):
            work.leave_out(account.id, days)
        elif days is not None:
            silent[account.id] = days
    return silent
