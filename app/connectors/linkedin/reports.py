"""Daily figures: asked for in pieces that LinkedIn answers whole, each row said of what it is.

LinkedIn has no pages here. One answer holds at most 15,000 rows and does not say that there were
more, so an answer of that size is thrown away and asked for again in halves. Rows in which every
figure that was asked for is 0 do not come; all figures are asked for at once, so such a row has
nothing to tell.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, NamedTuple

import msgspec

from app.connectors.errors import ConnectorError
from app.connectors.linkedin.answers import (
    Page,
    Row,
    day_of,
    ids_of,
    money,
    number,
    unusable,
    whole,
)
from app.connectors.linkedin.api import Api, Question, elements
from app.connectors.linkedin.errors import BadQuestion, TooMany
from app.connectors.linkedin.restli import ACCOUNT, CAMPAIGN, CREATIVE, GROUP, Params
from app.connectors.words import Days, DayTotal, Fact, Reached

PATH = "adAnalytics"
MOST_ROWS = 15_000
# How many fields one question may name, dates and pivots included.
MOST_FIELDS = 20
LONGEST_DAYS = 30
LONGEST_DAYS_OF_TOTALS = 366
IDS_AT_ONCE = 500
ALWAYS = ("dateRange", "pivotValues")
FIGURES = ("impressions", "clicks", "costInLocalCurrency")
MEMBERS = "approximateMemberReach"
_ROWS = msgspec.json.Decoder(Page[Row], float_hook=Decimal)

KIND: Final = {"CAMPAIGN_GROUP": GROUP, "CAMPAIGN": CAMPAIGN, "CREATIVE": CREATIVE}
FACET: Final = {GROUP: "campaignGroups", CAMPAIGN: "campaigns"}
# Of an ad LinkedIn says to which campaign and group it belongs when all three are asked for. Where
# that is refused the owners are looked up in the lists, which lack what was deleted.
AD_PIVOTS: Final[tuple[tuple[str, ...], ...]] = (
    ("CAMPAIGN_GROUP", "CAMPAIGN", "CREATIVE"),
    ("CAMPAIGN", "CREATIVE"),
    ("CREATIVE",),
)


@dataclass(frozen=True, slots=True)
class Report:
    """What is asked of an account: rows by `pivots`, with `figures`."""

    account: str
    pivots: tuple[str, ...]
    figures: tuple[str, ...]

    @property
    def fields(self) -> tuple[str, ...]:
        return (*ALWAYS, *self.figures)


@dataclass(frozen=True, slots=True)
class _Piece:
    """Days of some groups or campaigns; of the whole account when `ids` is None."""

    days: Days
    ids: tuple[str, ...] | None = None
    kind: str = ""


class Reports:
    """Reads reports for one connector."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._ad_pivots: tuple[str, ...] = AD_PIVOTS[0]

    def pages(
        self, report: Report, days: Days, listed: Callable[[str], Sequence[str]]
    ) -> Iterator[list[Row]]:
        """Every row, newest days first. `listed` gives the ids of a kind, asked only if needed."""
        if report.pivots == AD_PIVOTS[0]:
            report = replace(report, pivots=self._ad_pivots)
        longest = LONGEST_DAYS_OF_TOTALS if report.pivots == ("ACCOUNT",) else LONGEST_DAYS
        pieces = [_Piece(window) for window in windows(days, longest)]
        while pieces:
            piece = pieces.pop()
            try:
                rows = self._rows(report, piece)
            except TooMany as error:
                pieces += self._smaller(report, piece, listed, error)
                continue
            except BadQuestion as error:
                report = _simpler(report, error)
                pieces.append(piece)
                continue
            if report.pivots in AD_PIVOTS:
                self._ad_pivots = report.pivots
            yield rows

    def reached(self, account: str, days: Days) -> list[Row]:
        """How many members each campaign group reached in these days as a whole."""
        whole = {"q": "analytics", "pivot": "CAMPAIGN_GROUP", "timeGranularity": "ALL"}
        question = Question(
            PATH,
            PATH,
            {**whole, **_span(days), "accounts": [f"{ACCOUNT}{account}"]},
            fields=(*ALWAYS, "impressions", MEMBERS),
            account=account,
        )
        return elements(self._api.ask(question, _ROWS))

    def _rows(self, report: Report, piece: _Piece) -> list[Row]:
        question = Question(
            PATH,
            PATH,
            {**_finder(report.pivots), **_span(piece.days), **_facet(report, piece)},
            fields=report.fields,
            account=report.account,
        )
        self._await_volume(len(report.fields))
        page = self._api.ask(question, _ROWS, lambda page: _check(elements(page), report))
        rows = elements(page)
        self._api.volume.took(len(rows) * len(report.fields))
        if len(rows) >= MOST_ROWS or _is_cut(page, len(rows)):
            raise TooMany("LinkedIn Ads was asked for more figures than it answers at once.")
        return rows

    def _await_volume(self, fields: int) -> None:
        wait = self._api.volume.wait(MOST_ROWS * fields)
        if wait > 0:
            self._api.pause(wait)

    def _smaller(
        self,
        report: Report,
        piece: _Piece,
        listed: Callable[[str], Sequence[str]],
        error: TooMany,
    ) -> list[_Piece]:
        """The same in parts: by days down to one, then by what the rows belong to.

        Raises ConnectorError when not even one campaign's day fits into an answer.
        """
        if len(piece.days) > 1:
            return [replace(piece, days=half) for half in _halves(piece.days)]
        if piece.ids is None and report.pivots != ("ACCOUNT",):
            kind = GROUP if report.pivots == ("CAMPAIGN_GROUP",) else CAMPAIGN
            ids = self._delivering(report, piece.days, kind, listed)
            if ids:
                parts = _parts(ids, IDS_AT_ONCE)
                return [replace(piece, ids=part, kind=kind) for part in parts]
        elif piece.ids and len(piece.ids) > 1:
            parts = _parts(piece.ids, (len(piece.ids) + 1) // 2)
            return [replace(piece, ids=part) for part in parts]
        raise ConnectorError(
            f"LinkedIn Ads finds even one campaign's figures of {piece.days.first} too much to "
            "answer. Stored figures are unchanged. The next sync tries again; if it fails for "
            "days, tell LinkedIn's support."
        ) from error

    def _delivering(
        self, report: Report, days: Days, kind: str, listed: Callable[[str], Sequence[str]]
    ) -> tuple[str, ...]:
        """The campaigns with figures on a day, for these may be listed no longer.

        Groups, or campaigns that are too many themselves, are those of the list.
        """
        if kind == CAMPAIGN:
            try:
                rows = self._rows(Report(report.account, ("CAMPAIGN",), FIGURES), _Piece(days))
            except TooMany:
                pass
            else:
                return tuple(dict.fromkeys(ids_of(row).get(CAMPAIGN, "") for row in rows))
        return tuple(listed(kind))


def windows(days: Days, longest: int) -> list[Days]:
    """At most so many days each, the oldest first."""
    cut = []
    last = days.last
    while last >= days.first:
        first = max(days.first, last - dt.timedelta(days=longest - 1))
        cut.append(Days(first, last))
        last = first - dt.timedelta(days=1)
    return cut[::-1]


def _halves(days: Days) -> list[Days]:
    """The older half, then the newer."""
    middle = days.first + dt.timedelta(days=len(days) // 2)
    return [Days(days.first, middle - dt.timedelta(days=1)), Days(middle, days.last)]


def _parts(ids: Sequence[str], size: int) -> list[tuple[str, ...]]:
    return [tuple(ids[at : at + size]) for at in range(0, len(ids), size)]


def _simpler(report: Report, error: BadQuestion) -> Report:
    """Ask about ads without their owners. Raises the refusal where that would not help."""
    if report.pivots not in AD_PIVOTS[:-1]:
        raise error
    return replace(report, pivots=AD_PIVOTS[AD_PIVOTS.index(report.pivots) + 1])


def _finder(pivots: tuple[str, ...]) -> Params:
    if len(pivots) == 1:
        return {"q": "analytics", "pivot": pivots[0], "timeGranularity": "DAILY"}
    return {"q": "statistics", "pivots": pivots, "timeGranularity": "DAILY"}


def _span(days: Days) -> Params:
    return {"dateRange": {"start": _date(days.first), "end": _date(days.last)}}


def _date(day: dt.date) -> Params:
    return {"year": day.year, "month": day.month, "day": day.day}


def _facet(report: Report, piece: _Piece) -> Params:
    if piece.ids is None:
        return {"accounts": [f"{ACCOUNT}{report.account}"]}
    return {FACET[piece.kind]: [f"{piece.kind}{one}" for one in piece.ids]}


def _is_cut(page: Page[Row], rows: int) -> bool:
    """Whether there is more than came. A `next` link beside exactly `count` rows means nothing."""
    paging = page.paging
    if paging is None:
        return False
    leads_on = any(link.get("rel") == "next" for link in paging.links or [])
    return (paging.total or 0) > rows or (leads_on and paging.count != rows)


def _check(rows: Sequence[Row], report: Report) -> None:
    """See that the figures are those that were asked for. Raises BadQuestion and Temporary.

    LinkedIn writes a 0 where there is nothing, so what is not there is not known.
    """
    for name in FIGURES:
        if any(row.get(name) is None for row in rows):
            raise unusable(f"figures without {name}")
    wanted = [kind for pivot in report.pivots if (kind := KIND.get(pivot))]
    if rows and wanted and not any(set(wanted) <= ids_of(row).keys() for row in rows):
        if report.pivots in AD_PIVOTS[:-1]:
            raise BadQuestion("LinkedIn Ads did not say to which campaigns its ads belong.")
        raise unusable("figures without saying of what")


class Counted(msgspec.Struct, frozen=True):
    """Which figures are conversions, and which are their value. They are added."""

    counts: tuple[str, ...]
    values: tuple[str, ...]

    def report(self, account: str, pivots: tuple[str, ...]) -> Report:
        """The question in which these are counted."""
        figures = dict.fromkeys((*FIGURES, *self.counts, *self.values))
        return Report(account, pivots, tuple(figures))

    def fact(self, row: Row, named: Named) -> Fact:
        """A day of `named`, in the account's currency."""
        return Fact(
            day_of(row),
            *named,
            "",
            whole(row.get("impressions")),
            whole(row.get("clicks")),
            money(row.get("costInLocalCurrency")),
            sum((number(row.get(name)) for name in self.counts), Decimal(0)),
            sum((money(row.get(name)) for name in self.values), Decimal(0)),
        )


class Named(NamedTuple):
    """Ids and names of a row's campaign, ad group and ad; empty where the grain has none."""

    campaign_id: str
    campaign_name: str
    ad_group_id: str = ""
    ad_group_name: str = ""
    ad_id: str = ""
    ad_name: str = ""


WEBSITE, VALUE = "externalWebsiteConversions", "conversionValueInLocalCurrency"


def counted(conversion_action: str | None) -> Counted:
    """Website conversions and lead forms, or the one metric an account chose.

    LinkedIn gives one amount, which is that of all website conversions.
    """
    if conversion_action is None:
        return Counted((WEBSITE, "oneClickLeads"), (VALUE,))
    return Counted((conversion_action,), (VALUE,) if conversion_action == WEBSITE else ())


def reached(row: Row) -> Reached:
    """Of a campaign group. LinkedIn's own word is that the number of members is approximate."""
    group = ids_of(row).get(GROUP, "")
    return Reached(group, whole(row.get(MEMBERS)), whole(row.get("impressions")))


def day_total(row: Row) -> DayTotal:
    """The account's own totals of a day."""
    spend = money(row.get("costInLocalCurrency"))
    return DayTotal(day_of(row), spend, whole(row.get("impressions")), whole(row.get("clicks")))
