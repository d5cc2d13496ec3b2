"""How long a month is, wherever money or conversions a month are told: a twelfth of a year."""

DAYS_A_MONTH = 365.25 / 12
