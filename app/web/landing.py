"""The page a visitor sees first, and the figures its drawing shows."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template

blueprint = Blueprint("landing", __name__)


@dataclass(frozen=True, slots=True)
class Picture:
    """Invented figures for the drawing of the dashboard."""

    cards: tuple[tuple[str, str, str, str, str, str, tuple[int, ...]], ...]
    platforms: tuple[tuple[str, str, str, int], ...]
    revenue: tuple[int, ...]
    before: tuple[int, ...]
    spend: tuple[int, ...]


SPEND = (41, 47, 49, 44, 42, 39, 44, 45, 48, 47, 44, 45, 44, 43, 42, 44, 47, 48, 47, 44, 46, 45)
REVENUE = (28, 35, 38, 47, 42, 35, 41, 45, 48, 43, 40, 40, 39, 41, 40, 40, 49, 42, 40, 41, 39, 44)
BEFORE = (24, 26, 30, 36, 31, 27, 29, 36, 39, 33, 30, 30, 31, 31, 30, 31, 38, 32, 31, 30, 30, 32)
PICTURE = Picture(
    cards=(
        ("Spend", "", "$24,580", "neutral", "12%", "arrow-up-right", SPEND),
        ("Revenue", "store", "$86,420", "better", "24%", "arrow-up-right", REVENUE),
        ("ROAS", "target 3.0x", "3.52x", "better", "11%", "arrow-up-right", BEFORE),
        ("Conversions", "", "1,842", "worse", "3%", "arrow-down-right", REVENUE[::-1]),
    ),
    platforms=(
        ("meta", "Meta", "$14,748", 60),
        ("google", "Google", "$7,374", 30),
        ("linkedin", "LinkedIn", "$2,458", 10),
    ),
    revenue=(*REVENUE, 47, 62, 52, 46, 51, 47, 48, 55),
    before=(*BEFORE, 34, 46, 38, 34, 36, 35, 35, 40),
    spend=(*SPEND, 47, 50, 46, 47, 44, 45, 46, 48),
)


@blueprint.get("/")
def index() -> str:
    """What Growzzy does, what it costs, and where to begin."""
    return render_template("landing/index.html", picture=PICTURE)
