"""The figures of a report, read once, by the questions that the dashboard asks too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from app.errors import Invalid
from app.insights.finding import Entity, Finding
from app.metrics.campaigns import EVERYTHING, CampaignFigures, Wish, campaigns
from app.metrics.chosen import against_claims
from app.metrics.claims import StoreAgainstClaims
from app.metrics.figures import Figures, RevenueSource, revenue_source, total
from app.metrics.freshness import Freshness, freshness
from app.metrics.performance import Performance
from app.metrics.period import Compare, Period, compare
from app.metrics.platforms import is_shop
from app.metrics.sources import Source, Sources, sources
from app.models import Workspace
from app.reports.actions import Deed, done
from app.reports.ordering import Wanted
from app.reports.unread import like_for_like, touches


@dataclass(frozen=True, slots=True)
class Gathered:
    """`period` are the days asked for that are over everywhere; `today` is the first that is not.

    `known` are the accounts that the figures are of, `among` those that findings are looked for in:
    of chosen campaigns their neighbours too. `split` is as in app.metrics.chosen.
    `campaigns_before` is by campaign.
    """

    workspace: Workspace
    wanted: Wanted
    now: dt.datetime
    today: dt.date
    period: Period
    known: Sources
    among: Sources
    found: Performance
    source: RevenueSource
    split: bool
    fresh: Freshness
    campaigns: Sequence[CampaignFigures]
    campaigns_before: Mapping[int, Figures]
    claims: StoreAgainstClaims | None
    done: Sequence[Deed]

    @property
    def read(self) -> Sequence[Source]:
        """The accounts that the figures are of."""
        return self.known.counted

    @property
    def advertisers(self) -> list[Source]:
        """The accounts that spend."""
        return [each for each in self.read if not is_shop(each.platform)]

    @property
    def spend_known(self) -> bool:
        """Whether any day of any account that spends was read."""
        return any(touches(each, self.period) for each in self.advertisers)

    @property
    def anything_read(self) -> bool:
        """Whether any day of any account was read."""
        return any(touches(each, self.period) for each in self.read)

    @property
    def before(self) -> Figures | None:
        """What is compared with, as far as both sides are of the same accounts; else None."""
        if self.found.before is None or self.unconverted or not self.alike(self.advertisers):
            return None
        shops = [each for each in self.read if is_shop(each.platform)]
        if self.alike(shops):
            return self.found.before
        return replace(self.found.before, store_revenue=None, orders=None)

    @property
    def unconverted(self) -> list[str]:
        """Currencies without a rate on days shown or compared with."""
        return sorted(set(self.found.unconverted.values()))

    def alike(self, sources: Iterable[Source]) -> bool:
        """Whether figures of these accounts can be compared with those before."""
        own = list(sources)
        converted = all(each.account_id not in self.found.unconverted for each in own)
        return converted and self.read_alike(own)

    def read_alike(self, sources: Iterable[Source]) -> bool:
        """Whether the same days of these accounts were read on both sides."""
        before = self.found.comparison.before
        return before is not None and like_for_like(sources, self.period, before)

    @property
    def cut(self) -> bool:
        """Whether days were asked for that are not over."""
        return self.period.last != self.wanted.last

    @property
    def current(self) -> bool:
        """Whether it is of everything and reaches up to now, as what is kept of findings is."""
        return not self.wanted.narrow and _reaches_now(self.period, self.today)

    def about(self, findings: Sequence[Finding]) -> list[Finding]:
        """Those of the chosen campaigns, where some are chosen."""
        chosen = {str(each) for each in self.wanted.campaigns}
        if not chosen:
            return list(findings)
        return [
            each
            for each in findings
            if each.entities
            and all(
                about.key in chosen if about.kind == "campaign" else _tired(each, about)
                for about in each.entities
            )
        ]

    def platforms_before(self) -> dict[str, Figures]:
        """Each platform on the days compared with."""
        before = self.found.comparison.before
        if before is None:
            return {}
        rows = [each for each in self.found.slices if each.day in before]
        return {
            platform: total(each.figures for each in rows if each.platform == platform)
            for platform in {each.platform for each in rows}
        }


def gather(session: Session, workspace: Workspace, wanted: Wanted, now: dt.datetime) -> Gathered:
    """Everything of one moment, if the session reads one snapshot. Raises Invalid.

    That is when no day of the report is over yet.
    """
    whole = sources(session, workspace.id)
    today = whole.unfinished_day(workspace.time_zone, now)
    period = wanted.period.before(today)
    if period is None:
        raise Invalid(
            "No day of this report is over yet, so there is nothing to compare or to settle. "
            f"Choose days before {today}."
        )
    choice = wanted.choice
    known = choice.of(session, whole)
    comparison = compare(period, today, Compare(wanted.compare))
    found = choice.performance(session, known, comparison)
    split = choice.is_split(session, whole, known, found)
    before = comparison.before
    return Gathered(
        workspace=workspace,
        wanted=wanted,
        now=now,
        today=today,
        period=period,
        known=known,
        among=choice.among(whole),
        found=found,
        source=RevenueSource.REPORTED if split else _source(workspace, known, found),
        split=split,
        fresh=freshness(known),
        campaigns=_campaigns(session, known, period, wanted),
        campaigns_before={
            row.id: row.figures
            for row in (_campaigns(session, known, before, wanted) if before else ())
        },
        claims=None if wanted.campaigns else against_claims(session, whole, known, found),
        done=done(
            session,
            known,
            Period(period.first, today) if _reaches_now(period, today) else period,
            wanted,
        ),
    )


def _reaches_now(period: Period, today: dt.date) -> bool:
    return period.last == today - dt.timedelta(days=1)


def _source(workspace: Workspace, known: Sources, found: Performance) -> RevenueSource:
    """As the workspace wants it; where only shops are chosen no platform reports anything."""
    shops_alone = all(is_shop(each.platform) for each in known.counted)
    return revenue_source("auto" if shops_alone else workspace.revenue, found.shown)


def _campaigns(
    session: Session, known: Sources, period: Period, wanted: Wanted
) -> list[CampaignFigures]:
    """Those that did anything, the largest spend first."""
    wish = Wish(size=EVERYTHING, campaigns=wanted.campaigns)
    rows = campaigns(session, known, period, wish).rows
    return [row for row in rows if row.figures.anything or row.apart.anything]


def _tired(finding: Finding, about: Entity) -> bool:
    """Whether it is one of the ads of the campaign that the finding is about."""
    return finding.entities[0].kind == "campaign" and about.kind == "ad"
