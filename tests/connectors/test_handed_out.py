"""Addresses from a platform's answers are followed to that platform only."""

from __future__ import annotations

import pytest

from app.connectors.errors import Temporary
from app.connectors.handed_out import own_address

REAL = "https://shop.myshopify.com"
SANDBOX = "http://127.0.0.1:8700/shopify/shop"
FILES = ("storage.googleapis.com",)


def follow(url: str, setting: str) -> str:
    return own_address(url, label="Shopify", hosts=FILES, setting=setting)


@pytest.mark.parametrize(
    ("url", "setting"),
    [
        ("https://storage.googleapis.com/a/b?sig=1", REAL),
        ("https://eu.storage.googleapis.com:443/a", REAL),
        ("http://127.0.0.1:8700/files/1", SANDBOX),
        ("http://localhost:9/files/1", SANDBOX),
    ],
)
def test_the_platform_s_own_hosts_are_followed(url: str, setting: str) -> None:
    assert follow(url, setting) == url


@pytest.mark.parametrize(
    ("url", "setting"),
    [
        ("http://storage.googleapis.com/a", REAL),
        ("https://storage.googleapis.com.evil.example/a", REAL),
        ("https://evilstorage.googleapis.com.example", REAL),
        ("https://notstorage.googleapis.com/a", REAL),
        ("https://storage.googleapis.com@evil.example/a", REAL),
        ("https://user@storage.googleapis.com/a", REAL),
        ("https://storage.googleapis.com:8443/a", REAL),
        ("http://127.0.0.1:8700/files/1", REAL),
        ("http://169.254.169.254/latest", SANDBOX),
        ("https://storage.googleapis.com/a", SANDBOX),
        ("file:///etc/passwd", SANDBOX),
        ("", REAL),
    ],
)
def test_other_addresses_are_not_opened(url: str, setting: str) -> None:
    with pytest.raises(Temporary):
        follow(url, setting)
