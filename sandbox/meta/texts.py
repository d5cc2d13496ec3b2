"""What the world's ads say: invented, in the account's language, each ad in one of six styles."""

from __future__ import annotations

from typing import Any, NamedTuple

from sandbox.noise import noise
from sandbox.state import state
from sandbox.world import Ad


class Copy(NamedTuple):
    body: str
    title: str
    description: str


_OUTDOOR = (
    Copy(
        "Wet tent again? The Ridge 2 stays dry for 40 hours of rain.",
        "Still sleeping in a puddle?",
        "30 nights to try it",
    ),
    Copy(
        "Two metres of snow on the roof, and inside somebody is making tea. That was night four. "
        "We have not changed the poles since.",
        "The tent that stayed up",
        "Read the story",
    ),
    Copy(
        "“Lighter than my lunch, and it survived the Faroes.” – Ines, 41, walks alone",
        "4.8 of 5 from 2,316 hikers",
        "See all reviews",
    ),
    Copy(
        "20% off every rain jacket until Sunday. Sizes S and XL are nearly gone.",
        "Last sizes, 20% off",
        "Ends Sunday",
    ),
    Copy(
        "Merino from one valley, knitted without a seam. No itch, no smell, no fuss.",
        "Merino without the itch",
        "Free returns",
    ),
    Copy(
        "1. Boil water. 2. Pour. 3. Look at the mountain. Camp kitchen for people who would "
        "rather be outside.",
        "Dinner in three steps",
        "Ships tomorrow",
    ),
)
_KITCHEN = (
    Copy("Brennt bei dir auch alles an? Bei dieser Pfanne nicht.", "Nie wieder kratzen", "30 Tage"),
    Copy(
        "Oma hat sie 1968 gekauft. Wir haben sie nachgebaut, Gramm für Gramm.",
        "Die Pfanne von Oma",
        "Zur Geschichte",
    ),
    Copy(
        "„Seit drei Jahren jeden Tag, und sie wird nur besser.“ – Jale, Köchin",
        "4,9 von 5 bei 1.204 Urteilen",
        "Alle lesen",
    ),
    Copy("Nur bis Sonntag: 15 % auf alle Messer.", "15 % auf Messer", "Solange Vorrat"),
    Copy("Gusseisen aus Solingen. Für Gas, Induktion, Feuer.", "Eine für alles", "Versand gratis"),
    Copy(
        "1. Öl. 2. Hitze. 3. Geduld. Mehr braucht gutes Kochen nicht.",
        "Kochen in drei Schritten",
        "Morgen bei dir",
    ),
)
_TOKYO = (
    Copy("雨の夜、まだ濡れたテントで眠りますか？", "もう濡れない", "30日間お試し"),
    Copy(
        "雪が二メートル積もった夜、中ではお茶を淹れていました。", "立ち続けたテント", "物語を読む"
    ),
    Copy("「お弁当より軽いのに、嵐に勝った」— 41歳、ひとり登山", "評価4.8", "レビューを見る"),
    Copy("日曜まで全品2割引。SとXLは残りわずか。", "最終サイズ", "日曜まで"),
    Copy("ひとつの谷のメリノ。縫い目なし、ちくちくなし。", "肌にやさしいメリノ", "返品無料"),
    Copy("一、湯を沸かす。二、注ぐ。三、山を見る。", "三手順の夕食", "明日発送"),
)
_BY_COUNTRY = {"DE": _KITCHEN, "JP": _TOKYO}


def copies(ad: Ad) -> tuple[Copy, ...]:
    """Its styles, the first its own; one ad in five lets Meta combine three of them."""
    known = _BY_COUNTRY.get(ad.campaign.account.plan.country, _OUTDOOR)
    bits = noise(state().world.seed, int(ad.id), 3)
    first = bits % len(known)
    if (bits >> 16) % 5:
        return (known[first],)
    return tuple(known[(first + turn) % len(known)] for turn in range(3))


def fields(ad: Ad, link: str, call: str) -> dict[str, Any]:
    """The fields of a creative that hold its texts."""
    said = copies(ad)
    if len(said) > 1:
        return {
            "title": None,
            "body": None,
            "object_story_spec": {"page_id": "104500000000001"},
            "asset_feed_spec": _feed(said, link, call),
        }
    return {
        "title": said[0].title,
        "body": said[0].body,
        "object_story_spec": _story(ad, said[0], link, call),
        "asset_feed_spec": None,
    }


def _feed(said: tuple[Copy, ...], link: str, call: str) -> dict[str, Any]:
    return {
        "bodies": [{"text": one.body} for one in said],
        "titles": [{"text": one.title} for one in said],
        "descriptions": [{"text": said[0].description}],
        "link_urls": [{"website_url": link}],
        "call_to_action_types": [call],
        "ad_formats": ["SINGLE_IMAGE"],
        "optimization_type": "DEGREES_OF_FREEDOM",
    }


def _story(ad: Ad, one: Copy, link: str, call: str) -> dict[str, Any]:
    button = {"type": call, "value": {"link": link}}
    if ad.name.startswith("Video"):
        shown: dict[str, Any] = {
            "video_id": str(int(ad.id) + 9),
            "message": one.body,
            "title": one.title,
            "link_description": one.description,
            "call_to_action": button,
        }
        return {"page_id": "104500000000001", "video_data": shown}
    shown = {
        "link": link,
        "message": one.body,
        "name": one.title,
        "description": one.description,
        "call_to_action": button,
    }
    return {"page_id": "104500000000001", "link_data": shown}
