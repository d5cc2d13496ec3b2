"""Grants at rest."""

from __future__ import annotations

import datetime as dt

import pytest
from cryptography.fernet import Fernet

from app.connections.vault import Vault
from app.connectors.errors import AccessRevoked
from app.connectors.words import Grant

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))
GRANT = Grant(
    "token",
    refresh_token="refresh",
    expires_at=dt.datetime(2027, 1, 2, 3, 4, 5, 678900, tzinfo=dt.UTC),
    scopes=("ads_read",),
    label="Alice",
    extra={"user_id": "7"},
)


def test_a_grant_comes_back_as_it_was() -> None:
    assert Vault([OLD]).open(Vault([OLD]).seal(GRANT)) == GRANT


def test_the_token_cannot_be_read_without_a_key() -> None:
    sealed = Vault([OLD]).seal(GRANT)
    assert "token" not in sealed
    with pytest.raises(AccessRevoked, match="Connect the platform again"):
        Vault([NEW]).open(sealed)


def test_rotation_makes_the_old_key_unnecessary() -> None:
    rotated = Vault([NEW, OLD]).rotate(Vault([OLD]).seal(GRANT))
    assert Vault([NEW]).open(rotated) == GRANT
