"""What a text claims, and whether the brief says it.

Every number, superlative, promise, quotation and proper name has to come from the brief. Names are
recognised by their capitals, so not in German, where every noun has one, beyond abbreviations and
inner capitals; in Japanese and Arabic by Latin letters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

from app.copywriting.brief import Brief
from app.copywriting.languages import language
from app.copywriting.variation import Flag, Level, Variation
from app.copywriting.words import sentences, unspaced, words

_NUMBER = re.compile(
    r"(?P<before>[$€£¥₹])?\s?(?P<number>\d+(?:[.,'’\u00a0\u202f ]\d{3})*(?:[.,]\d+)?)"
    r"(?:(?P<kilo>[kK](?![\w]))|\s?(?P<times>thousand|million|billion|tausend|tsd\.|mio\.|millionen|"
    r"mil(?:lones|lón)?|万|億|千|ألف|آلاف|مليون)(?![^\W\d_人件円個社名回]))?"
    r"[\s-]?(?P<after>[%$€£¥₹円]|percent\b|prozent\b|por ciento\b|パーセント|بالمئة|"
    r"[^\W\d_]+)?",
    re.IGNORECASE,
)
_TIMES = {
    "thousand": 3, "tausend": 3, "tsd.": 3, "mil": 3, "千": 3, "ألف": 3, "آلاف": 3, "万": 4,
    "million": 6, "millionen": 6, "mio.": 6, "millones": 6, "millón": 6, "مليون": 6, "億": 8,
    "billion": 9,
}  # fmt: skip
# Numbers of Chinese characters from two on, before a counter; “一日” and “十分” are plain words.
_KANJI = re.compile(
    r"(?!万人)[二三四五六七八九百千万億][一二三四五六七八九十百千万億]*"
    r"(?:時間|日間|年間|人|件|円|倍|割|パーセント|か月|ヶ月|週間|秒|回)|十(?:時間|日間|年間|人|件|倍|回)"
)
_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
_PERCENT = ("percent", "prozent", "por ciento", "パーセント", "بالمئة")
_MONEY = "$€£¥₹円"
# What a number is a number of: the same figure with another measure is another claim.
_MEASURES: dict[str, str] = {
    each: kind
    for kind, several in {
        "second": "second seconds sekunden segundos 秒 ثانية ثوان",
        "minute": "minute minutes min minuten minutos 分 دقيقة دقائق",
        "hour": "hour hours stunde stunden hora horas 時間 ساعة ساعات",
        "day": "day days tag tage tagen día días 日 日間 يوم يوما أيام",
        "week": "week weeks woche wochen semana semanas 週間 أسبوع أسابيع",
        "month": "month months monat monate monaten mes meses ヶ月 か月 شهر أشهر",
        "year": "year years jahr jahre jahren año años 年 年間 سنة سنوات عام",
        "star": "star stars stern sterne sternen estrella estrellas 星 نجمة نجوم",
        "time": "times mal veces 倍 مرات",
    }.items()
    for each in several.split()
}
_STEM = 6
_QUOTED = re.compile(r"[“„«「『\"]([^“”„«»「」『』\"]{8,})[”“»」』\"]")
_CAPITAL = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_INNER = re.compile(r"\b(?:[^\W\d_]*[a-zß-ÿ][A-Z][^\W\d_]*|[A-ZÄÖÜ]{2,})\b")
_LATIN = re.compile(r"[A-Za-z][A-Za-z'’-]+")
# Days, months and abbreviations that name nobody.
_NOT_NAMES = frozenset(
    "i i'm i've i'd i'll i’m i’ve i’d i’ll ok monday tuesday wednesday thursday friday saturday "
    "sunday january february march april may june july august september october november december "
    "english pdf csv faq ai it hr ceo cfo tv usb pov diy b2b b2c api app apps web wi-fi wifi sms "
    "gps led eu eur usd vat crm erp seo kpi roi sns no vs".split()
)


def unsupported(variation: Variation, brief: Brief) -> list[Flag]:
    """The claims of a text that its brief does not make, each once."""
    found: dict[tuple[str, str], Flag] = {}
    for field, text in variation.fields():
        for rule, claim, message in _claims(text, brief, heading="head" in field):
            found.setdefault((rule, claim.casefold()), Flag(rule, field, claim, message))
    return list(found.values())


def avoided(variation: Variation, brief: Brief) -> list[Flag]:
    """The words a brief says never to use, where they are used."""
    found = []
    for field, text in variation.fields():
        for unwanted in brief.avoid:
            if holds(text, unwanted):
                said = f"“{unwanted}” is among the words never to use."
                found.append(Flag("avoided_word", field, unwanted, said, Level.PROBLEM))
    return found


def holds(text: str, phrase: str) -> bool:
    """Whether a text has the words of a phrase, in order and whole."""
    wanted, has = words(phrase), words(text)
    return bool(wanted) and any(
        has[start : start + len(wanted)] == wanted for start in range(len(has) - len(wanted) + 1)
    )


def _claims(text: str, brief: Brief, *, heading: bool) -> Iterator[tuple[str, str, str]]:
    yield from _invented_numbers(text, brief)
    said = brief.said
    spoken = language(brief.language)
    for promise in spoken.promises.findall(text) if spoken else ():
        if not _promised(promise, said):
            yield "claim", promise, f"“{promise}” is a claim that the brief does not make."
    for quoted in _QUOTED.findall(text):
        if not _within(quoted, said):
            yield "quotation", quoted, f"Nobody is known to have said “{quoted}”."
    for name in _names(text, brief.language, heading=heading):
        if name.casefold() not in said.casefold():
            yield "name", name, f"“{name}” looks like a name that is not in the brief."


def _promised(promise: str, said: str) -> bool:
    """Whether the brief says it, in this or another form of a long word: guaranteed, guarantee."""
    if unspaced(promise):
        return promise in said
    if re.search(rf"(?<![\w-]){re.escape(promise)}(?!\w)", said, re.IGNORECASE):
        return True
    stem = promise.casefold()[:_STEM]
    whole = len(promise.split()) == 1 and len(promise) > _STEM
    return whole and any(word.startswith(stem) for word in words(said))


def _invented_numbers(text: str, brief: Brief) -> Iterator[tuple[str, str, str]]:
    spoken = language(brief.language)
    written_out = spoken.number_words if spoken else {}
    known = _numbers(brief.said)
    heard = frozenset(words(brief.said))
    given = {value for word, value in written_out.items() if word in heard and value}
    for number, measure, shown in _measured(text):
        if (number, measure) in known or number in given:
            continue
        # A number that the brief gives without a measure may be given one, and the other way.
        if (number, "") not in known and (measure or not _any(known, number)):
            yield "number", shown, f"“{shown}” is not in the brief; a number has to be true."
    for word in words(_NUMBER.sub(" ", text)):
        if word in written_out and word not in heard and not _any(known, written_out[word]):
            yield "number", word, f"“{word}” is a number that the brief does not give."
    for counted in _KANJI.findall(text):
        if counted not in brief.said:
            yield "number", counted, f"“{counted}” is not in the brief; a number has to be true."


def _within(phrase: str, said: str) -> bool:
    return any(holds(line, phrase) for line in said.splitlines())


def _any(known: frozenset[tuple[str, str]], number: str) -> bool:
    return any(each == number for each, _ in known)


@cache
def _numbers(said: str) -> frozenset[tuple[str, str]]:
    return frozenset((number, measure) for number, measure, _ in _measured(said))


def _measured(text: str) -> Iterator[tuple[str, str, str]]:
    """Each number in one spelling, what it measures, and how it was written."""
    for found in _NUMBER.finditer(_ascii_digits(text)):
        after = (found["after"] or "").casefold()
        money = found["before"] or (after if after and after in _MONEY else "")
        if money:
            measure = "¥" if money == "円" else money
        elif after == "%" or after in _PERCENT:
            measure = "%"
        else:
            measure = _MEASURES.get(after, "")
        shown = found[0].strip(" -") if measure else found["number"]
        yield _multiplied(_canonical(found["number"]), found), measure, shown


def _multiplied(number: str, found: re.Match[str]) -> str:
    """2.3k and 2 million written out, as far as that comes out even."""
    zeros = 3 if found["kilo"] else _TIMES.get((found["times"] or "").casefold(), 0)
    if not zeros:
        return number
    whole, _, part = number.partition(".")
    return f"{whole}{part.ljust(zeros, '0')}".lstrip("0") if len(part) <= zeros else number


def _ascii_digits(text: str) -> str:
    return "".join(
        str(unicodedata.digit(each)) if each.isdecimal() else each
        for each in text.replace("٬", ",").replace("٫", ".")
    )


def _canonical(number: str) -> str:
    """1,234.5 and 1.234,5 and 1234.5 are one number; a single group of three is a thousand."""
    plain = re.sub(r"['’\u00a0\u202f ]", "", number)
    if _GROUPED.fullmatch(plain):
        return re.sub(r"[.,]", "", plain)
    whole, separator, part = (
        plain.rpartition(max(plain, key=lambda each: plain.rfind(each) if each in ".," else -1))
        if re.search(r"[.,]", plain)
        else (plain, "", "")
    )
    whole = re.sub(r"[.,]", "", whole)
    return f"{whole}.{part.rstrip('0')}".rstrip(".") if separator else whole


def _names(text: str, language: str, *, heading: bool) -> Iterator[str]:
    if language in {"ja", "ar"}:
        found = _LATIN.findall(text)
    elif language == "de":
        found = _INNER.findall(text)
    else:
        found = [name for each in sentences(text) for name in _capitals(each, heading=heading)]
    yield from (each for each in found if each.casefold() not in _NOT_NAMES)


def _capitals(sentence: str, *, heading: bool) -> Iterator[str]:
    """Words with a capital after the first; in a heading in title case only odd capitals count."""
    found = _CAPITAL.findall(re.sub(r"https?://\S+|\b[\w-]+\.\w{2,}\S*", "", sentence))
    longer = [each for each in found[1:] if len(each) > 3]
    if heading and longer and all(each[0].isupper() for each in longer):
        yield from (each for each in found if _INNER.fullmatch(each))
        return
    after_mark = {
        match[1]
        for match in re.finditer(r"[^\w\s,;'’&/%+@#]\s*([^\W\d_]+(?:['’-][^\W\d_]+)*)", sentence)
    }
    for word in found[1:]:
        if word[0].isupper() and word not in after_mark:
            yield re.sub(r"['’]s$", "", word)
