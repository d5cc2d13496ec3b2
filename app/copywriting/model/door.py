"""The one door to a language model: a process of its own, asked by several threads at once.

LiteLLM takes seconds to import and 180 MB, so `process.py` does that apart and the web process
grows by nothing. The process is started by the first request, or before it by `warm`; it ends after
ten minutes without requests and with its parent. When it dies, another one is asked the same.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import IO, Any

from app.copywriting.model.characters import storable
from app.copywriting.model.setup import ModelSetup

IDLE_SECONDS = 600.0
# To import LiteLLM on a busy machine, before the first request's own time begins.
START_SECONDS = 90.0
# The process keeps the time of each request; one that is this late does not run any more.
GRACE_SECONDS = 5.0
SENT_AT_MOST = 2
_PROCESS = Path(__file__).with_name("process.py")
# LiteLLM would otherwise read `.env` files and fetch its lists of models and news by itself.
_QUIET = {
    "LITELLM_MODE": "PRODUCTION",
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS": "True",
    "LITELLM_LOCAL_BLOG_POSTS": "True",
    "LITELLM_LOCAL_AUTOROUTER_PRESETS": "True",
    "LITELLM_LOCAL_POLICY_TEMPLATES": "True",
}


@dataclass(frozen=True, slots=True)
class Request:
    """What a model is asked. `schema` is of the answer, `tokens` how long it may be at most."""

    messages: Sequence[Mapping[str, str]]
    schema: Mapping[str, Any]
    tokens: int


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. `failed` is empty or a code as in `NotWritten`, `detail` says more.

    `retry_after` is the provider's own hint in seconds, `cost` in US dollars where it is known.
    """

    text: str = ""
    failed: str = ""
    detail: str = ""
    retry_after: float | None = None
    tokens_in: int = 0
    tokens_out: int = 0
    cost: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for one token in and out; None where LiteLLM knows no price of the model."""

    token_in: Decimal | None
    token_out: Decimal | None


@dataclass(slots=True, eq=False)
class Ticket:
    """A request that was handed in; `reply` is there once it is done."""

    number: int
    request: Request
    deadline: float
    sent: int = 0
    reply: Reply | None = None


@dataclass(slots=True)
class _Child:
    process: subprocess.Popen[bytes]
    input: IO[bytes]
    output: IO[bytes]
    writing: threading.Lock = field(default_factory=threading.Lock)
    ready: bool = False


class Door:
    """Safe to use from several threads. `price` is None until the process has told it."""

    def __init__(
        self,
        setup: ModelSetup,
        *,
        idle_seconds: float = IDLE_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.setup = setup
        self.price: Price | None = None
        self._idle_seconds = idle_seconds
        self._monotonic = monotonic
        self._state = threading.Condition()
        self._tickets: dict[int, Ticket] = {}
        self._child: _Child | None = None
        self._last = 0

    @property
    def process_id(self) -> int | None:
        """Of the process that is running, if one is."""
        child = self._child
        return child.process.pid if child else None

    def warm(self) -> None:
        """Start the process, without waiting for it, so that the first request need not."""
        with self._state:
            self._running()

    def begin(self, request: Request) -> Ticket:
        """Hand a request in; `wait` tells when it is done."""
        with self._state:
            self._last += 1
            ticket = Ticket(self._last, request, 0.0)
            self._tickets[ticket.number] = ticket
            child = self._running()
            if child:
                self._reckon(ticket, child)
            ready = child is not None and child.ready
        if child and ready:
            self._send(child, [ticket])
        return ticket

    def wait(self, tickets: Iterable[Ticket], seconds: float) -> list[Ticket]:
        """Those of the tickets that are done, as soon as one is, or none when the time is over."""
        waited = list(tickets)
        until = self._monotonic() + seconds
        with self._state:
            while not (done := [each for each in waited if each.reply]):
                now = self._monotonic()
                if late := [each for each in waited if each.deadline <= now]:
                    self._give_up(late)
                    continue
                nearest = min([until, *(each.deadline for each in waited)])
                if until <= now:
                    break
                self._state.wait(nearest - now)
        return done

    def cancel(self, ticket: Ticket) -> None:
        """Forget a request and let go of its connection to the provider."""
        with self._state:
            self._tickets.pop(ticket.number, None)
            ticket.reply = ticket.reply or Reply(failed="cancelled")
            child = self._child if self._child and self._child.ready else None
        if child and ticket.sent:
            self._write(child, {"id": ticket.number})

    def close(self) -> None:
        """End the process; requests that are under way fail."""
        with self._state:
            child, self._child = self._child, None
            self._fail(self._tickets.values(), Reply(failed="cancelled"))
        if child:
            child.process.kill()

    def _running(self) -> _Child | None:
        """The process there is, or a new one; none where the system has no room for it."""
        if self._child is None:
            try:
                self._start()
            except OSError as error:
                said = f"The process that speaks to the model could not be started: {error}"
                self._fail(self._tickets.values(), Reply(failed="down", detail=said))
        return self._child

    def _start(self) -> None:
        process = subprocess.Popen(
            [sys.executable, "-I", str(_PROCESS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            cwd="/",
            env={**dict(self.setup.environment), **_QUIET},
            # Ctrl-C in a terminal is for the parent; its end is told by standard input.
            process_group=0,
        )
        assert process.stdin  # noqa: S101 - both are pipes
        assert process.stdout  # noqa: S101
        self._child = _Child(process, process.stdin, process.stdout)
        self._write(
            self._child,
            {
                "model": self.setup.model,
                "base": self.setup.base,
                "key": self.setup.key,
                "secrets": self.setup.secrets,
                "idle_seconds": self._idle_seconds,
            },
        )
        threading.Thread(target=self._listen, args=(self._child,), daemon=True).start()

    def _reckon(self, ticket: Ticket, child: _Child) -> None:
        allowed = self.setup.seconds + GRACE_SECONDS
        ticket.deadline = self._monotonic() + allowed + (0.0 if child.ready else START_SECONDS)

    def _send(self, child: _Child, tickets: Sequence[Ticket]) -> None:
        for ticket in tickets:
            if ticket.reply:  # cancelled meanwhile
                continue
            ticket.sent += 1
            self._write(
                child,
                {
                    "id": ticket.number,
                    "messages": [dict(each) for each in ticket.request.messages],
                    "schema": ticket.request.schema,
                    "tokens": ticket.request.tokens,
                    "seconds": self.setup.seconds,
                },
            )

    def _write(self, child: _Child, what: Mapping[str, Any]) -> None:
        line = memoryview(json.dumps(what).encode() + b"\n")
        with child.writing:
            try:
                while line:
                    line = line[child.input.write(line) :]
            except (OSError, ValueError):
                # It has ended; whoever listens to it sees that, too, and asks another one.
                return

    # What follows runs in the thread that listens to one process.

    def _listen(self, child: _Child) -> None:
        rest = b""
        while read := child.output.read(65536):
            *lines, rest = (rest + read).split(b"\n")
            for line in lines:
                self._take(child, json.loads(line))
        self._ended(child)

    def _take(self, child: _Child, said: dict[str, Any]) -> None:
        if said.get("ready"):
            with self._state:
                self.price = Price(_decimal(said["price_in"]), _decimal(said["price_out"]))
                child.ready = True
                waiting = list(self._tickets.values())
                for ticket in waiting:
                    self._reckon(ticket, child)
            self._send(child, waiting)
            return
        with self._state:
            number = said.pop("id")
            if number in self._tickets:
                self._tickets.pop(number).reply = _reply(said)
                self._state.notify_all()

    def _ended(self, child: _Child) -> None:
        """Ask another process what this one was asked, unless that has ended two of them."""
        code = child.process.wait()
        with child.writing:
            child.input.close()
        child.output.close()
        with self._state:
            if self._child is not child:
                return
            self._child = None
            reason = f"The process that speaks to the model ended by itself (exit code {code})."
            spent = [each for each in self._tickets.values() if each.sent >= SENT_AT_MOST]
            # One that ends before it is ready would do so again.
            lost = list(self._tickets.values()) if not child.ready else spent
            self._fail(lost, Reply(failed="down", detail=reason))
            if self._tickets and (another := self._running()):
                for ticket in self._tickets.values():
                    self._reckon(ticket, another)

    def _give_up(self, late: Sequence[Ticket]) -> None:
        self._fail(late, Reply(failed="timeout"))
        if self._child:
            # It keeps the time itself; when it did not, it is stuck.
            self._child.process.kill()

    def _fail(self, tickets: Iterable[Ticket], reply: Reply) -> None:
        for ticket in list(tickets):
            self._tickets.pop(ticket.number, None)
            ticket.reply = ticket.reply or reply
        self._state.notify_all()


def _reply(said: dict[str, Any]) -> Reply:
    texts = {name: storable(said.get(name, "")) for name in ("text", "detail")}
    return Reply(**{**said, **texts, "cost": _decimal(said.get("cost"))})


def _decimal(said: str | None) -> Decimal | None:
    return None if said is None else Decimal(said)


@cache
def door_to(setup: ModelSetup) -> Door:
    """The door of a web process or worker to a model, shared by all who ask in it."""
    return Door(setup)
