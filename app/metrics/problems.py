"""What stands between the owner and the whole truth, each with what to do about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.metrics.platforms import platform_label
from app.metrics.sources import Link, Sources
from app.models import SyncRun

_OVERDUE = dt.timedelta(minutes=20)
# A sync under way brings what is missing, unless it hangs; then its state says running forever.
_HANGS_AFTER = dt.timedelta(hours=12)
# One that was begun lately, as after an outage, is still catching up.
_CATCHES_UP_IN = dt.timedelta(hours=1)
UNFINISHED = ("queued", "running")


class Kind(StrEnum):
    """What is wrong with a connection."""

    NEEDS_ATTENTION = "needs_attention"
    NO_ACCOUNTS = "no_accounts"
    FAILING = "failing"
    WAITING = "waiting"
    HANGING = "hanging"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Problem:
    """One connection that is not as it should be; `text` says what it means and what to do."""

    kind: Kind
    link: Link
    text: str


def overdue_after(every_minutes: int) -> dt.timedelta:
    """How long after its last sync a connection that is read so often counts as overdue."""
    return max(_OVERDUE, dt.timedelta(minutes=2 * every_minutes + 10))


def problems(known: Sources, latest: Sequence[SyncRun], now: dt.datetime) -> list[Problem]:
    """What is wrong with the connections, the most urgent first."""
    order = list(Kind)
    found = [problem for link in known.links for problem in _of(link, latest, now)]
    return sorted(found, key=lambda problem: (order.index(problem.kind), problem.link.id))


def _of(link: Link, latest: Sequence[SyncRun], now: dt.datetime) -> Iterator[Problem]:
    if link.kind == "upload" or link.status == "disconnected":
        return
    name = platform_label(link.platform)
    mine = [run for run in latest if run.connection_id == link.id]
    if link.status == "needs_attention":
        reason = link.status_reason or "It no longer accepts our access. Connect it again."
        yield Problem(Kind.NEEDS_ATTENTION, link, f"{name} needs you. {reason}")
    elif not link.counted:
        text = f"{name} is connected but no account is chosen, so it adds nothing to your numbers."
        yield Problem(Kind.NO_ACCOUNTS, link, f"{text} Choose one on the Connections page.")
    elif link.live:
        under_way = [run for run in mine if run.state == "running"]
        if not under_way and _unread_for(link, now) > overdue_after(link.every_minutes):
            yield _late(link, name, mine, now)
        elif _hangs(link, under_way, now):
            yield _hanging(link, name, now)


def _hangs(link: Link, under_way: Sequence[SyncRun], now: dt.datetime) -> bool:
    """Whether nothing came of it for long; a first history takes long but brings chunks."""
    if _unread_for(link, now) <= _HANGS_AFTER:
        return False
    brought = [run.progress_at for run in under_way if run.progress_at is not None]
    return any(now - run.queued_at > _CATCHES_UP_IN for run in under_way) and all(
        now - each > _HANGS_AFTER for each in brought
    )


def _hanging(link: Link, name: str, now: dt.datetime) -> Problem:
    hours = _unread_for(link, now) // dt.timedelta(hours=1)
    text = (
        f"A sync of {name} is under way but has come to no end, and none did for {hours} hours. "
        "For half a day nothing new was stored. Your numbers stay as they were. Restart the "
        "background process; if it stays like this, see the log of the server."
    )
    return Problem(Kind.HANGING, link, text)


def _late(link: Link, name: str, mine: Sequence[SyncRun], now: dt.datetime) -> Problem:
    failed = next((run for run in reversed(mine) if run.state == "failed"), None)
    if link.paused_until is not None and link.paused_until > now:
        minutes = -(-(link.paused_until - now) // dt.timedelta(minutes=1))
        text = (
            f"{name} asked us to pause for {minutes} more minutes because it was asked too often. "
            "Your numbers stay as they were; syncing goes on by itself."
        )
        return Problem(Kind.WAITING, link, text)
    if failed is not None and failed.error:
        text = f"{name} could not be read. {failed.error} Your numbers stay as they were."
        return Problem(Kind.FAILING, link, text)
    waiting = next((run for run in mine if run.state == "queued" and run.error), None)
    if waiting is not None:
        return Problem(Kind.WAITING, link, f"{name}: {waiting.error}")
    minutes = overdue_after(link.every_minutes) // dt.timedelta(minutes=1)
    text = (
        f"{name} has not been read for more than {minutes} minutes, so today may be "
        "incomplete. Refresh now; if it stays like this, see the log of the server."
    )
    return Problem(Kind.OVERDUE, link, text)


def _unread_for(link: Link, now: dt.datetime) -> dt.timedelta:
    return now - (link.last_synced_at or link.created_at)
