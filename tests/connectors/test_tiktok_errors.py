"""Every return code of TikTok's has a meaning, and whoever can mend it reads what to do."""

from __future__ import annotations

import datetime as dt

import pytest
from business_api_client.tiktok_business.tiktok_code import NumericErrorCodes

from app.connectors.errors import (
    AccessRevoked,
    AccountRefused,
    ConnectorError,
    OAuthDenied,
    SetupProblem,
    Temporary,
    Throttled,
)
from app.connectors.tiktok import errors
from sandbox.tiktok.errors import MESSAGES

NOW = dt.datetime(2026, 11, 2, 21, 30, tzinfo=dt.UTC)
ASKED = "business-api.tiktok.com/open_api/v1.3/campaign/get/"
CODES = {value for name, value in vars(NumericErrorCodes).items() if name.startswith("ERROR_CODE_")}
MEANING: dict[type[ConnectorError], tuple[int, ...]] = {
    errors.Restricted: (40016, 40100, 61000),
    Temporary: (
        *(40132, 40133, 40200, 40201, 40202, 40700, 40901, 50000, 50002),
        *(51000, 51001, 51010, 51099, 52000, 52103, 52201, 53102, 53103, 60001),
    ),
    errors.TooLarge: (40067,),
    errors.TooManyIds: (40011,),
    AccessRevoked: (40102, 40103, 40104, 40105, 40106, 40107, 40110, 40114, 40120, 40309, 70001),
    errors.ScopeMissing: (40130,),
    SetupProblem: (
        *(40006, 40008, 40009, 40010, 40013, 40014, 40051, 40101, 40108, 40113, 40115, 40116),
        *(40117, 40124, 40125, 40400, 41000),
    ),
    AccountRefused: (40001, 40003, 40007, 40118, 40119, 40300, 40301, 40302),
    errors.BadQuestion: (40000, 40002),
    errors.Withdrawn: (41001, 41002),
    ConnectorError: (
        *(40012, 40050, 40052, 40053, 40502, 40900, 40902, 40903, 40904, 40905, 40906, 40907),
        *(40908, 40911, 40913, 40916, 41013, 40999),
    ),
}


def meant(code: int, message: str = "") -> ConnectorError:
    problem = errors.Problem(code, message, "20261102213000abc")
    return errors.failure(problem, now=NOW, asked=ASKED)


@pytest.mark.parametrize(
    ("code", "kind"), [(code, kind) for kind, codes in MEANING.items() for code in codes]
)
def test_every_code_becomes_its_kind_of_error(code: int, kind: type[ConnectorError]) -> None:
    assert type(meant(code)) is kind


@pytest.mark.parametrize("code", sorted(CODES - {0, 20001}))
def test_no_code_of_tiktok_s_own_client_is_an_empty_page(code: int) -> None:
    error = meant(code, "whatever")
    assert "TikTok" in error.message
    if code < 50000:
        assert not isinstance(error, Throttled)


@pytest.mark.parametrize("code", sorted(MESSAGES))
def test_the_codes_the_sandbox_plays_are_understood(code: int) -> None:
    assert meant(code, MESSAGES[code]).message.endswith(".")


@pytest.mark.parametrize(
    "code", [*errors.ENDED, 40130, *errors.REFUSED, *(c for c in errors.SETUP if c != 40108)]
)
def test_what_a_person_can_mend_says_where_and_what_to_press(code: int) -> None:
    words = meant(code).message.lower()
    assert any(
        word in words
        for word in ("press", "untick", "compares", "asks", "completes", "ticks", "ask ", "looks")
    ), words


@pytest.mark.parametrize(
    ("message", "kind", "seconds"),
    [
        ("The app has reached its QPS limit of 10.", errors.Restricted, 1),
        ("Due to too many requests, requests from App are restricted.", errors.Restricted, 1),
        ("The app has reached its QPM limit of 600.", Throttled, 300),
        ("The app has reached its QPD limit.", errors.DayUsedUp, 2.5 * 3600),
    ],
)
def test_a_limit_is_waited_out_by_its_kind(
    message: str, kind: type[ConnectorError], seconds: float
) -> None:
    error = meant(40100, message)
    assert type(error) is kind
    assert error.retry_after == seconds


def test_40001_about_frequency_is_a_limit_and_no_refusal() -> None:
    assert isinstance(meant(40001, "Requests made too frequently"), errors.Restricted)


def test_a_wrong_version_is_named() -> None:
    assert "open_api/v1.3" in meant(40051).message
    assert "TIKTOK_API_URL" in meant(40051).message
    assert "TIKTOK_API_URL" in errors.without_code(404, ASKED).message


def test_nothing_like_a_token_gets_into_a_sentence() -> None:
    token = "0123456789abcdef0123456789abcdef01234567"
    assert token not in meant(40002, f"Bad token {token}").message


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        (40110, "The auth_code is canceled.", OAuthDenied),
        (40101, "Invalid auth_code. Please retry.", OAuthDenied),
        (40115, "", OAuthDenied),
        (40101, "Secret and app id do not match.", SetupProblem),
        (40113, "", SetupProblem),
        (50000, "", Temporary),
    ],
)
def test_an_exchange_tells_a_used_code_from_a_wrong_app(
    code: int, message: str, kind: type[ConnectorError]
) -> None:
    problem = errors.Problem(code, message)
    assert type(errors.exchange_failure(problem, now=NOW, asked=ASKED)) is kind
