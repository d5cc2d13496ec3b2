"""Faults of the wire, the same for every platform: late, cut short, or not what it should be."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

from flask import Response, request

from sandbox.faults import Fault


def delay(fault: Fault) -> None:
    """Wait before answering, when that is the fault."""
    if fault.kind == "slow":
        time.sleep(fault.seconds)


def spoil(fault: Fault, response: Response) -> Response:
    """A response that breaks on the way: not JSON, half of it, or a connection that dies."""
    body = response.get_data()
    if fault.kind == "bad_gateway":
        page = "<html><head><title>502</title></head><body>Bad Gateway</body></html>"
        return Response(page, 502, response.headers.items(), mimetype="text/html")
    if fault.kind == "truncated":
        response.set_data(body[: len(body) // 2])
    if fault.kind == "cut":
        response.response = _cut(body, request.environ["werkzeug.socket"])
        response.headers["Content-Length"] = str(len(body))
    return response


def _cut(body: bytes, connection: socket.socket) -> Iterator[bytes]:
    yield body[: len(body) // 2]
    connection.shutdown(socket.SHUT_RDWR)
