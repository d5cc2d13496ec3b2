"""A report in a model's words: asked once, every text held to its finding, else the rules' own.

Nothing here can fail a report: without a model, over the cap, or without an answer that can be
used, the document stays as the rules wrote it.
"""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import msgspec
from sqlalchemy.orm import Session, sessionmaker

from app.copywriting.model.door import Door, Reply, Request, door_to
from app.copywriting.model.setup import model_setup
from app.creative import spending
from app.insights.finding import Finding
from app.insights.languages import manner_in
from app.insights.phrasing import checked, retold, summary_checked, told_alike
from app.insights.words import Manner, say
from app.models import ModelCall
from app.reports.document import Document, FindingPart
from app.reports.findings import paired, with_parts
from app.reports.phrase_request import Answer, asking, read
from app.reports.summary_telling import telling
from app.reports.wording import BY_RULES
from app.settings import Settings

PURPOSE = "report"
# How often it is asked whether the process is about to end.
_POLL_SECONDS = 0.4
# So many findings are given to a model; the rules word the rest.
MOST = 12
# A model words only what can be checked, and the checker reads no other language.
CHECKED = ("en",)
_TEXTS = ("saw", "how_sure", "do")

Phrase = Callable[[int, Document, Sequence[Finding]], Document]
"""Puts the document of a workspace into words, given its findings in their order."""


def by_rule(_workspace_id: int, document: Document, _findings: Sequence[Finding]) -> Document:
    """As the rules wrote it."""
    return document


def phraser(
    sessions: sessionmaker[Session],
    settings: Settings,
    *,
    clock: Callable[[], dt.datetime],
    stopping: threading.Event,
) -> Phrase:
    """The configured model, or the rules where there is none."""
    setup = model_setup(settings)
    if setup is None:
        return by_rule
    return _Model(sessions, door_to(setup), clock, stopping).phrase


def reworded(
    document: Document, findings: Sequence[Finding], answer: Answer, writer: str
) -> Document:
    """The document with those of the answer's texts that say what its findings say."""
    manner = manner_in(document.language, document.currency)
    shown = list(paired(document, findings))
    changed = [
        (name, place, _part(part, findings[at], said, manner, writer))
        for number, (name, place, part, at) in enumerate(shown[:MOST], 1)
        if (said := answer.findings.get(number))
    ]
    summary = _summary(document, [findings[at] for *_, at in shown], answer.summary, manner)
    after = msgspec.structs.replace(with_parts(document, changed), summary=summary)
    if after == document:
        return document
    pairs = zip(document.summary, summary, strict=True)
    writers = [BY_RULES if said == own else writer for own, said in pairs]
    return msgspec.structs.replace(after, written_by=writer, summary_written_by=writers)


def _part(
    part: FindingPart, finding: Finding, said: dict[str, str], manner: Manner, writer: str
) -> FindingPart:
    own = say(finding, manner)
    prose = checked(replace(own, **{each: said.get(each, "") for each in _TEXTS}), finding, manner)
    texts = {
        each: text
        for each in _TEXTS
        if (text := getattr(prose.said, each)) != getattr(own, each)
        and not retold(text, each, own, finding, manner)
    }
    return msgspec.structs.replace(part, written_by=writer, **texts) if texts else part


def _summary(
    document: Document, findings: Sequence[Finding], texts: Sequence[str], manner: Manner
) -> list[str]:
    own = document.summary
    told = [telling(each, document, findings, manner) for each in own]
    kept, _ = summary_checked(texts, own, told, manner)
    return [
        instead if told_alike(text, instead, finding, manner) else text
        for text, instead, finding in zip(kept, own, told, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Model:
    sessions: sessionmaker[Session]
    door: Door
    clock: Callable[[], dt.datetime]
    stopping: threading.Event

    def phrase(
        self, workspace_id: int, document: Document, findings: Sequence[Finding]
    ) -> Document:
        """Asks once, with no transaction open; what comes back is logged before it is read."""
        if document.language not in CHECKED:
            return document
        parts = [(part, findings[at]) for _, _, part, at in paired(document, findings)][:MOST]
        if self._over(workspace_id) or not (parts or any(each.value for each in document.kpis)):
            return document
        request = asking(document, parts)
        began_at, began = self.clock(), time.monotonic()
        reply = self._reply(request)
        answer = read(reply.text)
        outcome = reply.failed or ("ok" if answer else "malformed")
        with self.sessions.begin() as session:
            session.add(
                ModelCall(
                    workspace_id=workspace_id,
                    model=self.door.setup.model,
                    purpose=PURPOSE,
                    prompt=list(request.messages),
                    answer=reply.text or reply.detail,
                    outcome=outcome,
                    tokens_in=reply.tokens_in,
                    tokens_out=reply.tokens_out,
                    cost=reply.cost,
                    began_at=began_at,
                    seconds=round(time.monotonic() - began, 3),
                )
            )
        if answer is None or reply.failed:
            return document
        # Reports are shared with people who need not know our servers.
        return reworded(document, findings, answer, self.door.setup.bare_name)

    def _over(self, workspace_id: int) -> bool:
        with self.sessions() as session:
            return spending.month(session, workspace_id, self.clock()).over

    def _reply(self, request: Request) -> Reply:
        """The answer, or a failure: also when it takes too long or the process is to end."""
        ticket = self.door.begin(request)
        while not self.door.wait([ticket], _POLL_SECONDS):
            if self.stopping.is_set():
                self.door.cancel(ticket)
        return ticket.reply or Reply(failed="timeout")
