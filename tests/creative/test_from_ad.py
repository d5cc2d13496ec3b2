"""The brief for new copy in place of an ad's: what is taken from where, and what is not made up."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.copywriting.brief import AdPlatform, Angle, Brief
from app.creative import batches
from app.creative.briefs import LONGEST_LINE, MOST_LINES, parse_brief
from app.creative.from_ad import Rests, from_ad
from app.errors import NotFound
from app.models import Account, Ad, DraftAd
from tests.conftest import Member
from tests.factories import make_account, make_campaign, make_connection
from tests.metrics.ads import make_ad, make_draft

ROAST = {
    "product": "Friday Roast",
    "benefits": ["Roasted and shipped the same day"],
    "audience": {"age_min": 25, "age_max": 34, "interests": ["home brewing"]},
    "facts": ["Free shipping from $35"],
    "platforms": ["meta", "google"],
    "url": "https://northlight.example/friday",
    "language": "de",
}


@pytest.fixture
def account(session: Session, alice: Member) -> Account:
    return make_account(session, make_connection(session, alice.workspace))


def an_ad(session: Session, account: Account, *texts: str) -> Ad:
    made = make_ad(session, account, make_campaign(session, account))
    made.texts = {"primary_text": list(texts)} if texts else None
    session.flush()
    return made


def ordered(session: Session, member: Member, brief: Brief) -> batches.CreativeBatch:
    now = dt.datetime.now(dt.UTC)
    return batches.order(
        session, member.workspace.id, member.user.id, brief, 1, "built-in", now=now
    )


def test_an_ad_launched_from_here_has_its_brief_its_angle_and_its_page(
    session: Session, alice: Member, account: Account
) -> None:
    batch = ordered(session, alice, parse_brief(ROAST))
    ad = an_ad(session, account)
    draft = make_draft(session, account, [(ad, "7.1")])
    draft.url = "https://northlight.example/spring"
    placed = session.scalars(select(DraftAd)).one()
    placed.variation_id = batch.variations[0].id
    batch.variations[0].angle = "audience"
    session.flush()

    found = from_ad(session, alice.workspace.id, ad.id)

    assert found.rests is Rests.LAUNCH
    assert found.texts == ["Why wait? Order today."]
    assert found.brief.product == "Friday Roast"
    assert found.brief.audience.interests == ("home brewing",)
    assert (found.brief.angle, found.brief.language) == (Angle.AUDIENCE, "de")
    assert found.brief.platforms == (AdPlatform.META,)
    assert found.brief.url == "https://northlight.example/spring"


def test_an_ad_that_names_a_known_product_has_that_brief_and_its_own_offers(
    session: Session, alice: Member, account: Account
) -> None:
    ordered(session, alice, parse_brief({**ROAST, "product": "Roast"}))
    ordered(session, alice, parse_brief(ROAST))
    ordered(session, alice, parse_brief({**ROAST, "product": "Toast"}))
    ad = an_ad(session, account, "20 % off FRIDAY  roast. Toasty mornings, too.")

    found = from_ad(session, alice.workspace.id, ad.id)

    assert (found.rests, found.brief.product) == (Rests.EARLIER, "Friday Roast")
    assert found.brief.facts == ("Free shipping from $35", "20 % off FRIDAY  roast.")
    assert found.brief.angle is Angle.OFFER


def test_an_ad_of_an_unknown_product_brings_its_own_sentences_and_no_name(
    session: Session, alice: Member, account: Account
) -> None:
    ad = an_ad(
        session,
        account,
        "«Beste Tasse der Welt» 🐈\nHält Kaffee heiß. Nur 49 € bis Sonntag! https://tasse.example/a",
        "コーヒーが冷めない。四千円引き",
    )

    found = from_ad(session, alice.workspace.id, ad.id)

    assert (found.rests, found.brief.product) == (Rests.TEXTS, "")
    assert found.brief.benefits == (
        "«Beste Tasse der Welt» 🐈",
        "Hält Kaffee heiß.",
        "コーヒーが冷めない。",
        "四千円引き",
    )
    assert found.brief.facts == ("Nur 49 € bis Sonntag!",)
    assert found.brief.url == "https://tasse.example/a"
    assert found.opens == "«Beste Tasse der Welt» 🐈"
    assert found.brief.angle is Angle.PROOF


def test_the_page_that_an_ad_leads_to_is_taken_from_where_the_platform_tells_it(
    session: Session, alice: Member, account: Account
) -> None:
    ad = an_ad(session, account, "See https://short.example/x for more.")
    ad.texts = {**(ad.texts or {}), "landing_page": ["https://shop.example/اشتر?a=1"]}
    session.flush()

    found = from_ad(session, alice.workspace.id, ad.id)

    assert found.brief.url == "https://shop.example/اشتر?a=1"
    assert found.texts == ["See https://short.example/x for more."]


def test_an_ad_without_known_texts_says_so_and_makes_nothing_up(
    session: Session, alice: Member, account: Account
) -> None:
    ordered(session, alice, parse_brief(ROAST))
    ad = an_ad(session, account)

    found = from_ad(session, alice.workspace.id, ad.id)

    assert (found.rests, found.texts, found.opening) == (Rests.NOTHING, [], None)
    assert found.brief == Brief(product="", platforms=(AdPlatform.META,))


def test_what_no_brief_can_hold_is_shown_and_left_out_of_it(
    session: Session, alice: Member, account: Account
) -> None:
    long = "word " * LONGEST_LINE
    ad = an_ad(session, account, long, *(f"Line {number}." for number in range(MOST_LINES + 9)))

    found = from_ad(session, alice.workspace.id, ad.id)

    assert found.texts[0] == long.strip()
    assert len(found.brief.benefits) == MOST_LINES
    assert max(map(len, found.brief.benefits)) < 20


def test_a_draft_of_another_account_with_the_same_id_is_another_ad(
    session: Session, alice: Member, account: Account
) -> None:
    other = make_account(session, make_connection(session, alice.workspace))
    ad = an_ad(session, account)
    make_draft(session, other, [(ad, "7.1")])

    assert from_ad(session, alice.workspace.id, ad.id).rests is Rests.NOTHING


def test_a_strangers_ad_is_not_found(session: Session, charlie: Member, account: Account) -> None:
    ad = an_ad(session, account, "Ours alone.")

    with pytest.raises(NotFound):
        from_ad(session, charlie.workspace.id, ad.id)
