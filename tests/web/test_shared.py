"""Share links: they open one report for whoever has them, and nothing else, until taken back."""

from __future__ import annotations

import datetime as dt
import re
import threading
from dataclasses import replace

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, update
from sqlalchemy.orm import Session

from app import create_app
from app.errors import Conflict, Invalid, NotFound
from app.extensions import db
from app.models import Report, ReportShare
from app.reports import recipients, sharing
from app.reports.document import freeze
from app.reports.sealing import Sealer
from app.reports.sharing import NewShare
from app.settings import Settings
from app.web.shared import HEADERS
from tests.conftest import Member, sign_in
from tests.reports import samples
from tests.reports.schedules import make_report, make_schedule

NOW = dt.datetime.now(dt.UTC)
SECRET = "three unrelated words"


def share(
    session: Session, settings: Settings, report: Report, **fields: object
) -> tuple[ReportShare, str]:
    wanted = NewShare(**{"name": "The client", **fields})  # type: ignore[arg-type]
    sealer = Sealer(settings.encryption_keys)
    made, token = sharing.create(session, sealer, report, wanted, user_id=None, now=NOW)
    session.commit()
    return made, token


@pytest.fixture
def report(session: Session, alice: Member) -> Report:
    return make_report(session, alice.workspace.id)


def parts(page: str) -> dict[str, str]:
    """The text of each part of a report's page, without what leads anywhere."""
    each = r'<section class="card[^>]*aria-label="([^"]*)">(.*?)</section>'
    found = re.findall(each, page, re.DOTALL)
    return {name: " ".join(re.sub("<[^>]*>", " ", inside).split()) for name, inside in found}


def drawn(page: str) -> list[str]:
    """The data of its charts."""
    return re.findall(r'<script type="application/json">(.*?)</script>', page, re.DOTALL)


def views(session: Session, made: ReportShare) -> int:
    session.refresh(made)
    return made.views


def test_a_link_opens_the_report_for_anybody_and_leaves_no_session(
    client: FlaskClient, session: Session, settings: Settings, report: Report
) -> None:
    _, token = share(session, settings, report)
    answer = client.get(f"/r/{token}")
    assert answer.status_code == 200
    assert "December brought $76,350 of revenue" in answer.text
    assert "Set-Cookie" not in answer.headers
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert '<meta name="robots" content="noindex, nofollow">' in answer.text


def test_a_shared_page_leads_to_its_own_files_and_nothing_else(
    app: Flask,
    client: FlaskClient,
    session: Session,
    settings: Settings,
    report: Report,
    alice: Member,
) -> None:
    _, token = share(session, settings, report)
    for visitor in (client, sign_in(app, alice)):
        page = visitor.get(f"/r/{token}").text
        led_to = set(re.findall(r'(?:href|src|action|hx-[a-z]+)="([^"]*)"', page))
        outside = {each for each in led_to if not each.startswith("/static/")}
        assert outside == {f"/r/{token}/report.{kind}" for kind in ("pdf", "csv", "xlsx")}


def test_a_shared_page_shows_what_the_reports_own_page_does(
    app: Flask,
    client: FlaskClient,
    session: Session,
    settings: Settings,
    report: Report,
    alice: Member,
) -> None:
    _, token = share(session, settings, report)
    own = sign_in(app, alice).get(f"/dashboard/reports/{report.id}").text
    shared = client.get(f"/r/{token}").text
    assert parts(shared)
    # Only who may sign in can do something about it.
    body = own.partition('id="log"')[0].replace(">Open in Insights<", "><")
    assert parts(shared) == parts(body)
    assert drawn(shared) == drawn(own) != []


def test_advice_says_what_to_do_how_sure_it_is_and_what_to_expect(
    client: FlaskClient, session: Session, settings: Settings, report: Report
) -> None:
    _, token = share(session, settings, report)
    advice = parts(client.get(f"/r/{token}").text)["Recommendations"]
    for each in ("Do:", "How sure:", "What would change our mind:", "expected, a month"):
        assert each in advice
    assert "+$1,900 to +$6,700" in advice


def test_money_without_a_rate_stands_above_the_figures_on_the_own_and_the_shared_page(
    app: Flask,
    client: FlaskClient,
    session: Session,
    settings: Settings,
    report: Report,
    alice: Member,
) -> None:
    missing = "CHF 100 of spend is not in the figures."
    report.document, report.content_hash = freeze(samples.usual(without_rate=[missing]))
    _, token = share(session, settings, report)
    own = sign_in(app, alice).get(f"/dashboard/reports/{report.id}").text
    for page in (own, client.get(f"/r/{token}").text):
        before, callout, after = page.partition(f"<p>{missing}</p>")
        assert "callout-warn" in before
        assert callout
        assert 'class="card report-strip"' in after


@pytest.mark.parametrize(
    ("kind", "begins"), [("pdf", b"%PDF-"), ("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK")]
)
def test_the_report_can_be_kept_as_a_file(
    client: FlaskClient,
    session: Session,
    settings: Settings,
    report: Report,
    kind: str,
    begins: bytes,
) -> None:
    _, token = share(session, settings, report)
    answer = client.get(f"/r/{token}/report.{kind}")
    assert answer.data.startswith(begins)
    assert answer.headers["Cache-Control"] == "no-store"
    assert client.get(f"/r/{token}/report.html").status_code == 404


def test_expired_revoked_deleted_and_unknown_links_look_the_same(
    client: FlaskClient, session: Session, settings: Settings, report: Report, alice: Member
) -> None:
    expired, old = share(session, settings, report, days=1)
    expired.expires_at = NOW - dt.timedelta(seconds=1)
    revoked, back = share(session, settings, report)
    sharing.revoke(session, report, revoked.id, NOW)
    other = make_report(session, alice.workspace.id)
    _, lost = share(session, settings, other)
    other.deleted_at = NOW
    session.commit()
    tokens = [old, back, lost, "A" * 43, "unsubscribe", "x"]
    answers = [client.get(f"/r/{token}") for token in tokens]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.data for answer in answers}) == 1
    headers = [{k: v for k, v in answer.headers.items() if k != "Date"} for answer in answers]
    assert all(each == headers[0] for each in headers)


@pytest.mark.parametrize("path", ["", "/report.pdf", "/report.csv"])
def test_a_revoked_link_opens_nothing_for_who_knew_its_password(
    client: FlaskClient, session: Session, settings: Settings, report: Report, path: str
) -> None:
    made, token = share(session, settings, report, password=SECRET)
    assert client.post(f"/r/{token}", data={"password": SECRET}).status_code == 303
    assert client.get(f"/r/{token}{path}").status_code == 200
    sharing.revoke(session, report, made.id, NOW)
    session.commit()
    assert client.get(f"/r/{token}{path}").status_code == 404


def test_a_password_is_asked_for_and_tells_nothing_before(
    client: FlaskClient, session: Session, settings: Settings, report: Report
) -> None:
    made, token = share(session, settings, report, password=SECRET)
    asked = client.get(f"/r/{token}").text
    assert "Northlight" not in asked
    assert "December" not in asked
    assert client.get(f"/r/{token}/report.pdf").status_code == 303
    assert client.post(f"/r/{token}", data={"password": "wrong"}).status_code == 422
    opened = client.post(f"/r/{token}", data={"password": SECRET})
    cookie = opened.headers["Set-Cookie"]
    assert f"Path=/r/{token}" in cookie
    assert "HttpOnly" in cookie
    assert "December" in client.get(f"/r/{token}").text
    assert views(session, made) == 1


def test_one_links_password_opens_no_other_link(
    client: FlaskClient, session: Session, settings: Settings, report: Report
) -> None:
    _, first = share(session, settings, report, password=SECRET)
    _, second = share(session, settings, report, password="other unrelated words")
    proof = client.post(f"/r/{first}", data={"password": SECRET}).headers["Set-Cookie"]
    value = proof.split(";")[0].partition("=")[2]
    client.set_cookie("growzzy_share", value, path=f"/r/{second}")
    assert "has a password" in client.get(f"/r/{second}").text


def test_a_password_is_not_guessed_by_trying_whichever_process_answers(
    app: Flask, session: Session, settings: Settings, report: Report
) -> None:
    _, token = share(session, settings, report, password=SECRET)
    second = create_app(settings)
    clients = [app.test_client(), second.test_client()]
    tries = [clients[n % 2].post(f"/r/{token}", data={"password": f"guess {n}"}) for n in range(12)]
    assert [each.status_code for each in tries] == [422] * 10 + [429] * 2
    assert int(tries[-1].headers["Retry-After"]) > 0
    right = clients[0].post(f"/r/{token}", data={"password": SECRET})
    assert right.status_code == 429
    elsewhere = clients[0].post(
        f"/r/{token}", data={"password": SECRET}, environ_overrides={"REMOTE_ADDR": "203.0.113.9"}
    )
    assert elsewhere.status_code == 303
    with second.app_context():
        db.engine.dispose()


def test_members_and_programs_are_not_counted_as_views(
    app: Flask,
    client: FlaskClient,
    session: Session,
    settings: Settings,
    report: Report,
    alice: Member,
    charlie: Member,
) -> None:
    made, token = share(session, settings, report)
    sign_in(app, alice).get(f"/r/{token}")
    client.get(f"/r/{token}", headers={"User-Agent": "Slackbot-LinkExpanding 1.0"})
    client.head(f"/r/{token}")
    assert views(session, made) == 0
    client.get(f"/r/{token}")
    sign_in(app, charlie).get(f"/r/{token}")
    assert views(session, made) == 2


def test_views_at_once_are_all_counted(
    session: Session, settings: Settings, report: Report
) -> None:
    made, _ = share(session, settings, report)
    engine = create_engine(settings.database_url)
    gate = threading.Barrier(8)

    def look() -> None:
        gate.wait()
        with Session(engine) as own, own.begin():
            found = own.get_one(ReportShare, made.id)
            sharing.count_view(own, found, user_id=None, agent="Firefox", now=NOW)

    threads = [threading.Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine.dispose()
    assert views(session, made) == 8


def test_a_token_is_kept_as_its_digest_and_sealed(
    session: Session, settings: Settings, report: Report
) -> None:
    made, token = share(session, settings, report)
    assert token.encode() not in made.token_digest
    assert token not in made.token_sealed
    assert Sealer(settings.encryption_keys).open(made.token_sealed) == token
    assert Sealer((Fernet.generate_key().decode(),)).open(made.token_sealed) is None


@pytest.mark.parametrize(
    ("fields", "named"),
    [({"name": " \n"}, "name"), ({"password": "short"}, "password"), ({"days": 0}, "days")],
)
def test_a_link_that_makes_no_sense_is_refused_by_its_field(
    session: Session, settings: Settings, report: Report, fields: dict[str, object], named: str
) -> None:
    with pytest.raises(Invalid, match=f"^{named}: "):
        share(session, settings, report, **fields)


def test_a_report_has_a_bearable_number_of_links(
    session: Session, settings: Settings, report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sharing, "MOST_LINKS", 1)
    share(session, settings, report)
    with pytest.raises(Conflict):
        share(session, settings, report)


def test_another_workspaces_link_cannot_be_revoked(
    session: Session, settings: Settings, report: Report, charlie: Member
) -> None:
    made, _ = share(session, settings, report)
    with pytest.raises(NotFound):
        sharing.revoke(session, make_report(session, charlie.workspace.id), made.id, NOW)


def test_a_link_whose_report_moved_workspace_opens_nothing(
    client: FlaskClient, session: Session, settings: Settings, report: Report, charlie: Member
) -> None:
    _, token = share(session, settings, report)
    session.execute(update(Report).values(workspace_id=charlie.workspace.id))
    session.commit()
    assert client.get(f"/r/{token}").status_code == 404


def test_unsubscribing_takes_a_button_or_one_click_and_can_be_taken_back(
    client: FlaskClient, session: Session, settings: Settings, alice: Member
) -> None:
    schedule = make_schedule(session, alice.workspace.id, alice.user.id)
    ana, ben = schedule.recipients
    token = recipients.unsubscribe_token(settings, ana)
    asked = client.get(f"/r/unsubscribe/{token}")
    assert "ana@client.example" in asked.text
    session.refresh(ana)
    assert ana.unsubscribed_at is None
    one_click = {"List-Unsubscribe": "One-Click"}
    for _ in range(2):
        done = client.post(f"/r/unsubscribe/{token}", data=one_click)
        assert "no more of these" in done.text
        assert "Set-Cookie" not in done.headers
    session.refresh(ana)
    session.refresh(ben)
    assert ana.unsubscribed_at is not None
    assert ben.unsubscribed_at is None
    client.post(f"/r/unsubscribe/{token}", data={"again": "yes"})
    session.refresh(ana)
    assert ana.unsubscribed_at is None


def test_nobody_unsubscribes_another_by_guessing(
    client: FlaskClient, session: Session, settings: Settings, alice: Member
) -> None:
    schedule = make_schedule(session, alice.workspace.id, alice.user.id)
    forged = replace(settings, secret_key="another-secret-key-of-more-than-32-characters")
    token = recipients.unsubscribe_token(forged, schedule.recipients[0])
    assert client.post(f"/r/unsubscribe/{token}").status_code == 404
    assert client.get("/r/unsubscribe/1").status_code == 404
