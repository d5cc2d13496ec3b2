"""Reads: the questions that pages, the API and reports ask."""
