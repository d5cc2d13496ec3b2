"""What an ad says, out of the ways in which Meta keeps it.

Reading figures must not fail because of a text, so what cannot be read is not told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

FIELDS = "creative{body,title,object_story_spec,asset_feed_spec}"


class _Asset(msgspec.Struct):
    text: str | None = None


class _Page(msgspec.Struct):
    website_url: str | None = None


class _Feed(msgspec.Struct):
    """Texts that Meta combines as it likes."""

    bodies: list[_Asset] = []
    titles: list[_Asset] = []
    descriptions: list[_Asset] = []
    link_urls: list[_Page] = []


class _Value(msgspec.Struct):
    link: str | None = None


class _Button(msgspec.Struct):
    value: _Value | None = None


class _Link(msgspec.Struct):
    message: str | None = None
    name: str | None = None
    description: str | None = None
    link: str | None = None
    call_to_action: _Button | None = None


class _Video(msgspec.Struct):
    message: str | None = None
    title: str | None = None
    link_description: str | None = None
    call_to_action: _Button | None = None


class _Story(msgspec.Struct):
    """A post made for the ad; `template_data` is a catalogue's."""

    link_data: _Link | None = None
    video_data: _Video | None = None
    template_data: _Link | None = None


class _Creative(msgspec.Struct):
    body: str | None = None
    title: str | None = None
    object_story_spec: _Story | None = None
    asset_feed_spec: _Feed | None = None


_CREATIVE = msgspec.json.Decoder(_Creative | None)


def texts_of(creative: bytes) -> dict[str, Sequence[str]] | None:
    """By kind, each text once; None when Meta shows no creative that can be read."""
    try:
        found = _CREATIVE.decode(creative)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    if found is None:
        return None
    feed, link = found.asset_feed_spec or _Feed(), _spoken(found.object_story_spec or _Story())
    kinds = {
        "primary_text": _texts(feed.bodies) or _filled(link.message or found.body),
        "headline": _texts(feed.titles) or _filled(link.name or found.title),
        "description": _texts(feed.descriptions) or _filled(link.description),
        "landing_page": _filled(*(each.website_url for each in feed.link_urls)) or _leads_to(link),
    }
    return {kind: texts for kind, texts in kinds.items() if texts}


def _spoken(story: _Story) -> _Link:
    if story.video_data:
        video = story.video_data
        return _Link(
            video.message,
            video.title,
            video.link_description,
            call_to_action=video.call_to_action,
        )
    return story.link_data or story.template_data or _Link()


def _leads_to(link: _Link) -> Sequence[str]:
    """A video has its address at the button only."""
    button = link.call_to_action and link.call_to_action.value
    return _filled(link.link or (button.link if button else None))


def _texts(assets: Iterable[_Asset]) -> Sequence[str]:
    return _filled(*(asset.text for asset in assets))


def _filled(*texts: str | None) -> Sequence[str]:
    return list(dict.fromkeys(text for text in texts if text))
