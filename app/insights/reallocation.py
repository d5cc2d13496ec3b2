"""Whether moving budget from one platform to another would pay, by their marginal returns.

The next unit of money returns elasticity x average ROAS. docs/advice.md has the method, the
classes and what was measured of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import permutations

import numpy as np
from numpy.typing import ArrayLike

from app.insights.finding import Class
from app.insights.fitting import OWN_TEST_WEEKS, Fitted, PlatformResponse, fit
from app.insights.months import DAYS_A_MONTH
from app.insights.thresholds import DEFAULTS, Thresholds
from app.insights.weeks import WEEK, Floats

WEEKS_A_MONTH = DAYS_A_MONTH / WEEK
# Below this many conversions a day over all platforms an account is small.
SMALL_CONVERSIONS = 15.0
# A step under this share of the smaller budget is not worth anybody's time.
_SMALLEST_STEP = 0.02
_MIDDLE = (0.1, 0.9)


@dataclass(frozen=True, slots=True)
class Reallocation:
    """The move that promises most, or why there is none.

    `source` and `target` index `platforms`, None when `class_` is silent. `step` is money a week
    to move, `gain_low` to `gain_high` the middle 80 % of the gain in value a week, as platforms
    claim value. `probability` is that of any gain. `missing` names what keeps it from a
    stronger class: `platforms`, `store`, `history`, `variation`, `conversions`, `fresh_data`,
    `recent_move`, `room`, `demand`, `difference`, `running_test`.
    """

    class_: Class
    platforms: tuple[PlatformResponse, ...]
    conversions_a_day: float
    source: int | None = None
    target: int | None = None
    step: float = 0.0
    gain_low: float = 0.0
    gain_high: float = 0.0
    gain_mean: float = 0.0
    probability: float = 0.0
    missing: tuple[str, ...] = ()

    @property
    def small(self) -> bool:
        """Whether the account has too few conversions for strong words."""
        return self.conversions_a_day < SMALL_CONVERSIONS

    def during_test(self, tested: Collection[str]) -> Reallocation:
        """Without a move that would disturb a test of these platforms, or another test."""
        if self.source is None or self.target is None:
            return replace(self, missing=(*self.missing, "running_test"))
        if {self.platforms[self.source].name, self.platforms[self.target].name}.isdisjoint(tested):
            return self
        return Reallocation(
            Class.SILENT, self.platforms, self.conversions_a_day, missing=("running_test",)
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Move:
    source: int
    target: int
    step: float
    gain: Floats

    @property
    def probability(self) -> float:
        return float((self.gain > 0).mean())


@dataclass(frozen=True, slots=True)
class _Judge:
    """Everything that decides about a move besides the move itself."""

    fitted: Sequence[Fitted]
    doubtful: Collection[str]
    small: bool
    rules: Thresholds

    def lacks(self, move: _Move, class_: Class) -> list[str]:
        """What keeps the move from the class; empty when nothing does."""
        pair = [self.fitted[move.source].response, self.fitted[move.target].response]
        wanted, informed = self._gates(class_)
        found = [] if move.probability >= wanted else ["difference"]
        if min(each.information for each in pair) < informed:
            found.append("variation")
        if class_ is Class.RECOMMEND:
            found += self._lacks_for_recommending(pair)
        return found

    def _gates(self, class_: Class) -> tuple[float, float]:
        """The probability and the information that the class asks for."""
        rules = self.rules
        if class_ is Class.RECOMMEND:
            strong = rules.reallocation_recommend_small if self.small else 0.0
            return max(rules.reallocation_recommend, strong), rules.information_recommend
        if class_ is Class.LEANING:
            return rules.reallocation_leaning, rules.information_leaning
        return rules.reallocation_testing, 0.0

    def _lacks_for_recommending(self, pair: Sequence[PlatformResponse]) -> Iterator[str]:
        tested = min(each.tested_weeks for each in pair) >= OWN_TEST_WEEKS
        if min(each.weeks for each in pair) < self.rules.settled_weeks:
            yield "history"
        if min(each.conversions for each in pair) < self.rules.conversions_each:
            yield "conversions"
        if not (tested or all(each.shop for each in pair)):
            yield "store"
        if not {each.name for each in pair}.isdisjoint(self.doubtful):
            yield "fresh_data"
        if self.small and not tested and any(each.chases_demand for each in pair):
            yield "demand"


def reallocate(  # noqa: PLR0913 an entry point: all but the figures may be left out
    spend: ArrayLike,
    conversions: ArrayLike,
    value: ArrayLike,
    *,
    names: Sequence[str] | None = None,
    organic_orders: ArrayLike | None = None,
    maturity: ArrayLike | None = None,
    randomised: ArrayLike | None = None,
    days_since_move: int | None = None,
    doubtful: Collection[str] = (),
    thresholds: Thresholds = DEFAULTS,
    seed: int = 0,
) -> Reallocation:
    """What the figures say about moving budget.

    `spend`, `conversions`, `value`: (platforms, days), oldest first, the last day over; money in
    one currency, value as the platforms claim it. `organic_orders`: (days,) the shop's orders
    that no platform claims, NaN before the shop was connected, None without one. `maturity`:
    m(age) as in `weeks.matured`. `randomised`: (days,) or (platforms, days), days under budgets
    drawn by lot. `days_since_move`: since the last accepted move. `doubtful`: names of platforms
    on whose data a break is open. A day on which any of a platform's figures is NaN is unknown.
    The last 7 days are left out. Raises ValueError for figures that cannot be.
    """
    fitted = fit(
        spend,
        conversions,
        value,
        names=names,
        organic_orders=organic_orders,
        maturity=maturity,
        randomised=randomised,
        seed=seed,
    )
    responses = [each.response for each in fitted]
    a_day = sum(each.conversions / each.weeks for each in responses if each.weeks) / WEEK
    judge = _Judge(fitted, doubtful, a_day < SMALL_CONVERSIONS, thresholds)
    waits = days_since_move is not None and days_since_move < thresholds.days_between_moves
    return _decided(judge, tuple(responses), a_day, waits=waits)


def _decided(
    judge: _Judge, responses: tuple[PlatformResponse, ...], a_day: float, *, waits: bool
) -> Reallocation:
    speaking = [i for i, each in enumerate(judge.fitted) if each.speaks]
    if len(speaking) < 2:
        # Of a platform whose last days were not read it is not known what it spends.
        unread = not {each.name for each in responses if each.roas is None}.isdisjoint(
            judge.doubtful
        )
        why = "fresh_data" if unread else "platforms"
        return Reallocation(Class.SILENT, responses, a_day, missing=(why,))
    if waits:
        return Reallocation(Class.SILENT, responses, a_day, missing=("recent_move",))
    moves = list(_moves(judge, speaking, judge.rules.step_cap))
    if not moves:
        return Reallocation(Class.SILENT, responses, a_day, missing=("room",))
    # Returns fall with every unit: half a step may be sure where the whole one is not.
    halves = list(_moves(judge, speaking, judge.rules.step_cap_leaning))
    kept_from: list[str] = []
    for class_ in (Class.RECOMMEND, Class.LEANING, Class.WORTH_TESTING):
        tried = [*moves, *halves] if class_ is Class.RECOMMEND else moves
        passing = [move for move in tried if not judge.lacks(move, class_)]
        if passing:
            best = max(passing, key=_mean_gain)
            return _found(judge, class_, best, responses, a_day, tuple(kept_from))
        kept_from += _nearest(judge, moves, class_, kept_from)
    return Reallocation(Class.SILENT, responses, a_day, missing=tuple(kept_from))


def _nearest(
    judge: _Judge, moves: Sequence[_Move], class_: Class, known: Sequence[str]
) -> list[str]:
    """What the likeliest move lacks for the class, beyond what is known already."""
    likeliest = max(moves, key=lambda move: (move.probability, _mean_gain(move)))
    return [each for each in judge.lacks(likeliest, class_) if each not in known]


def _found(
    judge: _Judge,
    class_: Class,
    best: _Move,
    responses: tuple[PlatformResponse, ...],
    a_day: float,
    missing: tuple[str, ...],
) -> Reallocation:
    if class_ is not Class.RECOMMEND:
        cap = judge.rules.step_cap_leaning
        halved = list(_moves(judge, [best.source, best.target], cap))
        best = next((m for m in halved if m.source == best.source), best)
    low, high = np.quantile(best.gain, _MIDDLE)
    return Reallocation(
        class_,
        responses,
        a_day,
        source=best.source,
        target=best.target,
        step=best.step,
        gain_low=float(low),
        gain_high=float(high),
        gain_mean=_mean_gain(best),
        probability=best.probability,
        missing=missing,
    )


def _moves(judge: _Judge, among: Sequence[int], cap: float) -> Iterator[_Move]:
    for source, target in permutations(among, 2):
        giver, taker = judge.fitted[source], judge.fitted[target]
        step = _step(giver, taker, cap, judge.rules)
        smaller = min(each.response.spend for each in (giver, taker))
        if step >= _SMALLEST_STEP * smaller:
            yield _Move(source, target, step, giver.gain(-step) + taker.gain(step))


def _step(giver: Fitted, taker: Fitted, cap: float, rules: Thresholds) -> float:
    """The largest step that no cap forbids, money a week, from the level and from the last week."""
    gives = min(giver.response.spend, giver.response.lately)
    takes = max(taker.response.spend, taker.response.lately)
    smaller = min(gives, taker.response.spend, taker.response.lately)
    room = [cap * smaller, rules.above_highest * taker.highest - takes]
    if giver.quarter_ago is not None:
        room.append(gives - (1 - rules.quarter_cap) * giver.quarter_ago)
    if taker.quarter_ago is not None:
        room.append((1 + rules.quarter_cap) * taker.quarter_ago - takes)
    return max(min(room), 0.0)


def _mean_gain(move: _Move) -> float:
    return float(move.gain.mean())
