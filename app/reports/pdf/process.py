"""The process that sets one report, so that what typst keeps in memory goes with it.

Started as `python -I process.py`, without the app: standard input is the content as JSON with
the moment it is of, standard output the PDF. It sees no variables, no fonts but ours and no
file but the template; it ends itself when it takes too much time or memory.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

import typst

_HERE = Path(__file__).parent
_CPU_SECONDS = 30
_MEMORY = 2 * 1024**3


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    asked = json.load(sys.stdin.buffer)
    fonts = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[_HERE / "fonts"],
    )
    made = typst.Compiler(
        input=_HERE / "report.typ",
        root=_HERE,
        font_paths=fonts,
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(asked["content"], ensure_ascii=False)},
    ).compile(format="pdf", pdf_standards=["ua-1"], timestamp=asked["timestamp"])
    sys.stdout.buffer.write(made)  # type: ignore[arg-type]  # one PDF, never a list of pages


if __name__ == "__main__":
    main()
