"""Fetches Shopify's own schema for the tests, from the package that Shopify publishes it in.

`python -m local.schema` leaves it in `.local/shopify`; it is not shipped.
"""

from __future__ import annotations

import io
import sys
import tarfile
from pathlib import Path

from local.environment import own_folder
from local.errors import LocalError
from local.vendor import Package, digest, tarball

PACKAGE = Package("@shopify/dev-mcp", "1.16.0")
INTEGRITY = (
    "sha512-tqgRnK7sQhjew+htxtleTH23nXB5fZcsrhWgEkomsorG"
    "XvLOB2mh2upwZm8uzuTDNTZnqtLMe64yIwh6s2awtw=="
)
NAME = "admin_2026-10.json.gz"


def main() -> int:
    """Make `.local/shopify/NAME`. The exit code is 1 after a sentence on standard error."""
    try:
        target = own_folder() / "shopify" / NAME
        _say(f"Fetching Shopify's schema ({PACKAGE.name} {PACKAGE.version}) ...")
        _write(target, _member(tarball(PACKAGE)))
    except (LocalError, OSError) as error:
        sys.stderr.write(f"Shopify's schema, which a test needs, is not here: {error}\n")
        return 1
    return 0


def _member(archive: bytes) -> bytes:
    if digest(archive) != INTEGRITY:
        raise LocalError(f"{PACKAGE.name} {PACKAGE.version} is not what it was when it was chosen.")
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
        stream = tar.extractfile(f"package/dist/data/{NAME}")
        if stream is None:
            raise LocalError(f"{NAME} is not in {PACKAGE.name}.")
        return stream.read()


def _write(target: Path, content: bytes) -> None:
    """A kill half-way leaves none rather than a part."""
    target.parent.mkdir(exist_ok=True)
    half = target.with_suffix(".new")
    half.write_bytes(content)
    half.rename(target)


def _say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
