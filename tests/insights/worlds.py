"""Worlds in which nothing ever happens: thirty campaigns whose rates only have noise."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from app.insights.period import FIELDS, Daily, PeriodFigures
from tests.insights.account import FEED, SEARCH, campaign, figures

_DAYS = 60
_SPEND = 3000.0
CAMPAIGNS = 30


def quiet_world(seed: int, noise: float, lasting: float = 0.0, **more: Any) -> PeriodFigures:
    """Every rate is one number times noise of a day, `noise` its log sd, an AR(1) of `lasting`.

    Counts are Poisson, order values gamma with a coefficient of variation of 0.8; on average a
    conversion costs 22.22 and the ROAS is 2.7.
    """
    rng = np.random.default_rng(seed)
    shares = rng.dirichlet(np.full(CAMPAIGNS, 3.0)) * _SPEND
    rows = []
    for each, share in enumerate(shares):
        days = _days(rng, share, noise, lasting)
        now, before = (
            Daily(*(tuple(map(float, days[name][part])) for name in FIELDS))
            for part in (slice(_DAYS // 2, None), slice(None, _DAYS // 2))
        )
        rows.append(campaign(f"C{each}", now, before, (SEARCH, FEED)[each % 2]))
    return replace(figures(rows), **more)


def _days(
    rng: np.random.Generator, spend: float, noise: float, lasting: float
) -> dict[str, np.ndarray]:
    week = 1 + 0.15 * np.sin(2 * np.pi * np.arange(_DAYS) / 7)
    spent = spend * week * _noise(rng, noise, lasting)
    shown = rng.poisson(spent / (8 * _noise(rng, noise, lasting)) * 1000)
    clicks = rng.poisson(shown * 0.012 * _noise(rng, noise, lasting))
    conversions = rng.poisson(clicks * 0.03 * _noise(rng, noise, lasting))
    value = np.array([rng.gamma(1 / 0.64, 0.64 * 60, each).sum() for each in conversions])
    return dict(zip(FIELDS, (spent, shown, clicks, conversions, value), strict=True))


def _noise(rng: np.random.Generator, size: float, lasting: float) -> np.ndarray:
    steps = rng.normal(0, size, _DAYS)
    for day in range(1, _DAYS):
        steps[day] = lasting * steps[day - 1] + (1 - lasting**2) ** 0.5 * steps[day]
    return np.exp(steps - size**2 / 2)
