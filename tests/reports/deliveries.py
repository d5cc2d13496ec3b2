"""A delivery's world for tests: the database, a mail server and a clock that the test sets."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from app.models import Report, ReportDelivery
from app.reports import delivering, scheduling
from app.reports.posting import Parcel, Post, Send
from app.settings import Settings
from jobs.report_letters import sender
from tests.mail_server import MailServer
from tests.reports.schedules import MONDAY, finish

# Longer than a line of a header may be, with a token behind it.
SITE = "https://reports.an-agency-with-a-long-name.example.com"
BOTH = ["ana@client.example", "ben@client.example"]


@dataclass
class World:
    """The database, the mail server and a clock the test sets."""

    session: Session
    settings: Settings
    sessions: sessionmaker[Session]
    now: dt.datetime = MONDAY
    prepared: list[Parcel] = field(default_factory=list)

    def claim(self) -> None:
        scheduling.claim_due(self.session, self.settings, self.now)
        self.session.commit()

    def tick(self, post: Post | None = None) -> None:
        """What the timetable and its job do in a minute."""
        with self.sessions.begin() as session:
            due = delivering.take_due(session, self.now)
        for delivery_id in due:
            delivering.advance(self.sessions, delivery_id, self.outside(post))
        self.session.expire_all()

    def outside(self, post: Post | None = None) -> delivering.Outside:
        return delivering.Outside(lambda: self.now, post or Post(self.settings, self._prepare))

    def later(self, **time: float) -> None:
        self.now += dt.timedelta(**time)

    def report_is_ready(self) -> None:
        """Order the report, and finish it."""
        self.claim()
        self.tick()
        finish(self.session, self.session.scalars(select(Report)).one())
        self.later(minutes=1)

    @property
    def delivery(self) -> ReportDelivery:
        self.session.rollback()
        return self.session.scalars(select(ReportDelivery)).one()

    @property
    def states(self) -> dict[str, str]:
        return {each.recipient.email: each.state for each in self.delivery.letters}

    def _prepare(self, parcel: Parcel) -> Send:
        self.prepared.append(parcel)
        return sender(self.settings, parcel)


def sent_to(server: MailServer) -> list[str]:
    return sorted(to for to, _ in server.taken)
