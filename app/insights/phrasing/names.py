"""The names of a sentence: the finding's are taken out, what else looks like one is wrong."""

from __future__ import annotations

import re
import unicodedata

from app.insights.finding import Finding

# Brands that a model may drop into any sentence, also where it begins.
_BRANDS = frozenset(
    "google meta facebook instagram threads whatsapp messenger linkedin tiktok shopify pinterest "
    "snapchat snap youtube gmail bing microsoft amazon twitter reddit apple spotify criteo taboola "
    "outbrain klaviyo hubspot salesforce woocommerce magento stripe paypal etsy ebay".split()
)
_ABBREVIATIONS = frozenset("CPC CPM CTR CVR CPA ROAS AOV KPI KPIs ROI MER I PDF CSV URL OK".split())
# Words that sentences begin with. One that is not here, nor in the rule's words, may be a name.
_OPENERS = frozenset(
    """a about above across after again against all almost alone along already also although among
    an and another any are around as ask at back because been before behind below besides between
    beyond both but by campaign campaigns can change check chance clicks click compare compared
    consider consequently conversion conversions cost costs cut despite do does down due during each
    either even every everything expect find first fix for frequency from further give given had has
    have having here hold how however if impressions in instead into is it its just keep last later
    leave less let likely look make many may meanwhile more most much near no none nothing now of on
    once one only or orders other otherwise our out over overall part pause people per perhaps
    please plus pricing purchases raise rather results return returns revenue review sales same see
    several shift should since so some spend spending start still stop such sure take than that the
    their them then there these they this those though through to together too total traffic try
    two three four five six seven eight nine ten under unless until up use using visitors wait was
    watch we were what when where whether which while who why with within without you your reach
    add double focus go hold lower make move open reduce remove replace set split test tighten widen
    performance efficiency budget budgets ads ad audience audiences note""".split()
)


def taken_out(text: str, finding: Finding) -> str:
    """The text with the finding's names and platforms' words blanked out, places kept."""
    names = {each.name for each in finding.entities}
    names |= {each for each in finding.facts.values() if each.isupper()}
    for name in sorted(filter(None, names), key=len, reverse=True):
        text = re.sub(
            rf"(?<!\w){re.escape(name)}(?!\w)", lambda found: "\x00" * len(found[0]), text
        )
    for each in finding.entities:
        for word in each.platform.split("_"):
            if word not in ("", "ads"):
                text = re.sub(
                    rf"\b{re.escape(word)}\b(?:\sads\b)?",
                    lambda found: "\x00" * len(found[0]),
                    text,
                    flags=re.IGNORECASE,
                )
    return text


def strange_names(text: str, own_words: frozenset[str]) -> list[str]:
    """Words of a text without its finding's names that may be names."""
    wrong = []
    for found in re.finditer(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", text):
        word = found[0]
        plain = word.casefold().removesuffix("'s").removesuffix("’s")
        if plain in _BRANDS or not _latin(word):
            wrong.append(f"“{word}” is no name of the finding")
        elif word == word.lower() or word in _ABBREVIATIONS or word in own_words:
            continue
        elif not (_begins(text, found.start()) and _ordinary(plain, word, own_words)):
            wrong.append(f"“{word}” is no name of the finding")
    return wrong


def _ordinary(plain: str, word: str, own_words: frozenset[str]) -> bool:
    return word[1:] == word[1:].lower() and (plain in _OPENERS or word.lower() in own_words)


def _begins(text: str, place: int) -> bool:
    before = text[:place].rstrip(" \t\n“\"'(")
    return not before or before[-1] in ".?:!;…"


def _latin(word: str) -> bool:
    return all(unicodedata.name(each, "").startswith("LATIN") for each in word if each.isalpha())
