"""Who writes for this installation: a model when one is configured, else the built-in writer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from app.copywriting.brief import Brief
from app.copywriting.builtin import BuiltInWriter
from app.copywriting.model.door import door_to
from app.copywriting.model.estimate import Estimate, estimate
from app.copywriting.model.setup import model_setup
from app.copywriting.model.writer import ModelWriter
from app.copywriting.writing import Writer
from app.creative import briefs
from app.creative.resting import Rest
from app.metrics.own_ads import own_ads
from app.models import CreativeBatch
from app.settings import Settings

BUILT_IN = "built-in"
_OWN_ADS_SHOWN = 5


def writer_name(settings: Settings) -> str:
    """`built-in`, or the model's name as people know it."""
    setup = model_setup(settings)
    return setup.name if setup else BUILT_IN


def chosen_writer(settings: Settings, asked: str) -> str:
    """The built-in writer when it is asked for, else whoever is configured."""
    return BUILT_IN if asked == BUILT_IN else writer_name(settings)


def writer_for(
    session: Session, settings: Settings, batch: CreativeBatch, clock: Callable[[], dt.datetime]
) -> Writer:
    """Who writes this batch: whoever was asked, as long as that model is still configured.

    A model is shown a few of the workspace's own ads, those that were seen most.
    """
    brief = briefs.parse_brief(batch.brief)
    setup = model_setup(settings)
    if setup is None or batch.writer == BUILT_IN:
        return BuiltInWriter(brief, turn=batch.turn, rest=Rest())
    shown = _own_texts(session, batch.workspace_id, brief, clock().date())
    return ModelWriter(brief, door_to(setup), clock=clock, own_ads=shown)


def warm(settings: Settings) -> None:
    """Start the model's process in the background: somebody is about to write."""
    setup = model_setup(settings)
    if setup is not None:
        door_to(setup).warm()


def estimated(settings: Settings, brief: Brief, count: int) -> Estimate | None:
    """About what a batch will cost; None where the built-in writer writes, for nothing."""
    setup = model_setup(settings)
    return estimate(brief, count, door_to(setup)) if setup else None


def _own_texts(session: Session, workspace_id: int, brief: Brief, today: dt.date) -> list[str]:
    ads = [
        ad
        for ad in own_ads(session, workspace_id, today).ads
        if ad.platform in brief.platforms and ad.texts
    ]
    ads.sort(key=lambda ad: (-ad.impressions, ad.ad_id))
    return [_plain(ad.texts) for ad in ads[:_OWN_ADS_SHOWN]]


def _plain(texts: Mapping[str, Any]) -> str:
    """An ad's texts a line each; kinds hold one text or several."""
    several = (
        [each] if isinstance(each, str) else each
        for kind in ("primary_text", "headline", "headlines", "description", "descriptions")
        if (each := texts.get(kind))
    )
    return "\n".join(dict.fromkeys(line for each in several for line in each))
