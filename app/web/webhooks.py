"""Where platforms deliver what has changed. Open to all: what counts is the signature."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from app.extensions import csrf, db
from app.sync.deliveries import Delivery, receive
from app.web import access
from app.web.incoming import NUL

blueprint = Blueprint("webhooks", __name__, url_prefix="/webhooks")
# Shopify's servers have no session of ours; their signature proves more than a token would.
csrf.exempt(blueprint)

LONGEST_ID = 200


@blueprint.post("/shopify")
def shopify() -> ResponseReturnValue:
    """Every topic arrives here. Anything but 2xx makes Shopify deliver again, eight times."""
    delivery = Delivery(
        topic=_header("X-Shopify-Topic").lower(),
        shop=_header("X-Shopify-Shop-Domain").lower(),
        delivery_id=_header("X-Shopify-Webhook-Id") or _header("X-Shopify-Event-Id"),
        signature=_header("X-Shopify-Hmac-Sha256"),
        triggered_at=_moment(_header("X-Shopify-Triggered-At")),
        body=request.get_data(cache=True),
    )
    receive(db.session(), access.settings(), delivery, now=access.now())
    db.session.commit()
    return "", 200


def _header(name: str) -> str:
    return request.headers.get(name, "").replace(NUL, "")[:LONGEST_ID]


def _moment(text: str) -> dt.datetime | None:
    """The instant of a header, None when it names none."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
