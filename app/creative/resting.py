"""Composing without holding up the pages that the same process serves."""

from __future__ import annotations

import time
from collections.abc import Callable

# Of a thread that computes all the time, each page waits for its turn again and again: it takes
# twice as long. Three quarters of the time at rest, twenty texts still take only a second or two.
TIMES = 3.0
LONGEST_SECONDS = 0.1


class Rest:
    """Called now and then by a thread that computes: it sleeps for three times what it worked.

    To be used in the thread that makes it.
    """

    def __init__(
        self,
        *,
        worked: Callable[[], float] = time.thread_time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._worked = worked
        self._sleep = sleep
        self._since = worked()

    def __call__(self) -> None:
        """Rest for the work since the last time."""
        self._sleep(min(LONGEST_SECONDS, TIMES * (self._worked() - self._since)))
        self._since = self._worked()
