"""What gunicorn and the flask command load."""

from __future__ import annotations

import sys

from app import create_app
from app.settings import Settings, SettingsError

# gunicorn reads this exit code as "the application cannot load" and stops instead of retrying.
CANNOT_LOAD = 4

try:
    app = create_app(Settings.from_environ())
except SettingsError as error:
    sys.stderr.write(f"{error}\n")
    raise SystemExit(CANNOT_LOAD) from None
