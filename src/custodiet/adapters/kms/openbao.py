"""Epoch keys that OpenBao has sealed: what lies in the keys folder opens only while OpenBao opens it.

Each epoch's 32 bytes are drawn here, sealed by the newest version of one transit key, and kept as a file. To destroy
an epoch is to raise what that key may open to the version after it, to trim the key, and to destroy the file: the
version is then nowhere in OpenBao, and the file nowhere here. An old snapshot of OpenBao brings the version back, not
the file; an old copy of the file finds no version (docs/operating.md says what both together do).

One place, one transit key: two would trim each other's versions. So a key is taken by the first place that comes, and
only one that nobody has used; its first version seals nothing, by which a used one is told.

Every call raises Unready, saying what to do, when OpenBao does not answer in time, is sealed, or does not permit it. No
text holds the token, which is read anew from its file at each call.
"""

import base64
import re
import secrets
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import msgspec

from custodiet.adapters import over_http
from custodiet.adapters.kms.epoch_files import TAKEN_IN_OPENBAO, WRAPPED, EpochFiles
from custodiet.adapters.kms.keyfile import KEY_BYTES
from custodiet.adapters.ledger.tiles import write_whole
from custodiet.model.errors import Unready

ANSWER_S: Final = 3.0
"""So long an opening waits at most; whoever asked the vault waits with it."""
ANSWER_BYTES_MAX: Final = 64 * 1024
_SEALED = re.compile(rb"vault:v([1-9][0-9]{0,8}):[A-Za-z0-9+/=]+")
_NEEDED: Final = {
    "keys/{}": "read",
    "keys/{}/rotate": "update",
    "keys/{}/config": "update",
    "keys/{}/trim": "update",
    "encrypt/{}": "update",
    "decrypt/{}": "update",
}


@dataclass(frozen=True, slots=True)
class Transit:
    """One key of one transit engine, and how we come to it."""

    server: over_http.Server
    mount: str
    name: str
    token: Callable[[], str]

    @property
    def named(self) -> str:
        """For people."""
        return f"OpenBao at {self.server.host}:{self.server.port}"


class _Key(msgspec.Struct):
    """What OpenBao says of a transit key, as far as we lean on it."""

    type: str
    latest_version: int
    min_available_version: int
    exportable: bool
    allow_plaintext_backup: bool


class _Taken(msgspec.Struct):
    mount: str
    key: str


class _NotThere(Unready):
    """404."""


class _Refused(Unready):
    """400: what was sent does not fit."""


class OpenBaoKms:
    """The promises of flows.ports.Kms, kept by a transit key and a file an epoch."""

    def __init__(self, folder: Path, transit: Transit) -> None:
        """Changes nothing. Raises Unready also when the key is not the one that this place has taken."""
        self._files = EpochFiles(folder, WRAPPED)
        self._bao = _Asking(transit)
        self.named = transit.named
        taken = _taken(folder)
        if taken is None:
            raise Unready("the keys of this place were never in OpenBao: custodiet move-keys brings them there")
        if taken != _Taken(transit.mount, transit.name):
            raise Unready(f"the keys of this place are sealed by the key {taken.key} of {taken.mount}/, no other")
        self._bao.require_rights()
        self._bao.key()

    @classmethod
    def take(cls, folder: Path, transit: Transit) -> "OpenBaoKms":
        """Take a transit key for this place, and make it if there is none. As often as it is asked.

        Raises Unready for a key that another place may use, and changes nothing then.
        """
        EpochFiles(folder, WRAPPED)
        if _taken(folder) is None:
            asking = _Asking(transit)
            asking.require_rights()
            if asking.key_or_made().latest_version != 1:
                raise Unready(
                    f"{transit.named}: the key {transit.name} was used before, by another place or by one whose keys "
                    "folder is lost: name another (CUSTODIET_OPENBAO_KEY)"
                )
            write_whole(folder / TAKEN_IN_OPENBAO, msgspec.json.encode(_Taken(transit.mount, transit.name)))
        return cls(folder, transit)

    def epochs(self) -> tuple[int, ...]:
        gone_below = self._bao.key().min_available_version
        return tuple(epoch for epoch in self._files.numbers() if self._version(epoch) >= gone_below)

    def begin(self) -> int:
        key = self._bao.key()
        sealing = {self._version(epoch) for epoch in self._files.numbers()}
        # A version that seals nothing yet will do: a keys folder that is full all night must not fill OpenBao.
        if key.latest_version == 1 or key.latest_version in sealing:
            key = self._bao.rotate()
        epoch = self._files.next()
        sealed = self._bao.seal(secrets.token_bytes(KEY_BYTES), _context(epoch), key.latest_version)
        self._files.write(epoch, sealed)
        return epoch

    def key(self, epoch: int) -> bytes:
        self._version(epoch)
        try:
            key = self._bao.open(self._files.read(epoch), _context(epoch))
        except _Refused:
            raise Unready(
                f"{self.named} opens epoch {epoch} no more: its version was trimmed, or an older snapshot was put back"
            ) from None
        if len(key) != KEY_BYTES:
            raise Unready(f"the key of epoch {epoch} is cut short")
        return key

    def require(self, epoch: int) -> None:
        self.key(epoch)

    def destroy(self, epoch: int) -> None:
        """One that is newer than all others goes as its file does, and its version at the next turn at the latest."""
        if epoch not in self._files.numbers():
            return
        version, key = self._version(epoch), self._bao.key()
        if version == key.latest_version:
            key = self._bao.rotate()  # so that nothing is ever begun under a version that was given up
        others = [self._version(other) for other in self._files.numbers() if other != epoch]
        lowest = min(others, default=key.latest_version)
        if key.min_available_version <= version < lowest:
            self._bao.trim(lowest)
        self._files.destroy(epoch)

    def token_ends_in(self) -> timedelta | None:
        """None: never."""
        return self._bao.token_ends_in()

    def _version(self, epoch: int) -> int:
        found = _SEALED.fullmatch(self._files.read(epoch))
        if found is None:
            raise Unready(f"the key of epoch {epoch} is cut short")
        return int(found[1])


class _Asking:
    """What we ask OpenBao, in its words."""

    def __init__(self, transit: Transit) -> None:
        self._transit = transit
        self._named = transit.named

    def require_rights(self) -> None:
        """Raises Unready naming every path that the token lacks a right to."""
        paths = {f"{self._transit.mount}/{path.format(self._transit.name)}": right for path, right in _NEEDED.items()}
        held = self._ask("POST", "sys/capabilities-self", {"paths": list(paths)})
        missing = [f"{right} {path}" for path, right in paths.items() if not {right, "root"} & _words(held.get(path))]
        if missing:
            raise Unready(f"{self._named}: the token lacks rights: {', '.join(missing)}")

    def key(self) -> _Key:
        """Raises Unready also for a key that could leave OpenBao: then nothing sealed by it is ever gone."""
        try:
            said = self._ask("GET", self._at("keys/{}"))
        except _NotThere:
            name, mount = self._transit.name, self._transit.mount
            raise Unready(f"{self._named} has no key {name} in {mount}/: bao write -f {mount}/keys/{name}") from None
        return self._read_key(said)

    def key_or_made(self) -> _Key:
        """The same, of a key that is made if it is not there."""
        try:
            said = self._ask("GET", self._at("keys/{}"))
        except _NotThere:
            return self._read_key(self._ask("POST", self._at("keys/{}"), {"type": "aes256-gcm96"}))
        return self._read_key(said)

    def rotate(self) -> _Key:
        """The key with a version that seals nothing yet."""
        before = self.key().latest_version
        self._ask("POST", self._at("keys/{}/rotate"), {})
        key = self.key()
        if key.latest_version <= before:
            raise Unready(f"{self._named} does not rotate the key {self._transit.name}")
        return key

    def trim(self, lowest: int) -> None:
        """Every version below that is gone from OpenBao."""
        self._ask(
            "POST", self._at("keys/{}/config"), {"min_decryption_version": lowest, "min_encryption_version": lowest}
        )
        self._ask("POST", self._at("keys/{}/trim"), {"min_available_version": lowest})
        if self.key().min_available_version < lowest:
            raise Unready(f"{self._named} has not trimmed the key {self._transit.name}")

    def seal(self, plain: bytes, context: bytes, version: int) -> bytes:
        """Under that very version."""
        given = {"plaintext": _b64(plain), "associated_data": _b64(context), "key_version": version}
        sealed = str(self._ask("POST", self._at("encrypt/{}"), given).get("ciphertext", "")).encode()
        found = _SEALED.fullmatch(sealed)
        if found is None or int(found[1]) != version:
            raise Unready(f"{self._named} sealed by another version than was asked")
        return sealed

    def open(self, sealed: bytes, context: bytes) -> bytes:
        """Raises _Refused when it does not open."""
        given = {"ciphertext": sealed.decode(), "associated_data": _b64(context)}
        plain = self._ask("POST", self._at("decrypt/{}"), given).get("plaintext", "")
        try:
            return base64.b64decode(str(plain), validate=True)
        except ValueError:
            raise self._unreadable() from None

    def token_ends_in(self) -> timedelta | None:
        """None: never."""
        seconds = self._ask("GET", "auth/token/lookup-self").get("ttl")
        return timedelta(seconds=seconds) if isinstance(seconds, int) and seconds > 0 else None

    def _read_key(self, said: Mapping[str, Any]) -> _Key:
        try:
            key = msgspec.convert(said, _Key)
        except msgspec.ValidationError:
            raise self._unreadable() from None
        if key.type != "aes256-gcm96" or key.exportable or key.allow_plaintext_backup:
            raise Unready(
                f"{self._named}: the key {self._transit.name} is to be aes256-gcm96, and neither exportable nor of "
                "those that may be backed up: what left it would open what was erased"
            )
        return key

    def _at(self, path: str) -> str:
        return f"{self._transit.mount}/{path.format(self._transit.name)}"

    def _ask(self, method: str, path: str, given: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        headers = {"X-Vault-Token": self._transit.token(), "X-Vault-Request": "true"}
        body = b"" if given is None else msgspec.json.encode(given)
        bounds: dict[str, Any] = {"within_s": ANSWER_S, "bytes_max": ANSWER_BYTES_MAX}
        try:
            answer = over_http.ask(self._transit.server, method, f"/v1/{path}", body, headers, **bounds)
        except ssl.SSLCertVerificationError:
            raise Unready(f"{self._named} is vouched for by nobody we trust: CUSTODIET_OPENBAO_CA_FILE") from None
        except OSError:
            raise Unready(f"{self._named} does not answer") from None
        match answer.status:
            case HTTPStatus.OK:
                return self._data(answer.body)
            case HTTPStatus.NO_CONTENT:
                return {}
            case HTTPStatus.BAD_REQUEST:
                raise _Refused(f"{self._named} refuses what was sent to {path}")
            case HTTPStatus.FORBIDDEN:
                raise Unready(f"{self._named} does not take the token for {path}: it has ended, or lacks the right")
            case HTTPStatus.NOT_FOUND:
                raise _NotThere(f"{self._named} has no {path}")
            case HTTPStatus.SERVICE_UNAVAILABLE if b"sealed" in answer.body:
                raise Unready(f"{self._named} is sealed: unseal it")
        raise Unready(f"{self._named} answers {answer.status} for {path}")

    def _data(self, body: bytes) -> Mapping[str, Any]:
        try:
            said = msgspec.json.decode(body, type=dict[str, Any])
        except (msgspec.DecodeError, msgspec.ValidationError):
            raise self._unreadable() from None
        data = said.get("data")
        return data if isinstance(data, dict) else {}

    def _unreadable(self) -> Unready:
        return Unready(f"{self._named} answers what is no answer of OpenBao")


def _taken(folder: Path) -> _Taken | None:
    try:
        return msgspec.json.decode((folder / TAKEN_IN_OPENBAO).read_bytes(), type=_Taken)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError):
        raise Unready(
            f"{folder / TAKEN_IN_OPENBAO} cannot be read: it says which key of OpenBao this place has taken"
        ) from None


def _context(epoch: int) -> bytes:
    return f"custodiet/epoch/v1/{epoch}".encode()


def _words(said: object) -> set[object]:
    return set(said) if isinstance(said, list) else set()


def _b64(plain: bytes) -> str:
    return base64.b64encode(plain).decode()
