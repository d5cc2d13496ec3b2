"""Words that tell readers something personal of themselves, which Meta refuses.

A word alone says nothing: “black coffee” and “low-fat” are about a product. What trips is saying
it of the reader: “are you …”, “your …”, “struggling with …”. Source: Meta's policy on personal
attributes, as of November 2026.
"""

from __future__ import annotations

import re

_OF_PERSONS = (
    r"diabetic|overweight|obese|fat|depressed|anxious|disabled|pregnant|infertile|bald|"
    r"alcoholic|addict(?:ed)?|broke|bankrupt|unemployed|divorced|gay|lesbian|bisexual|"
    r"transgender|christian|muslim|jewish|hindu|buddhist|hispanic|latino|immigrant|convicted|"
    r"(?:black|asian)(?! (?:coffee|tea|friday|food|cuisine|\w+ (?:drinkers?|lovers?|fans?)))"
)
_OF_STATES = (
    r"diabetes|obesity|depression|anxiety|disability|cancer|hiv|infertility|acne|baldness|"
    r"hair loss|alcoholism|addiction|debts?|bankruptcy|low income|bad credit|unemployment|"
    r"divorce|criminal record|overweight|chronic pain"
)
_GERMAN = (
    r"übergewicht(?:ig)?|diabet\w*|depressi(?:v|on|onen)|schulden|verschuldet|arbeitslos\w*|"
    r"schwanger|behindert|krebs|alkoholkrank|vorbestraft|akne|haarausfall"
)
_SPANISH = (
    r"obes[oa]|obesidad|sobrepeso|diabétic[oa]|diabetes|deudas|desempleado|desempleada|"
    r"embarazada|depresión|deprimid[oa]|cáncer|ansiedad|acné|discapacidad"
)
_JAPANESE = r"糖尿病|肥満|うつ|借金|妊娠中|失業|がん|薄毛|ニキビ|障害"
_ARABIC = r"سكري|سمنة|بدين|اكتئاب|ديون|حامل|عاطل|سرطان|مدين"

TELLING = re.compile(
    rf"(?<!\w)(?:(?:are|aren['’]t|if) you|you['’]re|you are|being|fellow|meet other)"
    rf" (?:\w+ ){{0,2}}(?:{_OF_PERSONS})(?!\w)"
    rf"|(?<!\w)your (?:\w+ )?(?:{_OF_STATES})(?!\w)"
    rf"|(?<!\w)(?:drowning|struggling|suffer(?:ing|s)?|living|dealing|battling|burdened)"
    rf"(?: (?:in|with|from|by))? (?:\w+ )?(?:{_OF_STATES})(?!\w)"
    rf"|(?<!\w)(?:do you|you) (?:have|suffer from) (?:\w+ )?(?:{_OF_STATES})(?!\w)"
    rf"|(?<!\w)(?:bist du|sind sie|hast du|haben sie|leidest du|leiden sie|dein\w*|ihr\w*)"
    rf" (?:\w+ ){{0,2}}(?:{_GERMAN})(?!\w)"
    rf"|(?<!\w)(?:eres|estás|tienes|sufres|padeces|es usted|está usted|tiene usted|tus?)"
    rf" (?:\w+ ){{0,2}}(?:{_SPANISH})(?!\w)"
    rf"|(?:{_JAPANESE})(?:で(?:お悩み|悩)|に(?:お悩み|悩)|ですか|のあなた|を抱え)|あなたの(?:{_JAPANESE})"
    rf"|(?<!\w)(?:هل أنتِ?|هل تعاني(?:ن)?|هل لديكِ?|تعاني)(?: \w+){{0,2}} (?:ال)?(?:{_ARABIC})"
    rf"|(?<!\w)(?:ديونك|اكتئابك|سمنتك|مرضك)(?!\w)",
    re.IGNORECASE,
)
AGED = re.compile(
    r"(?<!\w)(?:over|under|aged?|in your|turning|über|unter|más de|mayores de) ?\d{2}s?"
    r"(?=\s*(?:[?!.,]|$|(?:and|or|years? old|jahre alt|años|women|men|people|singles)\b))",
    re.IGNORECASE,
)
READER = re.compile(
    r"(?<!\w)(?:you|your|you['’]re|yours|du|dein\w*|sie|ihr\w*|tú?|tus?|usted|su)(?!\w)"
    r"|あなた|أنت|لديك",
    re.IGNORECASE,
)
