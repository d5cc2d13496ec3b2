"""How a platform's conversions follow its spend: the elasticity, as a posterior.

A log-log regression with carry-over, season, trend and the shop's own demand as a control, priors
from what advertising usually returns, errors that hang together from week to week and are noisier
where there are few conversions. Everything is Gaussian in closed form for each point of a small
grid of carry-over, noise and correlation; the points are mixed by their evidence. Elasticity is
of conversions: the value of orders adds noise and says nothing about it.

docs/advice.md has the formulas and what was measured of them.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import ArrayLike, NDArray

from app.insights.weeks import Floats

PRIOR_MEAN, PRIOR_SD, HIGHEST = 0.55, 0.27, 1.2
CARRY_OVER = (0.0, 0.25, 0.5)
NOISE = (0.06, 0.12, 0.22)
CORRELATION = (0.3, 0.8)
# Conversions vary a little more than a Poisson count.
DISPERSION = 1.1
# Room for demand that moves spend and sales together and that nobody sees, in sds of the noise.
UNSEEN_DEMAND = 0.2
SEASONS_FROM_WEEKS = 20
START_WEEKS = 4
# A week with hardly any spend says nothing about what spend returns.
HARDLY_ANY = 0.05
YEAR_OF_WEEKS = 365.25 / 7
DRAWS = 2000
GRID = np.arange(0.005, HIGHEST, 0.01)
_TINY = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Elasticity:
    """Per cent of conversions for one per cent of spend, from 0 to 1.2.

    `draws`: (DRAWS,) of the posterior, evenly over its quantiles, shuffled.
    `information`: 1 - posterior variance / prior variance, 0 for a budget that never varied.
    `weeks` say something, the first of them `since` weeks before the end; 0 for none.
    """

    draws: Floats
    mean: float
    sd: float
    information: float
    weeks: int
    since: int


def elasticity(
    spend: ArrayLike,
    conversions: ArrayLike,
    *,
    organic: ArrayLike | None = None,
    randomised: ArrayLike | None = None,
    name: str = "",
    seed: int = 0,
) -> Elasticity:
    """The posterior of one platform from (weeks,) arrays, oldest first.

    `organic`: the shop's orders that no platform claims; weeks where it is NaN are left out.
    `randomised`: weeks whose budgets were
    drawn by lot, in which nothing unseen moves spend. `name` and `seed` decide the shuffle only.
    """
    x, counts = np.asarray(spend, np.float64), np.asarray(conversions, np.float64)
    began = _begins(x)
    x, counts = x[began:], counts[began:]
    orders = None if organic is None else np.asarray(organic, np.float64)[began:]
    drawn = np.zeros(len(x), bool) if randomised is None else np.asarray(randomised, bool)[began:]
    told = x > HARDLY_ANY * np.median(x[x > 0]) if (x > 0).any() else x > 0
    if orders is not None:
        told &= np.isfinite(orders)
    if told.sum() < 2:
        return _posterior(_normal(GRID, PRIOR_MEAN, PRIOR_SD), told, name, seed)
    at = np.flatnonzero(told)
    logs = np.stack([_log_spend(x, theta)[at] for theta in CARRY_OVER])
    weeks = _Weeks(at, counts[at], logs, None if orders is None else orders[at], drawn[at])
    return _posterior(_mixed(weeks), told, name, seed)


@dataclass(frozen=True, slots=True, eq=False)
class _Weeks:
    """Weeks that say something, numbered `at`; `logs` is log spend for each carry-over."""

    at: NDArray[np.intp]
    counts: Floats
    logs: Floats
    organic: Floats | None
    drawn: NDArray[np.bool_]


def _mixed(weeks: _Weeks) -> Floats:
    """The density of the elasticity on GRID: every point of the grid, by its evidence."""
    controls, variance, mean = _controls(weeks.at, weeks.organic)
    y = np.log(weeks.counts + 0.5) - controls @ mean
    y = y - y.mean()
    s = (weeks.logs - weeks.logs.mean(axis=1, keepdims=True)).T
    hidden = s * (~weeks.drawn)[:, None] * UNSEEN_DEMAND / _varies(s, controls)
    noise = DISPERSION / (0.5 * (weeks.counts + weeks.counts.mean()) + 0.5)
    known = np.diag(noise) + (controls * variance) @ controls.T
    apart = np.abs(weeks.at[:, None] - weeks.at[None, :])
    parts = [
        part
        for sigma, rho in product(NOISE, CORRELATION)
        for part in _parts(y, s, sigma * hidden, known + sigma**2 * rho**apart)
    ]
    best = max(evidence for evidence, _, _ in parts)
    density = np.zeros_like(GRID)
    for evidence, centre, spread in parts:
        density += np.exp(evidence - best) * _normal(GRID, centre, spread)
    return density


def _varies(s: Floats, controls: Floats) -> Floats:
    """How much log spend varies beside the controls, for each carry-over."""
    rest = s - controls @ np.linalg.lstsq(controls, s, rcond=None)[0]
    found: Floats = np.maximum(np.sqrt(np.mean(rest**2, axis=0)), _TINY)
    return found


def _parts(
    y: Floats, s: Floats, hidden: Floats, covariance: Floats
) -> Iterator[tuple[float, float, float]]:
    """Log evidence, mean and sd of the elasticity for each carry-over, from one factorisation.

    Unseen demand adds the outer product of a column of `hidden` to the covariance.
    """
    many = s.shape[1]
    factor = np.linalg.cholesky(covariance)
    solved = np.linalg.solve(factor, np.column_stack((s, hidden, y)))
    inner = solved.T @ solved
    determinant = 2 * np.log(np.diag(factor)).sum()
    c = PRIOR_SD**2
    for i in range(many):
        own, unseen, last = inner[i], inner[many + i], 2 * many
        more = 1 + unseen[many + i]
        al = max(own[i] - own[many + i] ** 2 / more, 0.0)
        sy = own[last] - own[many + i] * unseen[last] / more
        yy = inner[last, last] - unseen[last] ** 2 / more
        be, ga = sy - PRIOR_MEAN * al, yy - 2 * PRIOR_MEAN * sy + PRIOR_MEAN**2 * al
        shrunk = 1 + c * al
        evidence = -0.5 * (ga - c * be**2 / shrunk + determinant + np.log(more) + np.log(shrunk))
        yield float(evidence), float(PRIOR_MEAN + c * be / shrunk), float(np.sqrt(c / shrunk))


def _begins(spend: Floats) -> int:
    """The first week with spend; before it the platform was not there."""
    spent = np.flatnonzero(spend > 0)
    return int(spent[0]) if len(spent) else len(spend)


def _log_spend(spend: Floats, theta: float) -> Floats:
    carried, level = np.empty_like(spend), float(spend[:START_WEEKS].mean())
    for week, spent in enumerate(spend):
        level = theta * level + (1 - theta) * spent
        carried[week] = level
    return np.log(np.maximum(carried, _TINY * max(float(spend.max()), _TINY)))


def _controls(at: NDArray[np.intp], organic: Floats | None) -> tuple[Floats, Floats, Floats]:
    """The columns beside spend, their prior variances and means; `at` numbers the weeks."""
    years = (at - at.mean()) / YEAR_OF_WEEKS
    columns, variances, means = [np.ones(len(at)), years], [10.0**2, 0.2**2], [0.0, 0.0]
    if organic is not None:
        columns.append(_demand(organic))
        variances.append(0.25**2)
        means.append(1.0)
    if len(at) >= SEASONS_FROM_WEEKS:
        spread = 0.15 if organic is None else 0.05
        for turns in (1, 2):
            angle = 2 * np.pi * turns * at / YEAR_OF_WEEKS
            columns += [np.sin(angle), np.cos(angle)]
            variances += [spread**2] * 2
            means += [0.0, 0.0]
    return np.column_stack(columns), np.array(variances), np.array(means)


def _demand(organic: Floats) -> Floats:
    """Log orders that no platform claims, shrunk by how much of their variation is chance."""
    logs = np.log(organic + 0.5)
    logs = logs - logs.mean()
    variance = float(logs.var())
    if variance <= 0 or organic.mean() <= 0:
        return np.zeros_like(logs)
    reliable: float = np.clip(1 - DISPERSION / (organic.mean() * variance), 0.1, 1.0)
    shrunk: Floats = logs * reliable
    return shrunk


def _posterior(density: Floats, told: NDArray[np.bool_], name: str, seed: int) -> Elasticity:
    shares = density / density.sum()
    cumulated = np.cumsum(shares)
    quantiles = (np.arange(DRAWS) + 0.5) / DRAWS
    draws = np.interp(quantiles, cumulated - shares / 2, GRID)
    mean = float(shares @ GRID)
    variance = float(shares @ (GRID - mean) ** 2)
    shuffle = randomness(name, seed, "elasticity")
    return Elasticity(
        shuffle.permutation(draws),
        mean,
        variance**0.5,
        float(np.clip(1 - variance / _PRIOR_VARIANCE, 0.0, 1.0)),
        int(told.sum()),
        len(told) - int(told.argmax()) if told.any() else 0,
    )


def randomness(name: str, seed: int, what: str) -> np.random.Generator:
    """The same stream for the same name, wherever it stands among others."""
    return np.random.default_rng([seed, zlib.crc32(f"{what}/{name}".encode())])


def _normal(at: Floats, mean: float, sd: float) -> Floats:
    density: Floats = np.exp(-0.5 * ((at - mean) / sd) ** 2) / sd
    return density


def _variance_of(density: Floats) -> float:
    shares = density / density.sum()
    return float(shares @ (GRID - shares @ GRID) ** 2)


_PRIOR_VARIANCE = _variance_of(_normal(GRID, PRIOR_MEAN, PRIOR_SD))
