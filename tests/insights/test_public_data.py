"""Public data hold total sales and no platform's own: the method has nothing to say of them."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from app.insights.finding import Class
from app.insights.reallocation import reallocate
from app.insights.weeks import Floats

FILES = Path(__file__).parents[1] / "fixtures" / "mmm"


def read(name: str) -> tuple[list[str], Floats, Floats]:
    """Channels, sales (days,) and spend (channels, days); a week's sums spread over its days."""
    rows = list(csv.reader((FILES / f"{name}.csv").read_text().splitlines()))
    weeks = np.array([[float(each) for each in row[1:]] for row in rows[1:]]).T / 7
    days = np.repeat(np.concatenate((weeks, weeks[:, -1:]), axis=1), 7, axis=1)
    return rows[0][2:], days[0], days[1:]


@pytest.mark.parametrize("name", ["pymc", "robyn", "meridian"])
def test_without_platforms_own_conversions_it_says_nothing(name: str) -> None:
    names, _, spend = read(name)
    nothing = np.zeros_like(spend)
    found = reallocate(spend, nothing, nothing, names=names)
    assert (found.class_, found.missing) == (Class.SILENT, ("platforms",))


@pytest.mark.parametrize("shop", [True, False])
@pytest.mark.parametrize("name", ["pymc", "robyn", "meridian"])
def test_it_never_recommends_where_every_channel_claims_all_sales(name: str, shop: bool) -> None:
    names, sales, spend = read(name)
    orders = sales / sales.mean() * 50
    found = reallocate(
        spend,
        np.tile(orders, (len(names), 1)),
        np.tile(sales, (len(names), 1)),
        names=names,
        organic_orders=np.full_like(orders, 30.0) if shop else None,
    )
    assert found.class_ is not Class.RECOMMEND


def test_a_channel_that_is_off_now_is_no_part_of_advice() -> None:
    """PyMC's x2 is off in four weeks of five: what it returns is a matter of the curve assumed."""
    names, sales, spend = read("pymc")
    both = np.tile(sales, (2, 1))
    x1, x2 = reallocate(spend, both, both, names=names).platforms
    assert x2.weeks < x1.weeks / 4
    assert x2.mroas_mid is None
    assert x1.mroas_mid is not None
