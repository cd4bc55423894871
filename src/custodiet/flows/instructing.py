"""Tell whoever sends for a device to stop or to start, in the same write as what makes it so.

Every sender is told that speaks for the device at that time, and only what it was not told already.
"""

from collections.abc import Iterable
from datetime import datetime

from custodiet.flows.ports import Acting, Reading
from custodiet.model.decision import Decision
from custodiet.model.device import Fitting
from custodiet.model.identity import DecisionId, InstructionId
from custodiet.model.instruction import Instruction, What
from custodiet.rules.stopping import acknowledgement_due_at, to_tell


def instruct(
    act: Acting,
    fitting: Fitting,
    decisions: Iterable[Decision],
    since: datetime,
    *,
    unsaid: What,
    about: DecisionId | None,
) -> tuple[Instruction, ...]:
    """What to tell with what is written next; each instruction bears the place in the ledger of what gives it.

    `decisions`: as they will be then. `about`: the decision that a stop is about.
    """
    serial, place, given = act.device(fitting.device_id).serial, act.ledger_size(), list[Instruction]()
    told, due_at, asked = act.told(serial), acknowledgement_due_at(act.now), tuple(decisions)
    for sender_id in act.speaks_for(serial, act.now):
        for one in to_tell(asked, told.get(sender_id, ()), since, unsaid=unsaid):
            name, of = InstructionId(f"instruction_{place}_{len(given)}"), one.decision_id or about
            given.append(Instruction(name, sender_id, serial, one.what, of, act.now, one.from_at, due_at))
    return tuple(given)


def instruct_for(
    act: Acting, changed: Decision, since: datetime, *also: Decision, unsaid: What
) -> tuple[Instruction, ...]:
    """The same for the device that is on the person now, once this decision (and those) is as it will be.

    Nothing is different before its start.
    """
    after = {one.id: one for one in (*act.decisions_of(changed.case_id), *also, changed)}
    asked = [one for one in after.values() if one.strand == changed.strand]
    return tuple(
        one
        for fitting in fittings_under(act, changed)
        for one in instruct(act, fitting, asked, max(since, changed.starts_at), unsaid=unsaid, about=changed.id)
    )


def fittings_under(view: Reading, decision: Decision) -> tuple[Fitting, ...]:
    """Open fittings on the strand of a decision: one, or none."""
    fittings = view.fittings_of(decision.case_id)
    return tuple(one for one in fittings if one.removed_at is None and one.strand == decision.strand)
