"""Real processes for these tests: start one, wait for a word of it, see whether it is gone."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
SECONDS = 90.0


def eventually(promise: Callable[[], bool]) -> None:
    """Fail unless the promise holds within SECONDS."""
    deadline = time.monotonic() + SECONDS
    while not promise():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    """Whether the process runs; one that only waits to be collected does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def descendants(pid: int) -> set[int]:
    """Every process below `pid` now."""
    below: set[int] = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent == pid:
            child = int(stat.parent.name)
            below |= {child} | descendants(child)
    return below


@contextmanager
def python(
    arguments: list[str], folder: Path, environ: dict[str, str], output: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """A Python process in a session of its own, killed at the latest when the block ends."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=folder,
            env={**inherited, "PYTHONPATH": str(folder), **environ},
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(SECONDS)
