"""What each platform's rules forbid in an ad's text, each with the words that trip it.

Sources, as of November 2026: Meta's policy on personal attributes and its one on health; Google's
editorial rules (punctuation and symbols, capitals, emoji); TikTok's rules on misleading content;
LinkedIn's on its own name. A linter finds words, not meaning: no flag is no approval.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.copywriting.brief import AdPlatform, Brief
from app.copywriting.limits import SHAPES, emoji
from app.copywriting.variation import Flag, Level, Variation
from app.copywriting.words import sentences

# What nobody may be told they are.
_ATTRIBUTES = re.compile(
    r"(?<!\w)(?:diabet\w*|overweight|obese|obesity|fat|depress(?:ed|ion)|anxiety|anxious|disabled|"
    r"disability|cancer|hiv|pregnant|infertile|acne|bald|alcoholic|addict(?:ed|ion)?|debt|broke|"
    r"bankrupt(?:cy)?|low income|bad credit|unemployed|divorced|gay|lesbian|bisexual|transgender|"
    r"christian|muslim|jewish|hindu|buddhist|black|asian|hispanic|latino|immigrant|"
    r"criminal record|convicted|übergewicht\w*|depressi\w+|schulden|arbeitslos\w*|schwanger\w*|"
    r"obeso|sobrepeso|deudas|desempleado|embarazada|depresión)(?!\w)"
    r"|糖尿病|肥満|うつ|借金|妊娠中|失業|سكري|سمنة|اكتئاب|ديون|حامل|عاطل",
    re.IGNORECASE,
)
_READER = re.compile(
    r"(?<!\w)(?:you|your|you['’]re|yours|du|dein\w*|sie|ihr\w*|tú?|tus?|usted|su)(?!\w)|あなた|أنت|لديك",
    re.IGNORECASE,
)
_AGED = re.compile(
    r"(?<!\w)(?:over|under|aged?|in your|turning|über|unter|más de|mayores de) ?\d{2}s?(?!\w)",
    re.IGNORECASE,
)
_BEFORE_AFTER = re.compile(
    r"before (?:and|&|/) ?after|vorher[ /-]+nachher|antes y después|ビフォーアフター|قبل وبعد",
    re.IGNORECASE,
)
_LOSING = re.compile(
    r"(?:lose|lost|drop|shed|verlier\w*|pierde) \d+ ?(?:kg|lbs?|pounds|kilos?)", re.IGNORECASE
)
_ABSOLUTE = re.compile(
    r"(?<!\w)(?:number one|number 1|no\. ?1|#1|best|100 ?%|guaranteed|always works|never fails|"
    r"nummer eins|beste[rns]?|garantiert|el mejor|la mejor|garantizado)(?!\w)"
    r"|最高|世界一|日本一|絶対|الأفضل|مضمون",
    re.IGNORECASE,
)
_COMPARING = re.compile(
    r"(?<!\w)(?:(?:better|cheaper|faster) than (?:the (?:others?|competition|rest)|other brands|"
    r"\w+)|unlike (?:other|the) \w+|besser als|mejor que)(?!\w)",
    re.IGNORECASE,
)
_PRICE = re.compile(r"[$€£¥₹]\s?\d+(?:[.,]\d+)*|\d+(?:[.,]\d+)*\s?(?:[$€£¥₹円%])")
_REPEATED = re.compile(r"([!?.,;:*~])\1+")
_SYMBOLS = re.compile(r"[*~^_|<>=\\•★☆►✓✔]")
_SPELLED = re.compile(r"(?<!\w)(?:[^\W\d_][.\- ]){3,}[^\W\d_]?(?!\w)")
_CAPITALS = re.compile(r"(?<!\w)[^\W\d_]{4,}(?!\w)")
_ALTERNATING = re.compile(r"(?:[a-z][A-Z]){2,}|(?:[A-Z][a-z]){3,}(?=[A-Z]|\b)")
_LEET = re.compile(r"(?<!\w)(?:[a-z]+[013457][a-z]+)(?!\w)", re.IGNORECASE)
_PHONE = re.compile(r"\+?\d[\d ()./-]{7,}\d")
_CLICK = re.compile(r"(?<!\w)click (?:here|below|now)(?!\w)", re.IGNORECASE)
_EXCLAMATIONS = "!！"

_SPECIAL: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(rf"(?<!\w)(?:{listed})", re.IGNORECASE))
    for name, listed in (
        (
            "housing",
            (
                r"apartments?\b|real estate|mortgage|for rent|housing|realtor|immobilien|wohnung|"
                r"inmobiliari|alquiler|hipoteca|不動産|賃貸|عقار|شقة"
            ),
        ),
        (
            "employment",
            (
                r"hiring|job (?:offer|opening)|jobs\b|career|recruit|vacanc|stellenangebot|"
                r"bewerbung|empleo\b|vacante|求人|採用|وظيفة|وظائف|توظيف"
            ),
        ),
        (
            "credit",
            (
                r"loans?\b|credit card|credit score|financing|\bapr\b|kredit|darlehen|préstamo|"
                r"tarjeta de crédito|ローン|融資|قرض|قروض"
            ),
        ),
        (
            "health",
            (
                r"medic|supplement|weight loss|diet\b|therapy|clinic|treatment|symptom|abnehm|"
                r"nahrungsergänzung|medizin|adelgaz|suplemento|ダイエット|サプリ|治療|علاج|دواء|مكمل"
            ),
        ),
        (
            "politics",
            (
                r"election|vote\b|voting|senator|candidate|political|wahl(?:kampf|en)\b|partei\b|"
                r"elecciones|político|選挙|政治|انتخاب|سياس"
            ),
        ),
    )
)


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of advertising with rules of its own, and what in the brief looks like it."""

    name: str
    words: str
    message: str


def special_categories(brief: Brief) -> list[Category]:
    """What platforms want declared beforehand, housing or credit say, as far as words show it."""
    return [
        Category(
            name,
            found[0],
            f"“{found[0]}” sounds like {name}. Platforms restrict who may see such ads and "
            "want the category declared in the campaign; check that before you launch.",
        )
        for name, pattern in _SPECIAL
        if (found := pattern.search(brief.said))
    ]


def against_policy(variation: Variation, brief: Brief) -> list[Flag]:
    """What the platform's rules may object to."""
    found = [
        flag for field, text in variation.fields() for flag in _field(variation, field, text, brief)
    ]
    if variation.platform is AdPlatform.GOOGLE:
        marks = sum(text.count(each) for _, text in variation.fields() for each in _EXCLAMATIONS)
        if marks > 1:
            found.append(
                Flag(
                    "google_punctuation",
                    "descriptions",
                    "!",
                    "One exclamation mark in an ad at most.",
                )
            )
    return found


def _field(variation: Variation, field: str, text: str, brief: Brief) -> Iterator[Flag]:
    shape = SHAPES[variation.platform]
    if not shape.emoji and (found := emoji(text)):
        yield Flag("emoji", field, "".join(found), "This platform takes no emoji in ad text.")
    for sign in shape.forbidden:
        if sign in text:
            yield Flag("forbidden_sign", field, sign, f"“{sign}” is not allowed in this text.")
    match variation.platform:
        case AdPlatform.META:
            yield from _meta(field, text)
        case AdPlatform.GOOGLE:
            yield from _google(field, text, brief)
        case AdPlatform.LINKEDIN:
            yield from _linkedin(field, text)
        case AdPlatform.TIKTOK:
            yield from _tiktok(field, text)


def _meta(field: str, text: str) -> Iterator[Flag]:
    for sentence in sentences(text):
        about = _ATTRIBUTES.search(sentence)
        asked = sentence.rstrip().endswith(("?", "？", "؟"))
        if about and (asked or _READER.search(sentence)):
            yield Flag(
                "meta_personal_attributes",
                field,
                about[0],
                f"Meta refuses ads that say something personal of the reader (“{about[0]}”). "
                "Write of the product instead.",
            )
        if (aged := _AGED.search(sentence)) and (asked or _READER.search(sentence)):
            yield Flag(
                "meta_personal_attributes",
                field,
                aged[0],
                f"“{aged[0]}” tells readers their age, which Meta refuses.",
            )
    yield from _found(
        (_BEFORE_AFTER, _LOSING),
        "meta_before_after",
        field,
        text,
        "Meta refuses before-and-after and promised losses of weight in health advertising.",
    )


def _google(field: str, text: str, brief: Brief) -> Iterator[Flag]:
    if "headline" in field and any(each in text for each in _EXCLAMATIONS):
        yield Flag("google_punctuation", field, "!", "No exclamation mark in a headline.")
    yield from _found(
        (_REPEATED, _SYMBOLS, _SPELLED),
        "google_punctuation",
        field,
        text,
        "Google refuses repeated or decorative punctuation and symbols.",
    )
    for word in _CAPITALS.findall(text):
        odd = (word.isupper() and word.lower() != word) or _ALTERNATING.fullmatch(word)
        if odd and word not in brief.said:
            yield Flag(
                "google_capitals",
                field,
                word,
                f"Google refuses words in capitals such as “{word}”.",
            )
    for found in _LEET.finditer(text):
        if found[0] not in brief.said:
            message = f"Google refuses digits in place of letters (“{found[0]}”)."
            yield Flag("google_spelling", field, found[0], message)
    yield from _found(
        (_PHONE,), "google_phone", field, text, "Google wants telephone numbers in a call asset."
    )
    yield from _found(
        (_CLICK,), "google_click", field, text, "Google refuses generic calls such as “click here”."
    )


def _linkedin(field: str, text: str) -> Iterator[Flag]:
    if found := re.search("linkedin", text, re.IGNORECASE):
        yield Flag(
            "linkedin_name", field, found[0], "LinkedIn's name may not stand in an ad's text."
        )
    if len(marks := emoji(text)) > 10:
        yield Flag("emoji", field, "".join(marks), "LinkedIn takes at most 10 emoji.")


def _tiktok(field: str, text: str) -> Iterator[Flag]:
    yield from _found(
        (_ABSOLUTE,),
        "tiktok_absolute",
        field,
        text,
        "TikTok refuses absolute claims and promised results.",
    )
    yield from _found(
        (_BEFORE_AFTER, _LOSING),
        "tiktok_before_after",
        field,
        text,
        "TikTok refuses before-and-after comparisons.",
    )
    yield from _found(
        (_COMPARING,),
        "tiktok_comparison",
        field,
        text,
        "TikTok refuses comparisons that run others down.",
    )
    if price := _PRICE.search(text):
        yield Flag(
            "tiktok_price",
            field,
            price[0],
            "Prices and discounts have to stand the same on the landing page.",
            Level.WARNING,
        )


def _found(
    patterns: tuple[re.Pattern[str], ...], rule: str, field: str, text: str, message: str
) -> Iterator[Flag]:
    for pattern in patterns:
        if found := pattern.search(text):
            yield Flag(rule, field, found[0].strip(), message)
