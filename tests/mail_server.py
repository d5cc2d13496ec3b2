"""A mail server on this machine that keeps what it is given."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from email import message_from_string, policy
from email.message import EmailMessage

import pytest


class MailServer(socketserver.ThreadingTCPServer):
    """Speaks enough SMTP to take messages, which it keeps.

    `refuses` is what it answers to an address instead; to those in `breaks_off` it hangs up once it
    has the message.
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.taken: list[tuple[str, EmailMessage]] = []
        self.refuses: dict[str, str] = {}
        self.breaks_off: set[str] = set()


class _Conversation(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self._say("220 ready")
        to = ""
        while line := self.rfile.readline().decode().strip():
            verb = line.split()[0].upper()
            if verb == "DATA":
                self._say("354 go on")
                self.server.taken.append((to, self._message()))
                if to in self.server.breaks_off:
                    return
            if verb == "RCPT":
                to = re.sub(r".*<(.*)>.*", r"\1", line)
            refused = self.server.refuses.get(to, "") if verb == "RCPT" else ""
            self._say("221 bye" if verb == "QUIT" else refused or "250 ok")
            if verb == "QUIT":
                return

    def _message(self) -> EmailMessage:
        lines = iter(self.rfile.readline, b".\r\n")
        # A dot at the beginning of a line was doubled on the way (RFC 5321, 4.5.2).
        undotted = (line[1:] if line.startswith(b"..") else line for line in lines)
        found = message_from_string(b"".join(undotted).decode(), policy=policy.default)
        assert isinstance(found, EmailMessage)
        return found

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield server
        server.shutdown()
        thread.join()
