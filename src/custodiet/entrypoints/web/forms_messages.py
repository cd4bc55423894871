"""Forms about how a person is reached."""

from zoneinfo import available_timezones

from django import forms

from custodiet.entrypoints.web.forms import later

_LANGUAGE_MAX = 35


class ContactForm(forms.Form):
    """Where messages go."""

    address = forms.EmailField(
        label=later("E-mail address"),
        help_text=later("Ask whether anyone else reads it. Sealed before it is kept; nobody is shown it again."),
        max_length=200,
        error_messages={"required": later("Enter an e-mail address"), "invalid": later("Enter an e-mail address")},
    )
    language = forms.RegexField(
        regex=r"^[a-zA-Z]{2,3}(-[A-Za-z0-9]{2,8})*$",
        label=later("Language"),
        help_text=later("Its code, for example en or ckb. Where there is no wording in it, English is sent."),
        initial="en",
        max_length=_LANGUAGE_MAX,
        error_messages={"required": later("Enter a language code"), "invalid": later("Enter a language code")},
    )
    zone = forms.CharField(
        label=later("Time zone they live by"),
        help_text=later("For example Europe/London. Nothing leaves from 21:00 to 08:00 there."),
        initial="Europe/London",
        max_length=64,
        error_messages={"required": later("Enter a time zone")},
    )

    def clean_zone(self) -> str:
        zone: str = self.cleaned_data["zone"].strip()
        if zone not in available_timezones():
            raise forms.ValidationError(later("Enter a time zone as its continent and city"))
        return zone


class NoMoreForm(forms.Form):
    """Nothing to fill in."""
