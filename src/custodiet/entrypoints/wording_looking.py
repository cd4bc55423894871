"""How looking is said to people. English texts; a page says them in its language."""

from collections.abc import Mapping
from enum import StrEnum

from custodiet.flows.show_looking import What
from custodiet.model.glass import Danger
from custodiet.model.look_up import Answer, Asked, Attempt, Precision, RefusedBecause, ToKnow, Tried

LOOKING: Mapping[type[StrEnum], Mapping[str, str]] = {
    ToKnow: {
        ToKnow.IN_DANGER: "Whether they are in danger, and where help would find them",
        ToKnow.REACH: "Where they can be reached, since nothing else reaches them",
        ToKnow.ALERT_RIGHT: "Whether an alert was right",
        ToKnow.DISPUTED: "Whether what they dispute was so",
        ToKnow.WHEREABOUTS: "Where they were at a time that matters to an enquiry",
    },
    Tried: {
        Tried.RANG: "They were rung",
        Tried.WROTE: "They were written to",
        Tried.VISITED: "They were visited",
        Tried.ASKED_PERSON: "They were asked, and answered",
        Tried.ASKED_OTHERS: "Family, a friend or a representative was asked",
        Tried.QUESTION: "A question was asked here, and did not answer it",
        Tried.CHECKED_DEVICE: "The device was checked",
        Tried.CONTACT_WOULD_HARM: "Nobody was asked, since that would do harm: the second person says why",
    },
    Precision: {
        Precision.FULL: "As exact as it was received",
        Precision.M_100: "Squares of 100 metres",
        Precision.KM_1: "Squares of one kilometre",
    },
    RefusedBecause: {
        RefusedBecause.TOO_WIDE: "The window is wider than the question needs",
        RefusedBecause.TOO_EXACT: "It is more exact than the question needs",
        RefusedBecause.ASK_FIRST: "The person, or a question, comes first",
        RefusedBecause.DOES_NOT_ANSWER: "It would not answer the question",
        RefusedBecause.NOT_THE_PURPOSE: "It is not what the data are for",
        RefusedBecause.OTHER: "Something else",
    },
    Asked: {
        Asked.HOME: "At home then?",
        Asked.ZONE: "In this zone then?",
        Asked.CONTACT: "Has the device been heard of since then?",
    },
    Answer: {Answer.YES: "Yes", Answer.NO: "No", Answer.CANNOT_TELL: "Cannot tell"},
    Attempt: {
        Attempt.LOOK_UP: "ask for a look-up",
        Attempt.APPROVAL: "approve a look-up",
        Attempt.READING: "open a reading",
        Attempt.QUESTION: "ask a question",
        Attempt.DISCLOSURE: "have something given to an agency",
        Attempt.UNMASK: "look without masking, or let somebody",
        Attempt.BREAK_GLASS: "look without a second person",
    },
    What: {
        What.QUESTION: "Asked a question",
        What.ASKED: "Asked to look",
        What.APPROVED: "Said yes",
        What.REFUSED: "Said no",
        What.ENDED: "Ended it",
        What.READ: "Looked",
        What.TRIED: "Was refused by rule",
        What.AGENCY_ASKED: "An agency asked",
        What.AGENCY_REFUSED: "The agency was refused",
        What.AGENCY_WANTED: "An agency wanted what nobody is given, and was refused",
        What.RELEASED: "Said yes to the agency",
        What.ASSESSED: "Looked into it afterwards",
        What.PACKED: "Made a pack for the agency",
        What.RECEIVED: "The agency has it",
        What.RECALLED: "The agency was told to destroy it",
        What.UNMASK_ASKED: "Asked to look without masking",
        What.UNMASK_APPROVED: "Said yes to looking without masking",
        What.UNMASK_REFUSED: "Said no to looking without masking",
        What.UNMASKED: "Looked without masking",
        What.ALONE: "Looked without a second person, for danger to life",
    },
    Danger: {Danger.TO_THEM: "The person’s own", Danger.TO_ANOTHER: "Somebody else’s"},
}
