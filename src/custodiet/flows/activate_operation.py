"""Activate, refuse or close operations of a scheme: proposed by one, approved by another, and only without a gap."""

from collections.abc import Collection

from custodiet.flows.ports import Acting, Store
from custodiet.flows.refusing import refuse_if
from custodiet.flows.scheme_now import dpia_at, register_at
from custodiet.model.dpia import Activation, Dpia
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.errors import NotFound, NotPermitted
from custodiet.model.identity import ActorId, SchemeId
from custodiet.model.mode import MODES, ModeCode
from custodiet.model.record import (
    ActivatedMode,
    OperationActivated,
    OperationClosed,
    OperationProposed,
    OperationRefused,
)
from custodiet.model.register import Register
from custodiet.rules.dpia import active_until, objections_to_activating, objections_to_approving
from custodiet.rules.register import basis_of


def propose_operations(store: Store, scheme_id: SchemeId, modes: Collection[ModeCode], by: ActorId) -> int:
    """Propose that these operations begin. Raises NotPermitted with every gap. The ledger index names the act."""
    with store.acting() as act:
        register, number, dpia = _ready(act, scheme_id, modes)
        these = tuple(sorted(set(modes), key=lambda mode: MODES[mode].rung))
        if not these:
            raise NotPermitted("nothing_proposed: no operation is named that is to begin; name one that is complete")
        bases = tuple(basis_of(register, mode) for mode in these)
        record = OperationProposed(scheme_id, these, number, dpia.version, bases, by, act.now)
        return act.write(Entry(EntryKind.OPERATION_PROPOSED, by), record)


def activate_operations(store: Store, scheme_id: SchemeId, proposal: int, by: ActorId) -> int:
    """The second person's yes. Everything is decided again. The ledger index."""
    with store.acting() as act:
        asked = _of(act, scheme_id, proposal)
        modes = tuple(one.mode for one in asked)
        register, number, dpia = _ready(act, scheme_id, modes)
        refuse_if(objections_to_approving(asked, by, number, dpia.version))
        begins = tuple(ActivatedMode(mode, active_until(register, dpia, mode)) for mode in modes)
        record = OperationActivated(proposal, scheme_id, by, act.now, begins)
        return act.write(Entry(EntryKind.OPERATION_ACTIVATED, by), record)


def refuse_operations(store: Store, scheme_id: SchemeId, proposal: int, by: ActorId) -> int:
    """The second person's no, or the proposer taking it back. The ledger index."""
    with store.acting() as act:
        if any(one.approved_by is not None or one.refused for one in _of(act, scheme_id, proposal)):
            raise NotPermitted("answered: this proposal was answered already; a new proposal of the same can be made")
        record = OperationRefused(proposal, scheme_id, by, act.now)
        return act.write(Entry(EntryKind.OPERATION_REFUSED, by), record)


def close_operation(store: Store, scheme_id: SchemeId, mode: ModeCode, by: ActorId) -> int:
    """Close an operation: nothing new rests on it, from now on; one person is enough. The newest ledger index.

    Decisions in force go on until their review.
    """
    with store.acting() as act:
        standing = [one for one in act.activations(scheme_id) if one.mode is mode and one.active(act.now)]
        if not standing:
            raise NotFound("this operation is not active")
        return close(act, tuple(standing), by)


def close(act: Acting, standing: tuple[Activation, ...], by: ActorId) -> int:
    """Close each of these in a transaction that someone holds. The newest ledger index."""
    index = -1
    for one in standing:
        record = OperationClosed(one.act, one.scheme_id, one.mode, act.now)
        index = act.write(Entry(EntryKind.OPERATION_CLOSED, by), record)
    return index


def _ready(act: Acting, scheme_id: SchemeId, modes: Collection[ModeCode]) -> tuple[Register, int, Dpia]:
    register, number = register_at(act, scheme_id, act.now)
    dpia = dpia_at(act, scheme_id)
    over = act.scheme_ending(scheme_id) is not None
    refuse_if(objections_to_activating(register, dpia, modes, act.now, over=over))
    if dpia is None or not number:
        raise NotPermitted(
            "no_register: an operation rests on a register and an assessment that were kept; "
            "keep a register and an assessment first"
        )
    return register, number, dpia


def _of(act: Acting, scheme_id: SchemeId, proposal: int) -> tuple[Activation, ...]:
    return tuple(one for one in act.activations(scheme_id) if one.act == proposal)
