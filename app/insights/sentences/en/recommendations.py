"""Words for what follows outright."""

from __future__ import annotations

import datetime as dt

from app.insights.finding import Finding
from app.insights.sentences.en.phrases import Telling, says
from app.insights.words import Manner, Said


@says("cut_waste")
def cut(finding: Finding, manner: Manner) -> Said:
    """Stop, or spend a step less."""
    told = Telling(finding, manner)
    spans = f"Likely saves {told.between()} a month ({told.level} range)"
    if finding.facts["action"] == "pause":
        return Said(
            title=f"Pause {told.name}: {told['monthly']} a month without results",
            saw=(
                f"{told['spend']} spent, {told['multiple']} the {told['target']} a conversion "
                f"should cost, and none came ({told.days})."
            ),
            how_sure=(
                f"{spans}, less than all because chance may have hidden a few conversions."
                f"{told.settling}"
            ),
            do=f"Check that its conversions are counted, then pause it. {told.review}",
            change_our_mind="A conversion that was not counted, or one that takes weeks to come.",
        )
    measure = "ROAS" if finding.facts["because"] == "roas_target" else "CPA"
    goal = "goal" if finding.facts["reference"] != "target" else "target"
    return Said(
        title=f"Spend {told['monthly']} a month less on {told.name}",
        saw=(
            f"{told['now']} {measure} against the {told['target']} {goal}, on {told['spend']} "
            f"spend and {told.counted('conversions', 'conversion')} ({told.days})."
        ),
        how_sure=(
            f"{spans} beyond what the spend is worth at the {goal}, if the part cut returns what "
            f"the rest does; often it returns less.{told.settling}"
        ),
        do=f"Cut its budget by {told['step']}, no more at once. {told.review}",
        change_our_mind=f"A {measure} back at {told['target']}, or a purpose other than sales.",
    )


@says("raise_budget")
def more(finding: Finding, manner: Manner) -> Said:
    """A step up for a campaign that uses up its budget."""
    told = Telling(finding, manner)
    measure = "ROAS" if finding.facts["measure"] == "roas" else "CPA"
    return Said(
        title=f"Raise {told.name} to {told['new_budget']} a day",
        saw=(
            f"It used up its {told['budget']} on {told['days_full']} of the last "
            f"{told['days_seen']} days at {told['now']} {measure}, against {told['target']} "
            f"({told.days})."
        ),
        how_sure=(
            f"The return so far rests on {told.counted('conversions', 'conversion')}. The next "
            f"budget often returns less than the first, and how much less is not known here."
            f"{told.settling}"
        ),
        do=(
            f"{told['step']}, at most {told['monthly']} more a month, and no more at once. "
            f"{told.review}"
        ),
        change_our_mind=f"A {measure} back at {told['target']} after the step: undo it.",
    )


@says("fix_tracking")
def tracking(finding: Finding, manner: Manner) -> Said:
    """Conversions are not counted any more."""
    told = Telling(finding, manner)
    spend = f" {told['spend']} was spent meanwhile." if told.has("spend") else ""
    place = "all platforms" if told.subject.kind == "workspace" else told.places
    return Said(
        title=f"Check conversion tracking on {place}",
        saw=f"Hardly any conversion was counted where there should be some ({told.days}).{spend}",
        how_sure="A tag that stopped counting is likelier than customers who all stopped at once.",
        do=(
            "Make a test conversion, look for it in the platform, and see what changed on the "
            f"site. Hold budgets where they are until then. {told.review}"
        ),
        change_our_mind="A test conversion that is counted.",
    )


@says("reconnect")
def reconnect(finding: Finding, manner: Manner) -> Said:
    """A connection that brings nothing any more."""
    told = Telling(finding, manner)
    last = finding.facts.get("last_day")
    since = f"Read up to {manner.day(dt.date.fromisoformat(last))}. " if last else ""
    title, do = _reconnecting(finding.facts["state"], told.name)
    spent = "What is spent there"
    if told.has("daily"):
        spent = f"About {told['daily']} is spent there a day and"
    return Said(
        title=title,
        saw=f"{since}{spent} is missing from every figure.",
        how_sure="Certain.",
        do=f"{do} {told.review}",
        change_our_mind="An account that was closed on purpose: then disconnect it.",
    )


def _reconnecting(state: str, name: str) -> tuple[str, str]:
    """A title and what to do about a feed that is revoked, failing or stale."""
    if state == "failing":
        do = "Open Connections to see what it answers; if it goes on failing, connect it again."
        return f"{name} fails to be read", f"It is tried again by itself. {do}"
    if state == "stale":
        return f"{name} is not being read", "Open Connections and refresh it."
    return f"Reconnect {name}", f"Open Connections and connect {name} again."


@says("fix_disapproved")
def mend(finding: Finding, manner: Manner) -> Said:
    """Campaigns or ads to fix or appeal."""
    told = Telling(finding, manner)
    what = told.counted("count", finding.facts["what"])
    they = "it" if told.value("count") == 1 else "together they"
    status = finding.facts["status"]
    word = f" The platform's word is “{status}”." if status else ""
    return Said(
        title=f"Fix {what} that {told.name} is not delivering",
        saw=(
            f"{manner.names(told.carriers)}; {they} spent {told['spend']} ({told.spent_days})."
            f"{word}"
        ),
        how_sure="The state is the platform's own.",
        do=f"Read its reason there, fix the text or page, or appeal. {told.review}",
        change_our_mind="An approval that has come but was not read yet.",
    )
