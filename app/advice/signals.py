"""What is urgent among findings and connections, in words for an alert."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from app.advice.alerts import CONNECTION, Signal
from app.insights.finding import Finding, Kind
from app.insights.words import Manner, say
from app.metrics.platforms import platform_label
from app.metrics.problems import Kind as Trouble
from app.metrics.problems import Problem
from app.metrics.sources import Link, Sources

URGENT = ("zero_result", "tracking_break", "zero_rows", "spend_spike", "pacing")
# These are told while they last: what ended needs nobody any more.
LASTING = ("tracking_break", "zero_rows")
# Money that is spent is spent, so that its end is no end of the matter; but not for ever.
SPIKE = "spend_spike"
RAISED_WITHIN = dt.timedelta(days=14)
# Figures are read every few minutes; half a day without any is no hiccup.
STALE_AFTER = dt.timedelta(hours=12)
# A platform that asks for a pause, or answers with errors for now, is waited for and tried again.
_FAILING = (Trouble.FAILING, Trouble.WAITING)
_TRIED = (
    "It is tried again by itself. Open Connections to see what it answers; if it goes on failing, "
    "connect it again."
)
_TO_DO = {
    Trouble.NEEDS_ATTENTION: "Open Connections and connect it again.",
    Trouble.FAILING: _TRIED,
    Trouble.WAITING: _TRIED,
    Trouble.HANGING: (
        "Restart the background process of this installation. If it stays like this, see the log "
        "of the server."
    ),
    Trouble.OVERDUE: (
        "Refresh it on the Connections page. If nothing comes, see the log of the server."
    ),
}


def of_findings(findings: Iterable[Finding], manner: Manner, today: dt.date) -> list[Signal]:
    """Concerns that cannot wait, worded: a break while it lasts, a spike while it is young."""
    return [
        _worded(each, manner)
        for each in findings
        if each.kind is Kind.CONCERN and each.rule in URGENT and _counts(each, today)
    ]


def _counts(finding: Finding, today: dt.date) -> bool:
    if finding.rule == SPIKE:
        return finding.last >= today - RAISED_WITHIN
    return finding.rule not in LASTING or not finding.over


def of_connections(problems: Sequence[Problem], now: dt.datetime) -> list[Signal]:
    """Connections that bring nothing any more: refused, or failing for half a day.

    Owners of those that need them get a letter of their own already.
    """
    return [
        Signal(
            rule=CONNECTION,
            key=f"{CONNECTION}|{each.link.id}",
            title=f"{platform_label(each.link.platform)} is not being read",
            saw=f"{each.text} {_missing_since(each.link)}",
            todo=_TO_DO[each.kind],
            platform=each.link.platform,
            from_figures=False,
            told=each.kind is Trouble.NEEDS_ATTENTION,
        )
        for each in problems
        if each.kind is Trouble.NEEDS_ATTENTION or (each.kind in _TO_DO and _silent(each.link, now))
    ]


def failing_platforms(problems: Sequence[Problem], now: dt.datetime) -> set[str]:
    """Platforms that were tried and gave nothing for half a day, though they were not refused."""
    return {
        each.link.platform for each in problems if each.kind in _FAILING and _silent(each.link, now)
    }


def _missing_since(link: Link) -> str:
    if link.last_synced_at is None:
        return "It was never read."
    since = link.last_synced_at.astimezone(dt.UTC)
    return f"It was last read on {since:%-d %B %Y at %H:%M} UTC; figures since then are missing."


def stale_platforms(known: Sources, now: dt.datetime) -> set[str]:
    """Platforms of which some account that should be read has not been for half a day."""
    return {link.platform for link in _read(known) if _silent(link, now)}


def behind_platforms(known: Sources, last: dt.date, now: dt.datetime) -> set[str]:
    """Platforms that are silent and of which something up to the day may be missing."""
    return stale_platforms(known, now) & unread_platforms(known, last)


def unread_platforms(known: Sources, last: dt.date) -> set[str]:
    """Platforms of which something up to the day may be missing that should have been read.

    A day was read whole once a later one was read, too.
    """
    return {
        each.platform
        for each in known.counted
        if each.live and (each.read_through is None or each.read_through <= last)
    }


def _read(known: Sources) -> Iterator[Link]:
    for link in known.links:
        if link.kind != "upload" and link.status != "disconnected" and link.live:
            yield link


def _silent(link: Link, now: dt.datetime) -> bool:
    return now - (link.last_synced_at or link.created_at) > STALE_AFTER


def _worded(finding: Finding, manner: Manner) -> Signal:
    said = say(finding, manner)
    about = [each for each in finding.entities if each.role != "carries"]
    platforms = {each.platform for each in about if each.platform}
    return Signal(
        rule=finding.rule,
        key=finding.key,
        title=said.title,
        saw=said.saw,
        todo=said.do,
        platform=platforms.pop() if len(platforms) == 1 else "",
        at_stake=round(Decimal(finding.at_stake), 2) if finding.at_stake else None,
        currency=finding.currency,
    )
