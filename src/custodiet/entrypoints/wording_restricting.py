"""How rights that are restricted are said to people. English texts; a page says them in its language."""

from collections.abc import Mapping
from enum import StrEnum

from custodiet.model.restricting import Ground, Right

RESTRICTING: Mapping[type[StrEnum], Mapping[str, str]] = {
    Right: {
        Right.LOOKS: "To see who asked to look, who looked, and who was refused",
        Right.DISCLOSURES: "To see what agencies asked for and were given",
        Right.COPY: "To have the positions in their own copy",
    },
    Ground: {
        Ground.IMMIGRATION_CONTROL: "Effective immigration control would be prejudiced",
        Ground.CRIME: "Preventing or investigating a crime would be prejudiced",
        Ground.ANOTHERS_SAFETY: "Somebody else would be in danger",
    },
}
STATES: Mapping[str, str] = {
    "waits": "Waits for the data protection officer",
    "in_force": "In force",
    "refused": "Refused",
    "ended": "Ended before its date",
    "over": "Over: its date has passed",
    "unanswered": "Over: nobody answered it in time",
}
PARTS: tuple[str, ...] = (
    "What would be prejudiced, and how",
    "How vulnerable the person may be",
    "Their rights and freedoms, and what else binds us",
    "Why it is necessary, and no more than necessary",
    "Why telling the person would defeat it",
)
"""Of the weighing, in the order of rules.restricting.WEIGHED."""
