"""Words for what a planned test found."""

from __future__ import annotations

from app.insights.finding import Class, Finding
from app.insights.sentences.en.phrases import Telling, says
from app.insights.words import Manner, Said

_VERDICTS = {
    Class.RECOMMEND: "the next unit of money returns more on {taker} than on {giver}",
    Class.LEANING: "the next unit of money seems to return more on {taker} than on {giver}",
    Class.WORTH_TESTING: "it leans towards {taker} over {giver}, and a longer one would tell",
    Class.SILENT: "no difference in what the next unit of money returns was found",
}


@says("planned_test")
def planned_test(finding: Finding, manner: Manner) -> Said:
    """The verdict of the class; the move itself is another finding's."""
    told = Telling(finding, manner)
    by_role = {each.role: each.name for each in finding.entities if each.role}
    verdict = _VERDICTS[finding.class_].format(
        giver=by_role.get("from", ""), taker=by_role.get("to", "")
    )
    spent = f"{told['followed']} of the weeks were spent as drawn"
    return Said(
        title=f"The test of {_tested(told)} is over: {verdict}",
        saw=f"{told.counted('tested_weeks', 'week')} at ±{told['swing']} ({told.days}); {spent}."
        + _returns(told, by_role),
        how_sure=_how_sure(told, by_role),
        do=_do(finding),
        change_our_mind=(
            "A break in tracking, a promotion or stock that ran out in these weeks, or a hold-out "
            "that finds other returns."
        ),
    )


def _tested(told: Telling) -> str:
    return told.manner.names([each.name for each in told.finding.entities])


def _returns(told: Telling, by_role: dict[str, str]) -> str:
    """What the next unit of money returns; empty where nothing was found."""
    if not by_role:
        return ""
    parts = [
        f"{by_role[role]} returns {told[f'mroas_low_{role}']} to {told[f'mroas_high_{role}']}"
        for role in ("from", "to")
    ]
    return f" On the next unit of money {' and '.join(parts)} of claimed revenue."


def _how_sure(told: Telling, by_role: dict[str, str]) -> str:
    if not by_role:
        return "What differs may be too small for a test of this length and swing to show."
    return (
        f"A chance of {told.chance} that moving {told['step_month']} a month pays, by "
        f"{told['gain_low']} to {told['gain_high']} a month of claimed revenue."
    )


def _do(finding: Finding) -> str:
    if finding.class_ in (Class.RECOMMEND, Class.LEANING):
        return (
            "Put the budgets back, then see the recommendation on moving budget, which counts "
            "these weeks as drawn by lot."
        )
    return "Put the budgets back. A longer test or a wider swing may tell more."
