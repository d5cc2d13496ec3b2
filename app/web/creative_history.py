"""What the workspace's own ads say beside a variation and its score."""

from __future__ import annotations

from dataclasses import dataclass

from app.extensions import db
from app.metrics.own_ads import OwnAds, Resemblance, own_ads
from app.metrics.pair_record import PairRecord, pair_record
from app.web import access
from app.web.creative_cards import Card


@dataclass(frozen=True, slots=True)
class History:
    """Own ads with what they did, and how often the better score did better."""

    ads: OwnAds
    record: PairRecord

    def of(self, card: Card) -> Resemblance | None:
        """What own ads like this one did; None with too few of them to say."""
        return self.ads.resembling(card.row.platform, card.row.content)


def history() -> History:
    """What is known today."""
    session, place, today = db.session(), access.workspace().id, access.today()
    return History(own_ads(session, place, today), pair_record(session, place, today))
