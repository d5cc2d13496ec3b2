"""A picture's address leads to public servers only, whatever its name resolves to."""

from __future__ import annotations

import pytest

from app.connectors.http import Http
from app.connectors.pictures import PictureRefused, fetch_picture


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.7",
        "169.254.169.254",
        "::1",
        "fd00::1",
        "fe80::1%eth0",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "2002:a00:1::1",
        "224.0.0.1",
    ],
)
def test_a_host_that_leads_into_this_network_is_not_asked(address: str) -> None:
    with Http() as http:
        with pytest.raises(PictureRefused, match="no public server"):
            fetch_picture(http, "https://pictures.example/a.png", lambda _: ["8.8.8.8", address])
        assert http.requests_made == 0
