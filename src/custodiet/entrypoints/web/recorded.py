"""The store for whoever wants to see, or to have something given: what is refused of it is recorded, and what opens
waits for witnesses. One table for the pages and the API, so that neither leaves a line of it out.
"""

from django.http import HttpRequest

from custodiet.entrypoints.web.permitting import actor_of, store_for, witnessed
from custodiet.flows.looking import recording
from custodiet.flows.permitting import ThingOf
from custodiet.flows.ports import Store
from custodiet.model.act import Act
from custodiet.model.identity import CaseId
from custodiet.model.look_up import Attempt

_ATTEMPTS = {
    Act.ASK_LOOK_UP: Attempt.LOOK_UP,
    Act.APPROVE_LOOK_UP: Attempt.APPROVAL,
    Act.OPEN_READING: Attempt.READING,
    Act.ASK_QUESTION: Attempt.QUESTION,
    Act.ASK_IN_ALERT: Attempt.QUESTION,
    Act.ASK_UNMASK: Attempt.UNMASK,
    Act.APPROVE_UNMASK: Attempt.UNMASK,
    Act.REFUSE_UNMASK: Attempt.UNMASK,
    Act.OPEN_UNMASKED: Attempt.UNMASK,
    Act.BREAK_GLASS: Attempt.BREAK_GLASS,
    Act.TAKE_REQUEST: Attempt.DISCLOSURE,
    Act.APPROVE_RELEASE: Attempt.DISCLOSURE,
    Act.REFUSE_RELEASE: Attempt.DISCLOSURE,
    Act.ASSESS_RELEASE: Attempt.DISCLOSURE,
    Act.GIVE_PACK: Attempt.DISCLOSURE,
    Act.RECALL_PACK: Attempt.DISCLOSURE,
}
_WITNESSED = frozenset(
    {
        *(Act.ASK_LOOK_UP, Act.OPEN_READING, Act.ASK_QUESTION, Act.ASK_IN_ALERT),
        *(Act.ASK_UNMASK, Act.OPEN_UNMASKED, Act.BREAK_GLASS, Act.GIVE_PACK),
    }
)
"""What opens, and what leads to it: where witnesses are set, not while none of them has seen the ledger lately."""


def recorded_store(request: HttpRequest, act: Act, about: ThingOf, case_id: CaseId) -> Store:
    """The store for one of these acts, about a case."""
    refused = recording(case_id, _ATTEMPTS[act], actor_of(request))
    store = store_for(request, act, about, refused)
    return witnessed(store, refused) if act in _WITNESSED else store
