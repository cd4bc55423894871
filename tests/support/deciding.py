"""What people type into the pages on which a case is decided."""

import re

from custodiet.model.assessment import Article8, Practical
from custodiet.model.mode import LADDER, MODES, ModeCode
from custodiet.model.screening import Question

YESTERDAY_IS_FINE = {"dated_0": "1", "dated_1": "3", "dated_2": "2026"}


def fact(kind: str, **more: str) -> dict[str, str]:
    return {"kind": kind, "age": "", "text": "", **YESTERDAY_IS_FINE, **more}


def invited() -> dict[str, str]:
    return {"what": "invite", "when": "now"}


def screened(**other: str) -> dict[str, str]:
    return {"asked": "on", **{f"{one}_hit": "no" for one in Question}, **other}


def assessed(code: ModeCode, fact_id: str, **other) -> dict:
    """A whole assessment of a rung; `other`: what is typed otherwise (None: left out)."""
    mode = MODES[code]
    told: dict = {
        "selection": "individual",
        "selection_fact": fact_id,
        "compared": [LADDER[0].code.value],
        "exempt_child": "no",
        "exempt_ill": "no",
        "at_home": ["nobody"],
        "finding": "on",
        "starts": "hour",
        "review": "28",
        "step": "send",
    }
    if mode.locates:
        told |= {f"article_8_{one}": "yes" for one in Article8}
    else:
        told |= {"interference": "light", "article_8": ["provided_by_law", "necessary", "proportionate"]}
    if mode.needs_device:
        told |= {f"practical_{one}": "yes" for one in Practical}
    for family in mode.lower_families:
        told |= {f"{family}_reason": "tried", f"{family}_facts": [fact_id]}
    return {name: value for name, value in (told | other).items() if value is not None}


def give_notice(visitor, reference: str, **other: str):
    """Record on its page that the notice was given as it is: on paper, in English, and understood."""
    path = f"/cases/{reference}/notice"
    digest = re.search(r'name="digest"[^>]* value="([0-9a-f]{64})"', visitor.get(path).text)[1]
    told = {"digest": digest, "language": "en", "how": "print", "understood": "yes", "why": "", "words": ""}
    return visitor.send(path, told | other)
