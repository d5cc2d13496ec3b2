"""Shopify's signatures: under the query string of a callback and under a webhook's body."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote

_UNSIGNED = ("hmac", "signature")
# What JavaScript's encodeURIComponent leaves alone.
_PLAIN = "!'()*-._~"


def signs_query(query: Mapping[str, str], secret: str) -> bool:
    """Whether the query's `hmac` is ours. Of the two canonical forms in use either will do."""
    pairs = sorted((name, value) for name, value in query.items() if name not in _UNSIGNED)
    given = query.get("hmac", "").lower().encode()
    forms = (
        "&".join(
            f"{_escaped(name).replace('=', '%3D')}={_escaped(value)}" for name, value in pairs
        ),
        "&".join(f"{quote(name, _PLAIN)}={quote(value, _PLAIN)}" for name, value in pairs),
    )
    # Both are always computed, in the same time whatever was given.
    matches = [
        hmac.compare_digest(
            hmac.new(secret.encode(), form.encode(), hashlib.sha256).hexdigest().encode(), given
        )
        for form in forms
    ]
    return bool(secret) and any(matches)


def signs_body(body: bytes, signature: str, secret: str) -> bool:
    """Whether the signature of a webhook is that of these very bytes."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return bool(secret) and hmac.compare_digest(base64.b64encode(digest), signature.encode())


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("&", "%26")
