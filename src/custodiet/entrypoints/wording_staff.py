"""How functions, and where roles stand, are said to people."""

from datetime import datetime

from custodiet.model.staff import Function, Role, RoleState
from custodiet.model.stored import RoleStanding

_FUNCTION = {
    Function.CASEWORKER: "Caseworker",
    Function.AUTHORISING_OFFICER: "Authorising officer",
    Function.OPERATOR: "Operator in the monitoring centre",
    Function.DPO: "Data protection officer",
    Function.AUDITOR: "Auditor",
    Function.REQUESTER: "Requester from outside",
    Function.PERSON: "The person themselves",
    Function.REPRESENTATIVE: "Representative of the person",
    Function.TRANSLATOR: "Translator",
    Function.ADMINISTRATOR: "Administrator",
}
STANDING = {
    RoleStanding.HELD: "In force, or to begin",
    RoleStanding.OVER: "Over",
    RoleStanding.WAITING: "Waiting for an answer",
}


def said_function(function: Function) -> str:
    """What an account is for."""
    return _FUNCTION[function]


def said_role_state(role: Role, now: datetime) -> str:
    """Where a role stands, in words."""
    if role.state is RoleState.PROPOSED:
        return "waiting for an answer"
    if role.state is RoleState.RETURNED:
        return "returned"
    if role.state is RoleState.ENDED or (role.to_at is not None and role.to_at <= now):
        return "over"
    return "in force" if role.from_at <= now else "to begin"
