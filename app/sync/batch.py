"""Facts on their way to the database: encoded for COPY as they come, in bounded memory."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import NamedTuple, Self

from app.connectors.errors import Temporary
from app.connectors.words import Fact, Grain

_KEEP_IN_MEMORY = 4 * 1024 * 1024
_BLOCK = 128 * 1024
# https://www.postgresql.org/docs/18/sql-copy.html: what the text format cannot hold as it is.
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class SeenGroup(NamedTuple):
    """An ad group as facts name it."""

    campaign_id: str
    name: str


class SeenAd(NamedTuple):
    """An ad as facts name it; `ad_group_id` is empty when they do not say."""

    campaign_id: str
    ad_group_id: str
    name: str


class Batch:
    """All figures of one grain for some days of one account.

    Holds rows as COPY text (spilled to a temporary file beyond 4 MiB) and each campaign, ad
    group and ad once. Close it when stored.
    """

    def __init__(self, grain: Grain) -> None:
        self.grain = grain
        self.rows = 0
        self.campaigns: dict[str, str] = {}
        self.ad_groups: dict[str, SeenGroup] = {}
        self.ads: dict[str, SeenAd] = {}
        self._days: dict[dt.date, str] = {}
        self._keys: dict[str, str] = {}
        self._spool = SpooledTemporaryFile(max_size=_KEEP_IN_MEMORY)  # noqa: SIM115 closed by close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def days(self) -> set[dt.date]:
        """The days that have at least one row."""
        return set(self._days)

    def add(self, page: Sequence[Fact]) -> None:
        """Take in a page of facts."""
        lines = [self._line(fact) for fact in page]
        self.rows += len(lines)
        self._spool.write("".join(lines).encode())

    def blocks(self) -> Iterator[bytes]:
        """The rows in COPY text format, in blocks."""
        self._spool.seek(0)
        while block := self._spool.read(_BLOCK):
            yield block

    def close(self) -> None:
        """Give the memory or the temporary file back."""
        self._spool.close()

    def _line(self, fact: Fact) -> str:
        (day, campaign, _, _, _, ad, _, placement, shown, clicks, spend, conversions, value) = fact
        external_id = ad if self.grain is Grain.AD else campaign
        key = self._keys.get(external_id) or self._meet(external_id, fact)
        date = self._days.get(day) or self._days.setdefault(day, day.isoformat())
        if self.grain is Grain.PLACEMENT:
            key = f"{key}\t{placement.translate(_ESCAPES)}"
        return f"{key}\t{date}\t{shown}\t{clicks}\t{spend}\t{conversions}\t{value}\n"

    def _meet(self, external_id: str, fact: Fact) -> str:
        if not external_id or not fact.campaign_id:
            raise Temporary(
                f"The platform gave figures of {fact.day} without saying what they belong to. "
                "Nothing was stored; the next sync asks again."
            )
        self.campaigns.setdefault(fact.campaign_id, fact.campaign_name)
        if fact.ad_group_id:
            group = SeenGroup(fact.campaign_id, fact.ad_group_name)
            self.ad_groups.setdefault(fact.ad_group_id, group)
        if fact.ad_id:
            ad = SeenAd(fact.campaign_id, fact.ad_group_id, fact.ad_name)
            self.ads.setdefault(fact.ad_id, ad)
        return self._keys.setdefault(external_id, external_id.translate(_ESCAPES))
