"""Proposing with a complete made-up assessment: for tests that are about something else."""

from custodiet.flows.decide_case import propose_decision
from custodiet.simulation.made_up_assessment import made_up_assessment


def propose(store, chance, decision) -> int:
    return propose_decision(store, decision, made_up_assessment(store, chance, decision))
