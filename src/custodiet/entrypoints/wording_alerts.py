"""Words of the alert desk: what a judge cannot know, what to ask, and what each move and state is called."""

from enum import StrEnum

from custodiet.model.alert import Alert, AlertMove, AlertState, Excuse
from custodiet.model.contact_record import CameOf, Direction, Verified, Way
from custodiet.model.finding import Matter

MOVES: dict[StrEnum, str] = {
    AlertMove.CLAIM: "Claim it",
    AlertMove.RELEASE: "Give it back to the queue",
    AlertMove.TRIAGE: "Begin triage",
    AlertMove.CLEAR: "Clear it",
    AlertMove.SUSPECT: "Call it a possible breach",
    AlertMove.ENQUIRE: "Open the enquiry",
    AlertMove.EXCUSE: "Find no breach",
    AlertMove.DECIDE: "Decide that it was a breach",
    AlertMove.NOTIFY: "Record that the decision was notified",
    AlertMove.SUSPEND: "Set it aside for a time",
}
STATES: dict[StrEnum, str] = {
    AlertState.RAISED: "Waits",
    AlertState.CLAIMED: "Claimed",
    AlertState.TRIAGED: "In triage",
    AlertState.CLEARED: "Cleared",
    AlertState.POSSIBLE_BREACH: "Possible breach",
    AlertState.ENQUIRY: "Enquiry",
    AlertState.NO_BREACH: "No breach",
    AlertState.BREACH: "Breach, decided",
    AlertState.NOTIFIED: "Breach, notified",
}
EXCUSES: dict[StrEnum, str] = {
    Excuse.NOT_SO: "They say that it did not happen",
    Excuse.HEALTH: "Health",
    Excuse.AUTHORISED: "They were allowed to",
    Excuse.EMERGENCY: "An emergency",
    Excuse.DEVICE: "The device",
    Excuse.OTHER: "Something else",
    Excuse.NONE: "They were asked in vain",
}
HOWS: dict[StrEnum, str] = {
    Way.PHONE: "By telephone",
    Way.MESSAGE: "By message",
    Way.VISIT: "By a visit",
    Way.BY_SOMEONE_ELSE: "Through someone else",
}
CAME_OF: dict[StrEnum, str] = {
    CameOf.SPOKE: "We spoke",
    CameOf.NO_ANSWER: "No answer",
    CameOf.MESSAGE_LEFT: "A message was left",
    CameOf.WRONG_NUMBER: "A wrong number",
    CameOf.REFUSED: "They did not want to talk",
}
VERIFIED: dict[StrEnum, str] = {
    Verified.KNOWN_VOICE: "A voice that I know",
    Verified.SECRET_WORD: "The word that we agreed on",
    Verified.CALLED_BACK: "I called them back",
    Verified.NOT_VERIFIED: "I could not tell",
}
DIRECTIONS: dict[StrEnum, str] = {Direction.OUT: "We tried them", Direction.IN: "They called us"}
_WORDS = MOVES | STATES | EXCUSES | HOWS | CAME_OF | VERIFIED | DIRECTIONS
_COULD_BE = {
    Matter.OUT_OF_PLACE: ("It could be coverage: fixes drift near buildings, indoors and at an edge.",),
    Matter.UNANSWERED: (
        "It could be coverage: a device that is indoors or below ground sends nothing.",
        "It could be the battery.",
    ),
    Matter.TAMPER: (
        "It could be the strap or its sensor: a knock, water or wear looks the same.",
        "It could be a removal for health that nobody has entered yet.",
    ),
    Matter.BATTERY: ("It could be the battery itself: an old one empties sooner, whoever charges it.",),
    Matter.DEVICE_FAULT: ("It is the device. It says nothing about the person.",),
    Matter.HELP: ("It could be a press by accident. Ring all the same.",),
}
_ASK = {
    Matter.OUT_OF_PLACE: ("Are you well?", "Is there anything that we should know about this time?"),
    Matter.UNANSWERED: ("Are you well?", "Is the device charged, and is it with you?"),
    Matter.TAMPER: ("Are you well, and does the device hurt or sit badly?", "Was it knocked, wet or caught?"),
    Matter.BATTERY: ("Can you charge the device where you are?", "Does a charge last as long as it did?"),
    Matter.DEVICE_FAULT: ("Does the device show or sound anything?", "When can someone look at it with you?"),
    Matter.HELP: ("Are you safe? Do you need an ambulance or the police?", "Who should we ring for you?"),
}


def could_be(alert: Alert) -> tuple[str, ...]:
    """What else it could be, which nothing that judges fixes can know."""
    return _COULD_BE[alert.matter]


def to_ask(alert: Alert) -> tuple[str, ...]:
    """What to ask the person, in order; none of it presumes that they did anything."""
    return _ASK[alert.matter]


def said_in_alerts(code: StrEnum) -> str:
    """A move, a state, what the person says, or how they were tried, in words."""
    return _WORDS[code]
