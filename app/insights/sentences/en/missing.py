"""What kept a finding from going further, in English."""

from __future__ import annotations

from typing import NamedTuple


class Missing(NamedTuple):
    """`wanted` stands alone in a list, `because` ends a sentence; empty where none needs it."""

    wanted: str
    because: str = ""


MISSING = {
    "platforms": Missing(
        "A second platform that spends and reports revenue",
        "fewer than two platforms both spend and report revenue now",
    ),
    "store": Missing(
        "A shop's own orders over enough weeks",
        "no shop's own orders are connected for long enough, so demand cannot be told from "
        "advertising",
    ),
    "history": Missing("More nearly complete weeks", "there are too few nearly complete weeks"),
    "variation": Missing(
        "Spend that varies beyond season and demand",
        "spend has hardly varied beyond season and demand",
    ),
    "conversions": Missing("More conversions", "there are too few conversions"),
    "fresh_data": Missing("Data without a break", "a break in the data is open"),
    "recent_move": Missing(
        "Time for the last move to show", "the last move has not had time to show"
    ),
    "running_test": Missing(
        "The end of the test that is on or planned",
        "a test of these budgets is on or about to begin, and a move would disturb it",
    ),
    "room": Missing(
        "A move within what the history supports",
        "every move would go further than history supports",
    ),
    "demand": Missing(
        "Spend that does not follow demand, or more orders",
        "spend went up and down with demand, and there are too few orders to part the two",
    ),
    "difference": Missing(
        "Returns that differ clearly",
        "returns on the next unit of money are too alike or too uncertain",
    ),
    "target": Missing("A target of yours"),
    "comparable": Missing("Two campaigns of the same goal that reached more people"),
    "budget": Missing("The campaign's budget"),
}
