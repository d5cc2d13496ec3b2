"""The lines of an export: what is asked of each order, without pages, children after parents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    is_abstract_type,
)
from graphql.language.ast import StringValueNode

from sandbox.shopify.connections import Listed, Thing
from sandbox.shopify.schema import read, schema

MOST_LISTS = 5
DEEPEST = 3
"""Lists in lists, the outermost one included: two may be nested in it."""
_AT_ONCE = 100
"""So many orders are written before their children, unless these are to be grouped with them."""


class NotForExport(Exception):
    """Why a query cannot be run in bulk."""


class _Row(NamedTuple):
    thing: Thing
    asked: SelectionSetNode
    parent: str


class Export:
    """A query that can be run in bulk. Raises NotForExport for any other."""

    def __init__(self, text: str) -> None:
        document, invalid = read(text)
        if document is None or invalid:
            raise NotForExport("; ".join(error.message for error in invalid))
        self._fragments = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        root = self._root(document)
        depths = list(self._depths(root, 1))
        if len(depths) > MOST_LISTS:
            raise NotForExport(f"Bulk queries cannot contain more than {MOST_LISTS} connections.")
        if max(depths) > DEEPEST:
            raise NotForExport("Bulk queries cannot nest connections more than two levels deep.")
        self.query = _query(root)
        self._asked = self._nodes(root)

    def lines(self, things: Iterable[Thing], *, grouped: bool) -> Iterator[Thing]:
        """Grouped, each thing is followed by its own children; otherwise by others like it."""
        roots = iter([_Row(thing, self._asked, "") for thing in things])
        while some := list(islice(roots, 1 if grouped else _AT_ONCE)):
            yield from self._grouped(some[0]) if grouped else self._by_levels(some)

    def _grouped(self, row: _Row) -> Iterator[Thing]:
        line, children = self._line(row)
        yield line
        for child in children:
            yield from self._grouped(child)

    def _by_levels(self, rows: list[_Row]) -> Iterator[Thing]:
        while rows:
            made = [self._line(row) for row in rows]
            yield from (line for line, _ in made)
            rows = [child for _, children in made for child in children]

    def _line(self, row: _Row) -> tuple[Thing, list[_Row]]:
        line: Thing = {}
        children: list[_Row] = []
        for node in self._fields(row.asked, row.thing.get("__typename", "")):
            value = row.thing.get(node.name.value)
            if isinstance(value, Listed):
                inner = self._nodes(node)
                children += [_Row(thing, inner, row.thing["id"]) for thing in value.things]
            else:
                line[_name(node)] = self._plain(value, node)
        if row.parent:
            line["__parentId"] = row.parent
        return line, children

    def _plain(self, value: Any, node: FieldNode) -> Any:
        if isinstance(value, list):
            return [self._plain(each, node) for each in value]
        if node.selection_set is None or not isinstance(value, dict):
            return value
        return {
            _name(inner): self._plain(value.get(inner.name.value), inner)
            for inner in self._fields(node.selection_set, value.get("__typename", ""))
        }

    def _root(self, document: DocumentNode) -> FieldNode:
        roots = [
            node
            for operation in document.definitions
            if isinstance(operation, OperationDefinitionNode)
            for node in self._fields(operation.selection_set)
        ]
        if [root.name.value for root in roots] != ["orders"]:
            raise NotForExport("orders is what can be exported here, and nothing beside it.")
        return roots[0]

    def _depths(self, node: FieldNode, depth: int) -> Iterator[int]:
        """How deep each list lies."""
        yield depth
        for inner in self._fields(self._nodes(node)):
            if self._lists(inner):
                yield from self._depths(inner, depth + 1)

    def _lists(self, node: FieldNode) -> bool:
        return any(
            inner.name.value in ("edges", "nodes") for inner in self._fields(node.selection_set)
        )

    def _nodes(self, node: FieldNode) -> SelectionSetNode:
        """What is asked of each thing of a list: `edges { node { … } }` or `nodes { … }`."""
        for inner in self._fields(node.selection_set):
            if inner.name.value in ("node", "nodes") and inner.selection_set is not None:
                return inner.selection_set
            if inner.name.value == "edges":
                return self._nodes(inner)
        raise NotForExport(f"Nothing is asked of the nodes of {node.name.value}.")

    def _fields(self, asked: SelectionSetNode | None, of: str | None = None) -> list[FieldNode]:
        """Those asked of a thing of the type `of`; of any, without it."""
        found: list[FieldNode] = []
        for node in asked.selections if asked else ():
            if isinstance(node, FieldNode):
                found.append(node)
            elif (part := self._part(node)) and _meant(part, of):
                found += self._fields(part.selection_set, of)
        return found

    def _part(self, node: SelectionNode) -> InlineFragmentNode | FragmentDefinitionNode | None:
        if isinstance(node, FragmentSpreadNode):
            return self._fragments[node.name.value]
        return node if isinstance(node, InlineFragmentNode) else None


def _meant(fragment: InlineFragmentNode | FragmentDefinitionNode, of: str | None) -> bool:
    if fragment.type_condition is None or not of:
        return True
    name = fragment.type_condition.name.value
    named, kind = schema().type_map[name], schema().type_map[of]
    if is_abstract_type(named):
        return any(possible is kind for possible in schema().get_possible_types(named))
    return name == of


def _name(node: FieldNode) -> str:
    return node.alias.value if node.alias else node.name.value


def _query(root: FieldNode) -> str | None:
    for argument in root.arguments or ():
        if argument.name.value == "query" and isinstance(argument.value, StringValueNode):
            return argument.value.value
    return None
