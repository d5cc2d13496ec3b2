"""The labels of an English report."""

from __future__ import annotations

from app.reports.languages.labels import Labels

LABELS = Labels(
    ratings={
        "excellent": "Excellent",
        "good": "Good",
        "fair": "Fair",
        "poor": "Poor",
        "early": "Too early to say",
    },
    rating_rule=(
        "With a target: Excellent from 120% of the target ROAS, Good from 100%, Fair from 80%, "
        "else Poor; one step lower when ROAS also fell by more than 10% and more than chance "
        "explains. Without one: Good when ROAS rose by more than 10% and more than chance "
        "explains, Poor when it fell so, else Fair. Too early to say with fewer than 30 "
        "conversions, with more than half of the spend on days less than a week old, or with "
        "neither a target nor a comparison."
    ),
)
