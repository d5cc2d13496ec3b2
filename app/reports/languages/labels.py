"""The labels of a report: every word that stands alone, in one table for each language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """`ratings` are by grade: excellent, good, fair, poor and early."""

    ratings: Mapping[str, str]
    rating_rule: str
