"""Budgets and statuses changed from review to log and back, at every platform's sandbox."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session, sessionmaker

from app.advice import applying, change_requests, change_sets, preparing, values
from app.advice.by_hand import Wish, prepare_by_hand
from app.advice.changers import Changers
from app.advice.from_finding import prepare_finding
from app.advice.keeping import close_missing, keep
from app.advice.plans import Plan, Side, plan_of
from app.connectors.base import Connector
from app.connectors.errors import Temporary
from app.connectors.http import Http
from app.connectors.launching import Refused
from app.connectors.meta.change import MetaChanger
from app.errors import Conflict, Invalid
from app.insights.finding import Class, Entity, Finding, Kind, Number, Unit
from app.insights.thresholds import DEFAULTS
from app.models import (
    Account,
    ActionEntry,
    AdGroup,
    Campaign,
    ChangeSet,
    PlatformConnection,
    StoredFinding,
    SyncRun,
    Workspace,
)
from app.settings import Settings
from app.sync.run import Interrupted
from app.sync.window import Reach
from tests.conftest import Member
from tests.connectors.test_changing import THROTTLES, WRITES
from tests.factories import make_rate
from tests.platforms.conftest import NOON, Connect, Run
from tests.sandbox_server import SandboxServer

CHANGING = sorted(
    slug
    for slug, kind in Connector.registry.items()
    if kind.changes and kind.__module__.startswith("app.connectors.platforms.")
)


@dataclass
class Desk:
    """A person at work, and the worker behind."""

    session: Session
    sessions: sessionmaker[Session]
    settings: Settings
    http: Http
    user_id: int
    workspace_id: int

    @property
    def changers(self) -> Changers:
        return Changers(self.sessions, self.http, self.settings, lambda: NOON)

    def prepare(self, wish: Wish) -> ChangeSet:
        made = prepare_by_hand(
            self.session, self.changers, self.workspace_id, self.user_id, wish, now=NOON
        )
        self.session.commit()
        return self.look(made)

    def confirm(self, made: ChangeSet, seen: int | None = None) -> None:
        found = self.look(made)
        try:
            change_requests.confirm(
                self.session, self.changers, found, self.user_id, seen, now=NOON
            )
        finally:
            self.session.commit()

    def work(self, made: ChangeSet, stopping: threading.Event | None = None) -> ChangeSet:
        self.apply(made.id, stopping)
        return self.look(made)

    def apply(self, set_id: int, stopping: threading.Event | None = None) -> None:
        applying.apply(
            self.sessions,
            self.changers,
            set_id,
            clock=lambda: NOON,
            stopping=stopping or threading.Event(),
        )

    def revert(self, made: ChangeSet) -> ChangeSet:
        back = change_requests.revert(
            self.session, self.changers, self.look(made), self.user_id, now=NOON
        )
        self.session.commit()
        return self.look(back)

    def look(self, made: ChangeSet) -> ChangeSet:
        self.session.expire_all()
        return change_sets.find(self.session, self.workspace_id, made.id)

    def there(self, made: ChangeSet) -> values.Value:
        """What the platform says now of the first change's campaign or ad group."""
        change = self.look(made).changes[0]
        campaign = self.session.get_one(Campaign, change.campaign_id)
        group = self.session.get(AdGroup, change.ad_group_id) if change.ad_group_id else None
        found = preparing.read_one(self.session, self.changers, campaign, group)
        return values.seen(change.kind, found.current)


@pytest.fixture
def desk(session: Session, engine: Engine, alice: Member, settings: Settings) -> Iterator[Desk]:
    sessions = sessionmaker(engine, expire_on_commit=False)
    with Http(sleep=lambda _: None, wall=NOON.timestamp) as http:
        yield Desk(session, sessions, settings, http, alice.user.id, alice.workspace.id)


@pytest.fixture
def meta(connected: Connect, run: Run) -> PlatformConnection:
    made = connected("meta", access="create")
    run(made, Reach.WEEK)
    return made


def budgeted(session: Session, currency: str = "USD") -> Wish:
    """A running campaign with a daily budget of its own, or one of its ad groups' if none has."""
    of = (Account.currency == currency, Account.status == "active")
    own = (
        select(Campaign)
        .join(Account, Account.id == Campaign.account_id)
        .where(*of, Campaign.budget_kind == "daily", Campaign.status == "active")
        .order_by(Campaign.id)
    )
    found = session.scalars(own).first()
    if found is not None:
        return Wish(found.id)
    group = session.scalars(
        select(AdGroup)
        .join(Account, Account.id == AdGroup.account_id)
        .where(*of, AdGroup.budget_kind == "daily", AdGroup.status == "active")
        .order_by(AdGroup.id)
    ).first()
    assert group is not None
    return Wish(group.campaign_id, group.id)


def wish(session: Session, **more: Any) -> Wish:
    found = budgeted(session)
    return Wish(found.campaign_id, found.ad_group_id, **more)


@pytest.mark.parametrize("slug", CHANGING)
def test_a_budget_goes_from_review_to_the_platform_to_the_log_and_back(
    desk: Desk, connected: Connect, run: Run, slug: str
) -> None:
    run(connected(slug, access="create"), Reach.WEEK)
    made = desk.prepare(wish(desk.session))
    (change,) = made.changes
    before = values.amount(change.before)
    assert before is not None
    assert (change.sandbox, made.state, change.wanted) == (True, "prepared", change.before)
    change_requests.edit(desk.session, desk.changers, made, {change.id: before + 7}, made.revision)
    desk.session.commit()
    assert desk.there(made) == change.before

    desk.confirm(made, made.revision)
    done = desk.work(made)

    assert (done.state, done.error, done.confirmed_by) == ("applied", "", desk.user_id)
    assert done.changes[0].after == values.budget(before + 7) == desk.there(made)
    (entry,) = desk.session.scalars(select(ActionEntry))
    assert (entry.user_id, entry.day) == (desk.user_id, NOON.date())
    assert f"{change.currency} (sandbox)" in entry.text
    back = desk.revert(made)
    assert (back.state, back.reverts_id) == ("prepared", made.id)
    assert back.changes[0].wanted == change.before
    desk.confirm(back)
    assert desk.work(back).state == "applied"
    assert desk.there(made) == change.before
    assert desk.look(made).state == "reverted"
    with pytest.raises(Conflict):
        desk.revert(made)


@pytest.mark.parametrize("slug", CHANGING)
def test_a_pause_is_read_back_and_can_be_taken_back(
    desk: Desk, connected: Connect, run: Run, slug: str
) -> None:
    connection = connected(slug, access="create")
    run(connection, Reach.WEEK)
    made = desk.prepare(wish(desk.session, switch="paused"))
    desk.confirm(made)
    assert desk.work(made).state == "applied"
    assert desk.there(made) == {"switch": "paused"}
    asked = desk.session.scalars(select(SyncRun).order_by(SyncRun.id.desc())).first()
    assert asked is not None
    assert (asked.connection_id, asked.state) == (connection.id, "queued")
    back = desk.revert(made)
    desk.confirm(back)
    assert desk.work(back).state == "applied"
    assert desk.there(made) == {"switch": "active"}


@pytest.mark.parametrize("slug", CHANGING)
@pytest.mark.parametrize("trouble", ["after_write", "cut"])
def test_a_change_whose_answer_was_lost_is_seen_and_not_asked_for_again(
    desk: Desk,
    connected: Connect,
    run: Run,
    sandbox: SandboxServer,
    slug: str,
    trouble: str,
) -> None:
    run(connected(slug, access="create"), Reach.WEEK)
    made = desk.prepare(wish(desk.session, switch="paused"))
    desk.confirm(made)
    sandbox.fault(trouble, WRITES[slug], platform=slug)

    assert desk.work(made).state == "applied"

    assert desk.there(made) == {"switch": "paused"}


@pytest.mark.parametrize("slug", CHANGING)
def test_a_throttled_change_changes_nothing_and_says_so(
    desk: Desk, connected: Connect, run: Run, sandbox: SandboxServer, slug: str
) -> None:
    run(connected(slug, access="create"), Reach.WEEK)
    made = desk.prepare(wish(desk.session, switch="paused"))
    desk.confirm(made)
    sandbox.fault(THROTTLES[slug], WRITES[slug], 9, platform=slug)

    done = desk.work(made)

    sandbox.calm()
    assert done.state == "failed"
    assert done.error == "Nothing was changed."
    assert done.changes[0].error
    assert desk.there(made) == {"switch": "active"}


def test_confirming_twice_applies_once(
    desk: Desk, meta: PlatformConnection, sandbox: SandboxServer
) -> None:
    made = desk.prepare(wish(desk.session, switch="paused"))
    desk.confirm(made, made.revision)
    desk.confirm(made, made.revision)
    workers = [threading.Thread(target=desk.apply, args=(made.id,)) for _ in range(3)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()

    assert desk.look(made).state == "applied"
    sent = [each for each in sandbox.requests(r"^/meta/v26.0/\d+$") if each["method"] == "POST"]
    assert len(sent) == 1


def test_what_changed_after_the_review_is_refused_and_shown_as_it_is_now(
    desk: Desk, meta: PlatformConnection
) -> None:
    found = budgeted(desk.session)
    made = desk.prepare(Wish(found.campaign_id, amount=Decimal("321.50")))
    other = desk.prepare(Wish(found.campaign_id, amount=Decimal(99)))
    desk.confirm(other)
    desk.work(other)

    with pytest.raises(Conflict, match="in the meantime"):
        desk.confirm(made, made.revision)

    again = desk.look(made)
    assert (again.state, again.changes[0].before) == ("prepared", values.budget(Decimal(99)))
    with pytest.raises(Conflict, match="edited"):
        desk.confirm(again, 0)
    desk.confirm(again, again.revision)
    assert desk.work(again).state == "applied"


def test_what_changes_between_confirming_and_applying_is_not_overwritten(
    desk: Desk, meta: PlatformConnection
) -> None:
    found = budgeted(desk.session)
    made, other = (
        desk.prepare(Wish(found.campaign_id, amount=Decimal(amount))) for amount in (321, 99)
    )
    desk.confirm(made)
    desk.confirm(other)
    desk.work(other)

    done = desk.work(made)

    assert done.state == "failed"
    assert "meantime" in done.changes[0].error
    assert desk.there(made) == values.budget(Decimal(99))


@pytest.mark.parametrize("sent", [True, False])
def test_a_killed_change_is_looked_up_before_it_is_asked_for_again(
    desk: Desk,
    meta: PlatformConnection,
    sandbox: SandboxServer,
    monkeypatch: pytest.MonkeyPatch,
    sent: bool,
) -> None:
    made = desk.prepare(wish(desk.session, switch="paused"))
    desk.confirm(made)
    pause = MetaChanger.pause

    def killed(self: MetaChanger, *given: Any) -> None:
        if sent:
            pause(self, *given)
        raise Interrupted

    monkeypatch.setattr(MetaChanger, "pause", killed)
    with pytest.raises(Interrupted):
        desk.work(made)
    monkeypatch.setattr(MetaChanger, "pause", pause)
    assert desk.look(made).changes[0].state == "applying"

    assert desk.work(made).state == "applied"

    assert desk.there(made) == {"switch": "paused"}
    asked = [each for each in sandbox.requests(r"^/meta/v26.0/\d+$") if each["method"] == "POST"]
    assert len(asked) == 1


def test_when_nobody_can_tell_it_says_unclear_and_looking_again_settles_it(
    desk: Desk, meta: PlatformConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = desk.prepare(wish(desk.session, switch="paused"))
    desk.confirm(made)
    read, pause = MetaChanger.read_current, MetaChanger.pause
    gone = threading.Event()

    def blind(self: MetaChanger, *given: Any) -> Any:
        if gone.is_set():
            raise Temporary("Meta Ads does not answer.")
        return read(self, *given)

    def paused(self: MetaChanger, *given: Any) -> None:
        pause(self, *given)
        gone.set()

    monkeypatch.setattr(MetaChanger, "read_current", blind)
    monkeypatch.setattr(MetaChanger, "pause", paused)
    done = desk.work(made)
    assert done.state == "unclear"
    assert "Look again" in done.changes[0].error

    gone.clear()
    change_requests.look_again(desk.session, done)
    desk.session.commit()

    assert desk.work(made).state == "applied"


def test_looking_again_never_sends_what_was_not_done(
    desk: Desk, meta: PlatformConnection, sandbox: SandboxServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = desk.prepare(wish(desk.session, switch="paused"))
    desk.confirm(made)
    monkeypatch.setattr(MetaChanger, "pause", lambda *_: None)
    assert desk.work(made).state == "unclear"
    monkeypatch.undo()
    change_requests.look_again(desk.session, made)
    desk.session.commit()

    done = desk.work(made)

    assert (done.state, desk.there(made)) == ("failed", {"switch": "active"})


def move(session: Session, step: int, cap: str = "0.2") -> Plan:
    """From one campaign to another of the dollar account."""
    two = session.scalars(
        select(Campaign)
        .join(Account, Account.id == Campaign.account_id)
        .where(Account.currency == "USD", Account.status == "active")
        .where(Campaign.budget_kind == "daily", Campaign.status == "active")
        .order_by(Campaign.id)
        .limit(2)
    ).all()
    sides = (
        Side(Entity("campaign", str(each.id), each.name, role=role), Decimal(sign * step))
        for each, role, sign in zip(two, ("to", "from"), (1, -1), strict=True)
    )
    return Plan(tuple(sides), "", Decimal(cap))


def moved(desk: Desk, plan: Plan) -> ChangeSet:
    made = preparing.prepare(
        desk.session,
        desk.changers,
        desk.workspace_id,
        desk.user_id,
        plan,
        preparing.Reason("finding", "Move some", "Because.", "reallocation"),
        now=NOON,
    )
    desk.session.commit()
    return desk.look(made)


def test_a_move_takes_as_much_as_it_gives_and_lowers_first(
    desk: Desk, meta: PlatformConnection
) -> None:
    made = moved(desk, move(desk.session, 3))

    lower, higher = made.changes
    assert (lower.role, higher.role) == ("from", "to")
    for change, sign in ((lower, -1), (higher, 1)):
        before, wanted = values.amount(change.before), values.amount(change.wanted)
        assert before is not None
        assert wanted is not None
        assert abs(wanted - before - 3 * sign) <= Decimal("0.01")


def test_a_step_larger_than_the_cap_is_cut_and_more_is_refused_by_the_server(
    desk: Desk, meta: PlatformConnection
) -> None:
    made = moved(desk, move(desk.session, 10_000))
    budgets = [values.amount(each.before) for each in made.changes]
    steps = [
        abs((values.amount(each.wanted) or 0) - (values.amount(each.before) or 0))
        for each in made.changes
    ]
    smallest = min(each for each in budgets if each)
    assert all(smallest * Decimal("0.19") < step <= smallest * Decimal("0.2") for step in steps)
    first = made.changes[0]
    before = values.amount(first.before) or Decimal(0)

    with pytest.raises(Invalid, match="at most 20%"):
        change_requests.edit(
            desk.session, desk.changers, made, {first.id: before * Decimal("0.79")}, None
        )

    desk.session.rollback()
    assert desk.look(made).revision == 0


def test_when_the_second_half_of_a_move_fails_the_first_is_said_and_can_be_set_back(
    desk: Desk, meta: PlatformConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = moved(desk, move(desk.session, 3))
    desk.confirm(made)
    write = MetaChanger.set_daily_budget
    asked: list[Any] = []

    def fails_then(self: MetaChanger, *given: Any) -> None:
        asked.append(given)
        if len(asked) == 2:
            raise Refused("Meta says no.")
        write(self, *given)

    monkeypatch.setattr(MetaChanger, "set_daily_budget", fails_then)
    done = desk.work(made)

    assert (done.state, [each.state for each in done.changes]) == ("failed", ["applied", "failed"])
    assert "1 of 2" in done.error
    back = desk.revert(done)
    desk.confirm(back)
    assert desk.work(back).state == "applied"
    assert desk.there(made) == made.changes[0].before


def test_a_platforms_step_is_spread_over_its_running_campaigns_in_proportion(
    desk: Desk, meta: PlatformConnection
) -> None:
    side = Side(Entity("platform", "meta", "Meta Ads", "meta", "from"), Decimal(-10))
    made = moved(desk, Plan((side,), "USD", Decimal("0.2")))

    shares = [
        (values.amount(each.wanted) or Decimal(0)) / (values.amount(each.before) or Decimal(1)) - 1
        for each in made.changes
        if each.currency == "USD" and (values.amount(each.before) or 0) > 20
    ]
    assert len(made.changes) > 3
    assert max(shares) - min(shares) < Decimal("0.001")
    assert made.left_out


def test_a_budget_on_the_ad_sets_is_changed_there_all_by_the_same_share(
    desk: Desk, meta: PlatformConnection
) -> None:
    spread = desk.session.scalars(
        select(Campaign)
        .join(Account, Account.id == Campaign.account_id)
        .where(Account.currency == "USD")
        .where(Campaign.budget_kind.is_(None), Campaign.status == "active")
    ).first()
    assert spread is not None
    made = desk.prepare(Wish(spread.id))
    total = sum(values.amount(each.before) or 0 for each in made.changes)
    assert len(made.changes) == 5

    again = desk.prepare(Wish(spread.id, amount=total * Decimal("1.1")))

    new = sum(values.amount(each.wanted) or 0 for each in again.changes)
    assert 0 <= total * Decimal("1.1") - new < Decimal("0.06")


def test_without_the_permission_the_sentence_says_what_to_do(
    desk: Desk, connected: Connect, run: Run
) -> None:
    run(connected("meta"), Reach.WEEK)
    with pytest.raises(Conflict, match="Allow creating campaigns"):
        desk.prepare(wish(desk.session, switch="paused"))
    assert desk.session.scalar(select(func.count()).select_from(ChangeSet)) == 0


def test_nothing_to_change_a_slip_and_an_old_review_are_refused(
    desk: Desk, meta: PlatformConnection
) -> None:
    made = desk.prepare(wish(desk.session))
    with pytest.raises(Invalid, match="Nothing would be changed"):
        desk.confirm(made)
    desk.session.rollback()
    change = desk.look(made).changes[0]
    with pytest.raises(Invalid, match="10 times"):
        change_requests.edit(desk.session, desk.changers, made, {change.id: Decimal(10**6)}, None)
    desk.session.rollback()
    made = desk.look(made)
    made.expires_at = NOON
    desk.session.commit()
    with pytest.raises(Conflict, match="more than a day ago"):
        desk.confirm(made)


def test_a_stopping_process_hands_the_set_on(desk: Desk, meta: PlatformConnection) -> None:
    made = desk.prepare(wish(desk.session, switch="paused"))
    desk.confirm(made)
    stopping = threading.Event()
    stopping.set()
    assert desk.work(made, stopping).state == "queued"
    assert desk.work(made).state == "applied"


def kept(desk: Desk, finding: Finding) -> int:
    (finding_id,) = keep(desk.session, desk.workspace_id, [finding], NOON)
    desk.session.commit()
    return finding_id


def recommended(entity: Entity, rule: str, step: float | None, **more: Any) -> Finding:
    numbers = {} if step is None else {"step": Number(step, Unit.SHARE)}
    return Finding(
        rule=rule,
        kind=Kind.RECOMMENDATION,
        class_=Class.ACT,
        entities=(entity,),
        first=NOON.date(),
        last=NOON.date(),
        currency="USD",
        **{"numbers": numbers, **more},
    )


def prepared(desk: Desk, finding_id: int) -> ChangeSet:
    workspace = desk.session.get_one(Workspace, desk.workspace_id)
    made = prepare_finding(
        desk.session, desk.changers, workspace, desk.user_id, finding_id, now=NOON
    )
    desk.session.commit()
    return desk.look(made)


def test_a_recommendation_to_raise_is_applied_and_counts_as_followed(
    desk: Desk, meta: PlatformConnection
) -> None:
    campaign = desk.session.get_one(Campaign, budgeted(desk.session).campaign_id)
    entity = Entity("campaign", str(campaign.id), campaign.name, "meta")
    finding = recommended(entity, "raise_budget", 0.2)
    assert plan_of(finding, DEFAULTS) is not None
    finding_id = kept(desk, finding)

    made = prepared(desk, finding_id)

    (change,) = made.changes
    before, wanted = values.amount(change.before), values.amount(change.wanted)
    assert before is not None
    assert wanted is not None
    assert before * Decimal("1.19") < wanted <= before * Decimal("1.2")
    assert (made.finding_id, made.cap) == (finding_id, Decimal("0.2"))
    desk.confirm(made)
    assert desk.work(made).state == "applied"
    assert desk.session.scalars(select(StoredFinding.followed)).all() == ["yes"]


def test_a_move_between_platforms_is_spread_within_the_cap_of_its_class(
    desk: Desk, meta: PlatformConnection, connected: Connect, run: Run
) -> None:
    run(connected("tiktok", access="create"), Reach.WEEK)
    make_rates(desk.session)
    finding = replace(
        recommended(Entity("platform", "meta", "Meta Ads", "meta", "from"), "reallocation", None),
        entities=(
            Entity("platform", "meta", "Meta Ads", "meta", "from"),
            Entity("platform", "tiktok", "TikTok Ads", "tiktok", "to"),
        ),
        class_=Class.LEANING,
        numbers={"step_day": Number(100_000.0, Unit.MONEY)},
    )
    made = prepared(desk, kept(desk, finding))

    assert {each.role for each in made.changes} == {"from", "to"}
    roles = [each.role for each in made.changes]
    assert roles == sorted(roles)
    for change in made.changes:
        before, wanted = values.amount(change.before), values.amount(change.wanted)
        assert before is not None
        assert wanted is not None
        assert abs(wanted - before) <= before * Decimal("0.1")
        assert (wanted < before) == (change.role == "from")


def test_what_asks_for_no_budget_and_what_no_longer_stands_is_not_prepared(
    desk: Desk, meta: PlatformConnection
) -> None:
    entity = Entity("platform", "meta", "Meta Ads", "meta")
    reconnect = recommended(entity, "reconnect", None)
    assert plan_of(reconnect, DEFAULTS) is None
    with pytest.raises(Conflict, match="no budget and no status"):
        prepared(desk, kept(desk, reconnect))
    gone = kept(desk, recommended(entity, "raise_budget", 0.2))
    close_missing(desk.session, desk.workspace_id, [], NOON + dt.timedelta(days=1))
    with pytest.raises(Conflict, match="no longer stands"):
        prepared(desk, gone)


def make_rates(session: Session) -> None:
    for currency, units in (("USD", "1.1"), ("JPY", "160"), ("CAD", "1.5")):
        make_rate(session, currency, NOON.date(), units)
    session.commit()
