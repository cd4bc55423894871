"""Rotate a sender's token with an overlap, end it, change its scope, acknowledge what it was told: each one write with
its entry.

An end that is recorded is never moved later. Nothing here gives a secret back but to the one who asked for it, once.
"""

from datetime import timedelta

from custodiet.flows.fit_device import draw_token, token_hash
from custodiet.flows.ports import Acting, Chance, Reading, Store
from custodiet.flows.refusing import refuse_if
from custodiet.model.device import Token
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.errors import IllegalMove, NotFound
from custodiet.model.identity import ActorId, InstructionId, SenderId, TokenId
from custodiet.model.record import InstructionAcknowledged, SenderRotated, SenderScoped, TokenEnded
from custodiet.rules.senders import OVERLAP_DEFAULT, alive_of, objections_to_rotating, objections_to_scoping
from custodiet.rules.stopping import objections_to_acknowledging


def rotate_sender(
    store: Store, chance: Chance, sender_id: SenderId, by: ActorId, overlap: timedelta = OVERLAP_DEFAULT
) -> str:
    """A new token, shown once; what spoke until now ends after the overlap, at once for none (a leaked token).

    It is bound to the fitting that the others are bound to. Raises NotPermitted with every objection.
    """
    secret = draw_token(chance)
    with store.acting() as act:
        alive = alive_of(act.tokens_of(act.sender(sender_id).id), act.now)
        refuse_if(objections_to_rotating(alive, overlap))
        token_id, ends_at = TokenId(chance.identity("token")), act.now + overlap
        token = Token(token_id, sender_id, token_hash(secret), act.now, fitting_id=alive[0].fitting_id)
        ending = tuple(one.id for one in alive if one.ended_at is None or ends_at < one.ended_at)
        act.write(Entry(EntryKind.SENDER_ROTATED, by), SenderRotated(token, ending, ends_at))
    return secret


def end_token(store: Store, sender_id: SenderId, token_id: TokenId, by: ActorId) -> int:
    """One token of a sender speaks no longer. Raises NotFound or IllegalMove. The ledger index."""
    with store.acting() as act:
        token = next((one for one in act.tokens_of(sender_id) if one.id == token_id), None)
        if token is None:
            raise NotFound("this sender has no such token")
        if token.ended(act.now):
            raise IllegalMove("this token has ended already")
        return _end(act, sender_id, (token,), by)


def end_sender(store: Store, sender_id: SenderId, by: ActorId) -> int:
    """Every token of a sender ends, and with the last one the sender, for good. The ledger index."""
    with store.acting() as act:
        alive = alive_of(act.tokens_of(act.sender(sender_id).id), act.now)
        if not alive:
            raise IllegalMove("this sender has ended already")
        return _end(act, sender_id, alive, by)


def _end(act: Acting, sender_id: SenderId, tokens: tuple[Token, ...], by: ActorId) -> int:
    # As for a fitting: where the clock was set back, the earlier end is the safer one.
    ended_at = max(act.clock_now, *(one.issued_at for one in tokens))
    record = TokenEnded(sender_id, tuple(one.id for one in tokens), ended_at)
    return act.write(Entry(EntryKind.TOKEN_ENDED, by), record)


def change_scope(
    store: Store, sender_id: SenderId, by: ActorId, *, add: tuple[str, ...] = (), remove: tuple[str, ...] = ()
) -> int:
    """The sender speaks for these devices too, and no longer for those. The ledger index.

    Raises NotPermitted with every objection.
    """
    with store.acting() as act:
        sender = act.sender(sender_id)
        tokens = act.tokens_of(sender_id)
        alive = alive_of(tokens, act.now)
        refuse_if(objections_to_scoping(sender, alive, add, remove, _bound_to(act, tokens)))
        return act.write(Entry(EntryKind.SENDER_SCOPED, by), SenderScoped(sender_id, add, remove))


def _bound_to(view: Reading, tokens: tuple[Token, ...]) -> str | None:
    fitting_id = next((one.fitting_id for one in tokens), None)
    return None if fitting_id is None else view.device(view.fitting(fitting_id).device_id).serial


def acknowledge(store: Store, instruction_id: InstructionId, by: ActorId) -> int:
    """Someone at the sender's says that they were told. Raises NotPermitted with every objection. The ledger index."""
    with store.acting() as act:
        instruction = act.instruction(instruction_id)
        refuse_if(objections_to_acknowledging(instruction, by))
        person_id = None
        if instruction.decision_id is not None:
            person_id = act.case(act.decision(instruction.decision_id).case_id).person_id
        entry = Entry(EntryKind.INSTRUCTION_ACKNOWLEDGED, by, person_id)
        return act.write(entry, InstructionAcknowledged(instruction_id, act.now, by))
