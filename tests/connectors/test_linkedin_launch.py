"""Creating campaigns on LinkedIn, against the sandbox over a real socket."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from app.connectors.errors import (
    AccessRevoked,
    AccountRefused,
    OAuthDenied,
    SetupProblem,
    Throttled,
)
from app.connectors.http import Http
from app.connectors.launching import AdCopy, Order, Picture, Refused, Unknown
from app.connectors.linkedin.launch import LinkedInLauncher
from app.connectors.platforms.linkedin import LinkedIn
from app.connectors.words import FoundAccount
from app.settings import Settings
from tests.connectors.conftest import NOON, Clock, launch, turn_knobs
from tests.sandbox_server import SandboxServer

CALLBACK = "http://localhost/api/oauth/linkedin/callback"
PAGE = "urn:li:organization:"
Turn = Callable[..., None]


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
def turn(sandbox: SandboxServer) -> Turn:
    """Turn knobs of the sandbox's LinkedIn."""
    return partial(turn_knobs, sandbox, "linkedin")


def signed_in(linkedin: LinkedIn, asked: dict[str, str], decision: str = "allow") -> LinkedIn:
    """Connected through the window that a start with this query opens."""
    started = linkedin.begin_with(asked)
    url = linkedin.authorize_url(redirect_uri=CALLBACK, state="s", started=started)
    query = dict(parse_qsl(urlsplit(url).query))
    address = url.partition("?")[0]
    page = requests.get(address, params=query, allow_redirects=False, timeout=10)
    if page.status_code == 200:
        form = query | {"decision": decision}
        page = requests.post(address, data=form, allow_redirects=False, timeout=10)
    back = dict(parse_qsl(urlsplit(page.headers["Location"]).query))
    linkedin.grant = linkedin.exchange(back, redirect_uri=CALLBACK, started=started)
    return linkedin


@pytest.fixture
def linkedin(here: Settings, http: Http) -> LinkedIn:
    return signed_in(LinkedIn(here, http), {"access": "create"})


@pytest.fixture
def launcher(linkedin: LinkedIn) -> LinkedInLauncher:
    return LinkedInLauncher(linkedin)


@pytest.fixture
def account(linkedin: LinkedIn) -> FoundAccount:
    """The one in euros."""
    return next(one for one in linkedin.accounts() if one.currency == "EUR")


@pytest.fixture
def order(launcher: LinkedInLauncher, account: FoundAccount) -> Order:
    page = launcher.choices(account).profiles[0].id
    return Order(
        name="Großküche – 冬の鍋",
        mark="g-7f3a9c",
        goal="traffic",
        daily_budget=Decimal("49.5"),
        starts_on=NOON.date() + dt.timedelta(days=3),
        ends_on=NOON.date() + dt.timedelta(days=30),
        countries=("DE", "AT"),
        age_min=25,
        age_max=54,
        gender="all",
        language="de",
        url="https://kessel.example/topf?utm_source=linkedin&utm_campaign=winter",
        profile=page,
        ads=(
            AdCopy(
                "Ein Topf, der hält (10 Jahre) – #Garantie", "Töpfe für Profis", "", "LEARN_MORE"
            ),
            AdCopy("Wer kocht, braucht Ruhe.", "Ruhe in der Küche"),
        ),
        picture=Picture(b"\x89PNG not much of a picture", "image/png", "topf.png"),
        answers={"political_intent": "NOT_POLITICAL"},
    )


def created(sandbox: SandboxServer) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sandbox.truth(of="linkedin/created")
    return found


def statuses(sandbox: SandboxServer) -> set[str]:
    things = [one for one in created(sandbox) if one["kind"].startswith(("ad", "creatives"))]
    return {one.get("intendedStatus") or one["status"] for one in things}


def test_a_campaign_is_created_as_reviewed_and_all_of_it_is_a_draft(
    sandbox: SandboxServer, launcher: LinkedInLauncher, account: FoundAccount, order: Order
) -> None:
    assert launcher.problems(account, order) == []
    steps = launcher.steps(account, order)
    assert [step.key for step in steps] == ["picture", "campaign", "ad_group", "ad-1", "ad-2"]
    made = launch(launcher, account, order)
    group, campaign, first, second, image = created(sandbox)
    shown = {step.key: step.request["body"] for step in steps}
    assert shown["campaign"].items() <= group.items()
    sent = {**shown["ad_group"], "campaignGroup": f"urn:li:sponsoredCampaignGroup:{group['id']}"}
    assert sent.items() <= campaign.items()
    for key, creative in (("ad-1", first), ("ad-2", second)):
        asked = shown[key]["creative"]
        post = asked["inlineContent"]["post"]
        media = {"media": {"id": image["id"], "title": post["content"]["media"]["title"]}}
        assert creative["post"] == {**post, "content": media}
        assert creative["name"] == asked["name"]
        assert creative["campaign"] == f"urn:li:sponsoredCampaign:{campaign['id']}"
    assert statuses(sandbox) == {"DRAFT"}
    assert image["bytes"] == len(order.picture.content if order.picture else b"")
    assert launcher.verify(account, order, made) == []


def test_the_next_sync_finds_it_paused_under_the_ids_that_were_told(
    linkedin: LinkedIn, launcher: LinkedInLauncher, account: FoundAccount, order: Order
) -> None:
    made = launch(launcher, account, order)
    structure = linkedin.structure(account)
    found = {
        "campaign": {one.external_id: one for one in structure.campaigns},
        "ad_group": {one.external_id: one for one in structure.ad_groups},
        "ad-1": {one.external_id: one for one in structure.ads},
    }
    for key, things in found.items():
        thing = things[made[key]]
        assert thing.status == "paused"
        assert thing.name.startswith(order.name)
        assert thing.name.endswith(f"[{order.mark}]")
    assert found["ad_group"][made["ad_group"]].budget == Decimal("49.50")
    assert made["ad_group"] in launcher.manager_url(account, made)


@pytest.mark.parametrize(
    ("key", "path", "fault"),
    [
        ("campaign", r"adCampaignGroups\?$", "after_write"),
        ("ad_group", r"adCampaigns\?$", "after_write"),
        ("ad-1", "createInline", "after_write"),
        ("ad-2", "createInline", "cut"),
    ],
)
def test_what_was_made_without_an_answer_is_found_and_not_made_twice(
    sandbox: SandboxServer,
    launcher: LinkedInLauncher,
    account: FoundAccount,
    order: Order,
    key: str,
    path: str,
    fault: str,
) -> None:
    made: dict[str, str] = {}
    for step in launcher.steps(account, order):
        assert launcher.find(account, order, step, made) == {}
        if step.key == key:
            sandbox.fault(fault, path, platform="linkedin")
            with pytest.raises(Unknown):
                launcher.create(account, order, step, made)
            made |= launcher.find(account, order, step, made)
            assert key in made
        else:
            made |= launcher.create(account, order, step, made)
    assert launcher.verify(account, order, made) == []
    kinds = [one["kind"] for one in created(sandbox)]
    assert [kinds.count(kind) for kind in ("adCampaignGroups", "adCampaigns", "creatives")] == [
        1,
        1,
        2,
    ]


def test_a_thing_is_found_by_its_mark_whatever_it_is_called_by_now(
    sandbox: SandboxServer,
    linkedin: LinkedIn,
    launcher: LinkedInLauncher,
    account: FoundAccount,
    order: Order,
) -> None:
    many = replace(order, ads=(order.ads[1],) * 11)
    made = launch(launcher, account, many)
    path = f"{account.external_id}/adCampaignGroups/{made['campaign']}"
    switch(linkedin, sandbox, path, name=f"Renamed [{order.mark}] by somebody")
    for step in launcher.steps(account, many)[1:]:
        assert launcher.find(account, many, step, made) == {step.key: made[step.key]}
    other = replace(many, mark="g-another")
    for step in launcher.steps(account, other)[1:]:
        assert launcher.find(account, other, step, made) == {}


def test_a_picture_that_may_not_have_arrived_is_sent_again(
    sandbox: SandboxServer, launcher: LinkedInLauncher, account: FoundAccount, order: Order
) -> None:
    step = launcher.steps(account, order)[0]
    for path in ("initializeUpload", "dms-uploads"):
        sandbox.fault("after_write", path, platform="linkedin")
        with pytest.raises(Unknown):
            launcher.create(account, order, step, {})
        assert launcher.find(account, order, step, {}) == {}
    launch(launcher, account, order)
    used = {one["post"]["content"]["media"]["id"] for one in created(sandbox) if "post" in one}
    assert len(used) == 1


def test_ads_wait_until_linkedin_has_read_the_picture(
    turn: Turn, launcher: LinkedInLauncher, account: FoundAccount, order: Order
) -> None:
    turn(picture_polls=3)
    made = launch(launcher, account, order)
    assert {"ad-1", "ad-2"} <= made.keys()


def test_an_ad_is_sent_again_while_linkedin_does_not_know_its_picture(
    sandbox: SandboxServer, launcher: LinkedInLauncher, account: FoundAccount, order: Order
) -> None:
    sandbox.fault("linkedin_not_found_yet", "createInline", times=2, platform="linkedin")
    launch(launcher, account, order)
    assert [one["kind"] for one in created(sandbox)].count("creatives") == 2


def test_a_sales_campaign_is_tied_to_the_chosen_conversion(
    sandbox: SandboxServer, launcher: LinkedInLauncher, account: FoundAccount, order: Order
) -> None:
    sales = replace(order, goal="sales")
    assert [one.partition(":")[0] for one in launcher.problems(account, sales)] == ["conversion"]
    question = next(one for one in launcher.choices(account).questions if one.name == "conversion")
    rule = question.choices[0].id
    sales = replace(sales, answers={**order.answers, "conversion": rule})
    assert launcher.problems(account, sales) == []
    made: dict[str, str] = {}
    for step in launcher.steps(account, sales):
        if step.key == "conversion":
            sandbox.fault("after_write", "campaignConversions", platform="linkedin")
            with pytest.raises(Unknown):
                launcher.create(account, sales, step, made)
            assert launcher.find(account, sales, step, made) == {}
        made |= launcher.create(account, sales, step, made)
    [tie] = [one for one in created(sandbox) if one["kind"] == "campaignConversions"]
    assert tie["campaign"] == f"urn:li:sponsoredCampaign:{made['ad_group']}"
    assert tie["conversion"] == f"urn:lla:llaPartnerConversion:{rule}"
    assert set(launcher.remove(account, made)) == made.keys()


def test_choices_name_pages_and_ask_what_cannot_be_answered_for_anybody(
    launcher: LinkedInLauncher, account: FoundAccount
) -> None:
    choices = launcher.choices(account)
    assert [page.name for page in choices.profiles] == [
        "Kessel & Löffel GmbH",
        "Larkspur Outdoor Inc.",
    ]
    assert all(page.id.startswith(PAGE) for page in choices.profiles)
    political, conversion = choices.questions
    assert political.needed
    assert {one.id for one in political.choices} == {"POLITICAL", "NOT_POLITICAL"}
    assert [one.name for one in conversion.choices] == ["Order placed", "Brochure requested"]
    assert conversion.goals == ("sales", "leads")
    assert any("may not be used to discriminate" in note for note in choices.notes)
    assert choices.least_budget == Decimal(10)


def test_an_account_without_conversions_or_pages_says_what_to_do(
    turn: Turn, launcher: LinkedInLauncher, account: FoundAccount
) -> None:
    turn(conversions=False, page_role="ANALYST")
    choices = launcher.choices(account)
    assert choices.goals == ("traffic", "awareness")
    assert [one.name for one in choices.questions] == ["political_intent"]
    assert choices.profiles == ()
    assert any("Sponsored content poster" in note for note in choices.notes)


def test_a_grant_for_reading_names_the_permissions_that_are_missing(
    here: Settings, http: Http
) -> None:
    reading = signed_in(LinkedIn(here, http), {})
    account = reading.accounts()[0]
    sentence = LinkedInLauncher(reading).missing_permission(account)
    for scope in ("rw_ads", "w_organization_social", "r_organization_admin"):
        assert scope in sentence
    assert "press Allow creating campaigns" in sentence


@pytest.mark.parametrize("role", ["VIEWER", "CREATIVE_MANAGER"])
def test_a_member_without_the_role_is_told_who_can_give_it(
    turn: Turn, launcher: LinkedInLauncher, account: FoundAccount, order: Order, role: str
) -> None:
    assert launcher.missing_permission(account) == ""
    turn(role=role)
    assert "Campaign Manager or higher" in launcher.missing_permission(account)
    picture, group, *_ = launcher.steps(account, order)
    made = launcher.create(account, order, picture, {})
    with pytest.raises(AccountRefused, match="Manage access"):
        launcher.create(account, order, group, made)


def test_declining_in_linkedin_s_window_changes_nothing(here: Settings, http: Http) -> None:
    linkedin = LinkedIn(here, http)
    with pytest.raises(OAuthDenied):
        signed_in(linkedin, {"access": "create"}, decision="cancel")
    assert linkedin.grant is None


def test_an_app_that_may_not_ask_for_creating_says_what_lacks(
    turn: Turn, here: Settings, http: Http
) -> None:
    turn(scopes=["r_ads", "r_ads_reporting"])
    with pytest.raises(SetupProblem, match="w_organization_social"):
        signed_in(LinkedIn(here, http), {"access": "create"})
    assert signed_in(LinkedIn(here, http), {}).grant is not None


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "too little money": ({"daily_budget": Decimal(9)}, "daily_budget"),
    "begun already": ({"starts_on": NOON.date()}, "starts_on"),
    "over before it begins": ({"ends_on": NOON.date() + dt.timedelta(days=1)}, "ends_on"),
    "a name that is too long": ({"name": "n" * 101}, "name"),
    "somebody else's page": ({"profile": f"{PAGE}1"}, "profile"),
    "a place that is not known": ({"countries": ("XK",)}, "countries"),
    "no declaration": ({"answers": {}}, "political_intent"),
}


@pytest.mark.parametrize("change", REFUSED)
def test_what_linkedin_refuses_names_the_field_and_makes_nothing(
    sandbox: SandboxServer,
    launcher: LinkedInLauncher,
    account: FoundAccount,
    order: Order,
    change: str,
) -> None:
    fields, field = REFUSED[change]
    wrong = replace(order, **fields)
    made = launcher.create(account, order, launcher.steps(account, order)[0], {})
    before = len(created(sandbox))
    refused = None
    for step in launcher.steps(account, wrong)[1:3]:
        try:
            made |= launcher.create(account, wrong, step, made)
        except Refused as error:
            refused = error
            break
    assert refused is not None
    assert refused.field == field
    assert "made by this step" in refused.message
    assert len(created(sandbox)) - before == len(made) - 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"primary_text": "x" * 601}, "ads"),
        ({"headline": "x" * 201}, "ads"),
        ({"cta": "CALL_NOW"}, "ads"),
    ],
)
def test_what_linkedin_refuses_of_an_ad_is_about_the_ads(
    launcher: LinkedInLauncher,
    account: FoundAccount,
    order: Order,
    change: dict[str, str],
    field: str,
) -> None:
    wrong = replace(order, ads=(replace(order.ads[0], **change),))
    assert [one for one in launcher.problems(account, wrong) if not one.startswith("ads: ")] == []
    assert launcher.problems(account, wrong)
    with pytest.raises(Refused) as refused:
        launch(launcher, account, wrong)
    assert refused.value.field == field


def test_a_landing_page_without_https_is_refused_by_both(
    launcher: LinkedInLauncher, account: FoundAccount, order: Order
) -> None:
    wrong = replace(order, url="http://kessel.example/")
    assert [one.partition(":")[0] for one in launcher.problems(account, wrong)] == ["url"]
    with pytest.raises(Refused) as refused:
        launch(launcher, account, wrong)
    assert refused.value.field == "url"


PROBLEMS: dict[str, dict[str, Any]] = {
    "goal": {"goal": "engagement"},
    "name": {"name": "n" * 90},
    "daily_budget": {"daily_budget": Decimal("49.555")},
    "starts_on": {"starts_on": NOON.date(), "ends_on": None},
    "ends_on": {"ends_on": NOON.date()},
    "countries": {"countries": ("AQ",)},
    "language": {"language": "sw"},
    "age_min": {"age_min": 30},
    "gender": {"gender": "other"},
    "url": {"url": "kessel.example"},
    "profile": {"profile": ""},
    "picture": {"picture": None},
    "ads": {"ads": ()},
    "political_intent": {"special": ("politics",)},
}


@pytest.mark.parametrize("field", PROBLEMS)
def test_what_is_wrong_is_said_without_asking_linkedin(
    sandbox: SandboxServer,
    launcher: LinkedInLauncher,
    account: FoundAccount,
    order: Order,
    field: str,
) -> None:
    asked = len(sandbox.requests())
    told = launcher.problems(account, replace(order, **PROBLEMS[field]))
    assert [one.partition(": ")[0] for one in told] == [field]
    assert len(sandbox.requests()) == asked


def test_ads_about_jobs_reach_every_age_and_gender(
    launcher: LinkedInLauncher, account: FoundAccount, order: Order
) -> None:
    jobs = replace(order, special=("employment",))
    assert [one for one in launcher.problems(account, jobs) if one.startswith("age_min")]
    everybody = replace(jobs, age_min=18, age_max=65)
    assert launcher.problems(account, everybody) == []
    assert launcher.problems(account, replace(everybody, gender="women"))


def test_nothing_is_narrowed_that_was_not_asked_for(
    launcher: LinkedInLauncher, account: FoundAccount, order: Order
) -> None:
    def facets(asked: Order) -> dict[str, list[str]]:
        step = next(one for one in launcher.steps(account, asked) if one.key == "ad_group")
        found: dict[str, list[str]] = {}
        for one in step.request["body"]["targetingCriteria"]["include"]["and"]:
            found |= {name.rpartition(":")[2]: urns for name, urns in one["or"].items()}
        return found

    everybody = facets(replace(order, age_min=18, age_max=65))
    assert everybody == {
        "locations": ["urn:li:geo:101282230", "urn:li:geo:103883259"],
        "interfaceLocales": ["urn:li:locale:de_DE"],
    }
    older = facets(replace(order, age_min=35, age_max=65, gender="women"))
    assert older["ageRanges"] == ["urn:li:ageRange:(35,54)", "urn:li:ageRange:(55,2147483647)"]
    assert older["genders"] == ["urn:li:gender:FEMALE"]


@pytest.mark.parametrize(
    ("currency", "budget", "sent"),
    [("JPY", "5000", "5000"), ("USD", "49.5", "49.50"), ("KWD", "3.125", "3.125")],
)
def test_money_is_sent_with_the_decimals_of_its_currency(
    launcher: LinkedInLauncher, order: Order, currency: str, budget: str, sent: str
) -> None:
    account = FoundAccount("512340009", "Elsewhere", currency, "UTC")
    asked = replace(order, daily_budget=Decimal(budget))
    assert launcher.problems(account, asked) == []
    step = next(one for one in launcher.steps(account, asked) if one.key == "ad_group")
    assert step.request["body"]["dailyBudget"] == {"amount": sent, "currencyCode": currency}


def test_yen_have_no_decimals(launcher: LinkedInLauncher, order: Order) -> None:
    account = FoundAccount("512340009", "Elsewhere", "JPY", "UTC")
    told = launcher.problems(account, replace(order, daily_budget=Decimal("5000.5")))
    assert [one.partition(":")[0] for one in told] == ["daily_budget"]


def switch(linkedin: LinkedIn, sandbox: SandboxServer, path: str, **fields: str) -> None:
    """What somebody does in Campaign Manager."""
    assert linkedin.grant is not None
    headers = {
        "Authorization": f"Bearer {linkedin.grant.access_token}",
        "LinkedIn-Version": "202609",
        "X-Restli-Protocol-Version": "2.0.0",
        "X-RestLi-Method": "PARTIAL_UPDATE",
    }
    address = f"{sandbox.url}/linkedin/rest/adAccounts/{path}"
    body = {"patch": {"$set": fields}}
    requests.post(address, json=body, headers=headers, timeout=10).raise_for_status()


def test_what_was_switched_on_is_paused_and_said(
    sandbox: SandboxServer,
    linkedin: LinkedIn,
    launcher: LinkedInLauncher,
    account: FoundAccount,
    order: Order,
) -> None:
    made = launch(launcher, account, order)
    within = account.external_id
    creative = f"urn%3Ali%3AsponsoredCreative%3A{made['ad-2']}"
    switch(linkedin, sandbox, f"{within}/adCampaignGroups/{made['campaign']}", status="ACTIVE")
    switch(linkedin, sandbox, f"{within}/creatives/{creative}", intendedStatus="ACTIVE")
    told = launcher.verify(account, order, made)
    assert len(told) == 2
    assert all("ACTIVE" in sentence and "has been paused" in sentence for sentence in told)
    assert statuses(sandbox) == {"DRAFT", "PAUSED"}
    assert launcher.verify(account, order, made) == []


def test_what_cannot_be_paused_is_said_loudly(
    sandbox: SandboxServer,
    linkedin: LinkedIn,
    launcher: LinkedInLauncher,
    account: FoundAccount,
    order: Order,
) -> None:
    made = launch(launcher, account, order)
    path = f"{account.external_id}/adCampaignGroups/{made['campaign']}"
    switch(linkedin, sandbox, path, status="ACTIVE")
    sandbox.fault("server_error", rf"{path}\?$", after=1, platform="linkedin")
    [sentence] = launcher.verify(account, order, made)
    assert "could not be paused. Open Campaign Manager now" in sentence


def test_what_somebody_deleted_meanwhile_is_said(
    launcher: LinkedInLauncher, account: FoundAccount, order: Order
) -> None:
    made = launch(launcher, account, order)
    launcher.remove(account, {"ad-2": made["ad-2"]})
    [sentence] = launcher.verify(account, order, made)
    assert "no longer finds the creative" in sentence


def test_a_launch_that_did_not_end_is_cleaned_up(
    sandbox: SandboxServer,
    linkedin: LinkedIn,
    launcher: LinkedInLauncher,
    account: FoundAccount,
    order: Order,
) -> None:
    made = launch(launcher, account, order)
    path = f"{account.external_id}/adCampaigns/{made['ad_group']}"
    switch(linkedin, sandbox, path, status="PAUSED")
    assert set(launcher.remove(account, made)) == made.keys()
    left = [one for one in created(sandbox) if one["kind"] != "images"]
    assert [(one["kind"], one["status"]) for one in left] == [("adCampaigns", "PENDING_DELETION")]
    found = [launcher.find(account, order, one, made) for one in launcher.steps(account, order)]
    assert not any(found)
    assert set(launcher.remove(account, made)) == made.keys(), "once more changes nothing"


def test_the_countries_are_what_a_trial_can_look_at(
    turn: Turn, launcher: LinkedInLauncher, account: FoundAccount, order: Order
) -> None:
    trial = launcher.dry_run(account, order)
    assert not trial.asked
    assert trial.problems == ()
    assert "Germany, Austria" in trial.note
    turn(geos_gone=["103883259"])
    [problem] = launcher.dry_run(account, order).problems
    assert "AT" in problem


def test_a_trial_that_linkedin_does_not_understand_stops_nothing(
    sandbox: SandboxServer,
    turn: Turn,
    launcher: LinkedInLauncher,
    account: FoundAccount,
    order: Order,
) -> None:
    sandbox.fault("linkedin_bad_param", "adTargetingEntities", platform="linkedin")
    assert launcher.dry_run(account, order).problems == ()
    turn(geos_gone=["101282230", "103883259"])
    assert launcher.dry_run(account, order).problems == ()


@pytest.mark.parametrize(
    "path", ["organizationAcls", "organizationsLookup", "conversions", "adBudgetPricing"]
)
def test_what_an_app_may_not_ask_is_offered_to_nobody(
    sandbox: SandboxServer, launcher: LinkedInLauncher, account: FoundAccount, path: str
) -> None:
    sandbox.fault("permission", path, platform="linkedin")
    choices = launcher.choices(account)
    assert choices.questions
    assert bool(choices.profiles) == (path != "organizationAcls")
    assert ("sales" in choices.goals) == (path != "conversions")
    assert choices.least_budget == (None if path == "adBudgetPricing" else Decimal(10))


def test_a_deletion_without_an_answer_is_looked_at(
    sandbox: SandboxServer, launcher: LinkedInLauncher, account: FoundAccount, order: Order
) -> None:
    made = launch(launcher, account, order)
    sandbox.fault("after_write", "creatives", platform="linkedin")
    assert set(launcher.remove(account, made)) == made.keys()
    assert statuses(sandbox) == set()


def test_limits_and_ended_access_are_told_as_elsewhere(
    sandbox: SandboxServer, launcher: LinkedInLauncher, account: FoundAccount, order: Order
) -> None:
    _, group, *_ = launcher.steps(account, order)
    sandbox.fault("rate_limit_app", "adCampaignGroups", platform="linkedin")
    with pytest.raises(Throttled):
        launcher.create(account, order, group, {})
    sandbox.fault("token_expired", "adCampaignGroups", platform="linkedin")
    with pytest.raises(AccessRevoked):
        launcher.create(account, order, group, {})
    assert created(sandbox) == []


def test_a_token_that_was_refused_is_renewed_and_the_step_done_once(
    sandbox: SandboxServer, turn: Turn, here: Settings, http: Http, order: Order
) -> None:
    turn(refresh_tokens=True)
    linkedin = signed_in(LinkedIn(here, http), {"access": "create"})
    launcher, account = LinkedInLauncher(linkedin), linkedin.accounts()[1]
    _, group, *_ = launcher.steps(account, order)
    sandbox.fault("token_expired", "adCampaignGroups", platform="linkedin")
    assert launcher.create(account, order, group, {}).keys() == {"campaign"}
    assert len(created(sandbox)) == 1
