"""Every placement's frame in a browser: nothing blocked, nothing sideways, the fold opens."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask, Response, render_template_string
from playwright.sync_api import Browser, expect
from werkzeug.serving import make_server

from app.copywriting.brief import AdPlatform, Angle
from app.copywriting.frameworks import Trigger
from app.copywriting.preview import PLACEMENTS
from app.copywriting.variation import Variation
from app.web import formats
from app.web.headers import POLICY

ROOT = Path(__file__).parents[2]
TEXT = "Cold again, and it is only half past nine.\n\nThis mug keeps coffee warm for hours. " * 4
LATIN = Variation(
    AdPlatform.META,
    "PAS",
    Angle.PROBLEM,
    Trigger.CURIOSITY,
    TEXT,
    "Warm coffee until the afternoon",
    "Free returns for thirty days",
    "SHOP_NOW",
    ("Warm coffee for hours", "The mug for your desk", "No cable, no app"),
    ("Ceramic inside, so it tastes like coffee.", "Send it back within thirty days."),
    ("mugs", "warm"),
    brief="Steam over a mug on a messy desk, morning light from the left.",
)
ARABIC = replace(
    LATIN,
    primary_text="قهوتك باردة مرة أخرى، والساعة لم تتجاوز التاسعة والنصف. " * 6,
    headline="قهوة دافئة حتى العصر",
    headlines=("قهوة دافئة ست ساعات", "كوب لمكتبك", "بلا سلك"),
    descriptions=("يحافظ على حرارة القهوة.", "أعده خلال ثلاثين يوما."),
)
PAGE = """<!doctype html><html lang="en" data-bs-theme="{{ theme }}"><head><title>Frames</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
{% for file in ("vendor/tabler/tabler.min.css", "css/app.css", "css/creative.css") %}
<link rel="stylesheet" href="{{ url_for('static', filename=file) }}">{% endfor %}</head>
<body>{% from "creative/preview.html" import preview %}<main class="container-page stack">
<h1>Frames</h1>{% for ad, place in frames %}
{{ preview(ad, place, "A brand with a rather long name of its own", "mugs.example") }}
{% endfor %}</main></body></html>"""


@pytest.fixture(scope="module")
def frames() -> Iterator[str]:
    """The address of a page with every frame, under the policy of the real pages."""
    app = Flask(__name__, template_folder=str(ROOT / "templates"), static_folder=ROOT / "static")
    formats.register(app)
    shown = [
        (replace(ad, platform=platform), place)
        for ad in (LATIN, ARABIC)
        for platform, places in PLACEMENTS.items()
        for place in places
    ]

    @app.get("/<theme>")
    def page(theme: str) -> str:
        return render_template_string(PAGE, theme=theme, frames=shown)

    @app.get("/favicon.ico")
    def nothing() -> tuple[str, int]:
        return "", 204

    @app.after_request
    def guarded(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = POLICY
        return response

    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_frames_fit_a_phone_and_open_by_keyboard(
    browser: Browser, frames: str, scheme: Literal["light", "dark"]
) -> None:
    context = browser.new_context(viewport={"width": 375, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{frames}/{scheme}")

    expect(page.locator("figure")).to_have_count(14)
    assert page.evaluate("document.documentElement.scrollWidth") == 375
    facebook = page.get_by_role("figure", name="Preview: Facebook feed").first
    fold = facebook.locator("summary")
    before = facebook.bounding_box()
    fold.focus()
    page.keyboard.press("Enter")
    expect(facebook.get_by_text("See more")).to_be_hidden()
    after = facebook.bounding_box()
    assert before
    assert after
    assert after["height"] > before["height"]
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert complaints == []
    context.close()
