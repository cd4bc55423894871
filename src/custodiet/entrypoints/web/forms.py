"""From Django's forms to what GOV.UK's components take: a plain dict for each field, and the list of errors."""

from typing import Any

from django import forms
from django.forms.boundfield import BoundField

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
        href = f"#{_first(form) if isinstance(bound.field.widget, forms.HiddenInput) else bound.auto_id}"
        found += [{"text": str(text), "href": href} for text in bound.errors]
    return found


def _first(form: forms.Form) -> str:
    return next((bound.auto_id for bound in form.visible_fields()), "main-content")
