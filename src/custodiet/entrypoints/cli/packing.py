"""A pack as one zip file: the same files give the same bytes."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from custodiet.entrypoints.cli.files import new_file

_FIRST_TIME = (1980, 1, 1, 0, 0, 0)
"""What a zip says of when a file was made, when nothing is to be said of it."""


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The zip, its files in order of their names."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _FIRST_TIME), files[name], zipfile.ZIP_DEFLATED)
    return whole.getvalue()


def write_pack(files: Mapping[str, bytes], out: str) -> None:
    """Into a new file, for its owner only. Raises Unready for one that is there."""
    path = Path(out)
    with new_file(path) as file:
        file.write(zipped(files))
    proofs = sum(name.startswith("proofs/") for name in files)
    print(f"{path}: {proofs} entries, each with its proof; no name, no place and no words are in it")
