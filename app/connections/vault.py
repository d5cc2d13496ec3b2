"""Grants at rest: a MultiFernet token around a JSON object."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import msgspec
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from app.connectors.errors import AccessRevoked
from app.connectors.words import Grant


class Vault:
    """Seals with the first key and opens with any, so that keys can be rotated."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def seal(self, grant: Grant) -> str:
        """The grant, encrypted."""
        return self._fernet.encrypt(msgspec.json.encode(dataclasses.asdict(grant))).decode()

    def open(self, sealed: str) -> Grant:
        """The grant that was sealed. Raises AccessRevoked when no key opens it."""
        try:
            return msgspec.json.decode(self._fernet.decrypt(sealed.encode()), type=Grant)
        except InvalidToken as error:
            raise AccessRevoked(
                "The stored access to this platform cannot be read with the keys this "
                "installation has now. Your figures are kept. Connect the platform again, or "
                "put the former key back into ENCRYPTION_KEYS."
            ) from error

    def rotate(self, sealed: str) -> str:
        """The same grant under the first key; raises AccessRevoked as `open` does."""
        return self.seal(self.open(sealed))
