"""A platform on which campaigns can be created, in memory, that fails as it is told to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from app.connectors.errors import AccessRevoked
from app.connectors.launching import (
    Choice,
    Choices,
    DryRun,
    Launcher,
    Made,
    Order,
    Refused,
    Step,
    Unknown,
)
from app.connectors.words import FoundAccount


@dataclass
class Objects:
    """What exists at the platform. `faults` are taken by step key, the first one first.

    A fault is refused, lost (nothing made, no answer), made (made, no answer), killed (made, and
    the process dies) or revoked. `unlisted`: so many look-ups do not find what was just made.
    """

    made: dict[str, str] = field(default_factory=dict)
    enabled: set[str] = field(default_factory=set)
    created: list[str] = field(default_factory=list)
    faults: dict[str, list[str]] = field(default_factory=dict)
    unlisted: int = 0
    permission: str = ""
    trial: tuple[str, ...] = ()
    keywords: bool = False
    undeletable: set[str] = field(default_factory=set)


class FakeLauncher(Launcher):
    manager = "Fake Manager"
    dry_runs = True
    objects = Objects()

    def missing_permission(self, account: FoundAccount) -> str:
        return self.objects.permission

    def choices(self, account: FoundAccount) -> Choices:
        return Choices(
            profile_word="Page",
            profiles=(Choice("p1", "Northlight"),),
            least_budget=Decimal(5),
            keywords=self.objects.keywords,
        )

    def problems(self, account: FoundAccount, order: Order) -> list[str]:
        if order.daily_budget < 5:
            return ["daily_budget: The smallest daily budget is 5."]
        return []

    def steps(self, account: FoundAccount, order: Order) -> list[Step]:
        named = {"name": order.named(), "daily_budget": str(order.daily_budget), "url": order.url}
        ads = [
            Step(
                f"ad-{number}",
                "Ad",
                order.named(f"Ad {number}"),
                {"campaign": "{campaign}", "text": ad.primary_text},
            )
            for number, ad in enumerate(order.ads, 1)
        ]
        return [Step("campaign", "Campaign", order.named(), named), *ads]

    def dry_run(self, account: FoundAccount, order: Order) -> DryRun:
        return DryRun(asked=True, problems=self.objects.trial)

    def create(self, account: FoundAccount, order: Order, step: Step, made: Made) -> Made:
        fault = self.objects.faults.get(step.key, [])
        match fault.pop(0) if fault else "":
            case "refused":
                raise Refused("The platform says no.", field="name")
            case "revoked":
                raise AccessRevoked("Connect again.")
            case "lost":
                raise Unknown("No answer.")
            case "made":
                self._make(step)
                raise Unknown("No answer.")
            case "killed":
                self._make(step)
                raise KeyboardInterrupt
        return self._make(step)

    def find(self, account: FoundAccount, order: Order, step: Step, made: Made) -> Made:
        if self.objects.unlisted:
            self.objects.unlisted -= 1
            return {}
        found = self.objects.made.get(step.name)
        return {step.key: found} if found else {}

    def verify(self, account: FoundAccount, order: Order, made: Made) -> list[str]:
        return [f"{each} was not paused." for each in sorted(self.objects.enabled)]

    def remove(self, account: FoundAccount, made: Made) -> Sequence[str]:
        gone = [key for key in made if key not in self.objects.undeletable]
        for key in gone:
            self.objects.made = {n: i for n, i in self.objects.made.items() if i != made[key]}
        return gone

    def manager_url(self, account: FoundAccount, made: Made) -> str:
        return f"https://manager.example/{made.get('campaign', '')}"

    def _make(self, step: Step) -> Made:
        self.objects.created.append(step.key)
        self.objects.made[step.name] = f"id-{len(self.objects.created)}"
        return {step.key: self.objects.made[step.name]}
