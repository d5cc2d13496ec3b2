"""What is wrong with an order for TikTok, as far as can be known without asking TikTok."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from app.connectors.dimensions import size
from app.connectors.launching import AdCopy, Order, is_web_address
from app.connectors.tiktok.launch_bodies import (
    AGE_GROUPS,
    AIMS,
    CUSTOM_IDENTITY,
    GENDERS,
    PIXEL_EVENT,
    SPECIAL,
    VIDEO,
    VIDEO_ONLY,
    WITH_PIXEL,
    age_groups,
)
from app.connectors.words import FoundAccount
from app.copywriting.brief import AdPlatform
from app.copywriting.limits import SHAPES, columns, emoji

LONGEST_NAME: Final = 512
LARGEST_PICTURE: Final = 50 * 1024 * 1024
MOST_PIXELS: Final = 1440 * 2560
PICTURES: Final = ("image/jpeg", "image/png")

# TikTok's "Budget verification ratio": limits are these amounts times the currency's ratio.
LEAST_DAILY: Final = Decimal(20)
MOST_DAILY: Final = Decimal(10_000_000)
RATIOS: Final = {
    code: Decimal(ratio)
    for ratio, codes in {
        1: "AED ARS AUD BRL CAD CHF EUR GBP HUF ILS MYR NZD PEN QAR RON SAR SGD USD",
        4: "PLN",
        10: "BOB CNY CZK DKK EGP GTQ HKD HNL MOP MXN NIO NOK SEK THB TRY TWD UAH UYU ZAR",
        50: "PHP",
        100: "BDT DZD INR ISK JPY KES NGN PKR RUB",
        1_000: "CLP COP CRC KRW",
        10_000: "IDR PYG VND",
        100_000: "VEF",
    }.items()
    for code in codes.split()
}
WHOLE: Final = frozenset("JPY KRW HUF CLP ISK TWD IDR PYG VND".split())

CALLS_TO_ACTION: Final = frozenset(
    """
    APPLY_NOW BOOK_NOW CALL_NOW CHECK_AVAILABILITY CONTACT_US DOWNLOAD_NOW EXPERIENCE_NOW GET_QUOTE
    GET_SHOWTIMES GET_TICKETS_NOW INSTALL_NOW INTERESTED JOIN_THIS_HASHTAG LEARN_MORE LISTEN_NOW
    ORDER_NOW PLAY_GAME PREORDER_NOW READ_MORE SEND_MESSAGE SHOOT_WITH_THIS_EFFECT SHOP_NOW SIGN_UP
    SUBSCRIBE VIEW_NOW VIEW_PROFILE VIEW_VIDEO_WITH_THIS_EFFECT VISIT_STORE WATCH_LIVE WATCH_NOW
    """.split()
)
_SHAPE: Final = SHAPES[AdPlatform.TIKTOK]
_AGES: Final = "13–17, 18–24, 25–34, 35–44, 45–54 and 55 and older"


def least_budget(currency: str) -> Decimal | None:
    """The smallest daily budget of an ad group; None where TikTok's table lacks the currency."""
    ratio = RATIOS.get(currency)
    return ratio and LEAST_DAILY * ratio


def problems(account: FoundAccount, order: Order, today: dt.date) -> list[str]:
    """A sentence for each, after the name of the draft's field; `today` is the account's own."""
    return [
        *_name(order),
        *_goal(order),
        *_budget(account, order),
        *_days(account, order, today),
        *_audience(order),
        *_special(order),
        *_link(order),
        *_profile(order),
        *_picture(order),
        *_ads(order),
    ]


def _name(order: Order) -> Iterator[str]:
    if not order.name.strip():
        yield "name: The campaign needs one."
    if marks := emoji(order.name):
        yield f"name: TikTok takes no emoji in names; take out {' '.join(marks)}."
    longest = max(order.named("Ad group"), order.named(f"Ad {len(order.ads)}"), key=columns)
    if columns(longest) > LONGEST_NAME:
        yield (
            f"name: With its parts it is {columns(longest)} characters long, TikTok takes "
            f"{LONGEST_NAME}; letters of Chinese, Japanese or Korean count twice. Shorten it."
        )


def _goal(order: Order) -> Iterator[str]:
    if order.goal not in AIMS:
        yield f"goal: TikTok has none for {order.goal}. Choose sales, leads, traffic or awareness."
    if order.goal in VIDEO_ONLY and not order.answers.get(VIDEO):
        yield (
            "goal: For awareness TikTok shows videos only. Choose a video of the ad account, or "
            "another goal."
        )
    if order.goal not in WITH_PIXEL:
        return
    if not re.fullmatch(r"\d+:[A-Z_0-9]+", order.answers.get(PIXEL_EVENT, "")):
        yield (
            f"pixel_event: For {order.goal} TikTok has to know what counts. Choose an event of the "
            "ad account's pixel."
        )


def _budget(account: FoundAccount, order: Order) -> Iterator[str]:
    budget, currency = order.daily_budget, account.currency
    least = least_budget(currency)
    if least is None:
        if budget <= 0:
            yield "daily_budget: It has to be more than nothing."
        return
    if budget < least:
        yield f"daily_budget: TikTok takes {least} {currency} a day at least."
    if budget >= MOST_DAILY * RATIOS[currency]:
        yield f"daily_budget: TikTok takes less than {MOST_DAILY * RATIOS[currency]} {currency}."
    if currency in WHOLE and not order.budget_fits(0):
        yield f"daily_budget: {currency} has no decimals. Give a whole number."
    elif not order.budget_fits(2):
        yield "daily_budget: TikTok takes two decimals at most."


def _days(account: FoundAccount, order: Order, today: dt.date) -> Iterator[str]:
    if order.starts_on < today:
        yield (
            f"starts_on: {order.starts_on} has passed; in the ad account's time zone "
            f"({account.time_zone}) today is {today}."
        )
    if order.ends_on is not None and order.ends_on < max(order.starts_on, today):
        yield f"ends_on: {order.ends_on} is before the campaign's first day."


def _audience(order: Order) -> Iterator[str]:
    if not order.countries:
        yield "countries: TikTok needs one at least."
    for code in order.countries:
        if not re.fullmatch(r"[A-Z]{2}", code):
            yield f"countries: {code} is not the two-letter code of a country."
    if order.gender not in GENDERS:
        yield f"gender: TikTok knows all, women and men, not {order.gender}."
    firsts = [first for first, _ in AGE_GROUPS]
    lasts = [last for _, last in AGE_GROUPS]
    if order.age_min in firsts and order.age_max in lasts and order.age_min < order.age_max:
        return
    wider = (
        max((first for first in firsts if first <= order.age_min), default=firsts[0]),
        min((last for last in lasts if last >= order.age_max), default=lasts[-1]),
    )
    yield (
        f"age_min: TikTok knows only the groups {_AGES}, so {order.age_min}–{order.age_max} cannot "
        f"be set. The nearest range that holds it is {wider[0]}–{_last(wider[1])}."
    )


def _last(age: int) -> str:
    return "65 and older" if age == 65 else str(age)


def _special(order: Order) -> Iterator[str]:
    if "politics" in order.special:
        yield "special: TikTok takes no ads about politics, elections or issues."
    for word in sorted(set(order.special) - {*SPECIAL, "politics"}):
        yield f"special: TikTok has none called {word}."
    if not order.is_protected:
        return
    if order.gender != "all":
        yield "gender: With a special category TikTok shows ads to every gender only."
    if age_groups(order.age_min, order.age_max) != list(AGE_GROUPS.values())[1:]:
        yield "age_min: With a special category TikTok shows ads to everybody from 18 on only."


def _link(order: Order) -> Iterator[str]:
    if not is_web_address(order.url):
        yield "url: TikTok wants a whole address that begins with https://."


def _profile(order: Order) -> Iterator[str]:
    kind = order.profile.partition(":")[0]
    if not re.fullmatch(r"[A-Z_]+:[\w-]+(?::\w+)?", order.profile):
        yield (
            "profile: An ad on TikTok speaks as somebody. Choose an identity; one is made in "
            "TikTok Ads Manager where an ad is created."
        )
    elif kind != CUSTOM_IDENTITY and not order.answers.get(VIDEO):
        yield (
            "profile: A TikTok account can only show videos. Choose a video, or a custom identity "
            "for ads with a picture."
        )


def _picture(order: Order) -> Iterator[str]:
    picture = order.picture
    if picture is None:
        if not order.answers.get(VIDEO):
            yield "picture: The ads need a picture, or a video of the ad account."
        return
    if picture.media_type not in PICTURES:
        yield "picture: TikTok takes JPEG and PNG."
    if len(picture.content) > LARGEST_PICTURE:
        yield "picture: It is larger than the 50 MB that TikTok takes."
    width, height = size(picture.content) or (0, 0)
    if width * height > MOST_PIXELS:
        yield (
            f"picture: It has {width} × {height} pixels, more than TikTok takes in all "
            f"({MOST_PIXELS:,}). Make it smaller: 1200 × 628, 720 × 1280 or 640 × 640 suit its ads."
        )


def _ads(order: Order) -> Iterator[str]:
    if not order.ads:
        yield "ads: Choose one text at least."
    for number, copy in enumerate(order.ads, 1):
        yield from _ad(number, copy)


def _ad(number: int, copy: AdCopy) -> Iterator[str]:
    text, limit = copy.primary_text, _SHAPE.primary_text
    if not text.strip():
        yield f"ads: The text of ad {number} is empty."
    if not limit.fits(text):
        yield (
            f"ads: The text of ad {number} is {limit.count(text)} characters long, TikTok takes "
            f"{limit.most}; letters of Chinese, Japanese or Korean count twice."
        )
    if marks := emoji(text):
        yield f"ads: TikTok takes no emoji; take out of the text of ad {number}: {' '.join(marks)}."
    if signs := sorted(set(text) & set(_SHAPE.forbidden)):
        yield f"ads: TikTok does not take {' '.join(signs)} in the text of ad {number}."
    if copy.cta not in CALLS_TO_ACTION:
        yield f"ads: Choose one of TikTok's own calls to action for ad {number}."
