"""Comparing how often something happened in some ads with how often it did in others.

Clicks are no coin flips: ads differ among themselves by more than chance, so a large ad is not
thousands of witnesses. An ad with n chances (impressions, or clicks) is given the weight
n / (1 + (n - 1) r), where r says how alike the chances of one ad are: the intraclass correlation of
the beta-binomial model, estimated by the method of moments (J. C. Kleinman, Proportions with
Extraneous Variance, Journal of the American Statistical Association 68, 1973).

The share of a group is shrunk towards that of the other ads (empirical Bayes, as in B. Efron and
C. Morris, Data Analysis Using Stein's Estimator, the same journal 70, 1975): with group weight N
and a prior weight K, the shrunk share is (K * others + N * group) / (K + N). K is that of
PRIOR_ADS average ads, so that as many ads move it half of the way.

The interval is Student's, with the variance estimated from how ads scatter about the share of
their own side, but never less than that of coin flips, and the uncertainty of both sides in it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

PRIOR_ADS = 5


@dataclass(frozen=True, slots=True)
class Chances:
    """One ad's: how many there were and in how many it happened."""

    of: float
    happened: float

    @property
    def share(self) -> float:
        """What share of the chances it happened in."""
        return self.happened / self.of


@dataclass(frozen=True, slots=True)
class Compared:
    """`share` is the group's, shrunk; `others` that of the rest; `low` to `high` holds the group's.

    All as shares of one.
    """

    share: float
    others: float
    low: float
    high: float

    @property
    def differs(self) -> bool:
        """Whether the others' share is outside the interval."""
        return not self.low <= self.others <= self.high


def compare(group: Sequence[Chances], rest: Sequence[Chances], level: float) -> Compared | None:
    """The group against the rest; None with fewer than two ads a side or nothing that happened.

    `level` is how often, at most, two sides that are alike may be said to differ.
    """
    mine = [each for each in group if each.of > 0]
    others = [each for each in rest if each.of > 0]
    if min(len(mine), len(others)) < 2 or not any(each.happened for each in (*mine, *others)):
        return None
    alike = likeness(mine, others)
    weight, share = _weighted(mine, alike)
    other_weight, other_share = _weighted(others, alike)
    freedom = len(mine) + len(others) - 2
    scatter = max(
        math.fsum([_scatter(mine, share, alike), _scatter(others, other_share, alike)]) / freedom,
        _coin(_weighted([*mine, *others], alike)[1]),
    )
    prior = PRIOR_ADS * (weight + other_weight) / (freedom + 2)
    shrunk = (prior * other_share + weight * share) / (prior + weight)
    reach = student(1 - level / 2, freedom) * math.sqrt(
        scatter * (1 / (prior + weight) + 1 / other_weight)
    )
    return Compared(shrunk, other_share, max(0.0, shrunk - reach), shrunk + reach)


def likeness(*sides: Sequence[Chances]) -> float:
    """How alike the chances of one ad are, 0 (coin flips) to 1 (always or never).

    The r with which the scatter of the ads about the share of their side is what is expected.
    """
    excess = growing = 0.0
    for side in sides:
        chances = math.fsum(each.of for each in side)
        share = math.fsum(each.happened for each in side) / chances
        if coin := _coin(share):
            scatter = math.fsum(each.of * (each.share - share) ** 2 for each in side)
            excess += scatter / coin - (len(side) - 1)
            growing += math.fsum(max(each.of - 1, 0.0) * (1 - each.of / chances) for each in side)
    return min(1.0, max(0.0, excess / growing)) if growing > 0 else 0.0


def student(chance: float, freedom: int) -> float:
    """Quantile of Student's distribution: the normal's, expanded in 1 / freedom.

    M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions, 26.7.5. From eight degrees
    of freedom on, the least that is asked for here, it is right to a hundredth.
    """
    z = NormalDist().inv_cdf(chance)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return z + math.fsum(term / freedom**power for power, term in enumerate(terms, 1))


def wilson(hits: float, tries: float, level: float = 0.05) -> tuple[float, float]:
    """Wilson's interval of the share `hits / tries`.

    Of tries that hang together give as many as are independent, and hits in proportion.
    """
    z = NormalDist().inv_cdf(1 - level / 2)
    share = hits / tries
    centre = share + z * z / (2 * tries)
    reach = z * math.sqrt(share * (1 - share) / tries + z * z / (4 * tries * tries))
    scale = 1 + z * z / tries
    return max(0.0, (centre - reach) / scale), min(1.0, (centre + reach) / scale)


def _coin(share: float) -> float:
    """The variance of one chance; nothing scatters less."""
    return max(0.0, share * (1 - share))


def _weight(ad: Chances, alike: float) -> float:
    return ad.of / (1 + max(ad.of - 1, 0.0) * alike)


def _weighted(ads: Iterable[Chances], alike: float) -> tuple[float, float]:
    """The weight of all and their share."""
    pairs = [(_weight(ad, alike), ad.share) for ad in ads]
    weight = math.fsum(each for each, _ in pairs)
    return weight, math.fsum(each * share for each, share in pairs) / weight


def _scatter(ads: Iterable[Chances], share: float, alike: float) -> float:
    return math.fsum(_weight(ad, alike) * (ad.share - share) ** 2 for ad in ads)
