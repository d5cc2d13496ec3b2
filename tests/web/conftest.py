"""What pages have computed elsewhere is computed here, where a new process would take longer."""

from __future__ import annotations

import pytest

from app.reports import apart


@pytest.fixture(autouse=True)
def _computed_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """tests/reports/test_apart.py has the processes themselves."""
    monkeypatch.setattr(apart, "_elsewhere", lambda sent, _seconds: apart.here(sent))
