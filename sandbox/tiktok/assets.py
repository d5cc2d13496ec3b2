"""Identities, videos, pixels, places and images of TikTok's ad accounts."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from flask import request

from sandbox.tiktok import created
from sandbox.tiktok.errors import ApiProblem, bad
from sandbox.tiktok.knobs import knobs
from sandbox.tiktok.params import Params, decode, page, required, strings
from sandbox.tiktok.tokens import ADS, CREATIVE, PIXEL, Token
from sandbox.world import Account

LARGEST_IMAGE: Final = 50 * 1024 * 1024
_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
# GeoNames' numbers, as TikTok uses them.
COUNTRIES: Final = {
    "US": ("6252001", "United States"),
    "CA": ("6251999", "Canada"),
    "GB": ("2635167", "United Kingdom"),
    "DE": ("2921044", "Germany"),
    "FR": ("3017382", "France"),
    "ES": ("2510769", "Spain"),
    "IT": ("3175395", "Italy"),
    "NL": ("2750405", "Netherlands"),
    "JP": ("1861060", "Japan"),
    "BR": ("3469034", "Brazil"),
    "AU": ("2077456", "Australia"),
    "NZ": ("2186224", "New Zealand"),
}
NOT_ON_PANGLE: Final = ("AU", "NZ")
VIDEOS: Final = (
    ("v10033g50000c1trail0001", "Trail run at dawn.mp4", 15.2, 720, 1280),
    ("v10033g50000c1tent00002", "Tent in two minutes.mp4", 31.0, 720, 1280),
    ("v10033g50000c1map000003", "Map unboxing.mp4", 9.8, 1280, 720),
)
IDENTITIES: Final = (
    ("7100000000000000001", "CUSTOMIZED_USER", "Larkspur Outdoor", None),
    ("7100000000000000002", "TT_USER", "larkspur.outdoor", True),
    ("7100000000000000003", "TT_USER", "larkspur.archive", False),
    ("7100000000000000004", "AUTH_CODE", "a.hiker", None),
)
EVENTS: Final = ("SHOPPING", "ON_WEB_CART", "FORM")


def identities(token: Token, params: Params) -> dict[str, Any]:
    """`/identity/get/`."""
    token.needs(ADS)
    token.account(required(params, "advertiser_id"))
    rows = [_identity(one) for one in IDENTITIES] if knobs().identities else []
    found = page(rows, params)
    return {"identity_list": found["list"], "page_info": found["page_info"]}


def identity(kind: str, own: str) -> dict[str, Any]:
    for one in IDENTITIES:
        if knobs().identities and one[:2] == (own, kind):
            return _identity(one)
    raise bad("identity_id: The identity does not exist.")


def videos(token: Token, params: Params) -> dict[str, Any]:
    """`/file/video/ad/search/`."""
    token.needs(CREATIVE)
    token.account(required(params, "advertiser_id"))
    return page(_videos(), params)


def video_info(token: Token, params: Params) -> dict[str, Any]:
    """`/file/video/ad/info/`."""
    token.needs(CREATIVE)
    token.account(required(params, "advertiser_id"))
    asked = strings(params, "video_ids")
    if not asked:
        raise bad("video_ids: Missing data for required field.")
    return {"list": [video for video in _videos() if video["video_id"] in asked]}


def _videos() -> list[dict[str, Any]]:
    return [
        {
            "video_id": own,
            "file_name": name,
            "duration": length,
            "width": width,
            "height": height,
            "format": "mp4",
            "displayable": True,
            "allowed_placements": ["PLACEMENT_TIKTOK", "PLACEMENT_PANGLE"],
            "video_cover_url": f"https://cover.example/{own}.jpg",
        }
        for own, name, length, width, height in VIDEOS
        if knobs().videos
    ]


def has_video(own: str) -> bool:
    return knobs().videos and own in {video[0] for video in VIDEOS}


def pixels(token: Token, params: Params) -> dict[str, Any]:
    """`/pixel/list/`."""
    token.needs(PIXEL)
    account = token.account(required(params, "advertiser_id"))
    rows = [
        {
            "pixel_id": _pixel(account),
            "pixel_name": f"{account.name} pixel",
            "pixel_code": f"C{_pixel(account)}",
            "events": [{"event_type": word, "optimization_event": word} for word in EVENTS],
        }
    ]
    found = page(rows if knobs().pixels else [], params)
    return {"pixels": found["list"], "page_info": found["page_info"]}


def events_of(account: Account, pixel: str) -> tuple[str, ...]:
    return EVENTS if knobs().pixels and pixel == _pixel(account) else ()


def regions(token: Token, params: Params) -> dict[str, Any]:
    """`/tool/region/`: countries only."""
    token.needs(ADS)
    token.account(required(params, "advertiser_id"))
    required(params, "objective_type")
    placed = _placements(required(params, "placements"))
    return {
        "region_info": [
            {
                "location_id": own,
                "name": COUNTRIES[code][1],
                "region_code": code,
                "level": "COUNTRY",
                "parent_id": "0",
            }
            for code, own in places(placed).items()
        ]
    }


def places(placements: list[str]) -> dict[str, str]:
    """Location ids by country, for all of these placements."""
    left_out = NOT_ON_PANGLE if "PLACEMENT_PANGLE" in placements else ()
    return {code: own for code, (own, _) in COUNTRIES.items() if code not in left_out}


def images(token: Token, params: Params) -> dict[str, Any]:
    """`/file/image/ad/search/`."""
    token.needs(CREATIVE)
    account = token.account(required(params, "advertiser_id"))
    mine = [one for one in created.memory().images.values() if one["advertiser_id"] == account.id]
    return page(mine, params)


def upload(token: Token) -> dict[str, Any]:
    """`/file/image/ad/upload/`: a form with the file and its MD5, or JSON with an address."""
    token.needs(CREATIVE)
    form: dict[str, Any] = request.get_json(silent=True) or request.form.to_dict()
    account = token.account(required(form, "advertiser_id"))
    by_url = form.get("upload_type") == "UPLOAD_BY_URL"
    content = _fetched(form) if by_url else _checked(form)
    name = form.get("file_name") or "image.jpg"
    kept = created.memory().images
    if any((one["file_name"], one["advertiser_id"]) == (name, account.id) for one in kept.values()):
        raise ApiProblem(40911)
    own = f"ad-site-i18n-sg/2026{len(kept) + 1:08d}"
    kept[own] = {
        "image_id": own,
        "advertiser_id": account.id,
        "file_name": name,
        "signature": _md5(content),
        "size": len(content),
        "displayable": True,
    }
    return kept[own]


def _checked(form: Params) -> bytes:
    file = request.files.get("image_file")
    if form.get("upload_type", "UPLOAD_BY_FILE") != "UPLOAD_BY_FILE" or file is None:
        raise bad("image_file: Missing data for required field.")
    content: bytes = file.read()
    if required(form, "image_signature") != _md5(content):
        raise ApiProblem(40900)
    if not content.startswith((_PNG, _JPEG)):
        raise ApiProblem(40908)
    if len(content) > LARGEST_IMAGE:
        raise ApiProblem(40907)
    return content


def _fetched(form: Params) -> bytes:
    """Nothing is fetched here: the covers of the videos are the only addresses there are."""
    address = required(form, "image_url")
    if address not in {video["video_cover_url"] for video in _videos()}:
        raise ApiProblem(40902)
    return _JPEG + address.encode()


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def has_image(account: Account, own: str) -> bool:
    image = created.memory().images.get(own)
    return image is not None and image["advertiser_id"] == account.id


def _identity(one: tuple[str, str, str, bool | None]) -> dict[str, Any]:
    own, kind, name, pushes = one
    return {
        "identity_id": own,
        "identity_type": kind,
        "display_name": name,
        "identity_authorized_bc_id": None,
        "available_status": "AVAILABLE" if pushes is not None else None,
        "can_push_video": pushes,
        "profile_image": f"https://profile.example/{own}.jpg",
    }


def _pixel(account: Account) -> str:
    return str(7_200_000_000_000_000_000 + account.number)


def _placements(text: str) -> list[str]:
    decoded = decode("placements", text) if text.startswith("[") else [text]
    if not decoded or not all(str(one).startswith("PLACEMENT_") for one in decoded):
        raise bad("placements: Not a valid list.")
    return [str(one) for one in decoded]
