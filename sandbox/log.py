"""What the platforms were asked, kept without anything that opens a door.

Bodies and headers are not kept at all. What is left are paths and queries, where some platforms
want tokens and secrets; those are masked by the name they go by, and by their looks.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Any
from urllib.parse import unquote_plus

from flask import Response, request

from sandbox import CREDENTIALS, SYSTEM_USER_TOKEN, TIKTOK_TOKEN

MASK = "…"
_WORDS = "token|secret|password|passwd|proof|verifier|code|assertion|hmac|signature|key"
_NAME = re.compile(
    rf"(?:^|[_\W])(?:{_WORDS})$|(?:access|refresh|id|app|client|session|auth)(?:{_WORDS})$",
    re.IGNORECASE,
)
_TOLD = re.compile(rf"(?:{_WORDS})[\"']?\s*[=:]", re.IGNORECASE)
_LOOKS = re.compile(
    "|".join(
        [
            r"[\w-]{16,}\.[0-9a-f]{32}",
            r"(?:ya29\.|1//|GOCSPX-|shp[a-z]{2}_|EAA|AQ)[\w.~-]{16,}",
            r"eyJ[\w-]+\.[\w-]+\.[\w-]+",
            re.escape(SYSTEM_USER_TOKEN),
            re.escape(TIKTOK_TOKEN),
            *(
                re.escape(value)
                for app in CREDENTIALS.values()
                for name, value in app.items()
                if name.endswith("secret")
            ),
        ]
    )
)


def entry(response: Response) -> dict[str, Any]:
    """The request at hand, and how it was answered."""
    return {
        "method": request.method,
        "path": masked_path(request.path),
        "query": masked_query(request.query_string.decode(errors="replace")),
        "status": response.status_code,
        "at": dt.datetime.now(dt.UTC).isoformat(),
    }


def masked_path(path: str) -> str:
    """Everything from a secret's name on, and whatever looks like one."""
    told = _TOLD.search(path)
    return _LOOKS.sub(MASK, path[: told.end()] + MASK if told else path)


def masked_query(query: str) -> str:
    """The query as it came, with a mask for each value that must not be read."""
    return "&".join(_masked(part) for part in query.split("&"))


def _masked(part: str) -> str:
    name, equals, value = part.partition("=")
    plain = unquote_plus(unquote_plus(value))
    if value and any((_NAME.search(unquote_plus(name)), _TOLD.search(plain), _LOOKS.search(plain))):
        value = MASK
    return _LOOKS.sub(MASK, name) + equals + value
