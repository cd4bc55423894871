"""Messages that something causes, written with it: a charging reminder with the report of a low battery, a word that
it has ended with an ending. For someone who gave no address there is none.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from custodiet.flows.ports import Acting, Chance, Ingesting, Reading
from custodiet.flows.watching import Heard
from custodiet.model.decision import Decision
from custodiet.model.finding import Matter
from custodiet.model.identity import CaseId, FittingId, MessageId
from custodiet.model.message import Message, Template
from custodiet.model.record import IngestDetail
from custodiet.rules.messages import asks_to_charge, compose, is_old_word, may_remind


class Reminding:
    """One monitor's reminders to charge. What is remembered only spares a question: the store says who was reminded."""

    def __init__(self) -> None:
        self._looked: dict[FittingId, datetime] = {}

    def detail(self, judged: IngestDetail, heard: Iterable[Heard], write: Ingesting, chance: Chance) -> IngestDetail:
        """What was judged, with a reminder for each wearer who is to charge.

        An alert about a battery never stands without one before it, or with it in the same write (R67).
        """
        now = write.now
        low = {
            one.fitting_id: one.decision.case_id
            for one in heard
            if one.says is not None and asks_to_charge(one.says) and not is_old_word(one.at(now), now)
        }
        for raised in judged.raised:
            if raised.matter is Matter.BATTERY and raised.fitting_id is not None:
                low[raised.fitting_id] = raised.case_id
                self._looked.pop(raised.fitting_id, None)
        messages = []
        for fitting_id, case_id in sorted(low.items()):
            if not may_remind(self._looked.get(fitting_id), now):
                continue
            posted_at = write.last_posted(fitting_id, Template.CHARGE)
            if posted_at is not None and not may_remind(posted_at, now):
                self._looked[fitting_id] = posted_at
                continue
            reminder = _message(write, chance, case_id, Template.CHARGE, now, fitting_id)
            if not reminder:
                self._looked[fitting_id] = now
            messages += reminder  # not remembered: it does not stand yet, and the next report asks the store
        return replace(judged, messages=tuple(messages)) if messages else judged


def stopped_message(act: Acting, chance: Chance, decision: Decision) -> tuple[Message, ...]:
    """That something asked of them has ended: an officer tells them what (the task that the ending raises)."""
    return tuple(_message(act, chance, decision.case_id, Template.STOPPED, act.now))


def _message(
    view: Reading,
    chance: Chance,
    case_id: CaseId,
    template: Template,
    now: datetime,
    fitting_id: FittingId | None = None,
) -> list[Message]:
    contact = view.reached_by(view.case(case_id).person_id)
    if contact is None:
        return []
    return [compose(MessageId(chance.identity("message")), case_id, template, contact, now, fitting_id)]
