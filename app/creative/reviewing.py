"""The review before a launch: exactly what would be sent, and what stands in the way."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from babel.numbers import get_currency_precision

from app.connectors.launching import Launcher, Order, Step
from app.creative.drafts import OPEN, lacking, order_of, steps_sent
from app.errors import named
from app.models import Account, CampaignDraft
from app.sync.plan import found


@dataclass(frozen=True, slots=True)
class Problem:
    """What has to change; `field` is empty when it is about the whole."""

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Review:
    """`digest` stands for exactly these steps: a launch names the one that a person saw."""

    problems: tuple[Problem, ...]
    steps: tuple[Step, ...]
    digest: str


def review(draft: CampaignDraft, account: Account | None, launcher: Launcher | None) -> Review:
    """What launching the draft would send, or did. Asks nobody; without a launcher what lacks."""
    if draft.state not in OPEN:
        return Review((), tuple(steps_sent(draft)), "")
    lacks = [Problem(field, message) for field, message in lacking(draft, account)]
    if lacks or account is None or launcher is None:
        return Review(tuple(lacks), (), "")
    order = order_of(draft)
    problems = [*_money(order, account)]
    problems += [problem_of(each) for each in launcher.problems(found(account), order)]
    if problems:
        return Review(tuple(problems), (), "")
    steps = launcher.steps(found(account), order)
    return Review((), tuple(steps), digest(order, account, steps))


def digest(order: Order, account: Account, steps: Sequence[Step]) -> str:
    """A hash over everything that is going to be sent, the picture included."""
    sent = [msgspec.to_builtins(each) for each in steps]
    told = msgspec.json.encode([account.id, account.currency, sent])
    made = hashlib.sha256(told)
    if order.picture:
        made.update(order.picture.content)
    return made.hexdigest()[:32]


def _money(order: Order, account: Account) -> list[Problem]:
    if order.budget_fits(get_currency_precision(account.currency)):
        return []
    return [
        Problem(
            "daily_budget",
            f"{account.currency} has fewer decimals than this budget. Write a whole amount.",
        )
    ]


def problem_of(sentence: str) -> Problem:
    """Launchers name the field first where there is one: `daily_budget: …`."""
    return Problem(*named(sentence))
