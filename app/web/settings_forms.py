"""The settings page's forms, each with a name of its own."""

from __future__ import annotations

from typing import Any

from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    FileField,
    Form,
    PasswordField,
    SelectField,
    StringField,
)
from wtforms.validators import InputRequired

from app.accounts import places, rates
from app.insights.languages import NAMES
from app.web import access

REVENUE = {
    "auto": "The shop’s, else the platforms’",
    "store": "The shop’s",
    "reported": "What the platforms report",
}


class SectionForm(Form):  # type: ignore[misc]  # wtforms ships no types
    """One of the page's forms; its name keeps its fields apart from the others'."""

    section = ""

    def __init__(self, sent: Any = None, **present: Any) -> None:
        super().__init__(sent, prefix=self.section, **present)


class ProfileForm(SectionForm):
    """What a person is called."""

    section = "profile"
    name = StringField("Your name", [InputRequired("Write your name.")])


class EmailForm(SectionForm):
    """What a person signs in with."""

    section = "email"
    email = EmailField("New e-mail address", [InputRequired("Write the new address.")])
    current = PasswordField("Your password", [InputRequired("Write your password.")])


class PasswordForm(SectionForm):
    """The current password and the next one."""

    section = "password"
    current = PasswordField("Current password", [InputRequired("Write your current password.")])
    password = PasswordField("New password", [InputRequired("Choose a password.")])


class WorkspaceForm(SectionForm):
    """How this workspace sees money and days."""

    section = "workspace"
    name = StringField("Workspace name", [InputRequired("Write a name for the workspace.")])
    currency = SelectField("Currency")
    time_zone = SelectField("Time zone")
    target_roas = StringField("Target ROAS")
    revenue = SelectField("Revenue shown", choices=REVENUE)
    report_language = SelectField("Language of reports", choices=NAMES, validate_choice=False)
    with_tax = BooleanField("Tax")
    with_shipping = BooleanField("Shipping")

    def __init__(self, sent: Any = None, **present: Any) -> None:
        super().__init__(sent, **present)
        self.currency.choices = places.currency_names()
        own = access.workspace().time_zone
        self.time_zone.choices = sorted({*places.time_zones(), own})


class RateForm(SectionForm):
    """What one euro is worth."""

    section = "rate"
    currency = SelectField("Currency")
    from_day = DateField("First day it counts for", [InputRequired("Choose its first day.")])
    units_per_eur = StringField("Units for one euro", [InputRequired("Write the rate.")])

    def __init__(self, sent: Any = None, **present: Any) -> None:
        super().__init__(sent, **present)
        self.currency.choices = {
            code: name for code, name in places.currency_names().items() if code != rates.EURO
        }


class NewWorkspaceForm(SectionForm):
    """One more workspace; the rest is as in the present one."""

    section = "new"
    title = StringField("Name", [InputRequired("Write a name for the workspace.")])


class ModelForm(SectionForm):
    """What language models may cost."""

    section = "model"
    cap = StringField("Most to spend in a month, in US dollars")


class BrandForm(SectionForm):
    """What reports look like."""

    section = "brand"
    colour = StringField("Colour")
    logo = FileField("Logo", name="logo")
