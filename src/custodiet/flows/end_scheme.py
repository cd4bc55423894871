"""End a scheme: in one act every decision of officers under it ends, its operations close; what is left gets a plan.

One person is enough: it lowers. An order of a court goes on until its maker ends it, under the power it names: nobody
here may do that. If we die before the commit nothing has happened; after it, everything has.
"""

from custodiet.flows.activate_operation import close
from custodiet.flows.end_decision import write_ending
from custodiet.flows.ports import Acting, Chance, Reading, Store
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.errors import NotPermitted
from custodiet.model.identity import ActorId, DecisionId, SchemeId
from custodiet.model.record import DecisionRefused, PlanLine, SchemeEnded
from custodiet.rules.closing import ends_along, is_refused_along, plan_of
from custodiet.rules.decisions import Move, ended, stopped_along


def end_scheme(store: Store, chance: Chance, scheme_id: SchemeId, by: ActorId) -> int:
    """End it, now. Raises NotFound, or NotPermitted when it has ended already. The ledger index of the end itself."""
    with store.acting() as act:
        if act.scheme_ending(act.scheme(scheme_id).id) is not None:
            raise NotPermitted("scheme_ended: it was ended already; what remains of it is shown on its page")
        count = _end_all(act, chance, scheme_id, by)
        close(act, tuple(one for one in act.activations(scheme_id) if one.active(act.now)), by)
        plan = plan_of(act.left_of(scheme_id), act.retention_clocks_of(scheme_id), act.now)
        record = SchemeEnded(scheme_id, act.now, by, count, plan)
        return act.write(Entry(EntryKind.SCHEME_ENDED, by), record)


def what_is_left(view: Reading, scheme_id: SchemeId) -> tuple[PlanLine, ...]:
    """The plan of an ended scheme with today's counts: down to nothing, by category. Raises NotPermitted before."""
    ending = view.scheme_ending(view.scheme(scheme_id).id)
    if ending is None:
        raise NotPermitted("scheme_goes_on: it was not ended; what remains is counted once it was")
    return plan_of(view.left_of(scheme_id), view.retention_clocks_of(scheme_id), ending.ended_at)


def _end_all(act: Acting, chance: Chance, scheme_id: SchemeId, by: ActorId) -> int:
    """Every decision of officers that authorises anything, or would; how many ended. No order is answered here."""
    under = act.decisions_under(scheme_id)
    for decision in under:
        if is_refused_along(decision):
            case = act.case(decision.case_id)
            act.write(Entry(EntryKind.DECISION_REFUSED, by, case.person_id), DecisionRefused(decision.id))
    done: set[DecisionId] = set()
    # The earlier first: what is to follow it ends along with it, with one task for both.
    for decision in sorted(under, key=lambda one: (one.starts_at, one.id)):
        if decision.id in done or not ends_along(decision, act.now):
            continue
        along = stopped_along(decision, act.followers(decision.id), act.now)
        will_be = tuple(ended(one, Move.WITHDRAW, act.now) for one in along)
        write_ending(act, chance, decision, Move.WITHDRAW, by, *will_be)
        for one in along:
            write_ending(act, chance, one, Move.WITHDRAW, by, task=False)
        done |= {decision.id, *(one.id for one in along)}
    return len(done)
