"""A pack as one zip file: the same files give the same bytes."""

import io
import zipfile
from collections.abc import Mapping

_FIRST_TIME = (1980, 1, 1, 0, 0, 0)
"""What a zip says of when a file was made, when nothing is to be said of it."""


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The zip, its files in order of their names."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _FIRST_TIME), files[name], zipfile.ZIP_DEFLATED)
    return whole.getvalue()
