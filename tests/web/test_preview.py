"""The frames of the platforms' placements, as markup."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask, render_template_string

from app.copywriting.brief import AdPlatform, Angle
from app.copywriting.frameworks import Trigger
from app.copywriting.preview import PLACEMENTS, Placement
from app.copywriting.variation import Variation
from app.web import formats

ROOT = Path(__file__).parents[2]
PAGE = """{% block it %}{% from "creative/preview.html" import preview %}
{{ preview(variation, placement, brand, domain, picture_url) }}{% endblock %}"""
PLACES = [(platform, place) for platform in AdPlatform for place in PLACEMENTS[platform]]
HOSTILE = "<script>alert(1)</script>\" onload='x' {{ 7*7 }}"


@pytest.fixture(scope="module")
def app() -> Flask:
    """Templates and their filters alone: a frame needs neither a database nor a session."""
    made = Flask(__name__, template_folder=str(ROOT / "templates"))
    formats.register(made)
    return made


def drawn(
    app: Flask, platform: AdPlatform, placement: Placement, said: str, picture_url: str = ""
) -> str:
    variation = Variation(
        platform,
        "PAS",
        Angle.PROBLEM,
        Trigger.CURIOSITY,
        f"{said} {'Cold again. ' * 30}",
        said,
        said,
        "LEARN_MORE",
        (said, said, said),
        (said, said),
        (said,),
        brief=said,
    )
    with app.test_request_context():
        return render_template_string(
            PAGE,
            variation=variation,
            placement=placement,
            brand=said,
            domain="mugs.example",
            picture_url=picture_url,
        )


@pytest.mark.parametrize(("platform", "placement"), PLACES)
def test_a_placement_shows_the_text_and_what_it_is(
    app: Flask, platform: AdPlatform, placement: Placement
) -> None:
    page = drawn(app, platform, placement, "قهوة دافئة")

    assert f'aria-label="Preview: {placement.label}"' in page
    assert 'dir="auto"' in page
    assert page.count("قهوة دافئة") > 2
    assert ("Learn more" in page) == (platform is not AdPlatform.GOOGLE)
    assert ("<details" in page) == (platform is not AdPlatform.GOOGLE)
    assert "Sponsored" in page or "Promoted" in page


def test_all_placements_of_a_platform_stand_side_by_side(app: Flask) -> None:
    said = "Cold again?"
    variation = Variation(
        *(AdPlatform.META, "PAS", Angle.PROBLEM, Trigger.CURIOSITY, said, said, said),
        *("SHOP_NOW", (said,), (said,)),
    )
    with app.test_request_context():
        page = render_template_string(
            '{% from "creative/preview.html" import previews %}'
            '{{ previews(ad, "Mug", "m.example") }}',
            ad=variation,
        )

    assert [label in page for label in ("Facebook feed", "Instagram feed", "story")] == [True] * 3
    assert page.count("<figure") == 3


@pytest.mark.parametrize(("platform", "placement"), PLACES)
def test_nothing_that_is_written_becomes_markup(
    app: Flask, platform: AdPlatform, placement: Placement
) -> None:
    page = drawn(app, platform, placement, HOSTILE)

    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "{{ 7*7 }}" in page
    assert not re.search(r"<[^>]* (style|on\w+)=", page)


def test_a_picture_stands_where_its_idea_did(app: Flask) -> None:
    idea, picture = (
        drawn(app, AdPlatform.META, Placement.FACEBOOK_FEED, "A mug on a desk", url)
        for url in ("", "/creative/drafts/3/picture")
    )

    assert "pv-idea" in idea
    assert "<img" not in idea
    assert '<img class="pv-picture pv-wide" src="/creative/drafts/3/picture" alt="">' in picture
    assert "pv-idea" not in picture
