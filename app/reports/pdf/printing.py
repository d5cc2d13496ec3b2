"""A frozen report as PDF, always the same bytes for the same document and links."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from pathlib import Path

from app.errors import AppError
from app.reports.document import Frozen
from app.reports.pdf.content import content
from app.reports.rows import Link, nowhere

SECONDS = 30.0
AT_ONCE = 2
# A download waits this long for those before it.
_PATIENCE = 5.0
_PROCESS = Path(__file__).with_name("process.py")
_places = threading.BoundedSemaphore(AT_ONCE)
_logger = logging.getLogger(__name__)


class NotPrinted(AppError):
    """No PDF now; the report itself is untouched."""

    code = "not_printed"
    status = 503


def print_pdf(frozen: Frozen, link: Link = nowhere) -> bytes:
    """The PDF, a few tenths of a second later. `link` says where its figures lead.

    Raises NotPrinted when it cannot be made, or when too many are being made already.
    """
    asked = {
        "content": content(frozen.document, frozen.content_hash, link),
        "timestamp": int(frozen.document.as_of.timestamp()),
    }
    if not _places.acquire(timeout=_PATIENCE):
        raise NotPrinted("Several PDFs are being made already. Try again in a minute.")
    try:
        return _printed(json.dumps(asked).encode())
    finally:
        _places.release()


def _printed(asked: bytes) -> bytes:
    failed = NotPrinted(
        "The PDF could not be made. The report is as it was, and its XLSX and CSV files can be "
        "downloaded. If it happens again, the server's log says why."
    )
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_PROCESS)],
            input=asked,
            capture_output=True,
            timeout=SECONDS,
            check=True,
            env={},
        )
    except subprocess.TimeoutExpired as error:
        _logger.warning("a PDF took longer than %s s", SECONDS)
        raise failed from error
    except subprocess.CalledProcessError as error:
        # The last line is typst's own complaint; what was in the report is not in it.
        said = error.stderr.decode(errors="replace").strip().splitlines()[-1:]
        _logger.warning("a PDF was not made: exit %s, %s", error.returncode, "".join(said)[:300])
        raise failed from error
    return done.stdout
