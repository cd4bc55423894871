"""Forms for a look without a second person: what it is for, and what was found of it afterwards."""

from datetime import datetime, timedelta

from django import forms

from custodiet.entrypoints.web.forms import later
from custodiet.entrypoints.web.forms_deciding import TEXT_MAX, coded
from custodiet.entrypoints.web.forms_looking import hours_of
from custodiet.model.condition import Interval
from custodiet.model.glass import WINDOW_MAX, Danger
from custodiet.model.look_up import Precision, Tried

_HOUR = timedelta(hours=1)
LONG = range(1, WINDOW_MAX // _HOUR + 1)
AGO = (1, 2, 3, 4, 6, 8, 12, 16, 20)
"""Hours: each of them, and the longest window before it, is well within the last day."""


class GlassForm(forms.Form):
    """A look without a second person."""

    danger = forms.ChoiceField(
        label=later("Whose life is in danger?"),
        choices=coded(Danger),
        widget=forms.RadioSelect,
        error_messages={"required": later("Say whose life is in danger")},
    )
    why = forms.CharField(
        label=later("What is the danger, and how do you know?"),
        help_text=later("Sealed for this case before it is kept. The data protection officer reads it."),
        widget=forms.Textarea,
        max_length=TEXT_MAX,
        error_messages={"required": later("Say what the danger is")},
    )
    tried = forms.MultipleChoiceField(
        label=later("What was tried before?"),
        choices=[
            *coded(one for one in Tried if one is not Tried.CONTACT_WOULD_HARM),
            (Tried.CONTACT_WOULD_HARM.value, later("Nobody was asked, since that would do harm: say above why")),
        ],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": later("Say what was tried; to ring them is the least of it")},
    )
    hours = forms.ChoiceField(
        label=later("For how long"), help_text=later("Two hours at most"), choices=hours_of(LONG), initial="1"
    )
    ago = forms.ChoiceField(
        label=later("Up to"),
        help_text=later("Earlier only where the device has been silent since"),
        choices=[
            ("0", later("now")),
            *((str(one), later("one hour ago" if one == 1 else f"{one} hours ago")) for one in AGO),
        ],
        initial="0",
    )
    precision = forms.ChoiceField(
        label=later("How exact"),
        choices=coded(Precision),
        widget=forms.RadioSelect,
        initial=Precision.FULL.value,
        error_messages={"required": later("Choose how exact")},
    )

    def window(self, now: datetime) -> Interval:
        """What is to be shown."""
        until = now - timedelta(hours=int(self.cleaned_data["ago"]))
        return Interval(until - timedelta(hours=int(self.cleaned_data["hours"])), until)
