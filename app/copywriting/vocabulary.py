"""The words of buttons, as each platform's API spells them.

Meta: AdCreativeLinkDataCallToAction.Type; Google: CallToActionType (responsive search ads carry
none); LinkedIn: contentCallToActionLabel; TikTok: call_to_action of the ad. For each goal the ones
that suit it, the most usual first.
"""

from __future__ import annotations

from app.copywriting.brief import AdPlatform, Goal

NO_BUTTON = "NO_BUTTON"

BUTTONS: dict[AdPlatform, frozenset[str]] = {
    AdPlatform.META: frozenset(
        "APPLY_NOW BOOK_NOW BUY_NOW BUY_TICKETS CALL_NOW CONTACT_US DONATE_NOW DOWNLOAD "
        "GET_DIRECTIONS GET_IN_TOUCH GET_OFFER GET_PROMOTIONS GET_QUOTE GET_SHOWTIMES GET_STARTED "
        "INQUIRE_NOW LEARN_MORE LISTEN_NOW MAKE_AN_APPOINTMENT NO_BUTTON ORDER_NOW PLAY_GAME "
        "REQUEST_TIME SEE_MORE SEE_SHOP SHOP_NOW SIGN_UP START_ORDER SUBSCRIBE TRY_DEMO "
        "VIEW_PRODUCT VISIT_WEBSITE WATCH_MORE WATCH_VIDEO".split()
    ),
    AdPlatform.GOOGLE: frozenset(
        "LEARN_MORE GET_QUOTE APPLY_NOW SIGN_UP CONTACT_US SUBSCRIBE DOWNLOAD BOOK_NOW SHOP_NOW "
        "BUY_NOW DONATE_NOW ORDER_NOW PLAY_NOW SEE_MORE START_NOW VISIT_SITE WATCH_NOW".split()
    ),
    AdPlatform.LINKEDIN: frozenset(
        "APPLY DOWNLOAD VIEW_QUOTE LEARN_MORE SIGN_UP SUBSCRIBE REGISTER JOIN ATTEND REQUEST_DEMO "
        "SEE_MORE BUY_NOW SHOP_NOW".split()
    ),
    AdPlatform.TIKTOK: frozenset(
        "APPLY_NOW BOOK_NOW CALL_NOW CONTACT_US DOWNLOAD_NOW EXPERIENCE_NOW GET_QUOTE "
        "GET_SHOWTIMES GET_TICKETS_NOW INSTALL_NOW INTERESTED LEARN_MORE LISTEN_NOW ORDER_NOW "
        "PLAY_GAME PREORDER_NOW READ_MORE SEND_MESSAGE SHOP_NOW SIGN_UP SUBSCRIBE VIEW_NOW "
        "VISIT_STORE WATCH_NOW".split()
    ),
}

SUITING: dict[AdPlatform, dict[Goal, tuple[str, ...]]] = {
    AdPlatform.META: {
        Goal.SALES: ("SHOP_NOW", "ORDER_NOW", "BUY_NOW", "SEE_SHOP"),
        Goal.LEADS: ("SIGN_UP", "GET_QUOTE", "CONTACT_US", "GET_STARTED"),
        Goal.TRAFFIC: ("LEARN_MORE", "SEE_MORE", "VISIT_WEBSITE"),
        Goal.AWARENESS: ("LEARN_MORE", "SEE_MORE", "WATCH_MORE"),
    },
    AdPlatform.GOOGLE: {
        Goal.SALES: ("SHOP_NOW", "ORDER_NOW", "BUY_NOW"),
        Goal.LEADS: ("SIGN_UP", "GET_QUOTE", "CONTACT_US"),
        Goal.TRAFFIC: ("LEARN_MORE", "VISIT_SITE", "SEE_MORE"),
        Goal.AWARENESS: ("LEARN_MORE", "SEE_MORE"),
    },
    AdPlatform.LINKEDIN: {
        Goal.SALES: ("SHOP_NOW", "BUY_NOW", "LEARN_MORE"),
        Goal.LEADS: ("SIGN_UP", "REQUEST_DEMO", "REGISTER"),
        Goal.TRAFFIC: ("LEARN_MORE", "SEE_MORE"),
        Goal.AWARENESS: ("LEARN_MORE", "SEE_MORE"),
    },
    AdPlatform.TIKTOK: {
        Goal.SALES: ("SHOP_NOW", "ORDER_NOW", "VISIT_STORE"),
        Goal.LEADS: ("SIGN_UP", "GET_QUOTE", "CONTACT_US"),
        Goal.TRAFFIC: ("LEARN_MORE", "READ_MORE", "VIEW_NOW"),
        Goal.AWARENESS: ("LEARN_MORE", "VIEW_NOW", "WATCH_NOW"),
    },
}


def label(button: str) -> str:
    """The button as people read it: SHOP_NOW is Shop now."""
    return button.replace("_", " ").capitalize()
