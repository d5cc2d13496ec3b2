"""Advertising accounts whose response to spend is known, to measure advice on.

Weeks of budgets by a policy, conversions that follow spend with a known elasticity and some
carry-over, demand that moves everything, platforms that drift, order values that vary, orders
that no platform claims, and conversions that come in late. The parameters are ours, not any
client's: docs/advice.md says what that means.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
WEEK = 7
NAMES = ("meta", "google", "tiktok", "linkedin", "pinterest")


class Policy(StrEnum):
    """How budgets were set: `chase` follows demand, `test` drew the last 12 weeks by lot."""

    FLAT = "flat"
    DRIFT = "drift"
    CHASE = "chase"
    TEST = "test"
    TESTALL = "testall"
    STEP = "step"


class Stress(StrEnum):
    """`tuned`: marginal returns are near each other. `low`: elasticities of 0.05 to 0.35.

    `theft`: platforms claim up to 60 % of the orders that are not theirs, unevenly.
    """

    NONE = "base"
    TUNED = "tuned"
    LOW = "low"
    THEFT = "theft"


# Spend and conversions a day over all platforms.
SIZES = {"small": (300.0, 5.0), "medium": (3_000.0, 50.0), "large": (30_000.0, 500.0)}


@dataclass(frozen=True, slots=True)
class World:
    """Arrays are (platforms, days) or (days,), the last day one day old; money a day."""

    names: tuple[str, ...]
    spend: Floats
    conversions: Floats
    value: Floats
    organic: Floats
    maturity: Floats
    lots: NDArray[np.bool_]
    elasticity: Floats
    true_value: Floats

    def marginal(self) -> Floats:
        """What one more unit of money really returns, (platforms,)."""
        found: Floats = self.elasticity * self.true_value / self.level()
        return found

    def level(self) -> Floats:
        """Spend a week over the last eight settled weeks, (platforms,)."""
        weeks = _level_weeks(self.lots)
        found: Floats = self.spend[:, -7 * weeks - 7 : -7].sum(axis=1) / weeks
        return found

    def gain(self, source: int, target: int, step: float) -> float:
        """What moving `step` a week really brings a week."""
        level, value, b = self.level(), self.true_value, self.elasticity
        return float(
            value[target] * ((1 + step / level[target]) ** b[target] - 1)
            + value[source] * ((1 - step / level[source]) ** b[source] - 1)
        )

    def best(self, cap: float = 0.2) -> float:
        """The best gain a week that one move of at most `cap` could bring."""
        level = self.level()
        pairs = [(i, j) for i in range(len(level)) for j in range(len(level)) if i != j]
        return max(self.gain(i, j, cap * min(level[i], level[j])) for i, j in pairs)


def world(
    rng: np.random.Generator,
    *,
    policy: Policy = Policy.STEP,
    size: str = "medium",
    weeks: int = 52,
    stress: Stress = Stress.NONE,
    swing: float = 0.2,
    block: int = 2,
    platforms: int = 3,
) -> World:
    """One account of `weeks` weeks and the unsettled one after them; blocks are in weeks."""
    days = WEEK * (weeks + 1)
    spend_a_day, conversions_a_day = SIZES[size]
    shares = rng.dirichlet(np.full(platforms, 6.0))
    elasticity = (
        rng.uniform(0.05, 0.35, platforms)
        if stress is Stress.LOW
        else rng.uniform(0.25, 0.95, platforms)
    )
    carry = rng.uniform(0.0, 0.4, platforms)
    demand = _demand(rng, days)
    factors, lots = _budgets(rng, policy, weeks + 1, platforms, (swing, block), demand)
    base = spend_a_day * shares
    by_day = np.repeat(factors, WEEK, axis=1) * np.exp(rng.normal(0, 0.05, (platforms, days)))
    spend = base[:, None] * by_day * _weekday(rng)[np.arange(days) % WEEK]
    order_value = 3.0 * spend_a_day / conversions_a_day
    returns = _returns(rng, stress, elasticity)
    drift = np.exp(_walk(rng, (platforms, days), 0.08))
    rate = (
        (returns * base / order_value)[:, None]
        * (_carried(spend, carry) / base[:, None]) ** elasticity[:, None]
        * demand
        * drift
    )
    own = rng.poisson(rate * rng.gamma(1 / 0.02, 0.02, rate.shape)).astype(float)
    organic = rng.poisson(conversions_a_day * rng.uniform(0.6, 1.6) * demand).astype(float)
    claimed = own + _stolen(rng, stress, organic, platforms)
    worth = (
        order_value
        * claimed
        * rng.gamma(np.maximum(claimed, 1) / 0.64, 0.64 / np.maximum(claimed, 1))
    )
    late = 1 - rng.uniform(0.15, 0.4) * np.exp(-np.arange(1, 29) / 4.0)
    seen = np.ones(days)
    seen[-len(late) :] = late[::-1][-days:]
    lately = _level_weeks(np.repeat(lots, WEEK, axis=1))
    settled = rate[:, -7 * lately - 7 : -7].sum(axis=1) / lately
    return World(
        NAMES[:platforms],
        spend,
        rng.binomial(claimed.astype(int), seen).astype(float),
        worth * seen,
        organic - np.minimum(organic, (claimed - own).sum(axis=0)),
        late,
        np.repeat(lots, WEEK, axis=1),
        elasticity,
        settled * order_value,
    )


def _level_weeks(lots: NDArray[np.bool_]) -> int:
    """Budgets drawn by lot swing around a level that takes eight weeks to see."""
    return 8 if lots[:, -35:-7].any() else 4


def _returns(rng: np.random.Generator, stress: Stress, elasticity: Floats) -> Floats:
    """Average ROAS of each platform at its base spend."""
    if stress is Stress.TUNED:
        return np.asarray(1.6 / elasticity * np.exp(rng.normal(0, 0.24, len(elasticity))))
    return np.asarray(3.0 * np.exp(rng.normal(0, 0.35, len(elasticity))))


def _stolen(
    rng: np.random.Generator, stress: Stress, organic: Floats, platforms: int
) -> NDArray[np.int64]:
    if stress is not Stress.THEFT:
        return np.zeros((platforms, len(organic)), dtype=np.int64)
    shares = rng.uniform(0.0, 0.6, platforms) / platforms
    taken: NDArray[np.int64] = rng.binomial(organic.astype(int), shares[:, None])
    return taken


def _demand(rng: np.random.Generator, days: int) -> Floats:
    """Season, growth and shocks that last for weeks, about 1."""
    at = np.arange(days) / 365.25
    season = 0.15 * np.sin(2 * np.pi * (at + rng.random())) + 0.07 * np.sin(
        4 * np.pi * (at + rng.random())
    )
    shocks = _walk(rng, (days,), 0.07)
    logs = season + rng.normal(0, 0.1) * at + shocks
    found: Floats = np.exp(logs - logs.mean())
    return found


def _walk(rng: np.random.Generator, shape: tuple[int, ...], sd: float) -> Floats:
    """A process that forgets in about five weeks, with this standard deviation."""
    keep = 0.97
    steps = rng.normal(0, sd * np.sqrt(1 - keep**2), shape)
    walked = np.empty(shape)
    walked[..., 0] = rng.normal(0, sd, shape[:-1])
    for day in range(1, shape[-1]):
        walked[..., day] = keep * walked[..., day - 1] + steps[..., day]
    return walked


def _weekday(rng: np.random.Generator) -> Floats:
    pattern = np.exp(rng.normal(0, 0.12, WEEK))
    found: Floats = pattern / pattern.mean()
    return found


def _carried(spend: Floats, carry: Floats) -> Floats:
    """Adstock whose weekly share is `carry`."""
    keep = carry ** (1 / WEEK) * (carry > 0)
    carried = np.empty_like(spend)
    level = spend[:, :28].mean(axis=1)
    for day in range(spend.shape[1]):
        level = keep * level + (1 - keep) * spend[:, day]
        carried[:, day] = level
    return carried


def _budgets(
    rng: np.random.Generator,
    policy: Policy,
    weeks: int,
    platforms: int,
    drawn: tuple[float, int],
    demand: Floats,
) -> tuple[Floats, NDArray[np.bool_]]:
    """Factors on each week's budget, and which weeks were drawn by lot: `drawn` is swing, weeks."""
    factors, lots = np.ones((platforms, weeks)), np.zeros((platforms, weeks), bool)
    if policy is Policy.DRIFT:
        logs = np.cumsum(rng.normal(0, 0.03, factors.shape), axis=1)
        factors = np.exp(logs - logs[:, -8:].mean(axis=1, keepdims=True))
    elif policy is Policy.CHASE:
        by_week = np.log(demand.reshape(weeks, WEEK).mean(axis=1))
        follows = rng.uniform(0.5, 1.5, (platforms, 1))
        factors = np.exp(follows * by_week + rng.normal(0, 0.05, factors.shape))
    elif policy is Policy.STEP:
        factors = np.exp(_steps(rng, weeks, platforms))
    elif policy in (Policy.TEST, Policy.TESTALL):
        first = 0 if policy is Policy.TESTALL else max(weeks - 13, 0)
        for row in range(platforms):
            factors[row, first : weeks - 1] = _drawn(rng, weeks - 1 - first, *drawn)
        lots[:, first : weeks - 1] = True
    return factors, lots


def _steps(rng: np.random.Generator, weeks: int, platforms: int) -> Floats:
    """Budgets that somebody changes by up to a third every couple of months."""
    logs = np.zeros((platforms, weeks))
    for row in range(platforms):
        changes = rng.random(weeks) < 1 / 9
        logs[row] = np.cumsum(np.where(changes, rng.uniform(-0.3, 0.3, weeks), 0.0))
    found: Floats = np.clip(logs - logs[:, -8:].mean(axis=1, keepdims=True), -1.0, 1.0)
    return found


def _drawn(rng: np.random.Generator, weeks: int, swing: float, block: int) -> Floats:
    """Blocks up and down, as often the one as the other, in an order by lot."""
    blocks = -(-weeks // block)
    ups = rng.permutation(np.resize([1 + swing, 1 - swing], blocks))
    return np.repeat(ups, block)[:weeks]
