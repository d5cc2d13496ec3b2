"""Faults on demand, the clock, the log and the process itself."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.platforms.kinds import DEADLY, PASSING
from tests.sandbox.conftest import DOLLARS, Graph
from tests.sandbox_server import ROOT, SandboxServer, free_port, start, stop


@pytest.mark.parametrize(
    ("kind", "status", "code", "subcode"),
    [
        ("rate_limit_account", 400, 17, 2446079),
        ("rate_limit_app", 403, 4, 1504022),
        ("rate_limit_insights", 400, 80000, 2446079),
        ("token_expired", 400, 190, 463),
        ("token_invalid", 400, 190, 460),
        ("token_checkpoint", 400, 190, 459),
        ("permission", 403, 200, None),
        ("server_error", 500, 1, 99),
        ("unavailable", 503, 2, None),
        ("reduce_data", 500, 1, None),
        ("too_many_rows", 400, 100, 1487534),
        ("error_in_200", 200, 2, None),
    ],
)
def test_a_fault_hits_once_and_is_over(
    graph: Graph, kind: str, status: int, code: int, subcode: int | None
) -> None:
    graph.server.fault(kind, r"/campaigns")
    assert graph.ask("GET", "me").status_code == 200
    hit = graph.ask("GET", f"{DOLLARS}/campaigns")
    error = hit.json()["error"]
    assert (hit.status_code, error["code"], error.get("error_subcode")) == (status, code, subcode)
    assert error["message"]
    assert graph.ask("GET", f"{DOLLARS}/campaigns").json()["data"]


def test_a_rate_limit_hints_how_long_to_wait(graph: Graph) -> None:
    graph.server.fault("rate_limit_account", minutes=7)
    headers = graph.ask("GET", f"{DOLLARS}/insights").headers
    [[use]] = json.loads(headers["X-Business-Use-Case-Usage"]).values()
    assert use["estimated_time_to_regain_access"] == 7
    assert json.loads(headers["X-Ad-Account-Usage"])["reset_time_duration"] == 420
    assert json.loads(headers["X-App-Usage"])["call_count"] == 100


def test_high_usage_warns_without_failing(graph: Graph) -> None:
    graph.server.fault("high_usage", percent=91)
    response = graph.ask("GET", f"{DOLLARS}/insights")
    assert response.status_code == 200
    assert json.loads(response.headers["x-Fb-Ads-Insights-Throttle"])["acc_id_util_pct"] == 91


def test_a_truncated_answer_is_not_json(graph: Graph) -> None:
    graph.server.fault("truncated")
    with pytest.raises(requests.JSONDecodeError):
        graph.ask("GET", f"{DOLLARS}/campaigns").json()


def test_a_connection_can_die_in_the_middle_of_an_answer(graph: Graph) -> None:
    graph.server.fault("cut")
    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.ConnectionError)):
        graph.ask("GET", f"{DOLLARS}/campaigns")
    assert graph.ask("GET", f"{DOLLARS}/campaigns").status_code == 200


def test_a_bad_gateway_answers_html(graph: Graph) -> None:
    graph.server.fault("bad_gateway")
    response = graph.ask("GET", "me")
    assert (response.status_code, response.headers["Content-Type"][:9]) == (502, "text/html")


def test_a_slow_answer_still_comes(graph: Graph) -> None:
    graph.server.fault("slow", seconds=0.3)
    started = time.monotonic()
    assert graph.get("me")
    assert time.monotonic() - started >= 0.3


def test_a_repeated_cursor_leads_in_a_circle(graph: Graph) -> None:
    first = graph.get(f"{DOLLARS}/campaigns", limit=5)
    after = first["paging"]["cursors"]["after"]
    graph.server.fault("repeated_cursor", "after=")
    again = graph.get(f"{DOLLARS}/campaigns", limit=5, after=after)
    assert again["paging"]["cursors"]["after"] == after
    assert again["paging"]["next"]


def test_an_empty_page_can_have_a_next(graph: Graph) -> None:
    whole = graph.every(f"{DOLLARS}/campaigns", limit=10)
    graph.server.fault("empty_page", "/campaigns")
    empty = graph.get(f"{DOLLARS}/campaigns", limit=10)
    assert empty["data"] == []
    assert empty["paging"]["next"]
    graph.server.fault("empty_page", "after=")
    assert graph.every(f"{DOLLARS}/campaigns", limit=10) == whole


def test_rows_can_vanish_without_an_error(graph: Graph) -> None:
    graph.server.fault("no_rows", "/insights")
    assert graph.get(f"{DOLLARS}/insights") == {"data": []}


def test_a_report_run_can_fail(graph: Graph) -> None:
    graph.server.fault("report_failed", "/insights")
    run = graph.ask("POST", f"{DOLLARS}/insights").json()["report_run_id"]
    states = [graph.get(run)["async_status"] for _ in range(2)]
    assert states == ["Job Running", "Job Failed"]


def test_a_fault_may_spare_the_first_requests_and_hit_several(graph: Graph) -> None:
    graph.server.fault("server_error", "/campaigns", times=2, after=1)
    seen = [graph.ask("GET", f"{DOLLARS}/campaigns").status_code for _ in range(4)]
    assert seen == [200, 500, 500, 200]


@pytest.mark.parametrize("wrong", [{"kind": "earthquake"}, {"kind": "slow", "path": "("}, {}])
def test_a_fault_that_does_not_exist_is_refused(
    sandbox: SandboxServer, wrong: dict[str, Any]
) -> None:
    response = requests.post(f"{sandbox.url}/control/faults", json=wrong, timeout=30)
    assert response.status_code == 400
    assert response.json()["error"]


def test_requests_are_logged_without_tokens(graph: Graph) -> None:
    graph.get("me")
    graph.ask("GET", f"{DOLLARS}/campaigns", limit=3)
    seen = graph.server.requests()
    assert [row["path"].rpartition("/")[2] for row in seen] == ["me", "campaigns"]
    assert graph.token not in json.dumps(seen)
    assert len(graph.server.requests("/campaigns$")) == 1


def test_reset_forgets_everything(graph: Graph) -> None:
    server, asked = graph.server, (DOLLARS, "2026-11-10", "2026-11-12")
    before = server.truth(*asked)
    server.restate()
    server.remove(before["campaigns"][0]["id"])
    server.clock("2026-11-20")
    server.fault("server_error")
    assert server.truth(*asked) != before
    server.reset()
    assert server.truth(*asked) == before
    assert graph.ask("GET", "me").status_code == 200


def test_the_truth_of_all_accounts_has_the_same_shape(sandbox: SandboxServer) -> None:
    whole = sandbox.truth(first="2026-11-20", last="2026-11-22")
    assert [row["currency"] for row in whole] == ["USD", "EUR", "JPY", "USD"]
    assert whole[1] == sandbox.truth(whole[1]["id"], "2026-11-20", "2026-11-22")
    missing = requests.get(f"{sandbox.url}/truth/meta", params={"account": "9"}, timeout=30)
    assert missing.status_code == 404


def test_the_process_stays_small_and_stops_when_told() -> None:
    process, server = start()
    for account in server.accounts():
        server.truth(account["id"])
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
    [resident] = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")]
    stop(process, server)
    assert int(resident) < 120_000
    assert process.returncode == 0


def test_a_port_in_use_is_a_sentence(sandbox: SandboxServer) -> None:
    port = sandbox.url.rpartition(":")[2]
    taken = subprocess.run(
        [sys.executable, "-m", "sandbox", "--port", port],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert taken.returncode == 1
    assert "is in use" in taken.stderr
    assert "Traceback" not in taken.stderr


def test_a_free_port_is_free() -> None:
    assert 1024 < free_port() < 65536


def test_a_fault_can_be_meant_for_one_platform(graph: Graph) -> None:
    graph.server.fault("unavailable", platform="linkedin")
    assert graph.ask("GET", "me").status_code == 200
    address = f"{graph.server.url}/linkedin/rest/adAccounts?q=search"
    assert [requests.get(address, timeout=30).status_code for _ in range(2)] == [503, 426]


@pytest.mark.parametrize(
    ("platform", "kind", "named"),
    [
        ("tiktok", "report_failed", "tiktok_in_part"),
        ("google", "linkedin_day_limit", "google_404"),
        ("linkedin", "high_usage", "linkedin_old_version"),
        ("meta", "tiktok_50000", "report_failed"),
        ("shopify", "google_404", "truncated"),
        ("myspace", "slow", "tiktok"),
    ],
)
def test_a_platform_says_which_faults_it_acts_on(
    sandbox: SandboxServer, platform: str, kind: str, named: str
) -> None:
    body = {"kind": kind, "platform": platform}
    response = requests.post(f"{sandbox.url}/control/faults", json=body, timeout=30)
    assert response.status_code == 400
    told = response.json()["error"]
    assert platform in told
    assert named in told.partition("there are")[2]


@pytest.mark.parametrize("platform", sorted(PASSING))
def test_every_fault_of_the_fault_runs_is_one_that_the_platform_acts_on(
    sandbox: SandboxServer, platform: str
) -> None:
    kinds = [*PASSING[platform], *DEADLY[platform]]
    for kind in kinds:
        told = sandbox.fault(kind, platform=platform)
    assert [fault["kind"] for fault in told] == kinds
    assert {fault["platform"] for fault in told} == {platform}


def test_a_shorter_history_lasts_until_the_reset(sandbox: SandboxServer) -> None:
    account = sandbox.accounts()[0]["id"]
    days = len(sandbox.truth(account)["days"])
    sandbox.history(30)
    assert len(sandbox.truth(account)["days"]) == 31
    sandbox.reset()
    assert len(sandbox.truth(account)["days"]) == days > 31


@pytest.mark.parametrize("days", [0, 401, "30", None])
def test_a_history_of_no_length_is_refused(sandbox: SandboxServer, days: object) -> None:
    answer = requests.post(f"{sandbox.url}/control/history", json={"days": days}, timeout=30)
    assert answer.status_code == 400
