"""What the pages are handed by main: all that flows want, and where sign-ins are kept. Nothing here knows Django."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from custodiet.flows.give_contact import ZoneAsOf
from custodiet.flows.ports import Chance, Clock, Policy, Sealer, Store, StreetsKept, Vault
from custodiet.flows.witnessed import SignedByWitnesses
from custodiet.model.condition import LocalZone
from custodiet.model.errors import IllegalValue, Unready
from custodiet.model.record import LogOpened


def no_zones(*_: object) -> LocalZone:
    """The zone database where none was handed in."""
    raise IllegalValue("this is no time zone of the zone database")


def no_pdf(_: str) -> bytes:
    """What makes PDFs where nothing was handed in."""
    raise Unready("nothing here makes a PDF")


@dataclass(frozen=True, slots=True)
class OwnProvider:
    """The organisation's own identity provider, by OpenID Connect."""

    name: str
    issuer: str
    client_id: str
    client_secret: str


@dataclass(frozen=True, slots=True)
class SignInPlace:
    """Where accounts, sessions and second factors are kept, and the secret that they are protected with."""

    database: Path
    secret: str
    address: str | None = None
    """https://… as people reach the pages through a proxy; None: only from this machine."""
    provider: OwnProvider | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """One place as its pages see it. `made_up` gives what a demo tells of itself; None when the people are real."""

    store: Store
    vault: Vault
    policy: Policy
    sealer: Sealer
    clock: Clock
    chance: Chance
    pinned: LogOpened
    log: Path
    signing_in: SignInPlace
    made_up: Callable[[], dict[str, Any]] | None = None
    zone_as_of: ZoneAsOf = no_zones
    witnessed: SignedByWitnesses | None = None
    """What the log's witnesses have signed; None where none are set."""
    as_pdf: Callable[[str], bytes] = no_pdf
    """HTML as a tagged PDF. Raises Unready."""
    streets: StreetsKept | None = None
    """What lies under the map of a reading; None: nothing does."""
