"""How long a report takes to become a file: `python -m bench.pdf [rounds]`.

Each PDF is a process of its own, and its start is counted.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

from app.reports.document import Document, Frozen
from app.reports.files import SHAPES, file_of
from tests.reports import samples

DOCUMENTS: dict[str, Callable[[], Document]] = {
    "a month, 3 campaigns": samples.usual,
    "two years, 300 campaigns": samples.many,
    "names in 13 scripts": lambda: samples.named(list(samples.SCRIPTS.values())),
}


def main() -> None:
    """Print seconds and sizes."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    for name, make in DOCUMENTS.items():
        frozen = samples.frozen(make())
        for shape in SHAPES:
            file_of(frozen, shape)
            seconds = [_timed(frozen, shape) for _ in range(rounds)]
            size = len(file_of(frozen, shape).content) // 1024
            print(
                f"{name:26} {shape:4} {statistics.median(seconds):.3f} s "
                f"({min(seconds):.3f} to {max(seconds):.3f}), {size} kB"
            )


def _timed(frozen: Frozen, shape: str) -> float:
    began = time.perf_counter()
    file_of(frozen, shape)  # type: ignore[arg-type]  # one of SHAPES
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
