"""The form of what advice is measured against: a field for each amount and each threshold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, StringField
from wtforms.form import BaseForm

from app.advice.preferences import (
    ORDERED,
    TARGET_CPA,
    Preferences,
    Refused,
    budget_field,
    threshold_field,
)
from app.errors import Invalid
from app.metrics.platforms import platform_label
from app.web import threshold_fields as words

CURRENCY, BASED_ON = "currency", "based_on"
_ABOVE = dict(ORDERED)


def make_form(
    present: Preferences,
    edition: str,
    currency: str,
    platforms: Sequence[str],
    sent: MultiDict[str, str] | None = None,
) -> BaseForm:
    """Fields are called as complaints about them are; one that was not sent stays as it is."""
    fields = {
        CURRENCY: HiddenField(),
        BASED_ON: HiddenField(),
        TARGET_CPA: StringField(f"Target CPA ({currency})"),
        budget_field(""): StringField(f"All platforms together ({currency})"),
    }
    data = {CURRENCY: currency, BASED_ON: edition, TARGET_CPA: _amount(present.target_cpa)}
    for slug in platforms:
        fields[budget_field(slug)] = StringField(f"{platform_label(slug)} ({currency})")
    for slug in ("", *platforms):
        data[budget_field(slug)] = _amount(present.monthly_budgets.get(slug))
    for name, shown in words.FIELDS.items():
        unit = words.unit(name, currency)
        label = f"{shown.label} ({unit})" if unit else shown.label
        fields[threshold_field(name)] = StringField(label)
        data[threshold_field(name)] = words.text(name, getattr(present.thresholds, name))
    form = BaseForm(fields)
    form.process(sent, data=data)
    return form


def read_form(form: BaseForm, currency: str, platforms: Sequence[str]) -> Preferences:
    """What was typed. Raises Refused with every field that cannot be read."""
    complaints: dict[str, str] = {}
    amounts = [TARGET_CPA, *(budget_field(slug) for slug in ("", *platforms))]
    read = {field: _read_amount(form, field, currency, complaints) for field in amounts}
    thresholds = {}
    for name in words.FIELDS:
        field = threshold_field(name)
        try:
            thresholds[name] = words.threshold(name, _typed(form, field), currency)
        except Invalid as error:
            complaints[field] = error.message
    if complaints:
        raise Refused(complaints)
    budgets = {
        slug: amount
        for slug in ("", *platforms)
        if (amount := read[budget_field(slug)]) is not None
    }
    return Preferences(read[TARGET_CPA], budgets, words.thresholds(thresholds))


def show_complaints(form: BaseForm, complaints: Mapping[str, str]) -> None:
    """Put each sentence beside its field, with thresholds called as they are there."""
    for field, sentence in complaints.items():
        form[field].errors = [sentence]
    for less, more in _ABOVE.items():
        field = threshold_field(less)
        if complaints.get(field, "").endswith(f" {more}."):
            form[field].errors = [f"It may not be above “{words.FIELDS[more].label}”."]


def _read_amount(
    form: BaseForm, field: str, currency: str, complaints: dict[str, str]
) -> Decimal | None:
    typed = _typed(form, field)
    try:
        return words.amount(typed, currency) if typed else None
    except Invalid as error:
        complaints[field] = error.message
        return None


def _typed(form: BaseForm, field: str) -> str:
    return (form[field].data or "").strip()


def _amount(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount.normalize():f}"
