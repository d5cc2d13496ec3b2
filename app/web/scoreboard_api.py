"""How well each rule did, as JSON."""

from __future__ import annotations

from flask import Blueprint, Response

from app.extensions import db
from app.metrics.scoreboard import FEWEST, LEAST_SHARE, Score, Tally, scoreboard
from app.web import access
from app.web.apidoc import Answer, answer, documented

blueprint = Blueprint("scoreboard_api", __name__, url_prefix="/api/insights")


class TallyOut(Answer):
    """`right` of `told` that could be told; `share` of one, null for none."""

    right: int
    told: int
    share: float | None


class ScoreOut(Answer):
    """Advice is judged only by what was followed; `followed` is null for wins and concerns.

    `direction` is whether it went as said, or lasted, of what happened on a day whether the day
    still says so; `range` whether the range held. `verdict` is too_few, badly or holds.
    """

    rule: str
    advice: bool
    said: int
    reviewed: int
    followed: int | None
    direction: TallyOut
    range: TallyOut
    verdict: str


class ScoreboardOut(Answer):
    """With under `fewest` judged there are too few; badly is a direction under `least_share` right.

    Or ranges that held so seldom as honest ones of 80 % would once in twenty times.
    """

    fewest: int
    least_share: float
    rules: list[ScoreOut]


@blueprint.get("/scoreboard")
@documented("How well each rule did, by its reviews", answer=ScoreboardOut)
def show() -> Response:
    """Rules that never said anything are left out."""
    scores = scoreboard(db.session(), access.workspace().id)
    return answer(
        ScoreboardOut(fewest=FEWEST, least_share=LEAST_SHARE, rules=[_out(each) for each in scores])
    )


def _out(score: Score) -> ScoreOut:
    return ScoreOut(
        rule=score.rule,
        advice=score.advice,
        said=score.said,
        reviewed=score.reviewed,
        followed=score.followed,
        direction=_tally(score.direction),
        range=_tally(score.inside),
        verdict=score.verdict.value,
    )


def _tally(tally: Tally) -> TallyOut:
    return TallyOut(right=tally.right, told=tally.told, share=tally.share)
