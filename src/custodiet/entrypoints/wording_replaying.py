"""How a decision that is run again is said to people. English texts; a page says them in its language."""

from collections.abc import Mapping
from enum import StrEnum

from custodiet.flows.replay_decision import StepKind, What
from custodiet.flows.weigh_decision import Weighed

REPLAYING: Mapping[type[StrEnum], Mapping[str, str]] = {
    StepKind: {
        StepKind.PROPOSED: "It was proposed",
        StepKind.LESSENED: "It was proposed as less of another",
        StepKind.MADE: "A second person said yes",
        StepKind.STEPPED_DOWN: "One person stepped down to it",
    },
    What: {
        What.FACT: "A fact of the case",
        What.INVITATION: "The person was asked what they think",
        What.REPRESENTATION: "What the person said",
        What.SCREENING: "The newest screening",
        What.ASSESSMENT: "The assessment",
        What.EVIDENCE_REVIEW: "A review that new evidence opened, and that waited",
        What.REGISTER: "The register in effect, by its version",
        What.OPERATION: "The operation, by the entry that proposed it",
        What.NOTICE: "A giving of the notice",
        What.TRAINING: "A training of someone who acted",
        What.DECISION: "Another decision of the case, as it stood then",
    },
    Weighed: {
        Weighed.PROPOSING: "What any proposal must be",
        Weighed.REGISTER: "What the register says of this mode",
        Weighed.OPERATION: "Whether the operation was active",
        Weighed.TRAINING: "Whether those who acted were trained",
        Weighed.LADDER: "The ladder: why this person, why this rung, why none lower",
        Weighed.MAKING: "What a second person’s yes must be",
        Weighed.NOTICE: "Whether the person had been told",
    },
}
