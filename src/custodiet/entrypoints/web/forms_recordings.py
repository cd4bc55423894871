"""The form for a recording."""

from django import forms

from custodiet.entrypoints.web.forms import later
from custodiet.wire.recording import RECORDING_BYTES_MAX


class RecordingForm(forms.Form):
    """One recording. What is taken in, the wire says by its bytes."""

    file = forms.FileField(
        label=later("The recording"),
        help_text=later(
            "An MP3 of at most 900 KB: one voice at 24 kbit/s has room for five minutes. "
            "What a program wrote beside the sound is taken out."
        ),
        error_messages={
            "required": later("Choose a file"),
            "empty": later("The file is empty"),
            "missing": later("Choose a file"),
        },
    )

    def content(self) -> bytes:
        """What was handed in, and one byte more at most than is taken: the rest need not be read to be refused."""
        return bytes(self.cleaned_data["file"].read(RECORDING_BYTES_MAX + 1))
