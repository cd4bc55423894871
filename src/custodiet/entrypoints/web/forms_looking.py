"""Forms for looking: a question, a request to see, and the second person's answer to it."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from django import forms

from custodiet.entrypoints.web.forms import YEARS, DateField, later
from custodiet.entrypoints.web.forms_deciding import TEXT_MAX, coded, one_of
from custodiet.entrypoints.web.languages import say
from custodiet.entrypoints.wording import said_day
from custodiet.entrypoints.wording_deciding import said
from custodiet.model.condition import Condition, Interval
from custodiet.model.identity import ConditionId
from custodiet.model.look_up import GRANT_LASTS, QUARTER, Asked, Precision, RefusedBecause, ToKnow, Tried
from custodiet.model.register import RegisteredPurpose

HOURS = (1, 2, 4, 6, 8, 12, 24)
LASTS = (1, 4, 8)
_STAMP = "%Y-%m-%dT%H:%MZ"
_TIME = r"^([01]?\d|2[0-3]):[0-5]\d$"


def hours_of(hours: Iterable[int]) -> list[tuple[str, Any]]:
    """To choose from."""
    return [(str(one), later("One hour" if one == 1 else f"{one} hours")) for one in hours]


def time_field(label: str, hint: str, *, required: bool = True) -> forms.RegexField:
    """A time of day, in UTC."""
    return forms.RegexField(
        _TIME,
        required=required,
        label=later(label),
        help_text=later(hint),
        error_messages={
            "required": later("Enter a time, such as 21:00"),
            "invalid": later("Enter a time, such as 21:00"),
        },
    )


def moment(day: date, at: str = "0:00") -> datetime:
    """That time of that day, in UTC."""
    hour, minute = at.split(":")
    return datetime.combine(day, time(int(hour), int(minute)), UTC)


class _Day(forms.Form):
    """A day and a time of it."""

    day = DateField(
        label=later("The day"),
        help_text=later("For example 27 3 2031"),
        error_messages={"required": later("Enter a day")},
    )


class QuestionForm(_Day):
    """One question of the closed list."""

    asked = forms.ChoiceField(
        label=later("Question"),
        choices=coded((Asked.HOME, Asked.CONTACT)),
        widget=forms.RadioSelect,
        error_messages={"required": later("Choose a question")},
    )
    at = time_field("The quarter of an hour it is about", "On the hour, or 15, 30 or 45 past, such as 21:00 (UTC)")
    field_order = ("asked", "zone", "day", "at")

    def __init__(self, zones: Iterable[Condition], *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        choices = [(one.id, later(said(one.kind))) for one in zones]
        if choices:
            self.fields["asked"].choices = coded(Asked)
            self.fields["zone"] = forms.ChoiceField(
                label=later("Which zone, for a question about one"), choices=[("", ""), *choices], required=False
            )
        self.order_fields(self.field_order)

    def clean_at(self) -> str:
        at: str = self.cleaned_data["at"]
        if int(at.partition(":")[2]) % (QUARTER // timedelta(minutes=1)):
            raise forms.ValidationError(say("Enter a quarter of an hour: 00, 15, 30 or 45 minutes past"))
        return at

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        if told.get("asked") == Asked.ZONE and not told.get("zone"):
            self.add_error("zone" if "zone" in self.fields else None, say("Choose the zone that is meant"))
        return told

    def about(self) -> datetime:
        """The beginning of the quarter of an hour."""
        return moment(self.cleaned_data["day"], self.cleaned_data["at"])


class _Quarter(forms.ChoiceField):
    """One of the quarters of an hour that are offered. Against any other one the rules speak, and that is recorded."""

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values:
            return None
        try:
            return datetime.strptime(str(value), _STAMP).replace(tzinfo=UTC)
        except ValueError:
            raise forms.ValidationError(say("Choose a quarter of an hour")) from None

    def validate(self, value: datetime | None) -> None:
        super(forms.ChoiceField, self).validate(value)
        if value is not None and (value.year not in YEARS or value.minute % (QUARTER // timedelta(minutes=1))):
            raise forms.ValidationError(say("Choose a quarter of an hour"))


class WithinForm(forms.Form):
    """One question of the closed list, about a quarter of an hour within an alert."""

    asked = forms.ChoiceField(
        label=later("Question"),
        choices=coded((Asked.HOME, Asked.CONTACT)),
        widget=forms.RadioSelect,
        error_messages={"required": later("Choose a question")},
    )
    at = _Quarter(
        label=later("The quarter of an hour it is about"),
        help_text=later("By its beginning; those within this alert that are over"),
        error_messages={"required": later("Choose a quarter of an hour")},
    )

    def __init__(self, quarters: Iterable[datetime], zone: ConditionId | None, *given: Any, **named: Any) -> None:
        """`zone`: the one that the alert is about; None: it is about none, and none is asked about."""
        super().__init__(*given, **named)
        self.zone = zone
        if zone is not None:
            self.fields["asked"].choices = coded(Asked)
        choices = [(one.strftime(_STAMP), said_day(one)) for one in quarters]
        self.fields["at"].choices = [("", later("Choose one")), *choices]


class LookUpForm(_Day):
    """A request to see a window."""

    purpose = forms.ChoiceField(
        label=later("Purpose"),
        help_text=later("As the register names it"),
        error_messages={"required": later("Choose a purpose")},
    )
    to_know = forms.ChoiceField(
        label=later("What do you need to know?"),
        choices=one_of(ToKnow),
        error_messages={"required": later("Choose what you need to know")},
    )
    why = forms.CharField(
        label=later("Why would these positions answer it?"),
        help_text=later("Sealed for this case before it is kept. The person sees that you asked, and for what."),
        widget=forms.Textarea,
        max_length=TEXT_MAX,
        error_messages={"required": later("Say why this would answer it")},
    )
    tried = forms.MultipleChoiceField(
        label=later("What was tried before?"),
        choices=coded(Tried),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": later("Say what was tried; a question is the least of it")},
    )
    start = time_field("From", "Such as 21:00 (UTC)")
    hours = forms.ChoiceField(
        label=later("For how long"),
        choices=[("", later("Choose one")), *hours_of(HOURS)],
        error_messages={"required": later("Choose for how long")},
    )
    precision = forms.ChoiceField(
        label=later("How exact"),
        choices=coded(reversed(Precision)),
        widget=forms.RadioSelect,
        error_messages={"required": later("Choose how exact")},
    )
    field_order = ("purpose", "to_know", "why", "tried", "day", "start", "hours", "precision")

    def __init__(self, purposes: Iterable[RegisteredPurpose], *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        choices = [("", later("Choose one")), *((one.code, one.title) for one in purposes)]
        self.fields["purpose"].choices = choices

    def window(self) -> Interval:
        """What is asked for."""
        start = moment(self.cleaned_data["day"], self.cleaned_data["start"])
        return Interval(start, start + timedelta(hours=int(self.cleaned_data["hours"])))


class LessForm(forms.Form):
    """A window as it was asked for, or a shorter one within it."""

    later_by = forms.ChoiceField(
        label=later("Leave out at the beginning"),
        choices=[("0", later("Nothing")), *hours_of(HOURS[:-1])],
        required=False,
    )
    less_by = forms.ChoiceField(
        label=later("Leave out at the end"), choices=[("0", later("Nothing")), *hours_of(HOURS[:-1])], required=False
    )

    def window(self, asked: Interval) -> Interval:
        """What is left of what was asked. Raises IllegalValue when nothing is."""
        left, right = (timedelta(hours=int(self.cleaned_data[name] or 0)) for name in ("later_by", "less_by"))
        return Interval(asked.from_at + left, asked.to_at - right)


class ApproveForm(LessForm):
    """The second person's yes, perhaps to less."""

    precision = forms.ChoiceField(label=later("How exact"), choices=coded(Precision), required=False)
    lasts = forms.ChoiceField(
        label=later("For how long it may be opened"),
        choices=hours_of(LASTS),
        initial=str(GRANT_LASTS // timedelta(hours=1)),
    )
    words = forms.CharField(
        label=later("In words"),
        help_text=later("Needed where the person was not asked first, since that would do harm. Sealed."),
        widget=forms.Textarea,
        max_length=TEXT_MAX,
        required=False,
    )


class NoForm(forms.Form):
    """A no, with a reason in code and perhaps words."""

    because = forms.ChoiceField(label=later("Why"), error_messages={"required": later("Choose why")})
    no_words = forms.CharField(
        label=later("In words"),
        help_text=later("Sealed for this case before it is kept."),
        widget=forms.Textarea,
        max_length=TEXT_MAX,
        required=False,
    )
    codes: type[StrEnum]

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["because"].choices = one_of(self.codes)


class RefuseForm(NoForm):
    """The second person's no to a look-up."""

    codes = RefusedBecause
