"""How much young days still grow, learnt from simulated readings."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from app.metrics.growth import LAST_DAYS, Growth, PlatformGrowth, Settled, Stand, growth, learn
from app.metrics.sources import sources
from app.models import Account, DayAtAge
from tests.conftest import Member
from tests.factories import make_account, make_campaign, make_connection, make_day, make_rate

TODAY = dt.date(2026, 11, 22)
# What share of a day's conversions has arrived at each age.
ARRIVED = {1: Decimal("0.70"), 2: Decimal("0.80"), 3: Decimal("0.90")}
GROWN = Decimal(3) / (Decimal("0.70") + Decimal("0.80") + Decimal("0.90")) - 1


def ago(days: int) -> dt.date:
    return TODAY - dt.timedelta(days=days)


def stand(conversions: Decimal) -> Stand:
    return Stand(conversions, conversions * 40, Decimal(100))


def settled(
    days_ago: int,
    final: Decimal = Decimal(20),
    arrived: Mapping[int, Decimal] = ARRIVED,
) -> Settled:
    at_age = {age: stand(final * share) for age, share in arrived.items()}
    return Settled(ago(days_ago), at_age, stand(final))


def of(days: list[Settled], ages: tuple[int, ...] = LAST_DAYS) -> Growth | None:
    return learn([days], ages, lambda each: each.conversions)


def test_what_usually_arrives_late_is_learnt() -> None:
    found = of([settled(number) for number in range(30, 60)])
    assert found is not None
    assert abs(found.usual - GROWN) < Decimal("1e-20")
    assert found.times == 28
    assert found.low <= found.usual <= found.high


@pytest.mark.parametrize("noise", [0.05, 0.2])
def test_eight_of_ten_times_lie_in_the_range(noise: float) -> None:
    dice = random.Random(7)  # noqa: S311 a simulation
    days = []
    for number in range(30, 90):
        share = {
            age: part * Decimal(str(round(dice.uniform(1 - noise, 1 + noise), 4)))
            for age, part in ARRIVED.items()
        }
        days.append(settled(number, Decimal(dice.randint(10, 60)), share))

    found = of(days)

    assert found is not None
    assert abs(found.usual - GROWN) < Decimal("0.05")
    by_day = {each.day: each for each in days}
    inside = 0
    for number in range(32, 90):
        three = [by_day[ago(number - each)] for each in range(3)]
        young = sum(
            each.at_age[3 - place].conversions for place, each in enumerate(reversed(three))
        )
        end = sum(each.final.conversions for each in three)
        inside += found.low <= end / young - 1 <= found.high
    assert 0.7 <= inside / 58 <= 0.9


def test_days_first_read_when_they_were_old_say_nothing() -> None:
    back_filled = [settled(number, arrived={}) for number in range(30, 90)]
    assert of(back_filled) is None
    learnt = [settled(number) for number in range(30, 50)]
    assert of([*learnt, *back_filled[20:]]) == of(learnt)


def test_a_day_that_was_not_read_at_an_age_is_not_guessed() -> None:
    days = [settled(number) for number in range(30, 60)]
    gap = {age: share for age, share in ARRIVED.items() if age != 2}
    days[10] = settled(40, arrived=gap)
    found = of(days)
    assert found is not None
    assert found.times == 27
    single = of(days, (1,))
    assert single is not None
    assert single.times == 30


@pytest.mark.parametrize(
    ("days", "final", "enough"),
    [(15, "20", False), (16, "20", True), (40, "0.5", False), (40, "1", True)],
)
def test_nothing_is_said_before_there_is_enough(days: int, final: str, enough: bool) -> None:
    found = of([settled(30 + number, Decimal(final)) for number in range(days)])
    assert (found is not None) is enough


def test_days_on_which_nothing_had_arrived_yet_are_not_left_out_in_silence() -> None:
    late = {age: Decimal(0) for age in LAST_DAYS}
    days = [settled(30 + number, arrived=late if number < 20 else ARRIVED) for number in range(60)]
    assert of(days) is None
    few = [settled(30 + number, arrived=late if number < 5 else ARRIVED) for number in range(60)]
    found = of(few)
    assert found is not None
    assert found.usual > GROWN


def test_figures_that_fall_are_learnt_as_well() -> None:
    over = {age: Decimal("1.25") for age in LAST_DAYS}
    found = of([settled(number, arrived=over) for number in range(30, 60)])
    assert found is not None
    assert found.usual == Decimal("-0.2")


def test_accounts_are_taken_together_day_by_day() -> None:
    small = [settled(number, Decimal(1)) for number in range(30, 60)]
    steady = {age: Decimal(1) for age in LAST_DAYS}
    large = [settled(number, Decimal(999), steady) for number in range(30, 60)]
    found = learn([small, large], LAST_DAYS, lambda each: each.conversions)
    assert found is not None
    assert Decimal(0) < found.usual < Decimal("0.001")


@pytest.fixture
def account(session: Session, alice: Member) -> Account:
    return make_account(
        session,
        make_connection(session, alice.workspace),
        settled_through=ago(29),
        history_from=ago(400),
        read_through=TODAY,
    )


def fill(
    session: Session, account: Account, days: range, *, action: str = "", final: str = "20"
) -> None:
    campaign = make_campaign(session, account)
    for number in days:
        day = ago(number)
        make_day(session, campaign, day, spend="100", value=Decimal(final) * 40, conversions=final)
        for age, share in ARRIVED.items():
            session.add(
                DayAtAge(
                    account_id=account.id,
                    day=day,
                    age=age,
                    workspace_id=account.workspace_id,
                    conversion_action=action,
                    spend=Decimal(100),
                    conversions=Decimal(final) * share,
                    conversion_value=Decimal(final) * share * 40,
                )
            )
    session.flush()


def ask(session: Session, member: Member) -> list[PlatformGrowth]:
    return growth(session, sources(session, member.workspace.id), TODAY)


def test_a_platform_grows_as_its_settled_days_did(
    session: Session, alice: Member, account: Account
) -> None:
    fill(session, account, range(30, 60))
    [meta] = ask(session, alice)
    assert (meta.platform, meta.account) == ("meta", None)
    assert meta.last_days.conversions is not None
    assert abs(meta.last_days.conversions.usual - GROWN) < Decimal("1e-20")
    assert meta.last_days.value is not None
    assert meta.last_days.spend is not None
    assert meta.last_days.spend.usual == 0
    assert meta.by_age[7].conversions is None


def test_days_that_may_still_change_are_not_learnt_from(
    session: Session, alice: Member, account: Account
) -> None:
    fill(session, account, range(1, 29))
    assert ask(session, alice) == []


def test_days_counted_by_another_conversion_type_are_not_learnt_from(
    session: Session, alice: Member, account: Account
) -> None:
    fill(session, account, range(30, 60), action="lead")
    assert ask(session, alice) == []
    account.conversion_action = "lead"
    session.flush()
    assert ask(session, alice) != []


def test_of_several_accounts_each_is_told_as_well(
    session: Session, alice: Member, account: Account
) -> None:
    make_rate(session, "USD", ago(60), "1.1")
    other = make_account(
        session,
        make_connection(session, alice.workspace),
        name="Second",
        currency="EUR",
        settled_through=ago(29),
    )
    fill(session, account, range(30, 60))
    fill(session, other, range(30, 60), final="1.5")
    found = ask(session, alice)
    assert [each.account.name if each.account else "" for each in found] == [
        "",
        account.name,
        "Second",
    ]
    assert found[0].last_days.conversions is not None
    assert found[0].last_days.conversions.times == 28


def test_what_is_no_longer_read_and_strangers_are_not_in_it(
    session: Session, alice: Member, charlie: Member, account: Account
) -> None:
    fill(session, account, range(30, 60))
    assert ask(session, charlie) == []
    account.connection.status = "disconnected"
    session.flush()
    assert ask(session, alice) == []
