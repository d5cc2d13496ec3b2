"""What is asked of Shopify is in Shopify's own schema, not personal and not on its way out.

The schema is that of the npm package @shopify/dev-mcp, which marks what is protected.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    FieldNode,
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_client_schema,
    parse,
    validate,
    visit,
)

from app.connectors.shopify.api import QUERIES, operation
from app.connectors.shopify.hooks import TOPICS
from app.connectors.shopify.orders import _ACTIONS, _APART, _SOLD
from app.settings import Settings
from tests.conftest import FIXTURES

SCHEMA = Path(__file__).parents[2] / ".local/shopify/admin_2026-10.json.gz"
NAMES = sorted(file.stem for file in QUERIES.glob("*.graphql"))


@pytest.fixture(scope="module")
def types() -> dict[str, Any]:
    """Shopify's types by name, as its introspection gives them, with what it marks besides."""
    assert SCHEMA.is_file(), f"{SCHEMA} is missing: run `.venv/bin/python -m local.schema` first"
    with gzip.open(SCHEMA) as file:
        introspection = json.load(file)
    found = introspection.get("data", introspection)["__schema"]["types"]
    return {each["name"]: each for each in found}


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    with gzip.open(SCHEMA) as file:
        introspection = json.load(file)
    # Shopify deprecates fields of types whose interfaces still have them, which graphql-core
    # refuses to build.
    return build_client_schema(introspection.get("data", introspection), assume_valid=True)


class _Fields(Visitor):
    """Every field that an operation asks for, with the type it is of."""

    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self.info = info
        self.found: list[tuple[str, str]] = []

    def enter_field(self, node: FieldNode, *_: object) -> None:
        parent = self.info.get_parent_type()
        assert parent is not None
        self.found.append((parent.name, node.name.value))


def fields_of(name: str, schema: GraphQLSchema, types: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        next(each for each in types[parent]["fields"] if each["name"] == field)
        for parent, field in asked_for(name, schema)
    ]


def asked_for(name: str, schema: GraphQLSchema) -> list[tuple[str, str]]:
    info = TypeInfo(schema)
    visitor = _Fields(info)
    visit(parse(operation(name)), TypeInfoVisitor(info, visitor))
    assert visitor.found
    return visitor.found


def test_the_schema_is_of_the_version_that_is_asked() -> None:
    assert SCHEMA.name == f"admin_{Settings.shopify_version}.json.gz"


@pytest.mark.parametrize("name", NAMES)
def test_every_operation_is_valid(name: str, schema: GraphQLSchema) -> None:
    assert validate(schema, parse(operation(name))) == []


@pytest.mark.parametrize("name", NAMES)
def test_no_operation_asks_for_what_is_deprecated(
    name: str, schema: GraphQLSchema, types: dict[str, Any]
) -> None:
    assert [f["name"] for f in fields_of(name, schema, types) if f["isDeprecated"]] == []


@pytest.mark.parametrize("name", NAMES)
def test_no_operation_asks_for_personal_data(
    name: str, schema: GraphQLSchema, types: dict[str, Any]
) -> None:
    """Neither a field that Shopify protects nor one of a customer, name or address."""
    asked = fields_of(name, schema, types)
    assert [field["name"] for field in asked if field.get("isProtected")] == []
    personal = {"customer", "email", "phone", "shippingAddress", "billingAddress", "note"}
    assert not personal & {field["name"] for field in asked}


@pytest.mark.parametrize("name", NAMES)
def test_reading_orders_is_all_the_access_that_is_needed(
    name: str, schema: GraphQLSchema, types: dict[str, Any]
) -> None:
    for field in fields_of(name, schema, types):
        needed = field.get("requiredAccess") or ""
        # Of mutations on the app itself and of bulk operations Shopify says so in words.
        assert "`" not in needed or "`read_orders`" in needed, field["name"]


def test_the_bulk_query_keeps_to_the_rules_of_bulk_operations() -> None:
    """One to five connections, at most two of them inside another, and none is paged."""
    text = operation("bulk_orders")
    connections = [line for line in text.splitlines() if "edges {" in line]
    indents = sorted({len(line) - len(line.lstrip()) for line in connections})
    assert len(connections) == len(indents) == 3
    assert "first:" not in text
    assert "pageInfo" not in text


def test_every_kind_of_sale_that_shopify_has_is_booked_by_a_rule(types: dict[str, Any]) -> None:
    lines = {each["name"] for each in types["SaleLineType"]["enumValues"]}
    actions = {each["name"] for each in types["SaleActionType"]["enumValues"]}
    assert lines == {*_SOLD, *_APART, "UNKNOWN"}
    assert actions == {*_ACTIONS, "UNKNOWN"}


def test_the_topics_subscribed_to_exist(types: dict[str, Any]) -> None:
    known = {each["name"] for each in types["WebhookSubscriptionTopic"]["enumValues"]}
    assert set(TOPICS) <= known


def test_the_answers_of_the_contract_are_of_the_schema(schema: GraphQLSchema) -> None:
    """What the other tests let Shopify say has the fields that were asked for, and no other."""
    folder = FIXTURES / "shopify"
    for file, name in (("orders_a", "orders"), ("orders_b", "orders"), ("shop", "shop")):
        data = json.loads((folder / f"{file}.json").read_text())["data"]
        asked = {field for _, field in asked_for(name, schema)}
        assert set(_keys(data)) <= asked | {"count"}, file


def _keys(data: Any) -> list[str]:
    if isinstance(data, list):
        return [key for each in data for key in _keys(each)]
    if isinstance(data, dict):
        return [*data, *(key for each in data.values() for key in _keys(each))]
    return []
