"""What is wrong with an order for Meta that can be known without asking Meta."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from app.connectors.launching import AdCopy, Order
from app.connectors.meta_answers import (
    HUNDREDTHS_CURRENCIES,
    WHOLE_UNIT_CURRENCIES,
    minor_units,
)
from app.connectors.meta_launch_bodies import (
    EVENTS,
    GENDERS,
    OBJECTIVES,
    SPECIAL,
    in_european_union,
)
from app.connectors.words import FoundAccount

# What fits a link to a website, of the many that Meta has.
CALLS = frozenset(
    """
    APPLY_NOW BOOK_NOW BOOK_TRAVEL BUY_NOW CONTACT_US DOWNLOAD GET_OFFER GET_QUOTE GET_STARTED
    LEARN_MORE NO_BUTTON ORDER_NOW REQUEST_TIME SEE_MORE SHOP_NOW SIGN_UP SUBSCRIBE WATCH_MORE
    """.split()
)
OPEN_TO_ALL = frozenset({"housing", "employment", "credit"})
LONGEST_NAME = 400
LARGEST_PICTURE = 30 * 1024 * 1024
PICTURE_TYPES = ("image/jpeg", "image/png")
YOUNGEST, ADULT, OLDEST = 13, 18, 65
_DECLARED = {
    "dsa_beneficiary": "Advertiser: ads in the European Union have to say for whom they speak.",
    "dsa_payor": "Payer: ads in the European Union have to say who pays for them.",
}
_SHUT = ("disabled", "closing", "closed")


def problems(account: FoundAccount, order: Order, today: dt.date) -> Iterator[str]:
    """One sentence each; `today` is the account's own."""
    for found in (_account, _campaign, _budget, _audience, _special, _ad, _texts):
        yield from found(account, order)
    yield from _schedule(order, today)
    yield from _answers(order)


def _account(account: FoundAccount, order: Order) -> Iterator[str]:
    del order
    if account.status in _SHUT:
        yield (
            f"Account: Meta calls {account.name} {account.status}, and takes no new ads there. "
            "Open it in Meta Ads Manager, or choose another account."
        )


def _campaign(account: FoundAccount, order: Order) -> Iterator[str]:
    del account
    if not order.name.strip():
        yield "Name: the campaign needs one."
    longest = len(order.named(f"ad {len(order.ads)}"))
    if longest > LONGEST_NAME:
        yield (
            f"Name: Meta takes {LONGEST_NAME} characters with what is added to tell the ads "
            f"apart; shorten it by {longest - LONGEST_NAME}."
        )
    if order.goal not in OBJECTIVES:
        yield f"Goal: Meta campaigns here are for {', '.join(OBJECTIVES)}; choose one of them."


def _budget(account: FoundAccount, order: Order) -> Iterator[str]:
    if account.currency not in WHOLE_UNIT_CURRENCIES | HUNDREDTHS_CURRENCIES:
        yield (
            f"Daily budget: how Meta counts {account.currency} is not known here, so no budget "
            "can be set safely. Create this campaign in Meta Ads Manager."
        )
    elif not order.daily_budget.is_finite() or order.daily_budget <= 0:
        yield "Daily budget: it has to be more than 0."
    elif minor_units(order.daily_budget, account.currency) is None:
        digits = "no decimals" if account.currency in WHOLE_UNIT_CURRENCIES else "two decimals"
        yield f"Daily budget: Meta takes {digits} in {account.currency}; round it."


def _schedule(order: Order, today: dt.date) -> Iterator[str]:
    if order.starts_on < today:
        yield f"Start: {order.starts_on} is over in the account's time zone; choose a later day."
    if order.ends_on and order.ends_on < order.starts_on:
        yield "End: it lies before the start."
    elif order.ends_on and order.ends_on <= today:
        yield "End: Meta wants a daily budget to run for at least 24 hours; choose a later day."


def _audience(account: FoundAccount, order: Order) -> Iterator[str]:
    del account
    if not order.countries:
        yield "Countries: choose at least one to show the ads in."
    wrong = [one for one in order.countries if not re.fullmatch("[A-Z]{2}", one)]
    if wrong:
        yield f"Countries: {', '.join(wrong)} is no two-letter country code."
    if not YOUNGEST <= order.age_min <= order.age_max <= OLDEST:
        yield (
            f"Age: Meta shows ads to people from {YOUNGEST} to {OLDEST} (and older); the lower "
            "age has to come first."
        )
    if order.gender not in GENDERS:
        yield f"Gender: choose one of {', '.join(GENDERS)}."
    elif order.age_min < ADULT and order.gender != "all":
        yield f"Gender: people under {ADULT} can only be chosen by age and country; choose all."


def _special(account: FoundAccount, order: Order) -> Iterator[str]:
    del account
    unknown = [word for word in order.special if word not in SPECIAL]
    if unknown:
        yield f"Special category: {', '.join(unknown)} is none of {', '.join(SPECIAL)}."
    if "politics" in order.special and in_european_union(order):
        yield (
            "Special category: Meta shows no ads on politics, elections or social issues in the "
            "European Union. Take its countries out."
        )
    everyone = (order.age_min, order.age_max, order.gender) == (ADULT, OLDEST, "all")
    if OPEN_TO_ALL & set(order.special) and not everyone:
        yield (
            "Age and gender: ads for housing, jobs or credit have to be open to all; choose "
            f"{ADULT} to {OLDEST} (and older) and all genders."
        )


def _ad(account: FoundAccount, order: Order) -> Iterator[str]:
    del account
    if not order.profile:
        yield "Facebook page: choose the page that the ads speak for."
    parts = urlsplit(order.url)
    if parts.scheme != "https" or "." not in (parts.hostname or ""):
        yield "Landing page: it needs a full address that begins with https://."
    if order.picture is None:
        yield "Picture: Meta needs one to show beside the text."
        return
    if order.picture.media_type not in PICTURE_TYPES:
        yield "Picture: Meta takes JPEG and PNG; save it as one of them."
    if len(order.picture.content) > LARGEST_PICTURE:
        yield f"Picture: Meta takes up to {LARGEST_PICTURE >> 20} MB; make it smaller."


def _texts(account: FoundAccount, order: Order) -> Iterator[str]:
    del account
    if not order.ads:
        yield "Ads: choose at least one text."
    for number, copy in enumerate(order.ads, 1):
        yield from _text(number, copy)


def _text(number: int, copy: AdCopy) -> Iterator[str]:
    if not copy.primary_text.strip():
        yield f"Ad {number}: the primary text is empty."
    if not copy.headline.strip():
        yield f"Ad {number}: the headline is empty."
    if copy.cta and copy.cta not in CALLS:
        yield (
            f"Ad {number}: {copy.cta} is no button that Meta has for a link to a website; "
            "choose another."
        )


def _answers(order: Order) -> Iterator[str]:
    if order.goal in EVENTS and not order.answers.get("pixel"):
        yield "Pixel: choose the one that counts what the campaign is for."
    if in_european_union(order):
        yield from (
            sentence
            for name, sentence in _DECLARED.items()
            if not order.answers.get(name, "").strip()
        )
