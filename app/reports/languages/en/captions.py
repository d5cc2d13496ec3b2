"""What a rendering adds to an English report."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from app.reports.languages.captions import Captions
from app.reports.wording import BY_RULES, Wording

_COMPARED = {"previous": "the days before", "year": "a year earlier"}
_REVENUE = {"store": "the shop’s own sales", "reported": "what the platforms report"}


class EnglishCaptions(Captions):
    """As the report's own sentences speak."""

    def month_before(self, title: str, month: dt.date) -> str:
        return f"{title} (the month before: all of {month:%B %Y})"

    def quarter_before(self, title: str, quarter: int, year: int) -> str:
        return f"{title} (the quarter before: all of Q{quarter} {year})"

    def compared_with(self, days: str, compare: str) -> str:
        compared = _COMPARED.get(compare, "")
        return f"compared with {compared}, {days}" if compared else f"compared with {days}"

    def revenue_is(self, source: str) -> str:
        return f"revenue is {_REVENUE.get(source, source)}"

    def why(self, rating: str) -> str:
        return f"Why {rating.lower()}"

    def written_by(self, by: Wording) -> str:
        if by.writer == BY_RULES:
            return "Figures are computed from your data; the wording is by rule."
        if by.sentences is None:
            worded = f"Some texts are worded by {by.writer}, with every figure checked"
        else:
            parts = " and ".join(_worded(by))
            worded = f"Worded by {by.writer}, with every figure checked: {parts}"
        return f"Figures are computed from your data. {worded}. All else is by rule, titles too."

    def review_on(self, day: str) -> str:
        return f"To be reviewed on {day}"

    def no_review(self) -> str:
        return "Not reviewed: it promises nothing that could be held against it"

    def per(self, unit: str) -> str:
        return f"a {unit}"

    def span(self, low: str, high: str) -> str:
        return f"{low} to {high}"

    def changed(self, size: str, better: str, *, up: bool) -> str:
        verdict = "" if better == "neutral" else f", {better}"
        return f"{'Up' if up else 'Down'} {size}{verdict}"

    def claimed_by(self, platform: str) -> str:
        return f"Claimed by {platform}"

    def claimed_for_each(self, share: str) -> str:
        return f"Platforms claim {share} of what was sold. Claims are never added to sales."

    def others(self, count: str) -> str:
        return f"The other {count}"

    def most_campaigns(self, shown: str, of: str) -> str:
        return f"The {shown} that spent most, of {of}. The XLSX and CSV files have all of them."

    def as_of(self, moment: str) -> str:
        return f"Figures as of {moment}."

    def chart(self, roles: Sequence[str], days: str) -> str:
        return f"Chart of {' and '.join(roles)} by day, {days}."

    def chart_total(self, name: str, total: str, most: str, day: str) -> str:
        return f"{name} {total} in all, most on {day} with {most}."

    def undrawn(self, mark: str) -> str:
        return (
            f"{mark} stands for characters that this PDF has no font for. The XLSX file has them "
            "as they are written."
        )

    def logo_of(self, name: str) -> str:
        return f"Logo of {name}"

    def link_for_anybody(self, days: int) -> str:
        return f"The link opens for anybody who has it, for {days} days."

    def on_the_list(self, workspace: str) -> str:
        return f"You get this because {workspace} put your address on the list of this report."

    def asked_to_unsubscribe(self, sender: str, title: str, email: str) -> str:
        return f"{sender} sends “{title}” to {email}."

    def unsubscribed(self, sender: str, title: str, email: str) -> str:
        return (
            f"“{title}” by {sender} is not sent to {email} any more. Nobody can put you back on "
            "the list but you."
        )

    def too_many_tries(self, minutes: int) -> str:
        wait = "a minute" if minutes == 1 else f"{minutes} minutes"
        return (
            f"There were too many tries in a short time. Nothing was changed. Try again in {wait}."
        )


def _worded(by: Wording) -> Iterator[str]:
    if by.sentences:
        whole = by.sentences == by.of_sentences
        yield "the summary" if whole else f"{by.sentences} of {by.of_sentences} summary sentences"
    if by.findings:
        yield f"{by.findings} of {by.of_findings} finding{'' if by.of_findings == 1 else 's'}"
