"""Finds or installs the browser of the tests, and leaves a launcher for it in .local/browser.

Debian's chromium where packages may be installed, else the build that npm carries for AWS Lambda,
which brings its own libraries.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Final

from local.environment import own_folder
from local.errors import LocalError

PACKAGES = ("chromium", "fonts-noto-color-emoji")
NPM_PACKAGE = "@sparticuz/chromium@153.0.0"
UNPACK: Final = (
    "const fs = require('fs'), zlib = require('zlib');"
    "const [from, to] = process.argv.slice(1);"
    "fs.writeFileSync(to, zlib.brotliDecompressSync(fs.readFileSync(from)))"
)
MISSING = (
    "The tests drive a real browser, and there is none: install it with "
    "`apt install chromium fonts-noto-color-emoji` (as root), or install Node.js with npm and "
    "run this again."
)


def main() -> int:
    """Make `.local/browser/chromium`. The exit code is 1 after a sentence on standard error."""
    try:
        folder = own_folder() / "browser"
        folder.mkdir(exist_ok=True)
        if (installed := shutil.which("chromium")) is None and _install_with_apt():
            installed = shutil.which("chromium")
        if installed is None:
            _install_with_npm(folder)
        else:
            _launcher(folder, f'exec "{installed}" "$@"')
    except (LocalError, OSError, subprocess.CalledProcessError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _install_with_apt() -> bool:
    """Install Debian's package where we may; False where we may not."""
    if shutil.which("apt-get") is None:
        return False
    become = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if become and (shutil.which("sudo") is None or _run([*become, "true"]) != 0):
        return False
    _say("Installing chromium with apt-get ...")
    apt = [*become, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    _run([*apt, "update"])
    return _run([*apt, "install", "--yes", "--no-install-recommends", *PACKAGES]) == 0


def _install_with_npm(folder: Path) -> None:
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None or platform.machine() != "x86_64":
        raise LocalError(MISSING)
    _say(f"Installing {NPM_PACKAGE} with npm ...")
    options = ["--prefix", str(folder), "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    subprocess.run([npm, "install", *options, NPM_PACKAGE], check=True)
    packed = folder / "node_modules/@sparticuz/chromium/bin"
    program = folder / "headless"
    subprocess.run([node, "-e", UNPACK, packed / "chromium.br", program], check=True)
    program.chmod(0o755)
    for name in ("al2023", "swiftshader", "fonts"):
        archive = folder / f"{name}.tar"
        subprocess.run([node, "-e", UNPACK, packed / f"{name}.tar.br", archive], check=True)
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")
        archive.unlink()
    shutil.rmtree(folder / "node_modules")
    _launcher(folder, f'LD_LIBRARY_PATH="{folder}/lib" exec "{program}" "$@"')


def _launcher(folder: Path, command: str) -> None:
    launcher = folder / "chromium"
    launcher.write_text(f"#!/bin/sh\n{command}\n")
    launcher.chmod(0o755)


def _run(command: list[str]) -> int:
    return subprocess.run(command, check=False).returncode


def _say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
