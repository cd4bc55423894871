"""What a field of the register or of an assessment asks for, and who can supply it: told beside the field, once.

Gaps, documents, the checker of a scheme's file and its published schema all read the same words.
"""

from dataclasses import field
from enum import StrEnum
from typing import Any


class Who(StrEnum):
    """Who can supply what is missing: functions in the controller's organisation, never a person's name."""

    OWNER = "the senior owner of the scheme"
    LEGAL = "the legal adviser"
    DPO = "the data protection officer"
    OPERATIONS = "the manager of the monitoring centre"
    SUPPLIERS = "the manager of the supplier's contract"


def asked(says: str, who: Who, default: Any = "") -> Any:
    """A field that has to be filled before anything rests on it. `says`: what it holds, as part of a sentence."""
    return field(default=default, metadata={"says": says, "who": who, "must": True})


def offered(says: str, who: Who, default: Any = "") -> Any:
    """A field that may stay empty, or that only other fields make necessary."""
    return field(default=default, metadata={"says": says, "who": who, "must": False})
