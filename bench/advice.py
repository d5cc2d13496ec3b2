"""How right budget advice is where the response is known: `python -m bench.advice [n] [seed]`."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from app.insights.finding import Class
from app.insights.reallocation import Reallocation, reallocate
from bench.worlds import Policy, Stress, World, world

STRONG = (Class.RECOMMEND, Class.LEANING, Class.WORTH_TESTING)
HARM = 0.001
CERTAIN = 0.9


@dataclass(slots=True)
class Tally:
    """What became of a cell's worlds. A class counts what is said at that class or stronger."""

    worlds: int = 0
    # A move of at least 90 % certainty, in whatever class.
    answered: int = 0
    spoke: dict[Class, int] = field(default_factory=lambda: dict.fromkeys(STRONG, 0))
    right: dict[Class, int] = field(default_factory=lambda: dict.fromkeys(STRONG, 0))
    harmed: int = 0
    gain_inside: int = 0
    marginal_inside: int = 0
    marginals: int = 0
    bias: float = 0.0
    gained: float = 0.0
    predicted: float = 0.0
    possible: float = 0.0

    def add(self, true: World, said: Reallocation) -> None:
        """Count one world."""
        self.worlds += 1
        self.possible += max(true.best(), 0.0)
        for found, marginal, b in zip(
            said.platforms, true.marginal(), true.elasticity, strict=True
        ):
            if found.mroas_low is not None and found.mroas_high is not None:
                self.marginals += 1
                self.marginal_inside += found.mroas_low <= marginal <= found.mroas_high
                self.bias += found.elasticity - b
        if said.source is None or said.target is None:
            return
        gain = true.gain(said.source, said.target, said.step)
        self.answered += said.probability >= CERTAIN
        for class_ in STRONG[STRONG.index(said.class_) :]:
            self.spoke[class_] += 1
            self.right[class_] += gain > 0
        if said.class_ is Class.RECOMMEND:
            self.harmed += gain < -HARM * true.true_value.sum()
            self.gain_inside += said.gain_low <= gain <= said.gain_high
            self.gained += gain
            self.predicted += said.gain_mean

    def row(self) -> list[str]:
        """Per cent: speaks and right of each class, harm, coverage; bias of elasticity."""
        cells = []
        for class_ in STRONG:
            spoke = self.spoke[class_]
            cells.append(f"{100 * spoke / self.worlds:.0f}")
            cells.append(f"{100 * self.right[class_] / spoke:.0f}" if spoke else "-")
        said = self.spoke[Class.RECOMMEND]
        cells.append(f"{100 * self.harmed / said:.0f}" if said else "-")
        cells.append(f"{100 * self.gain_inside / said:.0f}" if said else "-")
        cells.append(f"{100 * self.marginal_inside / max(self.marginals, 1):.0f}")
        cells.append(f"{self.bias / max(self.marginals, 1):+.2f}")
        cells.append(f"{self.predicted / self.gained:.2f}" if self.gained > 0 else "-")
        return cells


def ask(true: World, *, store: bool = True, lots: bool = True) -> Reallocation:
    """What the product would say of this account."""
    return reallocate(
        true.spend,
        true.conversions,
        true.value,
        names=true.names,
        organic_orders=true.organic if store else None,
        maturity=true.maturity,
        randomised=true.lots if lots else None,
    )


def tally(  # noqa: PLR0913 every dimension of a cell has its usual value
    worlds: int,
    *,
    policies: Iterable[Policy],
    size: str = "medium",
    weeks: int = 52,
    stress: Stress = Stress.NONE,
    swing: float = 0.2,
    block: int = 2,
    store: bool = True,
    seed: int = 0,
) -> Tally:
    """Ask about `worlds` accounts of each policy."""
    found = Tally()
    for policy in policies:
        for number in range(worlds):
            rng = np.random.default_rng([seed, number, list(Policy).index(policy)])
            true = world(
                rng,
                policy=policy,
                size=size,
                weeks=weeks,
                stress=stress,
                swing=swing,
                block=block,
            )
            found.add(true, ask(true, store=store))
    return found


HEADS = (
    "speaks",
    "right",
    "leaning or more",
    "right",
    "testing or more",
    "right",
    "harm",
    "gain in range",
    "mROAS in range",
    "bias",
    "predicted / realised",
)
MIXED = (Policy.CHASE, Policy.TESTALL, Policy.STEP)
# Weeks and swings of tests by lot.
DESIGNS = ((8, 0.2), (8, 0.4), (13, 0.2), (13, 0.3), (13, 0.4), (24, 0.2), (24, 0.3), (24, 0.4))
_LONG_WEEKS = 24


def main(worlds: int, seed: int) -> None:
    """Print the tables of bench/README.md."""
    began = time.perf_counter()
    _head(["cell", *HEADS])
    for size in ("small", "medium", "large"):
        for stress in Stress:
            found = tally(worlds, policies=MIXED, size=size, stress=stress, seed=seed)
            _row([f"{size}, {stress}", *found.row()])
    for policy in Policy:
        for weeks in (13, 26, 52, 104):
            found = tally(worlds, policies=[policy], weeks=weeks, seed=seed)
            _row([f"medium, {policy}, {weeks} weeks", *found.row()])
    found = tally(worlds, policies=[Policy.CHASE], weeks=104, store=False, seed=seed)
    _row(["medium, chase, 104 weeks, no shop", *found.row()])
    for stress in Stress:
        found = tally(worlds, policies=[Policy.TEST], stress=stress, swing=0.3, seed=seed)
        _row([f"medium, {stress}, 12 weeks ±30 % of 52", *found.row()])
    _tests(worlds, seed)
    print(f"{time.perf_counter() - began:.0f} s")


def _tests(worlds: int, seed: int) -> None:
    """How often budgets drawn by lot throughout lead to an answer, by three definitions."""
    _head(["test", "90 % certain", "Recommend", "right", "Leaning or more", "right"])
    for size in ("small", "medium", "large"):
        for weeks, swing in DESIGNS:
            found = tally(
                worlds,
                policies=[Policy.TESTALL],
                size=size,
                weeks=weeks,
                swing=swing,
                block=4 if weeks == _LONG_WEEKS else 2,
                seed=seed,
            )
            certain = f"{100 * found.answered / found.worlds:.0f}"
            _row([f"{size}, {weeks} weeks ±{swing:.0%}", certain, *found.row()[:4]])


def _head(cells: Sequence[str]) -> None:
    _row(cells)
    print("| --- |" + " ---: |" * (len(cells) - 1))


def _row(cells: Sequence[str]) -> None:
    print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main(*[int(each) for each in (*sys.argv[1:], *("100", "0")[len(sys.argv) - 1 :])])
