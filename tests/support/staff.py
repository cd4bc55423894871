"""Invented staff of the test house: one of each function that works there, joined as people join."""

from support.house import SCHEME

from custodiet.flows.staff_joins import approve_joiner, begin_administration, begin_authorising, propose_joiner
from custodiet.model.identity import ActorId
from custodiet.model.staff import OF_NO_SCHEME, Function

ADA, AOS, AOT = ActorId("admin-ada"), ActorId("authorising-os"), ActorId("authorising-tor")
CAI, CEM = ActorId("caseworker-ai"), ActorId("caseworker-em")
OPE, DPO, AUD, TRA = ActorId("operator-pe"), ActorId("dpo-po"), ActorId("auditor-ud"), ActorId("translator-ra")
PER, REP, REQ = ActorId("person-er"), ActorId("representative-ep"), ActorId("requester-eq")

JOINERS = {
    CAI: Function.CASEWORKER,
    CEM: Function.CASEWORKER,
    AOT: Function.AUTHORISING_OFFICER,
    OPE: Function.OPERATOR,
    DPO: Function.DPO,
    AUD: Function.AUDITOR,
    TRA: Function.TRANSLATOR,
    PER: Function.PERSON,
    REP: Function.REPRESENTATIVE,
    REQ: Function.REQUESTER,
}


def staffed(house, scheme=SCHEME):
    """The role of each account."""
    roles = {
        ADA: begin_administration(house.store, house.chance, ADA),
        AOS: begin_authorising(house.store, house.chance, AOS, scheme, ADA),
    }
    for actor, function in JOINERS.items():
        held_for = None if function in OF_NO_SCHEME else scheme
        roles[actor] = propose_joiner(house.store, house.chance, actor, function, held_for, ADA)
        approve_joiner(house.store, roles[actor], AOS)
    return roles
