"""As many questions at once as the platform allows, never more, and one's failure closes all."""

from __future__ import annotations

import datetime as dt
import threading
from collections import defaultdict
from collections.abc import Iterator

import pytest

from app.connectors.errors import AccountRefused, Temporary
from app.connectors.http import Http
from app.connectors.words import Days, DayTotal, Fact, FoundAccount, Grain, Grant
from app.sync.reading import Piece, Reading, Refused, ask_each, read_ahead
from tests.conftest import make_settings
from tests.sync.fake_platform import NOON, TODAY, FakePlatform, World

DAY = dt.timedelta(days=1)


class Counting(FakePlatform):
    """Knows how many questions are under way, of all and of each account."""

    slug = "counting"
    readers = 3

    def __init__(self, world: World) -> None:
        super().__init__(make_settings("postgresql://"), Http(), Grant("token"))
        self.world = world
        self.all_at_it = threading.Barrier(self.readers)
        self.most = 0
        self.at_once: dict[str, int] = defaultdict(int)
        self._counting = threading.Lock()

    def facts(
        self, account: FoundAccount, grain: Grain, days: Days, *, conversion_action: str | None
    ) -> Iterator[list[Fact]]:
        self._ask(account)
        yield from super().facts(account, grain, days, conversion_action=conversion_action)

    def totals(self, account: FoundAccount, days: Days) -> list[DayTotal]:
        self._ask(account)
        return super().totals(account, days)

    def _ask(self, account: FoundAccount) -> None:
        with self._counting:
            self.at_once[account.external_id] += 1
            self.most = max(self.most, sum(self.at_once.values()))
        # Only when as many ask as are allowed does anyone get an answer.
        self.all_at_it.wait(10)
        with self._counting:
            self.at_once[account.external_id] -= 1


FakePlatform.registry.pop(Counting.slug)


def pieces(count: int, *accounts: str) -> list[Piece]:
    return [
        Piece(
            number,
            hash(accounts[number % len(accounts)]),
            FoundAccount(accounts[number % len(accounts)], "An account", "USD", "UTC"),
            None,
            Days(TODAY - number * DAY, TODAY - number * DAY),
        )
        for number in range(count)
    ]


@pytest.fixture
def platform() -> Iterator[Counting]:
    world = World()
    world.spread(TODAY - 30 * DAY, TODAY)
    made = Counting(world)
    yield made
    made.http.close()


@pytest.mark.parametrize("accounts", [["act_1"], ["act_1", "act_2"]])
def test_as_many_questions_are_under_way_as_are_allowed_and_no_more(
    platform: Counting, accounts: list[str]
) -> None:
    # Three pieces of four questions each: no question is left without company.
    readings = list(read_ahead(platform, pieces(3, *accounts), lambda: NOON))
    assert [reading.piece.position for reading in readings if isinstance(reading, Reading)] == [
        *(0, 1, 2)
    ]
    assert platform.most == platform.readers


def test_even_a_single_chunk_uses_all_that_is_allowed(
    platform: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Counting, "grains", (Grain.CAMPAIGN, Grain.AD))
    assert len(list(read_ahead(platform, pieces(1, "act_1"), lambda: NOON))) == 1


def test_a_refused_accounts_chunks_are_left_out_and_said_once(world: World) -> None:
    world.spread(TODAY - 30 * DAY, TODAY)
    world.refused = {"act_1"}
    connector = FakePlatform(make_settings("postgresql://"), Http(), Grant("token"))
    found = list(read_ahead(connector, pieces(10, "act_1", "act_2"), lambda: NOON))
    refused = [each for each in found if isinstance(each, Refused)]
    assert [each.account_id for each in refused] == [hash("act_1")]
    read = [each.piece.position for each in found if isinstance(each, Reading)]
    assert read == [1, 3, 5, 7, 9]
    connector.http.close()


def test_a_question_about_each_account_is_asked_of_all_in_order(platform: Counting) -> None:
    def question(number: int) -> int:
        platform._ask(FoundAccount(f"act_{number}", "An account", "USD", "UTC"))
        if number == 4:
            raise AccountRefused("Closed.")
        return number * 2

    answers = list(ask_each(platform, range(6), question))
    assert [number for number, _ in answers] == list(range(6))
    assert [answer for _, answer in answers if isinstance(answer, int)] == [0, 2, 4, 6, 10]
    assert platform.most == platform.readers


def test_an_error_comes_in_its_turn_and_ends_the_reading(world: World) -> None:
    world.spread(TODAY - 30 * DAY, TODAY)
    world.break_after_pages, world.faults = 6, [Temporary("Broke off.")]
    connector = FakePlatform(make_settings("postgresql://"), Http(), Grant("token"))
    with pytest.raises(Temporary, match="Broke off"):
        list(read_ahead(connector, pieces(9, "act_1"), lambda: NOON))
    connector.http.close()
