"""The form of a brief: what is shown in it, what was typed, and what is wrong beside its field."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from babel import Locale
from werkzeug.datastructures import MultiDict

from app.copywriting.brief import AdPlatform, Angle, Brief, Gender, Goal, Tone
from app.copywriting.languages import BUILT_IN as BUILT_IN_LANGUAGES
from app.creative.batches import USUAL_COUNT
from app.creative.briefs import OLDEST, YOUNGEST, parse_brief
from app.errors import AppError, named

SPARE_ROWS = 2
"""Empty rows below what is typed, for browsers that cannot add more."""

GENDERS = {Gender.ALL: "Everyone", Gender.WOMEN: "Women", Gender.MEN: "Men"}
GOALS = {goal: goal.value.capitalize() for goal in Goal}
TONES = {tone: tone.value.capitalize() for tone in Tone}
ANGLES = {
    "": "Every angle in turn",
    Angle.PROBLEM: "A problem people have",
    Angle.OUTCOME: "What they get out of it",
    Angle.PROOF: "Proof: ratings, numbers, quotations",
    Angle.AUDIENCE: "Whom it is for",
    Angle.OFFER: "The offer: price or terms",
}
PLATFORMS = {
    AdPlatform.META: "Meta",
    AdPlatform.GOOGLE: "Google",
    AdPlatform.LINKEDIN: "LinkedIn",
    AdPlatform.TIKTOK: "TikTok",
}
# What a language model may be asked for besides; any other code can be sent through the API.
_MORE_LANGUAGES = "fr it pt nl pl sv da nb fi cs el hu ro uk ru tr he hi id ko th vi zh".split()
_COMMAS = re.compile(r"[,;\n،、\uff0c]+")


@dataclass(slots=True)
class BriefForm:
    """Every field as text, the way it was typed. `errors` is by field; "" is about the whole."""

    product: str = ""
    benefits: Sequence[str] = ()
    age_min: str = "18"
    age_max: str = str(OLDEST)
    gender: str = Gender.ALL.value
    interests: str = ""
    pain_points: str = ""
    goal: str = Goal.SALES.value
    tones: Sequence[str] = ()
    platforms: Sequence[str] = (AdPlatform.META.value,)
    url: str = ""
    facts: Sequence[str] = ()
    use: str = ""
    avoid: str = ""
    language: str = "en"
    angle: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def benefit_rows(self) -> list[str]:
        """What is typed and a few empty rows."""
        return _with_spare(self.benefits)

    @property
    def fact_rows(self) -> list[str]:
        """What is typed and a few empty rows."""
        return _with_spare(self.facts)

    def refuse(self, error: AppError) -> None:
        """Put the sentence beside the field it names."""
        name, sentence = named(error.message)
        if name in self.__dataclass_fields__:
            self.errors[name] = sentence
        else:
            self.errors[""] = error.message


def of_brief(brief: Brief | None) -> BriefForm:
    """The form filled with a brief, or as it is for somebody new."""
    if brief is None:
        return BriefForm()
    return BriefForm(
        product=brief.product,
        benefits=brief.benefits,
        age_min=str(brief.audience.age_min),
        age_max=str(brief.audience.age_max),
        gender=brief.audience.gender.value,
        interests=", ".join(brief.audience.interests),
        pain_points="\n".join(brief.pain_points),
        goal=brief.goal.value,
        tones=[each.value for each in brief.tones],
        platforms=[each.value for each in brief.platforms],
        url=brief.url,
        facts=brief.facts,
        use=", ".join(brief.use),
        avoid=", ".join(brief.avoid),
        language=brief.language,
        angle=brief.angle.value if brief.angle else "",
    )


def of_request(sent: MultiDict[str, str]) -> BriefForm:
    """The form as it was sent."""
    single: dict[str, Any] = {
        name: sent.get(name, "")
        for name in (
            *("product", "age_min", "age_max", "gender", "interests", "pain_points"),
            *("goal", "url", "use", "avoid", "language", "angle"),
        )
    }
    return BriefForm(
        benefits=sent.getlist("benefits"),
        tones=sent.getlist("tones"),
        platforms=sent.getlist("platforms"),
        facts=sent.getlist("facts"),
        **single,
    )


def brief_of(form: BriefForm) -> Brief:
    """The brief that was typed. Raises Invalid, naming the field first."""
    return parse_brief(_fields(form))


def languages(chosen: str) -> tuple[dict[str, str], dict[str, str]]:
    """Code to name: those of the built-in writer, and those that need a model."""
    others = [*_MORE_LANGUAGES]
    if chosen and chosen not in (*BUILT_IN_LANGUAGES, *others) and _name(chosen):
        others.append(chosen)
    named = sorted((_name(code), code) for code in others)
    return (
        {code: _name(code) for code in BUILT_IN_LANGUAGES},
        {code: name for name, code in named},
    )


def choices(form: BriefForm) -> dict[str, Any]:
    """What the template offers to choose from."""
    built_in, others = languages(form.language)
    return {
        "genders": GENDERS,
        "goals": GOALS,
        "tones": TONES,
        "angles": ANGLES,
        "platform_names": PLATFORMS,
        "ages": (YOUNGEST, OLDEST),
        "built_in_languages": built_in,
        "other_languages": others,
        "count": USUAL_COUNT,
    }


def _fields(form: BriefForm) -> dict[str, Any]:
    return {
        "product": form.product,
        "benefits": form.benefits,
        "audience": {
            "age_min": form.age_min,
            "age_max": form.age_max,
            "gender": form.gender,
            "interests": _split(form.interests),
        },
        "pain_points": form.pain_points,
        "goal": form.goal,
        "tones": form.tones,
        "platforms": form.platforms,
        "url": form.url,
        "facts": form.facts,
        "use": _split(form.use),
        "avoid": _split(form.avoid),
        "language": form.language,
        "angle": form.angle,
    }


def _split(typed: str) -> list[str]:
    return _COMMAS.split(typed)


def _with_spare(rows: Iterable[str]) -> list[str]:
    typed = [row for row in rows if row.strip()]
    return [*typed, *[""] * max(1, SPARE_ROWS - len(typed))]


@cache
def _name(code: str) -> str:
    """What a language is called in English; empty for no language."""
    return str(Locale("en").languages.get(code, ""))
