"""What a rendering of a report adds to it: texts with a figure, a name or a day in them.

They are not frozen with the report. Figures and days come as they are written.
"""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Sequence

from app.reports.languages.labels import Labels
from app.reports.wording import Wording


class Captions(ABC):
    """Those of one language, with its labels."""

    def __init__(self, labels: Labels) -> None:
        self.labels = labels

    @abstractmethod
    def month_before(self, title: str, month: dt.date) -> str:
        """The title of a report of a whole month, sent when the next one began."""

    @abstractmethod
    def quarter_before(self, title: str, quarter: int, year: int) -> str:
        """The same of a quarter, 1 to 4."""

    @abstractmethod
    def compared_with(self, days: str, compare: str) -> str:
        """`compare` is previous or year, or something else for no word about it."""

    @abstractmethod
    def revenue_is(self, source: str) -> str:
        """`source` is store or reported."""

    @abstractmethod
    def why(self, rating: str) -> str:
        """The head of a rating's reasons."""

    @abstractmethod
    def written_by(self, by: Wording) -> str:
        """Where figures and words come from, and which words are whose."""

    @abstractmethod
    def review_on(self, day: str) -> str:
        """When a finding is looked at again."""

    @abstractmethod
    def no_review(self) -> str:
        """Why what promises nothing is not looked at again."""

    @abstractmethod
    def per(self, unit: str) -> str:
        """`unit` is month or day."""

    @abstractmethod
    def span(self, low: str, high: str) -> str:
        """From one figure to another."""

    @abstractmethod
    def changed(self, size: str, better: str, *, up: bool) -> str:
        """A change read aloud; `better` is better, worse or neutral."""

    @abstractmethod
    def claimed_by(self, platform: str) -> str:
        """Sales as a platform claims them."""

    @abstractmethod
    def claimed_for_each(self, share: str) -> str:
        """How much of what was sold platforms claim."""

    @abstractmethod
    def others(self, count: str) -> str:
        """The rows that are not shown at once."""

    @abstractmethod
    def most_campaigns(self, shown: str, of: str) -> str:
        """Paper has only those that spent most."""

    @abstractmethod
    def as_of(self, moment: str) -> str:
        """When figures were read, as a sentence."""

    @abstractmethod
    def chart(self, roles: Sequence[str], days: str) -> str:
        """What a chart shows; roles are spend and revenue."""

    @abstractmethod
    def chart_total(self, name: str, total: str, most: str, day: str) -> str:
        """A line of a chart in words."""

    @abstractmethod
    def undrawn(self, mark: str) -> str:
        """What stands for characters without a font."""

    @abstractmethod
    def logo_of(self, name: str) -> str:
        """A picture in words."""

    @abstractmethod
    def link_for_anybody(self, days: int) -> str:
        """Whom a letter's link opens for."""

    @abstractmethod
    def on_the_list(self, workspace: str) -> str:
        """Why somebody gets a letter."""

    @abstractmethod
    def asked_to_unsubscribe(self, sender: str, title: str, email: str) -> str:
        """What is sent to whom."""

    @abstractmethod
    def unsubscribed(self, sender: str, title: str, email: str) -> str:
        """It is not sent any more."""

    @abstractmethod
    def too_many_tries(self, minutes: int) -> str:
        """A password was tried too often; when it can be tried again."""
