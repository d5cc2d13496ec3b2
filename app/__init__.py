"""Growzzy OS: one honest set of marketing numbers, kept in the owner's own PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from app.settings import Settings


def create_app(settings: Settings) -> Flask:
    """The Flask application for these settings; opens no connection by itself."""
    # A process that only computes starts in two thirds of the time without the pages.
    from app import factory  # noqa: PLC0415

    return factory.create_app(settings)
