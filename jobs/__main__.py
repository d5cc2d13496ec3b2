"""`python -m jobs`: the timer and the job worker without a web server, on any machine."""

from __future__ import annotations

import logging
import signal
import sys
import threading

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
    told_to_stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told_to_stop.set())
    background = Background(settings)
    background.start()
    told_to_stop.wait()
    background.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
