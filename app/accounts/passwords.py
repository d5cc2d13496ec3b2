"""Passwords: which are accepted, how they are kept and compared.

The rules are those of OWASP ASVS 5.0, 6.2: length, no composition rules, no common ones.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.errors import Invalid

SHORTEST = 8
LONGEST = 1000
PRODUCT = "growzzy"
SHORTEST_OWN_WORD = 3

# OWASP's password storage advice for argon2id: 19 MiB, two passes, one lane.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

# Of a random password nobody kept, made with the parameters above.
DUMMY_HASH = (
    "$argon2id$v=19$m=19456,t=2,p=1$eXxcrCag6tRIGhF4DpCRTg$wAQYJw"
    "fmr5C/r1CqIO3sMc5Bjf2hRgzV0JHVj/D3xtU"
)


def hash_password(password: str) -> str:
    """What is stored of a password: argon2id with its own salt."""
    return _hasher.hash(_normal(password))


def verify_password(stored: str | None, password: str) -> bool:
    """Whether the password is the one stored; costs the same when there is none stored."""
    try:
        _hasher.verify(stored or DUMMY_HASH, _normal(password))
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def needs_rehash(stored: str) -> bool:
    """Whether the hash was made with older parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def check_new_password(password: str, *, email: str, name: str) -> None:
    """Refuse a password that is too short, too long, common or made of the person's own words.

    Raises Invalid with the sentence for the person.
    """
    normal = _normal(password)
    if len(normal) < SHORTEST:
        raise Invalid(f"The password is too short. Use {SHORTEST} characters or more.")
    if len(normal) > LONGEST:
        raise Invalid(f"The password is too long. Use at most {LONGEST:,} characters.")
    if normal.casefold() in _common():
        raise Invalid(
            "This password is among the most common ones, so it would be guessed first. "
            "Choose another; three or four unrelated words work well."
        )
    if len(_without_own_words(normal.casefold(), email, name)) < SHORTEST:
        raise Invalid(
            "The password is little more than your own e-mail address or name. "
            f"Use {SHORTEST} or more characters besides them."
        )


def _normal(password: str) -> str:
    """One form for what looks the same, whichever keyboard typed it."""
    return unicodedata.normalize("NFKC", password)


def _without_own_words(password: str, email: str, name: str) -> str:
    for word in _own_words(_normal(email).casefold(), _normal(name).casefold()):
        password = password.replace(word, "")
    return password


def _own_words(email: str, name: str) -> list[str]:
    """What anybody who knows the person would try, the longest first."""
    local, _, domain = email.partition("@")
    words = {email, local, domain, name, name.replace(" ", ""), PRODUCT}
    words.update(re.split(r"[\W_]+", name), re.split(r"[\W_]+", local))
    return sorted((w for w in words if len(w) >= SHORTEST_OWN_WORD), key=len, reverse=True)


@cache
def _common() -> frozenset[str]:
    path = Path(__file__).parent / "data" / "common_passwords.txt"
    return frozenset(path.read_text(encoding="utf-8").splitlines())
