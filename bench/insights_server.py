"""A server that answers like Meta's insights edge, as fast as Python can.

All rows are encoded before the first question, and a page is a join of byte strings.

`python bench/insights_server.py` prints its port and serves until it is killed.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import random
import sys
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

ADS = 1_000
DAYS = 50
LAST = dt.date(2026, 10, 29)
FIRST = LAST - dt.timedelta(days=DAYS - 1)
ACTION_TYPES = (
    "link_click",
    "page_engagement",
    "post_engagement",
    "landing_page_view",
    "video_view",
    "view_content",
    "add_to_cart",
    "initiate_checkout",
    "omni_purchase",
    "purchase",
    "offsite_conversion.fb_pixel_purchase",
)
VALUED = ACTION_TYPES[-4:]


def encoded_rows() -> dict[str, dict[dt.date, list[bytes]]]:
    """Rows by level and day; the account's are the sums of its ads."""
    chance = random.Random(7)
    rows: dict[str, dict[dt.date, list[bytes]]] = {"ad": {}, "account": {}}
    for offset in range(DAYS):
        day = FIRST + dt.timedelta(days=offset)
        ads = [_ad_day(chance, number, day) for number in range(ADS)]
        rows["ad"][day] = [json.dumps(row, separators=(",", ":")).encode() for row in ads]
        total = {
            "spend": f"{sum(round(float(row['spend']) * 100) for row in ads) / 100:.2f}",
            "impressions": str(sum(int(row["impressions"]) for row in ads)),
            "inline_link_clicks": str(sum(int(row["inline_link_clicks"]) for row in ads)),
            **_dates(day),
        }
        rows["account"][day] = [json.dumps(total).encode()]
    return rows


def _ad_day(chance: random.Random, number: int, day: dt.date) -> dict[str, Any]:
    shown = chance.randrange(100, 20_000)
    counts = {kind: chance.randrange(1, 400) for kind in ACTION_TYPES}
    return {
        "campaign_id": f"1200{number // 25:08d}",
        "campaign_name": f"Campaign {number // 25}",
        "adset_id": f"1300{number // 5:08d}",
        "adset_name": f"Ad set {number // 5}",
        "ad_id": f"1400{number:08d}",
        "ad_name": f"Ad {number}",
        "spend": f"{shown / 211:.2f}",
        "impressions": str(shown),
        "inline_link_clicks": str(shown // 50),
        "actions": [{"action_type": kind, "value": str(count)} for kind, count in counts.items()],
        "action_values": [
            {"action_type": kind, "value": f"{counts[kind] * 41.5:.2f}"} for kind in VALUED
        ],
        **_dates(day),
    }


def _dates(day: dt.date) -> dict[str, str]:
    return {"date_start": day.isoformat(), "date_stop": day.isoformat()}


class Insights(asyncio.Protocol):
    """One kept-alive connection; questions come one at a time and have no body."""

    rows: dict[str, dict[dt.date, list[bytes]]]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._received = b""

    def data_received(self, data: bytes) -> None:
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, _, self._received = self._received.partition(b"\r\n\r\n")
            body = self._answer(head.split(b" ", 2)[1].decode())
            length = str(len(body)).encode()
            self._transport.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                + length
                + b"\r\n\r\n"
                + body
            )

    def _answer(self, target: str) -> bytes:
        url = urlsplit(target)
        asked = {name: values[0] for name, values in parse_qs(url.query).items()}
        span = json.loads(asked["time_range"])
        day, last = (dt.date.fromisoformat(span[end]) for end in ("since", "until"))
        rows: list[bytes] = []
        while day <= last:
            rows += self.rows[asked["level"]].get(day, [])
            day += dt.timedelta(days=1)
        start, limit = int(asked.get("after", 0)), int(asked["limit"])
        end = start + limit
        paging: dict[str, Any] = {"cursors": {"before": str(start), "after": str(end)}}
        if end < len(rows):
            paging["next"] = f"http://{url.path}?after={end}"
        return b'{"data":[%b],"paging":%b}' % (
            b",".join(rows[start:end]),
            json.dumps(paging).encode(),
        )


async def serve() -> None:
    """Encode, listen, say where."""
    Insights.rows = encoded_rows()
    server = await asyncio.get_running_loop().create_server(Insights, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    sys.exit(asyncio.run(serve()))
