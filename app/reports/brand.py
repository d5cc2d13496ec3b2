"""How a workspace's reports look: its logo and its colour."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import count

from app.errors import Invalid
from app.models import Workspace
from app.reports.document import Brand
from app.reports.logo import check_logo

INDIGO = "#4f46e5"
# WCAG 2.2, 1.4.11 and large text of 1.4.3: the colour draws lines, bars and rules, never small
# text.
LEAST_CONTRAST = 3.0
_COLOUR = re.compile(r"#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")


def brand_of(workspace: Workspace) -> Brand:
    """What a report of the workspace is dressed in; indigo and no logo until it has its own."""
    return Brand(
        name=workspace.name,
        colour=workspace.brand_colour or INDIGO,
        logo=workspace.brand_logo or b"",
        logo_type=workspace.brand_logo_type or "",
    )


def set_colour(workspace: Workspace, typed: str) -> None:
    """Dress in this colour, or in ours for an empty one. Raises Invalid."""
    workspace.brand_colour = parse_colour(typed) if typed.strip() else None


def set_logo(workspace: Workspace, content: bytes) -> None:
    """Carry this picture. Raises Invalid for one that is refused; the former one stays then."""
    checked = check_logo(content)
    workspace.brand_logo, workspace.brand_logo_type = checked.content, checked.type


def remove_logo(workspace: Workspace) -> None:
    """Carry the name only."""
    workspace.brand_logo = workspace.brand_logo_type = None


def parse_colour(typed: str) -> str:
    """What was typed as #rrggbb in lower case. Raises Invalid for one unreadable on paper."""
    found = _COLOUR.fullmatch(typed.strip())
    if found is None:
        raise Invalid("Write the colour as six digits from 0 to f, as in #4f46e5.")
    digits = found[1].lower()
    if len(digits) == 3:
        digits = "".join(each * 2 for each in digits)
    colour = f"#{digits}"
    if (had := contrast(colour)) < LEAST_CONTRAST:
        # Cut, not rounded: 2.96 must not read as the 3 that is asked for.
        raise Invalid(
            f"{colour} is too light to be seen on white: its contrast is {int(had * 10) / 10} to 1 "
            f"and has to be at least {LEAST_CONTRAST:.0f} to 1. {darker(colour)} is the same "
            "colour, dark enough."
        )
    return colour


def contrast(colour: str) -> float:
    """The colour's contrast with white, 1 to 21, as WCAG 2.2 defines it."""
    linear = [_linear(each) for each in _channels(colour)]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 1.05 / (luminance + 0.05)


def darker(colour: str) -> str:
    """The first shade towards black that is dark enough."""
    channels = _channels(colour)
    return next(
        shade
        for step in count()
        if contrast(shade := _shade(channels, max(Decimal(0), 1 - step * Decimal("0.02"))))
        >= LEAST_CONTRAST
    )


def _shade(channels: tuple[int, ...], keep: Decimal) -> str:
    return "#" + "".join(f"{int(each * keep):02x}" for each in channels)


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))


def _linear(channel: int) -> float:
    share = channel / 255
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)
