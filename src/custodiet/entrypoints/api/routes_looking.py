"""Routes of unmasking and of looking alone. Those that would show a position are here to say where it is shown."""

from custodiet.entrypoints.api import answers, answers_looking, bodies_looking, looking
from custodiet.entrypoints.api.route import LIMIT, Route

_SHOWN_NOWHERE = {"type": "null", "description": "Never: no answer holds a position."}

LOOKING_ROUTES = (
    Route(
        "GET",
        "/cases/{reference}/unmaskings",
        "list_unmaskings",
        "A case's requests to see what masking hides, the newest first, without a place or a reason.",
        looking.unmaskings,
        answers_looking.Unmaskings,
        params=(LIMIT,),
    ),
    Route(
        "POST",
        "/look-ups/{look_up_id}/unmaskings",
        "ask_unmask",
        "Ask to see without masking what was read under one's own look-up. It waits for a third person.",
        looking.ask,
        answers_looking.UnmaskAsked,
        status=201,
        body=bodies_looking.AskUnmask,
    ),
    Route(
        "POST",
        "/unmaskings/{unmask_id}/approve",
        "approve_unmask",
        "A third person's yes, to all that was asked or to less time: of nobody who asked or gave the grant.",
        looking.approve,
        answers.Entered,
        body=bodies_looking.ApproveUnmask,
    ),
    Route(
        "POST",
        "/unmaskings/{unmask_id}/refuse",
        "refuse_unmask",
        "A third person's no.",
        looking.refuse,
        answers.Entered,
        body=bodies_looking.RefuseUnmask,
    ),
    Route(
        "POST",
        "/unmaskings/{unmask_id}/open",
        "open_unmasked",
        "Not by a program: always refused with `on_a_page`, whatever is named.",
        looking.on_a_page,
        None,
        schema=_SHOWN_NOWHERE,
    ),
    Route(
        "GET",
        "/cases/{reference}/looks-alone",
        "list_looks_alone",
        "A case's looks for danger to life that somebody took alone, the newest first, without a place or a reason.",
        looking.looks_alone,
        answers_looking.LooksAlone,
        params=(LIMIT,),
    ),
    Route(
        "POST",
        "/cases/{reference}/looks-alone",
        "look_alone",
        "Not by a program: always refused with `on_a_page`, whatever is named.",
        looking.on_a_page,
        None,
        schema=_SHOWN_NOWHERE,
    ),
    Route(
        "POST",
        "/looks-alone/{look_alone_id}/assess",
        "assess_look_alone",
        "Say whether a look that somebody took alone was needed. Its reason is read on the page.",
        looking.assess,
        answers.Entered,
        body=bodies_looking.AssessLookAlone,
    ),
)
