"""How much the last days still grow, as JSON."""

from __future__ import annotations

from decimal import Decimal

from flask import Blueprint, Response

from app.extensions import db
from app.metrics.growth import LAST_DAYS, Grown, Growth, growth
from app.metrics.platforms import platform_label
from app.metrics.sources import sources
from app.web import access
from app.web.apidoc import Answer, answer, documented
from app.web.growth import sentence
from app.web.plain import plain

blueprint = Blueprint("growth_api", __name__, url_prefix="/api")


class GrowthOut(Answer):
    """Final ÷ young − 1 as a share of one, learnt `times` times; 8 of 10 lay in `low` to `high`."""

    usual: Decimal
    low: Decimal
    high: Decimal
    times: int


class GrownOut(Answer):
    """Null where there is not enough to say."""

    conversions: GrowthOut | None
    reported_revenue: GrowthOut | None
    spend: GrowthOut | None


class AgeOut(GrownOut):
    """Of single days that are `age` days old; yesterday is 1."""

    age: int


class PlatformGrowthOut(Answer):
    """Of a platform, or of one of its accounts when `account` is set."""

    platform: str
    label: str
    account: str | None
    last_days: GrownOut
    by_age: list[AgeOut]


class GrowthsOut(Answer):
    """`days` is how many days before today `last_days` takes together."""

    days: int
    said: str
    rows: list[PlatformGrowthOut]


@blueprint.get("/metrics/growth")
@documented("How much the last days usually still grow", answer=GrowthsOut)
def show() -> Response:
    """The same as on the dashboard; no rows before enough days have settled."""
    known = sources(db.session(), access.workspace().id)
    today = known.day_in_progress(access.today(), access.now())
    found = growth(db.session(), known, today)
    return answer(
        GrowthsOut(
            days=len(LAST_DAYS),
            said=sentence(found),
            rows=[
                PlatformGrowthOut(
                    platform=each.platform,
                    label=platform_label(each.platform),
                    account=each.account.name if each.account else None,
                    last_days=GrownOut(**_grown(each.last_days)),
                    by_age=[AgeOut(age=age, **_grown(grown)) for age, grown in each.by_age.items()],
                )
                for each in found
            ],
        )
    )


def _grown(grown: Grown) -> dict[str, GrowthOut | None]:
    return {
        "conversions": _growth(grown.conversions),
        "reported_revenue": _growth(grown.value),
        "spend": _growth(grown.spend),
    }


def _growth(found: Growth | None) -> GrowthOut | None:
    if found is None:
        return None
    usual, low, high = (
        plain(share) or Decimal(0) for share in (found.usual, found.low, found.high)
    )
    return GrowthOut(usual=usual, low=low, high=high, times=found.times)
