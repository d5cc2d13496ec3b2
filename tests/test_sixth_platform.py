"""A sixth platform is one new file and its fixtures; nothing else in the project changes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SIXTH = ROOT / "tests" / "sixth"
PARTS = ("app", "jobs", "local", "sandbox", "migrations", "static", "templates", "tests")


def test_one_file_and_its_fixtures_add_a_platform(tmp_path: Path) -> None:
    copy = tmp_path / "growzzy"
    for part in PARTS:
        # What is compiled is copied too, but for what another process is writing.
        skip = shutil.ignore_patterns("*.pyc.*")
        shutil.copytree(ROOT / part, copy / part, ignore=skip)
    shutil.copy(ROOT / "pyproject.toml", copy)
    shutil.copy(SIXTH / "acorn.py", copy / "app" / "connectors" / "platforms")
    shutil.copytree(SIXTH / "fixtures", copy / "tests" / "fixtures" / "acorn")

    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    ran = subprocess.run(
        [
            *command,
            "tests/sixth/journey.py",
            "tests/connectors/test_contract.py",
            "-k",
            "acorn or journey",
        ],
        cwd=copy,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )

    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-1000:]
    assert "skipped" not in ran.stdout
