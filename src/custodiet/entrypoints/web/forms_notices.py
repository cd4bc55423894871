"""Forms of notices and translations. What is missing, the rules say."""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from django import forms

from custodiet.entrypoints.web.forms import later
from custodiet.entrypoints.web.languages import say
from custodiet.entrypoints.wording_notices import said_notice
from custodiet.model.language import Language
from custodiet.model.notice import How, TranslatedLine, Understood, WhyDeclined
from custodiet.model.recording import Recording

TEXT_MAX = 4000


def _codes(codes: Iterable[StrEnum]) -> list[tuple[str, str]]:
    return [(one.value, later(said_notice(one))) for one in codes]


class GiveForm(forms.Form):
    """That the notice was given: the language, how, and what came of asking."""

    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)
    language = forms.ChoiceField(
        label=later("Language"),
        help_text=later("On a screen or on paper: English, or a language with an approved text."),
    )
    how = forms.ChoiceField(label=later("How was it given?"), widget=forms.RadioSelect)
    understood = forms.ChoiceField(
        label=later("Was it understood?"),
        help_text=later("Ask them to tell you in their own words what will happen, and what they can do about it."),
        widget=forms.RadioSelect,
        choices=_codes(Understood),
    )
    why = forms.ChoiceField(
        label=later("If they would not say, why, as far as it showed"),
        required=False,
        choices=[("", later("Choose one")), *_codes(WhyDeclined)],
    )
    words = forms.CharField(
        label=later("Who interpreted, and the reference of the session; or what was said"),
        help_text=later("Sealed. An interpreter is always named."),
        required=False,
        max_length=TEXT_MAX,
        widget=forms.Textarea,
    )

    def __init__(
        self,
        languages: Iterable[Language],
        recordings: Sequence[tuple[Language, Recording]],
        *given: object,
        **more: object,
    ) -> None:
        super().__init__(*given, **more)
        self.fields["how"].choices = _codes(one for one in How if recordings or one is not How.AUDIO)
        if recordings:
            names = ", ".join(one.name for one, _ in recordings)
            self.fields["how"].help_text = say("A recording is approved in: %(languages)s.") % {"languages": names}
        of = [(one.tag, one.name if one.name == one.own_name else f"{one.name}: {one.own_name}") for one in languages]
        self.fields["language"].choices = of


class LinesForm(forms.Form):
    """A translation: one text for each of the English."""

    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, lines: Sequence[TranslatedLine], *given: object, **more: object) -> None:
        super().__init__(*given, **more)
        for number, line in enumerate(lines):
            self.fields[f"line_{number}"] = forms.CharField(
                label=line.source, required=False, max_length=TEXT_MAX, widget=forms.Textarea, initial=line.text
            )

    def lines(self, of: Sequence[TranslatedLine]) -> tuple[TranslatedLine, ...]:
        """What was typed, each beside its English."""
        return tuple(TranslatedLine(one.source, self.cleaned_data[f"line_{n}"].strip()) for n, one in enumerate(of))


class CheckForm(forms.Form):
    """What makes whoever checks a text a translator of its language."""

    qualification = forms.CharField(
        label=later("What makes you a translator of this language"),
        help_text=later("For example a diploma and its year. It stands beside the text for good."),
        required=False,
        max_length=200,
    )
