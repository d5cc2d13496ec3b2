"""What a question costs, and the leaky bucket it is paid from.

Shopify gives the prices of things but not its whole formula. Here a scalar costs nothing, an
object 1 (an amount of money nothing), an interface its dearest branch, a connection 1 and as many
times what it lists as it is asked for, a mutation 10. What was asked for and did not come is given
back.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    value_from_ast_untyped,
)

from sandbox.state import state

MOST = 1000
MUTATION = 10
_FREE = {"shopMoney", "presentmentMoney", "pageInfo", "userErrors"}
_LISTS = {"nodes", "edges"}


@dataclass
class Buckets:
    """By shop: points left, and when that was. `size` and `rate` can be set otherwise.

    While the sandbox's clock is held, whoever waits does so in no time, and a bucket is full again
    at once; not so after it was set.
    """

    size: float = 2000.0
    rate: float = 100.0
    was_set: bool = False
    left: dict[str, tuple[float, float]] = field(default_factory=dict)

    def available(self, shop: str) -> float:
        if state().clock.pinned and not self.was_set:
            return self.size
        now = time.monotonic()
        points, at = self.left.get(shop, (self.size, now))
        return min(self.size, points + (now - at) * self.rate)

    def take(self, shop: str, points: float) -> bool:
        """Pay, unless that is more than there is; less than nothing is given back."""
        held = self.available(shop)
        if points > held:
            return False
        self.left[shop] = (min(self.size, held - points), time.monotonic())
        return True

    def status(self, shop: str) -> dict[str, float]:
        return {
            "maximumAvailable": self.size,
            "currentlyAvailable": int(self.available(shop)),
            "restoreRate": self.rate,
        }


def buckets() -> Buckets:
    return state().memory(Buckets)


class Priced:
    """A document with its variables. Fragments are priced where they are used."""

    def __init__(self, document: DocumentNode, variables: Mapping[str, Any]) -> None:
        self._variables = variables
        self._fragments = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        self._operations = [
            node for node in document.definitions if isinstance(node, OperationDefinitionNode)
        ]

    def requested(self) -> int:
        """Before anything is answered."""
        return sum(
            MUTATION * len(operation.selection_set.selections)
            if operation.operation is OperationType.MUTATION
            else self._listed(operation.selection_set)
            for operation in self._operations
        )

    @property
    def changes(self) -> bool:
        """Whether it is a mutation, whose price is fixed."""
        return any(each.operation is OperationType.MUTATION for each in self._operations)

    def _listed(self, selections: SelectionSetNode | None) -> int:
        """Of what depends on the type of a thing, the dearest."""
        fields, branches = 0, Counter[str]()
        for node in selections.selections if selections else ():
            if not self._included(node):
                continue
            if isinstance(node, FieldNode):
                fields += self._price(node)
                continue
            part = self._part(node)
            kind = part.type_condition.name.value if part.type_condition else ""
            branches[kind] += self._listed(part.selection_set)
        return fields + branches.pop("", 0) + max(branches.values(), default=0)

    def _part(self, node: SelectionNode) -> InlineFragmentNode | FragmentDefinitionNode:
        if isinstance(node, FragmentSpreadNode):
            return self._fragments[node.name.value]
        assert isinstance(node, InlineFragmentNode)  # noqa: S101 - there is no fourth kind
        return node

    def _included(self, node: SelectionNode) -> bool:
        for directive in node.directives or ():
            for condition in directive.arguments or ():
                wanted = bool(value_from_ast_untyped(condition.value, self._values()))
                if wanted != (directive.name.value == "include"):
                    return False
        return True

    def _values(self) -> dict[str, Any]:
        defaults = {
            given.variable.name.value: value_from_ast_untyped(given.default_value)
            for operation in self._operations
            for given in operation.variable_definitions or ()
            if given.default_value is not None
        }
        return defaults | dict(self._variables)

    def _price(self, node: FieldNode) -> int:
        if node.selection_set is None:
            return 0
        if _free(node.name.value):
            return 0
        inner = self._listed(node.selection_set)
        size = self._size(node)
        if size is None:
            return inner if node.name.value in _LISTS else 1 + inner
        return 1 + size * (1 + inner)

    def _size(self, node: FieldNode) -> int | None:
        for argument in node.arguments or ():
            if argument.name.value in ("first", "last"):
                size = value_from_ast_untyped(argument.value, self._values())
                return size if isinstance(size, int) else 0
        return None


def actual(data: Mapping[str, Any] | None) -> int:
    """What an answer turned out to cost."""
    return sum(_actual(value) for name, value in (data or {}).items() if not _free(name))


def _actual(value: object) -> int:
    if isinstance(value, list):
        return sum(map(_actual, value))
    return 1 + actual(value) if isinstance(value, dict) else 0


def _free(name: str) -> bool:
    return name in _FREE or "Amount" in name
