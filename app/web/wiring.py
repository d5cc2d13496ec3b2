"""Every page and who may see it."""

from __future__ import annotations

from flask import Flask

from app.web import (
    access,
    advice_settings,
    advice_settings_api,
    alerts,
    alerts_api,
    api,
    auth,
    auth_api,
    branding,
    campaigns,
    changes,
    changes_api,
    claims_api,
    connecting,
    connections,
    connections_api,
    cookies,
    creative,
    creative_api,
    creative_files,
    creative_library,
    creative_log,
    creative_variations,
    creative_writer,
    dashboard,
    data_health,
    data_health_api,
    drafts,
    drafts_api,
    errorpages,
    forgery,
    formats,
    growth_api,
    headers,
    health,
    imports,
    imports_api,
    incoming,
    insights,
    insights_api,
    landing,
    oauth,
    openapi,
    planned_tests,
    planned_tests_api,
    report_files,
    report_nav,
    report_page,
    report_schedules,
    report_schedules_api,
    report_shares,
    report_shares_api,
    reports,
    reports_api,
    scoreboard,
    scoreboard_api,
    settings,
    shared,
    simulator,
    simulator_api,
    trail_api,
    webhooks,
    workspace_api,
)

PARTS = (
    incoming,
    headers,
    errorpages,
    formats,
    report_nav,
    creative_writer,
    forgery,
    cookies,
    access,
)
PUBLIC = tuple(
    page.blueprint for page in (landing, auth, health, auth_api, openapi, webhooks, shared)
)
PRIVATE = tuple(
    page.blueprint
    for page in (
        dashboard,
        alerts,
        alerts_api,
        campaigns,
        changes,
        changes_api,
        connections,
        connecting,
        data_health,
        connections_api,
        data_health_api,
        oauth,
        imports,
        imports_api,
        creative_api,
        creative_files,
        drafts,
        drafts_api,
        report_schedules,
        report_schedules_api,
        report_shares,
        report_shares_api,
        settings,
        advice_settings,
        advice_settings_api,
        branding,
        report_files,
        workspace_api,
        api,
        claims_api,
        reports,
        report_page,
        reports_api,
        trail_api,
        growth_api,
        insights,
        insights_api,
        scoreboard,
        scoreboard_api,
        simulator,
        simulator_api,
        planned_tests,
        planned_tests_api,
        creative,
        creative_variations,
        creative_library,
        creative_log,
    )
)


def register(app: Flask) -> None:
    """Put the pages, their guards and the headers on the app."""
    for part in PARTS:
        part.register(app)
    for blueprint in (*PUBLIC, *PRIVATE):
        app.register_blueprint(blueprint)
    for blueprint in PRIVATE:
        # On the app, not the blueprint: a process may make more than one app.
        app.before_request_funcs.setdefault(blueprint.name, []).append(access.require_workspace)
