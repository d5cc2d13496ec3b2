"""What a look had to leave out, in a sentence: what it means and what to do."""

from __future__ import annotations

from app.advice.asking import FEWEST_DAYS
from app.advice.left_out import LeftOut, Why
from app.insights.words import Manner
from app.metrics.platforms import platform_label

_SENTENCES = {
    Why.NO_ACCOUNTS: (
        "No ad account counts in this workspace, so there is nothing to look at. Connect a "
        "platform, or choose accounts on the Connections page."
    ),
    Why.NOT_OVER: "{days}: not over yet. Days are looked at once they are.",
    Why.NOT_READ: (
        "Not all of {days} was read from {platforms}. What was not read is not known, so wins, "
        "concerns and advice are without accounts that lack days."
    ),
    Why.STALE: (
        "{platforms} is not being read at the moment, so alarms are without it, and no move of "
        "budget is safe. See the Connections page."
    ),
    Why.NO_RATE: (
        "Amounts of {platforms} have no exchange rate somewhere in {days}. Those days are left "
        "out, and there is no advice on budgets and no alarm of these platforms. Add the rate in "
        "Settings."
    ),
    Why.UNSETTLED: (
        "{days}: still incomplete. Wins and concerns leave days out until they are nearly complete."
    ),
    Why.FEW_DAYS: (
        "Fewer than {fewest} of these days are nearly complete, so wins and concerns were not "
        "looked for. Ask for more days, or later."
    ),
    Why.NO_COMPARISON: (
        "Not every account holds {days}, the days before, so changes were not looked for."
    ),
}


def sentence(each: LeftOut, manner: Manner) -> str:
    """What was left out, and why."""
    return _SENTENCES[each.why].format(
        days=manner.days(each.first, each.last),
        platforms=manner.names([platform_label(slug) for slug in each.platforms]),
        fewest=FEWEST_DAYS,
    )
