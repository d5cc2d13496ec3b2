"""Growzzy OS: one honest set of marketing numbers, kept in the owner's own PostgreSQL."""
