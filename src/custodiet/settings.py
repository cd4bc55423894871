"""Where things lie and what is listened on: read once from the command line and the environment, then frozen.

CUSTODIET_DATA and CUSTODIET_KEYS stand in for --data and --keys, CUSTODIET_TOKEN for --token-file.
CUSTODIET_GET_SENDERS names, by id and with commas between, the senders that may put positions into an address: proxies
and logs on the way may keep those. CUSTODIET_WEB_ADDRESS is the https address by which people reach the pages; without
it they are for this machine alone. CUSTODIET_OIDC_ISSUER, _NAME, _CLIENT and _SECRET_FILE name the organisation's own
identity provider, all four or none. CUSTODIET_UNSEEN_MAX_S says, where witnesses are set, for how many seconds people
may look after a witness has signed. CUSTODIET_OPENBAO is the address of the OpenBao that keeps the epoch keys
instead of files; _TOKEN_FILE holds what we are known to it by, _MOUNT and _KEY say which key of its transit engine,
_CA_FILE who vouches for it. CUSTODIET_PKCS11 is the module of a token that seals them instead; _TOKEN is its label,
_PIN_FILE holds its PIN. CUSTODIET_STORE is the address of a PostgreSQL database that is the store instead of a file in
the data folder, postgresql://user@host:port/name; a password stands in libpq's own file (PGPASSFILE), never in it.
CUSTODIET_ETCD names the servers of an etcd, http(s)://host:port with commas between, by whose leases several gateways
share devices out; _CA_FILE says who vouches for them, _CERT_FILE and _KEY_FILE who we are. CUSTODIET_LEASE_S says after
how many seconds of silence another gateway takes over. CUSTODIET_PEER is the https address by which the others reach
this machine's gateway, CUSTODIET_PEER_PORT where it listens for them and CUSTODIET_PEER_CA_FILE who vouches for them;
without these three it is for this machine alone.
Everything that is missing or unsafe is said at once.
"""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from custodiet.model.errors import Unready
from custodiet.model.witness import UNSEEN_MAX

DEMO_FOLDER = "demo"
SECRET_BYTES_MAX = 1024
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_-]{1,100}")
_OF_PROVIDER = ("ISSUER", "NAME", "CLIENT", "SECRET_FILE")


@dataclass(frozen=True, slots=True)
class Provider:
    """The organisation's own identity provider, by OpenID Connect."""

    issuer: str
    name: str
    client: str
    secret_file: Path


@dataclass(frozen=True, slots=True)
class Post:
    """Where messages to people go: a mail server, or a folder."""

    sender: str
    host: str | None = None
    port: int = 0
    starttls: bool = True
    user: str | None = None
    secret_file: Path | None = None
    ca_file: Path | None = None
    folder: Path | None = None
    wording: Path | None = None
    office: str | None = None
    """Where those who watch are told that something waits for them."""


@dataclass(frozen=True, slots=True)
class OpenBao:
    """The OpenBao that wraps the epoch keys."""

    host: str
    port: int
    tls: bool
    token_file: Path
    mount: str
    key: str
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Pkcs11:
    """The token that wraps the epoch keys."""

    module: Path
    token: str
    pin_file: Path


@dataclass(frozen=True, slots=True)
class Sharing:
    """How several gateways share devices out."""

    etcd: tuple[str, ...]
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    lease_s: int = 10
    peer: str | None = None
    """Where the others reach this machine's gateway. None: all are on this machine."""
    peer_port: int = 0
    peer_ca_file: Path | None = None
    """Who vouches for the others."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One data folder and the keys folder outside it."""

    data: Path
    keys: Path
    get_senders: frozenset[str] = frozenset()
    web_address: str | None = None
    provider: Provider | None = None
    post: Post | None = None
    unseen_max: timedelta = UNSEEN_MAX
    kms: OpenBao | Pkcs11 | None = None
    """None: the epoch keys are files in the keys folder."""
    database: str | None = None
    """The store's address on a PostgreSQL server. None: it is a file in the data folder."""
    sharing: Sharing | None = None
    """None: every gateway takes what comes to it."""

    @property
    def store(self) -> Path:
        """The store's database."""
        return self.data / "custodiet.db"

    @property
    def has_store(self) -> bool:
        """Whether there may be one: a file that is there, or a database that is named."""
        return self.database is not None or self.store.is_file()

    @property
    def vault_folder(self) -> Path:
        """What belongs to the vault's user alone: never in the same backup as the rest."""
        return self.data / "vault"

    @property
    def vault_db(self) -> Path:
        """The vault's wrapped keys and its last head."""
        return self.vault_folder / "vault.db"

    @property
    def pieces_db(self) -> Path:
        """Where the vault finds a person's pieces. Derived: without it the vault finds out anew."""
        return self.vault_folder / "pieces.db"

    @property
    def vault_socket(self) -> Path:
        """Where the vault listens."""
        return self.data / "run" / "vault.sock"

    @property
    def accounts_folder(self) -> Path:
        """What belongs to the pages' user alone: who can sign in, and their sessions. No case is in it."""
        return self.data / "accounts"

    @property
    def accounts_db(self) -> Path:
        """Accounts, sessions and second factors."""
        return self.accounts_folder / "accounts.db"

    @property
    def accounts_secret(self) -> Path:
        """What sessions are signed and second factors are sealed with."""
        return self.accounts_folder / "secret"

    @property
    def log(self) -> Path:
        """Published tiles and the checkpoint."""
        return self.data / "log"

    @property
    def restoring(self) -> Path:
        """There while a restore waits to be finished: nobody opens this place meanwhile."""
        return self.data / "restoring"

    @property
    def places(self) -> Path:
        """Lists of places near which stays are not shown."""
        return self.data / "places"

    @property
    def streets(self) -> Path:
        """Streets and water of the map that was loaded last."""
        return self.data / "streets.db"

    @property
    def pins(self) -> Path:
        """The log's origin and the vault's public keys, outside the data folder: what everyone else goes by."""
        return self.data.with_name(self.data.name + "-pins.json")

    @property
    def witnesses(self) -> Path:
        """Who the log's witnesses are (c2sp.org/tlog-policy), outside the data folder like the pins; may be missing."""
        return self.data.with_name(self.data.name + "-witnesses.txt")

    @property
    def witness_folder(self) -> Path:
        """Where a demo's own witness keeps its key and memory. A real one is somebody else's, somewhere else."""
        return self.data.with_name(self.data.name + "-witness")

    @property
    def made_up(self) -> Path:
        """Marks a demo folder and holds its ready line."""
        return self.data / "made-up.json"


def read_settings(data: str | None, keys: str | None, environment: Mapping[str, str]) -> Settings:
    """The settings. Raises Unready when no data folder is named, or the keys would lie inside it."""
    named = data or environment.get("CUSTODIET_DATA") or (DEMO_FOLDER if Path(DEMO_FOLDER).is_dir() else None)
    if named is None:
        raise Unready("no data folder: say --data DIR or set CUSTODIET_DATA")
    folder = Path(named).resolve()
    beside = folder.with_name(folder.name + "-keys")
    of_keys = Path(keys or environment.get("CUSTODIET_KEYS") or beside).resolve()
    if of_keys == folder or folder in of_keys.parents:
        raise Unready("the keys folder lies inside the data folder: whoever copies one would have both")
    named_senders = (one.strip() for one in environment.get("CUSTODIET_GET_SENDERS", "").split(","))
    senders = frozenset(one for one in named_senders if one)
    return Settings(
        folder,
        of_keys,
        senders,
        _web_address(environment),
        _provider(environment),
        _post(environment),
        _unseen_max(environment),
        _kms(environment),
        _database(environment),
        _sharing(environment),
    )


def _saying(environment: Mapping[str, str], prefix: str = "CUSTODIET_") -> Callable[[str], str]:
    """What is set by a name, after the prefix; empty where nothing is."""
    return lambda name: environment.get(prefix + name, "").strip()


def _sharing(environment: Mapping[str, str]) -> Sharing | None:
    said = _saying(environment)

    def file(name: str) -> Path | None:
        return Path(said(name)).resolve() if said(name) else None

    others = ("ETCD_CA_FILE", "ETCD_CERT_FILE", "ETCD_KEY_FILE", "LEASE_S", "PEER", "PEER_PORT", "PEER_CA_FILE")
    servers = tuple(one.strip().rstrip("/") for one in said("ETCD").split(",") if one.strip())
    if not servers:
        named = [f"CUSTODIET_{name}" for name in others if said(name)]
        if named:
            raise Unready(f"{', '.join(named)} without CUSTODIET_ETCD: where does it listen?")
        return None
    wrong = []
    if not all(_is_server(one) for one in servers):
        wrong.append("CUSTODIET_ETCD is to be https://host:port, with commas between; http:// on this machine alone")
    if bool(said("ETCD_CERT_FILE")) != bool(said("ETCD_KEY_FILE")):
        wrong.append("CUSTODIET_ETCD_CERT_FILE and CUSTODIET_ETCD_KEY_FILE go together")
    lease = said("LEASE_S") or "10"
    if not lease.isdecimal() or not 3 <= int(lease) <= 60:
        wrong.append("CUSTODIET_LEASE_S is to be seconds, 3 to 60")
    peer, port, peer_ca = said("PEER").rstrip("/"), said("PEER_PORT"), file("PEER_CA_FILE")
    if peer and not (_is_server(peer) and peer.startswith("https://")):
        wrong.append("CUSTODIET_PEER is to be https://host:port: positions would travel in clear")
    is_port = port.isdecimal() and 0 < int(port) < 65536
    if (bool(peer), is_port, peer_ca is not None) not in ((True,) * 3, (False,) * 3) or (port and not is_port):
        wrong.append(
            "CUSTODIET_PEER, CUSTODIET_PEER_PORT and CUSTODIET_PEER_CA_FILE go together: an address, the port it leads "
            "to, and who vouches for the others'"
        )
    if wrong:
        raise Unready("; ".join(wrong))
    files = (file("ETCD_CA_FILE"), file("ETCD_CERT_FILE"), file("ETCD_KEY_FILE"))
    return Sharing(servers, *files, int(lease), peer or None, int(port or 0), peer_ca)


def _is_server(address: str) -> bool:
    """https://host:port and nothing after it; on this machine http:// will do."""
    try:
        split, port = urlsplit(address), urlsplit(address).port
    except ValueError:
        return False
    if port is None or not split.hostname or split.path or split.query or split.fragment or split.username:
        return False
    here = split.hostname in ("localhost", "127.0.0.1", "::1")
    return split.scheme == "https" or (split.scheme == "http" and here)


def _database(environment: Mapping[str, str]) -> str | None:
    address = environment.get("CUSTODIET_STORE", "").strip()
    if not address:
        return None
    try:
        split = urlsplit(address)
        password, name = split.password, split.path.removeprefix("/")
    except ValueError:
        split, password, name = urlsplit(""), None, ""
    if split.scheme != "postgresql" or not _PLAIN_NAME.fullmatch(name):
        raise Unready("CUSTODIET_STORE is to be postgresql://user@host:port/name")
    if password is not None or "password" in split.query:
        raise Unready("CUSTODIET_STORE holds a password: put it into the file that PGPASSFILE names")
    return address


def _unseen_max(environment: Mapping[str, str]) -> timedelta:
    said = environment.get("CUSTODIET_UNSEEN_MAX_S", "").strip()
    if not said:
        return UNSEEN_MAX
    if not said.isdecimal() or not 1 <= int(said) <= 3600:
        raise Unready("CUSTODIET_UNSEEN_MAX_S is to be seconds, an hour at most: how old a witness's signature may be")
    return timedelta(seconds=int(said))


def _web_address(environment: Mapping[str, str]) -> str | None:
    address = environment.get("CUSTODIET_WEB_ADDRESS", "").strip().rstrip("/")
    if not address:
        return None
    split = urlsplit(address)
    if split.scheme != "https" or not split.hostname or split.path or split.query or split.username:
        raise Unready("CUSTODIET_WEB_ADDRESS is to be https:// and a name, nothing after it")
    return address


def _provider(environment: Mapping[str, str]) -> Provider | None:
    said = {name: environment.get(f"CUSTODIET_OIDC_{name}", "").strip() for name in _OF_PROVIDER}
    missing = [f"CUSTODIET_OIDC_{name}" for name, value in said.items() if not value]
    if len(missing) == len(said):
        return None
    if missing:
        raise Unready(f"an identity provider needs all of its settings; missing: {', '.join(missing)}")
    return Provider(said["ISSUER"], said["NAME"], said["CLIENT"], Path(said["SECRET_FILE"]).resolve())


def _post(environment: Mapping[str, str]) -> Post | None:
    said = _saying(environment)

    def file(name: str) -> Path | None:
        return Path(said(name)).resolve() if said(name) else None

    server, folder, sender = said("SMTP"), file("MESSAGE_FOLDER"), said("MAIL_FROM")
    if not server and folder is None:
        if said("OFFICE_MAIL"):
            raise Unready("CUSTODIET_OFFICE_MAIL needs a way for messages: CUSTODIET_SMTP, or CUSTODIET_MESSAGE_FOLDER")
        return None
    wrong = []
    if server and folder is not None:
        wrong.append(
            "messages go to a mail server (CUSTODIET_SMTP) or to a folder (CUSTODIET_MESSAGE_FOLDER), not both"
        )
    if "@" not in sender:
        wrong.append("CUSTODIET_MAIL_FROM is to be the address that people are written to from")
    host, _, port = server.rpartition(":")
    if server and not (host and port.isdecimal() and 0 < int(port) < 65536):
        wrong.append("CUSTODIET_SMTP is to be host:port")
    plain = said("SMTP_PLAIN") == "1"
    if plain and server and host not in ("localhost", "127.0.0.1", "::1"):
        wrong.append(
            "CUSTODIET_SMTP_PLAIN is for this machine's own mail server alone: addresses would travel in clear"
        )
    if said("OFFICE_MAIL") and "@" not in said("OFFICE_MAIL"):
        wrong.append("CUSTODIET_OFFICE_MAIL is to be the address of the data protection officer's office")
    if bool(said("SMTP_USER")) != bool(said("SMTP_SECRET_FILE")):
        wrong.append("CUSTODIET_SMTP_USER and CUSTODIET_SMTP_SECRET_FILE go together")
    if wrong:
        raise Unready("; ".join(wrong))
    return Post(
        sender=sender,
        host=host or None,
        port=int(port or 0),
        starttls=not plain,
        user=said("SMTP_USER") or None,
        secret_file=file("SMTP_SECRET_FILE"),
        ca_file=file("SMTP_CA_FILE"),
        folder=folder,
        wording=file("WORDING"),
        office=said("OFFICE_MAIL") or None,
    )


def _kms(environment: Mapping[str, str]) -> OpenBao | Pkcs11 | None:
    openbao, pkcs11 = _openbao(environment), _pkcs11(environment)
    if openbao is not None and pkcs11 is not None:
        raise Unready("the keys are in OpenBao (CUSTODIET_OPENBAO) or in a token (CUSTODIET_PKCS11), not both")
    return openbao or pkcs11


def _pkcs11(environment: Mapping[str, str]) -> Pkcs11 | None:
    named = ("CUSTODIET_PKCS11", "CUSTODIET_PKCS11_TOKEN", "CUSTODIET_PKCS11_PIN_FILE")
    said = [environment.get(name, "").strip() for name in named]
    missing = [name for name, value in zip(named, said, strict=True) if not value]
    if len(missing) == len(named):
        return None
    if missing:
        raise Unready(f"a token needs all of its settings; missing: {', '.join(missing)}")
    module, token, pin_file = said
    return Pkcs11(Path(module).resolve(), token, Path(pin_file).resolve())


def _openbao(environment: Mapping[str, str]) -> OpenBao | None:
    said = _saying(environment, "CUSTODIET_OPENBAO")

    address = said("")
    others = [f"CUSTODIET_OPENBAO{name}" for name in ("_TOKEN_FILE", "_MOUNT", "_KEY", "_CA_FILE") if said(name)]
    if not address:
        if others:
            raise Unready(f"{', '.join(others)} without CUSTODIET_OPENBAO: where does it listen?")
        return None
    wrong = []
    try:
        split, port = urlsplit(address.rstrip("/")), urlsplit(address).port
    except ValueError:
        split, port = urlsplit(""), None
    tls = split.scheme == "https"
    bare = not (split.path or split.query or split.username or split.fragment)
    if split.scheme not in ("http", "https") or not split.hostname or not bare:
        wrong.append("CUSTODIET_OPENBAO is to be https://host:port, nothing after it")
    elif not tls and split.hostname not in ("localhost", "127.0.0.1", "::1"):
        wrong.append("CUSTODIET_OPENBAO without TLS is for this machine alone: token and keys would travel in clear")
    mount, key = said("_MOUNT") or "transit", said("_KEY") or "custodiet"
    for name, value in (("_MOUNT", mount), ("_KEY", key)):
        if not _PLAIN_NAME.fullmatch(value):
            wrong.append(f"CUSTODIET_OPENBAO{name} is to be a plain name")
    if not said("_TOKEN_FILE"):
        wrong.append("CUSTODIET_OPENBAO needs CUSTODIET_OPENBAO_TOKEN_FILE: never an argument, never a variable")
    if wrong:
        raise Unready("; ".join(wrong))
    ca_file = Path(said("_CA_FILE")).resolve() if said("_CA_FILE") else None
    token_file = Path(said("_TOKEN_FILE")).resolve()
    return OpenBao(split.hostname or "", port or 8200, tls, token_file, mount, key, ca_file)


def require_outside(settings: Settings, file: Path) -> None:
    """Raise Unready for a backup that would lie in what it is a backup of, or with the keys."""
    for folder, why in ((settings.data, "lost with it"), (settings.keys, "whoever copies one would have both")):
        if folder in file.parents:
            raise Unready(f"{file} lies inside {folder}: {why}; nothing was written")


def require_settled(settings: Settings) -> None:
    """Raise Unready while a restore waits to be finished: what lies here is neither the old place nor the new one."""
    if settings.restoring.exists():
        raise Unready(f"a restore of {settings.data} was broken off: run custodiet restore again, to its end")


def require_store(settings: Settings) -> None:
    """Raise Unready unless there is one store, and one only: of two, one would be the past without anyone knowing."""
    if not settings.has_store:
        raise Unready(f"no store in {settings.data}: make one with custodiet init, or start custodiet demo")
    if settings.database is not None and settings.store.exists():
        raise Unready(
            f"CUSTODIET_STORE names a database, and {settings.store} is there too: bring the one into the other with "
            "custodiet migrate-store, or unset CUSTODIET_STORE"
        )


def require_made(settings: Settings) -> None:
    """Raise Unready, naming everything that is missing, unless `custodiet init` has been here."""
    missing = []
    if not settings.has_store:
        missing.append(f"no store in {settings.data}")
    if not settings.vault_db.is_file():
        missing.append(f"no vault in {settings.data}")
    if not settings.pins.is_file():
        missing.append(f"no pinned keys at {settings.pins}")
    if not settings.keys.is_dir():
        missing.append(f"no keys folder at {settings.keys}")
    if missing:
        raise Unready("; ".join(missing) + f". Make them with: custodiet init --data {settings.data}")


def read_token(token_file: str | None, environment: Mapping[str, str]) -> str:
    """The token that a sender speaks with. Never an argument: a list of processes shows those to everyone.

    Raises Unready when there is none, or its file is not safe.
    """
    if token_file is not None:
        return read_secret(Path(token_file))
    token = environment.get("CUSTODIET_TOKEN", "").strip()
    if not token:
        raise Unready("no token: say --token-file FILE or set CUSTODIET_TOKEN")
    return token


def read_secret(path: Path) -> str:
    """The one line of a file that holds a token or a password. Raises Unready for a file that others may read."""
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_mode & 0o007:
                raise Unready(f"others may read {path}: remove their access (chmod o= {path})")
            held = file.read(SECRET_BYTES_MAX + 1)
    except OSError as error:
        raise Unready(f"{path} cannot be read: {error.strerror}") from None
    secret = held.strip()
    if not secret or len(held) > SECRET_BYTES_MAX or not secret.isascii() or b"\n" in secret:
        raise Unready(f"{path} is to hold one line, the secret, and nothing else")
    return secret.decode()
