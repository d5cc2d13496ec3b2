"""What a model is told of a report, and how its answer is read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.copywriting.model.characters import storable
from app.copywriting.model.door import Request
from app.copywriting.model.prompts import data, prompt
from app.insights.finding import Finding, Number
from app.insights.languages import manner_in
from app.insights.review_days import rests_through
from app.insights.words import Manner
from app.reports.document import Document, FindingPart

# Room for models that think before they write; what is not used costs nothing.
_TOKENS, _TOKENS_EACH = 4000, 400
_TEXTS = ("saw", "how_sure", "do")
_EXAMPLE = {"summary": ["…", "…", "…"], "findings": [{"number": 1, **dict.fromkeys(_TEXTS, "…")}]}


@dataclass(frozen=True, slots=True)
class Answer:
    """A model's texts: of the summary, and of findings by their number."""

    summary: list[str]
    findings: dict[int, dict[str, str]]


def asking(document: Document, parts: Sequence[tuple[FindingPart, Finding]]) -> Request:
    """One request for the whole report. It holds figures, names, days and the rules' own words."""
    manner = manner_in(document.language, document.currency)
    material = {
        "days": manner.days(document.days.first, document.days.last),
        "summary": {"drafts": document.summary},
        "findings": [
            _told(number, part, finding, manner) for number, (part, finding) in enumerate(parts, 1)
        ],
    }
    example = json.dumps(_EXAMPLE, ensure_ascii=False)
    text = prompt("report", count=str(len(parts)), example=example, data=data(material))
    return Request(
        messages=(
            {"role": "system", "content": prompt("report_system")},
            {"role": "user", "content": text},
        ),
        schema=_schema(),
        tokens=_TOKENS + _TOKENS_EACH * len(parts),
    )


def read(text: str) -> Answer | None:
    """The texts in an answer, also one in fences; None where it holds none."""
    start = text.find("{")
    if start < 0:
        return None
    try:
        found, _ = json.JSONDecoder(strict=False).raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    summary, findings = _list(found.get("summary")), _list(found.get("findings"))
    if not summary and not findings:
        return None
    return Answer(
        [_text(each) for each in summary],
        {
            each["number"]: {name: _text(each.get(name)) for name in _TEXTS}
            for each in findings
            if isinstance(each, dict) and isinstance(each.get("number"), int)
        },
    )


def _told(number: int, part: FindingPart, finding: Finding, manner: Manner) -> dict[str, Any]:
    told: dict[str, Any] = {
        "number": number,
        "kind": part.kind,
        "title": part.title,
        "days": manner.days(finding.first, rests_through(finding)),
        "entities": [
            {"name": each.name, "kind": each.kind, "role": each.role} for each in finding.entities
        ],
        "figures": {name: manner.number(each) for name, each in finding.numbers.items()},
        "drafts": {name: getattr(part, name) for name in _TEXTS},
    }
    if finding.review_on:
        told["review_on"] = manner.day(finding.review_on)
    if spans := finding.range:
        told["range"] = [
            manner.number(Number(each, spans.unit)) for each in (spans.low, spans.high)
        ]
    return told


def _schema() -> dict[str, Any]:
    text = {"type": "string"}
    finding = {"number": {"type": "integer"}, **dict.fromkeys(_TEXTS, text)}
    return _object(
        summary={"type": "array", "items": text},
        findings={"type": "array", "items": _object(**finding)},
    )


def _object(**fields: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": fields,
        "required": list(fields),
        "additionalProperties": False,
    }


def _list(found: object) -> list[Any]:
    return found if isinstance(found, list) else []


def _text(found: object) -> str:
    """One line of plain text; nothing for what is none."""
    return " ".join(storable(found).split()) if isinstance(found, str) else ""
