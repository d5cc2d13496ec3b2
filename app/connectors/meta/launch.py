"""Creating paused campaigns at Meta: picture, campaign, ad set, and for each ad creative and ad."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from decimal import Decimal
from itertools import chain, islice
from typing import ClassVar
from urllib.parse import urlencode

import msgspec

from app.connectors.base import Connector
from app.connectors.errors import AccessRevoked, AccountRefused
from app.connectors.launching import (
    Choice,
    Choices,
    DryRun,
    Launcher,
    Made,
    Order,
    Question,
    Refused,
    Step,
    Unknown,
    can_run,
)
from app.connectors.meta import launch_answers as answers
from app.connectors.meta import launch_bodies as bodies
from app.connectors.meta import launch_checks as checks
from app.connectors.meta.answers import Page, major_units
from app.connectors.meta.errors import NotReadable
from app.connectors.meta.graph import UNANSWERED, Graph
from app.connectors.meta.permissions import lacking_role, lacking_scopes
from app.connectors.meta.refusals import refusal
from app.connectors.words import FoundAccount

# Beyond what reading needs: creating, and choosing the page that an ad speaks for.
CREATING = ("ads_management", "pages_show_list", "pages_read_engagement")
TERMS = ("min_daily_budget", "default_dsa_beneficiary", "default_dsa_payor")
_EVERY_STATUS = '["ACTIVE","PAUSED","ARCHIVED","IN_PROCESS","WITH_ISSUES"]'
_PAGES_OF_CREATIVES = 10
_GONE = ("DELETED", "ARCHIVED")

_CREATED = msgspec.json.Decoder(answers.Created)
_TERMS = msgspec.json.Decoder(answers.Terms, strict=False)
_STANDING = msgspec.json.Decoder(answers.Standing)
_NAMED = msgspec.json.Decoder(Page[answers.Named])
_IMAGES = msgspec.json.Decoder(Page[answers.Image])

NO_PIXEL = (
    "This account has no Meta pixel, so campaigns for sales or leads cannot be created: Meta "
    "would not know what they bring. Create one in Meta Events Manager."
)
NO_PAGE = (
    "This connection may advertise for no Facebook page. In Meta Business settings open "
    "Accounts, Pages, and give the person or system user that is connected Create ads."
)
NO_INSTAGRAM = "Meta does not show the account's Instagram profiles, so ads speak as the page."
TRIED = (
    "Meta has tried the campaign and each ad's texts, and told its least budget. The rest of the "
    "ad set (dates, audience, advertiser and payer) and the picture can only be tried once the "
    "campaign exists."
)


@contextmanager
def _of_one_account() -> Iterator[None]:
    """What Meta does not show here says nothing about the grant's other accounts."""
    try:
        yield
    except NotReadable as error:
        raise AccountRefused(error.message) from error


class MetaLauncher(Launcher):
    """Ad sets carry the budget; audience and texts stay exactly as the draft has them."""

    manager = "Meta Ads Manager"
    dry_runs = True
    goals: ClassVar[tuple[str, ...]] = tuple(bodies.OBJECTIVES)

    def __init__(self, connector: Connector) -> None:
        super().__init__(connector)
        self._graph = Graph(connector.settings, connector.http)

    @_of_one_account()
    def missing_permission(self, account: FoundAccount) -> str:
        """Of the grant first, then of the person's role in the account."""
        grant = self.connector.granted()
        lacking = lacking_scopes(self._graph, grant, CREATING)
        if lacking:
            return (
                f"Meta has not given this connection {', '.join(lacking)}, without which nothing "
                "can be created. Open Connections, allow creating campaigns on Meta Ads and leave "
                "every permission ticked; a pasted token needs them ticked when it is generated."
            )
        return lacking_role(self._graph, grant, account)

    @_of_one_account()
    def choices(self, account: FoundAccount) -> Choices:
        """Pages with the right to advertise, pixels, Instagram profiles and the least budget."""
        terms = self._terms(account, *TERMS)
        pages, _ = self._told("me/accounts", "id,name,tasks")
        own = [page for page in pages if page.tasks is None or "ADVERTISE" in page.tasks]
        pixels = self._list(f"{_act(account)}/adspixels", "id,name")
        profiles, untold = self._told(f"{_act(account)}/instagram_accounts", "id,username")
        found = {NO_PIXEL: not pixels, NO_PAGE: not own, NO_INSTAGRAM: untold}
        return Choices(
            profile_word="Facebook page",
            profiles=_chosen(own),
            least_budget=_least(terms, account),
            picture=True,
            goals=tuple(goal for goal in self.goals if pixels or goal not in bodies.EVENTS),
            questions=tuple(_questions(terms, pixels, profiles)),
            notes=tuple(note for note, holds in found.items() if holds),
        )

    def problems(self, account: FoundAccount, order: Order) -> list[str]:
        return list(checks.problems(account, order, self.today(account)))

    def steps(self, account: FoundAccount, order: Order) -> list[Step]:
        return list(bodies.steps(account, order, self.today(account)))

    @_of_one_account()
    def dry_run(self, account: FoundAccount, order: Order) -> DryRun:
        """What needs no parent is tried; a picture would be kept, so it is left out."""
        said = list(self._compared(account, order))
        for step in self.steps(account, order):
            if step.kind in (bodies.CAMPAIGN, bodies.CREATIVE):
                said += self._tried(account, step)
        # What is wrong with one ad is often wrong with all of them.
        return DryRun(asked=True, problems=tuple(dict.fromkeys(said)), note=TRIED)

    def create(self, account: FoundAccount, order: Order, step: Step, made: Made) -> Made:
        """A picture is known by its hash, everything else by its id."""
        body = bodies.filled(step.request, {**made, **_content(order)})
        edge = f"{_act(account)}/{bodies.EDGES[step.kind]}"
        found = self._graph.create(self.connector.granted(), edge, _CREATED, bodies.form(body))
        known = found.id or next((image.hash for image in found.images.values()), "")
        if not known:
            raise Unknown(UNANSWERED)
        return {step.key: known}

    @_of_one_account()
    def find(self, account: FoundAccount, order: Order, step: Step, made: Made) -> Made:
        """By name; a picture by what it holds, of which Meta keeps one however often it is sent."""
        if step.kind == bodies.PICTURE:
            return self._picture(account, order)
        edge = self._where(account, step, made)
        if not edge:
            return {}
        asked = {"fields": "id,name"}
        if step.kind == bodies.CAMPAIGN:
            named = {"field": "name", "operator": "CONTAIN", "value": order.mark}
            asked["filtering"] = msgspec.json.encode([named]).decode()
            asked["effective_status"] = _EVERY_STATUS
        end = bodies.tail(order, step.key)
        pages = self._graph.pages(self.connector.granted(), edge, _NAMED, asked)
        if step.kind == bodies.CREATIVE:
            # An account may hold tens of thousands, and one too many shows nothing by itself.
            pages = islice(pages, _PAGES_OF_CREATIVES)
        for found in chain.from_iterable(pages):
            if found.name.endswith(end):
                return {step.key: found.id}
        return {}

    def verify(self, account: FoundAccount, order: Order, made: Made) -> list[str]:
        """Creatives and pictures cannot run by themselves."""
        del account, order
        said = (self._held(object_id) for key, object_id in made.items() if can_run(key))
        return [sentence for sentence in said if sentence]

    @_of_one_account()
    def remove(self, account: FoundAccount, made: Made) -> Sequence[str]:
        """The campaign takes ad set and ads along.

        A picture stays in the account's library, where other ads may show it, and so does a
        creative that Meta does not give up. They show nothing by themselves and count as gone.
        """
        del account
        if "campaign" in made:
            self._delete(made["campaign"])
        for key in made:
            if key.startswith("creative-"):
                with suppress(Refused):
                    self._delete(made[key])
        return list(made)

    def manager_url(self, account: FoundAccount, made: Made) -> str:
        query = {"act": account.external_id}
        if "campaign" in made:
            query["selected_campaign_ids"] = made["campaign"]
        return f"https://adsmanager.facebook.com/adsmanager/manage/campaigns?{urlencode(query)}"

    def _terms(self, account: FoundAccount, *fields: str) -> answers.Terms:
        asked = {"fields": ",".join(fields)}
        return self._graph.get(self.connector.granted(), _act(account), _TERMS, asked)

    def _list(self, path: str, fields: str) -> list[answers.Named]:
        asked = {"fields": fields}
        return list(self._graph.rows(self.connector.granted(), path, _NAMED, asked))

    def _told(self, path: str, fields: str) -> tuple[list[answers.Named], bool]:
        """A list, and whether it is empty because a permission is missing."""
        try:
            return self._list(path, fields), False
        except AccessRevoked:
            return [], True

    def _compared(self, account: FoundAccount, order: Order) -> Iterator[str]:
        """What the ad set would be refused for, as far as the account's lists tell."""
        least = _least(self._terms(account, "min_daily_budget"), account)
        if least and order.daily_budget < least:
            yield (
                f"Meta takes at least {least} {account.currency} a day in this account; raise the "
                "daily budget."
            )
        pixel = order.answers.get("pixel")
        if order.goal in bodies.EVENTS and pixel not in self._ids(f"{_act(account)}/adspixels"):
            yield "The chosen pixel does not belong to this account any more; choose another."

    def _ids(self, path: str) -> set[str]:
        return {one.id for one in self._list(path, "id")}

    def _tried(self, account: FoundAccount, step: Step) -> Iterator[str]:
        """What Meta has against a step, as far as it can be tried alone."""
        body = bodies.without_picture(step.request) | {"execution_options": ["validate_only"]}
        edge = f"{_act(account)}/{bodies.EDGES[step.kind]}"
        try:
            self._graph.put(self.connector.granted(), edge, bodies.form(body))
        except Refused as error:
            if error.field != "picture":
                yield error.message

    def _picture(self, account: FoundAccount, order: Order) -> Made:
        if order.picture is None:
            return {}
        asked = {"hashes": msgspec.json.encode([order.picture.md5]).decode(), "fields": "hash"}
        edge = f"{_act(account)}/{bodies.EDGES[bodies.PICTURE]}"
        found = list(self._graph.rows(self.connector.granted(), edge, _IMAGES, asked))
        return {"picture": found[0].hash} if found else {}

    def _where(self, account: FoundAccount, step: Step, made: Made) -> str:
        """The list in which a step's object would be, empty when there is none to look in."""
        above = {bodies.AD_SET: "campaign", bodies.AD: "ad_group"}.get(step.kind)
        if above:
            return f"{made[above]}/{bodies.EDGES[step.kind]}" if above in made else ""
        return f"{_act(account)}/{bodies.EDGES[step.kind]}"

    def _standing(self, object_id: str) -> answers.Standing:
        asked = {"fields": "name,status"}
        return self._graph.get(self.connector.granted(), object_id, _STANDING, asked)

    def _held(self, object_id: str) -> str:
        """Pause what is not paused; what there is to say about it."""
        try:
            found = self._standing(object_id)
        except NotReadable:
            return f"Meta no longer shows {object_id}. Look for it in Meta Ads Manager."
        if found.status == "PAUSED":
            return ""
        if found.status in _GONE:
            return f"{found.name} is no longer there: Meta calls it {found.status}."
        with suppress(Refused):
            self._graph.put(self.connector.granted(), object_id, {"status": "PAUSED"})
        now = self._standing(object_id)
        if now.status == "PAUSED":
            return f"{found.name} was not paused but {found.status}; it has been paused now."
        return (
            f"{found.name} is {now.status} and could not be paused. Pause it in Meta Ads Manager "
            "now, for it may spend money."
        )

    def _delete(self, object_id: str) -> None:
        if self._standing(object_id).status != "DELETED":
            self._graph.delete(self.connector.granted(), object_id, refusal)


def _act(account: FoundAccount) -> str:
    return f"act_{account.external_id}"


def _content(order: Order) -> Mapping[str, str]:
    """What the picture is made of, for the step that uploads it."""
    if order.picture is None:
        return {}
    return {"file": base64.b64encode(order.picture.content).decode()}


def _chosen(named: Sequence[answers.Named]) -> tuple[Choice, ...]:
    return tuple(Choice(one.id, one.name or one.username or one.id) for one in named)


def _least(terms: answers.Terms, account: FoundAccount) -> Decimal | None:
    if not terms.min_daily_budget:
        return None
    return major_units(Decimal(terms.min_daily_budget), account.currency)


def _questions(
    terms: answers.Terms,
    pixels: Sequence[answers.Named],
    profiles: Sequence[answers.Named],
) -> Iterator[Question]:
    if pixels:
        yield Question(
            "pixel",
            "Pixel",
            "Counts purchases for sales and leads for leads on your website.",
            _chosen(pixels),
            needed=True,
            goals=tuple(bodies.EVENTS),
        )
    if profiles:
        yield Question(
            "instagram",
            "Instagram profile",
            "Whom ads on Instagram come from; without one, the Facebook page.",
            _chosen(profiles),
        )
    for name, label, what, usual in (
        ("dsa_beneficiary", "Advertiser", "For whom the ads speak", terms.default_dsa_beneficiary),
        ("dsa_payor", "Payer", "Who pays for the ads", terms.default_dsa_payor),
    ):
        shown = f" The account usually says {usual}." if usual else ""
        yield Question(
            name, label, f"{what}. Needed, and shown, in the European Union only.{shown}"
        )
