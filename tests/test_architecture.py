"""Promises about the code itself."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import check
from sqlalchemy.orm import Session

from app.web.wiring import PUBLIC
from tests.conftest import SHIPPED_RATES, Member, csrf_token, sign_in
from tests.everything import make_everything

ROOT = Path(__file__).parents[1]
SOURCES = [
    path for folder in ("app", "jobs", "local", "sandbox") for path in (ROOT / folder).rglob("*.py")
]
# Pages and calls that need nobody to be signed in; what guards them stands in their modules.
OPEN_TO_ALL = {
    "static",
    "landing",
    "auth",
    "auth_api",
    "health",
    "openapi",
    "webhooks",
    # A link's token is the authority: one report, or one address's way off a list.
    "shared",
}


def test_there_is_one_migration_head() -> None:
    assert len(ScriptDirectory(str(ROOT / "migrations")).get_heads()) == 1


def test_models_and_migrations_agree(app: Flask) -> None:
    with app.app_context():
        check()


@pytest.mark.usefixtures("cluster")
def test_a_migrated_database_holds_the_shipped_exchange_rates() -> None:
    assert SHIPPED_RATES[0] > 60_000


def test_only_settings_reads_the_environment() -> None:
    readers = {
        path.relative_to(ROOT).as_posix()
        for path in SOURCES
        if "app" in path.parts and re.search(r"os\.(environ|getenv)", path.read_text())
    }
    assert readers == {"app/settings.py"}


def test_the_example_environment_lists_exactly_what_settings_reads() -> None:
    tree = ast.parse((ROOT / "app/settings.py").read_text())
    read = [
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "read"
        and isinstance(node.args[0], ast.Constant)
    ]
    example = re.findall(r"^([A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert sorted(example) == sorted(read)


def test_no_route_but_page_looks_at_htmx_headers() -> None:
    lookers = {
        path.name
        for path in (ROOT / "app/web").glob("*.py")
        if re.search(r"headers\.get\(\"HX-|headers\[\"HX-", path.read_text())
    }
    assert lookers <= {"htmx.py", "access.py", "errorpages.py"}


def test_what_is_open_to_all_is_exactly_what_was_meant_to_be() -> None:
    assert {*(page.name for page in PUBLIC), "static"} == OPEN_TO_ALL


def test_every_private_page_sends_strangers_to_sign_in(app: Flask) -> None:
    client = app.test_client()
    for rule in app.url_map.iter_rules():
        if rule.endpoint.split(".")[0] in OPEN_TO_ALL:
            continue
        path = _filled(rule.rule, dict.fromkeys(rule.arguments, 1))
        for method in rule.methods & {"GET"}:
            answer = client.open(path, method=method)
            expected = 401 if path.startswith("/api/") else 303
            assert answer.status_code == expected, (method, path)


def test_someone_elses_things_are_not_found(
    app: Flask, session: Session, alice: Member, charlie: Member
) -> None:
    ids = make_everything(session, alice.workspace, alice.user)
    stranger = sign_in(app, charlie)
    token = csrf_token(stranger)
    walked = 0
    for rule in app.url_map.iter_rules():
        owned = {name: ids[name] for name in rule.arguments if name in ids}
        if not owned:
            continue
        path = _filled(rule.rule, {**dict.fromkeys(rule.arguments, "meta"), **owned})
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            answer = stranger.open(
                path, method=method, headers={"X-CSRFToken": token}, **_body(method, path)
            )
            assert answer.status_code == 404, (method, path, answer.status_code)
            walked += 1
    assert walked > 10


def _filled(rule: str, values: dict[str, object]) -> str:
    return re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", lambda found: str(values[found.group(1)]), rule)


def _body(method: str, path: str) -> dict[str, object]:
    if method in ("GET", "DELETE"):
        return {}
    if path.startswith("/api/"):
        return {"json": {"selected": []} if path.endswith("/accounts") else {}}
    return {"data": {}}
