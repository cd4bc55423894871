"""A pack as one new zip file."""

from collections.abc import Mapping
from pathlib import Path

from custodiet.entrypoints.cli.files import new_file
from custodiet.entrypoints.zipping import zipped


def write_pack(files: Mapping[str, bytes], out: str) -> None:
    """Into a new file, for its owner only. Raises Unready for one that is there."""
    path = Path(out)
    with new_file(path) as file:
        file.write(zipped(files))
    proofs = sum(name.startswith("proofs/") for name in files)
    print(f"{path}: {proofs} entries, each with its proof; no name, no place and no words are in it")
