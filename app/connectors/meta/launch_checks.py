"""What is wrong with an order for Meta that can be known without asking Meta."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from app.connectors.launching import AdCopy, Order, is_web_address
from app.connectors.meta.answers import (
    HUNDREDTHS_CURRENCIES,
    WHOLE_UNIT_CURRENCIES,
    minor_units,
)
from app.connectors.meta.launch_bodies import (
    EVENTS,
    GENDERS,
    OBJECTIVES,
    SPECIAL,
    in_european_union,
)
from app.connectors.words import FoundAccount

# Whether the many others fit a website is for Meta to say, which is asked in the trial.
NOT_TO_A_WEBSITE = frozenset(
    "CALL_NOW GET_DIRECTIONS INSTALL_MOBILE_APP LIKE_PAGE MESSAGE_PAGE PLAY_GAME USE_APP "
    "WHATSAPP_MESSAGE".split()
)
LONGEST_NAME = 400
LARGEST_PICTURE = 30 * 1024 * 1024
PICTURE_TYPES = ("image/jpeg", "image/png")
YOUNGEST, ADULT, OLDEST = 13, 18, 65
_DECLARED = {
    "dsa_beneficiary": "Ads in the European Union have to say for whom they speak.",
    "dsa_payor": "Ads in the European Union have to say who pays for them.",
}
_SHUT = ("disabled", "closing", "closed")


def problems(account: FoundAccount, order: Order, today: dt.date) -> Iterator[str]:
    """One sentence each, behind the field it is about; `today` is the account's own."""
    for found in (_account, _campaign, _budget, _audience, _special, _ad, _texts):
        yield from found(account, order)
    yield from _schedule(order, today)
    yield from _answers(order)


def _account(account: FoundAccount, order: Order) -> Iterator[str]:
    del order
    if account.status in _SHUT:
        yield (
            f"account_id: Meta calls {account.name} {account.status} and takes no new ads there. "
            "Open it in Meta Ads Manager, or choose another account."
        )


def _campaign(account: FoundAccount, order: Order) -> Iterator[str]:
    del account
    if not order.name.strip():
        yield "name: The campaign needs a name."
    longest = len(order.named(f"ad {len(order.ads)}"))
    if longest > LONGEST_NAME:
        yield (
            f"name: Meta takes names of {LONGEST_NAME} characters, with what is added to tell the "
            f"ads apart; shorten this one by {longest - LONGEST_NAME}."
        )
    if order.goal not in OBJECTIVES:
        yield f"goal: Meta campaigns here are for {', '.join(OBJECTIVES)}; choose one of them."


def _budget(account: FoundAccount, order: Order) -> Iterator[str]:
    if account.currency not in WHOLE_UNIT_CURRENCIES | HUNDREDTHS_CURRENCIES:
        yield (
            f"daily_budget: How Meta counts {account.currency} is not known here, so no daily "
            "budget can be set safely. Create this campaign in Meta Ads Manager."
        )
    elif not order.daily_budget.is_finite() or order.daily_budget <= 0:
        yield "daily_budget: The daily budget has to be more than 0."
    elif minor_units(order.daily_budget, account.currency) is None:
        digits = "no decimals" if account.currency in WHOLE_UNIT_CURRENCIES else "two decimals"
        yield (f"daily_budget: Meta takes {digits} in {account.currency}; round the daily budget.")


def _schedule(order: Order, today: dt.date) -> Iterator[str]:
    if order.starts_on < today:
        yield (
            f"starts_on: {order.starts_on} is over in the account's time zone; choose a later "
            "first day."
        )
    if order.ends_on and order.ends_on < order.starts_on:
        yield "ends_on: The last day lies before the first."
    elif order.ends_on and order.ends_on <= today:
        yield (
            "ends_on: Meta wants a daily budget to run for at least 24 hours; choose a later last "
            "day."
        )


def _audience(account: FoundAccount, order: Order) -> Iterator[str]:
    del account
    if not order.countries:
        yield "countries: Choose at least one country to show the ads in."
    wrong = [one for one in order.countries if not re.fullmatch("[A-Z]{2}", one)]
    if wrong:
        yield f"countries: {', '.join(wrong)} is no two-letter country code."
    if not YOUNGEST <= order.age_min <= order.age_max <= OLDEST:
        yield (
            f"age_min: Meta shows ads to people from {YOUNGEST} to {OLDEST} (and older); the lower "
            "age has to come first."
        )
    if order.gender not in GENDERS:
        yield f"gender: The gender is one of {', '.join(GENDERS)}."
    elif order.age_min < ADULT and order.gender != "all":
        yield (
            f"gender: People under {ADULT} can only be chosen by age and country; choose all "
            "genders."
        )


def _special(account: FoundAccount, order: Order) -> Iterator[str]:
    del account
    unknown = [word for word in order.special if word not in SPECIAL]
    if unknown:
        yield f"special: {', '.join(unknown)} is none of {', '.join(SPECIAL)}."
    if "politics" in order.special and in_european_union(order):
        yield (
            "special: Meta shows no ads on politics, elections or social issues in the "
            "European Union. Take its countries out."
        )
    everyone = (order.age_min, order.age_max, order.gender) == (ADULT, OLDEST, "all")
    if order.is_protected and not everyone:
        yield (
            "age_min: Ads for housing, jobs or credit have to be open to all; choose the ages "
            f"{ADULT} to {OLDEST} (and older) and all genders."
        )


def _ad(account: FoundAccount, order: Order) -> Iterator[str]:
    del account
    if not order.profile:
        yield "profile: Choose the Facebook page that the ads speak for."
    if not is_web_address(order.url):
        yield "url: The landing page needs a full address that begins with https://."
    if order.picture is None:
        yield "picture: Meta needs a picture to show beside the text."
        return
    if order.picture.media_type not in PICTURE_TYPES:
        yield "picture: Meta takes JPEG and PNG; save the picture as one of them."
    if len(order.picture.content) > LARGEST_PICTURE:
        yield (
            f"picture: Meta takes pictures of up to {LARGEST_PICTURE >> 20} MB; make this one "
            "smaller."
        )


def _texts(account: FoundAccount, order: Order) -> Iterator[str]:
    del account
    if not order.ads:
        yield "ads: Choose at least one text."
    for number, copy in enumerate(order.ads, 1):
        yield from _text(number, copy)


def _text(number: int, copy: AdCopy) -> Iterator[str]:
    if not copy.primary_text.strip():
        yield f"ads: The primary text of ad {number} is empty."
    if not copy.headline.strip():
        yield f"ads: The headline of ad {number} is empty."
    if copy.cta in NOT_TO_A_WEBSITE:
        yield (
            f"ads: The button {copy.cta} of ad {number} leads to a phone, a place, an app or a "
            "chat and not to a website; choose another."
        )


def _answers(order: Order) -> Iterator[str]:
    if order.goal in EVENTS and not order.answers.get("pixel"):
        yield "pixel: Choose the pixel that counts what the campaign is for."
    if in_european_union(order):
        yield from (
            f"{name}: {sentence}"
            for name, sentence in _DECLARED.items()
            if not order.answers.get(name, "").strip()
        )
