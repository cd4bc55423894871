"""A witness of other people's logs, in one file: Python's standard library and `cryptography`, nothing of ours.

    python3 witness.py init FOLDER NAME               make a key and an empty memory; prints the verifier's key
    python3 witness.py key FOLDER                     print the verifier's key again
    python3 witness.py run FOLDER --log VKEY... [--port N | --listen-fd N] [--tied]

It signs that a log of which it has seen a checkpoint has since only grown: c2sp.org/tlog-witness (add-checkpoint) and
c2sp.org/tlog-cosignature (cosignature/v1, Ed25519). It sees sizes and hashes; no entry and nothing about anyone.

Promise: what it has signed is on disk before its signature leaves, one request after the other, so that it never signs
two histories of one log nor an older state after a newer one. A folder without its memory is not run: a witness that
has forgotten signs anything. Then make a new one, under a new name, and tell whoever relies on it. It listens on this
machine alone: put a web server that speaks TLS before it. One folder, one process, one key.
"""

import argparse
import base64
import fcntl
import hashlib
import json
import os
import re
import signal
import socket
import sys
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

BODY_BYTES_MAX = 64 * 1024
PROOF_LINES_MAX = 63
SIGNATURES_MAX = 100
WAIT_S = 10
WAITING_MAX = 32  # connections that nobody has taken up yet; the web server before it bounds the rest
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_LOG, _WITNESS = b"\x01", b"\x04"  # signature types of c2sp.org/signed-note and c2sp.org/tlog-cosignature
_DASH = "\N{EM DASH} "


class Refused(Exception):
    """An answer other than yes, as c2sp.org/tlog-witness numbers them."""

    def __init__(self, status: int, words: str, kind: str = "text/plain; charset=utf-8") -> None:
        super().__init__(words)
        self.status, self.words, self.kind = status, words, kind


class Witness:
    """One key and what it has signed: for each log the newest checkpoint, by its origin."""

    def __init__(self, folder: Path, log_keys: list[str], now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._memory = folder / "memory.json"
        key = json.loads((folder / "key.json").read_bytes())
        self._name, self._key = key["name"], Ed25519PrivateKey.from_private_bytes(base64.b64decode(key["private"]))
        self._logs = dict(map(read_vkey, log_keys))
        # Not there: forgotten, and then nothing may be signed.
        self._seen: dict[str, list[Any]] = json.loads(self._memory.read_bytes())
        self._one = Lock()

    @property
    def vkey(self) -> str:
        """The verifier's key, as whoever relies on this witness keeps it."""
        return write_vkey(self._name, _WITNESS, self._key.public_key().public_bytes_raw())

    def add_checkpoint(self, request: str) -> str:
        """The cosignature of a checkpoint that continues the last one. Raises Refused."""
        old_size, proof, note = _request(request)
        body, signatures = _note(note)
        origin, size, root = _checkpoint(body)
        if origin not in self._logs:
            raise Refused(404, "this witness does not know that log\n")
        if not any(_signed(self._logs[origin], origin, body, line) for line in signatures):
            raise Refused(403, "the log has not signed this\n")
        if old_size > size:
            raise Refused(400, "the old size is larger than the new one\n")
        with self._one:  # looked at and written down without anyone between
            seen_size, seen_root = self._seen.get(origin, [0, hashlib.sha256(b"").hexdigest()])
            if old_size != seen_size:
                raise Refused(409, f"{seen_size}\n", "text/x.tlog.size")
            if size == seen_size and size and root.hex() != seen_root:
                raise Refused(409, f"{seen_size}\n", "text/x.tlog.size")
            if not consistent(seen_size, size, bytes.fromhex(seen_root), root, proof):
                raise Refused(422, "this is not a continuation of what was signed before\n")
            self._remember(origin, size, root)
            return self._cosign(body)

    def _remember(self, origin: str, size: int, root: bytes) -> None:
        """On disk, whole, before anything is signed. What cannot be written is not remembered here either."""
        seen = self._seen | {origin: [size, root.hex()]}
        write_durably(self._memory, json.dumps(seen).encode())
        self._seen = seen

    def _cosign(self, body: str) -> str:
        at = int(self._now())
        signature = self._key.sign(f"cosignature/v1\ntime {at}\n{body}".encode())
        identity = key_id(self._name, _WITNESS, self._key.public_key().public_bytes_raw())
        return f"{_DASH}{self._name} {base64.b64encode(identity + at.to_bytes(8, 'big') + signature).decode()}\n"


# --- the formats ------------------------------------------------------------------------------------------------


def key_id(name: str, kind: bytes, public: bytes) -> bytes:
    """Four bytes by which a signature line names its key."""
    return hashlib.sha256(name.encode() + b"\n" + kind + public).digest()[:4]


def write_vkey(name: str, kind: bytes, public: bytes) -> str:
    """A verifier's key in one line."""
    return f"{name}+{key_id(name, kind, public).hex()}+{base64.b64encode(kind + public).decode()}"


def read_vkey(text: str) -> tuple[str, Ed25519PublicKey]:
    """The name and key of a log. Raises SystemExit for anything else: it comes from the command line."""
    name, _, rest = text.partition("+")
    try:
        data = base64.b64decode(rest.partition("+")[2], validate=True)
        if text == write_vkey(name, _LOG, data[1:]) and name:
            return name, Ed25519PublicKey.from_public_bytes(data[1:])
    except ValueError:
        pass
    sys.exit(f"witness: not the key of a log: {text!r}")


def _request(text: str) -> tuple[int, list[bytes], str]:
    """Old N, up to 63 hashes, an empty line, the checkpoint."""
    head, separator, note = text.partition("\n\n")
    first, *lines = head.split("\n")
    if not separator or not first.startswith("old ") or len(lines) > PROOF_LINES_MAX:
        raise Refused(400, "this is not an add-checkpoint request\n")
    return _number(first.removeprefix("old ")), [_hash(line) for line in lines], note


def _note(text: str) -> tuple[str, list[str]]:
    start, separator, signatures = text.rpartition("\n\n")
    if not separator or not signatures.endswith("\n"):
        raise Refused(400, "the checkpoint is not a signed note\n")
    lines = signatures[:-1].split("\n")
    if len(lines) > SIGNATURES_MAX or not all(line.startswith(_DASH) for line in lines):
        raise Refused(400, "the checkpoint is not a signed note\n")
    return start + "\n", lines


def _checkpoint(body: str) -> tuple[str, int, bytes]:
    lines = body.split("\n")
    if len(lines) < 4 or lines[-1] or not lines[0] or any(character < " " for line in lines for character in line):
        raise Refused(400, "the checkpoint is not origin, size and root\n")
    size, root = _number(lines[1]), _hash(lines[2])
    if not size and root != hashlib.sha256(b"").digest():
        raise Refused(400, "an empty log has another root\n")
    return lines[0], size, root


def _signed(key: Ed25519PublicKey, name: str, body: str, line: str) -> bool:
    """Whether this line is the log's own signature of the text. Other people's lines are passed over."""
    signer, _, encoded = line.removeprefix(_DASH).partition(" ")
    try:
        data = base64.b64decode(encoded, validate=True)
        if signer != name or data[:4] != key_id(name, _LOG, key.public_bytes_raw()):
            return False
        key.verify(data[4:], body.encode())
    except (ValueError, InvalidSignature):
        return False
    return True


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text) or int(text) >= 2**63:
        raise Refused(400, "a size is not a number\n")
    return int(text)


def _hash(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        data = b""
    if len(data) != 32 or base64.b64encode(data).decode() != text:
        raise Refused(400, "a hash is not 32 bytes in base64\n")
    return data


def consistent(old_size: int, size: int, old_root: bytes, root: bytes, proof: list[bytes]) -> bool:
    """Whether the tree under `root` begins with that under `old_root`: RFC 9162, section 2.1.4.2."""
    if old_size == size:
        return not proof and old_root == root
    if old_size == 0:
        return not proof
    if not proof:
        return False
    path = [old_root, *proof] if old_size & (old_size - 1) == 0 else proof
    at, last = old_size - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old_here = new_here = path[0]
    for other in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old_here, new_here = _node(other, old_here), _node(other, new_here)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            new_here = _node(new_here, other)
        at, last = at >> 1, last >> 1
    return last == 0 and old_here == old_root and new_here == root


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


# --- disk and network -------------------------------------------------------------------------------------------


def write_durably(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Whole or not at all, through any crash; durable when this returns."""
    aside = path.with_name(f".{path.name}.new")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class _Handler(BaseHTTPRequestHandler):
    server: "_Server"
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "witness", ""
    timeout = WAIT_S

    def do_POST(self) -> None:
        try:
            if self.path != "/add-checkpoint":
                raise Refused(404, "only /add-checkpoint is here\n")
            length = self.headers.get("Content-Length", "")
            if not _NUMBER.fullmatch(length) or int(length) > BODY_BYTES_MAX:
                self.close_connection = True
                raise Refused(413, "too long, or of no length\n")
            said = self.server.witness.add_checkpoint(self.rfile.read(int(length)).decode())
            self._say(200, said, "text/plain; charset=utf-8")
        except UnicodeDecodeError:
            self._say(400, "not text\n", "text/plain; charset=utf-8")
        except Refused as refused:
            self._say(refused.status, refused.words, refused.kind)
        except OSError:
            self._say(500, "cannot write down what would be signed\n", "text/plain; charset=utf-8")

    def do_GET(self) -> None:
        if self.path == "/":
            self._say(200, f"a witness of logs\n{self.server.witness.vkey}\n", "text/plain; charset=utf-8")
        else:
            self._say(404, "only /add-checkpoint is here\n", "text/plain; charset=utf-8")

    def _say(self, status: int, words: str, kind: str) -> None:
        body = words.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """No access log."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = WAITING_MAX

    def __init__(self, listening: socket.socket, witness: Witness) -> None:
        super().__init__(listening.getsockname()[:2], _Handler, bind_and_activate=False)
        self.socket.close()
        self.socket, self.witness = listening, witness
        self.server_activate()


def _init(folder: Path, name: str) -> None:
    if not name or "+" in name or any(c.isspace() or c < " " for c in name):
        sys.exit("witness: a name is one word without a plus sign, for instance the address it answers at")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()):
        sys.exit(f"witness: {folder} is not empty, and a witness is made once")
    private = base64.b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode()
    write_durably(folder / "memory.json", b"{}")
    write_durably(folder / "key.json", json.dumps({"name": name, "private": private}).encode())


def _run(folder: Path, log_keys: list[str], port: int, listen_fd: int | None, *, tied: bool) -> None:
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(f"witness: another one is running on {folder}")
    witness = _open(folder, log_keys)
    listening = socket.socket(fileno=listen_fd) if listen_fd is not None else socket.create_server(("127.0.0.1", port))
    server = _Server(listening, witness)
    # shutdown() waits for the loop that this very signal interrupts: another thread has to ask.
    if tied:
        Thread(target=_end_with_stdin, args=(server,), daemon=True).start()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: Thread(target=server.shutdown).start())
    if listen_fd is None:  # otherwise whoever opened it knows the address
        print(f"witness on http://127.0.0.1:{listening.getsockname()[1]}", file=sys.stderr, flush=True)
    server.serve_forever()


def _end_with_stdin(server: _Server) -> None:
    sys.stdin.read()
    server.shutdown()


def _open(folder: Path, log_keys: list[str]) -> Witness:
    try:
        return Witness(folder, log_keys)
    except (OSError, ValueError, KeyError) as error:
        sys.exit(f"witness: {folder} is not whole ({type(error).__name__}): make a new witness, under a new name")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="witness")
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb in ("init", "key", "run"):
        verbs.add_parser(verb).add_argument("folder", type=Path)
    verbs.choices["init"].add_argument("name")
    verbs.choices["run"].add_argument("--log", action="append", required=True, metavar="VKEY")
    verbs.choices["run"].add_argument("--port", type=int, default=8075)
    verbs.choices["run"].add_argument("--listen-fd", type=int)
    verbs.choices["run"].add_argument("--tied", action="store_true", help="end when standard input does")
    asked = parser.parse_args()
    if asked.verb == "run":
        _run(asked.folder, asked.log, asked.port, asked.listen_fd, tied=asked.tied)
        return
    if asked.verb == "init":
        _init(asked.folder, asked.name)
    print(_open(asked.folder, []).vkey)


if __name__ == "__main__":
    main()
