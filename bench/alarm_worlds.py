"""Accounts whose incidents are known, seen as the product saw them: to measure alarms on.

Days of three platforms with weekdays, season, promotion weeks, slow drift, noise that lasts from
day to day, and conversions that come in late. The parameters are ours, not any client's.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from app.insights.maturity import SETTLED, Maturity, learn
from bench.worlds import SIZES, Floats

PLATFORMS = 3
_LEARNT = 56
_ARRIVAL = np.array([0, 1, 3, 7, 14, SETTLED])


class Incident(StrEnum):
    """What happens to one platform.

    `STEP` is a budget cut by 40 %, which is no incident; conversions follow its 0.6th power.
    """

    NONE = "nothing"
    HALVED = "conversions halved"
    STOPPED = "conversions 0"
    CPC = "CPC +30 %"
    CTR = "CTR -20 %"
    ZERO = "zero rows"
    STEP = "budget -40 %"


@dataclass(frozen=True, slots=True)
class Account:
    """Arrays are (platforms, days); `arrived` is (platforms, days, ages), conversions read so."""

    spend: Floats
    impressions: Floats
    clicks: Floats
    arrived: Floats
    platform: int

    def seen(self, today: int) -> tuple[Floats, Floats, Floats, Floats]:
        """Days before `today`, whose youngest is of age 0, with the conversions read by then."""
        ages = np.minimum(today - 1 - np.arange(today), SETTLED)
        conversions = self.arrived[:, np.arange(today), ages]
        return (
            self.spend[:, :today],
            self.impressions[:, :today],
            self.clicks[:, :today],
            conversions,
        )

    def learnt(self, today: int) -> list[Maturity | None]:
        """Maturity from what the ledger held by then."""
        ages = np.arange(SETTLED + 1)
        days = np.arange(max(0, today - _LEARNT - SETTLED), today)
        read = days[:, None] + ages[None, :] < today
        return [learn(np.where(read, each[days], np.nan)) for each in self.arrived]


def account(
    size: str, seed: int, incident: Incident = Incident.NONE, *, at: int = 120, days: int = 150
) -> Account:
    """One account; the incident strikes on day `at` and stays."""
    rng = np.random.default_rng([seed, *size.encode()])
    platform = int(rng.integers(PLATFORMS))
    hit = np.zeros((PLATFORMS, days), dtype=np.bool_)
    hit[platform, at:] = True
    daily, converted = SIZES[size]
    shape = rng.dirichlet([6.0] * PLATFORMS)[:, None] * _weekdays(rng, days)
    sold = _season(rng, days)
    spend = daily * shape * _lasting(rng, days, 0.03, 0.08)
    spend = np.where(hit & (incident is Incident.STEP), spend * 0.6, spend)
    spend = np.where(hit & (incident is Incident.ZERO), 0.0, spend)
    cpc = 10 / 12 * _lasting(rng, days) * _drift(rng, days) * sold**0.5
    cpc = np.where(hit & (incident is Incident.CPC), cpc * 1.3, cpc)
    ctr = 0.012 * _lasting(rng, days) * _drift(rng, days)
    impressions = np.round(spend / (cpc * ctr))
    ctr = np.where(hit & (incident is Incident.CTR), ctr * 0.8, ctr)
    clicks = rng.binomial(impressions.astype(np.int64), np.clip(ctr, 0, 1))
    rate = converted / (daily / 10 * 12) * sold * _lasting(rng, days) * _drift(rng, days)
    rate = np.where(hit & (incident is Incident.HALVED), rate * 0.5, rate)
    rate = np.where(hit & (incident is Incident.STOPPED), 0.0, rate)
    rate = np.where(hit & (incident is Incident.STEP), rate * 0.6**-0.4, rate)
    final = rng.poisson(clicks * rate)
    return Account(spend, impressions, clicks.astype(np.float64), _arriving(rng, final), platform)


def _weekdays(rng: np.random.Generator, days: int) -> Floats:
    pattern = np.exp(rng.normal(0, 0.12, (PLATFORMS, 7)))
    return np.asarray(pattern[:, np.arange(days) % 7], dtype=np.float64)


def _season(rng: np.random.Generator, days: int) -> Floats:
    """A yearly wave of ±12 %, and two promotion weeks in which people buy a quarter more."""
    logs = 0.12 * np.sin(2 * np.pi * (np.arange(days) / 365 + rng.uniform()))
    for start in rng.integers(0, days - 7, 2):
        logs[start : start + 7] += np.log(1.25)
    return np.exp(logs)


def _lasting(rng: np.random.Generator, days: int, low: float = 0.05, high: float = 0.12) -> Floats:
    """AR(1) noise by platform, of a log sd between `low` and `high`."""
    sd = rng.uniform(low, high, (PLATFORMS, 1))
    rho = rng.uniform(0.2, 0.6, PLATFORMS)
    noise = rng.normal(0, 1, (PLATFORMS, days))
    for day in range(1, days):
        noise[:, day] = rho * noise[:, day - 1] + np.sqrt(1 - rho**2) * noise[:, day]
    return np.asarray(np.exp(sd * noise), dtype=np.float64)


def _drift(rng: np.random.Generator, days: int) -> Floats:
    """A walk of about ±8 % over half a year."""
    return np.asarray(np.exp(rng.normal(0, 0.006, (PLATFORMS, days)).cumsum(axis=1)))


def _arriving(rng: np.random.Generator, final: NDArray[np.int64]) -> Floats:
    """(platforms, days, ages): 15 to 40 % are missing at age 0, all is there at 28."""
    result = np.empty((*final.shape, SETTLED + 1))
    for row, counts in enumerate(final):
        late = rng.uniform(0.15, 0.40)
        left = np.array([1, 0.6, 0.3, 0.1, 0.03, 0]) * late
        share = 1 - np.interp(np.arange(SETTLED + 1), _ARRIVAL, left)
        result[row] = _read(rng, counts, share)
    return result


def _read(rng: np.random.Generator, final: NDArray[np.int64], share: Floats) -> Floats:
    """A day's conversions by age, each arriving by itself."""
    result = np.empty((len(final), len(share)))
    result[:, 0] = rng.binomial(final, share[0])
    for age in range(1, len(share)):
        missing = (final - result[:, age - 1]).astype(np.int64)
        chance = (share[age] - share[age - 1]) / max(1 - share[age - 1], 1e-12)
        result[:, age] = result[:, age - 1] + rng.binomial(missing, min(chance, 1.0))
    return result
