"""The form by which a right is asked to be restricted: one right, one time, weighed for this person."""

from datetime import datetime, timedelta
from typing import Any

from django import forms

from custodiet.entrypoints.web.forms import DateField, later
from custodiet.entrypoints.web.forms_deciding import TEXT_MAX, coded
from custodiet.entrypoints.web.forms_looking import moment
from custodiet.entrypoints.web.languages import say
from custodiet.model.condition import Interval
from custodiet.model.restricting import Ground, Right


def _words(label: str, empty: str) -> forms.CharField:
    return forms.CharField(
        label=later(label),
        help_text=later("For this person, this time. Sealed before it is kept; who answers reads it."),
        widget=forms.Textarea,
        max_length=TEXT_MAX,
        error_messages={"required": later(empty)},
    )


class RestrictionForm(forms.Form):
    """Which right, about which time, on which ground, until when; the weighing; whether the person is told."""

    right = forms.ChoiceField(
        label=later("Which right"),
        choices=coded(Right),
        widget=forms.RadioSelect,
        error_messages={"required": later("Choose one right")},
    )
    ground = forms.ChoiceField(
        label=later("On which ground"),
        choices=coded(Ground),
        widget=forms.RadioSelect,
        error_messages={"required": later("Choose the ground")},
    )
    first = DateField(
        label=later("The first day it is about"),
        help_text=later("For example 27 3 2031. Days that have passed, three months at most."),
        error_messages={"required": later("Enter the first day")},
    )
    last = DateField(label=later("The last day it is about"), error_messages={"required": later("Enter the last day")})
    until = DateField(
        label=later("The day on which it ends"),
        help_text=later("Within 28 days. It ends then by itself; what needs longer is weighed afresh."),
        error_messages={"required": later("Enter the day on which it ends")},
    )
    prejudice = _words("What would be prejudiced, and how", "Say what would be prejudiced, and how")
    vulnerability = _words("How vulnerable the person may be", "Say how vulnerable the person may be")
    rights = _words(
        "Their rights and freedoms, and what else binds us",
        "Say what their rights and freedoms weigh, and what binds us",
    )
    proportion = _words(
        "Why it is necessary, and no more than necessary", "Say why it is necessary, and no more than necessary"
    )
    told = forms.ChoiceField(
        label=later("Is the person told that this right is restricted"),
        choices=(("yes", later("Yes")), ("no", later("No: telling them would defeat it"))),
        widget=forms.RadioSelect,
        error_messages={"required": later("Choose whether the person is told")},
    )
    untold = forms.CharField(
        label=later("If not: why telling would defeat it"), widget=forms.Textarea, max_length=TEXT_MAX, required=False
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("first") and given.get("last") and given["last"] < given["first"]:
            self.add_error("last", say("The last day is not before the first"))
        return given

    def restriction(self, now: datetime) -> dict[str, Any]:
        """The restriction, as `ask_restriction` takes it. Of today it is about what has passed of it."""
        given = self.cleaned_data
        first, after = moment(given["first"]), moment(given["last"]) + timedelta(days=1)
        if given["last"] == now.date() and first < now:
            after = now
        return {
            "right": Right(given["right"]),
            "ground": Ground(given["ground"]),
            "window": Interval(first, after),
            "until_at": moment(given["until"]),
            "said": {part: given[part] for part in ("prejudice", "vulnerability", "rights", "proportion")},
            "told": given["told"] == "yes",
            "untold": given["untold"],
        }
