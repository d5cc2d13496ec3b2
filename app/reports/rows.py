"""Where the rows behind a report's figures are: pages of the app, narrowed as the report is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import quote, urlencode

from app.models import Report
from app.reports import ordering
from app.reports.document import Document

Link = Callable[..., str]
"""By kind of figure and its key, as `rows_behind` knows them. Empty for nowhere."""

PARAMETER = "report"
"""Of a page that is narrowed to what the report of this number is about."""

# The pages that can be narrowed; that of one campaign or ad is narrow by itself.
_NARROWED = ("/campaigns", "/dashboard")


def nowhere(_kind: str, _key: object = "") -> str:
    """For whoever may not sign in: the rows are not for them."""
    return ""


def rows_behind(report: Report, document: Document, site: str = "") -> Link:
    """Of a report's own figures. `site` begins the addresses; without it they are paths.

    Kinds are kpi (key: its metric), day (the day), platform (slug), campaign (id), finding (its
    page), new_copy (an ad's id), advice (the number of a kept finding), store, and whole for all
    days together.
    """
    wanted = ordering.wanted_of(report)
    part = {PARAMETER: str(report.id)} if wanted.narrow else {}
    days = {"from": document.days.first.isoformat(), "to": document.days.last.isoformat()}
    revenue = {"revenue": document.revenue_source}
    whole = {**days, "compare": document.compare, **revenue, **part}

    def of_day(day: object) -> str:
        only = {"from": str(day), "to": str(day), "compare": "none"}
        return _page("/dashboard", {**only, **revenue, **part})

    pages: dict[str, Callable[[object], str]] = {
        "kpi": lambda metric: _page(f"/dashboard/why/{metric}", whole),
        "day": of_day,
        "platform": lambda slug: _page("/campaigns", {**days, "platform": str(slug), **part}),
        "campaign": lambda number: _page(f"/campaigns/{number}", days),
        "finding": lambda page: _within(str(page), part),
        "new_copy": lambda ad: f"/dashboard/creative?ad={quote(str(ad))}",
        "advice": lambda number: f"/dashboard/reports/insights#insight-{number}",
        "store": lambda _: f"{_page('/dashboard', whole)}#store-against-claims",
        "whole": lambda _: _page("/dashboard", whole),
    }

    def link(kind: str, key: object = "") -> str:
        path = pages[kind](key)
        return f"{site}{path}" if path.startswith("/") else ""

    return link


def _page(path: str, arguments: Mapping[str, str]) -> str:
    return f"{path}?{urlencode(arguments)}"


def _within(page: str, part: Mapping[str, str]) -> str:
    """A finding's own page, which has its own days."""
    path, _, query = page.partition("?")
    if not part or path not in _NARROWED:
        return page
    return f"{page}{'&' if query else '?'}{urlencode(part)}"
