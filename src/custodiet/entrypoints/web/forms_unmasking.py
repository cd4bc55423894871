"""Forms for unmasking: the request, and a third person's answer to it."""

from django import forms

from custodiet.entrypoints.web.forms import later
from custodiet.entrypoints.web.forms_deciding import TEXT_MAX, coded
from custodiet.entrypoints.web.forms_looking import LessForm
from custodiet.model.unmask import Article9, NotEnough


class UnmaskForm(LessForm):
    """A request to see a window that was read without masking, or less of it."""

    not_enough = forms.ChoiceField(
        label=later("Why is the masked reading not enough?"),
        choices=coded(NotEnough),
        widget=forms.RadioSelect,
        error_messages={"required": later("Choose why it is not enough")},
    )
    condition = forms.ChoiceField(
        label=later("Which condition for special category data does it rest on?"),
        help_text=later("Consent is none: whoever is monitored is not free to refuse, and has their own whole copy."),
        choices=coded(Article9),
        widget=forms.RadioSelect,
        error_messages={"required": later("Choose the condition")},
    )
    why = forms.CharField(
        label=later("Why is it needed, and why would nothing less do?"),
        help_text=later("Sealed for this case before it is kept. The person sees that you asked."),
        widget=forms.Textarea,
        max_length=TEXT_MAX,
        error_messages={"required": later("Say why it is needed")},
    )
    field_order = ("not_enough", "condition", "why", "later_by", "less_by")


class UnmaskYesForm(LessForm):
    """A third person's yes, perhaps to less time."""

    words = forms.CharField(
        label=later("Why it is needed, and why no less would do"),
        help_text=later("Sealed for this case before it is kept."),
        widget=forms.Textarea,
        max_length=TEXT_MAX,
        error_messages={"required": later("Say why it is needed")},
    )
