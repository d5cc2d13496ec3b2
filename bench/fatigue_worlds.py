"""Accounts of twelve ads of which some wear out: to measure what is called tired."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.worlds import SIZES, Floats

ADS = 12
DAYS = 90
_WORN, _SATURATED = 0.25, 0.15
# Days between which an ad begins to wear, and how many it takes.
_FROM, _OVER = (20, 60), (7, 21)


@dataclass(frozen=True, slots=True)
class Ads:
    """Arrays are (ads, days). `worn_on` is when half of its loss is there, NaN of a fresh ad."""

    clicks: Floats
    impressions: Floats
    worn_on: Floats
    saturated: bool


def ads(size: str, seed: int) -> Ads:
    """One account, whose ads all begin within its first week."""
    rng = np.random.default_rng([seed, 7, *size.encode()])
    days = np.arange(DAYS)
    spend = SIZES[size][0] * rng.dirichlet([4.0] * ADS)[:, None] * _noise(rng, 0.15, 0.7)
    began = rng.integers(0, 7, ADS)
    impressions = np.round(spend / 10 * 1000) * (days[None, :] >= began[:, None])
    loss, worn_on = _wear(rng, began)
    saturated = bool(rng.uniform() < _SATURATED)
    common = 0.12 * np.sin(2 * np.pi * (days / 365 + rng.uniform()))
    common = common - (0.35 * np.clip((days - 40) / 30, 0, 1) if saturated else 0.0)
    logs = np.log(1 - loss) + common + _mix(rng)
    ctr = 0.012 * np.exp(rng.normal(0, 0.3, (ADS, 1))) * np.exp(logs) * _noise(rng, 0.07, 0.6)
    clicks = rng.binomial(impressions.astype(np.int64), np.clip(ctr, 0, 1))
    return Ads(clicks.astype(np.float64), impressions, worn_on, saturated)


def _wear(rng: np.random.Generator, began: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """The share of its rate that each ad has lost, (ads, days), and when it had lost half."""
    size = np.where(rng.uniform(size=ADS) < _WORN, rng.uniform(0.25, 0.60, ADS), 0.0)
    start, takes = began + rng.integers(*_FROM, ADS), rng.integers(*_OVER, ADS)
    passed = (np.arange(DAYS)[None, :] - start[:, None]) / takes[:, None]
    worn_on = np.where(size > 0, start + takes / 2, np.nan)
    return size[:, None] * np.clip(passed, 0, 1), worn_on


def _mix(rng: np.random.Generator) -> Floats:
    """Placements that change for the whole account at once, by up to 20 % either way."""
    logs = np.zeros(DAYS)
    for day in rng.integers(10, DAYS - 5, 2):
        logs[day:] += rng.uniform(-0.2, 0.2)
    return logs


def _noise(rng: np.random.Generator, sd: float, rho: float) -> Floats:
    noise = rng.normal(0, 1, (ADS, DAYS))
    for day in range(1, DAYS):
        noise[:, day] = rho * noise[:, day - 1] + np.sqrt(1 - rho**2) * noise[:, day]
    return np.asarray(np.exp(sd * noise), dtype=np.float64)
