"""The environment the app runs in on a developer's machine: secrets, addresses, `.env`."""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from local.errors import LocalError

PROJECT = Path(__file__).resolve().parent.parent
OWN = PROJECT / ".local"
SANDBOX_APP = {
    "META_APP_ID": "sandbox-app",
    "META_APP_SECRET": "sandbox-secret",
    "GOOGLE_CLIENT_ID": "sandbox-google",
    "GOOGLE_CLIENT_SECRET": "sandbox-google-secret",
    "LINKEDIN_CLIENT_ID": "sandbox-linkedin",
    "LINKEDIN_CLIENT_SECRET": "sandbox-linkedin-secret",
    "SHOPIFY_CLIENT_ID": "sandbox-shopify",
    "SHOPIFY_CLIENT_SECRET": "sandbox-shopify-secret",
    "TIKTOK_APP_ID": "sandbox-tiktok",
    "TIKTOK_APP_SECRET": "sandbox-tiktok-secret",
}
_SANDBOX_HOSTS = {
    "META_GRAPH_URL": "/meta",
    "META_DIALOG_URL": "/meta",
    "GOOGLE_AUTH_URL": "/google/auth",
    "GOOGLE_TOKEN_URL": "/google/token",
    "GOOGLE_ADS_URL": "/google",
    "LINKEDIN_OAUTH_URL": "/linkedin/oauth/v2",
    "LINKEDIN_API_URL": "/linkedin/rest",
    "SHOPIFY_URL_TEMPLATE": "/shopify/{shop}",
    "TIKTOK_AUTH_URL": "/tiktok/portal/auth",
    "TIKTOK_API_URL": "/tiktok/open_api/v1.3",
}


def own_folder() -> Path:
    """The folder of everything that `make run` keeps in the project; private, and not in git."""
    try:
        OWN.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise LocalError(
            f"{OWN} cannot be written: {error.strerror}. Check who owns the project's folder."
        ) from error
    return OWN


def read(environ: Mapping[str, str]) -> dict[str, str]:
    """The process environment over the lines of `.env`; empty values count as not set."""
    file = PROJECT / ".env"
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    pairs = (line.partition("=") for line in lines if not line.lstrip().startswith("#"))
    said = {name.strip(): value.strip().strip("'\"") for name, _, value in pairs}
    return {name: value for name, value in {**said, **environ}.items() if name and value}


def port(environ: Mapping[str, str]) -> int:
    """The port to serve on, 8000 unless PORT says otherwise."""
    value = environ.get("PORT", "8000")
    if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= 65535:
        raise LocalError(f"PORT is {value!r}. It must be a whole number from 1 to 65535.")
    return int(value)


def for_app(environ: Mapping[str, str], database_url: str, address: str) -> dict[str, str]:
    """What the app's processes get: development, and secrets made once and kept in .local."""
    made = {**environ, "APP_ENV": "development", "DATABASE_URL": database_url}
    made.setdefault("PUBLIC_URL", address)
    # Only `.env` as read here counts; flask would read it again by rules of its own.
    made["FLASK_SKIP_DOTENV"] = "1"
    for name, new in (("SECRET_KEY", secrets.token_urlsafe), ("ENCRYPTION_KEYS", _fernet_key)):
        if name not in made and f"{name}_FILE" not in made:
            made[f"{name}_FILE"] = str(_kept(OWN / name.lower(), new))
    return made


def has_platform(environ: Mapping[str, str]) -> bool:
    """Whether any real platform's app is set up."""
    return any(name in environ or f"{name}_FILE" in environ for name in SANDBOX_APP)


def with_sandbox(environ: Mapping[str, str], address: str) -> dict[str, str]:
    """Point the platforms' hosts and credentials at the sandbox that answers at `address`."""
    hosts = {name: f"{address}{path}" for name, path in _SANDBOX_HOSTS.items()}
    return {**environ, **SANDBOX_APP, **hosts}


def _fernet_key() -> str:
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


def _kept(path: Path, new: Callable[[], str]) -> Path:
    """A file with a secret only we may read; a kill half-way leaves none rather than a part."""
    if not path.exists():
        half = path.with_suffix(".new")
        half.unlink(missing_ok=True)
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"{new()}\n")
        half.rename(path)
    return path
