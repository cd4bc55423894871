"""What a phone's profile is written from: whose device it is, on which rung, and on rung 8 where its zones lie.

gather    the case, the device that is on its person now, the decision in force for it
decide    the token speaks for this device and for no other
record    that geometry is released, by whom it was asked and which zones
open      the zones, by the vault
"""

from dataclasses import dataclass
from datetime import datetime

from custodiet.flows.open_sealed import release_zones
from custodiet.flows.ports import Clock, Reading, Store, Vault
from custodiet.model.condition import ZONED, Condition
from custodiet.model.decision import Decision
from custodiet.model.errors import NotFound, NotPermitted
from custodiet.model.identity import ActorId
from custodiet.model.mode import Mode, ModeCode
from custodiet.model.shape import Shape
from custodiet.wire.geometry import read_shape
from custodiet.wire.profiles import Client, require_served

FOR_PROFILES = "profile"
"""What geometry that goes into a profile is released to, as a monitor has its name."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A device that is on someone under a decision in force, and the zones it is to judge by itself."""

    serial: str
    mode: Mode
    zones: tuple[tuple[Condition, Shape], ...]


def prepare_phone(
    store: Store,
    vault: Vault,
    clock: Clock,
    client: Client,
    reference: str,
    strand: str,
    token_sha256: bytes | None,
    by: ActorId,
) -> Prepared:
    """Gather it. Without a token, the device's password is a broker's, and nobody here can know it.

    Raises NotFound where no device or decision is, NotPermitted for a token that is not this phone's own, what
    require_served raises, and what the vault raises: nothing is recorded while it does not answer.
    """
    with store.reading() as view:
        serial, decision = _worn_now(view, reference, strand, clock.now())
        if token_sha256 is not None:
            _require_own(view, token_sha256, serial, clock.now())
        conditions = {one.id: one for one in view.conditions_of(decision.id) if one.kind in ZONED}
    require_served(client, decision.rung, serial, [one.kind for one in conditions.values()])
    if decision.mode is not ModeCode.ZONE_ON_DEVICE:
        return Prepared(serial, decision.rung, ())
    released = release_zones(store, vault, FOR_PROFILES, frozenset(conditions), by=by)
    if not all(released.get(one) for one in conditions):
        raise NotPermitted(
            "zone_withheld: the vault withholds a zone of this decision; "
            "a profile without zones, on a rung that needs none"
        )
    zones = tuple((conditions[one], read_shape(released[one])) for one in sorted(conditions))
    return Prepared(serial, decision.rung, zones)


def _worn_now(view: Reading, reference: str, strand: str, now: datetime) -> tuple[str, Decision]:
    case = view.case_by_reference(reference)
    worn = [one for one in view.fittings_of(case.id) if one.strand == strand and one.covers(now)]
    if not worn:
        raise NotFound(f"no device is on this person now on strand {strand}")
    in_force = [one for one in view.decisions_of(case.id) if one.strand == strand and one.in_force(now)]
    if not in_force:
        raise NotFound(f"no decision of this case is in force on strand {strand}: what a phone sent would be refused")
    return view.device(worn[0].device_id).serial, in_force[0]


def _require_own(view: Reading, token_sha256: bytes, serial: str, now: datetime) -> None:
    token = next((one for one in view.tokens() if one.sha256 == token_sha256), None)
    if token is None:
        raise NotPermitted("never_issued: this token was never issued; a token that was issued for this phone")
    if token.ended(now):
        raise NotPermitted("token_ended: this token has ended; a new token for this phone")
    if view.sender(token.sender_id).scope != (serial,):
        raise NotPermitted(
            "not_its_own: this token is not this phone's own: issue one that speaks for its device and no other; "
            "a sender whose scope is this device alone"
        )
