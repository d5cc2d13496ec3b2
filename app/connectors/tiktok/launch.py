"""Creating campaigns on TikTok, switched off at every level.

TikTok may ignore that a campaign is to be created switched off, so it is switched off again and
read back before anything goes into it. There is no call that makes a repeated one harmless for
longer than seconds: what an unknown try may have made is looked up by the mark in its name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, ClassVar, Final
from urllib.parse import urlencode

import msgspec

from app.connectors.base import Connector
from app.connectors.errors import ConnectorError
from app.connectors.http import Attachment
from app.connectors.launching import (
    Choices,
    DryRun,
    Launcher,
    Made,
    Order,
    Refused,
    Step,
    Unknown,
)
from app.connectors.tiktok import assets, offers
from app.connectors.tiktok import launch_bodies as bodies
from app.connectors.tiktok.answers import Id, Page, Thing, same
from app.connectors.tiktok.api import Api, as_json
from app.connectors.tiktok.launch_problems import problems
from app.connectors.tiktok.refusals import UNHEARD
from app.connectors.words import FoundAccount

A_SWITCH: Final = 20
KINDS: Final = {"campaign": "campaign", "ad_group": "adgroup", "ad": "ad"}
WORDS: Final = {"campaign": "campaign", "adgroup": "ad group", "ad": "ad"}
# TikTok gives its permissions numbers; a broad one and the narrower ones within it begin alike.
CREATING: Final = {"Ads Management": "2", "Creative Management": "6"}

NO_TRIAL: Final = "TikTok has no way to try an order without creating it."


class _Made(msgspec.Struct):
    """What a creating call answers; each has one of these."""

    campaign_id: Id = None
    adgroup_id: Id = None
    ad_ids: list[str | int] | None = None
    image_id: str = ""


_MADE = msgspec.json.Decoder(_Made, strict=False)
_ANYTHING = msgspec.json.Decoder(msgspec.Raw)
_THINGS = msgspec.json.Decoder(Page[Thing], strict=False)


class TikTokLauncher(Launcher):
    """The keys of `Made` are picture, campaign, ad_group and ad-<n>."""

    manager: ClassVar[str] = "TikTok Ads Manager"

    def __init__(self, connector: Connector) -> None:
        super().__init__(connector)
        self._api = Api(connector.settings, connector.http, lambda: connector.meter)

    def missing_permission(self, account: FoundAccount) -> str:
        """A pasted token does not say what it may do; then TikTok's refusal tells."""
        del account
        scopes = self.connector.granted().scopes
        missing = [
            name
            for name, digit in CREATING.items()
            if scopes and not any(_within(digit, scope) for scope in scopes)
        ]
        if not missing:
            return ""
        return (
            f"TikTok did not give the permission {' and '.join(missing)}, so nothing can be "
            "created there. Whoever runs this installation ticks it under My Apps, App Detail at "
            "business-api.tiktok.com/portal; then open Connections and press Reconnect on TikTok "
            "Ads."
        )

    def choices(self, account: FoundAccount) -> Choices:
        return offers.choices(self._api, self.connector.granted(), account)

    def problems(self, account: FoundAccount, order: Order) -> list[str]:
        return problems(account, order, self.today(account))

    def steps(self, account: FoundAccount, order: Order) -> list[Step]:
        """Each request is the body by its path; a campaign takes two."""
        switched = bodies.switch(account, "campaign", ["{campaign}"], bodies.OFF)
        steps = [
            Step(
                "campaign",
                "campaign",
                order.named(),
                {
                    bodies.CREATE_CAMPAIGN: bodies.campaign(account, order),
                    bodies.SWITCH_CAMPAIGN: switched,
                },
            ),
            Step(
                "ad_group",
                "ad group",
                order.named("Ad group"),
                {bodies.CREATE_AD_GROUP: bodies.ad_group(account, order)},
            ),
        ]
        if order.picture or order.answers.get(bodies.VIDEO):
            shown = bodies.image(account, order)
            if order.picture:
                shown |= {"image_file": f"{len(order.picture.content)} bytes"}
            name = bodies.image_name(order)
            steps.insert(0, Step("picture", "image", name, {bodies.UPLOAD: shown}))
        return steps + [
            Step(
                f"ad-{number}",
                "ad",
                order.named(f"Ad {number}"),
                {bodies.CREATE_AD: bodies.ad(account, order, number, copy)},
            )
            for number, copy in enumerate(order.ads, 1)
        ]

    def dry_run(self, account: FoundAccount, order: Order) -> DryRun:
        """TikTok offers no trial; whether it advertises in the countries can be asked."""
        missing = self._unreachable(account, order)
        return DryRun(asked=False, problems=tuple(missing), note=NO_TRIAL)

    def create(self, account: FoundAccount, order: Order, step: Step, made: Made) -> Made:
        return self._makers()[step.kind](account, order, step, made)

    def find(self, account: FoundAccount, order: Order, step: Step, made: Made) -> Made:
        """Images by their file name, the others by their own name under their parent."""
        if step.kind == "image":
            grant = self.connector.granted()
            found = assets.image_named(self._api, grant, account.external_id, step.name)
        else:
            found = self._named(account, order, step, made)
        return {step.key: found} if found else {}

    def verify(self, account: FoundAccount, order: Order, made: Made) -> list[str]:
        del order
        told = []
        for kind, by_key in _by_kind(made).items():
            ids = list(by_key.values())
            listed = self._listed(account, kind, ids)
            live = {own: one for own, one in listed.items() if _is_on(one)}
            if live:
                self._turn(account, kind, list(live), bodies.OFF)
                listed = self._listed(account, kind, ids)
            told += [_about_live(kind, one, listed.get(own)) for own, one in live.items()]
            told += [
                f"TikTok does not list the {WORDS[kind]} {own} any more."
                for own in ids
                if own not in listed
            ]
        return told

    def remove(self, account: FoundAccount, made: Made) -> Sequence[str]:
        """From the ads upwards; what TikTok lists no more is gone, whatever it answered.

        A picture stays in the account's library: it may have been there before, and other ads may
        show it. It shows nothing by itself and counts as gone.
        """
        gone: list[str] = []
        for kind, by_key in reversed(_by_kind(made).items()):
            ids = list(by_key.values())
            if left := self._listed(account, kind, ids):
                self._turn(account, kind, list(left), "DELETE")
                left = self._listed(account, kind, ids)
            gone += [key for key, own in by_key.items() if own not in left]
        if "picture" in made:
            gone.append("picture")
        return gone

    def manager_url(self, account: FoundAccount, made: Made) -> str:
        """TikTok documents no address of a single campaign; this one lists the account's."""
        del made
        query = urlencode({"aadvid": account.external_id})
        return f"https://ads.tiktok.com/i18n/perf/campaign?{query}"

    def _makers(self) -> dict[str, Callable[[FoundAccount, Order, Step, Made], Made]]:
        return {
            "image": self._make_image,
            "campaign": self._make_campaign,
            "ad group": self._make_ad_group,
            "ad": self._make_ad,
        }

    def _make_image(self, account: FoundAccount, order: Order, step: Step, made: Made) -> Made:
        del made
        grant, body = self.connector.granted(), bodies.image(account, order)
        file = None
        if order.picture:
            picture = order.picture
            file = Attachment("image_file", step.name, picture.content, picture.media_type)
        else:
            body = bodies.filled(body, {"cover": self._cover(account, order)})
        answer = self._api.make(grant, bodies.UPLOAD, _MADE, body, file=file)
        return {step.key: _told(answer.image_id)}

    def _cover(self, account: FoundAccount, order: Order) -> str:
        grant, video = self.connector.granted(), order.answers[bodies.VIDEO]
        cover = assets.cover_of(self._api, grant, account.external_id, video)
        if not cover:
            raise Refused(
                "TikTok has no cover for this video, or no longer the video itself. Choose "
                "another video, or upload a picture of the same shape.",
                field=bodies.VIDEO,
            )
        return cover

    def _make_campaign(self, account: FoundAccount, order: Order, step: Step, made: Made) -> Made:
        del made
        missing = self._unreachable(account, order)
        if missing:
            raise Refused(" ".join(missing), field="countries")
        answer = self._post(bodies.CREATE_CAMPAIGN, step.request[bodies.CREATE_CAMPAIGN])
        own = _told(same(answer.campaign_id))
        try:
            paused = self._is_held(account, own)
        except ConnectorError as error:
            raise Unknown(_not_held(own)) from error
        if not paused:
            raise Unknown(_not_held(own))
        return {step.key: own}

    def _make_ad_group(self, account: FoundAccount, order: Order, step: Step, made: Made) -> Made:
        """Nothing goes into a campaign that is not switched off."""
        if not self._is_held(account, made["campaign"]):
            raise Refused(_not_held(made["campaign"]))
        places = {f"country {code}": own for code, own in self._places(account, order).items()}
        body = bodies.filled(step.request[bodies.CREATE_AD_GROUP], {**made, **places})
        body = bodies.started(body, self.connector.http.now())
        return {step.key: _told(same(self._post(bodies.CREATE_AD_GROUP, body).adgroup_id))}

    def _make_ad(self, account: FoundAccount, order: Order, step: Step, made: Made) -> Made:
        del account, order
        answer = self._post(bodies.CREATE_AD, bodies.filled(step.request[bodies.CREATE_AD], made))
        return {step.key: _told(same(answer.ad_ids[0] if answer.ad_ids else None))}

    def _post(self, path: str, body: Mapping[str, Any]) -> _Made:
        return self._api.make(self.connector.granted(), path, _MADE, body)

    def _is_held(self, account: FoundAccount, campaign: str) -> bool:
        """Switch a campaign off, and see whether it is."""
        self._turn(account, "campaign", [campaign], bodies.OFF)
        listed = self._listed(account, "campaign", [campaign])
        return campaign in listed and not _is_on(listed[campaign])

    def _turn(self, account: FoundAccount, kind: str, ids: list[str], status: str) -> None:
        """Change a status. What became of it is for the caller to read."""
        grant = self.connector.granted()
        for at in range(0, len(ids), A_SWITCH):
            body = bodies.switch(account, kind, ids[at : at + A_SWITCH], status)
            with suppress(Refused, Unknown):
                self._api.make(grant, f"{kind}/status/update", _ANYTHING, body)

    def _listed(self, account: FoundAccount, kind: str, ids: list[str]) -> dict[str, Thing]:
        """Those of the ids that TikTok lists."""
        found = self._things(account, kind, {f"{kind}_ids": ids})
        return {_own_id(kind, one): one for one in found}

    def _named(self, account: FoundAccount, order: Order, step: Step, made: Made) -> str:
        """By the end of the name: the mark, and before it which ad it is."""
        kind = KINDS[step.key.partition("-")[0]]
        above = {"adgroup": "campaign", "ad": "ad_group"}.get(kind)
        if above and above not in made:
            return ""
        only = {f"{KINDS[above]}_ids": [made[above]]} if above else {}
        ending = step.name.rpartition(" · ")[2] if kind == "ad" else f"[{order.mark}]"
        for one in self._things(account, kind, only):
            if (getattr(one, f"{kind}_name") or "").endswith(ending):
                return _own_id(kind, one)
        return ""

    def _things(
        self, account: FoundAccount, kind: str, only: Mapping[str, Sequence[str]]
    ) -> list[Thing]:
        """To the last page; what was deleted is not among them."""
        asked = {
            "advertiser_id": account.external_id,
            "filtering": as_json(only),
            "fields": as_json(_fields(kind)),
        }
        pages = self._api.pages(self.connector.granted(), f"{kind}/get", _THINGS, asked)
        return [one for page in pages for one in page]

    def _places(self, account: FoundAccount, order: Order) -> Mapping[str, str]:
        return assets.countries(
            self._api,
            self.connector.granted(),
            account.external_id,
            bodies.placement(order),
            bodies.AIMS[order.goal].objective,
        )

    def _unreachable(self, account: FoundAccount, order: Order) -> list[str]:
        places = self._places(account, order)
        where = "TikTok" if order.answers.get(bodies.VIDEO) else "Pangle"
        return [
            f"This ad account cannot advertise in {code} on {where}. Take that country out."
            for code in order.countries
            if code not in places
        ]


def _within(digit: str, scope: str) -> bool:
    """10000 and the like are permissions of their own."""
    return scope.startswith(digit) and len(scope) <= 3


def _fields(kind: str) -> list[str]:
    levels = ("campaign", "adgroup", "ad")
    above = levels[: levels.index(kind) + 1]
    return [*(f"{level}_id" for level in above), f"{kind}_name", "operation_status"]


def _by_kind(made: Made) -> dict[str, dict[str, str]]:
    """Ids by key for each kind, campaigns first."""
    found: dict[str, dict[str, str]] = {}
    for key in ("campaign", "ad_group", "ad"):
        of_kind = {one: own for one, own in made.items() if one.partition("-")[0] == key}
        if of_kind:
            found[KINDS[key]] = of_kind
    return found


def _own_id(kind: str, thing: Thing) -> str:
    return same(getattr(thing, f"{kind}_id"))


def _is_on(thing: Thing) -> bool:
    return thing.operation_status != bodies.OFF


def _about_live(kind: str, thing: Thing, after: Thing | None) -> str:
    name = getattr(thing, f"{kind}_name") or _own_id(kind, thing)
    if after is not None and _is_on(after):
        return (
            f"The {WORDS[kind]} {name} is switched on at TikTok and could not be switched off. "
            "Switch it off in TikTok Ads Manager now."
        )
    return f"The {WORDS[kind]} {name} was switched on at TikTok; it has been switched off."


def _not_held(campaign: str) -> str:
    return (
        f"TikTok created the campaign {campaign} but could not be seen to have switched it off, "
        "so nothing was put into it. Nothing runs without an ad. Try again, or switch it off in "
        "TikTok Ads Manager."
    )


def _told(own: str) -> str:
    """The id of what was made. Raises Unknown when TikTok said yes without it."""
    if not own:
        raise Unknown(UNHEARD)
    return own
