"""A report is wholly in its language: what is frozen, its files, its page and its letters."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, replace
from decimal import Decimal

import msgspec
import pytest
from flask import Flask, render_template
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from app.errors import Invalid
from app.insights.finding import Finding
from app.insights.languages import LANGUAGES
from app.metrics.figures import RevenueSource
from app.metrics.period import Period
from app.metrics.provenance import DEFINITIONS
from app.metrics.store_revenue import StoreRevenue
from app.reports import letters, ordering
from app.reports.csv_files import csv_file
from app.reports.document import Document, freeze, thaw
from app.reports.files import file_of
from app.reports.languages import WORDS, captions_in, sentences_in
from app.reports.languages.captions import Captions
from app.reports.languages.de.definitions import DEFINITIONS as GERMAN
from app.reports.languages.labels import Labels
from app.reports.languages.sentences import Moved, Outcome, Sentences
from app.reports.ordering import Wanted
from app.reports.pdf.content import content
from app.reports.posting import Parcel
from app.reports.rows import nowhere
from app.reports.tables import TABLES
from app.reports.wording import Wording
from app.web.report_drawing import drawn
from tests.conftest import Member
from tests.insights.showing import shown
from tests.reports import samples
from tests.reports.conftest import FIRST, LAST, NOW, TODAY, Write

# Words of English that are none of German, nor in any name here.
ENGLISH = re.compile(
    r"\b(the|and|of|is|are|were|with|spend|spent|days?|not|for|from|to|your|it|this|than|what|"
    r"which|no|yes|each|by|on|as|be|revenue|figures?|change|clicks?|platforms|campaigns?|orders?|"
    r"reports?|nothing|before|after|average|settled|shop’s|summary|overall)\b",
    re.IGNORECASE,
)
# The same in both languages.
INTERNATIONAL = frozenset(
    ("roas", "cpa", "conversions", "conver-\nsions", "status", "sandbox", "workspace")
)
OTHERS = sorted(set(LANGUAGES) - {"en"})
ONE, SOME = Period(dt.date(2026, 11, 3), dt.date(2026, 11, 3)), Period(FIRST, LAST)
LONG = Period(dt.date(2026, 12, 28), dt.date(2027, 1, 4))
STORE = RevenueSource.STORE


def outcome(**changed: object) -> Outcome:
    usual = Outcome(SOME, Decimal(2850), Decimal(9500), Decimal("3.3"), STORE, Decimal(3))
    return replace(usual, **changed)  # type: ignore[arg-type]


SAID: dict[str, Callable[[Sentences], Iterable[str]]] = {
    "title": lambda s: [s.title(each) for each in (ONE, SOME, LONG)],
    "nothing_recorded": lambda s: s.nothing_recorded(ONE),
    "spent_only": lambda s: [s.spent_only(outcome(days=LONG))],
    "sold_only": lambda s: [s.sold_only(outcome(days=ONE))],
    "returned": lambda s: [
        s.returned(outcome()),
        s.returned(outcome(target=None, source=RevenueSource.REPORTED)),
        s.returned(outcome(target=Decimal(4))),
    ],
    "moved": lambda s: [
        s.moved([], "", ""),
        s.moved(
            [
                Moved("spend", Decimal("0.5"), steady=False),
                Moved("revenue", Decimal("-0.2"), steady=False),
                Moved("conversions", Decimal(0), steady=True),
            ],
            "ROAS 4",
            "ROAS 1",
        ),
    ],
    "next_step": lambda s: [s.next_step("ROAS 4", more) for more in range(3)],
    "nothing_safe": lambda s: [s.nothing_safe()],
    "no_revenue": lambda s: [s.no_revenue()],
    "few_conversions": lambda s: [s.few_conversions(30)],
    "mostly_young": lambda s: [s.mostly_young()],
    "no_yardstick": lambda s: [s.no_yardstick()],
    "against_target": lambda s: [
        s.against_target(Decimal(3), each) for each in (Decimal(2), Decimal(4))
    ],
    "roas_changed": lambda s: [
        s.roas_changed(Decimal("0.2"), beyond=True),
        s.roas_changed(Decimal("-0.05"), beyond=False),
    ],
    "sold_nothing": lambda s: [s.sold_nothing()],
    "claimed": lambda s: [
        s.claimed(names, days, Decimal(9), Decimal(8), Decimal("0.9"))
        for names, days in ((["Meta"], 1), (["Meta", "Google"], 19))
    ],
    "unclaimed": lambda s: [s.unclaimed()],
    "parted": lambda s: [s.parted()],
    "shops_only": lambda s: [s.shops_only(outcome(days=each)) for each in (ONE, LONG)],
    "only_platforms": lambda s: [s.only_platforms(["Meta", "Google"])],
    "only_accounts": lambda s: [s.only_accounts(["Meta"]), s.only_accounts(["Meta", "Google"])],
    "only_campaigns": lambda s: [s.only_campaigns(1), s.only_campaigns(3)],
    "step": lambda s: [s.step("ROAS", None), s.step("ROAS", LAST)],
    "keep_budgets": lambda s: [s.keep_budgets()],
    "all_final": lambda s: [s.all_final(LAST)],
    "none_final": lambda s: [s.none_final()],
    "partly_final": lambda s: [s.partly_final(FIRST, each) for each in (ONE, SOME)],
    "invented": lambda s: [s.invented()],
    "cut": lambda s: [s.cut(TODAY, LAST)],
    "claims_only": lambda s: [s.claims_only()],
    "split": lambda s: [s.split()],
    "whole_log": lambda s: [s.whole_log()],
    "no_rate": lambda s: [s.no_rate(Decimal(120), "CHF")],
    "not_converted": lambda s: [s.not_converted(["CHF", "XOF"])],
    "shop_incomplete": lambda s: [s.shop_incomplete(1), s.shop_incomplete(3)],
    "nothing_connected": lambda s: s.nothing_connected(ONE),
    "nothing_read": lambda s: s.nothing_read(SOME),
    "nothing_converted": lambda s: s.nothing_converted(LONG, ["CHF", "USD"]),
    "spend_unknown": lambda s: [
        s.spend_unknown(outcome(spend=None)),
        s.spend_unknown(outcome(spend=None, sold=None)),
    ],
    "nothing_final": lambda s: [s.nothing_final()],
    "gap": lambda s: [s.gap(["Meta"], [ONE, SOME]), s.gap(["Meta", "A", "B", "C"], [LONG])],
    "not_compared": lambda s: [s.not_compared(["Meta", "Google"])],
    "definition": lambda s: [
        text
        for source in RevenueSource
        for metric in ("spend", "revenue", "roas", "conversions", "cpa", "ctr", "cpc", "cvr", "cpm")
        for store in (StoreRevenue(), StoreRevenue(with_tax=True), StoreRevenue(True, True))
        for text in s.definition(metric, source, store)
    ],
}
CAPTIONED: dict[str, Callable[[Captions], Iterable[str]]] = {
    "month_before": lambda c: [c.month_before("A", dt.date(2026, each, 1)) for each in (3, 12)],
    "quarter_before": lambda c: [c.quarter_before("A", each, 2026) for each in (1, 4)],
    "compared_with": lambda c: [c.compared_with("1", each) for each in ("previous", "year", "")],
    "revenue_is": lambda c: [c.revenue_is("store"), c.revenue_is("reported")],
    "why": lambda c: [c.why(each) for each in c.labels.ratings.values()],
    "written_by": lambda c: [
        c.written_by(each)
        for each in (
            Wording("rules", 0, 3),
            Wording("Model", 3, 3, 0, 9),
            Wording("Model", 1, 3, 1, 1),
            Wording("Model", 0, 3, 9, 9),
            Wording("Model", None, 3),
        )
    ],
    "review_on": lambda c: [c.review_on("1")],
    "no_review": lambda c: [c.no_review()],
    "per": lambda c: [c.per("month"), c.per("day")],
    "span": lambda c: [c.span("1", "2")],
    "changed": lambda c: [
        c.changed("1", each, up=up)
        for each in ("better", "worse", "neutral")
        for up in (True, False)
    ],
    "claimed_by": lambda c: [c.claimed_by("Meta")],
    "claimed_for_each": lambda c: [c.claimed_for_each("1")],
    "others": lambda c: [c.others("3")],
    "most_campaigns": lambda c: [c.most_campaigns("25", "300")],
    "as_of": lambda c: [c.as_of("1")],
    "chart": lambda c: [c.chart(["spend", "revenue"], "1")],
    "chart_total": lambda c: [c.chart_total("ROAS", "1", "2", "3")],
    "undrawn": lambda c: [c.undrawn("[?]")],
    "logo_of": lambda c: [c.logo_of("Meta")],
    "link_for_anybody": lambda c: [c.link_for_anybody(90)],
    "on_the_list": lambda c: [c.on_the_list("Meta")],
    "asked_to_unsubscribe": lambda c: [c.asked_to_unsubscribe("Meta", "ROAS", "a@b.c")],
    "unsubscribed": lambda c: [c.unsubscribed("Meta", "ROAS", "a@b.c")],
    "too_many_tries": lambda c: [c.too_many_tries(1), c.too_many_tries(5)],
}


@pytest.fixture
def both(write: Write, alice: Member, session: Session, month: None) -> tuple[Document, Document]:
    """The same report in English and German, with a finding of every rule."""
    alice.workspace.currency = "EUR"
    alice.workspace.target_roas = Decimal(3)
    session.commit()
    english = write(FINDINGS, last=TODAY, compare="year")
    return english, write(FINDINGS, last=TODAY, compare="year", language="de")


def _findings() -> Iterator[Finding]:
    told = set()
    for each in shown():
        if (each.rule, each.kind) not in told:
            told.add((each.rule, each.kind))
            yield replace(each, currency="EUR")


FINDINGS = list(_findings())
NAMES = sorted(
    {each.name for finding in FINDINGS for each in finding.entities} | {"EUR", "New_York"},
    key=len,
    reverse=True,
)


@pytest.mark.parametrize(
    ("roas", "target", "written"),
    [
        ("2.5", "2.5", ("2.50x", "2.5x")),
        ("3.1239", "3.125", ("3.12x", "3.125x")),
        ("2.0000004", "2", ("2.000000x", "2x")),
        ("2.4996", "2.5", ("2.4996x", "2.5x")),
        ("2.04", "2", ("2.04x", "2x")),
    ],
)
def test_a_return_can_be_told_from_its_target(
    roas: str, target: str, written: tuple[str, str]
) -> None:
    told = sentences_in("en", "EUR")
    assert told.apart(Decimal(roas), Decimal(target)) == written
    summary = told.returned(outcome(roas=Decimal(roas), target=Decimal(target)))
    reason = told.against_target(Decimal(roas), Decimal(target))
    assert all(each in summary and each in reason for each in written)


def test_a_german_target_keeps_its_decimals() -> None:
    said = sentences_in("de", "EUR").against_target(Decimal("3.1"), Decimal("3.125"))
    assert said == "Der ROAS von 3,10x liegt unter dem Ziel von 3,125x."


def own(text: str) -> str:
    """Without names."""
    for name in NAMES:
        text = text.replace(name, " ")
    return text


def foreign(texts: Iterable[str]) -> list[str]:
    """Texts with an English word in them."""
    return [text for text in texts if ENGLISH.search(own(text))]


def frozen_texts(document: Document) -> Iterator[str]:
    """All that is told in a document, names and codes apart."""
    yield from (document.title, *document.summary, *document.next_steps, *document.finality)
    yield from (*document.notes, *document.filters, document.rating.word, document.rating.rule)
    yield from document.rating.reasons
    yield from (text for kpi in document.kpis for text in (kpi.label, kpi.definition))
    yield from (text for each in document.definitions for text in (each.term, each.meaning))
    if document.store:
        yield document.store.sentence
    for each in (*document.wins, *document.concerns, *document.recommendations):
        yield from (each.title, each.saw, each.how_sure, each.do, each.change_our_mind)


def seen(html: str) -> list[str]:
    """What a page shows or reads aloud."""
    body = re.sub(r"<(script|style).*?</\1>", " ", html, flags=re.DOTALL)
    aloud = re.findall(r'(?:aria-label|data-label|alt|title)="([^"]*)"', body)
    return [each for each in (*re.split(r"<[^>]*>", body), *aloud) if each.strip()]


def test_every_language_has_words_for_findings_and_for_reports() -> None:
    assert set(WORDS) == set(LANGUAGES)


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize(
    "table", [each.name for each in fields(Labels) if each.name != "rating_rule"]
)
def test_every_label_has_a_word_in_every_language(language: str, table: str) -> None:
    english, other = (getattr(WORDS[each].labels, table) for each in ("en", language))
    if table != "statuses":
        assert set(other) == set(english)
    assert all(other.values())
    same = {text.lower() for key, text in other.items() if english.get(key) == text}
    assert same <= INTERNATIONAL
    assert not foreign(other.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_whole(language: str) -> None:
    sentences, captions = sentences_in(language, "EUR"), captions_in(language)
    assert set(SAID) == Sentences.__abstractmethods__
    assert set(CAPTIONED) == Captions.__abstractmethods__
    texts = [text for say in SAID.values() for text in say(sentences)]
    texts += [text for say in CAPTIONED.values() for text in say(captions)]
    for text in texts:
        assert text
        assert not re.search(r"  |\.\.|None|[{}]|!", text), text
        assert not (text[0].islower() and text.endswith(".")), text
    if language != "en":
        assert not foreign(texts)


def test_a_german_document_has_no_english_sentence(both: tuple[Document, Document]) -> None:
    english, german = (set(frozen_texts(each)) for each in both)
    assert {each.lower() for each in english & german} - {""} <= INTERNATIONAL
    assert not foreign(german)
    assert both[1].language == "de"


def test_both_languages_tell_the_same_figures(both: tuple[Document, Document]) -> None:
    english, german = both
    same = {
        "language",
        "labels",
        "title",
        "summary",
        "rating",
        "next_steps",
        "definitions",
        "finality",
        "notes",
    }
    for name in set(Document.__struct_fields__) - same - {"kpis", "store"}:
        if name not in ("wins", "concerns", "recommendations"):
            assert getattr(english, name) == getattr(german, name), name
    numbers = [[each.numbers for each in one.concerns] for one in both]
    assert numbers[0] == numbers[1]


def test_the_page_and_the_letters_of_a_german_report_are_german(
    app: Flask, both: tuple[Document, Document]
) -> None:
    def nowhere(_kind: str, _key: str | int = "") -> str:
        return ""

    parcel = Parcel(
        1, "Betreff", samples.frozen(both[1]), "https://berichte.example/r/x", True, True
    )
    letter = letters.words(parcel, "https://berichte.example/r/unsubscribe/x")
    with app.test_request_context("/"):
        page = render_template("shared/report.html", token="x", **drawn(both[1], nowhere))
        mail = render_template("email/report.html", letter=letter)
        plain = render_template("email/report.txt", letter=letter)
        small = {"language": "de", "captions": captions_in("de"), "door": WORDS["de"].labels.door}
        doors = [
            render_template("shared/gone.html", **small),
            render_template("shared/password.html", token="x", problem="", **small),
            *(
                render_template(
                    "shared/unsubscribe.html",
                    email="a@b.c",
                    title="T",
                    sender="S",
                    done=done,
                    **small,
                )
                for done in (True, False)
            ),
        ]
    assert '<html lang="de"' in page
    for html in (page, mail, *doors):
        assert not foreign(seen(html))
    assert not foreign(re.sub(r"https?://\S+", "", plain).splitlines())


def test_the_files_of_a_german_report_are_german(both: tuple[Document, Document]) -> None:
    german = both[1]
    for name in TABLES:
        table = csv_file(german, name).decode("utf-8-sig").splitlines()[0]
        assert not foreign(table.replace("_", " ").split(","))
    head = next(csv.reader(io.StringIO(csv_file(german).decode("utf-8-sig"))))
    assert head[:4] == ["von", "bis", "verglichen_von", "verglichen_bis"]
    assert "gemeldeter_umsatz" in head
    book = load_workbook(io.BytesIO(file_of(samples.frozen(german), "xlsx").content))
    assert '#,##0.00" €"' in {cell.number_format.partition(";")[0] for cell in book["Kampagnen"][2]}
    codes = {each.rule for each in FINDINGS}
    cells = [
        cell.value
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and cell.value not in codes
    ]
    assert not foreign([*book.sheetnames, *cells])
    paper = content(german, freeze(german)[1], nowhere)
    assert not foreign(leaves({name: each for name, each in paper.items() if name != "trend"}))
    assert paper["language"] == "de"


def leaves(found: object) -> Iterator[str]:
    match found:
        case str():
            yield found
        case dict():
            for name, each in found.items():
                if name not in ("svg", "logo", "tone"):
                    yield from leaves(each)
        case list():
            for each in found:
                yield from leaves(each)


def test_a_report_in_a_language_that_there_is_not_is_refused_by_name(
    session: Session, alice: Member
) -> None:
    wanted = Wanted(first=FIRST, last=LAST, language="fr")
    with pytest.raises(Invalid, match=r"language: .*“fr”.* en \(English\), de \(Deutsch\)"):
        ordering.order(
            session, alice.workspace, wanted, user_id=alice.user.id, today=TODAY, now=NOW
        )


def test_every_figure_of_the_dashboard_has_a_german_meaning() -> None:
    assert set(GERMAN) == set(DEFINITIONS)


def test_what_was_frozen_before_is_read_as_it_was(both: tuple[Document, Document]) -> None:
    for document in both:
        frozen, _ = freeze(document)
        assert freeze(thaw(frozen))[0] == frozen
        assert msgspec.json.decode(frozen)["language"] == document.language
