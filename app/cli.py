"""Commands for the operator: `flask --app wsgi <command>`."""

from __future__ import annotations

import datetime as dt

import click
from cryptography.fernet import Fernet
from flask import Flask, current_app
from flask.cli import AppGroup

from app.accounts.reset import issue_link
from app.accounts.signin import comparable
from app.connections.grants import rotate
from app.connections.vault import Vault
from app.extensions import db
from app.reports import sharing
from app.reports.sealing import Sealer
from app.settings import Settings

users = AppGroup("users", help="People with an account.")
keys = AppGroup("keys", help="The keys that encrypt platform tokens.")


def register(app: Flask) -> None:
    """Put the commands on the app."""
    app.cli.add_command(keys)
    app.cli.add_command(users)


@keys.command("new")
def new_key() -> None:
    """Print a fresh key for ENCRYPTION_KEYS."""
    click.echo(Fernet.generate_key().decode())


@keys.command("rotate")
def rotate_keys() -> None:
    """Encrypt every stored token again with the first key of ENCRYPTION_KEYS."""
    settings: Settings = current_app.config["SETTINGS"]
    rotated, lost = rotate(db.session(), Vault(settings.encryption_keys))
    links = sharing.rotate(db.session(), Sealer(settings.encryption_keys))
    db.session.commit()
    click.echo(f"{rotated} connections are encrypted with the first key now.")
    click.echo(f"{links} links to reports, too.")
    if lost:
        raise click.ClickException(
            f"{len(lost)} connections cannot be read with any key given (ids "
            f"{', '.join(map(str, lost))}). They are left as they were: put the key they were "
            "encrypted with back, or connect them again."
        )


@users.command("reset-link")
@click.argument("email")
def reset_link(email: str) -> None:
    """Print a link with which whoever has EMAIL can choose a new password."""
    settings: Settings = current_app.config["SETTINGS"]
    issued = issue_link(db.session(), comparable(email), now=dt.datetime.now(dt.UTC))
    if issued is None:
        raise click.ClickException(f"Nobody has the address {email}.")
    db.session.commit()
    click.echo(f"{settings.public_url}/auth/reset/{issued[1]}")
