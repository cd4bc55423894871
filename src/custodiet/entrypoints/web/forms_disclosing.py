"""Forms for what agencies ask: the request, the second person's answer, a recall, an assessment, a sample."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms

from custodiet.entrypoints.web.forms import DateField, later
from custodiet.entrypoints.web.forms_deciding import TEXT_MAX, coded, one_of
from custodiet.entrypoints.web.forms_looking import HOURS, LessForm, NoForm, hours_of, moment, time_field
from custodiet.entrypoints.web.languages import say
from custodiet.entrypoints.wording_deciding import said
from custodiet.model.condition import Interval
from custodiet.model.disclosure import Basis, Cut, RecalledAs, RefusedAs, Verified, Wanted
from custodiet.model.identity import SchemeId
from custodiet.model.look_up import Precision
from custodiet.model.register import Recipient, RegisteredPurpose

_WINDOW = "window"


class RequestForm(forms.Form):
    """An agency's request. When it is for what nobody gives, nothing else of it is asked for."""

    wanted = forms.ChoiceField(
        label=later("What do they want?"),
        choices=[(_WINDOW, later("Where this person was, at a time that has passed")), *coded(Wanted)],
        widget=forms.RadioSelect,
        error_messages={"required": later("Choose what they want")},
    )
    recipient = forms.ChoiceField(
        label=later("Agency"), help_text=later("As the register names those who may be given data"), required=False
    )
    purpose = forms.ChoiceField(label=later("Purpose"), help_text=later("As the register names it"), required=False)
    said = forms.CharField(
        label=later("Who asks, and what they say"),
        help_text=later(
            "Name, office and how to reach them; their reference; why, how it would help, why less would not do; "
            "the provision they rely on. Sealed for this case before it is kept."
        ),
        widget=forms.Textarea,
        max_length=TEXT_MAX,
        required=False,
    )
    basis = forms.ChoiceField(
        label=later("What do they rest it on?"),
        choices=coded(Basis),
        initial=Basis.REQUEST,
        widget=forms.RadioSelect,
        required=False,
    )
    order = forms.CharField(
        label=later("The order"),
        help_text=later("Only where a court ordered it: which court, its number, its date. Sealed before it is kept."),
        max_length=TEXT_MAX,
        required=False,
    )
    verified = forms.ChoiceField(
        label=later("How do you know that they are who they say?"),
        choices=coded(Verified),
        widget=forms.RadioSelect,
        required=False,
    )
    signed = DateField(
        label=later("The day on which it was signed"),
        help_text=later("Leave empty while nobody has signed it. Only an urgent one may be signed afterwards."),
        required=False,
    )
    urgent = forms.BooleanField(
        label=later("It is urgent: somebody is in danger, and it cannot wait for an assessment"),
        help_text=later("Two people all the same. The data protection officer looks into it within a day."),
        required=False,
    )
    day = DateField(label=later("The day they ask about"), help_text=later("For example 27 3 2031"), required=False)
    start = time_field("From", "Such as 21:00 (UTC)", required=False)
    hours = forms.ChoiceField(
        label=later("For how long"), choices=[("", later("Choose one")), *hours_of(HOURS)], required=False
    )
    precision = forms.ChoiceField(
        label=later("How exact"), choices=coded(reversed(Precision)), widget=forms.RadioSelect, required=False
    )
    cut = forms.ChoiceField(label=later("What of it"), choices=coded(Cut), widget=forms.RadioSelect, required=False)
    recipient_key = forms.CharField(
        label=later("Their public key"),
        help_text=later(
            "It begins with age1. Only whoever has the other half can open the pack. Ask for it in writing."
        ),
        max_length=62,
        required=False,
    )

    def __init__(
        self, recipients: Iterable[Recipient], purposes: Iterable[RegisteredPurpose], *given: Any, **named: Any
    ) -> None:
        super().__init__(*given, **named)
        choose = ("", later("Choose one"))
        self.fields["recipient"].choices = [choose, *((one.code, one.name) for one in recipients)]
        self.fields["purpose"].choices = [choose, *((one.code, one.title) for one in purposes)]

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        if told.get("wanted") != _WINDOW:
            return told
        needed = ("recipient", "purpose", "verified", "day", "start", "hours", "precision", "cut", "recipient_key")
        for name in needed:
            if not told.get(name) and name not in self.errors:
                self.add_error(name, say("This is needed for a request"))
        return told

    def turned_away(self) -> Wanted | None:
        """What nobody gives, if that is wanted."""
        wanted = self.cleaned_data["wanted"]
        return None if wanted == _WINDOW else Wanted(wanted)

    def request(self) -> dict[str, Any]:
        """The request, as `take_request` takes it."""
        told = self.cleaned_data
        start = moment(told["day"], told["start"])
        signed = told["signed"]
        return {
            "recipient": told["recipient"],
            "purpose": told["purpose"],
            "verified": Verified(told["verified"]),
            "signed_at": None if signed is None else moment(signed),
            "urgent": told["urgent"],
            "window": Interval(start, start + timedelta(hours=int(told["hours"]))),
            "precision": Precision(told["precision"]),
            "cut": Cut(told["cut"]),
            "recipient_key": told["recipient_key"].strip(),
            "said": told["said"],
            "basis": Basis(told["basis"] or Basis.REQUEST),
            "order": told["order"],
        }


class ReleaseForm(LessForm):
    """The second person's yes, perhaps to less."""

    less_exact = forms.ChoiceField(
        label=later("How exact"),
        choices=[("", later("As asked")), *((one.value, later(said(one))) for one in Precision)],
        required=False,
    )
    less_of_it = forms.ChoiceField(
        label=later("What of it"),
        choices=[("", later("As asked")), *((one.value, later(said(one))) for one in Cut)],
        required=False,
    )
    words = forms.CharField(
        label=later("Why it is needed, and why no less would do"),
        help_text=later("Needed unless it is urgent. Sealed for this case before it is kept."),
        widget=forms.Textarea,
        max_length=TEXT_MAX,
        required=False,
    )

    def less(self, asked: Interval) -> dict[str, Any]:
        """What is left of what was asked. Raises IllegalValue when nothing is."""
        told = self.cleaned_data
        return {
            "window": self.window(asked),
            "precision": Precision(told["less_exact"]) if told["less_exact"] else None,
            "cut": Cut(told["less_of_it"]) if told["less_of_it"] else None,
            "words": told["words"],
        }


class RefuseForm(NoForm):
    """A no to an agency's request."""

    codes = RefusedAs


class RecallForm(forms.Form):
    """Ask for a pack back."""

    recalled_as = forms.ChoiceField(
        label=later("Why"), choices=one_of(RecalledAs), error_messages={"required": later("Choose why")}
    )


class AssessForm(forms.Form):
    """What was urgent, looked into afterwards."""

    upheld = forms.ChoiceField(
        label=later("Was it needed, and as little as would do?"),
        choices=[("yes", later("Yes")), ("no", later("No"))],
        widget=forms.RadioSelect,
        error_messages={"required": later("Say whether it was needed")},
    )
    found = forms.CharField(
        label=later("What you found"),
        help_text=later("Sealed for this case before it is kept."),
        widget=forms.Textarea,
        max_length=TEXT_MAX,
        error_messages={"required": later("Say what you found")},
    )


class CallForm(forms.Form):
    """What somebody on the telephone wants that nobody gives, as it is noted."""

    scheme = forms.ChoiceField(label=later("Scheme"), error_messages={"required": later("Choose a scheme")})
    wanted = forms.ChoiceField(
        label=later("What do they want?"),
        choices=coded(Wanted),
        widget=forms.RadioSelect,
        error_messages={"required": later("Choose what they want")},
    )

    def __init__(self, schemes: Iterable[tuple[SchemeId, str]], *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["scheme"].choices = [("", later("Choose one")), *schemes]


class SampleForm(forms.Form):
    """Draw from a month that is over."""

    scheme = forms.ChoiceField(label=later("Scheme"))
    month = forms.RegexField(
        r"^\d{4}-(0[1-9]|1[0-2])$",
        label=later("Month"),
        help_text=later("One that is over, such as 2031-03. It is drawn by chance, once."),
        error_messages={"required": later("Enter a month"), "invalid": later("Enter a month, such as 2031-03")},
    )

    def __init__(self, schemes: Iterable[tuple[str, str]], *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["scheme"].choices = list(schemes)

    def first(self) -> datetime:
        """The beginning of the month."""
        return datetime.strptime(self.cleaned_data["month"], "%Y-%m").replace(tzinfo=UTC)
