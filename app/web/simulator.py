"""The budget simulator: move sliders, see what the past says other budgets would bring."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from babel.numbers import get_currency_precision
from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.advice.looking import thresholds_of
from app.advice.simulating import Simulation, simulate
from app.errors import Invalid
from app.extensions import db
from app.metrics.platforms import platform_label
from app.metrics.sources import sources
from app.web import access, simulator_words
from app.web.htmx import page

blueprint = Blueprint("simulator", __name__, url_prefix="/dashboard/reports/simulator")

PREFIX = "budget-"


@blueprint.get("")
def index() -> Response:
    """The address holds the budgets, so that it can be sent on."""
    try:
        return _page(simulated(_asked()))
    except Invalid as error:
        return _page(simulated({}), problem=error)


def simulated(wanted: Mapping[str, Decimal]) -> Simulation:
    """What the budgets, money a month, would bring in this workspace. Raises Invalid."""
    place, session = access.workspace(), db.session()
    known = sources(session, place.id)
    return simulate(session, place, wanted, known=known, now=access.now())


def _asked() -> dict[str, Decimal]:
    """A field left empty stays at today's. Raises Invalid."""
    given = {
        name.removeprefix(PREFIX): text.strip()
        for name, text in request.args.items()
        if name.startswith(PREFIX)
    }
    return {name: _amount(name, text) for name, text in given.items() if text}


def _amount(name: str, text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise Invalid(
            f"The budget of {platform_label(name)} must be a number, such as 1250.50. Nothing was "
            "calculated."
        ) from error


def _page(found: Simulation, *, problem: Invalid | None = None) -> Response:
    place = access.workspace()
    return page(
        "simulator/index.html",
        "answered",
        status=problem.status if problem else 200,
        found=found,
        problem=problem.message if problem else "",
        prefix=PREFIX,
        rules=thresholds_of(place),
        words=simulator_words,
        label=platform_label,
        digits=get_currency_precision(place.currency),
    )
