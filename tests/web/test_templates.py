"""Promises about the templates and what the browser loads with them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from flask import Flask

from local.vendor import FONTS, LOCK, PACKAGES, STATIC, digest

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
NAMES = [path.relative_to(ROOT).as_posix() for path in TEMPLATES]
FORBIDDEN = {
    "a style attribute, which the policy blocks": r"\sstyle\s*=",
    "an event handler attribute, which the policy blocks": r"\son[a-z]+\s*=\s*[\"']",
    "hx-on, which the policy blocks": r"\bhx-on\b",
    "script in an attribute, which the policy blocks": r"[\"'](?:js|javascript):",
    "unescaped output": r"\|\s*safe\b",
    "a style element, which the policy blocks": r"<style\b",
    "a trigger filter, which the policy blocks": r"hx-trigger=\"[^\"]*\[",
    "an address outside the site": r"<(?:script|link|img)\b[^>]*(?:src|href)=\"(?:https?:)?//",
}
# htmx 4 hands these down only when asked with :inherited, so alone on <body> they do nothing.
HANDED_DOWN = r"<(?:body|main|html)\b[^>]*\shx-(?:headers|target|swap|include|vals|boost)="


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)
def test_the_content_security_policy_blocks_nothing_in_a_template(path: Path) -> None:
    text = _without_comments(path)
    found = [what for what, pattern in FORBIDDEN.items() if re.search(pattern, text)]
    assert not found


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)
def test_every_script_is_a_file_or_plain_data(path: Path) -> None:
    for attributes in re.findall(r"<script\b([^>]*)>", _without_comments(path)):
        assert "src=" in attributes or 'type="application/json"' in attributes


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)
def test_what_htmx_should_hand_down_says_so(path: Path) -> None:
    assert not re.search(HANDED_DOWN, _without_comments(path))


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)
def test_every_form_that_writes_carries_the_token(path: Path) -> None:
    if path.parent.name == "shared":
        # Pages without a session: a signed link is what they act on, whoever sends the form.
        return
    text = _without_comments(path)
    for form in re.findall(r"(?is)<form\b[^>]*method=\"post\".*?</form>", text):
        assert "csrf_token" in form or "hidden_tag" in form, form[:120]


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)
def test_every_template_compiles(app: Flask, path: Path) -> None:
    name = path.relative_to(ROOT / "templates").as_posix()
    assert app.jinja_env.get_template(name).name == name


@pytest.mark.parametrize("path", TEMPLATES, ids=NAMES)
def test_every_icon_named_is_in_the_sprite(path: Path) -> None:
    sprite = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "icons.svg").read_text()))
    named = re.findall(r"\b(?:icon|empty_state)\(\s*\"([^\"]+)\"", path.read_text())
    assert set(named) <= sprite


def test_vendored_files_are_the_locked_ones() -> None:
    locked = json.loads(LOCK.read_text(encoding="utf-8"))
    assert {name: entry["version"] for name, entry in locked.items()} == {
        package.name: package.version for package in PACKAGES
    }
    for package in PACKAGES:
        for path, expected in locked[package.name]["files"].items():
            assert digest((package.into / path).read_bytes()) == expected, path


def test_nothing_is_vendored_without_a_licence() -> None:
    folders = [path for path in (STATIC / "vendor").iterdir() if path.is_dir()]
    assert [path.name for path in folders if not (path / "LICENSE").is_file()] == []
    families = {path.name.partition("-")[0] for path in FONTS.glob("*.ttf")}
    assert {path.name.partition("-")[0] for path in FONTS.glob("*-LICENSE.txt")} == families


def test_a_colour_of_a_platform_is_the_same_in_charts_and_pages() -> None:
    charts = (STATIC / "js/charts.js").read_text()
    colours = dict(re.findall(r"^    (\w+): \"(#[0-9a-f]{6})\",$", charts, re.MULTILINE))
    pages = dict(re.findall(r"^  --(\w+): (#[0-9a-f]{6});$", _light_tokens(), re.MULTILINE))
    assert set(colours) == {"meta", "google", "linkedin", "tiktok", "shopify"}
    assert {name: pages[name] for name in colours} == colours


def _light_tokens() -> str:
    """The style sheet up to the dark theme's own platform colours."""
    text = (STATIC / "css/app.css").read_text()
    return text[: text.index("/* Type */")].rpartition('[data-bs-theme="dark"]')[0]


def _without_comments(path: Path) -> str:
    return re.sub(r"{#.*?#}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
