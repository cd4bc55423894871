"""From Django's forms to what GOV.UK's components take: a plain dict for each field, and the list of errors."""

from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.utils.functional import lazy

from custodiet.entrypoints.web.languages import say

later = lazy(say, str)
"""A text in the language of the request that shows it: for what is written down before there is one."""

_AUTOCOMPLETE = {"login": "username webauthn", "password": "current-password", "oldpassword": "current-password"}
YEARS = range(1900, 3000)
"""Of days that someone may mean: a day more, or an hour in another zone, is still in the calendar."""
_ROWS, _DJANGOS_ROWS = 3, "10"
_CHOSEN = {forms.RadioSelect: "radios", forms.CheckboxSelectMultiple: "checkboxes", forms.Select: "select"}


class DateParts(forms.MultiWidget):
    """Day, month and year, each typed."""

    def __init__(self) -> None:
        super().__init__([forms.TextInput(), forms.TextInput(), forms.TextInput()])

    def decompress(self, value: date | None) -> list[int | None]:
        return [None, None, None] if value is None else [value.day, value.month, value.year]


class DateField(forms.MultiValueField):
    """A day, as three inputs."""

    widget = DateParts

    def __init__(self, **given: Any) -> None:
        parts = [forms.CharField(required=False, max_length=4) for _ in range(3)]
        super().__init__(parts, require_all_fields=False, **given)

    def compress(self, data_list: list[str]) -> date | None:
        if not any(data_list):
            return None
        try:
            day, month, year = (int(part) for part in data_list)
            if year in YEARS:
                return date(year, month, day)
        except ValueError:
            pass
        raise ValidationError(say("Enter a real date, such as 27 3 2031"))


class DayField(DateField):
    """A day, as the beginning of it (UTC); None when it was left empty."""

    def compress(self, data_list: list[str]) -> datetime | None:
        day = super().compress(data_list)
        return None if day is None else datetime(day.year, day.month, day.day, tzinfo=UTC)


def field_of(bound: BoundField, **over: Any) -> dict[str, Any]:
    """What a component takes; `over` is what a page says better than the form."""
    widget = bound.field.widget
    told: dict[str, Any] = {
        "id": bound.auto_id,
        "name": bound.html_name,
        "label": str(bound.label),
        "hint": str(bound.help_text or ""),
        "error": str(bound.errors[0]) if bound.errors else None,
        "value": "" if bound.value() is None else bound.value(),
        "kind": "input",
    }
    if isinstance(widget, forms.PasswordInput):
        # What was typed is never sent back.
        told |= {"kind": "password", "value": "", "autocomplete": _AUTOCOMPLETE.get(bound.name, "new-password")}
    elif isinstance(widget, forms.CheckboxInput):
        told |= {"kind": "checkbox", "checked": bool(bound.value())}
    elif isinstance(widget, forms.HiddenInput):
        told |= {"kind": "hidden"}
    elif isinstance(widget, DateParts):
        told |= {"kind": "date", "parts": _date_parts(bound)}
    elif isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple | forms.Select):
        told |= {"kind": _CHOSEN[type(widget)], "items": _items(bound)}
    elif isinstance(widget, forms.Textarea):
        told |= {
            "kind": "textarea",
            "rows": _ROWS if widget.attrs["rows"] == _DJANGOS_ROWS else int(widget.attrs["rows"]),
        }
    elif isinstance(widget, forms.ClearableFileInput):
        told |= {"kind": "file"}
    else:
        told |= {"autocomplete": _AUTOCOMPLETE.get(bound.name, "off")}
    return told | over


def errors_of(form: forms.Form | None) -> list[dict[str, Any]]:
    """Every error, each with a link to where it is mended."""
    if form is None or not form.is_bound:
        return []
    found = [{"text": str(text), "href": f"#{_first(form)}"} for text in form.non_field_errors()]
    for bound in form:
        href = f"#{_first(form) if isinstance(bound.field.widget, forms.HiddenInput) else _id_of(bound)}"
        found += [{"text": str(text), "href": href} for text in bound.errors]
    return found


def _first(form: forms.Form) -> str:
    return next((_id_of(bound) for bound in form.visible_fields()), "main-content")


def _id_of(bound: BoundField) -> str:
    """What an error links to: of a date its day."""
    return f"{bound.auto_id}_0" if isinstance(bound.field.widget, DateParts) else bound.auto_id


def _items(bound: BoundField) -> list[dict[str, Any]]:
    """Each choice in the words of this request, with whether it is chosen."""
    value = bound.value()
    chosen = {str(one) for one in value} if isinstance(value, list | tuple | set) else {str(value or "")}
    choices = bound.field.choices
    return [{"value": str(code), "text": str(words), "chosen": str(code) in chosen} for code, words in choices]


def _date_parts(bound: BoundField) -> list[dict[str, Any]]:
    value = bound.value()
    values = value if isinstance(value, list | tuple) else bound.field.widget.decompress(value)
    sizes = (("Day", 2), ("Month", 2), ("Year", 4))
    return [
        {
            "id": f"{bound.auto_id}_{number}",
            "name": f"{bound.html_name}_{number}",
            "label": say(label),
            "value": "" if values[number] is None else str(values[number]),
            "classes": f"govuk-input--width-{size}" + (" govuk-input--error" if bound.errors else ""),
        }
        for number, (label, size) in enumerate(sizes)
    ]
