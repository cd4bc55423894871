"""`custodiet profile`: what is set in a wearer's phone, as a file and a QR code.

Each holds the phone's token: they are written for their owner alone, never over anything, and all of them or none.
"""

import io
import re
import sys
from contextlib import ExitStack
from pathlib import Path

import segno
from segno.encoder import DataOverflowError

from custodiet.entrypoints.cli.files import new_file
from custodiet.flows.fit_device import token_hash
from custodiet.flows.ports import Clock, Store, Vault
from custodiet.flows.prepare_phone import prepare_phone
from custodiet.model.identity import ActorId
from custodiet.wire.profiles import Client, Phone, Place, Profile, write_profile

_SCALE, _BORDER = 4, 4


def write_phone(
    store: Store,
    vault: Vault,
    clock: Clock,
    *,
    reference: str,
    client: str,
    url: str,
    label: str,
    token: str,
    out: str,
    by: str,
    strand: str,
    every_s: int,
) -> None:
    """Write the profile of a case's phone. Raises what prepare_phone and write_profile raise, and Unready."""
    at_a_broker = url.startswith("mqtts://")
    Phone("device", token, url, label, every_s)  # what was said wrongly is said before anything is recorded
    hashed = None if at_a_broker else token_hash(token)
    found = prepare_phone(store, vault, clock, Client(client), reference, strand, hashed, ActorId(by))
    places = [Place(condition, shape) for condition, shape in found.zones]
    phone = Phone(found.serial, token, url, label, every_s)
    profile = write_profile(Client(client), found.mode, phone, places)
    files = {profile.suffix: profile.file} | drawn(profile, label)
    written = write_all(Path(out), re.sub(r"\W+", "-", label).strip("-") or "phone", files)
    for path in written:
        print(path)
    if ".png" not in files:
        print("too much for a QR code: give the file", file=sys.stderr)
    print(f"rung {found.mode.rung}: each of these holds the phone's token; remove them when it has it", file=sys.stderr)


def drawn(profile: Profile, label: str) -> dict[str, bytes]:
    """The QR code in both forms; none for a link that is too long for one."""
    try:
        code = segno.make(profile.link, micro=False)
    except DataOverflowError:
        return {}
    drawing, picture = io.BytesIO(), io.BytesIO()
    code.save(drawing, kind="svg", scale=_SCALE, border=_BORDER, title=label)
    code.save(picture, kind="png", scale=_SCALE, border=_BORDER)
    return {".svg": drawing.getvalue(), ".png": picture.getvalue()}


def write_all(folder: Path, name: str, files: dict[str, bytes]) -> list[Path]:
    """All of them, for their owner alone, or none. Raises Unready where one is there already."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    paths = {folder / f"{name}{suffix}": content for suffix, content in files.items()}
    with ExitStack() as every_one:
        for path, content in paths.items():
            every_one.enter_context(new_file(path)).write(content)
    return list(paths)
