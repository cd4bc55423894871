"""Ask to unmask a window that was read, say yes or no, open it: decided, recorded, and only then opened.

As flows/looking.py: what is refused is recorded too, with the code of every reason; each opening is decided again
inside the transaction that appends its entry, and the vault then decides by itself.
"""

from custodiet.flows.assess_case import Assessor
from custodiet.flows.looking import ground_in, write_about, write_or_refusal
from custodiet.flows.ports import Chance, Reading, Store, Vault
from custodiet.flows.refusing import refuse_if
from custodiet.model.condition import Interval
from custodiet.model.identity import ActorId, CaseId, LookUpId, UnmaskId
from custodiet.model.look_up import Attempt, Opened, Precision, RefusedBecause
from custodiet.model.unmask import Article9, NotEnough, Unmask, UnmaskedReading, UnmaskYes
from custodiet.model.unmask_record import UnmaskApproved, UnmaskAsked, UnmaskedOpened, UnmaskRefused
from custodiet.rules.unmasking import (
    objections_to_unmask_no,
    objections_to_unmask_yes,
    objections_to_unmasked_reading,
    objections_to_unmasking,
)
from custodiet.wire.reading import read_opened


def ask_unmask(
    store: Store,
    assessor: Assessor,
    chance: Chance,
    look_up_id: LookUpId,
    by: ActorId,
    *,
    window: Interval,
    not_enough: NotEnough,
    condition: Article9,
    why: str,
) -> UnmaskId:
    """Ask to unmask a window that was read under a grant. It waits for a third person, as long as the grant lasts.

    Raises NotPermitted with every objection, recorded first.
    """
    unmask_id = UnmaskId(chance.identity("unmask"))
    with store.acting() as act:
        look_up = act.look_up(look_up_id)
        case_id = look_up.look_up.case_id
        sealed = assessor.seal(act, act.case(case_id).person_id, why)
        unmask = Unmask(
            unmask_id, look_up_id, case_id, window, not_enough, condition, sealed, asked_by=by, asked_at=act.now
        )
        read = read_under(act, case_id, look_up_id)
        against = objections_to_unmasking(unmask, why, look_up, read, ground_in(act, case_id, act.now), act.now)
        write_or_refusal(act, case_id, UnmaskAsked(unmask), by, Attempt.UNMASK, against)
    refuse_if(against)
    return unmask_id


def approve_unmask(
    store: Store, assessor: Assessor, unmask_id: UnmaskId, by: ActorId, words: str, *, window: Interval | None = None
) -> int:
    """A third person's yes, to all of it or to less time. The ledger index. Raises as `ask_unmask`."""
    with store.acting() as act:
        unmasking = act.unmasking(unmask_id)
        asked = unmasking.unmask
        sealed = assessor.seal(act, act.case(asked.case_id).person_id, words)
        yes = UnmaskYes(unmask_id, window or asked.window, by, act.now, sealed)
        look_up, read = act.look_up(asked.look_up_id), read_under(act, asked.case_id, asked.look_up_id)
        ground = ground_in(act, asked.case_id, act.now)
        against = objections_to_unmask_yes(unmasking, yes, words, look_up, read, ground, act.now)
        index = write_or_refusal(act, asked.case_id, UnmaskApproved(yes), by, Attempt.UNMASK, against)
    refuse_if(against)
    return index


def refuse_unmask(
    store: Store, assessor: Assessor, unmask_id: UnmaskId, because: RefusedBecause, by: ActorId, words: str = ""
) -> int:
    """The same person's no, with a reason in code and perhaps words (sealed). The ledger index."""
    with store.acting() as act:
        unmasking = act.unmasking(unmask_id)
        asked = unmasking.unmask
        refuse_if(objections_to_unmask_no(unmasking, act.look_up(asked.look_up_id), by, act.now))
        sealed = assessor.seal_if_said(act, act.case(asked.case_id).person_id, words)
        return write_about(act, asked.case_id, UnmaskRefused(unmask_id, because, act.now, by, sealed), by)


def open_unmasked(
    store: Store,
    vault: Vault,
    unmask_id: UnmaskId,
    by: ActorId,
    *,
    window: Interval | None = None,
    precision: Precision | None = None,
) -> Opened:
    """One opening without masking: of all that the yes allows, or of less.

    Raises NotPermitted with every objection, recorded first; VaultUnavailable; OpeningRefused. If we die after the
    entry, it stands, no data left, and whoever asked asks again.
    """
    with store.acting() as act:
        unmasking = act.unmasking(unmask_id)
        asked = unmasking.unmask
        look_up = act.look_up(asked.look_up_id)
        reading = UnmaskedReading(
            unmask_id,
            asked.case_id,
            window or (unmasking.yes or asked).window,
            precision or (look_up.grant or look_up.look_up).precision,
            by,
            act.now,
        )
        ground = ground_in(act, asked.case_id, act.now)
        against = objections_to_unmasked_reading(unmasking, reading, look_up, ground, act.now)
        index = write_or_refusal(act, asked.case_id, UnmaskedOpened(reading), by, Attempt.UNMASK, against)
    refuse_if(against)
    return read_opened(vault.open(index), index, reading)


def read_under(view: Reading, case_id: CaseId, look_up_id: LookUpId) -> tuple[Interval, ...]:
    """Windows that were read under a grant, masked."""
    return tuple(one.window for one, _ in view.readings_of(case_id) if one.look_up_id == look_up_id)
