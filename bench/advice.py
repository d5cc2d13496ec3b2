"""How right budget advice is on accounts whose response is known: `python -m bench.advice [n]`."""

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


@dataclass(slots=True)
class Tally:
    """What became of a cell's worlds. A class counts what is said at that class or stronger."""

    worlds: int = 0
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


def tally(
    worlds: int,
    *,
    policies: Iterable[Policy],
    size: str = "medium",
    weeks: int = 52,
    stress: Stress = Stress.NONE,
    swing: float = 0.2,
    store: bool = True,
    seed: int = 0,
) -> Tally:
    """Ask about `worlds` accounts of each policy."""
    found = Tally()
    for policy in policies:
        for number in range(worlds):
            rng = np.random.default_rng([seed, number, list(Policy).index(policy)])
            true = world(rng, policy=policy, size=size, weeks=weeks, stress=stress, swing=swing)
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


def main(worlds: int) -> None:
    """Print the tables of bench/README.md."""
    print("| cell | " + " | ".join(HEADS) + " |")
    print("| --- |" + " ---: |" * len(HEADS))
    began = time.perf_counter()
    for size in ("small", "medium", "large"):
        for stress in Stress:
            _print(f"{size}, {stress}", tally(worlds, policies=MIXED, size=size, stress=stress))
    for policy in Policy:
        for weeks in (13, 26, 52, 104):
            _print(
                f"medium, {policy}, {weeks} weeks", tally(worlds, policies=[policy], weeks=weeks)
            )
    _print(
        "medium, chase, 104 weeks, no shop",
        tally(worlds, policies=[Policy.CHASE], weeks=104, store=False),
    )
    for swing in (0.2, 0.3, 0.4):
        _print(
            f"medium, test throughout ±{swing:.0%}, 26 weeks",
            tally(worlds, policies=[Policy.TESTALL], weeks=26, swing=swing),
        )
    print(f"{time.perf_counter() - began:.0f} s")


def _print(cell: str, found: Tally) -> None:
    _row([cell, *found.row()])


def _row(cells: Sequence[str]) -> None:
    print("| " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
