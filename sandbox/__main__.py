"""`python -m sandbox --port N`: serve the sandbox platforms on 127.0.0.1 until stopped."""

from __future__ import annotations

import argparse
import datetime as dt
import signal
import sys

from sandbox.server import listen


def main() -> int:
    """Print `ready` once requests are accepted, then serve."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1, help="another seed, another world")
    parser.add_argument(
        "--today",
        type=dt.date.fromisoformat,
        metavar="YYYY-MM-DD",
        help="hold the clock at noon UTC of this day",
    )
    parser.add_argument(
        "--many", type=int, default=0, metavar="N", help="N small campaigns more on every platform"
    )
    options = parser.parse_args()
    try:
        server = listen(options.port, options.seed, options.today, options.many)
    except (OSError, SystemExit):
        print(f"Port {options.port} is in use: choose another with --port.", file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print("ready", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
