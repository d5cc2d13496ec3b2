"""Budgets and statuses changed over a real socket, and read back, on every platform."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

import pytest

from app.connectors.base import Connector
from app.connectors.changing import ACTIVE, PAUSED, Changer, Level, NotThere, Target
from app.connectors.errors import AccessRevoked, AccountRefused, Throttled
from app.connectors.http import Http
from app.connectors.launching import Refused, Unknown
from app.connectors.platforms import connector_for
from app.connectors.words import FoundAccount, FoundEntity
from app.settings import Settings
from tests.connectors.conftest import NOON, Clock, turn_knobs
from tests.consent import granted
from tests.sandbox_server import SandboxServer

CHANGING = sorted(
    slug
    for slug, kind in Connector.registry.items()
    if kind.changes and kind.__module__.startswith("app.connectors.platforms.")
)
WRITES = {
    "google": r":mutate",
    "linkedin": r"/ad(?:Campaigns|CampaignGroups)/\d+\?$",
    "meta": r"^/meta/v26.0/\d+\?$",
    "tiktok": r"/update/\?$",
}
"""What a write's path and query look like, and no reading's."""
THROTTLES = {
    "google": "rate_limit_account",
    "linkedin": "rate_limit_app",
    "meta": "rate_limit_account",
    "tiktok": "rate_limit_app",
}
BROKEN = dict.fromkeys(WRITES, "server_error")
Of = Callable[..., tuple[Changer, FoundAccount]]


@pytest.fixture
def clock() -> Clock:
    return Clock(NOON)


@pytest.fixture
def of(here: Settings, sandbox: SandboxServer, http: Http) -> Of:
    """A platform's changer, allowed to create, and its account in a currency."""

    def do(
        slug: str, currency: str = "USD", access: str = "create"
    ) -> tuple[Changer, FoundAccount]:
        kind = connector_for(slug)
        connector = kind(here, http, granted(slug, here, http, access).grant)
        assert kind.changes is not None
        accounts = connector.accounts()
        account = next(
            each for each in accounts if each.currency == currency and each.status == "active"
        )
        return kind.changes(connector), account

    return do


def with_budget(changer: Changer, account: FoundAccount) -> tuple[Target, FoundEntity]:
    """A running campaign, or else a running ad group, whose daily budget is its own."""
    found = changer.connector.structure(account)
    for level, things in ((Level.CAMPAIGN, found.campaigns), (Level.AD_GROUP, found.ad_groups)):
        for each in things:
            if each.budget_kind == "daily" and each.status == "active":
                target = Target(level, each.external_id, each.campaign_id)
                if not changer.read_current(account, target).fixed:
                    return target, each
    raise AssertionError("the sandbox has no daily budget")


def test_budgets_can_be_changed_on_all_four_ad_platforms() -> None:
    assert CHANGING == ["google", "linkedin", "meta", "tiktok"]


@pytest.mark.parametrize("slug", CHANGING)
def test_a_daily_budget_is_set_in_major_units_and_the_next_sync_reads_the_same(
    of: Of, slug: str
) -> None:
    changer, account = of(slug)
    target, listed = with_budget(changer, account)
    seen = changer.read_current(account, target)
    assert (seen.daily_budget, seen.switch, seen.name) == (listed.budget, ACTIVE, listed.name)
    assert seen.daily_budget is not None
    wanted = seen.daily_budget + Decimal("12.5")

    changer.set_daily_budget(account, target, seen, wanted)

    assert changer.read_current(account, target).daily_budget == wanted
    structure = changer.connector.structure(account)
    again = {each.external_id: each for each in (*structure.campaigns, *structure.ad_groups)}
    assert again[target.external_id].budget == wanted


@pytest.mark.parametrize("slug", CHANGING)
def test_pausing_and_activating_are_seen_by_the_next_sync(of: Of, slug: str) -> None:
    changer, account = of(slug)
    target, _ = with_budget(changer, account)

    changer.pause(account, target)

    assert changer.read_current(account, target).switch == PAUSED
    structure = changer.connector.structure(account)
    again = {each.external_id: each for each in (*structure.campaigns, *structure.ad_groups)}
    assert again[target.external_id].status == "paused"
    changer.activate(account, target)
    assert changer.read_current(account, target).switch == ACTIVE


@pytest.mark.parametrize(
    ("slug", "trouble"),
    [
        (slug, trouble)
        for slug in CHANGING
        for trouble in ("after_write", "cut", "truncated", "bad_gateway")
        # LinkedIn's yes has no body that could be cut.
        if slug != "linkedin" or trouble in ("after_write", "bad_gateway")
    ],
)
def test_a_lost_answer_is_said_and_the_change_is_not_asked_for_again(
    of: Of, sandbox: SandboxServer, slug: str, trouble: str
) -> None:
    changer, account = of(slug)
    target, _ = with_budget(changer, account)
    seen = changer.read_current(account, target)
    assert seen.daily_budget is not None
    sandbox.fault(trouble, WRITES[slug], platform=slug)

    with pytest.raises(Unknown):
        changer.set_daily_budget(account, target, seen, seen.daily_budget + 3)

    assert changer.read_current(account, target).daily_budget == seen.daily_budget + 3
    sent = [
        each
        for each in sandbox.requests()
        if each["method"] == "POST" and re.search(WRITES[slug], f"{each['path']}?{each['query']}")
    ]
    assert len(sent) == 1


@pytest.mark.parametrize("slug", CHANGING)
def test_a_fault_of_the_platform_is_an_unknown_outcome_and_not_repeated(
    of: Of, sandbox: SandboxServer, slug: str
) -> None:
    changer, account = of(slug)
    target, _ = with_budget(changer, account)
    sandbox.fault(BROKEN[slug], WRITES[slug], platform=slug)

    with pytest.raises(Unknown):
        changer.pause(account, target)

    assert changer.read_current(account, target).switch == ACTIVE


@pytest.mark.parametrize("slug", CHANGING)
def test_asked_too_often_changes_nothing(of: Of, sandbox: SandboxServer, slug: str) -> None:
    changer, account = of(slug)
    target, _ = with_budget(changer, account)
    sandbox.fault(THROTTLES[slug], WRITES[slug], 9, platform=slug)

    with pytest.raises(Throttled):
        changer.pause(account, target)

    sandbox.calm()
    assert changer.read_current(account, target).switch == ACTIVE


@pytest.mark.parametrize("slug", CHANGING)
def test_a_budget_below_the_least_is_refused_in_the_platforms_words(of: Of, slug: str) -> None:
    changer, account = of(slug)
    target, _ = with_budget(changer, account)
    seen = changer.read_current(account, target)

    with pytest.raises(Refused, match="nothing was changed"):
        changer.set_daily_budget(account, target, seen, Decimal("0.01"))

    assert changer.read_current(account, target).daily_budget == seen.daily_budget


@pytest.mark.parametrize("slug", CHANGING)
def test_what_is_not_the_accounts_is_not_there(of: Of, slug: str) -> None:
    changer, account = of(slug)
    with pytest.raises((NotThere, AccessRevoked, AccountRefused)):
        changer.read_current(account, Target(Level.CAMPAIGN, "999999999999", ""))


@pytest.mark.parametrize("slug", CHANGING)
def test_a_budget_of_nothing_or_of_broken_cents_is_not_asked_for(of: Of, slug: str) -> None:
    changer, account = of(slug)
    assert changer.budget_problem(account, Decimal("25.50")) == ""
    for wrong in ("0", "-3", "NaN", "Infinity", "25.555"):
        assert changer.budget_problem(account, Decimal(wrong)), wrong


@pytest.mark.parametrize("slug", [slug for slug in CHANGING if slug in ("linkedin", "meta")])
def test_without_the_permission_the_sentence_says_what_to_do(of: Of, slug: str) -> None:
    changer, account = of(slug, access="")
    assert "Connections" in changer.missing_permission(account)


@pytest.mark.parametrize("slug", CHANGING)
def test_with_the_permission_nothing_is_missing(of: Of, slug: str) -> None:
    changer, account = of(slug)
    assert changer.missing_permission(account) == ""


def test_yen_are_sent_whole(of: Of, sandbox: SandboxServer) -> None:
    turn_knobs(sandbox, "meta", advertises=True)
    changer, account = of("meta", "JPY")
    target, _ = with_budget(changer, account)
    seen = changer.read_current(account, target)
    assert seen.daily_budget is not None
    wanted = seen.daily_budget + 1500
    assert "no decimals" in changer.budget_problem(account, Decimal("1500.5"))

    changer.set_daily_budget(account, target, seen, wanted)

    assert changer.read_current(account, target).daily_budget == wanted
    assert sandbox.truth(of="changed")[target.external_id] == {"daily_budget": str(int(wanted))}


def test_who_may_only_look_at_metas_account_is_told_whom_to_ask(of: Of) -> None:
    changer, account = of("meta", "JPY")
    assert "Manage campaigns" in changer.missing_permission(account)


def test_a_meta_campaign_whose_ad_sets_have_the_budgets_says_so(of: Of) -> None:
    changer, account = of("meta")
    structure = changer.connector.structure(account)
    by_kind = {each.budget_kind: each for each in structure.campaigns if each.status == "active"}
    spread = changer.read_current(account, Target(Level.CAMPAIGN, by_kind[None].external_id))
    assert (spread.below, spread.daily_budget) == (True, None)
    lifetime = changer.read_current(
        account, Target(Level.CAMPAIGN, by_kind["lifetime"].external_id)
    )
    assert "lifetime" in lifetime.fixed
    below = next(
        each for each in structure.ad_groups if each.campaign_id == by_kind["daily"].external_id
    )
    group = changer.read_current(account, Target(Level.AD_GROUP, below.external_id))
    assert "campaign has the budget" in group.fixed
