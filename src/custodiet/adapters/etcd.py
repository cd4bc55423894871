"""Gateways and their partitions in etcd 3.4, by its JSON over HTTP (its dev-guide/api_grpc_gateway.md).

What we say of ourselves hangs on one lease: when it ends, by our word or by silence, all of it goes at once. Two keys:
PREFIX/gateways/NAME is an address, PREFIX/partitions/NUMBER the name of who holds it. A partition is taken by creating
its key, and the revision at which it was created is the fence: no later one of the same cluster is lower or the same,
unless what etcd holds was brought back from before. Which cluster it is, PREFIX/begun says, drawn by whoever joined
first: etcd's own number follows from where its servers are, and one begun from nothing has it again.

Servers are tried in turn, beginning with the one that answered last. What was asked of one that gave no answer may have
been done: so every question may be asked twice, and a partition that our lease has already is taken once more with the
same fence.

Every call raises CannotRecord when nobody answers in time or as etcd does. No text holds a name, an address of a
gateway or what a server said.
"""

import re
import secrets
import ssl
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import urlsplit

import msgspec

from custodiet.adapters import over_http
from custodiet.model.errors import CannotRecord, LeaseLost, Unready
from custodiet.model.partitions import Held, Seats

ANSWER_S: Final = 2.0
"""So long all servers together have to be reached, and as long again to answer."""
ANSWER_BYTES_MAX: Final = 4 * 1024 * 1024
"""Some twenty thousand partitions."""
_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_OURS: Final = re.compile(
    rb"(?P<begun>begun)|gateways/(?P<name>[A-Za-z0-9._-]{1,64})|partitions/(?P<number>0|[1-9][0-9]{0,8})"
)
_NO_LEASE: Final = b"requested lease not found"


class _Header(msgspec.Struct):
    cluster_id: str
    revision: int


class _Pair(msgspec.Struct):
    """A key with what hangs on it. Nothing, nought and false are left out of an answer."""

    key: bytes
    create_revision: int
    value: bytes = b""
    lease: int = 0


class _Found(msgspec.Struct):
    kvs: tuple[_Pair, ...] = ()


class _All(_Found, kw_only=True):
    header: _Header


class _Part(msgspec.Struct):
    """What came of one part of a transaction, if it was one that looked."""

    response_range: _Found = msgspec.field(default_factory=_Found)


class _Done(msgspec.Struct):
    header: _Header
    succeeded: bool = False
    responses: tuple[_Part, ...] = ()


class _Granted(msgspec.Struct):
    header: _Header
    id: int = msgspec.field(name="ID")


class _Left(msgspec.Struct):
    header: _Header
    ttl_s: int = msgspec.field(name="TTL", default=0)


class _Renewed(msgspec.Struct):
    """One of a stream of answers."""

    result: _Left


class _Revoked(msgspec.Struct):
    header: _Header


_Answer = TypeVar("_Answer", bound=msgspec.Struct)


class Etcd:
    """The promises of flows.ports.Seating. One thread joins, renews and leaves; any may do the rest meanwhile."""

    def __init__(
        self,
        addresses: Sequence[str],
        prefix: str,
        name: str,
        address: str,
        ttl_s: int,
        *,
        ca_file: Path | None = None,
        cert_file: Path | None = None,
        key_file: Path | None = None,
    ) -> None:
        """Asks nothing yet. `address`: where other gateways reach this one. Raises Unready for what cannot be meant."""
        if not addresses:
            raise Unready("etcd is to have an address at least")
        if not prefix or prefix.endswith("/"):
            raise Unready("the prefix of our keys in etcd is to be something, with no slash at its end")
        if not _NAME.fullmatch(name):
            raise Unready("the name of a gateway is to be 1 to 64 of A-Z a-z 0-9 . _ -")
        if ttl_s < 1:
            raise Unready("a lease is to last a second at least")
        files = (ca_file, cert_file, key_file)
        trusted = _trust(*files) if any(files) else None
        self._servers = [_server(one, trusted) for one in addresses]
        self._answered_last = 0
        self._prefix = f"{prefix}/".encode()
        self._name, self._address, self._ttl_s = name, address, ttl_s
        self._lease: int | None = None

    def join(self) -> None:
        granted = self._ask("lease/grant", {"TTL": str(self._ttl_s)}, _Granted)
        put = self._put(f"gateways/{self._name}", self._address, granted.id)
        begin = {"request_put": {"key": self._key("begun"), "value": secrets.token_hex(16).encode()}}
        first = {"compare": [self._created("begun", 0)], "success": [begin, put], "failure": [put]}
        try:
            self._ask("kv/txn", first, _Done)
        except LeaseLost:  # of a machine that slept meanwhile
            raise CannotRecord("the lease in etcd ran out before anything stood under it") from None
        self._lease = granted.id

    def renew(self) -> bool:
        if self._lease is None:
            return False
        if self._ask("lease/keepalive", {"ID": str(self._lease)}, _Renewed).result.ttl_s > 0:
            return True
        self._lease = None
        return False

    def look(self) -> Seats:
        after_last = self._prefix[:-1] + bytes([self._prefix[-1] + 1])
        found = self._ask("kv/range", {"key": self._prefix, "range_end": after_last}, _All)
        begun, gateways, held = "", {}, {}
        for pair in found.kvs:
            key = _OURS.fullmatch(pair.key.removeprefix(self._prefix))
            if key is None:
                continue  # another's, or of a later version of us
            if key["begun"] is not None:
                begun = _text(pair.value)
            elif key["name"] is not None:
                gateways[key["name"].decode()] = _text(pair.value)
            else:
                held[int(key["number"])] = Held(_text(pair.value), pair.create_revision)
        return Seats(begun, gateways, held)

    def take(self, partition: int) -> int | None:
        lease = self._lease
        if lease is None:
            raise LeaseLost("no lease in etcd: join first")
        path = f"partitions/{partition}"
        given = {
            "compare": [self._created(path, 0)],
            "success": [self._put(path, self._name, lease)],
            "failure": [{"request_range": {"key": self._key(path)}}],
        }
        done = self._ask("kv/txn", given, _Done)
        if done.succeeded:
            return done.header.revision
        for part in done.responses:
            for pair in part.response_range.kvs:
                return pair.create_revision if pair.lease == lease else None
        raise CannotRecord("etcd says that a partition is held, and by nobody")

    def give_back(self, partition: int, fence: int) -> None:
        path = f"partitions/{partition}"
        delete = {"request_delete_range": {"key": self._key(path)}}
        self._ask("kv/txn", {"compare": [self._created(path, fence)], "success": [delete]}, _Done)

    def leave(self) -> None:
        if self._lease is None:
            return
        with suppress(LeaseLost):  # it has run out: all of it is gone
            self._ask("lease/revoke", {"ID": str(self._lease)}, _Revoked)
        self._lease = None

    # --- in etcd's words ---

    def _key(self, path: str) -> bytes:
        return self._prefix + path.encode()

    def _put(self, path: str, value: str, lease: int) -> Mapping[str, object]:
        return {"request_put": {"key": self._key(path), "value": value.encode(), "lease": str(lease)}}

    def _created(self, path: str, revision: int) -> Mapping[str, object]:
        """That it was created at that revision; at none (0): that it is not there."""
        return {"key": self._key(path), "target": "CREATE", "result": "EQUAL", "create_revision": str(revision)}

    def _ask(self, path: str, given: Mapping[str, object], kind: type[_Answer]) -> _Answer:
        """Raises LeaseLost when there is no such lease, CannotRecord as the last of them failed."""
        body = msgspec.json.encode(given)  # bytes are base64 there and back, as etcd has them
        until, first, count = time.monotonic() + ANSWER_S, self._answered_last, len(self._servers)
        failed = CannotRecord("etcd does not answer in time")
        for tried in range(count):
            within_s = (until - time.monotonic()) / (count - tried)
            if within_s <= 0:
                break
            at = (first + tried) % count
            try:
                answer = _ask_one(self._servers[at], path, body, kind, within_s)
            except CannotRecord as cannot:
                failed = cannot
            else:
                self._answered_last = at
                return answer
        raise failed


def _ask_one(server: over_http.Server, path: str, body: bytes, kind: type[_Answer], within_s: float) -> _Answer:
    named = f"etcd at {server.host}:{server.port}"
    headers = {"Content-Type": "application/json"}
    try:
        answer = over_http.ask(
            server, "POST", f"/v3/{path}", body, headers, within_s=within_s, bytes_max=ANSWER_BYTES_MAX
        )
    except ssl.SSLCertVerificationError:
        raise CannotRecord(f"{named} is vouched for by nobody we trust") from None
    except OSError:
        raise CannotRecord(f"{named} does not answer") from None
    if answer.status == HTTPStatus.NOT_FOUND and _NO_LEASE in answer.body:
        raise LeaseLost("the lease in etcd has run out: join again")
    if answer.status != HTTPStatus.OK:
        raise CannotRecord(f"{named} answers {answer.status}")
    try:
        # Not strict: its 64-bit numbers are strings.
        return msgspec.json.decode(answer.body, type=kind, strict=False)
    except msgspec.DecodeError:
        raise CannotRecord(f"{named} answers what is no answer of etcd") from None


def _server(address: str, trusted: ssl.SSLContext | None) -> over_http.Server:
    try:
        split, port = urlsplit(address), urlsplit(address).port
    except ValueError:
        split, port = urlsplit(""), None
    plain = address.isascii() and address.isprintable() and not {"@", "?", "#", " "} & set(address)
    if (
        not plain
        or split.scheme not in ("http", "https")
        or not split.hostname
        or port is None
        or split.path not in ("", "/")
    ):
        raise Unready("an address of etcd is to be https://HOST:PORT and no more")
    if trusted is not None and split.scheme == "http":
        raise Unready("an address of etcd is http:// though a certificate is named: https:// it is to be")
    return over_http.Server(split.hostname, port, split.scheme == "https", trusted)


def _trust(ca_file: Path | None, cert_file: Path | None, key_file: Path | None) -> ssl.SSLContext:
    if key_file is not None and cert_file is None:
        raise Unready("a key for etcd is named and no certificate of it")
    try:
        trusted = ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))
    except OSError:
        raise Unready(f"{ca_file} holds no certificate of an authority") from None
    if cert_file is not None:
        try:
            trusted.load_cert_chain(cert_file, key_file, password="")  # a key under a passphrase is not asked for
        except OSError:
            raise Unready(f"{cert_file} and {key_file or 'itself'} hold no certificate with its key") from None
    return trusted


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeError:
        raise CannotRecord("what stands in etcd under a key of ours is no text") from None
