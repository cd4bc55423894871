"""Forms of the alert desk."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any

from django import forms

from custodiet.entrypoints.web.forms import later
from custodiet.entrypoints.wording_alerts import CAME_OF, DIRECTIONS, EXCUSES, HOWS, VERIFIED
from custodiet.model.alert import AlertMove
from custodiet.model.contact_record import Direction
from custodiet.rules.alerts import WITH_REASONS

TEXT_MAX = 4000
ASIDE_HOURS = {
    1: later("1 hour"),
    2: later("2 hours"),
    4: later("4 hours"),
    12: later("12 hours"),
    24: later("1 day"),
    72: later("3 days"),
    168: later("7 days"),
}
"""For how long an alert can be set aside, in words; the rules say which of them fit."""


def _words(label: str, hint: str) -> forms.CharField:
    return forms.CharField(
        label=later(label), help_text=later(hint), widget=forms.Textarea, max_length=TEXT_MAX, required=False
    )


def _one_of(label: str, codes: Mapping[StrEnum, str], hint: str = "", *, required: bool = True) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=later(label),
        help_text=later(hint) if hint else "",
        choices=[(code.value, later(words)) for code, words in codes.items()],
        widget=forms.RadioSelect,
        required=required,
        error_messages={"required": later("Choose one")},
    )


class MoveForm(forms.Form):
    """One move; those that say why ask for it. What is missing, the rules say."""

    def __init__(self, move: AlertMove, *given: Any, most: timedelta | None = None, **named: Any) -> None:
        """`most`: of a suspension, how long it may still be."""
        super().__init__(*given, **named)
        if move is AlertMove.SUSPEND:
            fit = [one for one in ASIDE_HOURS if most is None or timedelta(hours=one) <= most]
            self.fields["hours"] = forms.TypedChoiceField(
                coerce=int,
                label=later("For how long"),
                help_text=later("Then it is back in the queue by itself."),
                choices=[(one, ASIDE_HOURS[one]) for one in fit or [min(ASIDE_HOURS)]],
                widget=forms.RadioSelect,
                error_messages={"required": later("Choose for how long")},
            )
        if move in WITH_REASONS:
            self.fields["reasons"] = _words(
                "Reasons", "Sealed for this person. Say what you looked at and whom you asked."
            )


class ReplyForm(forms.Form):
    """What the person says to an enquiry."""

    excuse = _one_of("What they say of it", EXCUSES)
    words = _words("In their words", "Sealed for this person.")


class ContactForm(forms.Form):
    """That the person was tried about an alert, or that they called."""

    direction = _one_of("Who tried whom", DIRECTIONS)
    how = _one_of("How", HOWS)
    outcome = _one_of("What came of it", CAME_OF)
    verified = _one_of("How you knew who called", VERIFIED, "Only where they called us.", required=False)
    words = _words("What was said", "Sealed for this person. Not needed.")

    def clean(self) -> dict[str, Any]:
        """A call in says how it was known who called, and nothing else does."""
        told: dict[str, Any] = super().clean() or self.cleaned_data
        called, verified = told.get("direction") == Direction.IN, told.get("verified")
        if called and not verified:
            self.add_error("verified", later("Choose how you knew who called"))
        if not called and verified and "direction" in told:
            self.add_error("verified", later("Leave this out where we tried them"))
        return told
