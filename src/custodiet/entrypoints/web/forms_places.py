"""The form for a place of one's own."""

import re
from collections.abc import Sequence

from django import forms
from django.http import QueryDict

from custodiet.entrypoints.web.forms import later
from custodiet.entrypoints.web.languages import say

_PAIR = re.compile(r"\s*([-+]?\d{1,2}(?:\.\d{1,20})?)\s*[,;\s]\s*([-+]?\d{1,3}(?:\.\d{1,20})?)\s*", re.ASCII)


class PlaceForm(forms.Form):
    """Where it is. No reason is asked for. `cases`: references; whoever speaks for several people says for whom."""

    where = forms.CharField(
        max_length=60,
        label=later("Latitude and longitude"),
        help_text=later(
            "Two numbers, such as 46.5012, -28.0043. In a map on a phone, press long on the place and copy them."
        ),
        error_messages={"required": later("Enter two numbers, such as 46.5012, -28.0043")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    case = forms.ChoiceField(
        label=later("The case"), widget=forms.RadioSelect, error_messages={"required": later("Choose one")}
    )

    def __init__(self, cases: Sequence[str], data: QueryDict | None) -> None:
        super().__init__(data)
        self._only = cases[0]
        if len(cases) > 1:
            self.fields["case"].choices = [(one, one) for one in cases]
        else:
            del self.fields["case"]

    def reference(self) -> str:
        """Of the case."""
        return str(self.cleaned_data.get("case", self._only))

    def clean_where(self) -> tuple[int, int]:
        """Degrees times ten million."""
        found = _PAIR.fullmatch(self.cleaned_data["where"])
        pair = None if found is None else (round(float(found[1]) * 1e7), round(float(found[2]) * 1e7))
        if pair is None or abs(pair[0]) > 900_000_000 or abs(pair[1]) > 1_800_000_000:
            raise forms.ValidationError(say("Enter two numbers, such as 46.5012, -28.0043"))
        return pair
