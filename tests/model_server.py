"""A language model on this machine that speaks OpenAI's protocol, well or badly.

It answers what it is asked, in the schema it is asked for: the texts come from the built-in writer.
`behave` names what the next answers do wrong; `asked` are the requests that came.
"""

from __future__ import annotations

import json
import re
import sys
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from app.copywriting.brief import AdPlatform, Angle, Audience, Brief, Gender, Goal, Tone
from app.copywriting.builtin import BuiltInWriter
from app.copywriting.frameworks import FRAMEWORKS
from app.copywriting.model.door import Door, door_to
from app.copywriting.model.setup import ModelSetup
from app.copywriting.plan import Slot
from app.copywriting.variation import Variation
from app.copywriting.writing import Place, Written

KEY = "sk-only-for-the-model-0123456789"
TOKENS_IN, TOKENS_OUT = 1200, 800
STALL_SECONDS = 20.0
SECONDS = 8

SENSELESS = {
    "broken": '{"variations": [{"place": 1, "headline": "Unfinish',
    "words": "I would rather talk about the weather.",
    "empty": "",
}
MARKUP = "<img src=x onerror=owned=1><script>owned=1</script>"
SHOWN = ("primary_text", "headline", "description", "cta", "headlines", "descriptions")

Answers = list[dict[str, Any]]
MISDEEDS = (
    *("fenced", "broken", "half", "words", "empty", "429 soon", "500", "refusal", "filter"),
    *("alike", "invented", "long", "unbidden", "bare", "markup"),
)


class ModelServer(ThreadingHTTPServer):
    """`seconds` is how long each answer takes beside its writing, `spent` how long each took.

    With `seconds_each` it takes as much longer for each variation.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.released = threading.Event()
        self.forget()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever lets go of an answer is no error; anything else is shown."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)

    def forget(self) -> None:
        """As new, for the next test."""
        self.released.set()
        self.released = threading.Event()
        self.asked: list[dict[str, Any]] = []
        self.spent: list[float] = []
        self.let_go = 0
        self.most_at_once = 0
        self._busy = 0
        self.seconds = 0.0
        self.seconds_each = 0.0
        self._coming: deque[str] = deque()
        self.usual: Callable[[], str] = lambda: ""
        # What is answered to a report's data; its own drafts where nothing else is set.
        self.worded: Callable[[dict[str, Any]], Any] = _drafts
        self._lock = threading.Lock()
        self._authors: dict[str, BuiltInWriter] = {}
        self._written: defaultdict[str, list[Variation]] = defaultdict(list)

    @property
    def base(self) -> str:
        """What LLM_API_BASE has to be."""
        return f"http://127.0.0.1:{self.server_port}/v1"

    def behave(self, *misdeeds: str) -> None:
        """One for each of the next answers; empty is a good one."""
        self._coming.extend(misdeeds)

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Count those who are answered at the same time."""
        with self._lock:
            self._busy += 1
            self.most_at_once = max(self.most_at_once, self._busy)
        yield
        with self._lock:
            self._busy -= 1

    def next_misdeed(self) -> str:
        with self._lock:
            return self._coming.popleft() if self._coming else self.usual()

    def compose(self, body: dict[str, Any]) -> Answers:
        """A variation for each place that is asked for, as far as the built-in writer has one."""
        material = said_in(body)
        brief = brief_of(material["brief"])
        name = json.dumps(material["brief"], sort_keys=True)
        with self._lock:
            author = self._authors.setdefault(name, BuiltInWriter(brief))
            answers = []
            for place in material["places"]:
                slot = Slot(
                    AdPlatform(place["platform"]),
                    FRAMEWORKS[place["framework"]],
                    Angle(place["angle"]),
                )
                wanted = Place(place["place"], slot)
                for event in author.write([wanted], self._written[name], go_on=lambda: ""):
                    if isinstance(event, Written):
                        self._written[name].append(event.variation)
                        answers.append(_as_asked(event.variation, place["place"]))
            return answers


def _drafts(material: dict[str, Any]) -> dict[str, Any]:
    """A report in the very words that it came in."""
    findings = [{"number": each["number"], **each["drafts"]} for each in material["findings"]]
    return {"summary": material["summary"]["drafts"], "findings": findings}


def said_in(body: dict[str, Any]) -> dict[str, Any]:
    """The data block of a request."""
    for message in body["messages"]:
        if found := re.search(r"<data>\n(.*)\n</data>\Z", message["content"], re.DOTALL):
            block: dict[str, Any] = json.loads(found[1])
            return block
    raise AssertionError(body["messages"])


def asked_for(body: dict[str, Any]) -> int:
    """How many variations a request wants, none where it is about something else."""
    if "<data>" not in body["messages"][-1]["content"]:
        return 0
    return len(said_in(body).get("places", ()))


def brief_of(said: dict[str, Any]) -> Brief:
    """The brief that a data block describes."""
    audience = said["audience"]
    return Brief(
        product=said["product"],
        benefits=tuple(said["benefits"]),
        audience=Audience(
            audience["age_min"],
            audience["age_max"],
            Gender(audience["gender"]),
            tuple(audience["interests"]),
        ),
        pain_points=tuple(said["pain_points"]),
        goal=Goal(said["goal"]),
        tones=tuple(Tone(each) for each in said["tones"]),
        url=said["landing_page"],
        facts=tuple(said["facts"]),
        use=tuple(said["use"]),
        avoid=tuple(said["avoid"]),
        language=said["language"],
    )


def _as_asked(variation: Variation, number: int) -> dict[str, Any]:
    shown: dict[str, Any] = (
        {
            "headlines": list(variation.headlines),
            "descriptions": list(variation.descriptions),
            "paths": list(variation.paths),
        }
        if variation.platform is AdPlatform.GOOGLE
        else {
            "primary_text": variation.primary_text,
            "headline": variation.headline,
            "description": variation.description,
            "cta": variation.cta,
        }
    )
    return {
        "place": number,
        **shown,
        "beats": [{"step": beat.name, "text": beat.text} for beat in variation.beats],
        "trigger": str(variation.trigger),
        "target": "People who would like it",
        "visual": "The product on a table.",
        "reasoning": "It says what it does.",
    }


def _spoilt(answers: Answers, misdeed: str) -> Answers:
    """Answers with something wrong in each."""
    return [
        {
            "alike": lambda each: {**answers[0], "place": each["place"]},
            "unbidden": lambda each: {**each, "place": each["place"] + 1000},
            "invented": lambda each: _with(
                each, description="9,731 homes use it", descriptions="Chosen by 9,731 homes."
            ),
            "long": lambda each: _with(
                each,
                headline="It goes on. " * 40,
                headlines="Far too long a headline for any search ad",
            ),
            "markup": lambda each: _with(
                each | {"visual": MARKUP, "reasoning": MARKUP, "target": MARKUP},
                description="<script>owned=1</script>",
            ),
            "bare": lambda each: {name: text for name, text in each.items() if name in SHOWN},
        }.get(misdeed, lambda each: each)(each)
        for each in answers
    ]


def _with(answer: dict[str, Any], **texts: str) -> dict[str, Any]:
    """These texts in the fields the answer has; in a list in the first place."""
    return answer | {
        name: [text, *answer[name][1:]] if isinstance(answer[name], list) else text
        for name, text in texts.items()
        if name in answer
    }


class _Conversation(BaseHTTPRequestHandler):
    server: ModelServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        with self.server.busy():
            self._converse()

    def _converse(self) -> None:
        began = time.perf_counter()
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append({**body, "key": self.headers.get("Authorization", "")})
        misdeed = self.server.next_misdeed()
        released = self.server.released
        if misdeed == "stall":
            released.wait(STALL_SECONDS)
        else:
            released.wait(self.server.seconds + self.server.seconds_each * asked_for(body))
        try:
            self._answer(body, misdeed)
        except OSError:
            self.server.let_go += 1
            self.close_connection = True
        self.server.spent.append(time.perf_counter() - began)

    def _answer(self, body: dict[str, Any], misdeed: str) -> None:
        match misdeed:
            case "429":
                self._send(429, {"error": {"message": "Too many"}}, {"Retry-After": "1"})
            case "429 long":
                self._send(429, {"error": {"message": "Too many"}}, {"Retry-After": "3600"})
            case "429 soon":
                self._send(429, {"error": {"message": "Too many"}}, {"Retry-After": "0.1"})
            case "500":
                self._send(500, {"error": {"message": "Out of sorts"}})
            case "401":
                said = f"Incorrect API key provided: {KEY}."
                self._send(401, {"error": {"message": said, "code": "invalid_api_key"}})
            case "no schema" if "response_format" in body:
                said = "response_format of type json_schema is not supported"
                self._send(400, {"error": {"message": said, "type": "invalid_request_error"}})
            case "refusal":
                self._complete(body, None, refusal="I cannot help with that.")
            case "filter":
                self._complete(body, "", finish="content_filter")
            case _:
                cut = misdeed == "half"
                text = self._text(body, misdeed)
                self._complete(body, text, finish="length" if cut else "stop")

    def _text(self, body: dict[str, Any], misdeed: str) -> str:
        if misdeed in SENSELESS:
            return SENSELESS[misdeed]
        if "summary" in (material := said_in(body)):
            worded: Callable[[dict[str, Any]], Any] = self.server.worded
            return json.dumps(worded(material), ensure_ascii=False)
        answers = _spoilt(self.server.compose(body), misdeed)
        text = json.dumps({"variations": answers}, ensure_ascii=False)
        if misdeed == "fenced":
            return f"Here are your ads!\n\n```json\n{text}\n```\nEnjoy."
        return text[: len(text) // 2] if misdeed == "half" else text

    def _complete(
        self, body: dict[str, Any], text: str | None, *, finish: str = "stop", refusal: str = ""
    ) -> None:
        message = {"role": "assistant", "content": text, "refusal": refusal or None}
        self._send(
            200,
            {
                "id": "chatcmpl-1",
                "object": "chat.completion",
                "created": 1_796_000_000,
                "model": body["model"],
                "choices": [{"index": 0, "message": message, "finish_reason": finish}],
                "usage": {
                    "prompt_tokens": TOKENS_IN,
                    "completion_tokens": TOKENS_OUT,
                    "total_tokens": TOKENS_IN + TOKENS_OUT,
                },
            },
        )

    def _send(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def running_model() -> Iterator[ModelServer]:
    """The server, for whoever tells it to forget the test before."""
    with ModelServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.released.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def model_server(running_model: ModelServer) -> Iterator[ModelServer]:
    """A model that behaves until it is told otherwise."""
    running_model.forget()
    yield running_model
    running_model.forget()


@pytest.fixture(scope="session")
def shared_door(running_model: ModelServer) -> Iterator[Door]:
    """One process that speaks to models for all tests, since it takes seconds to begin."""
    # As the app's own code finds it, too, which looks for it by these settings.
    door = door_to(setup_for(running_model))
    door.warm()
    yield door
    door.close()


def setup_for(server: ModelServer, model: str = "openai/gpt-4o-mini") -> ModelSetup:
    """The server under a name whose price LiteLLM knows."""
    return ModelSetup(model=model, key=KEY, base=server.base, seconds=SECONDS)
