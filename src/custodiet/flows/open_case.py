"""Open a person's case, then name them: the name is sealed to a key that the vault makes in between."""

from datetime import datetime

from custodiet.flows.ports import Acting, Chance, Reading, Sealer, Store
from custodiet.flows.refusing import refuse_if
from custodiet.flows.state_conditions import Asked, Asking
from custodiet.flows.trusting import record_key_of
from custodiet.model.case import Case, Person
from custodiet.model.condition import ALWAYS, ConditionKind, Schedule
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.identity import ActorId, CaseId, ConditionId, DecisionId, PersonId, SchemeId
from custodiet.model.message import Channel, ContactDetails
from custodiet.model.message_record import ContactGiven
from custodiet.model.record import CaseAssigned, CaseOpened, LogOpened, PersonNamed
from custodiet.model.staff import Assignment, Function
from custodiet.rules.decisions import objections_to_condition
from custodiet.rules.staff import holds
from custodiet.wire.sealed import name_context, pack_name, reach_context

SCHEMES_MAX = 1000
"""In so many schemes a reference is looked for."""


def open_case(store: Store, chance: Chance, scheme_id: SchemeId, reference: str, by: ActorId) -> Case:
    """A new person and their case, without a name. A caseworker who opens it is its first officer, in the same write.

    After that nobody gives themselves a case (flows/keep_caseload.py).
    """
    with store.acting() as act:
        return open_in(act, chance, scheme_id, reference, by)


def open_in(act: Acting, chance: Chance, scheme_id: SchemeId, reference: str, by: ActorId) -> Case:
    """The same in a transaction that someone holds."""
    person = Person(PersonId(chance.identity("person")), chance.draw(32))
    case = Case(CaseId(chance.identity("case")), scheme_id, person.id, reference, act.now)
    act.write(Entry(EntryKind.CASE_OPENED, by), CaseOpened(person, case))
    if holds(act.roles_of(by), {Function.CASEWORKER}, scheme_id, act.now):
        theirs = CaseAssigned(Assignment(case.id, by, act.now, by))
        act.write(Entry(EntryKind.CASE_ASSIGNED, by, person.id), theirs)
    return case


def reference_is_taken(view: Reading, scheme_id: SchemeId, reference: str, at: datetime) -> bool:
    """Whether a case of that scheme has it."""
    at_it = view.cases_like(reference, None, at, SCHEMES_MAX, 0, after=(reference, ""))
    return any(one.reference == reference and one.scheme_id == scheme_id for one in at_it)


def name_person(
    store: Store, sealer: Sealer, pinned: LogOpened, person_id: PersonId, name: str, by: ActorId, contact: str = ""
) -> int:
    """Seal and record the name, and how they are reached if it is said. The ledger index of the name.

    Raises CannotRecord while the vault has issued no record key yet.
    """
    with store.acting() as act:
        public = record_key_of(act, pinned, person_id)
        named = sealer.seal_to(public, pack_name(name), name_context(person_id))
        index = act.write(Entry(EntryKind.PERSON_NAMED, by, person_id), PersonNamed(person_id, named))
        if contact:
            reached = sealer.seal_to(public, pack_name(contact), reach_context(person_id))
            record = ContactGiven(ContactDetails(person_id, Channel.WORDS, reached, None, act.now, by))
            act.write(Entry(EntryKind.CONTACT_GIVEN, by, person_id), record)
        return index


def set_condition(
    store: Store,
    sealer: Sealer,
    chance: Chance,
    pinned: LogOpened,
    decision_id: DecisionId,
    kind: ConditionKind,
    by: ActorId,
    *,
    geometry: bytes | None = None,
    schedule: Schedule = ALWAYS,
) -> ConditionId:
    """Record a condition with its proposal; its geometry (GeoJSON bytes) sealed under the person's record key.

    Only with a proposal: whoever approves the decision approves its conditions. Raises NotTheFormat or IllegalValue for
    a zone that cannot be judged, NotPermitted once the decision was made or refused.
    """
    asked = Asked(sealer, chance, pinned, (Asking(kind, geometry, schedule),))
    with store.acting() as act:
        decision = act.decision(decision_id)
        refuse_if(objections_to_condition(decision))
        (condition_id,) = asked.write(act, decision, by)
    return condition_id
