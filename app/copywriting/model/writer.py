"""The writer that asks a language model, in small groups at once, and checks what it says.

A text that breaks a limit, claims what the brief does not, uses a word to avoid, trips a rule or
repeats another text is written again once, with what is wrong. After that it is kept with its
flags, unless no platform would take it or it is a near-duplicate: those get one more attempt.
"""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.copywriting.brief import Brief
from app.copywriting.model.answers import Unusable, read, variation
from app.copywriting.model.asking import Asking, groups
from app.copywriting.model.door import Door, Reply, Request, Ticket
from app.copywriting.model.sentences import sentence
from app.copywriting.model.verdict import Verdict, judge
from app.copywriting.variation import Variation
from app.copywriting.writing import Called, Event, NotWritten, Place, Written

# How often somebody who waits is asked whether to go on.
POLL_SECONDS = 0.4
MENDS, MENDS_IF_UNUSABLE = 1, 2
# A provider that is busy or unwell is asked once more, if it wants no longer a pause than this.
LONGEST_PAUSE = 30.0
_PAUSES = {"rate_limited": 5.0, "down": 1.5}


class ModelWriter:
    """Writes for one brief. `clock` tells the time for the log, `own_ads` are texts that ran."""

    def __init__(
        self,
        brief: Brief,
        door: Door,
        *,
        clock: Callable[[], dt.datetime],
        own_ads: Sequence[str] = (),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = door.setup.name
        self._asking = Asking(brief, own_ads)
        self._door = door
        self._clock = clock
        self._monotonic = monotonic

    def write(
        self,
        places: Sequence[Place],
        siblings: Sequence[Variation],
        *,
        go_on: Callable[[], str],
    ) -> Iterator[Event]:
        """One `Written` or `NotWritten` for each place, and a `Called` for each request."""
        run = _Run(self._asking, self._door, self._clock, self._monotonic)
        return run.events(places, siblings, go_on)


@dataclass(frozen=True, slots=True)
class _Job:
    """A request to make. `not_before` is a time to wait for, `retried` that it failed once."""

    purpose: str
    places: tuple[Place, ...]
    request: Callable[[], Request]
    not_before: float = 0.0
    retried: bool = False


@dataclass(frozen=True, slots=True)
class _Flight:
    job: _Job
    request: Request
    began_at: dt.datetime
    began: float


class _Run:
    """One call of `write`: all in the thread that iterates, so nothing here needs a lock."""

    def __init__(
        self,
        asking: Asking,
        door: Door,
        clock: Callable[[], dt.datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self._asking = asking
        self._door = door
        self._clock = clock
        self._monotonic = monotonic
        self._written: list[Variation] = []
        self._left: dict[int, Place] = {}
        self._drafts: dict[int, Verdict] = {}
        self._mends: Counter[int] = Counter()
        self._waiting: list[_Job] = []
        self._flying: dict[Ticket, _Flight] = {}

    def events(
        self, places: Sequence[Place], siblings: Sequence[Variation], go_on: Callable[[], str]
    ) -> Iterator[Event]:
        self._written = list(siblings)
        self._left = {place.number: place for place in places}
        self._waiting = [self._writing("write", group) for group in groups(places)]
        try:
            while self._waiting or self._flying:
                code = go_on() or self._start(go_on)
                # What is under way is paid for by now: its answers are waited for.
                if code and not (code == "too_dear" and self._flying):
                    yield from self._stopped(code)
                    return
                for ticket in self._door.wait(
                    self._flying, POLL_SECONDS if code else self._pause()
                ):
                    yield from self._landed(ticket)
        finally:
            for ticket in self._flying:
                self._door.cancel(ticket)

    def _start(self, go_on: Callable[[], str]) -> str:
        """Hand in what may be asked now; the code when somebody says to stop."""
        while len(self._flying) < self._door.setup.at_once and (job := self._due()):
            if self._flying and (code := go_on()):
                return code
            self._waiting.remove(job)
            request = job.request()
            began_at, began = self._clock(), self._monotonic()
            self._flying[self._door.begin(request)] = _Flight(job, request, began_at, began)
        return ""

    def _due(self) -> _Job | None:
        now = self._monotonic()
        return next((job for job in self._waiting if job.not_before <= now), None)

    def _pause(self) -> float:
        if self._flying and len(self._flying) >= self._door.setup.at_once:
            return POLL_SECONDS
        now = self._monotonic()
        return min([POLL_SECONDS, *(max(0.0, job.not_before - now) for job in self._waiting)])

    def _stopped(self, code: str) -> Iterator[Event]:
        for ticket in self._door.wait(self._flying, 0.0):
            yield from self._landed(ticket)
        for ticket, flight in list(self._flying.items()):
            self._door.cancel(ticket)
            yield self._called(flight, Reply(failed=code), code)
        self._flying.clear()
        for number in list(self._left):
            if number in self._drafts:
                yield self._settled(number)
            else:
                yield self._not_written(number, code)

    def _landed(self, ticket: Ticket) -> Iterator[Event]:
        flight = self._flying.pop(ticket)
        reply = ticket.reply or Reply(failed="timeout")
        if reply.failed:
            yield self._called(flight, reply, reply.failed)
            yield from self._failed(flight.job, reply)
            return
        found = read(reply.text)
        yield self._called(flight, reply, "malformed" if isinstance(found, Unusable) else "ok")
        if isinstance(found, Unusable):
            yield from self._unusable(flight, reply.text, found.complaint)
        else:
            yield from self._judged(flight.job, _placed(found, flight.job.places))

    def _failed(self, job: _Job, reply: Reply) -> Iterator[Event]:
        pause = reply.retry_after or _PAUSES.get(reply.failed, LONGEST_PAUSE + 1)
        if reply.failed in _PAUSES and not job.retried and pause <= LONGEST_PAUSE:
            later = self._monotonic() + pause
            self._waiting.append(replace(job, not_before=later, retried=True))
            return
        for place in job.places:
            if place.number in self._drafts:
                yield self._settled(place.number)
            else:
                yield self._not_written(place.number, reply.failed, reply.detail)

    def _unusable(self, flight: _Flight, answer: str, complaint: str) -> Iterator[Event]:
        job = flight.job
        if job.purpose != "repair":
            request = self._asking.repair(job.places, flight.request, answer, complaint)
            self._waiting.insert(0, _Job("repair", job.places, lambda: request))
            return
        for place in job.places:
            if place.number in self._drafts:
                yield self._settled(place.number)
            else:
                yield self._not_written(place.number, "malformed")

    def _judged(self, job: _Job, found: Mapping[int, Mapping[str, Any]]) -> Iterator[Event]:
        missing: list[Place] = []
        faulty: list[Place] = []
        for place in job.places:
            said = found.get(place.number)
            text = variation(said, place, self._asking.brief) if said is not None else None
            if text is not None and self._fine(text, place):
                yield self._settled(place.number)
            elif text is not None and self._may_mend(place.number):
                faulty.append(place)
            elif place.number in self._drafts:
                yield self._settled(place.number)
            elif job.purpose == "write":
                missing.append(place)
            else:
                yield self._not_written(place.number, "malformed")
        if missing:
            self._waiting.insert(0, self._writing("write again", tuple(missing)))
        if faulty:
            self._waiting.insert(0, self._mending(tuple(faulty)))

    def _fine(self, text: Variation, place: Place) -> bool:
        """Judge a text, and keep the better of it and the one there was."""
        verdict = judge(text, place, self._asking.brief, self._others(place))
        before = self._drafts.get(place.number)
        if before is None or verdict.weight <= before.weight:
            self._drafts[place.number] = verdict
        return not verdict.faults

    def _others(self, place: Place) -> list[Variation]:
        """What a text must differ from; what it replaces, too, unless parts of that are kept."""
        return [*self._written, *([place.before] if place.before and not place.kept else [])]

    def _may_mend(self, number: int) -> bool:
        most = MENDS_IF_UNUSABLE if self._drafts[number].unusable else MENDS
        return self._mends[number] < most

    def _writing(self, purpose: str, places: tuple[Place, ...]) -> _Job:
        return _Job(purpose, places, lambda: self._asking.write(places, self._written))

    def _mending(self, places: tuple[Place, ...]) -> _Job:
        self._mends.update(place.number for place in places)
        faulty = {place.number: self._drafts[place.number] for place in places}
        return _Job("mend", places, lambda: self._asking.mend(places, faulty, self._written))

    def _settled(self, number: int) -> Event:
        """The end of a place that has a text: kept, unless that text may not stay."""
        place, draft = self._left[number], self._drafts[number]
        # Others may have been written since it was judged.
        verdict = judge(draft.variation, place, self._asking.brief, self._others(place))
        if verdict.unusable:
            return self._not_written(number, verdict.unusable)
        del self._left[number]
        self._written.append(verdict.variation)
        return Written(number, verdict.variation)

    def _not_written(self, number: int, code: str, detail: str = "") -> NotWritten:
        del self._left[number]
        return NotWritten(number, code, sentence(code, self._door.setup, detail))

    def _called(self, flight: _Flight, reply: Reply, outcome: str) -> Called:
        return Called(
            model=self._door.setup.model,
            purpose=flight.job.purpose,
            prompt=flight.request.messages,
            answer=reply.text or reply.detail,
            outcome=outcome,
            tokens_in=reply.tokens_in,
            tokens_out=reply.tokens_out,
            cost=reply.cost,
            began_at=flight.began_at,
            seconds=self._monotonic() - flight.began,
        )


def _placed(
    found: Sequence[Mapping[str, Any]], places: Sequence[Place]
) -> dict[int, Mapping[str, Any]]:
    """The answers by place; those that name none fill the free places in order."""
    numbers = [place.number for place in places]
    placed: dict[int, Mapping[str, Any]] = {}
    for each in found:
        if each.get("place") in numbers:
            placed.setdefault(each["place"], each)
    nameless = [each for each in found if not isinstance(each.get("place"), int)]
    free = [number for number in numbers if number not in placed]
    return {**placed, **dict(zip(free, nameless, strict=False))}
