"""What a report says besides its findings, asked of every language; it is frozen with the report.

Each method is one whole text, so that a language may put it as it likes. Amounts are in the
report's currency, shares are of one, titles are those of findings in the same language.
"""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from babel.numbers import format_decimal

from app.insights.words import Manner
from app.metrics.figures import RevenueSource
from app.metrics.period import Period
from app.metrics.store_revenue import StoreRevenue
from app.reports.languages.labels import Labels

_MOST_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was spent and sold on the report's days; None is not known or has no meaning.

    `advertised`: an account that spends is part of the report.
    """

    days: Period
    spend: Decimal | None
    sold: Decimal | None
    roas: Decimal | None
    source: RevenueSource
    target: Decimal | None
    advertised: bool = True


@dataclass(frozen=True, slots=True)
class Moved:
    """The relative change of spend, revenue or conversions; `steady` is too little to tell."""

    metric: str
    change: Decimal
    steady: bool


class Sentences(ABC):
    """Those of one language, with its labels."""

    def __init__(self, manner: Manner, labels: Labels) -> None:
        self.manner = manner
        self.labels = labels

    def apart(self, roas: Decimal, target: Decimal) -> tuple[str, str]:
        """Both as multiples, with as many decimals as it takes to tell them apart."""
        decimals = 2
        while roas != target and round(roas, decimals) == target and decimals < _MOST_DECIMALS:
            decimals += 1
        shown = (
            format_decimal(each, pattern, locale=self.manner.locale)
            for each, pattern in ((roas, f"0.{'0' * decimals}"), (target, "0.######"))
        )
        first, second = (f"{each}x" for each in shown)
        return first, second

    # The summary, and what a report is called.

    @abstractmethod
    def title(self, period: Period) -> str:
        """For a report that nobody gave one."""

    @abstractmethod
    def nothing_recorded(self, days: Period) -> list[str]:
        """The whole summary of days without any figure."""

    @abstractmethod
    def nothing_connected(self, days: Period) -> list[str]:
        """The whole summary where no account counts; the last sentence is what to do."""

    @abstractmethod
    def nothing_read(self, days: Period) -> list[str]:
        """The same where no day was read of any account."""

    @abstractmethod
    def nothing_converted(self, days: Period, currencies: Sequence[str]) -> list[str]:
        """The same where all figures are in currencies without a rate."""

    @abstractmethod
    def spend_unknown(self, outcome: Outcome) -> str:
        """What was spent is not known."""

    @abstractmethod
    def spent_only(self, outcome: Outcome) -> str:
        """What was sold is not known."""

    @abstractmethod
    def sold_only(self, outcome: Outcome) -> str:
        """Nothing was spent."""

    @abstractmethod
    def shops_only(self, outcome: Outcome) -> str:
        """What was sold, in a report without any account that advertises."""

    @abstractmethod
    def returned(self, outcome: Outcome) -> str:
        """Spend, sales and ROAS, against the target where there is one."""

    @abstractmethod
    def moved(self, moves: Sequence[Moved], best: str, worst: str) -> str:
        """Against the days before; `best` and `worst` are titles, empty for none."""

    @abstractmethod
    def next_step(self, title: str, more: int) -> str:
        """The first recommendation, and how many more there are."""

    @abstractmethod
    def nothing_safe(self) -> str:
        """In place of a recommendation."""

    # The rating's reasons.

    @abstractmethod
    def no_revenue(self) -> str:
        """There is no ROAS."""

    @abstractmethod
    def few_conversions(self, enough: int) -> str:
        """Fewer than are enough to judge."""

    @abstractmethod
    def mostly_young(self) -> str:
        """Most of the spend is on days that are still restated."""

    @abstractmethod
    def no_yardstick(self) -> str:
        """Neither a target nor a comparison."""

    @abstractmethod
    def against_target(self, roas: Decimal, target: Decimal) -> str:
        """ROAS and its target."""

    @abstractmethod
    def roas_changed(self, change: Decimal, *, beyond: bool) -> str:
        """`beyond` what chance or a tenth explains."""

    # The shop, what is left out, what is next and how final it is.

    @abstractmethod
    def sold_nothing(self) -> str:
        """The shop, on the days that are compared with claims."""

    @abstractmethod
    def claimed(
        self, names: Sequence[str], days: int, sold: Decimal, claimed: Decimal, ratio: Decimal
    ) -> str:
        """What these platforms claim against what the shop sold."""

    @abstractmethod
    def unclaimed(self) -> str:
        """No platform was read that could claim anything."""

    @abstractmethod
    def parted(self) -> str:
        """Sales or claims of other accounts are left out, so no claim is held to the sales here."""

    @abstractmethod
    def only_platforms(self, names: Sequence[str]) -> str:
        """The report is about these."""

    @abstractmethod
    def only_accounts(self, names: Sequence[str]) -> str:
        """The report is about these."""

    @abstractmethod
    def only_campaigns(self, count: int) -> str:
        """The report is about so many."""

    @abstractmethod
    def step(self, title: str, review_on: dt.date | None) -> str:
        """A recommendation as a next step."""

    @abstractmethod
    def keep_budgets(self) -> str:
        """The next step where nothing is recommended."""

    @abstractmethod
    def all_final(self, last: dt.date) -> str:
        """No day is restated any more."""

    @abstractmethod
    def none_final(self) -> str:
        """Every day may still change."""

    @abstractmethod
    def partly_final(self, final: dt.date, unsettled: Period) -> str:
        """Final through a day; the days after it may still change."""

    @abstractmethod
    def invented(self) -> str:
        """Figures of a sandbox are in it."""

    @abstractmethod
    def cut(self, wanted: dt.date, last: dt.date) -> str:
        """The last day that was wanted is not over."""

    @abstractmethod
    def claims_only(self) -> str:
        """With chosen campaigns a shop's sales are left out."""

    @abstractmethod
    def split(self) -> str:
        """Spend and a shop's sales are of different accounts, so revenue is what is reported."""

    @abstractmethod
    def whole_log(self) -> str:
        """What people wrote in the log is of everything, though the report is of a part."""

    @abstractmethod
    def no_rate(self, spend: Decimal, currency: str) -> str:
        """Spend in a currency that cannot be converted."""

    @abstractmethod
    def not_converted(self, currencies: Sequence[str]) -> str:
        """Changes and the rating are left out, as amounts have no rate on days of either side."""

    @abstractmethod
    def shop_incomplete(self, days: int) -> str:
        """Days of the shop whose tax or shipping is not known."""

    @abstractmethod
    def nothing_final(self) -> str:
        """No day was read."""

    @abstractmethod
    def gap(self, names: Sequence[str], days: Sequence[Period]) -> str:
        """Stretches of days that were never read of a platform, or of some of its accounts."""

    @abstractmethod
    def not_compared(self, platforms: Sequence[str]) -> str:
        """Changes are left out, as these were read on part of the days compared only."""

    @abstractmethod
    def definition(
        self, metric: str, source: RevenueSource, store: StoreRevenue
    ) -> tuple[str, str]:
        """What a figure is called and what it means. Raises KeyError for an unknown one."""
