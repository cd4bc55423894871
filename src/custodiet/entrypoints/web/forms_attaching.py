"""The form for a file."""

from django import forms

from custodiet.entrypoints.web.forms import later
from custodiet.wire.attachment import FILE_BYTES_MAX


class FileForm(forms.Form):
    """One file. What is taken in, the wire says by its bytes."""

    file = forms.FileField(
        label=later("A file"),
        help_text=later("A JPEG or PNG picture, or plain text, of at most 900 KB. What a camera added is taken out."),
        error_messages={
            "required": later("Choose a file"),
            "empty": later("The file is empty"),
            "missing": later("Choose a file"),
        },
    )

    def content(self) -> bytes:
        """What was handed in, and one byte more at most than is taken: the rest need not be read to be refused."""
        return bytes(self.cleaned_data["file"].read(FILE_BYTES_MAX + 1))
