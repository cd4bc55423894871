"""Witnesses over HTTP, and what they have signed as a file beside the published log.

Asking never takes long: a witness that does not answer within seconds is one that has not signed. What is kept is
kept whole and durably; what is read back is believed only as far as the signatures in it go.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from custodiet.adapters import over_http
from custodiet.adapters.ledger.tiles import write_whole
from custodiet.model.errors import NotTheFormat, Unready
from custodiet.model.record import LogOpened
from custodiet.model.witness import Cosigned, Witness
from custodiet.wire.cosigning import WitnessPolicy, cosigned_by, read_witness_policy
from custodiet.wire.note import NoteError, open_checkpoint, vkey

ANSWER_S: Final = 5.0
ANSWER_BYTES_MAX: Final = 64 * 1024
AHEAD_MAX: Final = timedelta(minutes=5)
"""As far ahead of ours a witness's clock may be, and no further."""
NAME: Final = "cosigned"
_WHENEVER: Final = datetime.max.replace(tzinfo=UTC)


class HttpWitness:
    """One witness, asked over HTTP (c2sp.org/tlog-witness)."""

    def __init__(self, witness: Witness) -> None:
        """Raises Unready for an address that is none."""
        url = witness.url or ""
        try:
            split, port = urlsplit(url), urlsplit(url).port
        except ValueError:
            split, port = urlsplit(""), None
        plain = url.isascii() and url.isprintable() and not {"@", "?", "#", " "} & set(url)
        if not plain or split.scheme not in ("http", "https") or not split.hostname:
            raise Unready(f"the witness {witness.name} is to have an address, https:// and what follows")
        self.witness = witness
        self._server = over_http.Server(split.hostname, port, split.scheme == "https")
        self._path = f"{split.path.rstrip('/')}/add-checkpoint"

    def ask(self, body: bytes) -> tuple[int, str, str]:
        """Status, kind and text of the answer. Raises OSError when there is none."""
        headers = {"Content-Type": "text/plain; charset=utf-8"}
        answer = over_http.ask(
            self._server, "POST", self._path, body, headers, within_s=ANSWER_S, bytes_max=ANSWER_BYTES_MAX
        )
        try:
            return answer.status, answer.kind, answer.body.decode()
        except UnicodeError:
            raise OSError(None, "a witness answered what is no text") from None


class CosignedLog:
    """The newest checkpoint that enough witnesses have signed, as it lies beside the log."""

    def __init__(self, folder: Path, pinned: LogOpened, policy: WitnessPolicy, most: timedelta) -> None:
        """`most`: how old what they signed may be before nobody looks any more."""
        self.most = most
        self.policy = policy
        self._file = folder / NAME
        self._vkey = vkey(pinned.origin, pinned.log_key)

    def read(self) -> str | None:
        """The note, whatever it is worth; None when there is none."""
        try:
            return self._file.read_bytes().decode(errors="replace")
        except OSError:
            return None

    def keep(self, note: str) -> None:
        """Make it the newest, durably: one that not enough of them signed takes no place from one that enough did."""
        if self._signed(note, _WHENEVER) is None:
            before = self.read()
            if before is not None and self._signed(before, _WHENEVER) is not None:
                return
        write_whole(self._file, note.encode())

    def newest(self, now: datetime) -> Cosigned | None:
        """What enough witnesses have signed of the pinned log; None when they have not, or what lies here is not so."""
        note = self.read()
        # A clock that runs far ahead would have signed for later too.
        return None if note is None else self._signed(note, now + AHEAD_MAX)

    def _signed(self, note: str, until: datetime) -> Cosigned | None:
        """What of the pinned log enough witnesses signed in a note, by signatures of no later than that."""
        try:
            size = open_checkpoint(note, self._vkey).size
            signed = cosigned_by(note, self.policy.witnesses)
        except NoteError:
            return None
        at = self.policy.enough_since({name: at for name, at in signed.items() if at <= until})
        return None if at is None else Cosigned(size, at)


def read_policy_file(file: Path) -> WitnessPolicy | None:
    """Who the witnesses are; None where none are set. Raises Unready for a file that does not say."""
    try:
        policy = read_witness_policy(file.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (NotTheFormat, OSError, UnicodeDecodeError) as error:
        raise Unready(f"{file} does not say who the witnesses are: {error}") from None
    return None if policy.quorum is None else policy
