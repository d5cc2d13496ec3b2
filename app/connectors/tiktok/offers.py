"""What a TikTok ad account offers a draft."""

from __future__ import annotations

from typing import Final

from app.connectors.errors import AccountRefused
from app.connectors.launching import Choice, Choices, Question
from app.connectors.tiktok import assets
from app.connectors.tiktok.api import Api
from app.connectors.tiktok.errors import ScopeMissing
from app.connectors.tiktok.launch_bodies import AIMS, PIXEL_EVENT, VIDEO, VIDEO_ONLY, WITH_PIXEL
from app.connectors.tiktok.launch_problems import least_budget
from app.connectors.words import FoundAccount, Grant

ONE_TEXT: Final = (
    "A TikTok ad has one text and shows no headline or description beside it; the video or picture "
    "carries those."
)
PICTURES_RUN_ELSEWHERE: Final = (
    "TikTok itself shows videos only. Without a video, ads with your picture run on Pangle, "
    "TikTok's network in other companies' apps."
)
ANY_LANGUAGE: Final = (
    "Ads are shown to people in the chosen countries whatever language their TikTok is set to."
)
SMART_PLUS: Final = (
    "Campaigns for sales and leads are created the manual way. TikTok is reported to end that on "
    "31 December 2026 in favour of Smart+; once it refuses them, nothing is created."
)
NOBODY: Final = (
    "The ad account has no identity yet. Make one in TikTok Ads Manager where an ad is created, "
    "then open this draft again."
)
NO_EVENTS: Final = (
    "The ad account has no pixel with events, so campaigns for sales and leads cannot be created. "
    "Set one up in TikTok Ads Manager under Tools, Events."
)
NO_PIXELS: Final = (
    "TikTok did not let this login see the account's pixels, so campaigns for sales and leads "
    "cannot be created. Whoever runs this installation ticks Pixel Management under My Apps, App "
    "Detail at business-api.tiktok.com/portal; then open Connections and press Reconnect on TikTok "
    "Ads."
)


def choices(api: Api, grant: Grant, account: FoundAccount) -> Choices:
    """Identities, the newest videos and the events of pixels; which goals they allow."""
    own = account.external_id
    people = assets.identities(api, grant, own)
    films, held = assets.videos(api, grant, own)
    events, without = _events(api, grant, own)
    notes = (
        ONE_TEXT,
        PICTURES_RUN_ELSEWHERE,
        ANY_LANGUAGE,
        "" if people else NOBODY,
        _about_videos(films, held),
        SMART_PLUS if events else without,
    )
    return Choices(
        profile_word="Identity",
        profiles=tuple(people),
        least_budget=least_budget(account.currency),
        picture=True,
        goals=tuple(
            goal
            for goal in AIMS
            if (events or goal not in WITH_PIXEL) and (films or goal not in VIDEO_ONLY)
        ),
        questions=_questions(films, events),
        notes=tuple(filter(None, notes)),
    )


def _events(api: Api, grant: Grant, account: str) -> tuple[list[Choice], str]:
    """With why there are none."""
    try:
        return assets.pixel_events(api, grant, account), NO_EVENTS
    except (ScopeMissing, AccountRefused):
        return [], NO_PIXELS


def _questions(films: list[Choice], events: list[Choice]) -> tuple[Question, ...]:
    found = []
    if films:
        found.append(
            Question(
                VIDEO,
                "Video",
                "From the ad account's library. A picture of yours becomes its cover and has to "
                "have the same shape; without one TikTok's own is used. Without a video the ads "
                "run on Pangle only.",
                tuple(films),
            )
        )
    if events:
        found.append(
            Question(
                PIXEL_EVENT,
                "Conversion",
                "What TikTok looks for and counts, as its pixel sees it on your website.",
                tuple(events),
                needed=True,
                goals=WITH_PIXEL,
            )
        )
    return tuple(found)


def _about_videos(films: list[Choice], held: int) -> str:
    if not films:
        return (
            "The ad account's library has no video, so ads cannot run on TikTok itself and not for "
            "awareness. Upload one in TikTok Ads Manager under Tools, Creative library."
        )
    if held > assets.NEWEST_VIDEOS:
        return f"Of the library's {held} videos the newest {assets.NEWEST_VIDEOS} can be chosen."
    return ""
