"""Take a device into stock, fit it to a person with a sender and token of its own, and take it off again."""

import base64
from hashlib import sha256

from custodiet.flows.instructing import instruct
from custodiet.flows.ports import Acting, Chance, Reading, Store
from custodiet.flows.refusing import refuse_if
from custodiet.model.decision import Decision
from custodiet.model.device import Device, Fitting, Sender, Token
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.errors import IllegalMove
from custodiet.model.identity import (
    ActorId,
    CaseId,
    DeviceId,
    FittingId,
    SchemeId,
    SenderId,
    TaskId,
    TokenId,
)
from custodiet.model.instruction import What
from custodiet.model.record import DeviceRegistered, FittingEnded, FittingMade, SenderIssued, TaskDone
from custodiet.rules.senders import objections_to_binding
from custodiet.rules.tasks import objections_to_completing

TOKEN_BYTES = 24


def register_device(store: Store, chance: Chance, serial: str, by: ActorId, batch: str | None = None) -> Device:
    """A device taken into stock."""
    device = Device(DeviceId(chance.identity("device")), serial, batch)
    with store.acting() as act:
        act.write(Entry(EntryKind.DEVICE_REGISTERED, by), DeviceRegistered(device))
    return device


def fit_device(store: Store, chance: Chance, device_id: DeviceId, case_id: CaseId, strand: str, by: ActorId) -> Fitting:
    """The device is on the person from now."""
    with store.acting() as act:
        return fit_in(act, chance, device_id, case_id, strand, by)


def fit_in(act: Acting, chance: Chance, device_id: DeviceId, case_id: CaseId, strand: str, by: ActorId) -> Fitting:
    """The same in a transaction that someone holds."""
    case = act.case(case_id)
    fitting = Fitting(FittingId(chance.identity("fitting")), device_id, case_id, strand, act.now)
    decisions = _on_strand(act, fitting)
    told = instruct(act, fitting, decisions, act.now, unsaid=What.STOP, about=None)
    act.write(Entry(EntryKind.FITTING_MADE, by, case.person_id), FittingMade(fitting, told))
    return fitting


def end_fitting(store: Store, fitting_id: FittingId, by: ActorId) -> int:
    """The device is off the person from now; the tokens issued at this fitting end with it. The ledger index."""
    with store.acting() as act:
        return end_in(act, fitting_id, by)


def end_in(act: Acting, fitting_id: FittingId, by: ActorId) -> int:
    """The same in a transaction that someone holds."""
    fitting = act.fitting(fitting_id)
    if fitting.removed_at is not None:
        raise IllegalMove("this fitting has ended already")
    case = act.case(fitting.case_id)
    entry = Entry(EntryKind.FITTING_ENDED, by, case.person_id)
    removed_at = max(fitting.fitted_at, act.clock_now)
    removed = act.fixes_of_fitting_from(fitting_id, removed_at)
    later = [one for one in act.tokens_of_fitting(fitting_id) if one.ended_at and removed_at < one.ended_at]
    tokens = tuple(one.id for one in later)
    begun = [one for one in _on_strand(act, fitting) if one.stands and one.starts_at <= removed_at]
    about = max(begun, key=lambda one: one.starts_at).id if begun else None
    told = instruct(act, fitting, (), removed_at, unsaid=What.START, about=about)
    return act.write(entry, FittingEnded(fitting_id, removed_at, removed, tokens, told))


def _on_strand(view: Reading, fitting: Fitting) -> tuple[Decision, ...]:
    return tuple(one for one in view.decisions_of(fitting.case_id) if one.strand == fitting.strand)


def issue_sender(
    store: Store,
    chance: Chance,
    scheme_id: SchemeId,
    label: str,
    scope: tuple[str, ...],
    by: ActorId,
    fitting_id: FittingId | None = None,
) -> str:
    """A sender and its token, shown once: only the hash is stored. Bound to a fitting, it ends with it.

    Raises NotFound for a scheme that is none, NotPermitted for a fitting that has ended, is another scheme's, or whose
    device is not in the scope.
    """
    secret = draw_token(chance)
    with store.acting() as act:
        if fitting_id is not None:
            fitting = act.fitting(fitting_id)
            device, case = act.device(fitting.device_id), act.case(fitting.case_id)
            refuse_if(objections_to_binding(fitting, device, case, scheme_id, scope))
        sender = Sender(SenderId(chance.identity("sender")), act.scheme(scheme_id).id, label, scope)
        token = Token(TokenId(chance.identity("token")), sender.id, token_hash(secret), act.now, fitting_id=fitting_id)
        act.write(Entry(EntryKind.SENDER_ISSUED, by), SenderIssued(sender, token))
    return secret


def draw_token(chance: Chance) -> str:
    """A new secret: what a sender is given, and nobody keeps."""
    return base64.urlsafe_b64encode(chance.draw(TOKEN_BYTES)).decode()


def token_hash(secret: str) -> bytes:
    """What is stored of a token. It is random and long, so one SHA-256 is enough to hide it."""
    return sha256(b"custodiet/token/v1\0" + secret.encode()).digest()


def complete_task(store: Store, task_id: TaskId, by: ActorId) -> int:
    """A task is done. Raises NotPermitted for one that an act of its own does. The ledger index."""
    with store.acting() as act:
        task = act.task(task_id)
        if task.done_at is not None:
            raise IllegalMove("this task is done already")
        refuse_if(objections_to_completing(task))
        case = act.case(task.case_id)
        return act.write(Entry(EntryKind.TASK_DONE, by, case.person_id), TaskDone(task_id, act.now))
