"""Briefs, batches and their variations, as a browser without JavaScript and htmx meet them."""

from __future__ import annotations

import datetime as dt
import re
import threading
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker

from app.creative import batches, writing
from app.creative.briefs import parse_brief
from app.creative.writers import writer_for
from app.models import CreativeBatch, CreativeVariation, Membership
from app.settings import Settings
from tests.conftest import Member, csrf_token, sign_in

PAGE = "/dashboard/creative"
BRIEF: dict[str, Any] = {
    "product": "Friday Roast",
    "benefits": ["Roasted and shipped the same day", "Traceable to the farm", ""],
    "age_min": "25",
    "age_max": "34",
    "gender": "women",
    "interests": "home brewing, slow mornings",
    "pain_points": "Supermarket beans taste stale\nNo idea when they were roasted",
    "goal": "sales",
    "tones": ["professional", "urgent"],
    "platforms": ["meta", "google"],
    "url": "https://northlight.example/friday",
    "facts": ["Free shipping from $35", "Rated 4.9 by 4,812 customers"],
    "use": "small batch",
    "avoid": "cheap",
    "language": "en",
}
PART = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def browser(app: Flask, alice: Member) -> FlaskClient:
    return sign_in(app, alice)


@pytest.fixture
def token(browser: FlaskClient) -> str:
    return csrf_token(browser)


def post(browser: FlaskClient, token: str, path: str, **form: Any) -> Any:
    return browser.post(path, data={"csrf_token": token, **form})


def order(browser: FlaskClient, token: str, **changed: Any) -> int:
    """A batch is ordered; its number."""
    answer = post(browser, token, PAGE, **{**BRIEF, **changed})
    assert answer.status_code == 303, answer.text
    found = re.fullmatch(rf"{PAGE}/(\d+)#batch", answer.location)
    assert found
    return int(found[1])


def write(session: Session, settings: Settings, batch_id: int) -> CreativeBatch:
    """The job runs; the batch after it."""
    session.commit()

    def clock() -> dt.datetime:
        return dt.datetime.now(dt.UTC)

    writing.write_batch(
        sessionmaker(session.get_bind()),
        batch_id,
        lambda session, batch: writer_for(
            session, settings, batch, lambda: dt.datetime.now(dt.UTC)
        ),
        clock=clock,
        stopping=threading.Event(),
    )
    session.expire_all()
    return session.get_one(CreativeBatch, batch_id)


@pytest.fixture
def batch(session: Session, settings: Settings, alice: Member) -> CreativeBatch:
    """Four variations, two for Meta and two for Google, written."""
    brief = parse_brief({**BRIEF, "audience": {"age_min": 25, "age_max": 34, "gender": "women"}})
    place, now = alice.workspace.id, dt.datetime.now(dt.UTC)
    made = batches.order(session, place, alice.user.id, brief, 4, "built-in", now=now)
    return write(session, settings, made.id)


def first(batch: CreativeBatch, platform: str = "meta") -> CreativeVariation:
    return next(row for row in batch.variations if row.platform == platform)


def test_a_newcomer_sees_an_empty_brief_and_what_it_costs(browser: FlaskClient) -> None:
    page = browser.get(PAGE).text
    assert "No variations yet" in page
    assert "built-in writer" in page
    assert "Free." in page


def test_a_brief_becomes_twenty_variations_on_one_page(
    browser: FlaskClient, token: str, session: Session, settings: Settings
) -> None:
    batch = write(session, settings, order(browser, token))
    page = browser.get(f"{PAGE}/{batch.id}").text
    assert page.count('class="card variation"') == 20
    assert "20 variations" in page
    assert "Written by the built-in writer, free" in page
    assert 'hx-trigger="load' not in page


def test_a_batch_that_is_being_written_asks_for_itself_and_counts(
    browser: FlaskClient, token: str
) -> None:
    batch_id = order(browser, token)
    page = browser.get(f"{PAGE}/{batch_id}", headers=PART).text
    assert 'hx-trigger="load delay:1s"' in page
    assert "Waiting to start" in page
    assert "<html" not in page


def test_the_brief_is_typed_once(browser: FlaskClient, batch: CreativeBatch) -> None:
    page = browser.get(PAGE).text
    assert 'value="Friday Roast"' in page
    assert "Supermarket beans taste stale\nNo idea when they were roasted" in page
    assert 'value="Free shipping from $35"' in page
    assert 'name="goal" value="sales" checked' in page


@pytest.mark.parametrize(
    ("changed", "field", "sentence"),
    [
        ({"product": ""}, "product", "Write what the product"),
        ({"platforms": []}, "platforms", "Choose at least one platform"),
        ({"age_min": "50"}, "age_min", "The youngest age (50)"),
        ({"age_max": "old"}, "age_max", "Ages go from 13"),
        ({"url": "not an address"}, "url", "This is no web address"),
        ({"language": "fr"}, "language", "The built-in writer writes en, de"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(
    browser: FlaskClient,
    token: str,
    changed: dict[str, Any],
    field: str,
    sentence: str,
) -> None:
    answer = post(browser, token, PAGE, **{**BRIEF, "avoid": "ch<eap", **changed})
    assert answer.status_code == 422
    beside = re.search(rf'id="brief-{field}-error".*?</div>', answer.text, re.DOTALL)
    assert beside
    assert sentence in beside[0]
    assert 'value="ch&lt;eap"' in answer.text
    assert 'value="Traceable to the farm"' in answer.text


def test_two_clicks_order_one_batch(browser: FlaskClient, token: str, session: Session) -> None:
    assert order(browser, token) == order(browser, token)
    assert session.scalar(select(func.count(CreativeBatch.id))) == 1


def test_sorting_and_filtering_are_in_the_address(
    browser: FlaskClient, batch: CreativeBatch
) -> None:
    page = browser.get(f"{PAGE}/{batch.id}?sort=framework&platform=google").text
    shown = re.findall(r'class="badge badge-framework"[^>]*>([^<]+)<', page)
    assert len(shown) == 2
    assert shown == sorted(shown)
    assert "2 of 4 variations" in page
    scores = [row.score for row in batch.variations]
    best = browser.get(f"{PAGE}/{batch.id}").text
    first_shown = re.search(r'id="variation-(\d+)"', best)
    assert first_shown
    number = int(first_shown[1])
    assert next(row.score for row in batch.variations if row.id == number) == max(scores)


def test_a_filter_that_nothing_fits_says_so(browser: FlaskClient, batch: CreativeBatch) -> None:
    page = browser.get(f"{PAGE}/{batch.id}?platform=tiktok").text
    assert "Nothing fits the filter" in page


def test_a_card_counts_as_the_platform_counts_and_says_where_it_folds(
    browser: FlaskClient, token: str, session: Session, batch: CreativeBatch
) -> None:
    row = first(batch)
    edit(browser, token, row, primary_text="あ" * 130, headline="H" * 29)
    page = card_of(browser, row)
    assert "130 chars" in page
    assert "125 shown" in page
    assert f'<span class="folded">{"あ" * 5}</span>' in page
    assert "29/40" in page


def test_checks_and_score_follow_what_is_being_typed(
    browser: FlaskClient, token: str, batch: CreativeBatch
) -> None:
    row = first(batch, "google")
    answer = browser.post(
        f"{PAGE}/variations/{row.id}/look",
        data={"csrf_token": token, **fields(row), "headlines": ["X" * 31, "Two", "Three"]},
        headers=PART,
    ).text
    assert "31/30 – too long" in answer
    assert 'hx-swap-oob="true"' in answer
    assert "31 characters; Google takes 30." in answer
    assert "/10</p>" in answer


def test_an_edit_is_kept_and_a_second_editor_is_told(
    browser: FlaskClient, token: str, session: Session, batch: CreativeBatch
) -> None:
    row = first(batch)
    assert edit(browser, token, row, headline="Mine").status_code == 303
    late = edit(browser, token, row, headline="<b>Late</b>")
    assert late.status_code == 409
    assert "Somebody changed this variation" in late.text
    assert 'value="&lt;b&gt;Late&lt;/b&gt;"' in late.text
    session.expire_all()
    kept = session.get_one(CreativeVariation, row.id)
    assert (kept.content["headline"], kept.edited) == ("Mine", True)


def test_locked_fields_stay_when_the_rest_is_written_again(
    browser: FlaskClient,
    token: str,
    session: Session,
    settings: Settings,
    batch: CreativeBatch,
) -> None:
    row = first(batch)
    before = dict(row.content)
    address = f"{PAGE}/variations/{row.id}/rewrite"
    waiting = browser.post(
        address, data={"csrf_token": token, "locked": ["headline", "description"]}, headers=PART
    )
    assert "Being written again" in waiting.text
    assert 'hx-trigger="load delay:1s"' in waiting.text
    assert waiting.headers["HX-Trigger"] == "variation-changed"
    write(session, settings, batch.id)
    after = session.get_one(CreativeVariation, row.id).content
    assert (after["headline"], after["description"]) == (before["headline"], before["description"])
    assert after["primary_text"] != before["primary_text"]
    everything = ["primary_text", "headline", "description"]
    assert post(browser, token, address, locked=everything).status_code == 422


def test_saved_variations_are_found_by_words_tag_and_platform(
    browser: FlaskClient, token: str, batch: CreativeBatch
) -> None:
    meta, google = first(batch), first(batch, "google")
    empty = browser.get(f"{PAGE}/library").text
    assert "Nothing is saved yet" in empty
    for row in (meta, google):
        post(browser, token, f"{PAGE}/variations/{row.id}/save")
    post(browser, token, f"{PAGE}/variations/{meta.id}/tags", tags="Spring <i>, launch")
    edit(browser, token, meta, headline="Zebra crossing")
    assert shown_in(browser, "") == {meta.id, google.id}
    assert shown_in(browser, "q=zebra") == {meta.id}
    assert shown_in(browser, "platform=google") == {google.id}
    assert shown_in(browser, "tag=launch") == {meta.id}
    assert "Nothing fits the filter" in browser.get(f"{PAGE}/library?q=nobody").text
    assert "spring &lt;i&gt;" in browser.get(f"{PAGE}/library").text
    post(browser, token, f"{PAGE}/variations/{meta.id}/unsave")
    assert shown_in(browser, "") == {google.id}


def test_save_all_saves_what_the_filter_shows(
    browser: FlaskClient, token: str, session: Session, batch: CreativeBatch
) -> None:
    post(browser, token, f"{PAGE}/{batch.id}/save?platform=google")
    session.expire_all()
    assert {row.platform for row in batch.variations if row.saved_at} == {"google"}


def test_what_was_not_written_says_why_and_can_be_tried_again(
    browser: FlaskClient, token: str, session: Session, settings: Settings
) -> None:
    batch_id = order(browser, token)
    post(browser, token, f"{PAGE}/{batch_id}/cancel")
    page = browser.get(f"{PAGE}/{batch_id}").text
    assert "20 variations were not written" in page
    assert page.count("You cancelled before this one was written.") == 20
    post(browser, token, f"{PAGE}/{batch_id}/retry")
    batch = write(session, settings, batch_id)
    assert {row.state for row in batch.variations} == {"written"}


def test_flags_name_the_rule_and_the_words(
    browser: FlaskClient, token: str, batch: CreativeBatch
) -> None:
    row = first(batch)
    edit(browser, token, row, headline="The best coffee, 99% off")
    page = card_of(browser, row)
    assert "No policy flags" not in page
    assert "99" in re.findall(r'class="flag flag-problem">.*?</li>', page, re.DOTALL)[0] + page
    assert "1 flagged" in browser.get(f"{PAGE}/{batch.id}").text


def test_what_a_text_says_is_never_markup(
    browser: FlaskClient, token: str, batch: CreativeBatch
) -> None:
    row = first(batch)
    hostile = '<script>alert("1")</script>{{ 7*7 }}" onload=x'
    edit(browser, token, row, primary_text=hostile, headline=hostile, brief=hostile)
    for path in (f"{PAGE}/{batch.id}", f"{PAGE}/variations/{row.id}/preview"):
        page = browser.get(path).text
        assert "<script>alert" not in page
        assert "{{ 7*7 }}" in page


def test_a_viewer_looks_and_changes_nothing(
    app: Flask, session: Session, alice: Member, batch: CreativeBatch
) -> None:
    session.execute(update(Membership).values(role="viewer"))
    session.commit()
    viewer = sign_in(app, alice)
    token = csrf_token(viewer)
    page = viewer.get(f"{PAGE}/{batch.id}").text
    assert page.count('class="card variation"') == 4
    assert "Generate 20" not in page
    assert "Use in ad" not in page
    row = first(batch)
    for path in ("save", "tags", "edit", "rewrite", "look"):
        address = f"{PAGE}/variations/{row.id}/{path}"
        assert post(viewer, token, address).status_code == 403
    assert post(viewer, token, PAGE, **BRIEF).status_code == 403
    assert viewer.get(f"{PAGE}/log").status_code == 403


def test_a_page_can_be_read_from_right_to_left(
    browser: FlaskClient, token: str, session: Session, settings: Settings
) -> None:
    arabic = {
        "product": "كوب دافئ",
        "benefits": ["يحفظ القهوة ساخنة ٣ ساعات"],
        "facts": ["الإرجاع خلال 30 يومًا"],
        "pain_points": "تبرد القهوة قبل أن تنتهي",
        "interests": "القهوة، المشي",
        "use": "",
        "language": "ar",
    }
    batch = write(session, settings, order(browser, token, **arabic))
    assert batch.brief["audience"]["interests"] == ["القهوة", "المشي"]
    page = browser.get(f"{PAGE}/{batch.id}").text
    assert re.search(r'<p class="said-text" dir="auto">[^<]*القهوة', page)


def fields(row: CreativeVariation) -> dict[str, Any]:
    names = ("headlines", "descriptions", "paths", "brief")
    if row.platform != "google":
        names = ("primary_text", "headline", "description", "cta", "brief")
    return {name: row.content[name] for name in names}


def edit(browser: FlaskClient, token: str, row: CreativeVariation, **changed: str) -> Any:
    """Send the edit form as it was before anybody else's change."""
    return post(
        browser,
        token,
        f"{PAGE}/variations/{row.id}/edit",
        revision=row.revision,
        **{**fields(row), **changed},
    )


def card_of(browser: FlaskClient, row: CreativeVariation) -> str:
    text: str = browser.get(f"{PAGE}/variations/{row.id}", headers=PART).text
    return text


def shown_in(browser: FlaskClient, query: str) -> set[int]:
    page = browser.get(f"{PAGE}/library?{query}").text
    return {int(number) for number in re.findall(r'id="variation-(\d+)"', page)}


def test_another_product_starts_from_an_empty_brief(
    browser: FlaskClient, batch: CreativeBatch
) -> None:
    kept = browser.get("/dashboard/creative").get_data(as_text=True)
    assert "start an empty one" in kept
    fresh = browser.get("/dashboard/creative?brief=new").get_data(as_text=True)
    form = fresh[fresh.index('aria-label="Brief"') : fresh.index("</form>", fresh.index("Brief"))]
    for fact in batch.brief["facts"]:
        assert f'value="{fact}"' not in form
    assert "start an empty one" not in form


@pytest.mark.parametrize("path", ["", "/edit", "/look", "/tags"])
def test_a_character_that_cannot_be_stored_is_refused(
    browser: FlaskClient, token: str, batch: CreativeBatch, path: str
) -> None:
    one = f"/variations/{first(batch).id}{path}" if path else ""
    field = {"": "product", "/tags": "tags"}.get(path, "headline")

    answer = browser.post(f"{PAGE}{one}", data={"csrf_token": token, field: "a\x00b"})

    assert answer.status_code == 422
    assert "Nothing was changed" in answer.text
