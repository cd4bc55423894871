"""Routes of papers for a person: letters, easy read, who is to be told again; and what is the person's own."""

from custodiet.entrypoints.api import answers_told, papers
from custodiet.entrypoints.api.route import CURSOR, LIMIT, Param, Read, Route
from custodiet.flows.searching import SEARCH_MAX
from custodiet.model.language import LANGUAGES

LANGUAGE = Param("language", "The language wanted, by its tag.", Read.WORD, words=tuple(one.tag for one in LANGUAGES))
WHICH = Param("which", "Which of theirs, where several are, from 1 on.", Read.COUNT, least=1, most=100)

TOLD_ROUTES = (
    Route(
        "GET",
        "/decisions/{decision_id}/letter",
        "read_letter",
        "The letter for a decision that was made, whole in a language, or in English.",
        papers.letter,
        answers_told.LetterText,
        params=(LANGUAGE,),
    ),
    Route(
        "GET",
        "/cases/{reference}/notice/easy",
        "read_easy",
        "The notice in easy read, in a language in which that is approved, else in English.",
        papers.easy,
        answers_told.EasyText,
        params=(LANGUAGE,),
    ),
    Route(
        "GET",
        "/schemes/{scheme_id}/owed",
        "list_owed",
        "Everyone in sight whose data is held and who was not told what the notice says now, by reference.",
        papers.owed,
        answers_told.Owed,
        params=(Param("reference", "Only those whose reference holds these signs.", most=SEARCH_MAX), LIMIT, CURSOR),
    ),
    Route(
        "GET",
        "/my/notice",
        "read_own_notice",
        "For the person, or whoever speaks for them: their notice, what is asked of them now, and their letters.",
        papers.own_notice,
        answers_told.OwnNotice,
        params=(LANGUAGE, WHICH, LIMIT),
    ),
    Route(
        "GET",
        "/my/notice/easy",
        "read_own_easy",
        "Their notice in easy read.",
        papers.own_easy,
        answers_told.EasyText,
        params=(LANGUAGE, WHICH),
    ),
    Route(
        "GET",
        "/my/notice/recordings/{recording_id}",
        "play_own_notice",
        "An approved recording of their notice as it is: MP3.",
        papers.own_recording,
        None,
        params=(WHICH,),
        media="audio/mpeg",
        schema={"type": "string", "contentMediaType": "audio/mpeg"},
    ),
    Route(
        "GET",
        "/my/letters/{decision_id}",
        "read_own_letter",
        "One of their letters.",
        papers.own_letter,
        answers_told.LetterText,
        params=(LANGUAGE,),
    ),
)
