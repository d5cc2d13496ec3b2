"""Who writes for this installation: a model when one is configured, else the built-in writer."""

from __future__ import annotations

from app.copywriting.brief import Brief
from app.copywriting.writing import Writer
from app.models import CreativeBatch

BUILT_IN = "built-in"
