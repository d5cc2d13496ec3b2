"""Creates campaigns on LinkedIn, all of them drafts.

Of the arrangements that LinkedIn's rules allow, everything a draft is the one in which nothing can
be spent by one wrong click: the campaign group, the campaign and every creative each have to be
switched on by hand. The other one, a group that is active with a paused campaign, would leave a
single switch between the client's money and LinkedIn. Drafts are also the only things that LinkedIn
deletes without a trace, so that a launch that did not end can be cleaned up. A draft is not
reviewed before it is switched on.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import msgspec

from app.connectors.errors import AccessRevoked, AccountRefused, ConnectorError, Temporary
from app.connectors.http import Answer
from app.connectors.launching import (
    Choices,
    DryRun,
    Launcher,
    Made,
    Order,
    Refused,
    Step,
    Unknown,
    can_run,
)
from app.connectors.linkedin import answers
from app.connectors.linkedin import launch_bodies as bodies
from app.connectors.linkedin.api import Api, Change, Question
from app.connectors.linkedin.errors import BadQuestion, NotThere
from app.connectors.linkedin.launch_checks import problems
from app.connectors.linkedin.launch_offers import Offers
from app.connectors.linkedin.oauth import SCOPES_TO_CREATE
from app.connectors.linkedin.refusals import NO_ANSWER
from app.connectors.linkedin.restli import CAMPAIGN, CREATIVE, GROUP, Params, encode, same
from app.connectors.words import FoundAccount

MANAGER = "https://www.linkedin.com/campaignmanager/accounts"
_PAGE_SIZES = (100, 25)
_LIVING: Final = ("ACTIVE", "PAUSED", "DRAFT")
_QUIET: Final = frozenset({"DRAFT", "PAUSED"})
_GONE: Final = frozenset({"PENDING_DELETION", "REMOVED"})
_COLLECTION: Final = {"campaign": "adCampaignGroups", "ad_group": "adCampaigns"} | {
    "conversion": "campaignConversions"
}
_WORD: Final = {"campaign": "campaign group", "ad_group": "campaign"}
_NO_TRIAL: Final = (
    "LinkedIn has no trial: it checks the whole only when it is created, as drafts that cannot "
    "spend anything."
)


class Content(msgspec.Struct):
    """`reference` is the post behind a creative."""

    reference: str = ""


class Thing(msgspec.Struct, rename="camel"):
    """A campaign group, campaign or creative, as far as a launch looks at it."""

    id: int | str
    name: str | None = None
    status: str | None = None
    intended_status: str | None = None
    content: Content | None = None

    @property
    def post(self) -> str:
        return self.content.reference if self.content else ""

    @property
    def set_to(self) -> str:
        return self.intended_status or self.status or ""


class Upload(msgspec.Struct, rename="camel"):
    upload_url: str = ""
    image: str = ""


class Uploading(msgspec.Struct):
    value: Upload


class Image(msgspec.Struct):
    status: str = ""


class Inline(msgspec.Struct):
    creative: str = ""


class Inlined(msgspec.Struct):
    value: Inline


_THING = msgspec.json.Decoder(Thing, strict=False)
_THINGS = msgspec.json.Decoder(answers.Page[Thing], strict=False)
_UPLOADING = msgspec.json.Decoder(Uploading, strict=False)
_IMAGE = msgspec.json.Decoder(Image, strict=False)
_INLINED = msgspec.json.Decoder(Inlined, strict=False)


class LinkedInLauncher(Launcher):
    """A campaign group, a campaign in it and a creative with a post of its own for each ad."""

    manager = "LinkedIn Campaign Manager"

    @property
    def _api(self) -> Api:
        return Api(self.connector)

    def missing_permission(self, account: FoundAccount) -> str:
        scopes = self.connector.granted().scopes
        missing = [scope for scope in SCOPES_TO_CREATE if scope not in scopes] if scopes else []
        if missing:
            return (
                f"LinkedIn may only be read so far: {_listed(missing)} not been given. Open the "
                "draft, press Allow creating campaigns, and then Allow in LinkedIn's window."
            )
        return Offers(self._api).missing_role(account)

    def choices(self, account: FoundAccount) -> Choices:
        return Offers(self._api).choices(account)

    def problems(self, account: FoundAccount, order: Order) -> list[str]:
        return list(problems(account, order, self.connector.http.now().date()))

    def steps(self, account: FoundAccount, order: Order) -> list[Step]:
        """Of an order without problems."""
        return bodies.steps(account, order)

    def dry_run(self, account: FoundAccount, order: Order) -> DryRun:
        """Only the countries can be asked about, so that nobody else's are paid for."""
        del account
        return Offers(self._api).known_places(order.countries, _NO_TRIAL)

    def create(self, account: FoundAccount, order: Order, step: Step, made: Made) -> Made:
        if step.key == "picture":
            return {step.key: self._upload(order, step)}
        if step.key.startswith("ad-"):
            self._await_picture(made["picture"])
        filled = next(one for one in bodies.steps(account, order, made) if one.key == step.key)
        request = filled.request
        change = Change(
            request["method"],
            request["path"],
            step.kind,
            _collection(step.key),
            account.external_id,
            request["body"],
        )
        answer = self._api.change(change)
        if step.key == "conversion":
            return {step.key: order.answers[bodies.CONVERSION]}
        return {step.key: _new_id(answer, step.kind)}

    def find(self, account: FoundAccount, order: Order, step: Step, made: Made) -> Made:
        """By the mark in its name, an ad also by its number before it.

        A picture cannot be found: one that nothing shows is nowhere to be seen, and is sent again.
        """
        question = _where(account, step.key, made)
        if question is None:
            return {}
        kind, _, number = step.key.partition("-")
        sign = f"{kind} {number} [{order.mark}]" if number else f"[{order.mark}]"
        for thing in self._api.rows(question, _THINGS, _PAGE_SIZES):
            if sign in (thing.name or ""):
                return {step.key: same(thing.id)}
        return {}

    def verify(self, account: FoundAccount, order: Order, made: Made) -> list[str]:
        del order
        told = [self._verified(account, key, id_) for key, id_ in made.items() if can_run(key)]
        return [sentence for sentence in told if sentence]

    def remove(self, account: FoundAccount, made: Made) -> Sequence[str]:
        """The innermost first. A picture is let go: LinkedIn deletes none, and nothing shows it.

        So is the tie to a conversion, which ends with its campaign.
        """
        keys = sorted(filter(can_run, made), key=_depth)
        gone = [key for key in keys if self._removed(account, key, made[key])]
        return [*gone, *(key for key in made if not can_run(key))]

    def manager_url(self, account: FoundAccount, made: Made) -> str:
        campaigns = f"{MANAGER}/{account.external_id}/campaigns"
        return f"{campaigns}/{made['ad_group']}" if "ad_group" in made else campaigns

    def _upload(self, order: Order, step: Step) -> str:
        """A picture that did not arrive is as good as none, so the whole step is repeated."""
        picture = order.picture
        assert picture is not None  # noqa: S101 there is no such step without one
        change = Change("ACTION", step.request["path"], "image", "images", "", step.request["body"])
        value = self._api.change(change).decode(_UPLOADING).value
        self._api.upload(value.upload_url, picture.content, picture.media_type)
        return value.image

    def _await_picture(self, urn: str) -> None:
        """LinkedIn works on a picture for some seconds, and takes no ad with it until then."""
        question = Question(f"images/{encode(urn)}", "images", method="GET")

        def check(image: Image) -> None:
            if image.status in ("PROCESSING", "WAITING_UPLOAD"):
                raise Temporary("LinkedIn is still working on the picture.")
            if image.status == "PROCESSING_FAILED":
                raise Refused(
                    "LinkedIn could not read the picture. Choose another one in the draft.",
                    field="picture",
                )

        try:
            self._api.ask(question, _IMAGE, check)
        except (AccessRevoked, AccountRefused, BadQuestion, NotThere):
            # Looking is a courtesy: the ad's own answer says whether the picture will do.
            return

    def _verified(self, account: FoundAccount, key: str, id_: str) -> str:
        """What is to be said about one thing; empty when it cannot be shown to anybody."""
        word = _word(key)
        thing = self._read(account, key, id_)
        if thing is None:
            return f"LinkedIn no longer finds the {word} {id_}. Look for it in Campaign Manager."
        if thing.set_to in _QUIET:
            return ""
        with suppress(Refused, AccountRefused, Unknown):
            self._set(account, key, id_, "PAUSED")
        again = self._read(account, key, id_)
        if again is not None and again.set_to in _QUIET:
            return f"The {word} {thing.name} was {thing.set_to} at LinkedIn. It has been paused."
        return (
            f"The {word} {thing.name} is {thing.set_to} at LinkedIn and could not be paused. Open "
            "Campaign Manager now and pause it there."
        )

    def _removed(self, account: FoundAccount, key: str, id_: str) -> bool:
        """A draft is deleted, anything else asked to be; what even that is refused is archived."""
        thing = self._read(account, key, id_)
        if thing is None or thing.set_to in _GONE:
            return True
        try:
            if thing.set_to == "DRAFT":
                self._change(account, "DELETE", key, id_, None)
            else:
                self._set(account, key, id_, "PENDING_DELETION")
        except Refused:
            return self._archived(account, key, id_)
        except Unknown:
            again = self._read(account, key, id_)
            return again is None or again.set_to in _GONE
        if thing.post:
            self._forget(thing.post)
        return True

    def _forget(self, post: str) -> None:
        """A post without its ad is shown to nobody, so that it does no harm when it stays."""
        with suppress(ConnectorError):
            self._api.change(Change("DELETE", f"posts/{encode(post)}", "post", "posts"))

    def _archived(self, account: FoundAccount, key: str, id_: str) -> bool:
        """Not gone, but hidden from lists and never shown: whether even that was done."""
        try:
            self._set(account, key, id_, "ARCHIVED")
        except ConnectorError:
            return False
        return True

    def _set(self, account: FoundAccount, key: str, id_: str, status: str) -> None:
        field = "intendedStatus" if key.startswith("ad-") else "status"
        self._change(account, "PARTIAL_UPDATE", key, id_, {"patch": {"$set": {field: status}}})

    def _change(
        self, account: FoundAccount, method: str, key: str, id_: str, body: bodies.Body | None
    ) -> None:
        path = _path(account, key, id_)
        quota = _collection(key)
        self._api.change(Change(method, path, _word(key), quota, account.external_id, body))

    def _read(self, account: FoundAccount, key: str, id_: str) -> Thing | None:
        path = _path(account, key, id_)
        question = Question(path, _collection(key), account=account.external_id, method="GET")
        try:
            return self._api.ask(question, _THING)
        except NotThere:
            return None


def _where(account: FoundAccount, key: str, made: Made) -> Question | None:
    """The list in which a step's thing would be; None for what is in no list."""
    if key == "campaign":
        params: Params = {"q": "search", "search": {"status": {"values": _LIVING}}}
    elif key == "ad_group":
        group = {"values": [f"{GROUP}{made['campaign']}"]}
        search: Params = {"campaignGroup": group, "status": {"values": _LIVING}}
        params = {"q": "search", "search": search}
    elif key.startswith("ad-"):
        campaigns = [f"{CAMPAIGN}{made['ad_group']}"]
        params = {"q": "criteria", "campaigns": campaigns, "intendedStatuses": _LIVING}
    else:
        return None
    path = f"adAccounts/{account.external_id}/{_collection(key)}"
    return Question(path, _collection(key), params, account=account.external_id)


def _path(account: FoundAccount, key: str, id_: str) -> str:
    """A creative's key is its URN, the others' their number."""
    last = encode(f"{CREATIVE}{id_}") if key.startswith("ad-") else id_
    return f"adAccounts/{account.external_id}/{_collection(key)}/{last}"


def _collection(key: str) -> str:
    return _COLLECTION.get(key, "creatives")


def _word(key: str) -> str:
    return _WORD.get(key, "creative")


def _depth(key: str) -> int:
    return {"ad_group": 1, "campaign": 2}.get(key, 0)


def _new_id(answer: Answer, what: str) -> str:
    """In a header, an action's also in the body. Raises Unknown: what has no id was yet made."""
    try:
        found = same(answer.headers.get("x-restli-id") or _inlined(answer.body))
    except Temporary:
        found = ""
    if not found:
        raise Unknown(NO_ANSWER.format(what=what, why="it named no id"))
    return found


def _inlined(body: bytes) -> str:
    """The id in the body of an action's answer; empty when it holds none."""
    try:
        return _INLINED.decode(body).value.creative
    except msgspec.DecodeError:
        return ""


def _listed(scopes: list[str]) -> str:
    if len(scopes) == 1:
        return f"the permission {scopes[0]} has"
    return f"the permissions {', '.join(scopes[:-1])} and {scopes[-1]} have"
