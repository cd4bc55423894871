"""Whoever is asked outside: witnesses of the log, other gateways, and who takes messages on."""

import ssl
from pathlib import Path

from custodiet.adapters.ledger.witnesses import CosignedLog, read_policy_file
from custodiet.flows.ports import Seating
from custodiet.flows.send_messages import Carrier
from custodiet.main.stores import read_pins
from custodiet.model.errors import NotTheFormat, Unready
from custodiet.model.message import Template
from custodiet.rules.partitions import PARTITIONS
from custodiet.settings import Post, Settings, Sharing, read_secret
from custodiet.wire.message import Wordings, read_wording


def join_witnesses(settings: Settings) -> CosignedLog | None:
    """What the log's witnesses have signed; None where none are set. Raises Unready for a policy that says nothing."""
    policy = read_policy_file(settings.witnesses)
    if policy is None:
        return None
    return CosignedLog(settings.log, read_pins(settings), policy, settings.unseen_max)


def join_seating(settings: Settings, sharing: Sharing, name: str, address: str) -> Seating:
    """Where gateways agree on who has which devices, as one of that name, which others reach there."""
    from custodiet.adapters.etcd import Etcd

    trusted = {"ca_file": sharing.ca_file, "cert_file": sharing.cert_file, "key_file": sharing.key_file}
    prefix = f"custodiet/{read_pins(settings).origin}/{PARTITIONS}"
    return Etcd(sharing.etcd, prefix, name, address, sharing.lease_s, **trusted)


def join_carrier(post: Post) -> Carrier:
    """Whoever takes messages on. Raises Unready for wording that cannot be read."""
    from custodiet.adapters.messages.folder import FolderCarrier
    from custodiet.adapters.messages.smtp import Server, SmtpCarrier
    from custodiet.flows.send_messages import NobodyThere

    wordings = _wordings(post.wording)
    if post.folder is not None:
        return FolderCarrier(post.folder, post.sender, wordings, NobodyThere)
    secret = None if post.secret_file is None else read_secret(post.secret_file)
    server = Server(post.host or "", post.port, post.sender, post.starttls, post.user, secret, post.ca_file)
    return SmtpCarrier(server, wordings, NobodyThere)


def _wordings(folder: Path | None) -> Wordings:
    """The deployer's own: a file `language/template.txt` for each."""
    found: Wordings = {}
    for file in sorted(folder.glob("*/*.txt")) if folder is not None else ():
        if file.stem not in set(Template):
            raise Unready(f"{file}: there is no such message; there are {', '.join(Template)}")
        try:
            found[file.parent.name, Template(file.stem)] = read_wording(file.read_text("utf-8"))
        except (NotTheFormat, UnicodeDecodeError):
            raise Unready(f"{file} is to be a subject, an empty line and a body") from None
    return found


def trusted_peers(settings: Settings) -> ssl.SSLContext | None:
    """Who vouches for the other machines' gateways: nobody whom this machine trusts for anything else."""
    if settings.sharing is None or settings.sharing.peer_ca_file is None:
        return None
    try:
        return ssl.create_default_context(cafile=str(settings.sharing.peer_ca_file))
    except OSError:
        raise Unready(f"{settings.sharing.peer_ca_file} holds no certificate of an authority") from None
