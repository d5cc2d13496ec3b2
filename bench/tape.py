"""Stands between a connector and a platform: records answers, then gives them back at once.

`python bench/tape.py UPSTREAM` prints its port. A question that is on the tape is answered from
it, after `delay` seconds; any other goes upstream and is recorded. Repeated questions get their
answers in the order in which they came. `POST /tape/rewind {"delay": 0.3}` starts over and says
how many were asked since; `GET /tape/questions` lists them.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests

Key = tuple[str, str, bytes]
Said = tuple[int, list[tuple[str, str]], bytes]
_HOP = {"connection", "content-length", "transfer-encoding", "content-encoding", "date", "server"}


class Tape:
    """What was asked and answered."""

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream
        self.delay = 0.0
        self.asked: list[tuple[Key, dict[str, str]]] = []
        self.own = ""
        self._said: dict[Key, list[Said]] = {}
        self._next: dict[Key, int] = {}
        self._lock = threading.Lock()
        self._there = threading.local()

    def rewind(self, delay: float) -> int:
        """Start over; how many questions there were since the last time."""
        with self._lock:
            asked, self.asked, self.delay = self.asked, [], delay
            self._next.clear()
        return len(asked)

    def answer(self, key: Key, headers: dict[str, str]) -> Said:
        """From the tape, or from upstream."""
        with self._lock:
            self.asked.append((key, headers))
            known = self._said.get(key, [])
            number = self._next.get(key, 0)
            self._next[key] = number + 1
        if known:
            time.sleep(self.delay)
            return known[min(number, len(known) - 1)]
        return self._record(key, headers)

    def _record(self, key: Key, headers: dict[str, str]) -> Said:
        session = self._there.__dict__.setdefault("session", requests.Session())
        method, path, body = key
        got = session.request(
            method, self.upstream + path, data=body, headers=headers, allow_redirects=False
        )
        kept = [(n, v) for n, v in got.headers.items() if n.lower() not in _HOP]
        said = (
            got.status_code,
            kept,
            got.content.replace(self.upstream.encode(), self.own.encode()),
        )
        with self._lock:
            self._said.setdefault(key, []).append(said)
        return said


class Handler(BaseHTTPRequestHandler):
    """One connection's questions."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    tape: Tape

    def _any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/tape/rewind":
            asked = self.tape.rewind(float(json.loads(body or b"{}").get("delay", 0)))
            self._send(200, [], json.dumps({"asked": asked}).encode())
            return
        if self.path == "/tape/questions":
            listed = [(*key[:2], key[2].decode(), told) for key, told in self.tape.asked]
            self._send(200, [], json.dumps(listed).encode())
            return
        headers = {n: v for n, v in self.headers.items() if n.lower() not in (*_HOP, "host")}
        self._send(*self.tape.answer((self.command, self.path, body), headers))

    do_GET = do_POST = do_DELETE = do_PUT = _any  # noqa: N815 the base class's names

    def _send(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the base class's name
        """Quietly."""


if __name__ == "__main__":
    Handler.tape = Tape(sys.argv[1])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Handler.tape.own = f"http://127.0.0.1:{server.server_port}"
    print(server.server_port, flush=True)
    server.serve_forever()
