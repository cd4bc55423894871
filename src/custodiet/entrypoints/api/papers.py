"""Papers for a person: decision letters, easy read, who is to be told again; and the same for the person themselves.

In an approved text, or whole in English: what nobody has approved reaches no one, here as on the pages.
"""

from custodiet.entrypoints.api import answers_told as told
from custodiet.entrypoints.api.knowing import known_case, known_decision
from custodiet.entrypoints.api.noticing import language_lines, notice_text
from custodiet.entrypoints.api.reading import cursor_of, read_cursor
from custodiet.entrypoints.api.route import Call, bad
from custodiet.entrypoints.web.permitting import may, require
from custodiet.entrypoints.web.sight import in_sight, of_case, own_case
from custodiet.flows.notice_now import notice_at
from custodiet.flows.ports import Reading
from custodiet.flows.record_notice import content_of
from custodiet.flows.scheme_now import register_at
from custodiet.flows.show_notices import ShownLetter, asked_now, easy_in, everyone_owed, show_case_notice, show_letter
from custodiet.model.act import Act
from custodiet.model.case import Case
from custodiet.model.decision import Decision
from custodiet.model.document import Paragraph, Section
from custodiet.model.errors import NotFound
from custodiet.model.identity import DecisionId, SchemeId
from custodiet.model.language import ENGLISH


def letter(call: Call) -> told.LetterText:
    with call.place.store.reading() as view:
        decision = known_decision(call.request, view, call.path["decision_id"])
        return _letter(call, view, decision)


def easy(call: Call) -> told.EasyText:
    with call.place.store.reading() as view:
        case = known_case(call.request, view, call.path["reference"])
        require(call.request, view, Act.GIVE_NOTICE, of_case(case.id))
        return _easy(call, view, case)


def owed(call: Call) -> told.Owed:
    scheme_id, after = SchemeId(call.path["scheme_id"]), read_cursor(call, 1)
    with call.place.store.reading() as view:
        within = in_sight(call.request, view)
        _, digest, _ = notice_at(view, scheme_id, call.at)
        found = everyone_owed(view, call.at, scheme_id, call.query.get("reference", "").strip(), within)
    rest = [one for one in found if after is None or one.reference > after[0]]
    lines = [told.OwedLine(one.reference) for one in rest[: call.limit]]
    last = cursor_of(lines[-1].reference) if len(rest) > len(lines) else None
    return told.Owed(call.at, digest.hex(), lines, last)


# --- the person's own -------------------------------------------------------------------------------------------


def own_notice(call: Call) -> told.OwnNotice:
    which = int(call.query.get("which", 1))
    with call.place.store.reading() as view:
        case, cases = own_case(call.request, view)
        if which > cases:
            raise bad(f"which: there are {cases}")
        shown = show_case_notice(view, call.at, case.reference)
        decided = [one for one in view.decisions_of(case.id) if one.stands and one.rung.rung]
        newest = sorted(decided, key=lambda one: (one.starts_at, one.id), reverse=True)[: call.limit]
        return told.OwnNotice(
            at=call.at,
            reference=case.reference,
            which=which,
            cases=cases,
            notice=notice_text(call, view, shown),
            languages=language_lines(shown),
            asked=[
                told.AskedLine(of.tag, of.direction, _lines(one))
                for of, one in asked_now(view, call.at, case, _wanted(call))
            ],
            letters=[_own_letter(call, view, case, one) for one in newest],
            left_out=len(decided) - len(newest),
        )


def own_easy(call: Call) -> told.EasyText:
    with call.place.store.reading() as view:
        case, _ = own_case(call.request, view)
        return _easy(call, view, case)


def own_recording(call: Call) -> bytes:
    with call.place.store.reading() as view:
        case, _ = own_case(call.request, view)
        shown = show_case_notice(view, call.at, case.reference)
        return content_of(view, shown.heard(call.path["recording_id"]).id)


def own_letter(call: Call) -> told.LetterText:
    with call.place.store.reading() as view:
        own_case(call.request, view)
        decision = view.decision(DecisionId(call.path["decision_id"]))
        if not may(call.request, view, Act.READ_OWN_NOTICE, of_case(decision.case_id)):
            raise NotFound("not theirs")
        return _letter(call, view, decision)


def _own_letter(call: Call, view: Reading, case: Case, decision: Decision) -> told.OwnLetter:
    shown = show_letter(view, call.at, case.reference, decision.id)
    return told.OwnLetter(decision.id, decision.starts_at, [one.tag for one in shown.languages])


def _letter(call: Call, view: Reading, decision: Decision) -> told.LetterText:
    case = view.case(decision.case_id)
    shown: ShownLetter = show_letter(view, call.at, case.reference, decision.id, _wanted(call))
    made = shown.letter
    return told.LetterText(
        at=call.at,
        decision_id=decision.id,
        reference=case.reference,
        wanted=_wanted(call),
        language=shown.language.tag,
        direction=shown.language.direction,
        title=made.title,
        sections=[told.LetterSection(one.code, one.title, _lines(one)) for one in made.sections],
        sender=made.sender,
        interpreter=made.interpreter or None,
    )


def _easy(call: Call, view: Reading, case: Case) -> told.EasyText:
    made, language = easy_in(view, case.scheme_id, _wanted(call), call.at)
    register, _ = register_at(view, case.scheme_id, call.at)
    return told.EasyText(
        at=call.at,
        wanted=_wanted(call),
        language=language.tag,
        direction=language.direction,
        title=made.title,
        lines=[told.EasyLine(one.picture, one.caption, list(one.sentences)) for one in made.lines],
        sender=register.controller.name,
        interpreter=register.interpreter or None,
        made_up=register.made_up,
    )


def _wanted(call: Call) -> str:
    return str(call.query.get("language", ENGLISH.tag))


def _lines(section: Section) -> list[str]:
    return [one.text for one in section.blocks if isinstance(one, Paragraph)]
