"""A draft becomes a paused campaign once, whatever happens on the way."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from app.connectors.platforms.meta import Meta
from app.models import Account, CampaignDraft, DraftAd, LaunchStep, SyncRun
from jobs.recovery import recover
from tests.conftest import Member, csrf_token, sign_in
from tests.creative.conftest import NOW, Work
from tests.creative.fake_launcher import Objects
from tests.creative.test_batches import ordered, read

FILLED = {
    "daily_budget": "25.50",
    "starts_on": "2026-12-01",
    "countries": ["us", "CA"],
    "url": "https://northlight.example/friday?ref=1",
    "profile": "p1",
}


@pytest.fixture
def headers(browser: FlaskClient) -> dict[str, str]:
    return {"X-CSRFToken": csrf_token(browser)}


@pytest.fixture
def drafted(
    browser: FlaskClient,
    work: Work,
    headers: dict[str, str],
    ad_account: Account,
    objects: Objects,
) -> int:
    """A draft of two ads that is ready to be launched."""
    batch_id = ordered(browser, platforms=["meta"], count=2)
    work(batch_id)
    ids = [each["id"] for each in read(browser, batch_id)["variations"][:2]]
    made = browser.post(
        "/dashboard/creative/drafts",
        data={"variation_id": ids, "csrf_token": headers["X-CSRFToken"]},
    )
    assert made.status_code == 303
    draft_id = int(made.location.rpartition("/")[2])
    address = f"/api/creative/drafts/{draft_id}"
    assert browser.patch(address, json=FILLED, headers=headers).status_code == 200
    return draft_id


def look(browser: FlaskClient, draft_id: int) -> Any:
    return browser.get(f"/api/creative/drafts/{draft_id}").json


def ask(browser: FlaskClient, draft_id: int, headers: dict[str, str], what: str = "launch") -> Any:
    return browser.post(f"/api/creative/drafts/{draft_id}/{what}", headers=headers)


def test_a_variation_becomes_a_draft_with_what_its_brief_says(
    browser: FlaskClient, work: Work, headers: dict[str, str], ad_account: Account, objects: Objects
) -> None:
    batch_id = ordered(browser, platforms=["meta"])
    work(batch_id)
    variation = read(browser, batch_id)["variations"][0]

    made = browser.post(f"/api/creative/variations/{variation['id']}/draft", headers=headers)

    assert made.status_code == 201
    draft = look(browser, made.json["id"])
    assert draft["account_id"] == ad_account.id
    assert (draft["goal"], draft["url"]) == ("sales", "https://northlight.example/friday")
    assert draft["landing_url"] == (
        "https://northlight.example/friday?utm_source=facebook&utm_medium=paid_social"
        "&utm_campaign=friday-roast"
    )
    assert draft["audience"] == {"age_min": 25, "age_max": 34, "gender": "women"}
    assert {each["field"] for each in draft["problems"]} == {
        "daily_budget", "starts_on", "countries",
    }  # fmt: skip
    assert draft["ads"][0]["texts"]["headline"] == variation["headline"]


def test_a_launch_sends_exactly_what_was_reviewed_and_keeps_the_ids(
    browser: FlaskClient,
    work: Work,
    headers: dict[str, str],
    drafted: int,
    objects: Objects,
    session: Session,
) -> None:
    reviewed = look(browser, drafted)
    assert [each["key"] for each in reviewed["steps"]] == ["campaign", "ad-1", "ad-2"]
    assert reviewed["steps"][0]["request"]["daily_budget"] == "25.50"
    assert reviewed["steps"][1]["request"]["text"] == reviewed["ads"][0]["texts"]["primary_text"]

    asked = browser.post(
        f"/api/creative/drafts/{drafted}/launch",
        json={"digest": reviewed["digest"]},
        headers=headers,
    )
    assert (asked.status_code, asked.json["state"]) == (202, "queued")
    work.launch(drafted)

    done = look(browser, drafted)
    assert (done["state"], done["manager_url"]) == ("launched", "https://manager.example/id-1")
    assert [each["state"] for each in done["steps"]] == ["made"] * 3
    assert [each["request"] for each in done["steps"]] == [
        each["request"] for each in reviewed["steps"]
    ]
    assert [each["ad_id"] for each in done["ads"]] == ["id-2", "id-3"]
    assert objects.created == ["campaign", "ad-1", "ad-2"]
    assert session.scalars(select(SyncRun.reach)).all() == ["week"]


def test_a_text_that_changed_after_the_review_is_not_sent(
    browser: FlaskClient, headers: dict[str, str], drafted: int, objects: Objects, work: Work
) -> None:
    reviewed = look(browser, drafted)
    variation_id = reviewed["ads"][0]["variation_id"]
    edited = browser.patch(
        f"/api/creative/variations/{variation_id}", json={"primary_text": "Other"}, headers=headers
    )
    assert edited.status_code == 200

    asked = browser.post(
        f"/api/creative/drafts/{drafted}/launch",
        json={"digest": reviewed["digest"]},
        headers=headers,
    )

    assert asked.status_code == 409
    work.launch(drafted)
    assert objects.created == []


def test_launching_twice_creates_once(
    browser: FlaskClient, headers: dict[str, str], drafted: int, objects: Objects, work: Work
) -> None:
    assert ask(browser, drafted, headers).status_code == 202
    assert ask(browser, drafted, headers).status_code == 202
    work.launch(drafted)
    work.launch(drafted)
    assert ask(browser, drafted, headers).json["state"] == "launched"
    work.launch(drafted)

    assert objects.created == ["campaign", "ad-1", "ad-2"]


@pytest.mark.parametrize("step", ["campaign", "ad-1", "ad-2"])
def test_a_step_whose_answer_was_lost_is_found_and_not_repeated(
    browser: FlaskClient,
    headers: dict[str, str],
    drafted: int,
    objects: Objects,
    work: Work,
    step: str,
) -> None:
    objects.faults = {step: ["made"]}
    objects.unlisted = 1

    ask(browser, drafted, headers)
    work.launch(drafted)

    assert look(browser, drafted)["state"] == "launched"
    assert objects.created == ["campaign", "ad-1", "ad-2"]
    assert work.waited == [2.0]


def test_a_step_that_never_answered_and_is_not_found_stops_and_can_be_continued(
    browser: FlaskClient, headers: dict[str, str], drafted: int, objects: Objects, work: Work
) -> None:
    objects.faults = {"ad-1": ["lost"]}
    ask(browser, drafted, headers)
    work.launch(drafted)
    stopped = look(browser, drafted)
    assert stopped["state"] == "partial"
    assert "Continue" in stopped["error"]
    assert [each["state"] for each in stopped["steps"]] == ["made", "begun", "planned"]

    ask(browser, drafted, headers)
    work.launch(drafted)

    assert look(browser, drafted)["state"] == "launched"
    assert objects.created == ["campaign", "ad-1", "ad-2"]


@pytest.mark.parametrize("step", ["campaign", "ad-1", "ad-2"])
def test_a_killed_launch_goes_on_and_creates_nothing_twice(
    browser: FlaskClient,
    headers: dict[str, str],
    drafted: int,
    objects: Objects,
    work: Work,
    step: str,
) -> None:
    objects.faults = {step: ["killed"]}
    ask(browser, drafted, headers)
    with pytest.raises(KeyboardInterrupt):
        work.launch(drafted)

    work.launch(drafted)

    assert look(browser, drafted)["state"] == "launched"
    assert objects.created == ["campaign", "ad-1", "ad-2"]


def test_a_refusal_names_the_field_and_leaves_the_draft_open(
    browser: FlaskClient, headers: dict[str, str], drafted: int, objects: Objects, work: Work
) -> None:
    objects.faults = {"campaign": ["refused"]}
    ask(browser, drafted, headers)
    work.launch(drafted)

    refused = look(browser, drafted)
    assert (refused["state"], refused["error_field"]) == ("failed", "name")
    assert refused["error"] == "The platform says no."
    renamed = browser.patch(
        f"/api/creative/drafts/{drafted}", json={"name": "Better"}, headers=headers
    )
    assert (renamed.status_code, renamed.json["state"]) == (200, "draft")


def test_a_trial_that_is_refused_creates_nothing(
    browser: FlaskClient, headers: dict[str, str], drafted: int, objects: Objects, work: Work
) -> None:
    objects.trial = ("The picture is too small.",)
    ask(browser, drafted, headers)
    work.launch(drafted)

    assert look(browser, drafted)["error"] == "The picture is too small."
    assert objects.created == []


def test_a_missing_permission_is_said_and_creates_nothing(
    browser: FlaskClient, headers: dict[str, str], drafted: int, objects: Objects, work: Work
) -> None:
    objects.permission = "The permission ads_management is missing. Press Allow."
    ask(browser, drafted, headers)
    work.launch(drafted)

    assert look(browser, drafted)["error"] == objects.permission
    assert objects.created == []


def test_what_half_a_launch_left_can_be_cleaned_up_and_the_draft_changed(
    browser: FlaskClient, headers: dict[str, str], drafted: int, objects: Objects, work: Work
) -> None:
    objects.faults = {"ad-2": ["refused"]}
    ask(browser, drafted, headers)
    work.launch(drafted)
    before = look(browser, drafted)
    assert before["state"] == "partial"
    change = {"name": "Other"}
    address = f"/api/creative/drafts/{drafted}"
    assert browser.patch(address, json=change, headers=headers).status_code == 409
    assert browser.delete(address, headers=headers).status_code == 409

    assert ask(browser, drafted, headers, "clean").status_code == 202
    work.clean(drafted)

    assert objects.made == {}
    after = look(browser, drafted)
    assert (after["state"], after["error"]) == ("draft", None)
    assert after["mark"] != before["mark"]
    assert browser.patch(address, json=change, headers=headers).status_code == 200


def test_what_cannot_be_deleted_stays_listed(
    browser: FlaskClient, headers: dict[str, str], drafted: int, objects: Objects, work: Work
) -> None:
    objects.faults = {"ad-2": ["refused"]}
    objects.undeletable = {"campaign"}
    ask(browser, drafted, headers)
    work.launch(drafted)
    ask(browser, drafted, headers, "clean")
    work.clean(drafted)

    left = look(browser, drafted)
    assert left["state"] == "partial"
    assert "campaign" in left["error"]
    assert [each["state"] for each in left["steps"]] == ["made", "planned", "planned"]


def test_something_that_is_not_paused_is_said_aloud(
    browser: FlaskClient, headers: dict[str, str], drafted: int, objects: Objects, work: Work
) -> None:
    objects.enabled = {"The campaign"}
    ask(browser, drafted, headers)
    work.launch(drafted)

    found = look(browser, drafted)
    assert (found["state"], found["error"]) == ("partial", "The campaign was not paused.")


def test_a_process_that_stops_leaves_the_launch_to_another(
    browser: FlaskClient,
    headers: dict[str, str],
    drafted: int,
    objects: Objects,
    work: Work,
    session: Session,
) -> None:
    work.stopping.set()
    ask(browser, drafted, headers)
    work.launch(drafted)
    assert look(browser, drafted)["state"] == "queued"

    work.stopping.clear()
    work.launch(drafted)
    assert look(browser, drafted)["state"] == "launched"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"daily_budget": "-3"}, "daily_budget"),
        ({"daily_budget": "1.999"}, "daily_budget"),
        ({"daily_budget": "NaN"}, "daily_budget"),
        ({"starts_on": "2026-12-10", "ends_on": "2026-12-01"}, "ends_on"),
        ({"countries": ["XX"]}, "countries"),
        ({"url": "http://plain.example"}, "url"),
        ({"age_min": 12}, "age_min"),
        ({"special": ["gambling"]}, "special"),
        ({"keywords": ["k" * 201]}, "keywords"),
        ({"account_id": 99999}, "account_id"),
        ({"utm": {"colour": "red"}}, "utm"),
    ],
)
def test_a_wrong_field_is_refused_and_nothing_changes(
    browser: FlaskClient,
    headers: dict[str, str],
    drafted: int,
    change: dict[str, Any],
    named: str,
) -> None:
    before = look(browser, drafted)
    answer = browser.patch(f"/api/creative/drafts/{drafted}", json=change, headers=headers)

    assert answer.status_code == 422
    assert answer.json["error"]["message"].startswith(named), answer.json
    assert look(browser, drafted) == before


def test_a_budget_in_a_currency_without_decimals_has_none(
    browser: FlaskClient, headers: dict[str, str], drafted: int, session: Session
) -> None:
    session.execute(text("UPDATE account SET currency = 'JPY'"))
    session.commit()

    found = look(browser, drafted)

    assert [each["field"] for each in found["problems"]] == ["daily_budget"]
    assert ask(browser, drafted, headers).status_code == 422


def test_an_account_of_someone_else_cannot_be_chosen(
    app: Flask,
    browser: FlaskClient,
    headers: dict[str, str],
    drafted: int,
    charlie: Member,
    session: Session,
    ad_account: Account,
) -> None:
    session.execute(text(f"UPDATE account SET workspace_id = {charlie.workspace.id}"))
    session.commit()

    answer = browser.patch(
        f"/api/creative/drafts/{drafted}", json={"account_id": ad_account.id}, headers=headers
    )

    assert answer.status_code == 422
    assert ask(browser, drafted, headers).status_code == 409
    assert sign_in(app, charlie).get(f"/api/creative/drafts/{drafted}").status_code == 404


def test_without_a_launcher_the_draft_is_kept_and_says_so(
    browser: FlaskClient,
    headers: dict[str, str],
    drafted: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Meta, "launches", None)

    page = browser.get(f"/dashboard/creative/drafts/{drafted}").get_data(as_text=True)

    assert "cannot be created yet" in page
    assert ask(browser, drafted, headers).status_code == 409


def test_variations_of_two_platforms_make_no_draft(
    browser: FlaskClient, headers: dict[str, str], work: Work, session: Session
) -> None:
    batch_id = ordered(browser)
    work(batch_id)
    ids = [each["id"] for each in read(browser, batch_id)["variations"]]

    answer = browser.post(
        "/dashboard/creative/drafts",
        data={"variation_id": ids, "csrf_token": headers["X-CSRFToken"]},
    )

    assert answer.status_code == 303
    assert session.scalar(select(CampaignDraft.id)) is None


def test_a_deleted_draft_leaves_its_texts(
    browser: FlaskClient, headers: dict[str, str], drafted: int, session: Session
) -> None:
    address = f"/api/creative/drafts/{drafted}"
    assert browser.delete(address, headers=headers).status_code == 204

    assert browser.get(address).status_code == 404
    assert session.scalar(select(DraftAd.draft_id)) is None
    assert browser.get("/api/creative/library").status_code == 200


def test_the_pages_lead_from_the_form_over_the_review_to_the_created_campaign(
    browser: FlaskClient, headers: dict[str, str], drafted: int, objects: Objects, work: Work
) -> None:
    address = f"/dashboard/creative/drafts/{drafted}"
    token = {"csrf_token": headers["X-CSRFToken"]}
    form = browser.get(f"{address}/choices").get_data(as_text=True)
    assert "Northlight</option>" in form
    assert "takes is $5.00." in form
    wrong = browser.post(address, data={**token, "daily_budget": "many", "name": "Kept <b>"})
    assert wrong.status_code == 422
    assert "Kept &lt;b&gt;" in wrong.get_data(as_text=True)
    saved = browser.post(address, data={**token, "daily_budget": "30", "next": "review"})
    assert saved.location == f"{address}/review"

    review = browser.get(f"{address}/review").get_data(as_text=True)
    assert "Create paused campaign" in review
    digest = look(browser, drafted)["digest"]
    assert digest in review
    sent = browser.post(f"{address}/launch", data={**token, "digest": digest})
    assert sent.location == address
    assert "Waiting to start" in browser.get(address).get_data(as_text=True)
    work.launch(drafted)
    done = browser.get(address).get_data(as_text=True)
    assert "https://manager.example/id-1" in done
    assert "hx-trigger" not in done.partition('id="outcome"')[2].partition(">")[0]


def test_a_launch_without_a_reviewed_digest_is_not_taken_from_the_page(
    browser: FlaskClient, headers: dict[str, str], drafted: int, objects: Objects, work: Work
) -> None:
    address = f"/dashboard/creative/drafts/{drafted}/launch"
    answer = browser.post(address, data={"csrf_token": headers["X-CSRFToken"]})

    assert answer.status_code == 409


PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


@pytest.mark.parametrize(
    ("content", "status"), [(PNG, 303), (b"GIF89a...", 422), (b"<svg onload=alert(1)>", 422)]
)
def test_only_pictures_that_platforms_take_are_kept(
    browser: FlaskClient,
    headers: dict[str, str],
    drafted: int,
    content: bytes,
    status: int,
) -> None:
    address = f"/dashboard/creative/drafts/{drafted}"
    file = (io.BytesIO(content), "../a b.png")
    answer = browser.post(
        address,
        data={"csrf_token": headers["X-CSRFToken"], "name": "Typed too", "picture_file": file},
    )

    assert answer.status_code == status
    shown = browser.get(f"{address}/picture")
    assert shown.status_code == (200 if status == 303 else 404)
    if status == 303:
        assert (shown.data, shown.mimetype) == (content, "image/png")
        kept = look(browser, drafted)
        assert (kept["picture"], kept["name"]) == ("a-b.png", "Typed too")
        emptied = {"csrf_token": headers["X-CSRFToken"], "next": "no-picture"}
        assert browser.post(address, data=emptied).status_code == 303
        assert look(browser, drafted)["picture"] == ""


@pytest.mark.parametrize(
    "url",
    ["http://example.com/a.png", "https://127.0.0.1/a.png", "https://localhost/a", "file:///etc"],
)
def test_a_picture_is_fetched_from_public_servers_only(
    browser: FlaskClient, headers: dict[str, str], drafted: int, url: str
) -> None:
    answer = browser.post(
        f"/dashboard/creative/drafts/{drafted}",
        data={"csrf_token": headers["X-CSRFToken"], "picture_url": url},
    )

    assert answer.status_code == 422


def test_a_draft_is_locked_while_two_launch_it(
    browser: FlaskClient,
    headers: dict[str, str],
    drafted: int,
    objects: Objects,
    work: Work,
    sessions: sessionmaker[Session],
) -> None:
    ask(browser, drafted, headers)
    work.launch(drafted)
    with sessions() as session:
        rows = session.scalars(select(LaunchStep).order_by(LaunchStep.position)).all()
    assert [(row.key, row.state) for row in rows] == [
        ("campaign", "made"), ("ad-1", "made"), ("ad-2", "made"),
    ]  # fmt: skip


def test_a_launch_that_lost_its_job_waits_for_its_owner(
    browser: FlaskClient, headers: dict[str, str], drafted: int, session: Session
) -> None:
    ask(browser, drafted, headers)
    recover(session, NOW)
    session.commit()
    assert look(browser, drafted)["state"] == "queued"
    session.execute(text("DELETE FROM procrastinate_jobs"))

    recover(session, NOW)
    session.commit()

    stopped = look(browser, drafted)
    assert (stopped["state"], "interrupted" in stopped["error"]) == ("failed", True)
    assert session.scalar(select(LaunchStep.key)) is None


def test_what_an_account_that_is_gone_holds_can_only_be_forgotten(
    browser: FlaskClient,
    headers: dict[str, str],
    drafted: int,
    objects: Objects,
    work: Work,
    session: Session,
) -> None:
    objects.faults = {"ad-2": ["refused"]}
    ask(browser, drafted, headers)
    work.launch(drafted)
    address = f"/dashboard/creative/drafts/{drafted}"
    assert "Forget this draft" not in browser.get(address).get_data(as_text=True)
    session.execute(text("UPDATE account SET selected = false"))
    session.commit()

    page = browser.get(address).get_data(as_text=True)
    assert "Forget this draft" in page
    assert "id-1" in page
    assert browser.delete(f"/api/creative/drafts/{drafted}", headers=headers).status_code == 204


def test_a_field_that_is_emptied_is_empty(
    browser: FlaskClient, headers: dict[str, str], drafted: int
) -> None:
    form = {"csrf_token": headers["X-CSRFToken"], "daily_budget": "", "ends_on": ""}
    browser.post(f"/dashboard/creative/drafts/{drafted}", data=form)

    kept = look(browser, drafted)
    assert (kept["daily_budget"], kept["starts_on"]) == (None, "2026-12-01")
    assert [each["field"] for each in kept["problems"]] == ["daily_budget"]


def test_a_job_of_one_kind_does_not_do_the_other(
    browser: FlaskClient, headers: dict[str, str], drafted: int, objects: Objects, work: Work
) -> None:
    ask(browser, drafted, headers)
    work.clean(drafted)
    assert look(browser, drafted)["state"] == "queued"

    work.launch(drafted)
    assert look(browser, drafted)["state"] == "launched"
