"""A picture from the web, for an ad: fetched from public addresses only."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from urllib.parse import urlsplit

from app.connectors.errors import ConnectorError, Temporary
from app.connectors.http import Http

LARGEST = 8 * 1024 * 1024

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

Resolve = Callable[[str], list[str]]


class PictureRefused(ConnectorError):
    """The address leads to no picture that may be fetched."""

    code = "invalid"
    status = 422


def resolve(host: str) -> list[str]:
    """Every address of a host. Raises OSError when it has none."""
    return [str(each[4][0]) for each in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)]


def fetch_picture(http: Http, url: str, resolve: Resolve = resolve) -> bytes:
    """The file behind an https address. Raises PictureRefused.

    Only public addresses are asked: this machine may reach servers that whoever typed the address
    may not. Redirects are refused by `Http`, and a host that changes its address in between would
    still need a certificate that is valid for its name.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = parts.port
    except ValueError:
        host, port = "", None
    if not host or parts.scheme != "https" or port not in (None, 443):
        raise PictureRefused("picture: A picture's address starts with https://.")
    try:
        addresses = resolve(host)
    except (OSError, UnicodeError):
        addresses = []
    if not addresses or not all(_public(each) for each in addresses):
        raise PictureRefused(f"picture: There is no public server called {host}.")
    try:
        answer = http.ask("GET", url, largest=LARGEST)
    except Temporary as error:
        raise PictureRefused(
            f"picture: {host} did not hand the picture out whole. It may be larger than 8 MB, or "
            "lie behind a redirect. Upload the file instead."
        ) from error
    if answer.status != 200:
        raise PictureRefused(
            f"picture: {host} did not hand the picture out (HTTP {answer.status}). Upload it."
        )
    return answer.body


def _public(address: str) -> bool:
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        parsed = _carried(parsed)
    return parsed.is_global and not parsed.is_multicast


def _carried(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The IPv4 address to which a gateway hands on what is sent to this one, if it is such a one.

    RFC 6052 and 3056: both look public whatever they carry.
    """
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.sixtofour or address
