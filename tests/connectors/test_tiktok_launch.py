"""Creating campaigns on TikTok over a real socket: everything off, nothing twice."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from app.connectors.errors import AccessRevoked, AccountRefused, ConnectorError, Throttled
from app.connectors.http import Http
from app.connectors.launching import Order, Picture, Refused, Unknown
from app.connectors.platforms.tiktok import TikTok
from app.connectors.tiktok.launch import TikTokLauncher
from app.connectors.tiktok.launch_bodies import amount, idempotency_key
from app.connectors.words import FoundAccount, Grant
from app.settings import Settings
from sandbox import TIKTOK_TOKEN
from tests.connectors.conftest import NOON, Clock, launch
from tests.connectors.test_dimensions import png
from tests.connectors.tiktok_orders import (
    COVERED,
    DOLLARS,
    FILM,
    FORM,
    JPEG,
    ORDER,
    SALES,
    YEN,
    created,
    turn,
)
from tests.sandbox_server import SandboxServer

PLATFORM_FIELDS = ("ads", "picture", "age_min", "age_max", "gender", "video", "pixel_event")


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
def live(here: Settings, http: Http) -> TikTok:
    return TikTok(here, http, Grant(TIKTOK_TOKEN))


@pytest.fixture
def launcher(live: TikTok) -> TikTokLauncher:
    return TikTokLauncher(live)


@pytest.mark.parametrize(
    "order",
    [
        ORDER,
        FILM,
        SALES,
        COVERED,
        replace(SALES, goal="leads", answers={**SALES.answers, "pixel_event": FORM}),
        replace(FILM, goal="awareness", profile="TT_USER:7100000000000000002"),
        replace(ORDER, ends_on=None, special=("housing",), age_min=18, age_max=65),
    ],
    ids=["picture", "video", "sales", "cover", "leads", "awareness", "housing"],
)
def test_a_launch_creates_what_its_steps_show_and_all_of_it_is_off(
    launcher: TikTokLauncher, sandbox: SandboxServer, order: Order
) -> None:
    assert launcher.problems(DOLLARS, order) == []
    assert launcher.dry_run(DOLLARS, order).problems == ()
    made = launch(launcher, DOLLARS, order)
    assert list(made) == ["picture", "campaign", "ad_group", "ad-1", "ad-2"]
    found = created(sandbox)
    assert [len(found[kind]) for kind in ("image", "campaign", "adgroup", "ad")] == [1, 1, 1, 2]
    things = [one for kind in ("campaign", "adgroup", "ad") for one in found[kind]]
    assert {one["status"] for one in things} == {"DISABLE"}
    assert [one["id"] for one in [*found["image"], *things]] == list(made.values())
    for step, thing in zip(launcher.steps(DOLLARS, order), [*found["image"], *things], strict=True):
        assert thing["name"] == step.name
    assert launcher.verify(DOLLARS, order, made) == []
    body = launcher.steps(DOLLARS, order)[2].request["adgroup/create"]
    row = found["adgroup"][0]["row"]
    for name in ("budget", "age_groups", "gender", "schedule_type", "optimization_goal"):
        assert row[name] == body[name]
    assert row["location_ids"] == ["6252001", "2921044"]


def resumed(
    launcher: TikTokLauncher, account: FoundAccount, order: Order
) -> tuple[dict[str, str], list[str]]:
    """As a launch goes that looks before it repeats; with the keys whose outcome was unknown."""
    made: dict[str, str] = {}
    unknown: list[str] = []
    for step in launcher.steps(account, order):
        try:
            made |= launcher.create(account, order, step, made)
        except Unknown:
            unknown.append(step.key)
            found = launcher.find(account, order, step, made)
            made |= found or launcher.create(account, order, step, made)
    return made, unknown


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("file/image/ad/upload", "picture"),
        ("campaign/create", "campaign"),
        ("adgroup/create", "ad_group"),
        ("ad/create", "ad-1"),
    ],
)
@pytest.mark.parametrize(
    "kind", ["after_write", "cut", "bad_gateway", "server_error", "unavailable"]
)
def test_an_answer_that_never_came_makes_nothing_twice(
    launcher: TikTokLauncher, sandbox: SandboxServer, path: str, key: str, kind: str
) -> None:
    sandbox.fault(kind, path, platform="tiktok")
    made, unknown = resumed(launcher, DOLLARS, ORDER)
    assert unknown == [key]
    found = created(sandbox)
    assert [len(found[kind]) for kind in ("image", "campaign", "adgroup", "ad")] == [1, 1, 1, 2]
    assert sorted(made.values()) == sorted(one["id"] for some in found.values() for one in some)
    assert launcher.verify(DOLLARS, ORDER, made) == []


def test_nothing_is_found_before_anything_was_made_nor_in_another_account(
    launcher: TikTokLauncher, sandbox: SandboxServer
) -> None:
    steps = launcher.steps(DOLLARS, ORDER)
    assert all(launcher.find(DOLLARS, ORDER, step, {}) == {} for step in steps)
    made = launch(launcher, DOLLARS, ORDER)
    for step in steps:
        assert launcher.find(DOLLARS, ORDER, step, made) == {step.key: made[step.key]}
        assert launcher.find(YEN, ORDER, step, {}) == {}
    other = replace(ORDER, mark="other1")
    for step in launcher.steps(DOLLARS, other):
        assert launcher.find(DOLLARS, other, step, made) == {}


def test_a_campaign_is_switched_off_although_tiktok_created_it_switched_on(
    launcher: TikTokLauncher, sandbox: SandboxServer
) -> None:
    campaign = launcher.steps(DOLLARS, ORDER)[1]
    assert campaign.request["campaign/create"]["operation_status"] == "DISABLE"
    sandbox.fault("after_write", "campaign/create", platform="tiktok")
    with pytest.raises(Unknown):
        launcher.create(DOLLARS, ORDER, campaign, {})
    assert created(sandbox)["campaign"][0]["status"] == "ENABLE"
    made = launcher.find(DOLLARS, ORDER, campaign, {})
    told = launcher.verify(DOLLARS, ORDER, made)
    assert told == [
        "The campaign Winter tents [gz7k2m] was switched on at TikTok; it has been switched off."
    ]
    assert created(sandbox)["campaign"][0]["status"] == "DISABLE"
    assert launcher.verify(DOLLARS, ORDER, made) == []


def test_nothing_goes_into_a_campaign_that_cannot_be_switched_off(
    launcher: TikTokLauncher, sandbox: SandboxServer
) -> None:
    turn(sandbox, stuck_campaigns=True)
    _, campaign, group, *_ = launcher.steps(DOLLARS, ORDER)
    with pytest.raises(Unknown, match=r"created the campaign 179.* switched it off"):
        launcher.create(DOLLARS, ORDER, campaign, {})
    made = launcher.find(DOLLARS, ORDER, campaign, {})
    assert made.keys() == {"campaign"}
    with pytest.raises(Refused, match="nothing was put into it"):
        launcher.create(DOLLARS, ORDER, group, made)
    assert created(sandbox)["adgroup"] == []
    assert "could not be switched off" in launcher.verify(DOLLARS, ORDER, made)[0]
    assert launcher.remove(DOLLARS, made) == ["campaign"]


def test_what_somebody_switched_on_is_switched_off_and_said(
    launcher: TikTokLauncher, live: TikTok, sandbox: SandboxServer
) -> None:
    made = launch(launcher, DOLLARS, ORDER)
    for kind, key in (("campaign", "campaign"), ("adgroup", "ad_group"), ("ad", "ad-2")):
        switch(launcher, kind, made[key], "ENABLE")
    told = launcher.verify(DOLLARS, ORDER, made)
    assert [sentence.split(" was ")[0] for sentence in told] == [
        "The campaign Winter tents [gz7k2m]",
        "The ad group Winter tents · Ad group [gz7k2m]",
        "The ad Winter tents · Ad 2 [gz7k2m]",
    ]
    assert launcher.verify(DOLLARS, ORDER, made) == []
    switch(launcher, "ad", made["ad-1"], "DELETE")
    assert launcher.verify(DOLLARS, ORDER, made) == [
        f"TikTok does not list the ad {made['ad-1']} any more."
    ]


def switch(launcher: TikTokLauncher, kind: str, own: str, status: str) -> None:
    launcher._turn(DOLLARS, kind, [own], status)


def test_removing_leaves_nothing_and_may_be_repeated(
    launcher: TikTokLauncher, sandbox: SandboxServer
) -> None:
    made = launch(launcher, DOLLARS, ORDER)
    assert set(launcher.remove(DOLLARS, made)) == set(made)
    found = created(sandbox)
    assert {one["status"] for kind in ("campaign", "adgroup", "ad") for one in found[kind]} == {
        "DELETE"
    }
    assert len(found["image"]) == 1
    assert set(launcher.remove(DOLLARS, made)) == set(made)
    other = launch(launcher, DOLLARS, replace(ORDER, mark="gone01"))
    switch(launcher, "ad", other["ad-1"], "DELETE")
    assert set(launcher.remove(DOLLARS, other)) == set(other)
    half = launch(launcher, DOLLARS, replace(ORDER, mark="half01", ads=()))
    assert set(launcher.remove(DOLLARS, half)) == {"ad_group", "campaign", "picture"}


def test_a_later_sync_finds_the_campaign_paused_and_without_figures(
    launcher: TikTokLauncher, live: TikTok
) -> None:
    made = launch(launcher, DOLLARS, SALES)
    found = live.structure(DOLLARS)
    campaign = {one.external_id: one for one in found.campaigns}[made["campaign"]]
    group = {one.external_id: one for one in found.ad_groups}[made["ad_group"]]
    ads = {one.external_id: one for one in found.ads}
    assert (campaign.status, campaign.name, campaign.budget) == ("paused", SALES.named(), None)
    assert (group.status, group.budget, group.budget_kind) == ("paused", Decimal("25.5"), "daily")
    assert ads[made["ad-2"]].texts == {"primary_text": [SALES.ads[1].primary_text]}
    assert {ads[made[key]].status for key in ("ad-1", "ad-2")} == {"paused"}
    assert live.notices == []


def test_yen_have_no_decimals_and_names_any_script(
    launcher: TikTokLauncher, sandbox: SandboxServer
) -> None:
    yen = replace(
        ORDER,
        name="冬のテント & «Ünï» 100%",
        daily_budget=Decimal(2000),
        countries=("JP",),
        ads=(replace(ORDER.ads[0], primary_text="重さ1.9キロ、設営4分。" * 4),),
    )
    assert launcher.problems(YEN, yen) == []
    made = launch(launcher, YEN, yen)
    group = created(sandbox)["adgroup"][0]["row"]
    assert (group["budget"], group["adgroup_name"]) == (2000, yen.named("Ad group"))
    assert group["schedule_start_time"] == "2026-11-30 15:00:00"
    assert group["schedule_end_time"] == "2026-12-20 14:59:59"
    assert launcher.find(YEN, yen, launcher.steps(YEN, yen)[1], {}) == {
        "campaign": made["campaign"]
    }
    for wrong, says in (
        (Decimal("2000.5"), "JPY has no decimals"),
        (Decimal(1999), "2000 JPY a day at least"),
        (Decimal(1_000_000_000), "less than 1000000000 JPY"),
    ):
        assert any(says in one for one in launcher.problems(YEN, replace(yen, daily_budget=wrong)))


def test_every_budget_with_two_decimals_is_sent_digit_for_digit() -> None:
    for cents in range(0, 100_000, 7):
        budget = Decimal(cents) / 100
        assert Decimal(json.dumps(amount(budget))) == budget
    assert json.dumps(amount(Decimal("25.00"))) == "25"


def test_the_same_step_has_the_same_key_and_no_other_one() -> None:
    keys = [idempotency_key(replace(ORDER, mark=f"m{n}"), key) for n in range(500) for key in "ab"]
    assert len(set(keys)) == 1000
    assert all(0 < int(key) < 2**63 for key in keys)
    assert idempotency_key(ORDER, "campaign") == idempotency_key(ORDER, "campaign")


def test_a_repeat_within_seconds_is_turned_away_by_tiktok_itself(
    launcher: TikTokLauncher, sandbox: SandboxServer
) -> None:
    campaign = launcher.steps(DOLLARS, ORDER)[1]
    launcher.create(DOLLARS, ORDER, campaign, {})
    with pytest.raises(Unknown):
        launcher.create(DOLLARS, ORDER, campaign, {})
    assert len(created(sandbox)["campaign"]) == 1


def test_a_day_that_has_begun_starts_now(launcher: TikTokLauncher, sandbox: SandboxServer) -> None:
    """What a review shows stays the same while it is read, so it shows the day's beginning."""
    today = replace(ORDER, starts_on=dt.date(2026, 11, 23), ends_on=None)
    body = launcher.steps(DOLLARS, today)[2].request["adgroup/create"]
    assert body["schedule_start_time"] == "2026-11-23 08:00:00"
    assert "schedule_end_time" not in body
    launch(launcher, DOLLARS, today)
    row = created(sandbox)["adgroup"][0]["row"]
    assert row["schedule_start_time"] == "2026-11-23 12:00:00"
    assert row["schedule_type"] == "SCHEDULE_FROM_NOW"


WRONG = [
    ({"name": "Tents 🏕"}, "name: TikTok takes no emoji"),
    ({"name": "テ" * 250}, "name: With its parts it is 52"),
    ({"goal": "awareness"}, "goal: For awareness TikTok shows videos only"),
    ({"goal": "sales"}, "pixel_event: For sales"),
    ({"daily_budget": Decimal("19.99")}, "daily_budget: TikTok takes 20 USD a day at least"),
    ({"daily_budget": Decimal("20.001")}, "daily_budget: TikTok takes two decimals"),
    ({"starts_on": dt.date(2026, 11, 22)}, "starts_on: 2026-11-22 has passed"),
    ({"ends_on": dt.date(2026, 11, 30)}, "ends_on: 2026-11-30 is before"),
    ({"countries": ()}, "countries: TikTok needs one"),
    ({"age_min": 30}, "The nearest range that holds it is 25–54"),
    ({"age_min": 16, "age_max": 50}, "The nearest range that holds it is 13–54"),
    ({"age_min": 50, "age_max": 60}, "The nearest range that holds it is 45–65 and older"),
    ({"gender": "others"}, "gender: TikTok knows all"),
    ({"special": ("politics",)}, "special: TikTok takes no ads about politics"),
    ({"special": ("credit",)}, "age_min: With a special category"),
    ({"special": ("credit",), "gender": "men"}, "gender: With a special category"),
    ({"url": "http://shop.example"}, "url: TikTok wants"),
    ({"profile": ""}, "profile: An ad on TikTok speaks as somebody"),
    ({"profile": "TT_USER:7100000000000000002"}, "profile: A TikTok account can only show"),
    ({"picture": None}, "picture: The ads need a picture"),
    ({"picture": Picture(JPEG, "image/gif")}, "picture: TikTok takes JPEG and PNG"),
    ({"picture": Picture(png(4000, 3000), "image/png")}, "picture: It has 4000 × 3000 pixels"),
    ({"ads": ()}, "ads: Choose one text"),
]


@pytest.mark.parametrize(("change", "says"), WRONG)
def test_what_is_wrong_is_said_before_anybody_is_asked(
    launcher: TikTokLauncher, sandbox: SandboxServer, change: dict[str, Any], says: str
) -> None:
    found = launcher.problems(DOLLARS, replace(ORDER, **change))
    assert any(says in sentence for sentence in found), found
    for sentence in found:
        field, _, words = sentence.partition(": ")
        assert field in {*Order.__dataclass_fields__, "account_id", *PLATFORM_FIELDS}
        assert words[0].isupper() or words[0].isdigit()
        assert words.endswith(".")
    assert sandbox.requests("tiktok") == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "ads: The text of ad 1 is empty."),
        ("x" * 101, "ads: The text of ad 1 is 101 characters long, TikTok takes 100"),
        ("テ" * 51, "ads: The text of ad 1 is 102 characters long"),
        ("Go hiking 🥾", "ads: TikTok takes no emoji"),
        ("Tents {new} #hike", "ads: TikTok does not take # { } in the text of ad 1."),
    ],
)
def test_texts_are_counted_as_tiktok_counts(launcher: TikTokLauncher, text: str, says: str) -> None:
    order = replace(ORDER, ads=(replace(ORDER.ads[0], primary_text=text),))
    assert any(says in sentence for sentence in launcher.problems(DOLLARS, order))
    cta = replace(ORDER, ads=(replace(ORDER.ads[0], cta="GO"),))
    assert "ads: Choose one of TikTok's own calls to action for ad 1." in launcher.problems(
        DOLLARS, cta
    )


@pytest.mark.parametrize(
    ("change", "key", "field"),
    [
        ({"countries": ("US", "NZ")}, "campaign", "countries"),
        ({"name": "Tents 🏕"}, "campaign", "name"),
        ({"daily_budget": Decimal(19)}, "ad_group", "daily_budget"),
        ({"daily_budget": Decimal("20.005")}, "ad_group", "daily_budget"),
        ({"starts_on": dt.date(2027, 1, 1)}, "ad_group", "ends_on"),
        ({"goal": "sales", "answers": {"pixel_event": "1:SHOPPING"}}, "ad_group", "pixel_event"),
        ({"profile": "CUSTOMIZED_USER:1"}, "ad-1", "profile"),
        ({"answers": {"video": "gone"}}, "ad-1", "video"),
        ({"url": "ftp://x"}, "ad-1", "url"),
        ({"ads": (replace(ORDER.ads[0], primary_text="é" * 101),)}, "ad-1", "ads"),
        ({"ads": (replace(ORDER.ads[0], cta="GO"),)}, "ad-1", "ads"),
        ({"picture": Picture(b"GIF89a")}, "picture", "picture"),
    ],
)
def test_a_refusal_names_the_part_of_the_draft_that_has_to_change(
    launcher: TikTokLauncher,
    sandbox: SandboxServer,
    change: dict[str, Any],
    key: str,
    field: str,
) -> None:
    order = replace(ORDER, **change)
    made: dict[str, str] = {}
    for step in launcher.steps(DOLLARS, order):
        if step.key == key:
            with pytest.raises(Refused) as caught:
                launcher.create(DOLLARS, order, step, made)
            break
        made |= launcher.create(DOLLARS, order, step, made)
    assert caught.value.field == field
    assert set(launcher.remove(DOLLARS, made)) == set(made)


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("rate_limit_app", Throttled),
        ("rate_limit_account", Throttled),
        ("tiktok_limit_of_day", Throttled),
        ("token_invalid", AccessRevoked),
        ("permission", AccessRevoked),
        ("tiktok_40001", AccountRefused),
        ("tiktok_40119", AccountRefused),
        ("tiktok_40502", Refused),
        ("tiktok_40202", Unknown),
        ("tiktok_40050", Unknown),
        ("tiktok_20001", Unknown),
        ("truncated", Unknown),
    ],
)
def test_each_answer_of_tiktok_s_has_its_meaning_for_a_launch(
    launcher: TikTokLauncher, sandbox: SandboxServer, kind: str, error: type[ConnectorError]
) -> None:
    sandbox.fault(kind, "campaign/create", platform="tiktok")
    with pytest.raises(error) as caught:
        launcher.create(DOLLARS, ORDER, launcher.steps(DOLLARS, ORDER)[1], {})
    assert "Stored figures" not in caught.value.message or error is AccessRevoked
    assert len(sandbox.requests("campaign/create")) == 1


def test_a_missing_permission_is_named_with_the_way_to_it(
    here: Settings, http: Http, sandbox: SandboxServer
) -> None:
    def asks(*scopes: str) -> str:
        grant = Grant("t", scopes=scopes)
        return TikTokLauncher(TikTok(here, http, grant)).missing_permission(DOLLARS)

    assert asks() == asks("1", "2", "4", "6") == asks("1", "22", "4", "60") == ""
    assert "permission Creative Management" in asks("1", "2", "4")
    assert "Ads Management and Creative Management" in asks("1", "4", "10000", "60000")
    assert "press Reconnect" in asks("1", "4")


def test_an_account_offers_what_it_has(launcher: TikTokLauncher, sandbox: SandboxServer) -> None:
    offered = launcher.choices(DOLLARS)
    assert [one.name for one in offered.profiles] == [
        "Larkspur Outdoor (custom identity)",
        "larkspur.outdoor (TikTok account)",
    ]
    assert offered.least_budget == 20
    assert offered.goals == ("sales", "leads", "traffic", "awareness")
    video, event = offered.questions
    assert (video.name, video.needed, len(video.choices)) == ("video", False, 3)
    assert video.choices[0].name == "Trail run at dawn.mp4, 15 s, 720×1280"
    assert (event.needed, event.goals) == (True, ("sales", "leads"))
    assert event.choices[0].name == "Larkspur TikTok pixel: purchase"
    assert any("Pangle" in note for note in offered.notes)
    assert launcher.choices(YEN).least_budget == 2000


def test_a_video_that_is_gone_is_said_before_anything_is_created(
    launcher: TikTokLauncher, sandbox: SandboxServer
) -> None:
    order = replace(COVERED, answers={"video": "gone"})
    with pytest.raises(Refused) as caught:
        launcher.create(DOLLARS, order, launcher.steps(DOLLARS, order)[0], {})
    assert caught.value.field == "video"
    assert sandbox.truth(of="tiktok/created") == []


def test_what_an_account_lacks_is_said_and_its_goals_are_not_offered(
    launcher: TikTokLauncher, sandbox: SandboxServer
) -> None:
    turn(sandbox, videos=False, pixels=False, identities=False)
    offered = launcher.choices(DOLLARS)
    assert (offered.goals, offered.questions, offered.profiles) == (("traffic",), (), ())
    for word in ("no identity", "no video", "no pixel"):
        assert any(word in note for note in offered.notes)
    sandbox.fault("permission", "pixel/list", platform="tiktok")
    assert any("Pixel Management" in note for note in launcher.choices(DOLLARS).notes)


def test_where_tiktok_cannot_advertise_is_known_before_anything_is_created(
    launcher: TikTokLauncher, sandbox: SandboxServer
) -> None:
    far = replace(ORDER, countries=("US", "NZ"))
    trial = launcher.dry_run(DOLLARS, far)
    assert not trial.asked
    assert trial.problems == (
        "This ad account cannot advertise in NZ on Pangle. Take that country out.",
    )
    film = replace(far, answers=FILM.answers)
    assert launcher.dry_run(DOLLARS, film).problems == ()


def test_the_manager_s_address_names_the_account(launcher: TikTokLauncher) -> None:
    url = launcher.manager_url(DOLLARS, {"campaign": "1"})
    assert url == f"https://ads.tiktok.com/i18n/perf/campaign?aadvid={DOLLARS.external_id}"
