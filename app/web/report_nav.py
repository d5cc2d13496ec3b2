"""The pages of the Reports area, in the order in which each of them links the others."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, current_app

_PAGES = {
    "/dashboard/reports": "Reports",
    "/dashboard/reports/insights": "Insights",
    "/dashboard/alerts": "Alerts",
    "/dashboard/reports/schedules": "Schedules",
    "/dashboard/reports/changes": "Changes",
    "/dashboard/reports/scoreboard": "Scoreboard",
    "/dashboard/reports/simulator": "Simulator",
    "/dashboard/reports/tests": "Tests",
}


@dataclass(frozen=True, slots=True)
class Link:
    """A page by its path, and what it is called."""

    path: str
    name: str


def register(app: Flask) -> None:
    """Give every template `report_pages()`."""
    app.jinja_env.globals["report_pages"] = pages


def pages() -> list[Link]:
    """Those that this app serves."""
    served = current_app.url_map.bind("")
    return [Link(path, name) for path, name in _PAGES.items() if served.test(path)]
