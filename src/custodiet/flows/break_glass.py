"""Look without a second person, since a life is in danger; and what the data protection officer says of it afterwards.

As flows/looking.py: decided, recorded, and only then opened; what is refused is recorded with the code of every reason.
"""

from custodiet.flows.assess_case import Assessor
from custodiet.flows.looking import ground_in, record_refusal, write_about
from custodiet.flows.ports import Chance, Store, Vault
from custodiet.flows.refusing import refuse_if
from custodiet.flows.tasks import complete_raised_in, new_task
from custodiet.model.case import TaskKind
from custodiet.model.condition import Interval
from custodiet.model.glass import A_DAY, Danger, Glass
from custodiet.model.glass_record import GlassAssessed, GlassBroken
from custodiet.model.identity import ActorId, CaseId, GlassId, MessageId
from custodiet.model.look_up import Attempt, Opened, Precision, Tried
from custodiet.rules.glass import collected_under, objections_to_assessing_glass, objections_to_breaking
from custodiet.rules.masking.stays import judged_for
from custodiet.rules.messages import to_office
from custodiet.wire.reading import read_opened


def break_glass(
    store: Store,
    vault: Vault,
    assessor: Assessor,
    chance: Chance,
    case_id: CaseId,
    by: ActorId,
    *,
    danger: Danger,
    why: str,
    tried: tuple[Tried, ...],
    window: Interval,
    precision: Precision = Precision.FULL,
) -> tuple[Glass, Opened]:
    """One look, recorded first with the task to assess it and word to those who do; and what it gave. `why` is sealed.

    Raises NotPermitted with every objection, recorded first; VaultUnavailable; OpeningRefused. If we die after the
    entry, it stands and counts, no data left, and whoever looked looks again.
    """
    index = -1
    with store.acting() as act:
        person_id = act.case(case_id).person_id
        sealed = assessor.seal_if_said(act, person_id, why)
        glass_id = GlassId(chance.identity("glass"))
        glass = Glass(glass_id, case_id, danger, sealed, tried, window, precision, by, act.now)
        since = act.now - A_DAY
        before = (act.glasses_by(by, since), act.glasses_about(person_id, since))
        ground = ground_in(act, case_id, act.now)
        against = objections_to_breaking(glass, ground, *before, act.now)
        if against:
            record_refusal(act, case_id, Attempt.BREAK_GLASS, against, by)
        else:
            decision = collected_under(glass, ground, act.now)
            task = new_task(act, chance, decision, TaskKind.ASSESS_GLASS, glass.assess_by)
            word = to_office(MessageId(chance.identity("message")), case_id, act.now, glass.assess_by)
            index = write_about(act, case_id, GlassBroken(glass, (task,), judged_for(window), (word,)), by)
    refuse_if(against)
    return glass, read_opened(vault.open(index), index, glass)


def assess_glass(store: Store, assessor: Assessor, glass_id: GlassId, by: ActorId, words: str, *, upheld: bool) -> int:
    """Whether it was needed, by a second person, in words (sealed); its task is done. The ledger index."""
    with store.acting() as act:
        broken = act.glass(glass_id)
        case_id = broken.glass.case_id
        conflicted = {one.actor for one in act.conflicts_in(case_id)}
        refuse_if(objections_to_assessing_glass(broken, words, by, conflicted))
        person_id = act.case(case_id).person_id
        sealed = assessor.seal(act, person_id, words)
        index = write_about(act, case_id, GlassAssessed(glass_id, upheld, act.now, by, sealed), by)
        [broken_in] = [entry for one, entry in act.glasses_of(case_id) if one.glass.id == glass_id]
        complete_raised_in(act, case_id, broken_in, by)
        return index
