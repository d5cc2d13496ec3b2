"""A report's trend as lines, and the lines as a small SVG for paper and mail.

`lines_of` is the one description: pages draw it with Plotly, `svg` draws it here. Only the light
look; the labels are set in the document's own font.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

from app.reports.document import Day, Document, Figures
from app.reports.formats import Formats
from app.reports.languages import captions_of

SPEND = "#64748b"
# As on the dashboard: platforms restate for four weeks, but most of it comes within seven days.
STILL_ARRIVING = dt.timedelta(days=6)

_WIDTH, _HEIGHT = 520.0, 168.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 46.0, 8.0, 6.0, 20.0
_MOST_LABELS = 7
# From then on a day of the year would be told without its year.
_DAYS_NAMED = 300
_STEPS = (1, 2, 2.5, 5, 10)

Point = tuple[dt.date, float | None]
Pick = Callable[[Figures], float | None]


@dataclass(frozen=True, slots=True)
class Line:
    """`role` is revenue or spend; `part` settled, unsettled or previous. None is a gap."""

    name: str
    role: str
    part: str
    points: Sequence[Point]


def lines_of(document: Document) -> list[Line]:
    """Spend and revenue by day; the previous period lies on the days it is compared with.

    None where nothing was read, or all of it is nothing.
    """
    names = captions_of(document).labels.metrics
    earlier = zip(document.trend, document.trend_before, strict=False)
    before = [(day.day, _value(then, _revenue)) for day, then in earlier]
    lines = []
    if any(value is not None for _, value in before):
        lines.append(Line(names["revenue_before"], "revenue", "previous", before))
    for role, pick in (("revenue", _revenue), ("spend", _spend)):
        lines += _parts(names[role], role, document.trend, pick)
    lines = [line for line in lines if any(value is not None for _, value in line.points)]
    drawn = any(value for line in lines for _, value in line.points)
    return lines if drawn else []


def svg(lines: Sequence[Line], colour: str, formats: Formats) -> str:
    """The lines on a scale of money over days; "" when there is nothing to draw."""
    days = sorted({day for line in lines for day, _ in line.points})
    if not days:
        return ""
    values = [value for line in lines for _, value in line.points if value is not None]
    drawing = _Drawing(days, _ticks(min(0.0, *values), max(0.0, *values)), colour)
    shapes = [*drawing.scale(formats), *(drawing.line(each) for each in lines)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" '
        f'font-family="Inter" font-size="7.5" fill="#4b5563">{"".join(shapes)}</svg>'
    )


@dataclass(frozen=True, slots=True)
class _Drawing:
    days: Sequence[dt.date]
    ticks: Sequence[float]
    colour: str

    def scale(self, formats: Formats) -> Iterator[str]:
        for tick in self.ticks:
            y = self._y(tick)
            yield (
                f'<path d="M{_LEFT:g} {y:.2f}H{_WIDTH - _RIGHT:g}" stroke="#e5e7eb" '
                'stroke-width=".6" fill="none"/>'
                f'<text x="{_LEFT - 6:g}" y="{y + 2.6:.2f}" text-anchor="end">'
                f"{escape(formats.axis_money(tick))}</text>"
            )
        step = max(1, math.ceil(len(self.days) / _MOST_LABELS))
        named = formats.month if len(self.days) > _DAYS_NAMED else formats.short_day
        for day in self.days[::step]:
            yield (
                f'<text x="{self._x(day):.2f}" y="{_HEIGHT - 5:g}" text-anchor="middle">'
                f"{escape(named(day))}</text>"
            )

    def line(self, line: Line) -> str:
        shade = self.colour if line.role == "revenue" else SPEND
        looks = f'fill="none" stroke="{shade}" stroke-linejoin="round" stroke-linecap="round"'
        match line.part:
            case "previous":
                looks += ' stroke-width="1.1" stroke-dasharray="0.1 2.6" stroke-opacity=".75"'
            case "unsettled":
                looks += ' stroke-width="1.5" stroke-dasharray="4 3"'
            case _:
                looks += ' stroke-width="1.5"'
        return "".join(self._run(list(run), shade, looks) for run in _runs(line.points))

    def _run(self, run: Sequence[tuple[dt.date, float]], shade: str, looks: str) -> str:
        places = [(self._x(day), self._y(value)) for day, value in run]
        if len(places) == 1:
            (x, y) = places[0]
            return f'<circle cx="{x:.2f}" cy="{y:.2f}" r="1.6" fill="{shade}"/>'
        path = "L".join(f"{x:.2f} {y:.2f}" for x, y in places)
        return f'<path d="M{path}" {looks}/>'

    def _x(self, day: dt.date) -> float:
        inner = _WIDTH - _LEFT - _RIGHT - 24
        span = (self.days[-1] - self.days[0]).days
        share = (day - self.days[0]).days / span if span else 0.5
        return _LEFT + 12 + share * inner

    def _y(self, value: float) -> float:
        low, high = self.ticks[0], self.ticks[-1]
        return _TOP + (high - value) / (high - low) * (_HEIGHT - _TOP - _BOTTOM)


def _parts(name: str, role: str, days: Sequence[Day], pick: Pick) -> Iterator[Line]:
    """Dashed from where most late conversions are still to come, joined to what is settled."""
    points = [(day.day, _value(day, pick)) for day in days]
    unsettled = [day.day for day in days if day.figures and not day.settled]
    if not unsettled:
        yield Line(name, role, "settled", points)
        return
    since = max(unsettled[0], unsettled[-1] - STILL_ARRIVING)
    settled = [point for point in points if point[0] < since]
    yield Line(name, role, "settled", settled)
    yield Line(name, role, "unsettled", points[max(0, len(settled) - 1) :])


def _runs(points: Sequence[Point]) -> Iterator[list[tuple[dt.date, float]]]:
    """The stretches without a gap."""
    for known, run in groupby(points, lambda point: point[1] is not None):
        if known:
            yield [(day, value) for day, value in run if value is not None]


def _ticks(low: float, high: float) -> list[float]:
    """Round values from below the lowest to above the highest, about four steps."""
    if high <= low:
        return [0.0, 1.0]
    power = 10 ** math.floor(math.log10((high - low) / 4))
    step = next(each * power for each in _STEPS if each * power * 4 >= (high - low) * 0.999)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [each * step for each in range(first, last + 1)]


def _value(day: Day, pick: Pick) -> float | None:
    return None if day.figures is None else pick(day.figures)


def _revenue(figures: Figures) -> float | None:
    return None if figures.revenue is None else float(figures.revenue)


def _spend(figures: Figures) -> float:
    return float(figures.spend)
