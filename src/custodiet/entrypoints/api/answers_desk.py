"""What the API answers of the alert desk. As in answers.py: facts and codes, and never a word that was said."""

import msgspec

from custodiet.entrypoints.api.answers import At, ContactLine, LeftOut
from custodiet.model.alert import AlertMove, AlertState, Excuse


class StepLine(msgspec.Struct):
    """One step, with its place in the ledger. `until_at`: of an alert that was set aside."""

    at: At
    by: str
    move: AlertMove
    state: AlertState
    until_at: At | None
    entry: int


class ReplyLine(msgspec.Struct):
    """What kind of thing the person said to an enquiry: the words stay sealed."""

    at: At
    by: str
    excuse: Excuse


class AlertRecord(msgspec.Struct):
    """All that was done about one alert, the newest first. `moves`: what may follow, whoever may take it."""

    at: At
    steps: list[StepLine]
    replies: list[ReplyLine]
    contacts: list[ContactLine]
    left_out: LeftOut
    moves: list[AlertMove]
    takes_replies: bool


class HandedOver(msgspec.Struct):
    """How many went back to the queue, and how many could not."""

    released: int
    kept: int
