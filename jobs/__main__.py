"""`python -m jobs`: the timer and the job worker without a web server, on any machine."""

from __future__ import annotations

import logging
import os
import signal
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
    # A pipe, because a handler that sets an Event hangs when the signal comes as the wait begins.
    told, tell = os.pipe()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: os.write(tell, b"!"))
    background = Background(settings)
    background.start()
    os.read(told, 1)
    background.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
