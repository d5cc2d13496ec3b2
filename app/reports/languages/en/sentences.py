"""What an English report says besides its findings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from app.metrics import provenance
from app.metrics.figures import RevenueSource
from app.metrics.period import Period
from app.metrics.store_revenue import StoreRevenue
from app.reports.languages.sentences import Moved, Outcome, Sentences

_NAMED = 3


class EnglishSentences(Sentences):
    """In the second person: whoever reads it spent the money."""

    def title(self, period: Period) -> str:
        """Such as December 1–31 performance; the year only where it is told apart by it."""
        first, last = period.first, period.last
        if first == last:
            return f"{first:%B} {first.day} performance"
        if first.year != last.year:
            days = f"{first:%B} {first.day}, {first.year} – {last:%B} {last.day}, {last.year}"
        elif first.month == last.month:
            days = f"{first:%B} {first.day}–{last.day}"
        else:
            days = f"{first:%B} {first.day} – {last:%B} {last.day}"
        return f"{days} performance"

    def nothing_recorded(self, days: Period) -> list[str]:
        return [
            f"Nothing is recorded for {self._days(days)}.",
            "No platform in this report spent or sold anything on these days.",
            "Check that the right accounts are chosen, or choose other days.",
        ]

    def nothing_connected(self, days: Period) -> list[str]:
        return [
            f"There are no figures for {self._days(days)}: no ad account or shop is connected.",
            "Nothing can be judged or recommended before there are figures.",
            "Connect a platform or upload an export, then generate the report again.",
        ]

    def nothing_read(self, days: Period) -> list[str]:
        return [
            f"There are no figures for {self._days(days)}: none of these days has been read yet.",
            "They are unknown, not zero, so nothing is judged or recommended.",
            "Wait until Connections says that they are read, or choose other days.",
        ]

    def nothing_converted(self, days: Period, currencies: Sequence[str]) -> list[str]:
        no_rate = f"there is no exchange rate from {_listed(currencies)}"
        return [
            f"No figure of {self._days(days)} is in {self.manner.currency}: {no_rate}.",
            "They are left out of every sum, so nothing is judged or recommended.",
            "Add the rate in Settings, then generate the report again.",
        ]

    def spend_unknown(self, outcome: Outcome) -> str:
        when = self._days(outcome.days)
        if outcome.sold is None:
            return f"What was spent on ads and what was sold on {when} is not known."
        return f"On {when} {self._sold(outcome)}; what was spent on ads is not known."

    def spent_only(self, outcome: Outcome) -> str:
        return f"{self._spent(outcome)} on ads; what was sold is not known."

    def sold_only(self, outcome: Outcome) -> str:
        return f"On {self._days(outcome.days)} nothing was spent on ads, and {self._sold(outcome)}."

    def shops_only(self, outcome: Outcome) -> str:
        when = self._days(outcome.days)
        return f"On {when} {self._sold(outcome)}; no advertising is part of this report."

    def returned(self, outcome: Outcome) -> str:
        sentence = f"{self._spent(outcome)} on ads and {self._sold(outcome)}"
        roas, target = outcome.roas or Decimal(0), outcome.target
        if target is None:
            return f"{sentence}: a ROAS of {self.manner.multiple(float(roas))}."
        side = "above" if roas > target else "below" if roas < target else "exactly"
        reached, wanted = self.apart(roas, target)
        return f"{sentence}: a ROAS of {reached}, {side} your target of {wanted}."

    def moved(self, moves: Sequence[Moved], best: str, worst: str) -> str:
        told = "There is nothing to compare"
        if moves:
            told = f"Against the comparison period, {_listed([self._went(each) for each in moves])}"
        best = f"; best: {best}" if best else ""
        worst = f"; to watch: {worst}" if worst else ""
        return f"{told}{best}{worst}."

    def next_step(self, title: str, more: int) -> str:
        return f"Next step: {title}{f' ({more} more below)' if more else ''}."

    def nothing_safe(self) -> str:
        return "There is nothing safe to recommend from these days: keep budgets as they are."

    def no_revenue(self) -> str:
        return "Nothing was spent, or no revenue is known."

    def few_conversions(self, enough: int) -> str:
        return f"Fewer than {enough} conversions are in it."

    def mostly_young(self) -> str:
        return "More than half of the spend is on days less than a week old."

    def no_yardstick(self) -> str:
        return "There is neither a target ROAS nor a period to compare with."

    def against_target(self, roas: Decimal, target: Decimal) -> str:
        side = "at or above" if roas >= target else "below"
        reached, wanted = self.apart(roas, target)
        return f"ROAS of {reached} is {side} the target of {wanted}."

    def roas_changed(self, change: Decimal, *, beyond: bool) -> str:
        weight = "more than chance explains" if beyond else "within what chance or 10% explains"
        return f"ROAS changed by {change:+.0%} against the comparison period, {weight}."

    def sold_nothing(self) -> str:
        return "The shop sold nothing on the days compared, so claims have nothing to be held to."

    def claimed(
        self, names: Sequence[str], days: int, sold: Decimal, claimed: Decimal, ratio: Decimal
    ) -> str:
        when = "On one day" if days == 1 else f"On {days} days"
        who = f"{_listed(names)} {'together claim' if len(names) > 1 else 'claims'}"
        return (
            f"{when} the shop sold {self.manner.money(float(sold))}; {who} "
            f"{self.manner.money(float(claimed))}, {self.manner.share(float(ratio))} of it. "
            "Platforms may claim the same sale twice, so claims are never added to sales."
        )

    def unclaimed(self) -> str:
        return (
            "No claims of ad platforms are known for these days, so there is nothing to hold "
            "against what the shop sold."
        )

    def parted(self) -> str:
        return (
            "Accounts that sold, or that claim sales, on these days are left out of this report, "
            "so no claims are held against the sales in it."
        )

    def only_platforms(self, names: Sequence[str]) -> str:
        return f"Only {', '.join(names)}."

    def only_accounts(self, names: Sequence[str]) -> str:
        return f"Only the account{'s' * (len(names) > 1)} {', '.join(names)}."

    def only_campaigns(self, count: int) -> str:
        return "Only one campaign." if count == 1 else f"Only {count} chosen campaigns."

    def step(self, title: str, review_on: dt.date | None) -> str:
        review = f" Review on {self.manner.day(review_on)}." if review_on else ""
        return f"{title}.{review}"

    def keep_budgets(self) -> str:
        return "Keep budgets as they are, and look again when more days are nearly complete."

    def all_final(self, last: dt.date) -> str:
        return f"All figures through {self.manner.day(last)} are final: no platform restates them."

    def none_final(self) -> str:
        return (
            "Every day of this report may still change: platforms add late conversions and "
            "correct figures, some of them for months."
        )

    def partly_final(self, final: dt.date, unsettled: Period) -> str:
        return (
            f"Figures through {self.manner.day(final)} are final. Those of "
            f"{self._days(unsettled)} may still change: platforms add late conversions and "
            "correct figures."
        )

    def invented(self) -> str:
        return "Some figures come from a sandbox platform and are invented."

    def cut(self, wanted: dt.date, last: dt.date) -> str:
        return (
            f"{self.manner.day(wanted)} is not over everywhere, so the report ends on "
            f"{self.manner.day(last)}."
        )

    def claims_only(self) -> str:
        return (
            "A shop's sales belong to no campaign, so revenue is what the platforms report for "
            "the chosen campaigns."
        )

    def split(self) -> str:
        return (
            "A shop sells through all of the advertising, and accounts that spent or sold on these "
            "days are left out of this report: revenue, ROAS and the rating rest on what the "
            "platforms in it report."
        )

    def whole_log(self) -> str:
        return (
            "What people wrote in the log of actions is about the whole workspace, whatever this "
            "report is about."
        )

    def no_rate(self, spend: Decimal, currency: str) -> str:
        return (
            f"{replace(self.manner, currency=currency).money(float(spend))} of spend is not in the "
            f"figures: there is no exchange rate from {currency} to {self.manner.currency} for its "
            "days. Add one in Settings."
        )

    def not_converted(self, currencies: Sequence[str]) -> str:
        return (
            f"Nothing is rated, and changes that rest on {_listed(currencies)} are left out: on "
            "some of the days shown or compared with there is no exchange rate to "
            f"{self.manner.currency}, so they would not compare like with like. Add the rate in "
            "Settings, then generate the report again."
        )

    def shop_incomplete(self, days: int) -> str:
        told = "1 day of the shop is" if days == 1 else f"{days} days of the shop are"
        whose = "it" if days == 1 else "them"
        return f"{told} not in revenue: tax or shipping is wanted in it and not known for {whose}."

    def nothing_final(self) -> str:
        return "No day of this report was read, so there is no figure that could be final."

    def gap(self, names: Sequence[str], days: Sequence[Period]) -> str:
        shown = list(names[:_NAMED])
        if len(names) > _NAMED:
            shown.append(f"{len(names) - _NAMED} more")
        when = _listed([self._days(each) for each in days])
        return (
            f"{_listed(shown)} {'was' if len(names) == 1 else 'were'} not read for {when}: what "
            "happened there is unknown, not zero, and in no figure."
        )

    def not_compared(self, platforms: Sequence[str]) -> str:
        return (
            f"Changes that rest on {_listed(platforms)} are left out: not all of the days compared "
            "were read there, so they would not compare like with like."
        )

    def definition(
        self, metric: str, source: RevenueSource, store: StoreRevenue
    ) -> tuple[str, str]:
        """As the dashboard has it."""
        said = provenance.definition(metric, source, store)
        if said is None:
            raise KeyError(metric)
        return said.label, f"{said.formula} {said.meaning}"

    def _days(self, days: Period) -> str:
        return self.manner.days(days.first, days.last)

    def _spent(self, outcome: Outcome) -> str:
        spent = self.manner.money(float(outcome.spend or 0))
        return f"On {self._days(outcome.days)} you spent {spent}"

    def _sold(self, outcome: Outcome) -> str:
        shop = outcome.source is RevenueSource.STORE
        sold = self.manner.money(float(outcome.sold or 0))
        return f"{'your shop sold' if shop else 'the platforms report'} {sold}"

    def _went(self, moved: Moved) -> str:
        if moved.steady:
            return f"{moved.metric} held steady"
        way = "rose" if moved.change > 0 else "fell"
        return f"{moved.metric} {way} {self.manner.share(abs(float(moved.change)))}"


def _listed(parts: Sequence[str]) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"
