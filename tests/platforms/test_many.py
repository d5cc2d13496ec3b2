"""Ten thousand campaigns in one account: listed whole, and a day of all of them read whole."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from app.connectors.base import Connector
from app.connectors.http import Http
from app.connectors.words import Days, Grain
from tests.conftest import make_settings
from tests.consent import granted, sandbox_settings
from tests.platforms.conftest import NOON
from tests.platforms.test_every_platform import SLUGS
from tests.sandbox_server import TODAY, SandboxServer, start, stop

ADVERTISERS = [slug for slug in SLUGS if not Connector.registry[slug].sells]
THE_DAY = Days(NOON.date(), NOON.date())


@pytest.fixture(scope="module", params=[1_100, pytest.param(10_000, marks=pytest.mark.prove)])
def crowded(request: pytest.FixtureRequest) -> Iterator[tuple[int, SandboxServer]]:
    process, server = start("--today", TODAY, "--many", str(request.param))
    yield request.param, server
    stop(process, server)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("slug", ADVERTISERS)
def test_all_campaigns_of_a_crowded_account_are_read(
    crowded: tuple[int, SandboxServer], slug: str
) -> None:
    many, server = crowded
    settings = make_settings("postgresql://nobody@localhost/none", **sandbox_settings(server.url))
    with Http(sleep=lambda _: None, wall=NOON.timestamp) as http:
        connector = granted(slug, settings, http)
        told = {each["id"]: each for each in server.truth(of=f"{slug}/accounts")}
        first = next(a for a in connector.accounts() if a.external_id == min(told, key=int))
        listed = connector.structure(first)
        pages = connector.facts(first, Grain.CAMPAIGN, THE_DAY, conversion_action=None)
        facts = [fact for page in pages for fact in page]

    names = {campaign.external_id: campaign.name for campaign in listed.campaigns}
    crowd = {key for key, name in names.items() if name.startswith("Many ")}
    assert len(crowd) == many
    assert len(listed.campaigns) == len(names)
    true = server.truth(first.external_id, THE_DAY.first, THE_DAY.last, of=slug)
    spent = {(row["campaign_id"], row["day"]): row["spend"] for row in true["campaign_days"]}
    assert {(f.campaign_id, f.day.isoformat()) for f in facts} == set(spent)
    assert len(facts) == len(spent)
    assert sum(fact.spend for fact in facts) == sum(map(Decimal, spent.values()))
