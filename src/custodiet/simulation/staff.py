"""The demo's invented staff: one for each function, known by a pseudonym and by nothing else."""

from custodiet.model.identity import ActorId
from custodiet.simulation.world import AUTHORISING, CASEWORKER

STAFF = (
    ("caseworker", "caseworker", CASEWORKER, ("caseworker",)),
    ("authorising_officer", "authoriser", AUTHORISING, ("authorising_officer",)),
    ("operator", "operator", ActorId("operator-1"), ("operator",)),
    ("data_protection_officer", "dpo", ActorId("data-protection-officer-1"), ("data_protection_officer",)),
    ("auditor", "auditor", ActorId("auditor-1"), ("auditor",)),
    ("administrator", "administrator", ActorId("administrator-1"), ("administrator",)),
)
"""Function, username, actor, what the actor acts as."""
