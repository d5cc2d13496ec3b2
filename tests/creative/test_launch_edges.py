"""A launch among other workers, other tabs, lost answers and lost accounts."""

from __future__ import annotations

import threading

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.connectors.errors import Temporary
from app.connectors.launching import DryRun, Made, Order, Step
from app.connectors.words import FoundAccount
from tests.creative.conftest import Work
from tests.creative.fake_launcher import FakeLauncher, Objects
from tests.creative.test_launch import ask, drafted, headers, look

__all__ = ["drafted", "headers"]

_JOBS = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'launch'")


def test_a_second_worker_keeps_away_from_a_launch_under_way(
    browser: FlaskClient,
    headers: dict[str, str],
    drafted: int,
    objects: Objects,
    work: Work,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked, answered = threading.Event(), threading.Event()
    create = FakeLauncher.create

    def slow(
        self: FakeLauncher, account: FoundAccount, order: Order, step: Step, made: Made
    ) -> Made:
        asked.set()
        assert answered.wait(20)
        return create(self, account, order, step, made)

    monkeypatch.setattr(FakeLauncher, "create", slow)
    ask(browser, drafted, headers)
    first = threading.Thread(target=work.launch, args=(drafted,))
    first.start()
    assert asked.wait(20)

    work.launch(drafted)
    answered.set()
    first.join()

    assert look(browser, drafted)["state"] == "launched"
    assert objects.created == ["campaign", "ad-1", "ad-2"]
    assert session.scalar(_JOBS) == 2


def test_what_was_cleaned_up_leaves_no_id_behind(
    browser: FlaskClient, headers: dict[str, str], drafted: int, objects: Objects, work: Work
) -> None:
    objects.faults = {"ad-2": ["refused"]}
    ask(browser, drafted, headers)
    work.launch(drafted)
    assert [each["ad_id"] for each in look(browser, drafted)["ads"]] == ["id-2", ""]

    ask(browser, drafted, headers, "clean")
    work.clean(drafted)

    cleaned = look(browser, drafted)
    assert [each["ad_id"] for each in cleaned["ads"]] == ["", ""]
    assert cleaned["manager_url"] is None


def test_a_platform_that_is_unwell_before_anything_exists_leaves_the_draft_open(
    browser: FlaskClient,
    headers: dict[str, str],
    drafted: int,
    objects: Objects,
    work: Work,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unwell(self: FakeLauncher, account: FoundAccount, order: Order) -> DryRun:
        raise Temporary("The platform is unwell.")

    monkeypatch.setattr(FakeLauncher, "dry_run", unwell)
    ask(browser, drafted, headers)
    work.launch(drafted)

    failed = look(browser, drafted)
    assert failed["state"] == "failed"
    assert "Nothing was created" in failed["error"]
    assert "Continue" not in failed["error"]


def test_whoever_watches_a_launch_that_is_refused_is_led_to_the_form_and_its_error(
    browser: FlaskClient, headers: dict[str, str], drafted: int, objects: Objects, work: Work
) -> None:
    address = f"/dashboard/creative/drafts/{drafted}"
    watching = {"HX-Request": "true", "HX-Request-Type": "partial"}
    objects.trial = ("The picture is too small.",)
    ask(browser, drafted, headers)
    assert 'id="outcome"' in browser.get(address, headers=watching).get_data(as_text=True)

    work.launch(drafted)

    assert browser.get(address, headers=watching).headers["HX-Redirect"] == address
    assert "The picture is too small." in browser.get(address).get_data(as_text=True)


def test_what_is_not_given_of_an_audience_stays(
    browser: FlaskClient, headers: dict[str, str], drafted: int
) -> None:
    address = f"/api/creative/drafts/{drafted}"
    older = browser.patch(address, json={"age_max": 44}, headers=headers)
    assert older.json["audience"] == {"age_min": 25, "age_max": 44, "gender": "women"}

    younger = browser.patch(address, json={"age_max": 20}, headers=headers)

    assert younger.status_code == 422
    assert younger.json["error"]["message"].startswith("age_min")


@pytest.mark.parametrize("field", ["name", "profile", "keywords", "utm_source", "answer-pixel"])
def test_a_character_that_cannot_be_stored_is_refused_in_the_form(
    browser: FlaskClient, headers: dict[str, str], drafted: int, field: str
) -> None:
    answer = browser.post(
        f"/dashboard/creative/drafts/{drafted}",
        data={"csrf_token": headers["X-CSRFToken"], field: "a\x00b"},
    )

    assert answer.status_code == 422
    assert "Nothing was changed" in answer.get_data(as_text=True)


def test_what_was_typed_stays_in_the_form_that_is_refused(
    browser: FlaskClient, headers: dict[str, str], drafted: int, objects: Objects
) -> None:
    objects.keywords = True
    answer = browser.post(
        f"/dashboard/creative/drafts/{drafted}",
        data={
            "csrf_token": headers["X-CSRFToken"],
            "daily_budget": "many",
            "profile": "p1",
            "keywords": "fresh coffee",
        },
    )

    form = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "fresh coffee</textarea>" in form
    assert '<option value="p1" selected>' in form


def test_a_form_that_came_too_late_does_not_overwrite_on_its_second_try(
    browser: FlaskClient, headers: dict[str, str], drafted: int, objects: Objects
) -> None:
    address = f"/dashboard/creative/drafts/{drafted}"
    seen = look(browser, drafted)["revision"]
    browser.patch(f"/api/creative/drafts/{drafted}", json={"name": "Theirs"}, headers=headers)
    late = {"csrf_token": headers["X-CSRFToken"], "name": "Mine", "revision": str(seen)}

    refused = browser.post(address, data=late)

    assert refused.status_code == 409
    assert f'name="revision" value="{seen}"' in refused.get_data(as_text=True)


def test_an_unfinished_launch_is_still_listed_when_its_account_is_gone(
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
    session.execute(text("UPDATE account SET selected = false"))
    session.commit()

    left = look(browser, drafted)
    assert [(each["key"], each["made"]) for each in left["steps"]] == [
        ("campaign", {"campaign": "id-1"}),
        ("ad-1", {"ad-1": "id-2"}),
        ("ad-2", {}),
    ]
    address = f"/dashboard/creative/drafts/{drafted}"
    assert "id-2" in browser.get(address).get_data(as_text=True)
    token = {"csrf_token": headers["X-CSRFToken"]}
    assert browser.post(f"{address}/launch", data=token).location == address


def test_a_review_shows_every_character_as_it_is_sent(
    browser: FlaskClient, headers: dict[str, str], drafted: int, objects: Objects
) -> None:
    name = "Größe & Don’t 珈琲"
    browser.patch(f"/api/creative/drafts/{drafted}", json={"name": name}, headers=headers)

    review = browser.get(f"/dashboard/creative/drafts/{drafted}/review").get_data(as_text=True)

    request = review.partition('class="step-request"')[2].partition("</pre>")[0]
    assert "Größe &amp; Don’t 珈琲" in request
    assert "ref=1&amp;utm_source=facebook" in request


def test_access_that_ended_before_anything_exists_leaves_the_draft_open(
    browser: FlaskClient, headers: dict[str, str], drafted: int, objects: Objects, work: Work
) -> None:
    objects.faults = {"campaign": ["revoked"]}
    ask(browser, drafted, headers)
    work.launch(drafted)

    failed = look(browser, drafted)
    assert (failed["state"], failed["error"]) == ("failed", "Connect again.")
    assert browser.delete(f"/api/creative/drafts/{drafted}", headers=headers).status_code == 204


def test_a_no_to_the_second_try_does_not_forget_the_first(
    browser: FlaskClient, headers: dict[str, str], drafted: int, objects: Objects, work: Work
) -> None:
    objects.faults = {"campaign": ["made", "refused"]}
    objects.unlisted = 6
    for _ in range(2):
        ask(browser, drafted, headers)
        work.launch(drafted)
    assert look(browser, drafted)["state"] == "partial"

    ask(browser, drafted, headers)
    work.launch(drafted)

    assert look(browser, drafted)["state"] == "launched"
    assert objects.created == ["campaign", "ad-1", "ad-2"]


def test_a_budget_is_not_continued_in_another_currency(
    browser: FlaskClient,
    headers: dict[str, str],
    drafted: int,
    objects: Objects,
    work: Work,
    session: Session,
) -> None:
    objects.faults = {"ad-1": ["refused"]}
    ask(browser, drafted, headers)
    work.launch(drafted)
    session.execute(text("UPDATE account SET currency = 'EUR'"))
    session.commit()

    ask(browser, drafted, headers)
    work.launch(drafted)

    stopped = look(browser, drafted)
    assert (stopped["state"], stopped["error_field"]) == ("partial", "daily_budget")
    assert objects.created == ["campaign"]
    ask(browser, drafted, headers, "clean")
    work.clean(drafted)
    assert look(browser, drafted)["state"] == "draft"
