"""The promises about passwords."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from app.accounts import passwords
from app.accounts.passwords import (
    DUMMY_HASH,
    check_new_password,
    hash_password,
    needs_rehash,
    verify_password,
)
from app.errors import Invalid
from tests.conftest import SHIPPED_HASHER

# "password1" in full-width letters, as an East Asian keyboard types it.
WIDE = "".join(chr(ord(letter) + 0xFEE0) for letter in "password1")


@pytest.fixture(autouse=True)
def as_shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the other tests make cheap is what these are about."""
    monkeypatch.setattr(passwords, "_hasher", SHIPPED_HASHER)
    monkeypatch.setattr(passwords, "DUMMY_HASH", DUMMY_HASH)


def check(password: str) -> None:
    check_new_password(password, email="priya.raman@example.com", name="Priya Raman")


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "x7#kqLm2",
        "пароль-из-слов",
        "pässwörtchen",
        "日本語日本語日本",
        "ab cd " * 30,
        "zq" * 500,
    ],
)
def test_any_eight_to_a_thousand_characters_make_a_password(password: str) -> None:
    check(password)
    stored = hash_password(password)
    assert verify_password(stored, password)
    assert not verify_password(stored, password[:-1])


@pytest.mark.parametrize("password", ["", "short", "1234567", "seven77"])
def test_a_short_password_is_refused_with_the_length_it_needs(password: str) -> None:
    with pytest.raises(Invalid, match="8 characters or more"):
        check(password)


def test_a_password_beyond_the_limit_is_refused_with_a_sentence() -> None:
    with pytest.raises(Invalid, match="at most 1,000"):
        check("zq" * 501)


@pytest.mark.parametrize(
    "password",
    ["password", "PassWord123", "iloveyou", "QWERTYUIOP", WIDE, "1234567890"],
)
def test_common_passwords_are_refused_in_any_case_and_width(password: str) -> None:
    with pytest.raises(Invalid, match="most common"):
        check(password)


@pytest.mark.parametrize(
    "password",
    [
        "priya.raman@example.com",
        "priya.raman@example.com1",
        "Priya.Raman",
        "priyaraman",
        "PriyaRaman2026",
        "ramanpriya!1",
        "Growzzy2026",
    ],
)
def test_the_own_email_and_name_do_not_count(password: str) -> None:
    with pytest.raises(Invalid, match="your own e-mail address or name"):
        check(password)


def test_the_own_name_may_be_part_of_a_password_that_is_long_enough_without_it() -> None:
    check("priya walks nine dogs")
    with pytest.raises(Invalid, match="your own e-mail address or name"):
        check("priya nine")


def test_a_password_is_the_same_however_its_letters_are_composed() -> None:
    stored = hash_password("gru\u0308nes fenster")
    assert verify_password(stored, "grünes fenster")
    assert not verify_password(stored, "grunes fenster")


def test_what_is_stored_is_argon2id_with_its_own_salt() -> None:
    first, second = hash_password("correct horse"), hash_password("correct horse")
    assert first != second
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_nobody_has_the_dummy_password() -> None:
    assert not verify_password(None, "")
    assert not verify_password(None, "correct horse")
    assert not needs_rehash(DUMMY_HASH)


def test_an_older_hash_still_opens_and_asks_to_be_renewed() -> None:
    older = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash("correct horse")
    assert verify_password(older, "correct horse")
    assert needs_rehash(older)
