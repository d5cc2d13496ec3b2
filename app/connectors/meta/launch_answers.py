"""The shapes of what Meta answers when campaigns are created."""

from __future__ import annotations

import msgspec

from app.connectors.meta.answers import Envelope


class Image(msgspec.Struct):
    hash: str


class Created(Envelope):
    """What a create is answered with: an id, or of a picture its hash under a name."""

    id: str = ""
    images: dict[str, Image] = msgspec.field(default_factory=dict)


class Named(msgspec.Struct):
    """Something to choose from. A page lists what may be done with it, or does not say."""

    id: str
    name: str = ""
    username: str = ""
    tasks: list[str] | None = None


class Terms(Envelope):
    """What an ad account asks of those who advertise in it; the budget in its minor units."""

    min_daily_budget: int | None = None
    default_dsa_beneficiary: str = ""
    default_dsa_payor: str = ""
    user_tasks: list[str] | None = None


class Standing(Envelope):
    """An object's status as its owner set it."""

    name: str = ""
    status: str = ""
