"""Ad copy in a browser with a language model: slow, cancelled, unwell, and up to no good."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_up
from tests.model_server import KEY, MARKUP, ModelServer

# A request that finds the processor busy and the model's process not yet up.
PATIENCE = 60_000
PRODUCT = 'Ember "><b>Mug'
# What LiteLLM loads before its first answer, and nothing else of ours does.
ITS_LIBRARY = "/tiktoken/"


@pytest.fixture
def model(model_server: ModelServer) -> dict[str, str]:
    """A model at an address of one's own."""
    return {
        "LLM_MODEL": "gpt-4o-mini",
        "LLM_API_KEY": KEY,
        "LLM_API_BASE": model_server.base,
    }


def processes_below(process_id: int) -> Iterator[int]:
    for task in Path(f"/proc/{process_id}/task").iterdir():
        for child in map(int, (task / "children").read_text().split()):
            yield child
            yield from processes_below(child)


def command(process_id: int) -> str:
    return Path(f"/proc/{process_id}/cmdline").read_text()


def has_loaded(process_id: int) -> bool:
    return ITS_LIBRARY in Path(f"/proc/{process_id}/maps").read_text()


def fill_in(page: Page) -> None:
    page.get_by_label("Product name").fill(PRODUCT)
    page.get_by_role("textbox", name="Benefits 1").fill("Keeps coffee hot for 3 hours")
    page.get_by_role("textbox", name="Benefits 1").press("Enter")
    page.keyboard.type("Rinses clean in seconds")
    page.get_by_label("Pain points they face").fill("Coffee goes cold before you finish it")
    page.get_by_role("textbox", name="Facts 1").fill("Rated 4.7 out of 5 by 2,300 customers")


@pytest.mark.timeout(240)
def test_a_model_that_is_slow_then_unwell_then_hostile(
    quiet_page: Page, site: str, model_server: ModelServer
) -> None:
    page = quiet_page
    sign_up(page, site, "Ada Byron")
    page.goto(f"{site}/dashboard/creative")
    its_name = f"gpt-4o-mini at {model_server.base.split('/')[2]}"
    said = page.locator("#who-writes")
    expect(said).to_contain_text(f"Written by {its_name}")
    expect(said).to_contain_text("for about ", timeout=PATIENCE)
    fill_in(page)

    cancel_a_slow_one(page, model_server)
    hear_that_it_is_unwell(page, model_server, its_name)
    get_all_of_them(page, model_server)
    read_the_log(page, site)

    only_the_process_beside_loads_litellm()
    do_without_it(page, site, model_server)


def cancel_a_slow_one(page: Page, model_server: ModelServer) -> None:
    """The first texts can be read while the others are being written, and stay."""
    model_server.behave("")
    model_server.usual = lambda: "stall"
    page.get_by_role("button", name="Generate 20 variations").click()
    expect(page.locator(".variation-body").first).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".batch-progress")).to_contain_text(re.compile(r"[2-6] of 20 written"))
    page.locator(".batch-progress").get_by_role("button", name="Cancel").click()
    expect(page.locator("#batch")).to_contain_text("variations were not written")
    expect(page.locator(".batch-progress")).to_have_count(0)
    assert 2 <= page.locator(".variation-body").count() <= 6
    expect(page.get_by_text("Cancelled before this one was written.").first).to_be_visible()
    model_server.released.set()


def hear_that_it_is_unwell(page: Page, model_server: ModelServer, its_name: str) -> None:
    """What went wrong is said beside each variation, and what there was is still there."""
    model_server.usual = lambda: "500"
    before = page.locator(".variation-body").count()
    again(page)
    unwell = f"This one was not written. {its_name} could not be reached or is unwell"
    expect(page.get_by_text(unwell)).to_have_count(20 - before, timeout=PATIENCE)
    assert page.locator(".variation-body").count() == before


def get_all_of_them(page: Page, model_server: ModelServer) -> None:
    """What the model writes is shown as it is, whatever it looks like."""
    model_server.usual = lambda: "markup"
    again(page)
    expect(page.locator(".variation-body")).to_have_count(20, timeout=PATIENCE)
    expect(page.locator(".batch-progress")).to_have_count(0, timeout=PATIENCE)
    expect(page.locator("#batch")).not_to_contain_text("not written")
    expect(page.locator("#batch").get_by_text(MARKUP).first).to_be_visible()
    expect(page.locator(".batch-foot")).to_contain_text("$0.0")
    nothing_ran(page)


def read_the_log(page: Page, site: str) -> None:
    """The owner reads every request and answer, and no key."""
    page.goto(f"{site}/dashboard/creative/log")
    for outcome in ("Answered", "Did not answer", "Cancelled"):
        expect(page.locator(".call summary", has_text=outcome).first).to_be_visible()
    latest = page.locator(".call").first
    latest.locator("summary").click()
    texts = latest.locator("pre").all_inner_texts()
    assert any("\\u003e\\u003cb\\u003eMug" in text for text in texts)
    assert MARKUP in texts[-1]
    assert KEY not in page.content()
    nothing_ran(page)


def do_without_it(page: Page, site: str, model_server: ModelServer) -> None:
    """The built-in writer can be asked for although a model is configured."""
    asked = len(model_server.asked)
    page.goto(f"{site}/dashboard/creative")
    page.get_by_role("button", name="Use the built-in writer instead").click()
    expect(page.locator(".batch-foot")).to_contain_text("the built-in writer", timeout=PATIENCE)
    expect(page.locator(".batch-progress")).to_have_count(0, timeout=PATIENCE)
    assert len(model_server.asked) == asked


def only_the_process_beside_loads_litellm() -> None:
    web = {each for each in processes_below(os.getpid()) if "gunicorn" in command(each)}
    beside = {child for each in web for child in processes_below(each)} - web
    assert web
    assert any(has_loaded(each) for each in beside)
    assert not any(has_loaded(each) for each in web)


def again(page: Page) -> None:
    page.locator("#batch > .callout").get_by_role("button", name="Try again").click()


def nothing_ran(page: Page) -> None:
    assert page.evaluate("window.owned") is None
    assert page.locator("main b, main img[src=x]").count() == 0
