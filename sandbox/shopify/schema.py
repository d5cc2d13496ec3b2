"""The part of Shopify's schema that is answered, and documents held against it."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

from graphql import DocumentNode, GraphQLError, GraphQLSchema, build_schema, parse, validate

_SDL = Path(__file__).with_name("admin.graphql")


@cache
def schema() -> GraphQLSchema:
    """Built when the first question comes: it takes a moment that a start should not."""
    return build_schema(_SDL.read_text(encoding="utf-8"), assume_valid=True)


@lru_cache(maxsize=64)
def read(text: str) -> tuple[DocumentNode | None, list[GraphQLError]]:
    """The document and what is wrong with it; the same few are asked over and over."""
    try:
        document = parse(text)
    except GraphQLError as error:
        return None, [error]
    return document, validate(schema(), document)
