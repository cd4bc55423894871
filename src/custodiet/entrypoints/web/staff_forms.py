"""What is asked of whoever keeps the staff: a joiner, a case's officer, cover. The rules decide; this reads."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from custodiet.entrypoints.web.forms import DateField
from custodiet.entrypoints.web.languages import say
from custodiet.entrypoints.wording_staff import said_function
from custodiet.model.identity import ActorId, SchemeId
from custodiet.model.scheme import Scheme
from custodiet.model.staff import COVER_MAX, OF_NO_SCHEME, Function

PSEUDONYM = r"[a-z0-9][a-z0-9._-]{1,62}"
Choices = list[tuple[str, str]]


def choices(pairs: Iterable[tuple[str, str]]) -> Choices:
    """What can be chosen, after a line that chooses nothing."""
    return [("", say("Choose one")), *pairs]


class Joiner(forms.Form):
    """A role for an account."""

    actor = forms.RegexField(
        rf"^{PSEUDONYM}$",
        max_length=63,
        error_messages={
            "required": "Give the account a pseudonym",
            "invalid": "Small letters, digits, dots and hyphens only, as in caseworker-7",
        },
    )
    function = forms.ChoiceField(error_messages={"required": "Choose what the account is for"})
    scheme = forms.ChoiceField(required=False)
    until = DateField(required=False)

    def __init__(self, schemes: dict[SchemeId, Scheme], today: date, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self._today = today
        self._choose("function", choices((one.value, say(said_function(one))) for one in Function))
        self._choose("scheme", choices((key, one.name) for key, one in schemes.items()))

    def _choose(self, name: str, among: Choices) -> None:
        field: Any = self.fields[name]
        field.choices = among
        field.error_messages["invalid_choice"] = say("Choose one of the list")

    def clean_until(self) -> date | None:
        until: date | None = self.cleaned_data["until"]
        if until is not None and until < self._today:
            raise ValidationError(say("This day is over: give a later one, or none"))
        return until

    def clean(self) -> dict[str, Any]:
        super().clean()
        read: dict[str, Any] = self.cleaned_data
        function = read.get("function")
        if function and Function(function) not in OF_NO_SCHEME and not read.get("scheme") and "scheme" in read:
            self.add_error("scheme", say("Choose the scheme: this function is held for one"))
        return read

    def asked(self) -> tuple[ActorId, Function, SchemeId | None, datetime | None]:
        """What was asked for; a function for every scheme has none of its own, whatever was chosen."""
        read = self.cleaned_data
        function = Function(read["function"])
        scheme = None if function in OF_NO_SCHEME else SchemeId(read["scheme"])
        return ActorId(read["actor"]), function, scheme, day_after(read["until"]) if read["until"] else None


class Given(forms.Form):
    """Accounts chosen from lists: `to`, and for a hand-over `from_`."""

    def __init__(self, asked: dict[str, Choices], *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        for name, among in asked.items():
            wrong = {"required": say("Choose an account"), "invalid_choice": say("Choose one of the list")}
            self.fields[name] = forms.ChoiceField(choices=choices(among), error_messages=wrong)


class CoverAsked(Given):
    """A colleague, and from when until when."""

    def __init__(self, asked: dict[str, Choices], today: date, *given: Any, **more: Any) -> None:
        super().__init__(asked, *given, **more)
        self._today = today
        self.fields["first"] = DateField(error_messages={"required": say("Give the first day of cover")})
        self.fields["last"] = DateField(error_messages={"required": say("Give the last day of cover")})

    def clean(self) -> dict[str, Any]:
        super().clean()
        read: dict[str, Any] = self.cleaned_data
        first, last = read.get("first"), read.get("last")
        if first is not None and first < self._today:
            self.add_error("first", say("Cover begins today or later"))
        elif first is not None and last is not None:
            if last < first:
                self.add_error("last", say("The last day comes before the first"))
            elif day_after(last) - day_begins(first) > COVER_MAX:
                self.add_error("last", say("Cover lasts 31 days at most: for longer, hand the case over"))
        return read


def day_begins(day: date) -> datetime:
    """Its first instant, UTC."""
    return datetime.combine(day, time_of_day(), UTC)


def day_after(day: date) -> datetime:
    """The first instant that is not in it any more, UTC."""
    return day_begins(day) + timedelta(days=1)
