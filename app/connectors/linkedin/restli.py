"""Rest.li 2.0: how LinkedIn writes lists, objects and URNs into a query.

`( ) : ,` are structure and stay as they are; every text is percent-encoded on its own. A query
that is encoded as a whole, or twice, is refused with 400. Source: LinkedIn's protocol page and
the client it publishes (linkedin-api-client).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from app.connectors.errors import Temporary

Value = str | int | Sequence["Value"] | Mapping[str, "Value"]
Params = Mapping[str, Value]

ACCOUNT, GROUP, CAMPAIGN, CREATIVE = (
    "urn:li:sponsoredAccount:",
    "urn:li:sponsoredCampaignGroup:",
    "urn:li:sponsoredCampaign:",
    "urn:li:sponsoredCreative:",
)


def encode(value: Value) -> str:
    """One value, fit to stand in a query or a path."""
    if isinstance(value, str):
        return quote(value, safe="")
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Mapping):
        return f"({','.join(f'{encode(name)}:{encode(part)}' for name, part in value.items())})"
    return f"List({','.join(map(encode, value))})"


def query(params: Params, fields: Sequence[str] = ()) -> str:
    """A whole query. `fields` are the one parameter without encoding, in any protocol version."""
    parts = [f"{encode(name)}={encode(value)}" for name, value in params.items()]
    return "&".join(parts + ([f"fields={','.join(fields)}"] if fields else []))


def same(number: str | int | None) -> str:
    """The id of a thing, whether LinkedIn gives its number or its URN; empty for none."""
    text = str(number if number is not None else "").rpartition(":")[2]
    if text and not (text.isascii() and text.isdigit()):
        raise Temporary(
            "LinkedIn Ads sent an id that is no number. Stored figures are unchanged, and it will "
            "be asked again."
        )
    return text
