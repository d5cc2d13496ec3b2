"""What older versions kept is still known after a migration."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from flask_migrate import downgrade, upgrade

from app import create_app
from app.extensions import db
from tests.conftest import make_settings


@pytest.fixture
def older(database_copy: str) -> Iterator[psycopg.Connection]:
    """A database before keys told incidents and wins apart; what leaves it goes up and down."""
    app = create_app(make_settings(database_copy))
    with app.app_context():
        try:
            downgrade(revision="0012")
            with psycopg.connect(database_copy, autocommit=True) as connection:
                connection.execute(
                    "INSERT INTO workspace (id, name, currency, time_zone, revenue) "
                    "VALUES (1, 'Shop', 'USD', 'UTC', 'auto')"
                )
                yield connection
        finally:
            db.engine.dispose()


def add(connection: psycopg.Connection, key: str, kind: str = "concern", **more: str) -> None:
    rule = key.partition("|")[0]
    given = {"newest": kind, "first": "2026-11-03", "state": "open", "because": "", **more}
    connection.execute(
        """
        INSERT INTO finding (workspace_id, key, rule, kind, class, first, last, at_stake, currency,
            content, first_content, state, followed, followed_how)
        VALUES (1, %(key)s, %(rule)s, %(kind)s, 'observed', '2026-11-03', '2026-11-04', 1, 'USD',
            jsonb_build_object('kind', %(newest)s::text, 'facts', '{}'::jsonb),
            jsonb_build_object('kind', %(kind)s::text, 'first', %(first)s::text, 'facts',
                jsonb_build_object('because', %(because)s::text)), %(state)s, '', '')
        """,
        {"key": key, "rule": rule, "kind": kind, **given},
    )


def keys(connection: psycopg.Connection) -> dict[str, str]:
    rows = connection.execute("SELECT key, state FROM finding ORDER BY id").fetchall()
    return dict(rows)


def test_incidents_and_wins_that_were_kept_are_known_by_their_new_keys_and_back(
    older: psycopg.Connection,
) -> None:
    add(older, "tracking_break|conversions:platform:meta")
    add(older, "fix_tracking|conversions:platform:meta", because="tracking_break")
    add(older, "fix_tracking|:platform:google", because="nothing_counted")
    add(older, "cpa_target|:campaign:7", "win")
    add(older, "roas_target|:campaign:7", "win", newest="concern")
    older.execute(
        """
        INSERT INTO alert (workspace_id, rule, key, platform, title, saw, todo, currency, state,
            first_at, last_at)
        VALUES (1, 'tracking_break', 'tracking_break|conversions:platform:meta', 'meta', '', '',
            '', 'USD', 'open', now(), now())
        """
    )
    before = keys(older)
    upgrade()
    assert keys(older) == {
        "tracking_break|conversions:platform:meta|2026-11-03": "open",
        "fix_tracking|conversions:platform:meta|2026-11-03": "open",
        "fix_tracking|:platform:google": "open",
        "cpa_target|win|:campaign:7": "open",
        "roas_target|win|:campaign:7": "closed",
    }
    [[alert]] = older.execute("SELECT key FROM alert").fetchall()
    assert alert == "tracking_break|conversions:platform:meta|2026-11-03"
    [[since]] = older.execute(
        "SELECT DISTINCT content->'facts'->>'since' FROM finding WHERE key LIKE '%-11-03'"
    ).fetchall()
    assert since == "2026-11-03"
    add(older, "tracking_break|conversions:platform:meta|2026-11-20")
    downgrade(revision="0012")
    assert list(keys(older)) == list(before)
    open_ = older.execute("SELECT id FROM finding WHERE state = 'open' AND rule = 'tracking_break'")
    assert len(open_.fetchall()) == 1


def add_ads(connection: psycopg.Connection) -> None:
    """Ads 11 and 12 of campaign 1, 21 and 22 of campaign 2."""
    connection.execute(
        """
        INSERT INTO platform_connection (id, workspace_id, platform, kind, label, status,
            status_reason, credentials, scopes, sandbox)
        VALUES (1, 1, 'meta', 'token', '', 'active', '', '', '[]', false);
        INSERT INTO account (id, workspace_id, connection_id, platform, external_id, name, currency,
            time_zone, status, selected)
        VALUES (1, 1, 1, 'meta', '1', 'Shop', 'USD', 'UTC', 'active', true);
        INSERT INTO campaign (id, workspace_id, account_id, external_id, name, status)
        SELECT each, 1, 1, each, 'Spring', 'active' FROM generate_series(1, 2) AS each;
        INSERT INTO ad (id, workspace_id, account_id, campaign_id, external_id, name)
        SELECT each, 1, 1, each / 10, each, 'Ad' FROM unnest(ARRAY[11, 12, 21, 22]) AS each;
        """
    )


def test_a_dismissal_of_all_tired_ads_of_a_campaign_is_kept_as_that_of_their_finding(
    older: psycopg.Connection,
) -> None:
    add_ads(older)
    for ad, state in ((11, "dismissed"), (12, "dismissed"), (21, "dismissed"), (22, "open")):
        add(older, f"creative_refresh|:ad:{ad}", "recommendation", state=state)
        older.execute(
            """
            UPDATE finding SET first_content = first_content || jsonb_build_object('entities',
                jsonb_build_array(jsonb_build_object('kind', 'ad', 'key', %(ad)s::text)))
            WHERE key = %(key)s
            """,
            {"ad": ad, "key": f"creative_refresh|:ad:{ad}"},
        )
    upgrade()
    kept = older.execute(
        """
        SELECT state, jsonb_path_query_array(first_content, '$.entities[*].key') FROM finding
        WHERE key = 'creative_refresh|:campaign:1'
        """
    ).fetchall()
    assert [(state, sorted(named)) for state, named in kept] == [("dismissed", ["11", "12"])]
    assert "creative_refresh|:campaign:2" not in keys(older)
