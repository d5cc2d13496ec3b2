"""Which of the lines a brief allows comes next: what was said least, and what fits the rest."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations

from app.copywriting.material import Line

_NAMED_AGAIN = 0.8
_ANSWERS = 4.0
_STIFF = 3.0
_TELLING = ("bare", "{benefit", "{pain", "{fact", "{proof", "{price", "{terms", "{detail")


class Chooser:
    """Picks the line said least so far; among equals by chance.

    `said` counts what earlier variations used, `taken` is what this one has used; `luck` weighs
    chance against both.
    """

    def __init__(
        self,
        said: Counter[str],
        seed: str,
        taken: Sequence[str],
        answers: Mapping[str, frozenset[str]],
        benefits: frozenset[str],
        *,
        luck: float = 2.5,
    ) -> None:
        """`answers` are those of the `benefits` that answer a pain, by the pain."""
        self._said = said
        self._luck = luck
        self._answers = answers
        self._benefits = benefits
        self.chance = random.Random(seed)  # noqa: S311 - reproducible on purpose
        self.taken: list[str] = list(taken)

    def pick(
        self, lines: Sequence[Line], *, repeating: float = 8.0, vague: float = 0.0
    ) -> Line | None:
        """One of the lines, and remember it.

        `repeating` is the cost of saying a fragment again, `vague` that of a line which says
        nothing of the product.
        """
        free = [each for each in lines if _mark(each) not in self.taken] or list(lines)
        if not free:
            return None
        line = min(
            free,
            key=lambda each: self._weight(each, repeating) + (0.0 if _tells(each) else vague),
        )
        self.taken += [line.template, _mark(line), *line.fragments, *_pairs(line)]
        return line

    def _weight(self, line: Line, repeating: float) -> float:
        again = sum(repeating for each in line.fragments if each in self.taken)
        known = sum(self._said[each] for each in line.fragments) / 3
        known += sum(2 * self._said[each] for each in _pairs(line))
        used = self._said[line.template] * 1.2 + self._said[_mark(line)] * 2 + known
        named = "{product}" in line.template and sum("{product}" in each for each in self.taken)
        luck = self.chance.random() * self._luck
        return (
            again
            + used
            + luck
            + _NAMED_AGAIN * named
            + self._beside(line)
            + _STIFF * line.stiff
            - line.own
        )

    def _beside(self, line: Line) -> float:
        """What it costs to say a benefit beside a pain that it does not answer."""
        pains = [each for each in (*line.fragments, *self.taken) if each in self._answers]
        said = self._benefits.intersection(self.taken)
        cost = 0.0
        for pain in dict.fromkeys(pains):
            fitting = self._answers[pain]
            if said & fitting:
                continue
            for each in line.fragments:
                if each in fitting:
                    cost -= _ANSWERS
                elif each not in self._answers and each in self._benefits:
                    cost += _ANSWERS
        return cost


def _mark(line: Line) -> str:
    """A line's text as a whole, so as not to be taken for a fragment said within another."""
    return f"= {line.text}"


def _pairs(line: Line) -> list[str]:
    """Which fragments a line says together."""
    return [" + ".join(sorted(each)) for each in combinations(line.fragments, 2)]


def _tells(line: Line) -> bool:
    """Whether a line says something of the product: a benefit, a pain or a fact."""
    return any(slot in line.template for slot in _TELLING)
