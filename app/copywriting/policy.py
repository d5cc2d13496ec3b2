"""What each platform's rules forbid in an ad's text, each with the words that trip it.

Sources, as of November 2026: Meta's policy on personal attributes and its one on health; Google's
editorial rules (punctuation and symbols, capitals, emoji); TikTok's rules on misleading content;
LinkedIn's on its own name. A linter finds words, not meaning: no flag is no approval.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.copywriting.attributes import AGED, READER, TELLING
from app.copywriting.brief import AdPlatform, Brief
from app.copywriting.limits import SHAPES, emoji
from app.copywriting.variation import Flag, Level, Variation
from app.copywriting.words import sentences

_BEFORE_AFTER = re.compile(
    r"before (?:and|&|/) ?after(?! (?:use|each|every|meals?))|vorher[ /-]+nachher|"
    r"antes y después|ビフォーアフター|قبل وبعد",
    re.IGNORECASE,
)
_LOSING = re.compile(
    r"(?:lose|lost|drop|shed|verlier\w*|pierde) \d+ ?(?:kg|lbs?|pounds|kilos?)", re.IGNORECASE
)
_ABSOLUTE = re.compile(
    r"(?<!\w)(?:number one|number 1|no\. ?1|#1|"
    r"(?<!your )(?<!our )best(?! (?:before|served|enjoyed|wishes|regards|friends?)\b)|"
    r"100 ?% (?:guaranteed|effective|safe|success|sure|garantiert|sicher|wirksam|seguro|eficaz)|"
    r"guaranteed|always works|never fails|nummer eins|nr\. ?1|"
    r"(?<!am )beste[rns]?(?! (?:freund\w*|grüße|dank)\b)|garantiert|"
    r"(?:el|la|los|las) mejor(?:es)?|número uno|garantizado)(?!\w)"
    r"|最高|世界一|日本一|絶対|الأفضل|مضمون",
    re.IGNORECASE,
)
_COMPARING = re.compile(
    r"(?<!\w)(?:(?:better|cheaper|faster) than (?!ever\b|before\b|yesterday\b|nothing\b|you\b|"
    r"expected\b|average\b|it\b)\w+|unlike (?:other|the other|the competition) ?\w*|"
    r"besser als (?!je\b|vorher\b|gedacht\b|nichts\b|erwartet\b)\w+|"
    r"mejor que (?!nunca\b|antes\b|nada\b|ayer\b)\w+)(?!\w)",
    re.IGNORECASE,
)
_PRICE = re.compile(r"[$€£¥₹]\s?\d+(?:[.,]\d+)*|\d+(?:[.,]\d+)*\s?(?:[$€£¥₹円%])")
_REPEATED = re.compile(r"([!?.,;:*~])\1+")
_SYMBOLS = re.compile(r"[*~^_<>=\\•★☆►✓✔]")
_SPELLED = re.compile(r"(?<!\w)(?:[^\W\d_][.\- ]){3,}[^\W\d_]?(?!\w)")
_CAPITALS = re.compile(r"(?<!\w)[^\W\d_]{4,}(?!\w)")
_ALTERNATING = re.compile(r"(?:[a-z][A-Z]){2,}|(?:[A-Z][a-z]){3,}(?=[A-Z]|\b)")
_LEET = re.compile(r"(?<!\w)(?:[a-z]+[013457][a-z]+)(?!\w)", re.IGNORECASE)
_SHOUTED = re.compile(r"(?<!\w)[A-Z]{2,}(?: [A-Z]{2,})+(?!\w)")
_PHONE = re.compile(r"(?<![\w.,])(?:\+\d|\(0|0\d|1[-. ]\d{3}[-. ])[\d ()/.-]{6,}\d")
_CLICK = re.compile(
    r"(?<!\w)(?:click (?:here|below|now)|hier klicken|klicken sie hier|haz clic aquí|"
    r"haga clic aquí)(?!\w)|ここをクリック|انقر هنا",
    re.IGNORECASE,
)
# Headlines and descriptions of a search ad are shown in any order.
_LEANING = re.compile(
    r"^(?:and|but|so|because|also|plus|or|und|aber|oder|denn|y|pero|o|porque|しかも|そして|وأيضًا)"
    r"(?!\w)|[:,–—]$",
    re.IGNORECASE,
)
_BODY = re.compile(
    r"(?<!\w)(?:weight|skin|teeth|body|belly|wrinkles?|hair|kilos?|kg|haut|gewicht|zähne|peso|piel)"
    r"(?!\w)|体重|肌|وزن|بشرة",
    re.IGNORECASE,
)
_EXCLAMATIONS = "!！"

_SPECIAL: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(rf"(?<!\w)(?:ال)?(?:{listed})", re.IGNORECASE))
    for name, listed in (
        (
            "housing",
            (
                r"apartments?\b|real estate|mortgage|for rent|"
                r"(?:affordable|student|senior) housing|realtor|immobilien|wohnung|"
                r"inmobiliari|alquiler|hipoteca|不動産|賃貸|عقار|شقة"
            ),
        ),
        (
            "employment",
            (
                r"(?:we[’']re|now) hiring|jobs? (?:offer|opening|ad|board|market)|"
                r"open positions?|recruit|vacanc|stellenangebot|"
                r"bewerbung|empleo\b|vacante|求人|採用|وظيفة|وظائف|توظيف"
            ),
        ),
        (
            "credit",
            (
                r"loans?\b|credit card|credit score|financing|% apr\b|kredit|darlehen|préstamo|"
                r"tarjeta de crédito|ローン|融資|قرض|قروض"
            ),
        ),
        (
            "health",
            (
                r"medic|supplement|weight loss|diet\b|therapy|clinic|medical treatment|"
                r"symptom|abnehm|"
                r"nahrungsergänzung|medizin|adelgaz|suplemento|ダイエット|サプリ|治療|علاج|دواء|مكمل"
            ),
        ),
        (
            "politics",
            (
                r"election|vote\b|voting|senator|political|wahl(?:kampf|en)\b|partei\b|"
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
        asked = sentence.rstrip().endswith(("?", "？", "؟"))
        if about := TELLING.search(sentence):
            yield Flag(
                "meta_personal_attributes",
                field,
                about[0],
                f"Meta refuses ads that say something personal of the reader (“{about[0]}”). "
                "Write of the product instead.",
            )
        if (aged := AGED.search(sentence)) and (asked or READER.search(sentence)):
            yield Flag(
                "meta_personal_attributes",
                field,
                aged[0],
                f"“{aged[0]}” tells readers their age, which Meta refuses.",
            )
    yield from _before_after("meta", field, text)


def _before_after(platform: str, field: str, text: str) -> Iterator[Flag]:
    """Forbidden of bodies; of other things only worth a look."""
    rule = f"{platform}_before_after"
    if found := _LOSING.search(text):
        yield Flag(rule, field, found[0], "No promised loss of weight.")
    if found := _BEFORE_AFTER.search(text):
        about_body = _BODY.search(text)
        said = "Before-and-after is refused where it is about health, weight or looks."
        level = Level.PROBLEM if about_body else Level.WARNING
        yield Flag(rule, field, found[0], said, level)


def _google(field: str, text: str, brief: Brief) -> Iterator[Flag]:
    if "headline" in field and any(each in text for each in _EXCLAMATIONS):
        yield Flag("google_punctuation", field, "!", "No exclamation mark in a headline.")
    yield from _found(
        (_REPEATED, _SYMBOLS),
        "google_punctuation",
        field,
        text,
        "Google refuses repeated or decorative punctuation and symbols.",
    )
    for pattern, rule in ((_SPELLED, "google_punctuation"), (_SHOUTED, "google_capitals")):
        if (found := pattern.search(text)) and found[0].strip() not in brief.said:
            said = f"Google refuses words spelled out or in capitals (“{found[0].strip()}”)."
            yield Flag(rule, field, found[0].strip(), said)
    if leaning := _LEANING.search(text):
        said = "Google shows these texts in any order; this one leans on another."
        yield Flag("google_order", field, leaning[0], said, Level.WARNING)
    for word in _CAPITALS.findall(text):
        odd = (word.isupper() and word.lower() != word) or _ALTERNATING.fullmatch(word)
        if odd and word not in brief.said:
            yield Flag(
                "google_capitals",
                field,
                word,
                f"Google refuses words in capitals such as “{word}”.",
            )
    for odd_word in _LEET.findall(text):
        if odd_word not in brief.said:
            message = f"Google refuses digits in place of letters (“{odd_word}”)."
            yield Flag("google_spelling", field, odd_word, message)
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
    yield from _before_after("tiktok", field, text)
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
