"""The thresholds of every rule. A workspace may change them; these are the defaults."""

from __future__ import annotations

from typing import Annotated

import msgspec

Share = Annotated[float, msgspec.Meta(gt=0, lt=1)]
Positive = Annotated[float, msgspec.Meta(gt=0, le=1000)]
Multiple = Annotated[float, msgspec.Meta(gt=1, le=1000)]
Count = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
Days = Annotated[int, msgspec.Meta(ge=1, le=366)]


class Thresholds(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Money is in the workspace's currency, shares are of one.

    `reallocation_*`: gates of the classes. `money_at_stake`: the share of the period's spend below
    which nothing is said. `ignore_spend_below` is what a thing has to have spent beyond that; none
    by default, for amounts mean little across currencies. `break_even_roas`: what pays for itself,
    1 ÷ the margin; 0 where margins are not known. `zero_result_multiple`: spend without a
    result, in target CPAs. `noise_rate`: how often all comparisons of one period together may find
    something where there is only noise. `least_change`: a smaller change is not worth a sentence.
    `over_claimed`: claimed ÷ sold of all platforms together. `least_shift`: a level that shifted by
    less is no alarm; 0.15 is 15 % up or 13 % down. `budget_used_days`: the share of the last 14
    days on which a budget was used up. `learning_results`: conversions a week that end a learning
    phase, `learning_days` how long one may last before it is told.
    """

    reallocation_recommend: Share = 0.90
    reallocation_recommend_small: Share = 0.95
    reallocation_leaning: Share = 0.85
    reallocation_testing: Share = 0.80
    information_recommend: Share = 0.3
    information_leaning: Share = 0.2
    settled_weeks: Annotated[int, msgspec.Meta(ge=4, le=104)] = 10
    conversions_each: Count = 30
    step_cap: Share = 0.20
    step_cap_leaning: Share = 0.10
    quarter_cap: Share = 0.30
    above_highest: Annotated[float, msgspec.Meta(ge=1, le=1000)] = 1.3
    days_between_moves: Days = 28

    money_at_stake: Share = 0.02
    ignore_spend_below: Annotated[float, msgspec.Meta(ge=0, le=1e12)] = 0
    break_even_roas: Annotated[float, msgspec.Meta(ge=0, le=1000)] = 0
    zero_result_multiple: Positive = 3
    concern_cpa_multiple: Multiple = 1.5
    concern_cpa_conversions: Count = 40
    change_z: Positive = 3
    noise_rate: Annotated[float, msgspec.Meta(ge=0.0001, le=0.5)] = 0.05
    least_change: Share = 0.10
    over_claimed: Multiple = 1.2
    cpm_shock: Positive = 0.40
    frequency_prospecting: Positive = 3
    frequency_retargeting: Positive = 5
    pacing_under: Share = 0.75
    pacing_over: Multiple = 1.25
    budget_used: Share = 0.95
    budget_used_days: Share = 0.7
    learning_results: Positive = 50
    learning_days: Days = 14

    cusum_reference: Positive = 0.75
    cusum_decision: Positive = 6.5
    cusum_decision_cpc: Positive = 5
    least_shift: Share = 0.15
    count_tail: Share = 0.0005
    incident_days: Days = 7
    spend_spike: Multiple = 2.0

    fatigue_z: Positive = 3
    fatigue_ratio: Share = 0.85
    fatigue_days: Days = 3
    fatigue_from_day: Annotated[int, msgspec.Meta(ge=18, le=366)] = 21


DEFAULTS = Thresholds()
