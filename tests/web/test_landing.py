"""The page a visitor sees first."""

from __future__ import annotations

import itertools
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from tests.conftest import make_settings


@pytest.fixture
def app() -> Flask:
    """The application without a database behind it: the landing page needs none."""
    return create_app(make_settings("postgresql://nobody@127.0.0.1:1/none"))


@pytest.fixture
def text(client: FlaskClient) -> str:
    """The page as it is sent."""
    answer = client.get("/")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_it_leads_to_an_account_and_to_signing_in(text: str) -> None:
    assert re.search(r'href="/auth"[^>]*>Get started', text)
    assert re.search(r'href="/auth\?tab=sign-in"[^>]*>Sign in', text)


@pytest.mark.parametrize("part", ["features", "how", "pricing", "faq"])
def test_every_part_the_menu_names_is_there(text: str, part: str) -> None:
    assert f'href="#{part}"' in text
    assert f'id="{part}"' in text


def test_it_says_what_it_costs(text: str) -> None:
    assert "$0" in text
    assert "What it costs to run" in text


def test_it_says_which_platforms_are_connected_live(text: str) -> None:
    assert "Five, live or by upload: Meta, Google, LinkedIn, TikTok and Shopify" in text


def test_its_picture_is_marked_as_invented(text: str) -> None:
    assert "The dashboard, with invented figures." in text


def test_no_sentence_shouts(text: str) -> None:
    words = re.sub(r"<[^>]*>", " ", text)
    assert "!" not in words


def test_headings_go_down_one_level_at_a_time(text: str) -> None:
    levels = [int(level) for level in re.findall(r"<h([1-6])\b", text)]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_a_visitor_gets_no_token_and_so_no_cookie(client: FlaskClient) -> None:
    assert "Set-Cookie" not in client.get("/").headers
