"""A date as three boxes, day, month and year: asked for as GOV.UK asks, read with Django's own checks."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from custodiet.entrypoints.web.languages import say


class DateBoxes(forms.MultiWidget):
    """Day, month, year."""

    def __init__(self) -> None:
        super().__init__([forms.TextInput(), forms.TextInput(), forms.TextInput()])

    def decompress(self, value: date | None) -> list[int | None]:
        return [None, None, None] if value is None else [value.day, value.month, value.year]


class DateBoxesField(forms.MultiValueField):
    """A date, or None where none is asked for."""

    widget = DateBoxes

    def __init__(self, **given: Any) -> None:
        part = forms.CharField(required=False, max_length=4)
        super().__init__((part, part, part), require_all_fields=False, **given)

    def compress(self, data_list: Sequence[str]) -> date | None:
        if not any(data_list):
            return None
        try:
            day, month, year = (int(one) for one in data_list)
            return date(year, month, day)
        except ValueError:
            raise ValidationError(say("This is not a date: give a day, a month and a year, as in 27 3 2031")) from None
