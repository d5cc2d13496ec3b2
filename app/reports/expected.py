"""What advice is expected to bring, as a report's page and its PDF write it."""

from __future__ import annotations

from decimal import Decimal

from app.reports.document import FindingPart
from app.reports.formats import Formats
from app.reports.languages.captions import Captions


def expected(finding: FindingPart, formats: Formats, captions: Captions) -> str:
    """The signs are told: a range may begin below nothing."""
    if finding.low is None or finding.high is None:
        return ""
    unit = finding.range_unit
    ends = (Decimal(str(finding.low)), Decimal(str(finding.high)))
    low, high = (_signed(formats, end, unit) for end in ends)
    return captions.span(low, high)


def _signed(formats: Formats, value: Decimal, unit: str) -> str:
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return f"{sign}{formats.unit(abs(value), unit)}"
