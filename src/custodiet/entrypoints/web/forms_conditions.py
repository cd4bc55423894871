"""Forms of what a proposal asks of the person. One for each kind; a place and hours where the kind has them."""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.http import QueryDict

from custodiet.entrypoints.web.forms import DateField, later
from custodiet.entrypoints.web.languages import say
from custodiet.entrypoints.wording_deciding import said
from custodiet.flows.give_contact import ZONE_FOR
from custodiet.flows.state_conditions import Asking
from custodiet.model.condition import ALWAYS, ZONED, ConditionKind, Schedule
from custodiet.model.errors import IllegalValue, NotTheFormat
from custodiet.model.mode import Mode
from custodiet.rules.conditions.kinds import CONDITIONS_MAX, kinds_on
from custodiet.rules.conditions.timetable import DAYS, once, sense_of, weekly_on

ALWAYS_HAS_HOURS = frozenset(
    {ConditionKind.CURFEW, ConditionKind.APPOINTMENT, ConditionKind.CHECK_IN, ConditionKind.HOME_PRESENCE}
)
"""A zone may ask at every hour; these may not."""
USUAL_ZONE = "Europe/London"


class ConditionForm(forms.Form):
    """One condition of a kind. What was typed goes from page to page as one text, and is read here again each time."""

    def __init__(self, kind: ConditionKind, *given: Any, zone: str = USUAL_ZONE, **named: Any) -> None:
        super().__init__(*given, **named)
        self.kind = kind
        self._asking: Asking | None = None
        add = self.fields
        if kind in ZONED:
            add["latitude"] = _number("Latitude of the centre, in degrees")
            add["longitude"] = _number("Longitude of the centre, in degrees")
            add["radius_m"] = _number("Radius, in metres")
            add["polygon"] = forms.CharField(
                label=later("Or a polygon, as GeoJSON"),
                help_text=later("Positions are longitude, latitude. Sealed for this case."),
                widget=forms.Textarea,
                max_length=20_000,
                required=False,
            )
        add["days"] = forms.MultipleChoiceField(
            label=later("Every week on"),
            choices=[(str(number), later(day)) for number, day in enumerate(DAYS)],
            widget=forms.CheckboxSelectMultiple,
            required=False,
        )
        add["day"] = DateField(label=later("Or once, on"), help_text=later("For example 27 3 2031"), required=False)
        add["opens"] = _clock("From", "By the clock of the time zone below, for example 21:00.")
        add["closes"] = _clock("To", "An hour that is not later than the first is one of the next day.")
        add["zone"] = forms.CharField(
            label=later("Time zone they live by"), initial=zone, max_length=64, required=False
        )

    @property
    def may_be_always(self) -> bool:
        """Whether it may ask at every hour."""
        return self.kind not in ALWAYS_HAS_HOURS

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            geometry = self._geometry() if self.kind in ZONED else None
            schedule = self._schedule()
            if not self.errors:
                try:
                    self._asking = Asking(self.kind, geometry, schedule)
                except (NotTheFormat, IllegalValue) as error:
                    self.add_error("polygon" if told.get("polygon") else "latitude", str(error))
        return told

    def asking(self) -> Asking:
        """What it states. Only of a valid form."""
        if self._asking is None:
            raise IllegalValue("a condition that is not whole")
        return self._asking

    def as_text(self) -> str:
        """What was typed, as one text."""
        names = [each for name in self.fields for each in (name, *(f"{name}_{part}" for part in range(3)))]
        typed = [(name, value) for name in names for value in self.data.getlist(name) if value]
        return urlencode([("kind", self.kind.value), *typed])

    def _geometry(self) -> bytes | None:
        told = self.cleaned_data
        circle = [told.get(name) for name in ("latitude", "longitude", "radius_m")]
        if (None in circle) == (not told.get("polygon")) or (told.get("polygon") and circle != [None, None, None]):
            self.add_error("latitude", say("Enter a circle, whole, or a polygon, and not both"))
            return None
        if told["polygon"]:
            polygon: str = told["polygon"]
            return polygon.encode()
        point = {"type": "Point", "coordinates": [told["longitude"], told["latitude"]], "radius_m": told["radius_m"]}
        return json.dumps(point).encode()

    def _schedule(self) -> Schedule:
        told = self.cleaned_data
        days, day = [int(one) for one in told["days"]], told["day"]
        opens, closes = told["opens"], told["closes"]
        if not days and day is None and opens is None and closes is None and self.may_be_always:
            return ALWAYS
        if bool(days) == (day is not None):
            self.add_error("days", say("Mark the days of the week, or enter one day, and not both"))
        if opens is None:
            self.add_error("opens", say("Enter when it begins"))
        if closes is None:
            self.add_error("closes", say("Enter when it ends"))
        if self.errors:
            return ALWAYS
        now: datetime = settings.PLACE.clock.now()
        try:
            zone = settings.PLACE.zone_as_of(told["zone"].strip() or USUAL_ZONE, now, now + ZONE_FOR)
        except IllegalValue:
            self.add_error("zone", say("Enter a time zone as its continent and city"))
            return ALWAYS
        if days:
            return Schedule(zone, weekly_on(days, _minutes(opens), _minutes(closes)))
        from_wall, to_wall = _wall(day, opens), _wall(day, closes)
        if to_wall <= from_wall:
            to_wall += timedelta(days=1)
        try:
            window = once(zone, from_wall, to_wall, sense_of(self.kind))
        except IllegalValue as error:
            self.add_error("opens", str(error))
            return ALWAYS
        if window.from_at <= now:
            self.add_error("day", say("It lies behind: enter a day and an hour to come"))
        return Schedule(zone, once=(window,))


def _number(label: str) -> forms.FloatField:
    """Whether there is such a place, the shape says."""
    return forms.FloatField(label=later(label), required=False, error_messages={"invalid": later("Enter a number")})


def _clock(label: str, hint: str) -> forms.TimeField:
    return forms.TimeField(
        label=later(label),
        help_text=later(hint),
        required=False,
        input_formats=["%H:%M"],
        widget=forms.TimeInput(format="%H:%M"),
        error_messages={"invalid": later("Enter an hour, such as 21:00")},
    )


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _wall(day: date, at: time) -> datetime:
    """A local time, as an instant at which a clock on UTC shows it."""
    return datetime.combine(day, at, UTC)


def condition_kind(code: str, mode: Mode) -> ConditionKind | None:
    """A kind by its code, where the rung can ask such a thing."""
    return ConditionKind(code) if code in set(kinds_on(mode)) else None


def read_condition(text: str, mode: Mode) -> ConditionForm | None:
    """A condition as an earlier page wrote it; None for what is none of this rung."""
    data = QueryDict(text)
    kind = condition_kind(data.get("kind", ""), mode)
    return None if kind is None else ConditionForm(kind, data)


class Conditions(forms.Field):
    """Conditions that were stated so far, each as one text: hidden, any number of them."""

    widget = forms.MultipleHiddenInput

    def __init__(self, mode: Mode) -> None:
        super().__init__(required=False, label=later("Conditions"))
        self._mode = mode

    def clean(self, value: Sequence[str] | None) -> list[Asking]:
        """Each read again."""
        texts = list(value or ())
        read = [read_condition(text, self._mode) for text in texts[: CONDITIONS_MAX + 1]]
        if len(texts) > CONDITIONS_MAX:
            raise forms.ValidationError(say("That is more than anyone can keep in mind: fewer conditions"))
        whole = [one for one in read if one is not None and one.is_valid()]
        if len(whole) < len(read):
            raise forms.ValidationError(say("A condition is not whole any more: take it out and state it anew"))
        return [one.asking() for one in whole]


def kinds_said(mode: Mode) -> list[tuple[str, str]]:
    """What can be asked on a rung, as codes with their words."""
    return [(one.value, say(said(one))) for one in kinds_on(mode)]
