"""A shop's history from one bulk operation, whatever becomes of it on the way."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import responses

from app.connectors.errors import AccessRevoked, ConnectorError, Temporary, Throttled
from app.connectors.http import Http
from app.connectors.platforms.shopify import Shopify
from app.connectors.shopify.api import operation
from app.connectors.words import Days, FoundAccount, Grant
from app.settings import Settings
from tests.conftest import make_settings
from tests.connectors.conftest import NOW, Clock
from tests.connectors.shopify_wire import (
    CLIENT_ID,
    EXTRA,
    FILE,
    SECRET,
    SHOP,
    Wire,
    agreement,
    jsonl,
    order,
    page,
    sale,
)

ACCOUNT = FoundAccount(SHOP, "Fern & Fable", "EUR", "Europe/Berlin")
YEAR = Days(dt.date(2025, 10, 24), dt.date(2026, 10, 24))
YEAR_BEFORE = Days(dt.date(2024, 10, 23), dt.date(2025, 10, 23))
MONTH_AGO = Days(dt.date(2026, 9, 1), dt.date(2026, 9, 3))
BULK = "gid://shopify/BulkOperation/1"
SINCE = "2016-10-31T23:00:00Z"


@pytest.fixture
def settings() -> Settings:
    return make_settings(
        "postgresql://nobody@localhost/none",
        shopify_client_id=CLIENT_ID,
        shopify_client_secret=SECRET,
    )


@pytest.fixture
def mock() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as opened:
        yield opened


@pytest.fixture
def shop(mock: responses.RequestsMock) -> Wire:
    return Wire(mock)


@pytest.fixture
def shopify(settings: Settings, http: Http) -> Shopify:
    return Shopify(settings, http, Grant("shpat_canary", extra=EXTRA))


ORDERS = [
    order(
        1,
        "2026-05-04T22:30:00Z",
        agreement("2026-05-04T22:30:00Z", sale("PRODUCT", "119", "19"), id="a"),
        agreement(
            "2026-07-01T10:00:00Z", sale("PRODUCT", "-59.5", "-9.5", action="RETURN"), id="b"
        ),
        index=1,
    ),
    order(
        2, "2025-03-01T10:00:00Z", agreement("2025-03-01T10:00:00Z", sale("PRODUCT", "10"), id="c")
    ),
    order(
        3,
        "2026-05-05T08:00:00Z",
        agreement("2026-05-05T08:00:00Z", sale("PRODUCT", "7"), id="d"),
        test=True,
    ),
    order(
        4,
        "2026-05-05T09:00:00Z",
        agreement("2026-05-05T09:00:00Z", sale("PRODUCT", "9", currency="USD"), id="e"),
        currencyCode="USD",
    ),
]


def listed(*operations: dict[str, Any]) -> dict[str, Any]:
    return {"bulkOperations": {"nodes": list(operations)}}


def made(
    status: str, *, since: str = SINCE, age: dt.timedelta = dt.timedelta(minutes=2), **more: Any
) -> dict[str, Any]:
    """An operation of ours as Shopify lists it, laid out anew."""
    text = operation("bulk_orders").replace("2000-01-01T00:00:00Z", since)
    at = (NOW - age).isoformat().replace("+00:00", "Z")
    return {"id": BULK, "status": status, "query": "  ".join(text.split()), "createdAt": at} | more


def started(operation_id: str | None = BULK, *errors: dict[str, Any]) -> dict[str, Any]:
    bulk = operation_id and {"id": operation_id, "status": "CREATED"}
    return {"bulkOperationRunQuery": {"bulkOperation": bulk, "userErrors": list(errors)}}


def status(
    state: str, url: str | None = None, orders: int = 0, size: int | None = None, **more: Any
) -> dict[str, Any]:
    found = {
        "id": BULK,
        "status": state,
        "errorCode": None,
        "rootObjectCount": str(orders),
        "fileSize": None if size is None else str(size),
        "url": url,
    }
    return {"bulkOperation": found | more}


def completed(
    shop: Wire, mock: responses.RequestsMock, text: str = "", orders: int = len(ORDERS)
) -> None:
    """An operation that is begun, runs, and leaves a file."""
    text = text or jsonl(*ORDERS)
    shop.answer("BulkList", listed())
    shop.answer("BulkRun", started())
    shop.answer("BulkStatus", status("CREATED"))
    shop.answer("BulkStatus", status("RUNNING"))
    shop.answer("BulkStatus", status("COMPLETED", FILE, orders, len(text.encode())))
    mock.get(FILE, body=text)


def nets(shopify: Shopify, days: Days) -> dict[str, str]:
    return {str(row.day): f"{row.net:.2f}" for row in shopify.store_days(ACCOUNT, days)}


def test_one_operation_brings_the_whole_history_for_every_chunk(
    shopify: Shopify, shop: Wire, mock: responses.RequestsMock
) -> None:
    completed(shop, mock)
    assert nets(shopify, YEAR) == {"2026-05-05": "100.00", "2026-07-01": "-50.00"}
    assert nets(shopify, YEAR_BEFORE) == {"2025-03-01": "10.00"}
    assert [name for name, _ in shop.asked].count("BulkRun") == 1
    [run] = shop.of("BulkRun")
    assert f"updated_at:>='{SINCE}'" in run["query"]
    [first, _] = shopify.store_days(ACCOUNT, YEAR)
    assert (first.orders, first.new_customers) == (1, 1)
    assert "USD" in shopify.notices[0]


def test_two_chunks_at_once_begin_one_operation(
    shopify: Shopify, shop: Wire, mock: responses.RequestsMock
) -> None:
    completed(shop, mock)
    with ThreadPoolExecutor(2) as pool:
        newer = pool.submit(nets, shopify, YEAR)
        older = pool.submit(nets, shopify, YEAR_BEFORE)
        assert newer.result(30)["2026-05-05"] == "100.00"
        assert older.result(30) == {"2025-03-01": "10.00"}
    assert [name for name, _ in shop.asked].count("BulkRun") == 1


def test_the_token_is_not_sent_to_where_the_file_is(
    shopify: Shopify, shop: Wire, mock: responses.RequestsMock
) -> None:
    completed(shop, mock)
    nets(shopify, YEAR)
    [fetched] = [call.request for call in mock.calls if call.request.method == "GET"]
    assert "X-Shopify-Access-Token" not in fetched.headers


@pytest.mark.parametrize(
    "url",
    [
        "https://storage.googleapis.com.evil.example/file",
        "http://storage.googleapis.com/file",
        "http://169.254.169.254/latest",
        "https://me@storage.googleapis.com/file",
    ],
)
def test_a_file_elsewhere_is_not_fetched(shopify: Shopify, shop: Wire, url: str) -> None:
    shop.answer("BulkList", listed())
    shop.answer("BulkRun", started())
    shop.answer("BulkStatus", status("COMPLETED", url, 1))
    with pytest.raises(Temporary, match="not one of its own hosts"):
        nets(shopify, YEAR)


def test_waiting_grows_and_ends_by_asking_to_come_back(
    shopify: Shopify, shop: Wire, clock: Clock
) -> None:
    shop.answer("BulkList", listed())
    shop.answer("BulkRun", started())
    shop.answer("BulkStatus", status("RUNNING"))
    with pytest.raises(Throttled, match="still preparing") as caught:
        nets(shopify, YEAR)
    assert caught.value.retry_after == 120
    assert clock.slept[:3] == [5.0, 7.5, 11.25]
    assert max(clock.slept) == 60
    assert 600 <= clock.seconds() < 660


def test_the_next_chunk_does_not_wait_all_over_again(
    shopify: Shopify, shop: Wire, clock: Clock
) -> None:
    shop.answer("BulkList", listed())
    shop.answer("BulkRun", started())
    shop.answer("BulkStatus", status("RUNNING"))
    for days in (YEAR, YEAR_BEFORE):
        with pytest.raises(Throttled):
            nets(shopify, days)
    assert clock.seconds() < 660


@pytest.mark.parametrize("state", ["CREATED", "RUNNING", "COMPLETED"])
def test_a_run_that_was_killed_finds_its_operation_again(
    shopify: Shopify, shop: Wire, mock: responses.RequestsMock, state: str
) -> None:
    text = jsonl(*ORDERS)
    foreign = {
        "id": "x",
        "status": "RUNNING",
        "query": "{ products }",
        "createdAt": "2026-11-02T09:29:00Z",
    }
    shop.answer("BulkList", listed(foreign, made("FAILED"), made(state)))
    shop.answer("BulkStatus", status("COMPLETED", FILE, len(ORDERS), len(text)))
    mock.get(FILE, body=text)
    assert nets(shopify, YEAR)["2026-05-05"] == "100.00"
    assert shop.of("BulkRun") == []


@pytest.mark.parametrize(
    ("state", "age"),
    [
        ("COMPLETED", dt.timedelta(hours=2)),
        ("FAILED", dt.timedelta(0)),
        ("CANCELED", dt.timedelta(0)),
    ],
)
def test_an_operation_that_is_old_or_came_to_nothing_is_not_gone_on_with(
    shopify: Shopify, shop: Wire, mock: responses.RequestsMock, state: str, age: dt.timedelta
) -> None:
    completed(shop, mock)
    shop._answers["BulkList"] = [(200, listed(made(state, age=age)), {})]
    nets(shopify, YEAR)
    assert len(shop.of("BulkRun")) == 1


@pytest.mark.parametrize("state", ["CANCELED", "EXPIRED", None])
def test_an_operation_lost_on_the_way_is_begun_once_more(
    shopify: Shopify, shop: Wire, mock: responses.RequestsMock, state: str | None
) -> None:
    text = jsonl(*ORDERS)
    shop.answer("BulkList", listed())
    shop.answer("BulkRun", started())
    shop.answer("BulkStatus", status(state) if state else {"bulkOperation": None})
    shop.answer("BulkStatus", status("COMPLETED", FILE, len(ORDERS), len(text)))
    mock.get(FILE, body=text)
    assert nets(shopify, YEAR)["2026-05-05"] == "100.00"
    assert len(shop.of("BulkRun")) == 2


def test_one_that_is_always_cancelled_is_given_up(shopify: Shopify, shop: Wire) -> None:
    shop.answer("BulkList", listed())
    shop.answer("BulkRun", started())
    shop.answer("BulkStatus", status("CANCELED"))
    with pytest.raises(Temporary, match="cancelled the export"):
        nets(shopify, YEAR)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("ACCESS_DENIED", AccessRevoked),
        ("INTERNAL_SERVER_ERROR", Temporary),
        ("TIMEOUT", Temporary),
        (None, Temporary),
    ],
)
def test_a_failed_operation_never_counts_as_history(
    shopify: Shopify, shop: Wire, code: str | None, kind: type[ConnectorError]
) -> None:
    """Nor does its partial file."""
    shop.answer("BulkList", listed())
    shop.answer("BulkRun", started())
    shop.answer("BulkStatus", status("FAILED", errorCode=code, partialDataUrl=FILE))
    with pytest.raises(kind):
        nets(shopify, YEAR)


@pytest.mark.parametrize(
    "error",
    [
        {"code": "LIMIT_REACHED", "message": "Bulk operations limit reached."},
        {"code": "OPERATION_IN_PROGRESS", "message": ""},
        {"code": None, "message": "A bulk query operation is already in progress: gid://x"},
    ],
)
def test_a_full_house_is_waited_for_and_what_hangs_of_ours_is_cancelled(
    shopify: Shopify, shop: Wire, error: dict[str, Any]
) -> None:
    hanging = made("RUNNING", since="2016-09-30T22:00:00Z", age=dt.timedelta(days=1), id="hanging")
    busy = made("RUNNING", since="2016-09-30T22:00:00Z", id="busy")
    shop.answer("BulkList", listed(busy, hanging))
    shop.answer("BulkRun", started(None, error))
    shop.answer("BulkCancel", {"bulkOperationCancel": {"bulkOperation": None, "userErrors": []}})
    with pytest.raises(Throttled, match="still busy") as caught:
        nets(shopify, YEAR)
    assert caught.value.retry_after == 120
    assert shop.of("BulkCancel") == [{"id": "hanging"}]


def refusing(shop: Wire) -> None:
    """Shopify takes no export, with what it told everyone once."""
    shop.answer("BulkList", listed())
    said = "The parent 'node' field must implement 'Node'. Invalid connections: agreements."
    shop.answer("BulkRun", started(None, {"code": "INVALID", "message": said}))


def searched(variables: dict[str, Any], orders: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The orders that a search of ours means."""
    terms = re.findall(r"(\w+)_at:(>=|<)'([^']+)'", variables["query"])
    return [
        each
        for each in orders
        if all((each[f"{name}At"] >= at) == (sign == ">=") for name, sign, at in terms)
    ]


def test_history_that_is_not_exported_is_read_in_pages_and_said(
    shopify: Shopify, shop: Wire
) -> None:
    sold = [{**each, "updatedAt": each["agreements"]["nodes"][-1]["happenedAt"]} for each in ORDERS]
    refusing(shop)
    shop.answer("Orders", lambda variables: page(*searched(variables, sold)))
    assert nets(shopify, YEAR) == {"2026-05-05": "100.00", "2026-07-01": "-50.00"}
    assert nets(shopify, YEAR_BEFORE) == {"2025-03-01": "10.00"}
    assert len(shop.of("BulkRun")) == 1
    assert [notice for notice in shopify.notices if "read page by page" in notice]


def test_today_is_read_in_pages_too_when_it_is_not_exported(shopify: Shopify, shop: Wire) -> None:
    today = dt.date(2026, 11, 2)
    sold = order(9, "2026-11-02T08:00:00Z", agreement("2026-11-02T08:00:00Z", sale("PRODUCT", "5")))
    refusing(shop)
    shop.answer("Orders", page(count=5001))
    shop.answer("Orders", lambda variables: page(*searched(variables, [sold]), count=5001))
    for _ in range(2):
        assert nets(shopify, Days(today, today)) == {"2026-11-02": "5.00"}
    assert len(shop.of("BulkRun")) == 1


def test_what_is_too_much_for_one_search_is_searched_for_in_parts(
    shopify: Shopify, shop: Wire
) -> None:
    def answer(variables: dict[str, Any]) -> dict[str, Any]:
        first, end = re.findall(r"processed_at:[<>=]+'([0-9-]+)", variables["query"])
        days = dt.date.fromisoformat(end) - dt.date.fromisoformat(first)
        most = dt.timedelta(days=50 if first > "2025" else 50_000)
        return page(*searched(variables, ORDERS), count=25_001 if days > most else 25_000)

    refusing(shop)
    shop.answer("Orders", answer)
    assert nets(shopify, YEAR) == {"2026-05-05": "100.00", "2026-07-01": "-50.00"}
    read = [asked["query"] for asked in shop.of("Orders")]
    assert len(read) == len(set(read)) == 16


def test_a_day_with_more_orders_than_shopify_lists_is_said(shopify: Shopify, shop: Wire) -> None:
    refusing(shop)
    shop.answer("Orders", page(count=25_001))
    with pytest.raises(ConnectorError, match=r"25,000 orders of a day at most, and 20"):
        nets(shopify, YEAR)


def test_orders_that_a_search_did_not_mean_are_not_counted_twice(
    shopify: Shopify, shop: Wire
) -> None:
    refusing(shop)
    shop.answer("Orders", page(*ORDERS))
    assert nets(shopify, YEAR)["2026-05-05"] == "100.00"


def test_a_shop_without_orders_has_no_file(shopify: Shopify, shop: Wire) -> None:
    shop.answer("BulkList", listed())
    shop.answer("BulkRun", started())
    shop.answer("BulkStatus", status("COMPLETED"))
    assert nets(shopify, YEAR) == {}


def test_orders_without_a_file_are_lost_not_none(shopify: Shopify, shop: Wire) -> None:
    shop.answer("BulkList", listed())
    shop.answer("BulkRun", started())
    shop.answer("BulkStatus", status("COMPLETED", None, 12))
    with pytest.raises(Temporary, match="not whole"):
        nets(shopify, YEAR)


WHOLE = jsonl(*ORDERS)


@pytest.mark.parametrize(
    "text",
    [
        WHOLE[: len(WHOLE) // 2],
        "\n".join(WHOLE.splitlines()[:-1]) + "\n",
        "\n".join(WHOLE.splitlines()[1:]) + "\n",
        "<html>Expired</html>",
        WHOLE.replace("gid:\\/\\/shopify\\/SalesAgreement\\/a", "elsewhere", 1),
        WHOLE.replace('"119"', '"much"'),
    ],
)
def test_a_file_that_is_not_whole_is_asked_for_again_and_never_half_counted(
    shopify: Shopify, shop: Wire, mock: responses.RequestsMock, text: str
) -> None:
    shop.answer("BulkList", listed())
    shop.answer("BulkRun", started())
    shop.answer("BulkStatus", status("COMPLETED", FILE, len(ORDERS), len(WHOLE)))
    mock.get(FILE, body=text)
    mock.get(FILE, body=WHOLE)
    assert nets(shopify, YEAR) == {"2026-05-05": "100.00", "2026-07-01": "-50.00"}
    assert len(shopify.notices) == 1
    assert shopify.notices[0].startswith("Fern & Fable: 1 orders or lines in USD")


def test_a_file_that_stays_broken_is_left_and_another_one_asked_for(
    shopify: Shopify, shop: Wire, mock: responses.RequestsMock
) -> None:
    broken = "https://storage.googleapis.com/shopify/bulk-0.jsonl?signature=canary"
    mock.get(broken, body=WHOLE[: len(WHOLE) // 2])
    shop.answer("BulkList", listed(made("COMPLETED")))
    shop.answer("BulkStatus", status("COMPLETED", broken, len(ORDERS), len(WHOLE)))
    completed(shop, mock)
    assert nets(shopify, YEAR)["2026-05-05"] == "100.00"
    assert len(shop.of("BulkRun")) == 1


def test_a_child_may_come_long_after_its_parent_and_empty_lines_are_nothing(
    shopify: Shopify, shop: Wire, mock: responses.RequestsMock
) -> None:
    lines = WHOLE.splitlines()
    nodes = [json.loads(line) for line in lines]
    sales = [line for line, node in zip(lines, nodes, strict=True) if "actionType" in node]
    others = [line for line in lines if line not in sales]
    text = "\n".join([*others, "", *reversed(sales), '{"__parentId":"gid://shopify/Order/1"}', ""])
    completed(shop, mock, text)
    assert nets(shopify, YEAR)["2026-05-05"] == "100.00"


def test_a_few_days_of_long_ago_are_read_since_then_only(
    shopify: Shopify, shop: Wire, mock: responses.RequestsMock
) -> None:
    completed(shop, mock)
    nets(shopify, MONTH_AGO)
    [run] = shop.of("BulkRun")
    assert "updated_at:>='2026-08-31T22:00:00Z'" in run["query"]


def test_today_with_too_many_orders_to_page_is_read_in_bulk_and_afresh(
    shopify: Shopify, shop: Wire, mock: responses.RequestsMock
) -> None:
    today = dt.date(2026, 11, 2)
    sold = order(9, "2026-11-02T08:00:00Z", agreement("2026-11-02T08:00:00Z", sale("PRODUCT", "5")))
    shop.answer("Orders", page(count=5001))
    completed(shop, mock, jsonl(sold), 1)
    since = "2026-11-01T23:00:00Z"
    stale = made("COMPLETED", since=since, age=dt.timedelta(minutes=20))
    shop._answers["BulkList"] = [(200, listed(stale), {})]
    assert nets(shopify, Days(today, today)) == {"2026-11-02": "5.00"}
    assert len(shop.of("BulkRun")) == 1
    assert len(shop.of("Orders")) == 1
