"""Speaks to the platforms; knows neither Flask nor the database."""
