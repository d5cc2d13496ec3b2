"""Request parameters as Meta reads them: JSON, comma lists and PHP-style brackets alike."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sandbox.meta.errors import GraphError, bad_param

Params = Mapping[str, str]
Tree = dict[str, "Tree"]
"""Names of fields, each with the sub-fields asked for in braces."""


def listing(params: Params, name: str) -> list[str]:
    """`name=["A"]`, `name=A,B` or `name[]=A` and `name[0]=A`; empty when absent."""
    text = params.get(name, "")
    bracketed = [value for key, value in params.items() if key.startswith(f"{name}[")]
    if not text:
        return bracketed
    if not text.lstrip().startswith("["):
        return [part.strip().strip("'\"") for part in text.split(",") if part.strip()]
    decoded = _decode(name, text)
    if not isinstance(decoded, list):
        raise bad_param(f"param {name} must be an array.")
    return [str(item) for item in decoded]


def mapping(params: Params, name: str) -> dict[str, Any]:
    """`name={"since": …}` or `name[since]=…`; empty when absent."""
    text = params.get(name, "")
    if not text:
        prefix = f"{name}["
        return {
            key[len(prefix) : -1]: value for key, value in params.items() if key.startswith(prefix)
        }
    decoded = _decode(name, text)
    if not isinstance(decoded, dict):
        raise bad_param(f"param {name} must be an object.")
    return decoded


def objects(params: Params, name: str) -> list[dict[str, Any]]:
    """`name=[{…}, …]`; empty when absent."""
    decoded = _decode(name, params.get(name) or "[]")
    if not isinstance(decoded, list) or not all(isinstance(item, dict) for item in decoded):
        raise bad_param(f"param {name} must be an array of objects.")
    return decoded


def whole_number(params: Params, name: str, default: int) -> int:
    text = params.get(name, "")
    if not text:
        return default
    if not text.isascii() or not text.isdigit():
        raise bad_param(f"Param {name} must be an integer")
    return int(text)


def fields(params: Params) -> Tree:
    """`id,name,creative{id,body}` as a tree; also `["id","name"]`."""
    text = params.get("fields", "").strip()
    if text.startswith("["):
        text = ",".join(listing(params, "fields"))
    tree, rest = _tree(text)
    if rest:
        raise _unbalanced()
    return tree


def _unbalanced() -> GraphError:
    return bad_param("Syntax error in fields: braces do not match.")


def _tree(text: str) -> tuple[Tree, str]:
    tree: Tree = {}
    name = ""
    while text:
        letter, text = text[0], text[1:]
        if letter == "{":
            tree[name.strip()], text = _tree(text)
            if not text.startswith("}"):
                raise _unbalanced()
            text, name = text[1:], ""
        elif letter == "}":
            text = letter + text
            break
        elif letter == ",":
            _add(tree, name)
            name = ""
        else:
            name += letter
    _add(tree, name)
    return tree, text


def _add(tree: Tree, name: str) -> None:
    if name.strip():
        tree[name.strip()] = {}


def _decode(name: str, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise bad_param(f"param {name} must be valid JSON.") from error
