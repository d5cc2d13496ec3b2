"""An account's platforms, each with its elasticity and its value a week, as joint draws.

Half of the draws take average returns as they are; in the other half somebody has tuned the
budgets already, so that marginal returns are near each other. The more a test by lot has told,
the fewer these are. docs/advice.md says why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import fsum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from app.insights.platform_weeks import RETURN_WEEKS, PlatformWeeks, platform_weeks
from app.insights.response import DRAWS, elasticity, randomness
from app.insights.weeks import Floats

QUARTER_WEEKS = 13
_LEAST_WEEKS = 4
# Order values vary by 0.8 of their mean; a platform's level drifts by a tenth.
_ORDER_VARIATION = 1 + 0.8**2
_LEVEL_DRIFT = 0.10
# How far apart marginal returns are where somebody tuned the budgets, in logs.
_TUNED_SPREAD = 0.4
# So many weeks of budgets drawn by lot stand in for a shop, and make a test of one's own.
OWN_TEST_WEEKS = 8
# Spend and unclaimed orders that go together like this: spend chases demand.
_CHASES = 0.5


@dataclass(frozen=True, slots=True)
class PlatformResponse:
    """One platform as the data have it.

    `spend` is money a week, the mean of the `level_weeks` of the last 28 settled days, of 8 weeks
    where some of these were drawn by lot; `lately` that of the last 7 days, settled or not.
    `value` is money a week at `spend`, `roas` of the last 8 settled weeks. `mroas_*` are the 10th,
    50th and 90th percentile of what one more unit of money returns at `spend`, None like `roas`
    where nothing is spent or returned, or nothing was spent lately. `weeks` and `conversions` are
    those of the fit, whose first week began `since` weeks before the last settled day was over;
    `tested_weeks` had their budgets drawn by lot. `shop`: the shop's own orders were known in
    enough of the weeks to take demand out.
    """

    name: str
    weeks: int
    conversions: float
    since: int
    spend: float
    level_weeks: int
    lately: float
    value: float
    roas: float | None
    mroas_low: float | None
    mroas_mid: float | None
    mroas_high: float | None
    elasticity: float
    information: float
    chases_demand: bool
    tested_weeks: int
    shop: bool


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A platform ready for what-ifs.

    `elasticity` and `value` (money a week at today's spend) are (DRAWS,), joint over platforms.
    `highest` is the highest weekly spend seen, `quarter_ago` the level 13 weeks ago, None where
    the platform is younger or a test by lot was on; both are money a week.
    """

    response: PlatformResponse
    elasticity: Floats
    value: Floats
    highest: float
    quarter_ago: float | None
    stream: str

    @property
    def speaks(self) -> bool:
        """Whether it spends and returns anything now."""
        return self.response.roas is not None

    def gain(self, step: float) -> Floats:
        """Draws of what value a week changes by when spend a week changes by `step`."""
        after = 1 + step / self.response.spend
        gained: Floats = self.value * (after**self.elasticity - 1)
        return gained


def fit(
    spend: ArrayLike,
    conversions: ArrayLike,
    value: ArrayLike,
    *,
    names: Sequence[str] | None = None,
    organic_orders: ArrayLike | None = None,
    maturity: ArrayLike | None = None,
    randomised: ArrayLike | None = None,
    seed: int = 0,
) -> list[Fitted]:
    """Every platform's fit. Arrays are as in `reallocation.reallocate`. Raises ValueError."""
    platforms = [
        _fitted(each, seed)
        for each in platform_weeks(
            spend,
            conversions,
            value,
            names=names,
            organic_orders=organic_orders,
            maturity=maturity,
            randomised=randomised,
        )
    ]
    return _half_tuned(platforms, seed)


def _fitted(weeks: PlatformWeeks, seed: int) -> Fitted:
    found = elasticity(
        weeks.spend,
        weeks.conversions,
        organic=weeks.organic,
        randomised=weeks.lots,
        name=weeks.stream,
        seed=seed,
    )
    usual = weeks.usual(RETURN_WEEKS)
    spent, returned, counts = (
        float(each[usual].sum()) for each in (weeks.spend, weeks.value, weeks.conversions)
    )
    speaks = weeks.lately > 0 and weeks.level() > 0 and returned > 0
    moved = weeks.level() * len(usual) / spent if speaks else 1.0
    weekly = returned / max(len(usual), 1)
    response = PlatformResponse(
        name=weeks.name,
        weeks=found.weeks,
        conversions=float(weeks.conversions[weeks.spend.cumsum() > 0].sum()),
        since=found.since + weeks.unread if found.since else 0,
        spend=weeks.level(),
        level_weeks=len(weeks.now()),
        lately=weeks.lately,
        value=weekly * moved**found.mean,
        roas=returned / spent if speaks else None,
        mroas_low=None,
        mroas_mid=None,
        mroas_high=None,
        elasticity=found.mean,
        information=found.information,
        chases_demand=_chases(weeks),
        tested_weeks=int(weeks.lots.sum()),
        shop=weeks.organic is not None,
    )
    return Fitted(
        response,
        found.draws,
        _levels(weekly, counts, weeks.stream, seed) * moved**found.draws,
        float(weeks.spend.max(initial=0.0)),
        _quarter_ago(weeks.spend, weeks.lots),
        weeks.stream,
    )


def _levels(value: float, conversions: float, name: str, seed: int) -> Floats:
    """Draws of value a week: few orders and a drifting level leave it uncertain."""
    sd = np.sqrt(_ORDER_VARIATION / max(conversions, 1.0) + _LEVEL_DRIFT**2)
    draws: Floats = value * np.exp(sd * randomness(name, seed, "level").standard_normal(DRAWS))
    return draws


def _quarter_ago(spend: Floats, lots: NDArray[np.bool_]) -> float | None:
    """The level 13 weeks ago, over as many weeks as today's; None where it was not there.

    Nor where weeks of either were drawn by lot: how those differ is no growth.
    """
    weeks = slice(max(len(spend) - QUARTER_WEEKS - RETURN_WEEKS, 0), -QUARTER_WEEKS)
    then = spend[weeks]
    if len(then) < _LEAST_WEEKS or not (then > 0).all():
        return None
    if lots[weeks].any() or lots[-RETURN_WEEKS:].any():
        return None
    return float(then.mean())


def _chases(weeks: PlatformWeeks) -> bool:
    if weeks.organic is None or len(weeks.spend) < _LEAST_WEEKS:
        return False
    told = (weeks.spend > 0) & np.isfinite(weeks.organic)
    if told.sum() < _LEAST_WEEKS or weeks.lots[told].mean() > 1 / 2:
        return False
    pair = np.log(np.stack((weeks.spend[told], weeks.organic[told] + 0.5)))
    if (pair.std(axis=1) == 0).any():
        return False
    return bool(np.corrcoef(pair)[0, 1] > _CHASES)


def _half_tuned(platforms: Sequence[Fitted], seed: int) -> list[Fitted]:
    speaking = [each for each in platforms if each.speaks]
    if not speaking:
        return list(platforms)
    logs = [np.log(each.elasticity * each.value / each.response.spend) for each in speaking]
    weights = [float(1 / (each.var() + _TUNED_SPREAD**2)) for each in logs]
    centre = fsum(float(w * each.mean()) for w, each in zip(weights, logs, strict=True)) / fsum(
        weights
    )
    drawn = round(DRAWS * _tuned_share([each.response for each in speaking]))
    tuned = {
        each.response.name: _tuned(each, log, centre, drawn, seed)
        for each, log in zip(speaking, logs, strict=True)
    }
    return [tuned.get(each.response.name, each) for each in platforms]


def _tuned_share(speaking: Sequence[PlatformResponse]) -> float:
    """A half, for one cannot know; less where a test has told what need not be assumed then."""
    if min(each.tested_weeks for each in speaking) < OWN_TEST_WEEKS:
        return 0.5
    told = min(each.information for each in speaking)
    return 0.5 * (1 - told)


def _tuned(fitted: Fitted, logs: Floats, centre: float, drawn: int, seed: int) -> Fitted:
    """The last `drawn` of the draws, drawn again by how near the account's level they are."""
    weights = np.exp(-0.5 * ((logs - centre) / _TUNED_SPREAD) ** 2)
    points = (np.arange(drawn) + 0.5) / max(drawn, 1) * weights.sum()
    chosen = np.minimum(np.searchsorted(np.cumsum(weights), points), DRAWS - 1)
    chosen = randomness(fitted.stream, seed, "tuned").permutation(chosen)
    picked = np.concatenate((np.arange(DRAWS - drawn), chosen))
    elastic, value = fitted.elasticity[picked], fitted.value[picked]
    marginal = elastic * value / fitted.response.spend
    low, mid, high = (float(each) for each in np.quantile(marginal, (0.1, 0.5, 0.9)))
    response = replace(fitted.response, mroas_low=low, mroas_mid=mid, mroas_high=high)
    return replace(fitted, response=response, elasticity=elastic, value=value)
