"""Answers about the exemptions of the register (R40): each is overridden on its own grounds only.

That each was asked is the ladder's gate, at the proposal and at the making; here is what may be answered.
"""

from custodiet.model.exemption import ExemptionAnswer
from custodiet.model.mode import LADDER, MODES, ModeCode
from custodiet.model.register import Exemption, Register


def exemptions_from(register: Register, mode: ModeCode) -> tuple[Exemption, ...]:
    """Those that this mode has to be held against."""
    return tuple(one for one in register.exemptions if one.exempts_from(mode))


def objections_to_answers(register: Register, mode: ModeCode, answers: tuple[ExemptionAnswer, ...]) -> tuple[str, ...]:
    """Every exemption that applies and is not overridden on one of its own grounds. Of the unasked the ladder says."""
    applies = {one.code: one.criterion for one in answers if one.applies}
    against = []
    for one in exemptions_from(register, mode):
        if one.code not in applies:
            continue
        if not one.criteria:
            against.append(f"exempt: nobody overrides this exemption: {one.title}; {_beyond(register, mode, one)}")
        elif applies[one.code] not in {ground.code for ground in one.criteria}:
            against.append(
                f"override_without_criterion: an override of this exemption names one of its own grounds: {one.title}; "
                f"{_beyond(register, mode, one)}"
            )
    return tuple(against)


def _beyond(register: Register, mode: ModeCode, exemption: Exemption) -> str:
    """The highest lower rung of the register that the exemption says nothing of."""
    permitted = {one.mode for one in register.operations}
    for below in reversed(LADDER[: MODES[mode].rung]):
        if below.code in permitted and exemption not in exemptions_from(register, below.code):
            return f"rung {below.rung}, {below.title}, is outside it"
    return "rung 0, address and support, is outside it"
