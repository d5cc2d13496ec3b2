"""The only layer that knows a request: routes, forms, charts, cookies."""

from app.web.wiring import register

__all__ = ["register"]
