"""`python -m jobs`: the timer and the job worker without a web server, on any machine."""

from __future__ import annotations

import logging
import signal
import socket
import sys

from app.settings import Settings, SettingsError
from jobs.background import Background


def main() -> int:
    """Run until SIGTERM or Ctrl-C; running jobs reach a commit first."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        settings = Settings.from_environ()
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    # The kernel may hand a signal to any thread, and Python's handler would then wait for the main
    # thread, which waits: only what `set_wakeup_fd` writes, in whichever thread, wakes it.
    told, tell = socket.socketpair()
    tell.settimeout(0)
    signal.set_wakeup_fd(tell.fileno())
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    background = Background(settings)
    background.start()
    told.recv(1)
    background.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
