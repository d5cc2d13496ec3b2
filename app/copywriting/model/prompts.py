"""Prompts are files with named variables, and what people typed goes in as data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Template
from typing import Any

_FOLDER = Path(__file__).with_name("prompts")
# Neither the end of a block nor a new one can stand in what people typed.
_ESCAPED = {ord(each): f"\\u{ord(each):04x}" for each in "<>&\u2028\u2029"}


class PromptError(Exception):
    """A prompt's file and the variables it is given do not fit each other."""


def prompt(name: str, **variables: str) -> str:
    """The text of `prompts/<name>.md`. A variable too many or too few is a PromptError."""
    template = _template(name)
    wanted = set(template.get_identifiers())
    if wanted != variables.keys():
        differing = ", ".join(sorted(wanted ^ variables.keys()))
        raise PromptError(f"prompts/{name}.md and its variables differ in: {differing}.")
    return template.substitute(variables).strip()


def data(material: Mapping[str, Any]) -> str:
    """JSON that holds no angle bracket, so that it cannot end the block it stands in."""
    return json.dumps(material, ensure_ascii=False).translate(_ESCAPED)


@cache
def _template(name: str) -> Template:
    template = Template((_FOLDER / f"{name}.md").read_text(encoding="utf-8"))
    if not template.is_valid():
        raise PromptError(f"prompts/{name}.md has a $ that begins no variable; write $$ for one.")
    return template
