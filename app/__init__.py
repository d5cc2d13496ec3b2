"""Growzzy OS: one honest set of marketing numbers, kept in the owner's own PostgreSQL."""

from app.factory import create_app

__all__ = ["create_app"]
