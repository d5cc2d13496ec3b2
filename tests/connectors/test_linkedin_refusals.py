"""What LinkedIn's refusals to create something mean to whoever filled in the draft."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec
import pytest
import responses

from app.connectors.errors import AccountRefused, SetupProblem, Temporary, Throttled
from app.connectors.http import Http
from app.connectors.launching import Refused, Unknown
from app.connectors.linkedin.errors import Asked, Problem
from app.connectors.linkedin.launch import LinkedInLauncher
from app.connectors.linkedin.refusals import refusal
from app.connectors.platforms.linkedin import LinkedIn
from app.connectors.words import FoundAccount, Grant
from tests.conftest import make_settings

ASKED = Asked("api.linkedin.com/rest/adAccounts/1/adCampaigns", "202609", dt.datetime.now(dt.UTC))
ACCOUNT = FoundAccount("512000001", "Quill & Quarry Stationers", "EUR", "UTC")
ROOT = "https://api.linkedin.com/rest/adAccounts/512000001"


def problem(code: str = "", path: str = "", message: str = "") -> Problem:
    fault = {"code": code, "description": "", "input": {"inputPath": {"fieldPath": path}}}
    told: dict[str, Any] = {"message": message, "code": code}
    told["errorDetails"] = {"inputErrors": [fault]} if path else None
    return msgspec.convert(told, Problem)


@pytest.mark.parametrize(
    ("code", "path", "field"),
    [
        ("AUDIENCE_SIZE_TOO_SMALL", "/targetingCriteria", "countries"),
        ("DATE_TOO_EARLY", "/runSchedule/start", "starts_on"),
        ("START_DATE_AFTER_END_DATE", "/runSchedule", "ends_on"),
        ("FIELD_VALUE_TOO_LOW", "/dailyBudget/amount", "daily_budget"),
        ("FIELD_VALUE_TOO_HIGH", "/runSchedule/end", "ends_on"),
        ("CURRENCY_MISMATCH", "/dailyBudget/currencyCode", "daily_budget"),
        ("FIELD_LENGTH_TOO_LONG", "/name", "name"),
        ("MISSING_FIELD", "/politicalIntent", "political_intent"),
        ("FIELD_VALUE_DOES_NOT_EXIST", "/associatedEntity", "profile"),
        ("INVALID_CAMPAIGN_CONFIGURATION", "/objectiveType", "goal"),
        ("INVALID_VALUE_FOR_FIELD", "/targetingCriteria/urn:li:adTargetingFacet:genders", "gender"),
        ("CAMPAIGN_GROUP_CREATION_NOT_ALLOWED", "", "account_id"),
        ("SOMETHING_NEW", "/somethingNew", ""),
    ],
)
def test_codes_and_paths_name_the_field(code: str, path: str, field: str) -> None:
    error = refusal(problem(code, path), 400, ASKED, "campaign")
    assert isinstance(error, Refused)
    assert error.field == field


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ("/creative/inlineContent/post/commentary :: is too long", "ads"),
        ("/creative/inlineContent/post/content/media/title :: length is out of range", "ads"),
        ("/creative/inlineContent/post/content/media/id :: not available", "picture"),
        ("/creative/inlineContent/post/contentLandingPage :: is not valid", "url"),
        ("/creative/inlineContent/post/author :: does not exist", "profile"),
        ("Something else entirely", ""),
    ],
)
def test_older_refusals_have_nothing_but_their_words(message: str, field: str) -> None:
    error = refusal(problem(message=message), 400, ASKED, "creative")
    assert isinstance(error, Refused)
    assert error.field == field


def test_only_a_whole_answer_below_500_says_that_nothing_was_made() -> None:
    for status in (408, 409, 412, 500, 502, 503, 504):
        assert isinstance(refusal(Problem(), status, ASKED, "campaign"), Unknown)
    assert isinstance(refusal(Problem(), 403, ASKED, "campaign"), AccountRefused)
    assert isinstance(refusal(Problem(), 404, ASKED, "campaign"), Refused)
    assert isinstance(refusal(Problem(), 426, ASKED, "campaign"), SetupProblem)
    assert isinstance(refusal(Problem(), 429, ASKED, "campaign"), Throttled)
    gone = problem(message="Could not find entity urn:li:image:1")
    assert isinstance(refusal(gone, 404, ASKED, "creative"), Temporary)


@pytest.fixture
def launcher(http: Http) -> LinkedInLauncher:
    settings = make_settings("postgresql://nobody@localhost/none", linkedin_client_id="77abc")
    return LinkedInLauncher(LinkedIn(settings, http, Grant("t")))


def test_what_may_not_be_deleted_is_archived(launcher: LinkedInLauncher) -> None:
    group = f"{ROOT}/adCampaignGroups/701"
    refused = {"code": "NO_DELETE_ON_LMS_ENTERPRISE_CAMPAIGN_GROUPS", "message": "Not allowed"}
    with responses.RequestsMock() as wire:
        wire.get(group, json={"id": 701, "status": "DRAFT"})
        wire.delete(group, json=refused, status=400)
        wire.post(group, status=204)
        assert launcher.remove(ACCOUNT, {"campaign": "701"}) == ["campaign"]
        sent = msgspec.json.decode(wire.calls[2].request.body or b"")
    assert sent == {"patch": {"$set": {"status": "ARCHIVED"}}}


def test_a_picture_is_sent_to_nobody_but_linkedin(launcher: LinkedInLauncher) -> None:
    for address in ("https://linkedin.com.example/up", "http://www.linkedin.com/up"):
        with responses.RequestsMock(), pytest.raises(Temporary, match="not its own"):
            launcher._api.upload(address, b"picture", "image/png")
