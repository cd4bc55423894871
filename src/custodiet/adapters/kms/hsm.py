"""Epoch keys that a PKCS#11 token has sealed: an HSM, or softhsm2 for trying it out.

Each epoch's 32 bytes are drawn here, sealed by an AES key of its own that the token made and never gives out, and kept
as a file. To destroy an epoch is to destroy that key in the token, then the file. A token that is never exported has no
snapshot by which the key comes back.

The labels of a place's keys begin with an identity that the place drew for itself, so that two may share a token. Every
call raises Unready, saying what to do, when the token is not there or does not do it. A PIN that the token did not take
is not tried again until its file holds another: tokens lock themselves.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, TypeVar

import pkcs11
from pkcs11 import Attribute, GCMParams, KeyType, Mechanism, ObjectClass
from pkcs11.exceptions import NoSuchToken, PinIncorrect, PinLocked, PKCS11Error, UserAlreadyLoggedIn

from custodiet.adapters.kms.epoch_files import SEALED_IN_TOKEN, TAKEN_IN_TOKEN, EpochFiles
from custodiet.adapters.kms.keyfile import KEY_BYTES
from custodiet.adapters.ledger.tiles import write_whole
from custodiet.model.errors import Unready

_NONCE_BYTES: Final = 12
_TAG_BYTES: Final = 16
_NEEDED = {Mechanism.AES_KEY_GEN, Mechanism.AES_GCM}
_NEVER_LEAVES = {Attribute.PRIVATE: True, Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Token:
    """Which one, by which module, and how we come into it."""

    module: Path
    label: str
    pin: Callable[[], str]

    @property
    def named(self) -> str:
        """For people."""
        return f"the token {self.label}"


class HsmKms:
    """The promises of flows.ports.Kms, kept by a key in a token and a file an epoch."""

    def __init__(self, folder: Path, token: Token) -> None:
        """Changes nothing."""
        self._files = EpochFiles(folder, SEALED_IN_TOKEN)
        taken = _taken(folder)
        if taken is None:
            raise Unready("the keys of this place were never in a token: custodiet move-keys brings them there")
        self._id = taken
        self._token = _Asking(token)
        self.named = token.named
        self._token.ask(lambda _: None)

    @classmethod
    def take(cls, folder: Path, token: Token) -> "HsmKms":
        """Give this place an identity in tokens, once. As often as it is asked."""
        EpochFiles(folder, SEALED_IN_TOKEN)
        if _taken(folder) is None:
            _Asking(token).ask(lambda _: None)
            write_whole(folder / TAKEN_IN_TOKEN, secrets.token_hex(8).encode())
        return cls(folder, token)

    def epochs(self) -> tuple[int, ...]:
        def held(session: Any) -> tuple[int, ...]:
            numbers = self._files.numbers()
            found = tuple(epoch for epoch in numbers if self._find(session, epoch))
            if numbers and not found:
                raise _NoneThere
            return found

        try:
            return self._token.ask(held)
        except _NoneThere:
            return ()

    def begin(self) -> int:
        epoch = self._files.next()
        plain, nonce = secrets.token_bytes(KEY_BYTES), secrets.token_bytes(_NONCE_BYTES)

        def sealed(session: Any) -> bytes:
            # One that has no file was begun and broken off: it seals nothing.
            for left in self._find(session, epoch):
                left.destroy()
            given = {"label": self._label(epoch), "store": True, "template": _NEVER_LEAVES}
            key = session.generate_key(KeyType.AES, 256, **given)
            return bytes(key.encrypt(plain, mechanism=Mechanism.AES_GCM, mechanism_param=_bound(nonce, epoch)))

        self._files.write(epoch, nonce + self._token.ask(sealed))
        return epoch

    def key(self, epoch: int) -> bytes:
        held = self._files.read(epoch)
        if len(held) != _NONCE_BYTES + KEY_BYTES + _TAG_BYTES:
            raise Unready(f"the key of epoch {epoch} is cut short")
        nonce, sealed = held[:_NONCE_BYTES], held[_NONCE_BYTES:]

        def opened(session: Any) -> bytes:
            found = self._find(session, epoch)
            if not found:
                raise _NoneThere
            given = {"mechanism": Mechanism.AES_GCM, "mechanism_param": _bound(nonce, epoch)}
            return bytes(found[0].decrypt(sealed, **given))

        try:
            return self._token.ask(opened)
        except _NoneThere:
            raise Unready(f"{self.named} does not hold the key that sealed epoch {epoch}") from None

    def require(self, epoch: int) -> None:
        self.key(epoch)

    def destroy(self, epoch: int) -> None:
        numbers = self._files.numbers()
        if epoch not in numbers:
            return

        def destroyed(session: Any) -> None:
            found = self._find(session, epoch)
            others = [other for other in numbers if other != epoch]
            # A token that shows none of our keys has not lost this one alone: it is no proof that it is gone.
            if not found and others and not any(self._find(session, other) for other in others):
                raise _NoneThere
            for key in found:
                key.destroy()
            if self._find(session, epoch):
                raise Unready(f"{self.named} does not destroy the key of epoch {epoch}")

        try:
            self._token.ask(destroyed)
        except _NoneThere:
            raise Unready(f"{self.named} shows no key of this place") from None
        self._files.destroy(epoch)

    def token_ends_in(self) -> timedelta | None:
        return None

    def _label(self, epoch: int) -> str:
        return f"custodiet/{self._id}/{epoch}"

    def _find(self, session: Any, epoch: int) -> list[Any]:
        wanted = {Attribute.CLASS: ObjectClass.SECRET_KEY, Attribute.LABEL: self._label(epoch)}
        return list(session.get_objects(wanted))


class _NoneThere(Exception):
    """The token answers, and shows no key that should be there: a token that was away and is back does so, too."""


@dataclass(slots=True)
class _Within:
    """How we are in a token: the session, or the PIN that was not taken."""

    session: Any = None
    not_taken: str | None = None


_within: dict[tuple[Path, str], _Within] = {}
"""By module and label. Being in a token is a thing of the process, in PKCS#11, and not of who asks in it."""


class _Asking:
    """A session that lasts, and is begun anew, once, when something was wrong with it."""

    def __init__(self, token: Token) -> None:
        self._token = token
        # By its own name: a module that one process has begun cannot be begun again by a link to it.
        self._module = token.module.resolve()
        self._in = _within.setdefault((self._module, token.label), _Within())

    def ask(self, do: Callable[[Any], T]) -> T:
        """What it gives. `do` may be done twice. Raises _NoneThere when it did so twice."""
        try:
            return do(self._open())
        except (PKCS11Error, _NoneThere):
            self._in.session = None
        try:
            return do(self._open(anew=True))
        except PKCS11Error as error:
            self._in.session = None
            raise Unready(f"{self._token.named} fails: {type(error).__name__}") from None

    def _open(self, *, anew: bool = False) -> Any:
        if self._in.session is None:
            self._in.session = self._begin(anew=anew)
        return self._in.session

    def _begin(self, *, anew: bool) -> Any:
        named = self._token.named
        try:
            library = pkcs11.lib(str(self._module))
            if anew:
                for (module, _), other in _within.items():
                    if module == self._module:
                        other.session = None
                library.reinitialize()  # a token that was taken out and put back is not seen before
            token = library.get_token(token_label=self._token.label)
        except NoSuchToken:
            if not anew:
                return self._begin(anew=True)
            raise Unready(f"{named} is not there: put it in, or say which (CUSTODIET_PKCS11_TOKEN)") from None
        except PKCS11Error as error:
            if type(error) is PKCS11Error:  # so the library tells of a module; of what a module says, by a subclass
                raise Unready(f"{self._token.module} is no PKCS#11 module that can be loaded") from None
            raise Unready(f"{named} is not reached: {type(error).__name__}") from None
        if not token.slot.get_mechanisms() >= _NEEDED:
            raise Unready(f"{named} does not make AES keys and seal by AES-GCM, or does not say so")
        pin = self._token.pin()
        if pin == self._in.not_taken:
            raise Unready(f"{named} does not take the PIN, which is not tried again until its file holds another")
        try:
            return token.open(user_pin=pin, rw=True)
        except UserAlreadyLoggedIn:
            return token.open(rw=True)  # the process is in by another way
        except PinIncorrect:
            self._in.not_taken = pin
            raise Unready(f"{named} does not take the PIN") from None
        except PinLocked:
            self._in.not_taken = pin
            raise Unready(f"{named} has locked its PIN: its officer has to unlock it") from None


def _taken(folder: Path) -> str | None:
    try:
        return (folder / TAKEN_IN_TOKEN).read_bytes().decode()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError):
        raise Unready(
            f"{folder / TAKEN_IN_TOKEN} cannot be read: it says how the keys of this place are labelled"
        ) from None


def _bound(nonce: bytes, epoch: int) -> GCMParams:
    return GCMParams(nonce=nonce, aad=f"custodiet/epoch/v1/{epoch}".encode(), tag_bits=8 * _TAG_BYTES)
