"""Forms of the device desk: codes and ticks, and no free text."""

from typing import Any

from django import forms

from custodiet.entrypoints.web.forms import DayField, later
from custodiet.entrypoints.wording_devices import FAULT, IDENTIFIED, OUTCOME, REMOVAL
from custodiet.model.desk import Check, Identified, Removal
from custodiet.model.device import BATCH

MINUTES_MAX = 24 * 60


def _choice(label: str, words: dict[Any, str], wanted: str, but: tuple[Any, ...] = ()) -> forms.ChoiceField:
    choices = [(code.value, later(said.capitalize())) for code, said in words.items() if code not in but]
    return forms.ChoiceField(
        label=later(label), choices=choices, widget=forms.RadioSelect, error_messages={"required": later(wanted)}
    )


class NewDevice(forms.Form):
    """Take a device into stock."""

    serial = forms.CharField(
        label=later("Serial"),
        help_text=later("As it stands on the device and in what it sends."),
        max_length=128,
        error_messages={"required": later("Enter the serial")},
    )
    batch = forms.RegexField(
        rf"\A{BATCH.pattern}\Z",
        label=later("Model and batch (optional)"),
        help_text=later("As the maker writes them, for example PT-2 B17. Batteries are compared by it."),
        required=False,
        error_messages={"invalid": later("Letters, digits, spaces and . / _ - only, 40 at most")},
    )


class Checked(forms.Form):
    """What is made sure of before anyone wears it."""

    identified = _choice("How was it made sure who they are?", IDENTIFIED, "Say how they were identified")
    serial_read = forms.CharField(
        label=later("Serial, as you read it off the device now"),
        max_length=128,
        error_messages={"required": later("Read the serial off the device")},
    )
    fit_checked = forms.BooleanField(
        label=later("It sits right, a finger fits under the strap, and it does not hurt"),
        error_messages={"required": later("See that it sits right, and say so")},
    )

    def check(self) -> Check:
        """As the flow takes it."""
        told = self.cleaned_data
        return Check(Identified(told["identified"]), told["serial_read"], fit_checked=told["fit_checked"])


class FitForm(Checked):
    """Fit it to a person."""

    reference = forms.CharField(
        label=later("Case reference"), max_length=64, error_messages={"required": later("Enter the case’s reference")}
    )
    field_order = ("reference", "identified", "serial_read", "fit_checked")


class SwapForm(Checked):
    """Another one in its place."""

    other = forms.CharField(
        label=later("Serial of the device that goes on instead"),
        help_text=later("One that is in stock."),
        max_length=128,
        error_messages={"required": later("Enter the serial of the other device")},
    )
    field_order = ("other", "identified", "serial_read", "fit_checked")


class RemoveForm(forms.Form):
    """It is off."""

    reason = _choice("Why does it come off?", REMOVAL, "Say why it comes off", but=(Removal.SWAP,))
    minutes = forms.IntegerField(
        label=later("How many minutes ago did it come off?"),
        help_text=later("0 for now. Up to 60, or 1440 (a day) for a medical removal: its sensors accuse nobody then."),
        initial=0,
        min_value=0,
        max_value=MINUTES_MAX,
        error_messages={
            "required": later("Enter 0, or how many minutes ago"),
            "invalid": later("Enter a whole number of minutes"),
            "min_value": later("Enter 0 or more"),
            "max_value": later("Enter 1440 or less"),
        },
    )


class InspectForm(forms.Form):
    """Somebody looked at it."""

    outcome = _choice("What did you find?", OUTCOME, "Say what you found")


class FaultForm(forms.Form):
    """It is faulty."""

    fault = _choice("What is wrong with it?", FAULT, "Say what is wrong")
    since = DayField(
        label=later("Since which day"),
        help_text=later("What it raised since then speaks against nobody, whoever wore it."),
        error_messages={"required": later("Enter the day on which the fault began")},
    )


class MendedForm(forms.Form):
    """It is well again; nothing to fill in."""
