"""How codes of a case's decisions are said to people. English texts; a page says them in its language."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from custodiet.entrypoints.wording_disclosing import DISCLOSING
from custodiet.entrypoints.wording_erasing import ERASING
from custodiet.entrypoints.wording_looking import LOOKING
from custodiet.entrypoints.wording_misuse import MISUSE
from custodiet.entrypoints.wording_replaying import REPLAYING
from custodiet.entrypoints.wording_restricting import RESTRICTING
from custodiet.entrypoints.wording_unmasking import UNMASKING
from custodiet.model.alert import StatementKind
from custodiet.model.assessing_record import ReturnReason
from custodiet.model.assessment import Article8, AtHome, FamilyAnswer, FamilyReason, Practical, Said, Selection
from custodiet.model.case_record import About
from custodiet.model.condition import ConditionKind
from custodiet.model.day import DayKind
from custodiet.model.ending import EndReason, StopKind
from custodiet.model.fact import Age, FactKind
from custodiet.model.mode import FAMILIES, Family, Kind
from custodiet.model.representation import Reply
from custodiet.model.review import ReviewOutcome, StillNeeded, Trigger
from custodiet.model.screening import Adjustment, Hit, Question

WORDS: Mapping[type[StrEnum], Mapping[str, str]] = {
    FactKind: {
        FactKind.AGE: "Age",
        FactKind.ADDRESS: "Address",
        FactKind.HOUSEHOLD: "Who lives in the home",
        FactKind.WORK: "Work",
        FactKind.CONTACT_KEPT: "Contact was kept",
        FactKind.CONTACT_LOST: "Contact was lost",
        FactKind.APPOINTMENT_KEPT: "An appointment was kept",
        FactKind.APPOINTMENT_MISSED: "An appointment was missed",
        FactKind.PERSON_SAID: "The person said something that bears on this",
        FactKind.DEVICE: "A device",
        FactKind.COURT_FINDING: "A finding of a court",
        FactKind.PROTOCOL: "The protocol of an evaluation",
        FactKind.HEALTH: "Health: opens a review",
        FactKind.EXPERT_REPORT: "An expert’s report: opens a review",
        FactKind.PENDING_ELSEWHERE: "Another body is deciding something: opens a review",
        FactKind.LIFTS_DUTY: "The finding that lifts a duty to monitor",
    },
    Age: {Age.ADULT: "18 or over", Age.UNDER_18: "Under 18", Age.DISPUTED: "Disputed, and not yet decided"},
    Selection: {
        Selection.INDIVIDUAL: "Something in this person’s own case",
        Selection.DUTY: "The law makes it a duty",
        Selection.ORDER: "A court ordered it",
        Selection.REVIEW: "A review of what is in force",
        Selection.EVALUATION: "An evaluation with its own protocol",
    },
    Family: {
        Family.SUPPORT: "support and reminders (rungs 0 and 1)",
        Family.REPORTING: "reporting in person, by telephone or by check-in (rungs 2 to 4)",
        Family.COARSE_AREA: "check-in with a coarse area (rung 5)",
        Family.HOME: "presence at home (rung 6)",
        Family.ON_DEVICE: "prompts, or zones judged on the device (rungs 7 and 8)",
        Family.ON_ARRIVAL: "zones judged on arrival, without a trail (rung 9)",
    },
    FamilyReason: {
        FamilyReason.TRIED: "It was tried",
        FamilyReason.NOT_ENOUGH: "It is not enough for this person",
        FamilyReason.CANNOT_USE: "The person cannot use it",
        FamilyReason.ASKED_NOT_TO: "The person asked not to have it",
        FamilyReason.DUTY_ASKS_MORE: "The duty asks for more",
        FamilyReason.ORDER_ASKS_MORE: "The order asks for more",
    },
    Article8: {
        Article8.INTERFERES: "Does it interfere with private or family life?",
        Article8.GRAVE: "Is that grave?",
        Article8.PROVIDED_BY_LAW: "Does the power provide for it?",
        Article8.NECESSARY: "Is it necessary for the purposes chosen?",
        Article8.PROPORTIONATE: "Is it proportionate for this person and those at home?",
    },
    Practical: {
        Practical.CHARGING: "It can be charged every day",
        Practical.POWER_AT_HOME: "There is electricity at home",
        Practical.SIGNAL: "There is a signal where the person lives",
        Practical.HOUSING: "Their housing is settled",
        Practical.WORK: "It fits with their work",
        Practical.TRAVEL: "It fits with how they travel",
        Practical.DISABILITY: "No disability stands in the way",
        Practical.ON_BODY: "They can bear it on the body",
    },
    AtHome: {
        AtHome.NOBODY: "Nobody: the person lives alone",
        AtHome.CHILDREN: "Children",
        AtHome.PARTNER: "A partner",
        AtHome.OTHERS: "Others",
    },
    Said: {Said.YES: "yes", Said.NO: "no", Said.NOT_KNOWN: "not known"},
    Question: {
        Question.HEALTH: "Health",
        Question.MENTAL_HEALTH: "Mental health",
        Question.SELF_HARM: "Harm to themselves",
        Question.AGE: "Age",
        Question.TRAFFICKING: "Trafficking",
        Question.TORTURE: "Torture",
        Question.PREGNANCY: "Pregnancy or a birth not long ago",
        Question.DISABILITY: "Disability",
        Question.CARING: "Caring for someone",
        Question.FAITH: "Faith",
        Question.LANGUAGE: "Language",
        Question.READING: "Reading and writing",
        Question.DIGITAL_ACCESS: "A phone and the internet",
        Question.JOURNEY: "The journey here",
        Question.HOME: "Whether home is safe",
        Question.POWER_IMBALANCE: "Someone with power over them",
    },
    Hit: {Hit.YES: "yes", Hit.NO: "no", Hit.NOT_KNOWN: "not known", Hit.NOT_SAID: "did not want to say"},
    Adjustment: {
        Adjustment.LOWER_RUNG: "A lower rung",
        Adjustment.NO_DEVICE_ON_BODY: "No device on the body",
        Adjustment.OTHER_HOURS: "Other hours",
        Adjustment.FEWER_CONTACTS: "Fewer contacts",
        Adjustment.INTERPRETER: "An interpreter",
        Adjustment.AUDIO_OR_EASY_READ: "Audio or easy read",
        Adjustment.IN_PERSON: "In person",
        Adjustment.SUPPORTER_PRESENT: "With someone who supports them",
        Adjustment.SAFE_CONTACT: "A safe way of contact",
        Adjustment.MEDICAL_ADVICE: "Medical advice first",
        Adjustment.CHARGING_HELP: "Help with charging",
        Adjustment.OTHER: "Something else",
    },
    Reply: {
        Reply.AGREED: "We agree",
        Reply.AGREED_IN_PART: "We agree in part",
        Reply.NOT_AGREED: "We do not agree",
    },
    ReturnReason: {
        ReturnReason.REASONS_TOO_THIN: "The reasons are too thin",
        ReturnReason.COPIED: "The reasons are another case’s",
        ReturnReason.FACT_MISSING: "A fact is missing",
        ReturnReason.LOWER_RUNG: "A lower rung would do",
        ReturnReason.VULNERABILITY: "Vulnerability was not answered",
        ReturnReason.REPRESENTATION: "What the person said was not answered",
        ReturnReason.OTHER: "Something else",
    },
    Trigger: {
        Trigger.PERIOD: "Its day has come",
        Trigger.NEW_EVIDENCE: "New evidence",
        Trigger.REPRESENTATION: "The person said something",
        Trigger.BREACH_REPLY: "A reply to a possible breach",
        Trigger.OTHER_DECISION_MAKER: "Another body decided something",
        Trigger.DEVICE_FAULT: "The device is at fault",
        Trigger.OBJECTION: "An objection",
        Trigger.WELLBEING: "Wellbeing",
        Trigger.CHANGED_HOME: "Something changed at home",
        Trigger.LAW_CHANGED: "The law changed",
    },
    StillNeeded: {
        StillNeeded.CONTACT_AT_RISK: "Contact is at risk without it",
        StillNeeded.CONDITIONS_NOT_KEPT: "Conditions were not kept",
        StillNeeded.DUTY_STANDS: "The duty stands",
        StillNeeded.ORDER_STANDS: "The order stands",
    },
    ReviewOutcome: {
        ReviewOutcome.CONTINUE: "Go on, with reasons",
        ReviewOutcome.LOWER: "Step down",
        ReviewOutcome.END: "End it",
    },
    EndReason: {
        EndReason.NOT_NEEDED: "It is not needed any more",
        EndReason.LEAVE_GRANTED: "Leave was granted",
        EndReason.DETAINED: "The person was detained",
        EndReason.REMOVED: "The person was removed from the country",
        EndReason.TRANSFERRED: "The case was transferred",
        EndReason.DIED: "The person has died",
        EndReason.REVIEW: "A review",
        EndReason.STOPPED: "A court or a regulator said so",
    },
    StopKind: {
        StopKind.STOP: "Stop: it ends",
        StopKind.RESTRICT: "Restrict: collection pauses until whoever ordered it says otherwise",
        StopKind.ANNUL: "Annul: it ends, and what was collected is quarantined",
    },
    ConditionKind: {
        ConditionKind.INCLUSION: "Inclusion zone: to be inside",
        ConditionKind.EXCLUSION: "Exclusion zone: to keep out",
        ConditionKind.PROTECTIVE: "Protective zone: to keep away from someone",
        ConditionKind.CURFEW: "Curfew",
        ConditionKind.APPOINTMENT: "Appointment",
        ConditionKind.CHECK_IN: "Check-in",
        ConditionKind.HOME_PRESENCE: "Presence at home",
    },
    DayKind: {
        DayKind.REVIEW_DUE: "Review the decision, or it lapses",
        DayKind.ORDER_REVIEW_DUE: "Review how the order is carried out, or looks close",
        DayKind.TASK: "Task",
        DayKind.REPRESENTATION: "Answer what the person said",
        DayKind.RETURNED: "A proposal came back",
    },
    About: {
        About.FACT: "A fact",
        About.REPRESENTATION: "What the person said",
        About.REPLY: "Our answer to what the person said",
        About.ASSESSMENT: "An earlier assessment",
        About.RETURN: "Why a proposal was given back",
        About.REVIEW: "A review",
    },
    StatementKind: {
        StatementKind.OUT_OF_CONTACT: "Out of contact since",
        StatementKind.ABSCONDING: "Absconding declared",
        StatementKind.IN_CONTACT: "In contact since",
    },
    Kind: {
        Kind.OUTCOME: "an outcome",
        Kind.ATTENDANCE: "attendance",
        Kind.CHECK_IN: "a check-in",
        Kind.PRESENCE: "in or out at one address",
        Kind.PROMPT: "a prompt answered",
        Kind.TRANSITION: "a crossing of an edge",
        Kind.FIX: "positions",
        Kind.EVENT: "what the device reports",
    },
    **LOOKING,
    **DISCLOSING,
    **UNMASKING,
    **ERASING,
    **REPLAYING,
    **RESTRICTING,
    **MISUSE,
}

ARTICLE_8 = {
    "provided_by_law": "The power provides for it",
    "necessary": "It is necessary for the purposes chosen",
    "proportionate": "It is proportionate for this person and those at home",
}
INTERFERENCE = {
    "none": "It does not interfere with private or family life",
    "light": "It interferes, not gravely",
    "grave": "It interferes gravely",
    "not_known": "Nobody knows yet",
}


def said(code: StrEnum) -> str:
    """A code in words."""
    return WORDS[type(code)][code]


def by_ladder(answers: Iterable[FamilyAnswer]) -> list[FamilyAnswer]:
    """Answers for families of lower rungs, the lowest first."""
    order = list(FAMILIES)
    return sorted(answers, key=lambda one: order.index(one.family))
