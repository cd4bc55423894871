"""Forms for suspected misuse: report it, answer it."""

from typing import Any

from django import forms

from custodiet.entrypoints.web.forms import later
from custodiet.entrypoints.web.forms_deciding import TEXT_MAX, coded
from custodiet.model.misuse import Found


class ReportForm(forms.Form):
    """Which case, which entry, and what is suspected."""

    reference = forms.CharField(
        label=later("The case’s reference"), max_length=64, error_messages={"required": later("Enter the reference")}
    )
    entry = forms.IntegerField(
        label=later("The entry in which it stands"),
        help_text=later("The number beside it, on the list of who looked."),
        min_value=0,
        max_value=10**12,
        error_messages={"required": later("Enter the number of the entry"), "invalid": later("Enter a whole number")},
    )
    text = forms.CharField(
        label=later("What you suspect, and why"),
        help_text=later("Sealed before it is kept. The data protection officer reads it."),
        widget=forms.Textarea,
        max_length=TEXT_MAX,
        error_messages={"required": later("Say what you suspect")},
    )

    def __init__(self, *given: Any, known: bool = False, **named: Any) -> None:
        """`known`: the case and the entry stand in the address."""
        super().__init__(*given, **named)
        if known:
            del self.fields["reference"], self.fields["entry"]


class AnswerForm(forms.Form):
    """What was found, and why."""

    found = forms.ChoiceField(
        label=later("What you found"),
        choices=coded(Found),
        widget=forms.RadioSelect,
        error_messages={"required": later("Choose what you found")},
    )
    words = forms.CharField(
        label=later("What it rests on, and what follows"),
        help_text=later("Sealed before it is kept. Whoever reported it sees the outcome, and not these words."),
        widget=forms.Textarea,
        max_length=TEXT_MAX,
        error_messages={"required": later("Say what it rests on")},
    )
