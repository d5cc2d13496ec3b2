"""Composing leaves the process to the pages it serves."""

from __future__ import annotations

import time

from flask.testing import FlaskClient

from app.creative.resting import Rest
from tests.creative.conftest import Work
from tests.creative.test_batches import ordered, read


def test_it_rests_three_times_as_long_as_it_worked_and_never_long() -> None:
    slept: list[float] = []
    worked = iter([1.0, 1.002, 1.002, 1.005, 1.005, 9.0, 9.0])
    rest = Rest(worked=lambda: next(worked), sleep=slept.append)

    for _ in range(3):
        rest()

    assert [round(each, 4) for each in slept] == [0.006, 0.009, 0.1]


def test_while_the_built_in_writer_writes_twenty_the_process_is_free_most_of_the_time(
    browser: FlaskClient, work: Work
) -> None:
    batch_id = ordered(browser, count=20)
    began, worked = time.perf_counter(), time.thread_time()

    work(batch_id)

    took, busy = time.perf_counter() - began, time.thread_time() - worked
    assert busy < took / 2
    assert read(browser, batch_id)["done"] == 20
