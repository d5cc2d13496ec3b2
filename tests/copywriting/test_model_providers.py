"""Providers that speak another protocol than OpenAI's, each in its own words."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from app.copywriting.model.door import Door
from app.copywriting.model.setup import ModelSetup
from tests.copywriting.test_model_writer import MUG, asked, calls, failures, places_for, written
from tests.model_server import KEY, ModelServer

pytestmark = pytest.mark.prove


class Provider(ThreadingHTTPServer):
    """Speaks the protocol it is spoken to in; its texts are those of the other model server."""

    daemon_threads = True

    def __init__(self, model: ModelServer) -> None:
        super().__init__(("127.0.0.1", 0), _Dialect)
        self.model = model
        self.refuses = False
        self.overloaded = False
        self.heard: list[dict[str, Any]] = []


class _Dialect(BaseHTTPRequestHandler):
    server: Provider
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.heard.append({**body, "path": self.path})
        if self.server.overloaded:
            self._send(529, {"type": "error", "error": {"message": "Overloaded"}})
            return
        answers = self.server.model.compose({"messages": [{"content": _last(body)}]})
        text = json.dumps({"variations": answers})
        if self.path.endswith("/messages"):
            self._send(200, self._anthropic(text))
        elif "generateContent" in self.path:
            self._send(200, self._gemini(text))
        else:
            self._send(200, {"model": "llama3", "created_at": "2026-11-29T12:00:00Z", "done": True,
                             "message": {"role": "assistant", "content": text},
                             "prompt_eval_count": 10, "eval_count": 5})  # fmt: skip

    def _anthropic(self, text: str) -> dict[str, Any]:
        refused = self.server.refuses
        return {
            "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5",
            "content": [] if refused else [{"type": "text", "text": text}],
            "stop_reason": "refusal" if refused else "end_turn",
            "usage": {"input_tokens": 10, "output_tokens": 5},
        }  # fmt: skip

    def _gemini(self, text: str) -> dict[str, Any]:
        part = {
            "content": {"role": "model", "parts": [{"text": text}]},
            "finishReason": "SAFETY" if self.server.refuses else "STOP",
        }
        usage = {"promptTokenCount": 10, "candidatesTokenCount": 5, "totalTokenCount": 15}
        return {"candidates": [part], "usageMetadata": usage}

    def _send(self, status: int, body: Any) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _last(body: dict[str, Any]) -> str:
    """The text of the last message, in whatever form."""
    if "contents" in body:
        return str(body["contents"][-1]["parts"][-1]["text"])
    content = body["messages"][-1]["content"]
    return content if isinstance(content, str) else str(content[-1]["text"])


@pytest.fixture
def provider(model_server: ModelServer) -> Iterator[Provider]:
    with Provider(model_server) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("model", "path", "schema"),
    [
        ("anthropic/claude-sonnet-4-5", "/v1/messages", "output_format"),
        ("gemini/gemini-2.5-flash", "/models/gemini-2.5-flash:generateContent", "generationConfig"),
        ("ollama_chat/llama3", "/api/chat", "format"),
    ],
)
def test_another_protocol_is_spoken_with_its_own_schema_and_its_own_refusals(
    provider: Provider, model: str, path: str, schema: str
) -> None:
    base = f"http://127.0.0.1:{provider.server_port}"
    door = Door(ModelSetup(model, KEY, base, seconds=20))
    try:
        assert sorted(written(asked(door, MUG, places_for(MUG, 3)))) == [0, 1, 2]
        (heard,) = provider.heard
        assert heard["path"].partition("?")[0] == path
        assert "primary_text" in json.dumps(heard[schema])
        if model.startswith("ollama"):
            return
        provider.refuses = True
        events = asked(door, MUG, places_for(MUG, 1))
        assert failures(events) == {0: "refused"}
        provider.overloaded = True
        events = asked(door, MUG, places_for(MUG, 1))
        assert calls(events) == [("write", "down")] * 2
        assert "(Overloaded)" in repr(events)
    finally:
        door.close()
