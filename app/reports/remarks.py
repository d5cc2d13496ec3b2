"""What a report says of its own figures: what is in them, how final they are, what is missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from app.metrics.figures import RevenueSource
from app.metrics.platforms import platform_label
from app.reports.gathering import Gathered
from app.reports.languages.sentences import Sentences
from app.reports.unread import gaps


def filters(gathered: Gathered, told: Sentences) -> Iterator[str]:
    """What it is narrowed to."""
    wanted = gathered.wanted
    if wanted.platforms:
        yield told.only_platforms([platform_label(each) for each in wanted.platforms])
    if wanted.accounts:
        yield told.only_accounts([each.name for each in gathered.known.counted])
    if wanted.campaigns:
        yield told.only_campaigns(len(wanted.campaigns))


def finality(gathered: Gathered, told: Sentences) -> Iterator[str]:
    """Which days are final, which may still change, and which were never read."""
    if gathered.anything_read:
        yield _settled(gathered, told)
    else:
        yield told.nothing_final()
    for gap in gaps(gathered.read, gathered.period):
        yield told.gap(gap.names, gap.days)
    if gathered.known.sandbox:
        yield told.invented()


def _settled(gathered: Gathered, told: Sentences) -> str:
    fresh, period = gathered.fresh, gathered.period
    unsettled = fresh.unsettled(period)
    if unsettled is None:
        through = [each.read_through for each in gathered.read if each.read_through]
        return told.all_final(min(period.last, max(through, default=period.last)))
    if unsettled == period:
        return told.none_final()
    return told.partly_final(unsettled.first - dt.timedelta(days=1), unsettled)


def notes(gathered: Gathered, told: Sentences) -> Iterator[str]:
    """What is not in the figures, and why."""
    if gathered.cut:
        yield told.cut(gathered.wanted.last, gathered.period.last)
    if gathered.wanted.campaigns:
        yield told.claims_only()
    elif gathered.split and gathered.workspace.revenue != RevenueSource.REPORTED:
        yield told.split()
    if gathered.wanted.narrow and any(each.written for each in gathered.done):
        yield told.whole_log()
    yield from without_rate(gathered, told)
    if gathered.source is RevenueSource.STORE and gathered.found.incomplete:
        yield told.shop_incomplete(sum(len(each.days) for each in gathered.found.incomplete))
    if gathered.anything_read and gathered.found.before is not None:
        unlike = [each for each in gathered.read if not gathered.read_alike([each])]
        if unlike:
            yield told.not_compared(
                list(dict.fromkeys(platform_label(each.platform) for each in unlike))
            )


def without_rate(gathered: Gathered, told: Sentences) -> Iterator[str]:
    """Money that is in no figure, and what is not told for want of it."""
    for each in gathered.found.apart:
        yield told.no_rate(each.figures.spend, each.currency)
    if gathered.unconverted:
        yield told.not_converted(gathered.unconverted)
