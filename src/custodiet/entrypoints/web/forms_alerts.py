"""Forms of the alert desk."""

from typing import Any

from django import forms

from custodiet.entrypoints.web.forms import later
from custodiet.entrypoints.wording_alerts import EXCUSES
from custodiet.model.alert import AlertMove
from custodiet.rules.alerts import WITH_REASONS

TEXT_MAX = 4000


def _words(label: str, hint: str) -> forms.CharField:
    return forms.CharField(
        label=later(label), help_text=later(hint), widget=forms.Textarea, max_length=TEXT_MAX, required=False
    )


class MoveForm(forms.Form):
    """One move; those that say why ask for it. What is missing, the rules say."""

    def __init__(self, move: AlertMove, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        if move in WITH_REASONS:
            self.fields["reasons"] = _words(
                "Reasons", "Sealed for this person. Say what you looked at and whom you asked."
            )


class ReplyForm(forms.Form):
    """What the person says to an enquiry."""

    excuse = forms.ChoiceField(
        label=later("What they say of it"),
        choices=[(code.value, later(words)) for code, words in EXCUSES.items()],
        widget=forms.RadioSelect,
        error_messages={"required": later("Choose one")},
    )
    words = _words("In their words", "Sealed for this person.")
