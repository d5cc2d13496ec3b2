"""What the text ads of this world say."""

from __future__ import annotations

from sandbox.noise import noise
from sandbox.state import state
from sandbox.world import Ad

# At most 25 and 75 characters: a question, a number, an offer, a promise, a voice.
_WORDS = (
    ("Still ordering by fax?", "See how 40 outdoor teams order gear in two clicks. Free trial."),
    ("Gear for 40 people", "One invoice, one delivery, one contact. Ask for a quote today."),
    ("Samples on the house", "Three jackets to try for a week. Send them back at our expense."),
    ("Built for ten winters", "Repaired for free as long as your team wears it. Learn more."),
    ("“They asked for more”", "Why a mountain rescue service changed its supplier after 12 years."),
    ("20 % off team orders", "From 25 pieces, until the end of the month. Prices on the page."),
)


def words_of(ad: Ad) -> tuple[str, str]:
    """Headline and description, the same for the same seed."""
    return _WORDS[noise(state().world.seed, int(ad.id)) % len(_WORDS)]
