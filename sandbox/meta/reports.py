"""Asynchronous reports: asked for, polled, read."""

from __future__ import annotations

from typing import Any

from sandbox.meta import insights
from sandbox.meta.errors import GraphError
from sandbox.meta.params import Params
from sandbox.noise import noise
from sandbox.state import ReportRun, state
from sandbox.world import Account

_PAGING = ("limit", "after", "before", "access_token", "appsecret_proof")


def start(account: Account, params: Params, *, fails: bool) -> dict[str, Any]:
    """`POST act_X/insights`."""
    insights.check(account, params)
    question = {name: value for name, value in params.items() if name not in _PAGING}
    runs = state().meta.runs
    number = noise(len(runs) + 1, account.number) % 10**12
    run = ReportRun(str(6_010_000_000_000 + number), account, question, state().clock.now(), fails)
    runs[run.id] = run
    return {"report_run_id": run.id}


def poll(run: ReportRun) -> dict[str, Any]:
    """`GET <report run>`: running when first asked, done when asked again."""
    run.polls += 1
    done = run.polls > 1
    answer: dict[str, Any] = {
        "id": run.id,
        "account_id": run.account.id,
        "time_ref": int(run.asked_at.timestamp()),
        "async_status": "Job Completed" if done else "Job Running",
        "async_percent_completion": 100 if done else 40,
    }
    if done:
        answer["time_completed"] = int(run.asked_at.timestamp()) + 3
    if done and run.fails:
        answer |= {
            "async_status": "Job Failed",
            "async_percent_completion": 40,
            "error_code": 2601,
            "error_message": "The report could not be made.",
        }
    return answer


def read(run: ReportRun, params: Params) -> dict[str, Any]:
    """`GET <report run>/insights`."""
    if run.polls < 2 or run.fails:
        raise GraphError(
            2601, "(#2601) Loading async ads report failed: the report run is not completed."
        )
    return insights.report(run.account, run.params, params)
