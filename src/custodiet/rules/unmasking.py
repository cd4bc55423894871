"""What stands against unmasking: the request, the yes or no of a third person, and each opening without masking.

As in rules/access.py, whose rules for a reading hold all along: unmasking reaches nowhere that the grant does not. No
rule asks whether anything was hidden: the answer would tell. Sources: R11, R25; UK GDPR Art 9.
"""

from collections.abc import Collection
from datetime import datetime

from custodiet.model.condition import Interval
from custodiet.model.identity import ActorId
from custodiet.model.look_up import LookUp, Reading, Standing
from custodiet.model.unmask import Unmask, UnmaskedReading, Unmasking, UnmaskYes
from custodiet.rules.access import Ground, objections_to_reading, within
from custodiet.rules.alerts import objections_to_acting

_OWN_REQUEST = "own_request: nobody answers what they asked for; an authorising officer who did not give the grant can"
_NO_CONDITION = (
    "no_special_condition: the register names no condition for special category data for this purpose; "
    "its legal adviser can; until then what is masked stays masked"
)
_OWN_GRANT = "own_grant: whoever gave the grant does not answer this; another authorising officer can"


def objections_to_unmasking(
    unmask: Unmask, words: str, look_up: Standing, read: Collection[Interval], ground: Ground, now: datetime
) -> tuple[str, ...]:
    """Everything against this request; empty when nothing is. `read`: windows that were read under the grant."""
    against = []
    if not words.strip():
        against.append(
            "no_reason: say why it is needed and why nothing less would do; without that nothing is unmasked"
        )
    return (*against, *_against_window(unmask, unmask.window, look_up, read, ground, now))


def objections_to_unmask_yes(
    unmasking: Unmasking,
    yes: UnmaskYes,
    words: str,
    look_up: Standing,
    read: Collection[Interval],
    ground: Ground,
    now: datetime,
) -> tuple[str, ...]:
    """Everything against this yes, as things are now; empty when nothing is."""
    against = _against_third(unmasking, look_up, yes.approved_by, now)
    if yes.approved_by in ground.conflicted:
        against.append("conflict: you have a declared conflict of interest in this case; another officer can approve")
    if not within(yes.window, unmasking.unmask.window):
        against.append("wider: a yes reaches no further than what was asked; the same window or less would pass")
    if not words.strip():
        against.append("unassessed: say why it is needed and why no less would do; or refuse it")
    return (*against, *_against_window(unmasking.unmask, yes.window, look_up, read, ground, now))


def objections_to_unmask_no(unmasking: Unmasking, look_up: Standing, by: ActorId, now: datetime) -> tuple[str, ...]:
    """Everything against this no; empty when nothing is."""
    return tuple(_against_third(unmasking, look_up, by, now))


def objections_to_unmasked_reading(
    unmasking: Unmasking | None, reading: UnmaskedReading, look_up: Standing | None, ground: Ground, now: datetime
) -> tuple[str, ...]:
    """Everything against this opening now; empty when nothing is. The same whether flow or vault asks."""
    yes = None if unmasking is None else unmasking.yes
    if unmasking is None or yes is None or look_up is None:
        return ("not_granted: nobody has said yes to unmasking this; ask another authorising officer",)
    against = []
    if yes.approved_by in who_may_not_answer(unmasking.unmask, look_up):
        against.append("own_grant: the yes is of one who asked or gave the grant; one of a third person would pass")
    if not within(reading.window, yes.window):
        against.append("wider: the yes reaches less far; open what it allows, or ask to unmask more")
    asked = unmasking.unmask
    as_read = Reading(asked.look_up_id, reading.case_id, reading.window, reading.precision, reading.by, reading.at)
    against += objections_to_reading(look_up, as_read, ground, now)
    return tuple(dict.fromkeys([*against, *_against_condition(look_up.look_up, ground)]))


def who_may_not_answer(unmask: Unmask, look_up: Standing) -> frozenset[ActorId]:
    """Whoever asked, and whoever gave the grant."""
    given = () if look_up.grant is None else (look_up.grant.approved_by,)
    return frozenset((unmask.asked_by, look_up.look_up.asked_by, *given))


def _against_third(unmasking: Unmasking, look_up: Standing, by: ActorId, now: datetime) -> list[str]:
    against = [*objections_to_acting(by)]
    if not unmasking.waits(look_up, now):
        against.append("not_waiting: nobody waits for this any more; it can be asked anew while the grant lasts")
    if by == unmasking.unmask.asked_by:
        against.append(_OWN_REQUEST)
    elif by in who_may_not_answer(unmasking.unmask, look_up):
        against.append(_OWN_GRANT)
    return against


def _against_window(
    unmask: Unmask,
    window: Interval,
    look_up: Standing,
    read: Collection[Interval],
    ground: Ground,
    now: datetime,
) -> tuple[str, ...]:
    """By whoever asked, of a window that they have read, for as long as they may read it."""
    if look_up.grant is None:
        return ("not_granted: no second person has said yes to the look-up; ask an authorising officer",)
    as_read = Reading(unmask.look_up_id, unmask.case_id, window, look_up.grant.precision, unmask.asked_by, now)
    against = [*objections_to_reading(look_up, as_read, ground, now)]
    if not any(within(window, one) for one in read):
        against.append("not_read: it was not read masked; open it first, then a window that was read can be asked for")
    return (*against, *_against_condition(look_up.look_up, ground))


def _against_condition(asked: LookUp, ground: Ground) -> tuple[str, ...]:
    found = next((one for one in ground.purposes if one.code == asked.purpose), None)
    if found is None or found.special_condition.strip():
        return ()
    return (_NO_CONDITION,)
