"""The timer and the job worker inside a process that also does something else."""

from __future__ import annotations

import asyncio
import logging
import threading
import time

import psycopg
from flask import Flask
from procrastinate.exceptions import ProcrastinateException

from app.settings import Settings
from jobs.app import make_queue
from jobs.runtime import KEY, Runtime
from jobs.schedule import Timer

logger = logging.getLogger(__name__)

_RESTART_SECONDS = 5.0
# Less than what a host waits between SIGTERM and SIGKILL.
_STOP_SECONDS = 20.0
_LOOK_SECONDS = 0.5


class Background:
    """A timer thread and a worker thread with an event loop of its own."""

    def __init__(self, settings: Settings) -> None:
        self._runtime = Runtime.create(settings)
        self._timer = Timer(self._runtime)
        self._thread = threading.Thread(target=self._work, name="worker", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._worker: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Start both; returns at once."""
        self._thread.start()
        self._timer.start()

    def stop(self) -> None:
        """Let running jobs reach a commit and go back to the queue; a second call is harmless.

        Without a database none can, and nothing is waited for.
        """
        self._runtime.stopping.set()
        self._cancel_worker()
        deadline = time.monotonic() + _STOP_SECONDS
        while not self._join(_LOOK_SECONDS) and time.monotonic() < deadline:
            if not self._runtime.has_database():
                logger.warning("the database is away, so running jobs are left for the next start")
                break
        self._runtime.engine.dispose()

    def _join(self, seconds: float) -> bool:
        """Wait for both threads; whether they have ended."""
        deadline = time.monotonic() + seconds
        threads = (self._timer.thread, self._thread)
        for each in threads:
            each.join(max(0.0, deadline - time.monotonic()))
        return not any(each.is_alive() for each in threads)

    def _work(self) -> None:
        while not self._runtime.stopping.is_set():
            try:
                asyncio.run(self._run_worker())
            except asyncio.CancelledError:
                return
            except (psycopg.Error, ProcrastinateException, OSError) as error:
                logger.warning("the job worker stopped and starts again: %s", error)
            self._runtime.stopping.wait(_RESTART_SECONDS)

    async def _run_worker(self) -> None:
        queue = make_queue(self._runtime.settings)
        async with queue.open_async():
            self._loop = asyncio.get_running_loop()
            self._worker = asyncio.create_task(
                queue.run_worker_async(additional_context={KEY: self._runtime})
            )
            if self._runtime.stopping.is_set():
                self._worker.cancel()
            await self._worker

    def _cancel_worker(self) -> None:
        loop, worker = self._loop, self._worker
        if loop is None or worker is None:
            return
        try:
            loop.call_soon_threadsafe(worker.cancel)
        except RuntimeError:
            logger.debug("the worker had ended already")


def start(app: Flask) -> Background:
    """Start the jobs of a web process."""
    background = Background(app.config["SETTINGS"])
    background.start()
    return background
