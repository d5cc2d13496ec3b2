"""What a finding is held against: its figures over the days after it, by its rule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import Row, exists, select
from sqlalchemy.orm import Session

from app.advice import outcomes
from app.advice.outcomes import Outcome, Spell
from app.insights.finding import Entity, Finding, Kind
from app.insights.period import Sums
from app.metrics.ad_series import ads_shown
from app.metrics.period import WEEK, Period
from app.metrics.reach import frequencies
from app.metrics.sources import Source, Sources
from app.metrics.stretch import can_measure, measured
from app.models import Account, Campaign, StoredFinding, Workspace

# From how many stretches of days before a move the usual change is told.
_STRETCHES = 6


@dataclass(frozen=True, slots=True)
class Place:
    """Where is looked: a workspace, its sources and the first day that is not over."""

    session: Session
    workspace: Workspace
    known: Sources
    today: dt.date


@dataclass(frozen=True, slots=True)
class Review:
    """What was found over `first` to `last`. `followed` is yes, no or empty for not to be told."""

    first: dt.date
    last: dt.date
    outcome: Outcome
    before_first: dt.date | None = None
    before_last: dt.date | None = None
    followed: str = ""


def subjects(finding: Finding) -> list[Entity]:
    """What it is about; of a break that is on several platforms, all of them."""
    whole = finding.entities[0].kind
    return [
        each
        for each in finding.entities
        if each.role != "carries" or each.kind == whole == "platform"
    ]


def campaign_of(place: Place, entity: Entity) -> Row[*tuple[Any, ...]] | None:
    """Its account with currency, status and budget; None for what is no campaign or not there."""
    if entity.kind != "campaign":
        return None
    return place.session.execute(
        select(
            Campaign.account_id,
            Campaign.status,
            Campaign.budget,
            Campaign.budget_kind,
            Account.currency,
        )
        .join(Account, Account.id == Campaign.account_id)
        .where(Campaign.workspace_id == place.workspace.id, Campaign.id == int(entity.key))
    ).one_or_none()


@dataclass(frozen=True, slots=True)
class Measuring:
    """A finding beside the days before it and after it, of the accounts that hold them."""

    place: Place
    finding: Finding
    after: Period
    before: Period
    accounts: Sequence[Source]

    def review(self) -> Review:
        """By the finding's rule; one that is not measured is looked for among tonight's."""
        about = self.finding.entities[0]
        if self.finding.rule == "reallocation":
            return self._moved()
        if self.finding.rule == "creative_refresh":
            return self._refreshed(about)
        way = self._way() if can_measure(about) else None
        return way(about) if way else self._lasting()

    def _way(self) -> Callable[[Entity], Review] | None:
        """How the rule's own figures are measured; None for one whose are not."""
        rule = self.finding.rule
        if rule in outcomes.OF_DAYS:
            return self._of_its_days
        if rule == "persistent_shift" or (
            rule == "fix_tracking" and "metric" in self.finding.facts
        ):
            return self._of_a_level
        if rule in ("cut_waste", "raise_budget"):
            return self._advised
        if rule == "audience_expansion":
            return self._widened
        observed = rule in ("zero_result", "roas_target", "cpa_target") or rule.endswith("_change")
        return self._observed if observed else None

    def sums(self, entity: Entity, days: Period) -> Sums | None:
        """Of the accounts looked at."""
        numbers = [each.account_id for each in self.accounts]
        return measured(self.place.session, self.place.workspace.id, numbers, entity, days)

    def _of_all(self, days: Period) -> Sums | None:
        several = [self.sums(each, days) for each in subjects(self.finding)]
        known = [each for each in several if each is not None]
        return sum(known, Sums()) if len(known) == len(several) else None

    def _review(self, outcome: Outcome, followed: str = "", before: Period | None = None) -> Review:
        return Review(
            self.after.first,
            self.after.last,
            outcome,
            before.first if before else None,
            before.last if before else None,
            followed,
        )

    def _spell(self, entity: Entity) -> Spell | None:
        before, after = self.sums(entity, self.before), self.sums(entity, self.after)
        if before is None or after is None:
            return None
        days = len(self.after)
        scaled = outcomes.scaled(before, days / len(self.before))
        return Spell(scaled, after, days, self._budget(entity))

    def _budget(self, entity: Entity) -> float | None:
        """The campaign's daily one now, where it is in the currency of the finding."""
        found = campaign_of(self.place, entity)
        if found is None or found.budget is None or found.budget_kind != "daily":
            return None
        return float(found.budget) if found.currency == self.finding.currency else None

    def _moved(self) -> Review:
        sides = {each.role: each for each in self.finding.entities}
        giver, taker = self._spell(sides["from"]), self._spell(sides["to"])
        if giver is None or taker is None:
            return self._review(Outcome(unknown="no_rate"))
        outcome = outcomes.move_outcome(self.finding, giver, taker, self._usual())
        followed = outcomes.move_followed(self.finding, giver, taker)
        return self._review(outcome, followed, self.before)

    def _usual(self) -> list[float]:
        """How both platforms' sales changed from each stretch of days to the next, a month."""
        found: list[Sums] = []
        length = len(self.before)
        for back in range(_STRETCHES):
            days = self.before.earlier(back * length)
            if not all(each.holds(days.first) for each in self.accounts):
                break
            if (both := self._of_all(days)) is None:
                break
            found.append(both)
        return [
            outcomes.monthly_value(earlier, later, length) for later, earlier in pairwise(found)
        ]

    def _advised(self, about: Entity) -> Review:
        spell = self._spell(about)
        if spell is None:
            return self._review(Outcome(unknown="no_rate"))
        if self.finding.rule == "cut_waste":
            outcome = outcomes.cut_outcome(self.finding, spell)
            followed = outcomes.cut_followed(self.finding, spell)
        else:
            outcome = outcomes.raise_outcome(spell)
            followed = outcomes.raise_followed(self.finding, spell)
        return self._review(outcome, followed, self.before)

    def _widened(self, about: Entity) -> Review:
        after, place = self.sums(about, self.after), self.place
        if after is None:
            return self._review(Outcome(unknown="no_rate"))
        told = frequencies(place.session, place.workspace.id, self.after.last, 28)
        people = told.get(int(about.key))
        followed = outcomes.widened(self.finding, people.reach if people else None)
        return self._review(outcomes.widened_outcome(self.finding, after), followed)

    def _of_its_days(self, _about: Entity) -> Review:
        own = self._of_all(Period(self.finding.first, self.finding.last))
        if own is None:
            return self._review(Outcome(unknown="no_rate"))
        return self._review(outcomes.day_outcome(self.finding, own))

    def _of_a_level(self, _about: Entity) -> Review:
        after = self._of_all(self.after)
        if after is None:
            return self._review(Outcome(unknown="no_rate"))
        return self._review(outcomes.level_outcome(self.finding, after, len(self.after)))

    def _refreshed(self, campaign: Entity) -> Review:
        """The last week after, against the one told of. Raises LookupError of a single ad's."""
        if campaign.kind != "campaign":
            raise LookupError(campaign.kind)
        then, now = (
            Period(self.finding.first, self.finding.last),
            Period.ending(self.after.last, WEEK),
        )
        before, after = self.sums(campaign, then), self.sums(campaign, now)
        if before is None or after is None:
            return self._review(Outcome(unknown="no_rate"))
        shown = ads_shown(self.place.session, self.place.workspace.id, int(campaign.key), now)
        outcome = outcomes.refreshed_outcome(before, after)
        followed = outcomes.refreshed(self.finding, shown)
        return Review(now.first, now.last, outcome, then.first, then.last, followed)

    def _observed(self, about: Entity) -> Review:
        after = self.sums(about, self.after)
        if after is None:
            return self._review(Outcome(unknown="no_rate"))
        if self.finding.rule == "zero_result":
            return self._review(outcomes.nothing_outcome(after))
        if self.finding.rule.endswith("_target"):
            return self._review(outcomes.target_outcome(self.finding, after))
        return self._review(outcomes.change_outcome(self.finding, after, len(self.after)))

    def _lasting(self) -> Review:
        """Whether the rule still finds the same; what was to be mended is to be gone."""
        place = self.place
        found = place.session.scalar(
            select(
                exists().where(
                    StoredFinding.workspace_id == place.workspace.id,
                    StoredFinding.key == self.finding.key,
                    StoredFinding.last >= self.after.last,
                )
            )
        )
        to_be_gone = self.finding.kind is Kind.RECOMMENDATION
        return self._review(Outcome(bool(found) is not to_be_gone))
