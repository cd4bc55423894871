"""From Django's forms to what GOV.UK's components take: a plain dict for each field, and the list of errors."""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from custodiet.entrypoints.web.dates import DateBoxes

_AUTOCOMPLETE = {"login": "username webauthn", "password": "current-password", "oldpassword": "current-password"}


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
    elif isinstance(widget, forms.Select):
        told |= {"kind": "select", "items": [_item(value, text, told["value"]) for value, text in widget.choices]}
    elif isinstance(widget, DateBoxes):
        told |= {"kind": "date", "boxes": _boxes(bound)}
    elif isinstance(widget, forms.HiddenInput):
        told |= {"kind": "hidden"}
    else:
        told |= {"autocomplete": _AUTOCOMPLETE.get(bound.name, "off")}
    return told | over


def errors_of(form: forms.Form | None) -> list[dict[str, Any]]:
    """Every error, each with a link to where it is mended."""
    if form is None or not form.is_bound:
        return []
    found = [{"text": str(text), "href": f"#{_first(form)}"} for text in form.non_field_errors()]
    for bound in form:
        href = f"#{_first(form) if isinstance(bound.field.widget, forms.HiddenInput) else _begins(bound)}"
        found += [{"text": str(text), "href": href} for text in bound.errors]
    return found


def _first(form: forms.Form) -> str:
    return next((_begins(bound) for bound in form.visible_fields()), "main-content")


def _begins(bound: BoundField) -> str:
    """The first box of a field."""
    return f"{bound.auto_id}_0" if isinstance(bound.field.widget, DateBoxes) else bound.auto_id


def _item(value: Any, text: Any, chosen: Any) -> dict[str, Any]:
    return {"value": str(value), "text": str(text), "selected": str(value) == str(chosen)}


def _boxes(bound: BoundField) -> list[dict[str, Any]]:
    """Day, month and year, each with what was typed."""
    widget: Any = bound.field.widget
    value = bound.value()
    typed = value if isinstance(value, list) else widget.decompress(value)
    return [
        {"id": f"{bound.auto_id}_{number}", "name": f"{bound.html_name}_{number}", "value": "" if one is None else one}
        for number, one in enumerate(typed)
    ]
