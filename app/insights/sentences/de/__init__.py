"""The words of every rule in German; what is in this folder registers itself with `@says`."""

from importlib import import_module
from pkgutil import iter_modules

for each in iter_modules(__path__):
    import_module(f"{__name__}.{each.name}")
