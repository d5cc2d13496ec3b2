"""What a TikTok ad account has to make ads with: identities, videos, pixels, places, images."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeVar

import msgspec

from app.connectors.launching import Choice
from app.connectors.tiktok.answers import Id, Page, PageInfo, same, unusable
from app.connectors.tiktok.api import Api, as_json
from app.connectors.words import Grant

IDENTITIES_A_PAGE: Final = 100
PIXELS_A_PAGE: Final = 20
IMAGES_A_PAGE: Final = 100
NEWEST_VIDEOS: Final = 100

CUSTOM, ACCOUNT, CENTER = "CUSTOMIZED_USER", "TT_USER", "BC_AUTH_TT"
# Places within a country; the country itself is what an order names.
WITHIN_COUNTRIES: Final = frozenset({"PROVINCE", "DMA", "METRO", "CITY", "DISTRICT"})
# TikTok's words for the pixel events that people know by other names.
EVENTS: Final = {
    "SHOPPING": "purchase",
    "ON_WEB_ORDER": "order placed",
    "INITIATE_ORDER": "checkout begun",
    "ON_WEB_CART": "added to cart",
    "ON_WEB_DETAIL": "product seen",
    "ON_WEB_REGISTER": "registration",
    "ON_WEB_SUBSCRIBE": "subscription",
    "FORM": "form sent",
    "CONSULT": "contact",
    "BUTTON": "button pressed",
}


class _Identity(msgspec.Struct):
    identity_id: Id = None
    identity_type: str = ""
    identity_authorized_bc_id: Id = None
    display_name: str | None = None
    available_status: str | None = None
    can_push_video: bool | None = None


class _Identities(msgspec.Struct):
    identity_list: list[_Identity] | None = None


class _Video(msgspec.Struct):
    video_id: str = ""
    file_name: str | None = None
    displayable: bool | None = None
    duration: float | None = None
    width: int | None = None
    height: int | None = None
    allowed_placements: list[str] | None = None
    video_cover_url: str | None = None


class _Event(msgspec.Struct):
    optimization_event: str | None = None


class _Pixel(msgspec.Struct):
    pixel_id: Id = None
    pixel_name: str | None = None
    events: list[_Event] | None = None


class _Pixels(msgspec.Struct):
    pixels: list[_Pixel] | None = None
    page_info: PageInfo | None = None


class _Region(msgspec.Struct):
    location_id: Id = None
    region_code: str | None = None
    level: str | None = None


class _Regions(msgspec.Struct):
    region_info: list[_Region] | None = None


class _Image(msgspec.Struct):
    image_id: str = ""
    file_name: str | None = None


P = TypeVar("P", _Pixels, Page[_Image])

_IDENTITIES = msgspec.json.Decoder(_Identities, strict=False)
_VIDEOS = msgspec.json.Decoder(Page[_Video], strict=False)
_PIXELS = msgspec.json.Decoder(_Pixels, strict=False)
_REGIONS = msgspec.json.Decoder(_Regions, strict=False)
_IMAGES = msgspec.json.Decoder(Page[_Image], strict=False)


def identities(api: Api, grant: Grant, account: str) -> list[Choice]:
    """Whom an ad may speak as. A post lent by its author can only be shown as it is: left out.

    TikTok's count of pages is right only when one kind is asked for, so the last page is the one
    that is not full.
    """
    found: dict[str, Choice] = {}
    number, full = 1, True
    while full:
        asked = _paged(account, number, IDENTITIES_A_PAGE)
        listed = api.get(grant, "identity/get", _IDENTITIES, asked).identity_list
        if listed is None:
            raise unusable("no list of identities")
        choices = {each.id: each for each in map(_identity, filter(_speaks, listed))}
        full = len(listed) >= IDENTITIES_A_PAGE and not choices.keys() <= found.keys()
        found |= choices
        number += 1
    return list(found.values())


def videos(api: Api, grant: Grant, account: str) -> tuple[list[Choice], int]:
    """The newest videos that may be shown on TikTok, and how many the library holds."""
    page = api.get(grant, "file/video/ad/search", _VIDEOS, _paged(account, 1, NEWEST_VIDEOS))
    if page.rows is None:
        raise unusable("no list of videos")
    usable = [_video(each) for each in page.rows if each.video_id and _is_shown(each)]
    return usable, (page.page_info and page.page_info.total_number) or len(page.rows)


def cover_of(api: Api, grant: Grant, account: str, video: str) -> str:
    """Where TikTok keeps a picture of the video's first moment; empty when there is none."""
    asked = {"advertiser_id": account, "video_ids": as_json([video])}
    listed = api.get(grant, "file/video/ad/info", _VIDEOS, asked).rows or []
    return next((each.video_cover_url or "" for each in listed if each.video_id == video), "")


def pixel_events(api: Api, grant: Grant, account: str) -> list[Choice]:
    """What the account's pixels have been set up to see; each id is `pixel:EVENT`."""
    found: list[Choice] = []
    for page in _pages(api, grant, "pixel/list", _PIXELS, account, PIXELS_A_PAGE):
        if page.pixels is None:
            raise unusable("no list of pixels")
        for pixel in page.pixels:
            found += _events(pixel)
    return found


def countries(
    api: Api, grant: Grant, account: str, placement: str, objective: str
) -> Mapping[str, str]:
    """TikTok's ids of the countries where the account may advertise so, by their codes."""
    asked = {
        "advertiser_id": account,
        "placements": as_json([placement]),
        "objective_type": objective,
        "level_range": "TO_COUNTRY",
    }
    regions = api.get(grant, "tool/region", _REGIONS, asked).region_info
    if regions is None:
        raise unusable("no list of countries")
    return {
        region.region_code: same(region.location_id)
        for region in regions
        if region.region_code and region.level not in WITHIN_COUNTRIES
    }


def image_named(api: Api, grant: Grant, account: str, name: str) -> str:
    """The id of the image with this file name; empty when the library has none."""
    for page in _pages(api, grant, "file/image/ad/search", _IMAGES, account, IMAGES_A_PAGE):
        if page.rows is None:
            raise unusable("no list of images")
        for image in page.rows:
            if image.file_name == name:
                return image.image_id
    return ""


def _pages(
    api: Api, grant: Grant, path: str, decoder: msgspec.json.Decoder[P], account: str, size: int
) -> Iterator[P]:
    """To the last one, as TikTok counts them."""
    number = last = 1
    while number <= last:
        page = api.get(grant, path, decoder, _paged(account, number, size))
        yield page
        last = (page.page_info and page.page_info.total_page) or 1
        number += 1


def _paged(account: str, number: int, size: int) -> dict[str, str]:
    return {"advertiser_id": account, "page": str(number), "page_size": str(size)}


def _speaks(identity: _Identity) -> bool:
    if identity.identity_type == CUSTOM:
        return True
    may = identity.can_push_video and identity.available_status in (None, "", "AVAILABLE")
    return identity.identity_type in (ACCOUNT, CENTER) and bool(may)


def _identity(identity: _Identity) -> Choice:
    own = same(identity.identity_id)
    parts = (identity.identity_type, own, same(identity.identity_authorized_bc_id))
    kind = "custom identity" if identity.identity_type == CUSTOM else "TikTok account"
    return Choice(":".join(filter(None, parts)), f"{identity.display_name or own} ({kind})")


def _is_shown(video: _Video) -> bool:
    places = video.allowed_placements
    return video.displayable is not False and (not places or "PLACEMENT_TIKTOK" in places)


def _video(video: _Video) -> Choice:
    shape = f", {video.width}×{video.height}" if video.width and video.height else ""
    length = f", {video.duration:.0f} s" if video.duration else ""
    return Choice(video.video_id, f"{video.file_name or video.video_id}{length}{shape}")


def _events(pixel: _Pixel) -> Iterable[Choice]:
    own = same(pixel.pixel_id)
    words = dict.fromkeys(event.optimization_event for event in pixel.events or ())
    return [
        Choice(f"{own}:{word}", f"{pixel.pixel_name or own}: {EVENTS.get(word, word)}")
        for word in words
        if word and own
    ]
