"""How devices and what the desk does with them are said: short words on a page."""

from collections.abc import Mapping
from typing import Any

from custodiet.model.desk import Fault, Identified, Note, Noted, Outcome, RaisedBy, Removal, Stock
from custodiet.model.finding import Matter

STOCK = {
    Stock.IN_STOCK: "in stock",
    Stock.FITTED: "on someone",
    Stock.RETURNED: "came back, not looked at yet",
    Stock.FAULTY: "faulty",
}
IDENTIFIED = {
    Identified.DOCUMENT: "by a document",
    Identified.KNOWN_IN_PERSON: "known in person",
    Identified.THIRD_PARTY: "by someone who knows them",
}
REMOVAL = {
    Removal.MEDICAL: "medical",
    Removal.ENDED: "nothing asks for it any more",
    Removal.HURTS: "it hurts",
    Removal.FAULTY: "it is faulty",
    Removal.SWAP: "swapped for another",
}
OUTCOME = {
    Outcome.FINE: "fine",
    Outcome.REFITTED: "fitted again, it sat badly",
    Outcome.SKIN: "the skin is sore",
    Outcome.DAMAGED: "damaged",
    Outcome.MEDICAL: "it has to come off for a medical reason",
}
FAULT = {
    Fault.BATTERY: "battery",
    Fault.STRAP_SENSOR: "strap sensor",
    Fault.POSITIONS: "wrong positions",
    Fault.RADIO: "radio",
    Fault.OTHER: "something else",
}
_KIND = {
    Noted.CHECKED: "Fitted; the person identified",
    Noted.INSPECTED: "Inspected",
    Noted.REMOVED: "Taken off",
    Noted.FAULTY: "Found faulty",
    Noted.MENDED: "Mended",
}


def said_note(one: Note) -> str:
    """What happened, with its code in words."""
    words: dict[Noted, str] = {
        Noted.CHECKED: _said(IDENTIFIED, one.code),
        Noted.INSPECTED: _said(OUTCOME, one.code),
        Noted.REMOVED: _said(REMOVAL, one.code),
        Noted.FAULTY: _said(FAULT, one.code),
    }
    return f"{_KIND[one.kind]}: {words[one.kind]}" if one.kind in words else _KIND[one.kind]


_RAISED = {
    Matter.OUT_OF_PLACE: "Where they are not to be",
    Matter.UNANSWERED: "The hours began and no fix came",
    Matter.TAMPER: "A sensor spoke of tampering",
    Matter.BATTERY: "The battery was low",
    Matter.DEVICE_FAULT: "It said that it is faulty",
    Matter.HELP: "The wearer asked for help",
}


def said_raised(one: RaisedBy) -> str:
    """How often it raised what, whoever wore it."""
    times = "once" if one.times == 1 else f"{one.times} times"
    fallen = one.times - one.standing
    return f"{_RAISED[one.matter]}, {times}" + (f"; no longer stands: {fallen}" if fallen else "")


def _said(words: Mapping[Any, str], code: str) -> str:
    return next((said for known, said in words.items() if known == code), "")
