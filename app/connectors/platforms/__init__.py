"""One file per platform; importing this package registers them all."""

import importlib
import pkgutil

from app.connectors.base import Connector

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")


def connector_for(slug: str) -> type[Connector]:
    """The connector of a platform; KeyError when there is none."""
    return Connector.registry[slug]
