"""A person who says yes on any sandbox platform's page, by reading its form as a browser would."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

import requests

from app.connectors.base import Connector
from app.connectors.http import Http
from app.connectors.platforms import connector_for
from app.settings import Settings
from local.environment import with_sandbox

VERIFIER = "verifier-of-a-hand-shake-that-is-longer-than-forty-three-signs"
BACK = "http://127.0.0.1:9/api/oauth/back"
SHOP = "larkspur-outdoor.myshopify.com"


class Form(HTMLParser):
    """The first form of a page: what its fields hold and where it goes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.fields: list[tuple[str, str]] = []
        self._pressed = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        name, value = told.get("name"), told.get("value") or "on"
        if tag == "form":
            self.action = told.get("action") or ""
        elif tag == "button" and name and not self._pressed:
            self._pressed = True
            self.fields.append((name, value))
        elif tag == "input" and name:
            boxes = told.get("type") in ("checkbox", "radio")
            if not boxes or "checked" in told:
                self.fields.append((name, value if boxes else told.get("value") or ""))


def say_yes(address: str) -> dict[str, str]:
    """Open a platform's page and accept all it offers; the query it sends back."""
    with requests.Session() as browser:
        page = browser.get(address, timeout=20)
        page.raise_for_status()
        form = Form(page.text)
        to = urljoin(page.url, form.action or page.url)
        answer = browser.post(to, data=form.fields, allow_redirects=False, timeout=20)
    assert answer.status_code in (302, 303), answer.text
    return dict(parse_qsl(urlsplit(answer.headers["Location"]).query))


def granted(slug: str, settings: Settings, http: Http, access: str = "") -> Connector:
    """A connector of the platform with a grant that its sandbox has just given."""
    connector = connector_for(slug)(settings, http)
    asked = {"shop": SHOP, "access": access}
    started = connector.begin_with(asked) | {"verifier": VERIFIER}
    address = connector.authorize_url(redirect_uri=BACK, state="0a1b2c", started=started)
    connector.grant = connector.exchange(say_yes(address), redirect_uri=BACK, started=started)
    return connector


def sandbox_settings(address: str) -> dict[str, str]:
    """All credentials and hosts for the sandbox at `address`, as Settings fields."""
    return {name.lower(): value for name, value in with_sandbox({}, address).items()}
