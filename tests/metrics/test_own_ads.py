"""What own ads that resemble a text did."""

from __future__ import annotations

import datetime as dt
import random
import time
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.event import listen
from sqlalchemy.orm import Session

from app.metrics.openings import Length, Opening, kinds_of
from app.metrics.own_ads import DAYS, OwnAds, own_ads
from app.metrics.shares import Chances, Compared, compare, likeness, student
from app.models import Account
from tests.conftest import Member
from tests.factories import make_account, make_campaign, make_connection
from tests.metrics.ads import TODAY, make_ad, make_ad_day, make_draft, noisy_ads, own_ad

ASKS, SAYS = "Why wait? Order today.", "It is ready. Order today."
QUESTION = {"primary_text": "Do you know it? It is here."}
chances = st.builds(
    lambda of, share: Chances(of, of * share),
    st.integers(1, 100_000),
    st.floats(0, 1, allow_nan=False),
)


@pytest.fixture
def account(session: Session, alice: Member) -> Account:
    return make_account(session, make_connection(session, alice.workspace))


def six_and_six(questions: int = 20, statements: int = 10) -> OwnAds:
    """Six ads that ask and six that do not, each with a thousand impressions and these clicks."""
    return OwnAds(
        [
            *(own_ad(number, ASKS, clicks=questions + number) for number in range(6)),
            *(own_ad(100 + number, SAYS, clicks=statements + number) for number in range(6)),
        ]
    )


@pytest.mark.parametrize(
    ("opening", "said"),
    [
        (Opening.QUESTION, "Tired of cold coffee? Meet the mug."),
        (Opening.QUESTION, "¿Café frío? Mira esto."),
        (Opening.QUESTION, "コーヒーが冷めますか？これで安心。"),
        (Opening.QUESTION, "هل تبرد قهوتك؟ جرّب هذا."),
        (Opening.OFFER, "Only $4.99 a month. Cancel any time?"),
        (Opening.OFFER, "Heute 20 % günstiger."),
        (Opening.OFFER, "今だけ500円。"),
        (Opening.OFFER, "خصم ٢٠٪ اليوم."),
        (Opening.QUOTATION, "„Der beste Kauf.“ Sagt Anna."),
        (Opening.QUOTATION, "「すごい」と評判。"),
        (Opening.NUMBER, "Warm for 12 hours. Really?"),
        (Opening.NUMBER, "١٢ ساعة من الدفء."),
        (Opening.STATEMENT, "Warm coffee. Is that so hard? 100 % yes."),
        (Opening.STATEMENT, "% off the usual noise."),
    ],
)
def test_an_opening_is_told_in_any_language(opening: Opening, said: str) -> None:
    assert kinds_of("meta", {"primary_text": said})[-1].opening is opening


def test_a_text_may_be_one_or_several_and_a_platforms_list_or_a_variation() -> None:
    listed = kinds_of("meta", {"primary_text": [ASKS, SAYS], "headline": ["Order"]})
    held = kinds_of("meta", {"primary_text": ASKS, "headlines": ("Order",)})

    assert listed == held
    assert [kind.length for kind in listed] == [Length.SHORT, None]


def test_any_headline_of_a_search_ad_counts() -> None:
    (kind,) = kinds_of("google", {"headlines": ["Warm coffee", "Cold again?"], "headline": "x"})

    assert kind.described == "ads with a question among their headlines"
    assert kinds_of("google", {"headline": ["Cold again?"]}) == (kind,)


@pytest.mark.parametrize("texts", [{}, {"primary_text": " "}, {"primary_text": None}, {"x": 1}])
def test_an_ad_without_text_is_of_no_kind(texts: dict[str, object]) -> None:
    assert kinds_of("meta", texts) == ()


def test_counts_are_plain_and_rates_are_shrunk_towards_the_others() -> None:
    found = six_and_six().resembling("meta", QUESTION)

    assert found is not None
    assert found.ctr is not None
    assert (found.ads, found.other_ads) == (6, 6)
    assert (found.impressions, found.clicks) == (6000, 135)
    assert found.ctr.others == pytest.approx(75 / 6000)
    # Six ads' weight against five ads' prior: (5 * 0.0125 + 6 * 0.0225) / 11.
    assert found.ctr.share == pytest.approx((5 * 0.0125 + 6 * 0.0225) / 11)
    assert found.ctr.low < found.ctr.share < found.ctr.high


def test_the_reason_says_counts_rates_and_days() -> None:
    found = six_and_six(40).resembling("meta", QUESTION)

    assert found is not None
    assert found.reason == (
        "6 short ads (up to 20 words) that open with a question: CTR 2.9 % against 1.2 % of your "
        "other 6 ads; 28 Nov 2026 to 28 Nov 2026."
    )


def test_a_difference_that_may_be_chance_is_called_that() -> None:
    found = six_and_six(11).resembling("meta", QUESTION)

    assert found is not None
    assert "no clear difference" in found.reason


@pytest.mark.parametrize(
    ("share", "others", "said"),
    [
        (0.0104, 0.0099, "1.04 % against 0.99 % of your other 6 ads, no clear difference"),
        (0.012001, 0.012, "1.2 %, about the same as your other 6 ads"),
        (0.16, 0.23, "16 % against 23 % of your other 6 ads, no clear difference"),
    ],
)
def test_two_rates_never_look_the_same_without_being_called_so(
    share: float, others: float, said: str
) -> None:
    found = six_and_six(11).resembling("meta", QUESTION)

    assert found is not None
    close = replace(found, ctr=Compared(share, others, 0.0, 1.0))
    assert f"CTR {said};" in close.reason


@pytest.mark.parametrize(
    ("asking", "saying"), [(4, 9), (9, 4)], ids=["few that resemble", "few others"]
)
def test_nothing_is_said_of_fewer_than_five_ads_a_side(asking: int, saying: int) -> None:
    ads = [own_ad(number, ASKS) for number in range(asking)]
    ads += [own_ad(100 + number, SAYS) for number in range(saying)]

    assert OwnAds(ads).resembling("meta", QUESTION) is None


def test_nothing_is_said_of_less_than_a_thousand_impressions_a_side() -> None:
    asking = [own_ad(number, ASKS, impressions=166, clicks=3) for number in range(6)]
    saying = [own_ad(100 + number, SAYS) for number in range(6)]

    assert OwnAds(asking + saying).resembling("meta", QUESTION) is None


def test_a_conversion_rate_needs_a_hundred_clicks_a_side() -> None:
    def ads(clicks: int) -> OwnAds:
        asking = [own_ad(n, ASKS, clicks=clicks, conversions=2.5) for n in range(6)]
        return OwnAds([*asking, *(own_ad(9 + n, SAYS, clicks=30, conversions=1) for n in range(6))])

    few, enough = (ads(each).resembling("meta", QUESTION) for each in (10, 30))

    assert few is not None
    assert few.conversion_rate is None
    assert enough is not None
    assert enough.conversion_rate is not None
    assert enough.conversion_rate.others == pytest.approx(1 / 30)
    assert "conversion rate" in enough.reason


def test_the_narrower_kind_is_told_when_it_has_enough_ads() -> None:
    long = ASKS + " word" * 70
    ads = [own_ad(number, long) for number in range(3)]
    ads += [own_ad(10 + number, ASKS) for number in range(6)]
    ads += [own_ad(20 + number, SAYS) for number in range(6)]
    known = OwnAds(ads)

    short_ones = known.resembling("meta", {"primary_text": ASKS})
    all_that_ask = known.resembling("meta", {"primary_text": long})

    assert short_ones is not None
    assert all_that_ask is not None
    assert (short_ones.ads, all_that_ask.ads) == (6, 9)


def test_platforms_are_never_mixed() -> None:
    ads = [own_ad(number, ASKS, platform="meta") for number in range(6)]
    ads += [own_ad(10 + number, SAYS, platform="linkedin") for number in range(6)]

    assert OwnAds(ads).resembling("meta", QUESTION) is None
    assert OwnAds(ads).resembling("tiktok", QUESTION) is None


def test_an_ad_counts_once_and_in_any_order() -> None:
    chance = random.Random(3)  # noqa: S311 the same draw each time
    ads = noisy_ads(chance, 40, [ASKS, SAYS])
    shuffled = chance.sample(ads, len(ads))

    assert (
        OwnAds(ads).resembling("meta", QUESTION)
        == OwnAds([*shuffled, *ads]).resembling("meta", QUESTION)
        is not None
    )


def test_ads_that_were_never_shown_are_no_evidence() -> None:
    ads = [own_ad(number, ASKS, impressions=0, clicks=0) for number in range(9)]
    ads += [own_ad(10 + number, SAYS) for number in range(9)]

    assert OwnAds(ads).resembling("meta", QUESTION) is None
    assert OwnAds([]).resembling("meta", QUESTION) is None


def test_ads_nobody_clicked_have_no_rate_to_compare() -> None:
    ads = [own_ad(number, ASKS, clicks=0) for number in range(9)]
    ads += [own_ad(10 + number, SAYS, clicks=0) for number in range(9)]

    found = OwnAds(ads).resembling("meta", QUESTION)

    assert found is None


def test_noise_is_called_a_difference_in_at_most_one_workspace_of_twenty() -> None:
    chance = random.Random(20261128)  # noqa: S311 the same draw each time
    texts = [ASKS, SAYS, "Now 20 % off.", "“Lovely.”", ASKS + " word" * 30, SAYS + " word" * 70]
    wrong = 0
    for _ in range(200):
        known = OwnAds(noisy_ads(chance, 40, texts))
        found = [known.resembling("meta", {"primary_text": each}) for each in texts]
        wrong += any(each and each.ctr and each.ctr.differs for each in found)

    assert wrong <= 10


def test_a_real_difference_is_found() -> None:
    chance = random.Random(7)  # noqa: S311 the same draw each time
    found = 0
    for _ in range(20):
        ads = noisy_ads(chance, 60, [SAYS])
        asking = [own_ad(1000 + ad.ad_id, ASKS, ad.impressions, 3 * ad.clicks) for ad in ads[:30]]
        record = OwnAds([*ads[30:], *asking]).resembling("meta", QUESTION)
        found += bool(record and record.ctr and record.ctr.differs)

    assert found >= 15


@given(st.lists(chances, min_size=2, max_size=30), st.lists(chances, min_size=2, max_size=30))
@settings(max_examples=200)
def test_shrinking_moves_towards_the_others_and_never_past_them(
    group: list[Chances], rest: list[Chances]
) -> None:
    found = compare(group, rest, 0.05)

    if found is None:
        assert not any(each.happened for each in (*group, *rest))
        return
    shares = [each.share for each in group]
    slack = 1e-9
    assert min(*shares, found.others) - slack <= found.share <= max(*shares, found.others) + slack
    assert found.low <= found.share + slack
    assert found.share <= found.high + slack


@given(st.lists(chances, min_size=2, max_size=30))
def test_how_alike_an_ads_chances_are_is_a_share(ads: list[Chances]) -> None:
    assert 0 <= likeness(ads) <= 1


def test_ads_that_differ_no_more_than_chance_are_coin_flips() -> None:
    same = [Chances(1000, clicks) for clicks in (8, 9, 10, 10, 11, 12)]
    apart = [Chances(100_000, clicks) for clicks in (200, 4000, 1000, 8000)]

    assert likeness(same) == 0
    assert likeness(apart) > 0.01


def test_ads_that_happen_to_be_equal_are_not_certain() -> None:
    never, once = [Chances(1000, 0)] * 5, [Chances(1000, 1)] * 5

    found = compare(once, never, 0.05)

    assert found is not None
    assert not found.differs


@pytest.mark.parametrize(
    ("chance", "freedom", "table"),
    [(0.975, 8, 2.306), (0.995, 8, 3.355), (0.9975, 8, 3.833), (0.995, 10, 3.169)],
)
def test_students_quantile_is_the_tables(chance: float, freedom: int, table: float) -> None:
    assert student(chance, freedom) == pytest.approx(table, abs=0.01)


def test_ads_are_loaded_with_their_sums_and_days(
    session: Session, alice: Member, account: Account
) -> None:
    campaign = make_campaign(session, account)
    ad = make_ad(session, account, campaign, ASKS, clicks=5, conversions=Decimal("1.5"))
    make_ad_day(session, ad, TODAY - dt.timedelta(days=DAYS - 1), clicks=7)
    make_ad_day(session, ad, TODAY - dt.timedelta(days=DAYS), clicks=1000)
    make_ad_day(session, ad, TODAY + dt.timedelta(days=1), clicks=1000)

    (loaded,) = own_ads(session, alice.workspace.id, TODAY).ads

    assert (loaded.platform, loaded.texts) == ("meta", {"primary_text": [ASKS]})
    assert (loaded.impressions, loaded.clicks, loaded.conversions) == (2000, 12, 1.5)
    assert (TODAY - loaded.first, TODAY - loaded.last) == (
        dt.timedelta(days=DAYS - 1),
        dt.timedelta(days=1),
    )


def test_ads_of_other_workspaces_and_of_accounts_that_do_not_count_stay_out(
    session: Session, alice: Member, charlie: Member, account: Account
) -> None:
    mine = make_ad(session, account, make_campaign(session, account), ASKS)
    for other in (
        make_account(session, make_connection(session, charlie.workspace)),
        make_account(session, make_connection(session, alice.workspace), selected=False),
    ):
        make_ad(session, other, make_campaign(session, other), ASKS)

    assert [ad.ad_id for ad in own_ads(session, alice.workspace.id, TODAY).ads] == [mine.id]


def test_a_launched_ad_has_its_launched_text_where_the_platform_tells_none(
    session: Session, alice: Member, account: Account
) -> None:
    campaign = make_campaign(session, account)
    silent, told = make_ad(session, account, campaign), make_ad(session, account, campaign, SAYS)
    namesake_of = make_account(session, make_connection(session, alice.workspace))
    namesake = make_ad(session, namesake_of, make_campaign(session, namesake_of))
    namesake.external_id = silent.external_id
    make_draft(session, account, [(silent, "8.1"), (told, "7.0")])

    found = {ad.ad_id: ad.texts for ad in own_ads(session, alice.workspace.id, TODAY).ads}

    assert found[silent.id]["primary_text"] == "Why wait? Order today."
    assert found[told.id] == {"primary_text": [SAYS]}
    assert found[namesake.id] == {}


def test_two_thousand_ads_are_summed_by_the_database_and_compared_once(
    session: Session, alice: Member, account: Account
) -> None:
    campaign = make_campaign(session, account)
    session.execute(
        text(
            "INSERT INTO ad (workspace_id, account_id, campaign_id, external_id, name, texts)"
            " SELECT :workspace, :account, :campaign, 'x' || n, 'Ad ' || n,"
            "  jsonb_build_object('primary_text', jsonb_build_array("
            "   CASE n % 3 WHEN 0 THEN 'Why wait?' WHEN 1 THEN 'Now 20 % off.' ELSE 'Plain.' END))"
            " FROM generate_series(1, 2000) n"
        ),
        {"workspace": account.workspace_id, "account": account.id, "campaign": campaign.id},
    )
    session.execute(
        text(
            "INSERT INTO ad_day (ad_id, day, account_id, workspace_id, impressions, clicks, spend,"
            "  conversions, conversion_value)"
            " SELECT id, day::date, account_id, workspace_id, 1000, id % 40, 1, 1, 1 FROM ad,"
            "  generate_series(:first, :last, interval '1 day') day"
        ),
        {"first": TODAY - dt.timedelta(days=4), "last": TODAY},
    )
    session.commit()
    asked: list[str] = []
    listen(session.get_bind(), "before_cursor_execute", lambda *args: asked.append(args[2]))
    began = time.process_time()
    known = own_ads(session, alice.workspace.id, TODAY)
    found = [known.resembling("meta", {"primary_text": f"Why wait {n}?"}) for n in range(20)]
    took = time.process_time() - began

    assert all(each and (each.ads, each.impressions) == (666, 3_330_000) for each in found)
    assert len(asked) == 2
    assert took < 1.0
