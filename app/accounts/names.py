"""What people and workspaces are called: e-mail addresses and names in one form."""

from __future__ import annotations

import re
import unicodedata

from app.errors import Invalid

LONGEST_EMAIL = 254
LONGEST_NAME = 120

_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")


def clean_email(given: str) -> str:
    """The address as it is stored and looked up: lower case, its domain in ASCII.

    Raises Invalid when mail could not be sent to it.
    """
    local, _, host = given.strip().lower().rpartition("@")
    domain = _ascii(host)
    email = f"{local}@{domain}"
    if len(email) > LONGEST_EMAIL or not (_LOCAL.fullmatch(local) and _DOMAIN.fullmatch(domain)):
        raise Invalid("This does not look like an e-mail address. Write it like name@example.com.")
    return email


def clean_name(given: str, *, whose: str = "your name") -> str:
    """A name on one line without control characters. Raises Invalid when nothing is left."""
    kept = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in given)
    name = unicodedata.normalize("NFC", " ".join(kept.split()))
    if not name:
        raise Invalid(f"Write {whose}.")
    if len(name) > LONGEST_NAME:
        raise Invalid(f"Write {whose} in at most {LONGEST_NAME} characters.")
    return name


def workspace_name(person: str) -> str:
    """What a new workspace is called until its owner renames it."""
    return f"{person.split(maxsplit=1)[0][: LONGEST_NAME - 12]}’s workspace"


def _ascii(domain: str) -> str:
    try:
        return domain.encode("idna").decode()
    except UnicodeError:
        return ""
