"""Daily reports: cut into the pieces TikTok answers, and asked without what it has withdrawn."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import msgspec

from app.connectors.errors import AccountRefused, ConnectorError
from app.connectors.tiktok.answers import Counted, Page, Row, number, unusable
from app.connectors.tiktok.api import Api, Cut, as_json
from app.connectors.tiktok.errors import BadQuestion, TooLarge, TooManyIds, Withdrawn
from app.connectors.words import Days, Grain, Grant

PATH = "report/integrated/get"
LONGEST_DAYS = 30
# For a sum over all the days asked about, not for each.
LONGEST_SUM_DAYS = 365
MOST_FILTERED = 100
FIGURES = ("spend", "impressions", "clicks")
LEVELS = {
    Grain.CAMPAIGN: ("AUCTION_CAMPAIGN", "campaign_id", "campaign_status"),
    Grain.AD: ("AUCTION_AD", "ad_id_v2", "ad_status"),
}
NAMES = {
    Grain.CAMPAIGN: ("campaign_name",),
    Grain.AD: ("campaign_id", "campaign_name", "adgroup_id", "adgroup_name", "ad_name"),
}
# Before upgraded Smart+ this was the only id of an ad; now it is that of a creative in it.
OLDER_AD_ID = "ad_id"
# Nobody has written down how far back TikTok answers. Older than this, a refusal of the dates is
# taken for the end of its memory.
SURE_DAYS = 365
_ROWS = msgspec.json.Decoder(Page[Row], strict=False)
_WORDS = re.compile(r"[a-z0-9_]+")
_NONE_COUNTED = Counted((), ())


@dataclass(frozen=True)
class Question:
    """What is asked of an account; `chosen` is the metric its owner picked, if one did."""

    advertiser_id: str
    level: str
    dimension: str
    status_filter: str
    names: tuple[str, ...] = ()
    counted: Counted = _NONE_COUNTED
    chosen: str | None = None

    @property
    def metrics(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*FIGURES, *self.counted.metrics, *self.names)))


@dataclass(frozen=True)
class _Piece:
    """Days of some campaigns; of all of them when `ids` is None."""

    days: Days
    ids: tuple[str, ...] | None = None


class Reports:
    """Reads reports for one connector; what TikTok has withdrawn is asked for once only."""

    def __init__(self, api: Api, note: Callable[[str], None], today: Callable[[], dt.date]) -> None:
        self._api = api
        self._note = note
        self._today = today
        self._withdrawn: set[str] = set()
        self._older_ads = False

    def pages(
        self,
        grant: Grant,
        question: Question,
        days: Days,
        campaigns: Callable[[], Sequence[str]],
    ) -> Iterator[list[Row]]:
        """Every row, newest days first. `campaigns` are their ids, asked for only when needed."""
        pieces = [_Piece(window) for window in windows(days)]
        while pieces:
            piece = pieces.pop()
            try:
                yield from self._api.pages(
                    grant,
                    PATH,
                    _ROWS,
                    self._params(question, piece),
                    divisible=len(piece.days) > 1,
                )
            except TooLarge:
                pieces += [replace(piece, days=half) for half in _halves(piece.days)]
            except (Cut, TooManyIds) as error:
                pieces += _narrower(piece, campaigns, error)
            except BadQuestion as error:
                if self._has_forgotten(piece.days, error):
                    pieces = [p for p in pieces if p.days.last > piece.days.last]
                else:
                    self._ask_otherwise(question, error)
                    pieces.append(piece)

    def busy(self, grant: Grant, question: Question, days: Days) -> list[Days]:
        """The parts of `days` on which anything happened: whole years are told by their sum.

        A part whose sum TikTok does not give is taken for busy.
        """
        return [
            part
            for part in windows(days, LONGEST_SUM_DAYS)
            if len(part) <= LONGEST_DAYS or self._has_sum(grant, question, part)
        ]

    def _has_sum(self, grant: Grant, question: Question, days: Days) -> bool:
        asked = self._params(question, _Piece(days)) | {
            "dimensions": as_json([question.dimension]),
            "page": "1",
            "page_size": "1000",
        }
        try:
            rows = self._api.get(grant, PATH, _ROWS, asked).rows
        except (BadQuestion, TooLarge):
            return True
        if rows is None:
            raise unusable("a report without its list")
        return any(number(row.metrics.get(figure)) for row in rows for figure in FIGURES)

    def reached(self, grant: Grant, advertiser_id: str, days: Days) -> list[Row]:
        """Every campaign over the days as a whole; a person counts once."""
        level, dimension, status = LEVELS[Grain.CAMPAIGN]
        asked = {
            "advertiser_id": advertiser_id,
            "report_type": "BASIC",
            "service_type": "AUCTION",
            "data_level": level,
            "dimensions": as_json([dimension]),
            "metrics": as_json(["reach", "impressions"]),
            "start_date": days.first.isoformat(),
            "end_date": days.last.isoformat(),
            "filtering": as_json([_only(status, ("STATUS_ALL",))]),
        }
        return [row for rows in self._api.pages(grant, PATH, _ROWS, asked) for row in rows]

    def _params(self, question: Question, piece: _Piece) -> dict[str, str]:
        older = self._older_ads and question.dimension == "ad_id_v2"
        filters = []
        if question.status_filter:
            filters.append(_only(question.status_filter, ("STATUS_ALL",)))
        if piece.ids is not None:
            filters.append(_only("campaign_ids", piece.ids))
        params = {
            "advertiser_id": question.advertiser_id,
            "report_type": "BASIC",
            "service_type": "AUCTION",
            "data_level": question.level,
            "dimensions": as_json([OLDER_AD_ID if older else question.dimension, "stat_time_day"]),
            "metrics": as_json([m for m in question.metrics if m not in self._withdrawn]),
            "start_date": piece.days.first.isoformat(),
            "end_date": piece.days.last.isoformat(),
        }
        return params | ({"filtering": as_json(filters)} if filters else {})

    def _ask_otherwise(self, question: Question, error: BadQuestion) -> None:
        """Leave out what the refusal names. Raises the refusal when nothing can be left out."""
        named = set(_WORDS.findall(error.said.lower()))
        refused = named & set(question.metrics) - self._withdrawn
        if question.chosen and question.chosen in refused:
            raise AccountRefused(
                f"TikTok has no metric called {question.chosen}, which this account counts as its "
                "conversion. Stored figures are unchanged. Choose another conversion for it, or "
                "none to count purchases."
            ) from error
        spare = {m for m in question.metrics if m in question.counted or m.endswith("_name")}
        # A refusal that also names what certainly exists is a list of what may be asked.
        if refused and refused <= spare:
            self._withdrawn |= refused
            self._note(_without(refused, question))
        elif question.dimension == "ad_id_v2" and not self._older_ads and _about_ids(error, named):
            self._older_ads = True
        else:
            raise error

    def _has_forgotten(self, days: Days, error: BadQuestion) -> bool:
        aged = (self._today() - days.last).days > SURE_DAYS
        if isinstance(error, Withdrawn) or not aged or "date" not in error.said.lower():
            return False
        self._note(f"TikTok gives no figures for {days.last} and before.")
        return True


def windows(days: Days, longest: int = LONGEST_DAYS) -> list[Days]:
    """At most so many days each, the oldest first."""
    cut = []
    last = days.last
    while last >= days.first:
        first = max(days.first, last - dt.timedelta(days=longest - 1))
        cut.append(Days(first, last))
        last = first - dt.timedelta(days=1)
    return cut[::-1]


def _without(refused: set[str], question: Question) -> str:
    gone = f"TikTok no longer gives {', '.join(sorted(refused))}"
    if any(metric in question.counted for metric in refused):
        return (
            f"{gone}, so conversions and their value lack that part from now on. Tell whoever runs "
            "this installation to update Growzzy OS."
        )
    return f"{gone}, so what has been deleted at TikTok is shown by its id."


def _about_ids(error: BadQuestion, named: set[str]) -> bool:
    return not isinstance(error, Withdrawn) and bool(
        named & {"ad_id_v2", "dimension", "dimensions"} or not named & {"date", "start_date"}
    )


def _only(field: str, values: Sequence[str]) -> dict[str, str]:
    """The values of a filter are JSON once more, inside the JSON of the filters."""
    return {"field_name": field, "filter_type": "IN", "filter_value": as_json(list(values))}


def _halves(days: Days) -> list[Days]:
    """The older half, then the newer."""
    middle = days.first + dt.timedelta(days=len(days) // 2)
    return [Days(days.first, middle - dt.timedelta(days=1)), Days(middle, days.last)]


def _narrower(
    piece: _Piece, campaigns: Callable[[], Sequence[str]], error: ConnectorError
) -> list[_Piece]:
    """The same days by fewer campaigns; by fewer days when it is one campaign already."""
    if piece.ids is None:
        ids = tuple(campaigns())
        groups = [ids[at : at + MOST_FILTERED] for at in range(0, len(ids), MOST_FILTERED)]
        if groups:
            return [replace(piece, ids=group) for group in groups]
    elif len(piece.ids) > 1:
        middle = len(piece.ids) // 2
        return [replace(piece, ids=piece.ids[:middle]), replace(piece, ids=piece.ids[middle:])]
    elif len(piece.days) > 1:
        return [replace(piece, days=half) for half in _halves(piece.days)]
    raise ConnectorError(
        "TikTok Ads cuts its report short because this account has more than 20,000 ads. Nothing "
        "was stored of it. Tell whoever runs this installation."
    ) from error
