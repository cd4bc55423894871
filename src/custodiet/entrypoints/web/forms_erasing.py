"""Forms for holds and quarantine: ask for a hold, write down what became of the person's copy, decide to erase."""

from datetime import timedelta
from typing import Any

from django import forms

from custodiet.entrypoints.web.forms import DateField, later
from custodiet.entrypoints.web.forms_deciding import TEXT_MAX, coded, one_of
from custodiet.entrypoints.web.forms_looking import moment
from custodiet.entrypoints.web.languages import say
from custodiet.model.condition import Interval
from custodiet.model.erasing import CopyStep, HoldFor
from custodiet.model.mode import Category


class HoldForm(forms.Form):
    """What is to be kept past its rule, until when, at whose request and why."""

    category = forms.ChoiceField(
        label=later("What is to be kept"),
        choices=coded((Category.TRAIL, Category.EVIDENCE)),
        widget=forms.RadioSelect,
        error_messages={"required": later("Choose what is to be kept")},
    )
    first = DateField(
        label=later("The first day it is about"),
        help_text=later("For example 27 3 2031. Three months at a time at most."),
        error_messages={"required": later("Enter the first day")},
    )
    last = DateField(label=later("The last day it is about"), error_messages={"required": later("Enter the last day")})
    until = DateField(
        label=later("Until when it is kept"),
        help_text=later("A day within a year. It ends then by itself."),
        error_messages={"required": later("Enter the day on which it ends")},
    )
    asked_for = forms.ChoiceField(
        label=later("At whose request"),
        choices=coded(HoldFor),
        widget=forms.RadioSelect,
        error_messages={"required": later("Choose at whose request")},
    )
    why = forms.CharField(
        label=later("What it is kept for, and why the rule’s time does not do"),
        help_text=later("Sealed for this case before it is kept. Whoever says yes reads it."),
        widget=forms.Textarea,
        max_length=TEXT_MAX,
        error_messages={"required": later("Say what it is kept for")},
    )

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        if told.get("first") and told.get("last") and told["last"] < told["first"]:
            self.add_error("last", say("The last day is not before the first"))
        return told

    def hold(self) -> dict[str, Any]:
        """The hold, as `ask_hold` takes it."""
        told = self.cleaned_data
        return {
            "category": Category(told["category"]),
            "window": Interval(moment(told["first"]), moment(told["last"]) + timedelta(days=1)),
            "until_at": moment(told["until"]),
            "asked_for": HoldFor(told["asked_for"]),
            "why": told["why"],
        }


class CopyForm(forms.Form):
    """A step with the person's copy: it is offered first, then they answer."""

    step = forms.ChoiceField(label=later("What happened"), error_messages={"required": later("Choose one")})

    def __init__(self, *given: Any, offered: bool, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["step"].choices = one_of(one for one in CopyStep if (one is CopyStep.OFFERED) is not offered)


class EraseForm(forms.Form):
    """The data protection officer's decision that what is in quarantine goes."""

    why = forms.CharField(
        label=later("Why it is erased"),
        help_text=later("Sealed for this case before it is kept."),
        widget=forms.Textarea,
        max_length=TEXT_MAX,
        error_messages={"required": later("Say why it is erased")},
    )
