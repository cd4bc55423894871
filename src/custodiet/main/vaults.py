"""The inside of a vault, and the KMS that its keys are in."""

import ssl
from functools import partial

from custodiet.adapters import over_http, sealing
from custodiet.adapters.gathered_pieces import SqliteGatheredPieces
from custodiet.adapters.keystore import SqliteKeystore
from custodiet.adapters.kms.epoch_files import TAKEN_IN_OPENBAO, TAKEN_IN_TOKEN
from custodiet.adapters.kms.keyfile import KeyfileKms
from custodiet.adapters.kms.openbao import OpenBaoKms, Transit
from custodiet.adapters.ledger.witnesses import CosignedLog
from custodiet.adapters.place_lists import PlaceFolder
from custodiet.adapters.store.replay import replay_store
from custodiet.adapters.store.sql import SqlStore
from custodiet.flows.in_vault.following import Follower
from custodiet.flows.in_vault.keys import Keys
from custodiet.flows.in_vault.openings import Openings
from custodiet.flows.ports import Chance, Clock, Kms
from custodiet.model.errors import Unready
from custodiet.settings import OpenBao, Pkcs11, Settings, read_secret


def join_vault(
    settings: Settings,
    store: SqlStore,
    keystore: SqliteKeystore,
    clock: Clock,
    chance: Chance,
    witnessed: CosignedLog | None = None,
    pieces: SqliteGatheredPieces | None = None,
) -> tuple[Openings, Keys]:
    """The inside of the vault. Without `pieces` it gathers them anew, for as long as it lives."""
    keys = Keys(keystore, join_kms(settings), sealing, clock, chance)
    follower = Follower(store, keystore, clock, keys.log_public, keys.issue_public)
    lists, pieces = PlaceFolder(settings.places), pieces or SqliteGatheredPieces(None)
    return Openings(store, follower, keys, sealing, clock, chance, replay_store, lists, pieces, witnessed), keys


def join_kms(settings: Settings) -> Kms:
    """The KMS that the keys of a place are in. Raises Unready when it is not the one that the settings name."""
    if settings.kms is None:
        if any((settings.keys / taken).exists() for taken in _TAKEN.values()):
            raise Unready("the keys of this place are in a KMS: say which (CUSTODIET_OPENBAO or CUSTODIET_PKCS11)")
        return KeyfileKms(settings.keys)
    if any(settings.keys.glob("epoch-*.key")):
        raise Unready("the keys of this place lie in files, all or some: stop everything and run custodiet move-keys")
    return kms_named(settings, settings.kms)


_TAKEN = {OpenBao: TAKEN_IN_OPENBAO, Pkcs11: TAKEN_IN_TOKEN}
"""By which file in the keys folder it is seen in which KMS the keys of a place are, or are on their way to."""


def kms_named(settings: Settings, named: OpenBao | Pkcs11, *, take: bool = False) -> Kms:
    """`take`: for a place whose keys are in none yet."""
    if any((settings.keys / taken).exists() for kind, taken in _TAKEN.items() if kind is not type(named)):
        raise Unready("the keys of this place are in another KMS than the settings name")
    if isinstance(named, OpenBao):
        return (OpenBaoKms.take if take else OpenBaoKms)(settings.keys, _transit(named))
    from custodiet.adapters.kms.hsm import HsmKms, Token

    token = Token(named.module, named.token, partial(read_secret, named.pin_file))
    return (HsmKms.take if take else HsmKms)(settings.keys, token)


def _transit(named: OpenBao) -> Transit:
    trusted = None
    if named.ca_file is not None:
        try:
            trusted = ssl.create_default_context(cafile=str(named.ca_file))
        except (OSError, ssl.SSLError):
            raise Unready(f"{named.ca_file} holds no certificate of an authority") from None
    server = over_http.Server(named.host, named.port, named.tls, trusted)
    return Transit(server, named.mount, named.key, partial(read_secret, named.token_file))
