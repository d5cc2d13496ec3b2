"""Keys of findings that say whether it is a win, and of incidents the day they began.

What is open and turned from a win to a concern, or back, holds two findings in one: it is closed
as what it was first, and found anew. Tired ads are one finding of their campaign; its dismissal
holds where all of them were dismissed.
"""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("UPDATE finding SET state = 'closed' WHERE content->>'kind' <> kind")
    op.execute("""
        CREATE FUNCTION pg_temp.begun(rule text, said jsonb) RETURNS text IMMUTABLE
        RETURN CASE
            WHEN rule IN ('zero_rows', 'tracking_break', 'persistent_shift', 'spend_spike')
            OR rule = 'fix_tracking' AND said->'facts'->>'because' = 'tracking_break'
            THEN said->>'first'
        END
    """)
    op.execute("""
        UPDATE alert SET key = alert.key || '|' || pg_temp.begun(finding.rule, first_content)
        FROM finding
        WHERE finding.workspace_id = alert.workspace_id AND finding.key = alert.key
        AND finding.state = 'open' AND pg_temp.begun(finding.rule, first_content) IS NOT NULL
    """)
    op.execute("""
        UPDATE finding SET
            key = key || '|' || pg_temp.begun(rule, first_content),
            content = jsonb_set(content, '{facts,since}', first_content->'first'),
            first_content = jsonb_set(first_content, '{facts,since}', first_content->'first')
        WHERE pg_temp.begun(rule, first_content) IS NOT NULL
    """)
    op.execute("DROP FUNCTION pg_temp.begun")
    op.execute("""
        UPDATE finding SET key = rule || '|win' || substr(key, length(rule) + 1)
        WHERE kind = 'win'
    """)
    op.execute("""
        UPDATE finding SET
            key = 'creative_refresh|:campaign:' || ads.campaign_id,
            first_content = jsonb_set(first_content, '{entities}', ads.entities)
        FROM (
            SELECT ad.campaign_id, jsonb_agg(kept.first_content->'entities'->0) AS entities,
                (array_agg(kept.id ORDER BY kept.computed_at DESC))[1] AS newest
            FROM finding AS kept JOIN ad ON ad.workspace_id = kept.workspace_id
            AND kept.key = 'creative_refresh|:ad:' || ad.id
            WHERE kept.state = 'open' OR kept.state = 'dismissed'
            AND kept.computed_at >= now() - interval '7 days'
            GROUP BY ad.campaign_id HAVING bool_and(kept.state = 'dismissed')
        ) AS ads
        WHERE finding.id = ads.newest
    """)


def downgrade() -> None:
    """Of what has one key again the newest stays open."""
    op.execute(r"""
        CREATE FUNCTION pg_temp.plain(key text) RETURNS text IMMUTABLE
        RETURN regexp_replace(
            regexp_replace(key, '\|\d{4}-\d\d-\d\d$', ''), '^([^|]+)\|win\|', '\1|'
        )
    """)
    op.execute("""
        UPDATE finding SET state = 'closed' WHERE state = 'open' AND id NOT IN (
            SELECT max(id) FROM finding WHERE state = 'open'
            GROUP BY workspace_id, pg_temp.plain(key)
        )
    """)
    op.execute("""
        UPDATE alert SET state = 'resolved', resolved_at = last_at, snoozed_until = NULL
        WHERE state <> 'resolved' AND id NOT IN (
            SELECT max(id) FROM alert WHERE state <> 'resolved'
            GROUP BY workspace_id, pg_temp.plain(key)
        )
    """)
    op.execute("UPDATE alert SET key = pg_temp.plain(key)")
    op.execute("UPDATE finding SET key = pg_temp.plain(key)")
    op.execute("DROP FUNCTION pg_temp.plain")
    op.execute("""
        UPDATE finding SET
            content = content #- '{facts,since}', first_content = first_content #- '{facts,since}'
    """)
