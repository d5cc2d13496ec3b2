"""Commands for the operator: `flask --app wsgi <command>`."""

from __future__ import annotations

import click
from cryptography.fernet import Fernet
from flask import Flask
from flask.cli import AppGroup

keys = AppGroup("keys", help="The keys that encrypt platform tokens.")


def register(app: Flask) -> None:
    """Put the commands on the app."""
    app.cli.add_command(keys)


@keys.command("new")
def new_key() -> None:
    """Print a fresh key for ENCRYPTION_KEYS."""
    click.echo(Fernet.generate_key().decode())
