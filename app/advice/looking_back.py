"""Which days a finding is reviewed on, and when those can be told."""

from __future__ import annotations

import datetime as dt

from app.advice import outcomes
from app.advice.asking import settled_part
from app.advice.measuring import Measuring, Place, Review, campaign_of, subjects
from app.advice.outcomes import Outcome
from app.insights.finding import Finding
from app.metrics.period import WEEK, Period
from app.metrics.platforms import is_shop
from app.metrics.sources import Source

# Days that are still not read so long after they should have been are not waited for.
_GIVE_UP = dt.timedelta(days=35)


def after_of(finding: Finding, told: dt.date, stage: int) -> Period | None:
    """Whole weeks up to `stage` days after its last day, none of them before it was told.

    None where that leaves no week.
    """
    last = finding.last + dt.timedelta(days=stage)
    first = max(finding.last + dt.timedelta(days=1), told)
    weeks = ((last - first).days + 1) // WEEK
    return Period.ending(last, weeks * WEEK) if weeks > 0 else None


def look_back(place: Place, finding: Finding, after: Period) -> Review | None:
    """None where days still have to settle or to be read."""
    if finding.rule == "pacing":
        return _month(place, finding, after)
    if settled_part(place.known, after, place.today) != after:
        return None
    before = Period.ending(finding.last, len(after))
    if finding.rule == "cut_waste":
        before = Period(finding.first, finding.last)
    accounts = _accounts(place, finding, before)
    if not accounts or not all(each.holds(after.last) for each in accounts):
        late = place.today - after.last > _GIVE_UP
        return _unknown(after, "not_read") if late else None
    if _other_currency(place, finding):
        return _unknown(after, "currency")
    return Measuring(place, finding, after, before, accounts).review()


def _unknown(after: Period, why: str) -> Review:
    return Review(after.first, after.last, Outcome(unknown=why))


def _other_currency(place: Place, finding: Finding) -> bool:
    return outcomes.in_money(finding) and finding.currency != place.workspace.currency


def _month(place: Place, finding: Finding, after: Period) -> Review | None:
    """The whole month that spend was heading for the end of."""
    following = (finding.first.replace(day=1) + dt.timedelta(days=31)).replace(day=1)
    month = Period(finding.first, following - dt.timedelta(days=1))
    if month.last > after.last:
        return _unknown(after, "month_not_over")
    if settled_part(place.known, month, place.today) != month:
        return None
    accounts = _accounts(place, finding, Period(month.first, finding.last))
    if not accounts or not all(each.holds(month.last) for each in accounts):
        late = place.today - month.last > _GIVE_UP
        return _unknown(month, "not_read") if late else None
    if _other_currency(place, finding):
        return _unknown(month, "currency")
    spent = Measuring(place, finding, month, month, accounts).sums(finding.entities[0], month)
    if spent is None:
        return _unknown(month, "no_rate")
    return Review(month.first, month.last, outcomes.month_outcome(finding, spent))


def _accounts(place: Place, finding: Finding, before: Period) -> list[Source]:
    """Those that the finding is about and whose days before are held."""
    about = subjects(finding)
    platforms = {each.platform for each in about if each.kind != "workspace"}
    campaign = campaign_of(place, about[0]) if about else None
    return [
        each
        for each in place.known.counted
        if not is_shop(each.platform)
        and (not platforms or each.platform in platforms)
        and (campaign is None or each.account_id == campaign.account_id)
        and each.holds(before.first)
        and each.holds(before.last)
    ]
