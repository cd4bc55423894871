"""The CNIL's PIA tool: an assessment out in its JSON, strictly; another's in, leniently, saying what was not taken.

Its three risk families are about security; harms such as people avoiding places have no slot of their own, so the full
list stands in 321 and each measure beside it. Texts are HTML there: what comes in is cleaned by nh3 and kept as plain
text, and nothing of it is ever shown as markup. Advice, consultation and sign-off in a file are not taken: each
is recorded here by who gives it. A made-up scheme's assessment is not given away.
"""

import html
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import nh3

from custodiet.model.dpia import SEEDED, Alternative, Description, Dpia, Harm, Level, OperationAssessment, Risk
from custodiet.model.errors import IllegalValue, NotTheFormat
from custodiet.model.identity import SchemeId
from custodiet.model.mode import MODES, ModeCode
from custodiet.model.register import Register
from custodiet.model.times import as_text

SIZE_MAX = 8_000_000
TEXT_MAX = 100_000
"""Characters of one answer; what is beyond is said and left out."""
NOTES_MAX = 200
QUESTIONS = (
    *(111, 112, 113, 121, 122, 123, 211, 212, 213, 214, 215, 221, 222, 223, 224, 225, 226, 227),
    *(family + part for family in (320, 330, 340) for part in range(1, 7)),
)
"""Every question of the tool, in its order."""
_GAUGE = {Level.LOW: 2, Level.MEDIUM: 3, Level.HIGH: 4}
_LEVEL = {1: Level.LOW, 2: Level.LOW, 3: Level.MEDIUM, 4: Level.HIGH}
_DESCRIBED = {
    111: ("need", "nature", "scope", "context", "vulnerability"),
    121: ("special_categories",),
}
"""Where the parts of the description stand, the first of them for a file that names none."""
_ASSESSED = {
    211: ("necessity", "proportionality", "criteria"),
    213: ("access",),
    215: ("retention",),
    221: ("informing",),
}
_FIRST = {111: "nature", 121: "special_categories"}
_MODES = frozenset(mode.value for mode in ModeCode)


@dataclass(frozen=True, slots=True)
class PiaDraft:
    """What a file gave: a draft, unassessed and unadvised, and in words what could not be taken."""

    name: str
    dpia: Dpia
    notes: tuple[str, ...]


# --- out --------------------------------------------------------------------------------------------------------


def pia_bytes(register: Register, dpia: Dpia) -> bytes:
    """The file of an assessment. Raises IllegalValue for a made-up scheme's, or for one of another scheme."""
    if register.made_up:
        raise IllegalValue("a made-up scheme's assessment is not given away")
    if dpia.scheme_id != register.scheme_id:
        raise IllegalValue("an assessment of another scheme")
    at = as_text(dpia.written_at) if dpia.written_at is not None else None
    stamp = {"created_at": at, "updated_at": at}
    measures = [
        {
            "id": number,
            "pia_id": 1,
            "title": risk.code,
            "content": _paragraphs(risk.measure),
            "placeholder": None,
            **stamp,
        }
        for number, risk in enumerate(dpia.risks, 1)
    ]
    told = {
        "pia": _head(register, dpia) | stamp,
        "answers": list(_answers(register, dpia, stamp)),
        "measures": measures,
        "evaluations": list(_evaluations(dpia, stamp)),
        "comments": [],
    }
    return msgspec.json.format(msgspec.json.encode(told), indent=1) + b"\n"


def _head(register: Register, dpia: Dpia) -> dict[str, Any]:
    advice = dpia.advice
    departed = "" if dpia.departure is None else dpia.departure.reasons
    # 0 says there that the officer is against it, 1 for it: without advice neither is said. Whether the people
    # concerned are for it is asked there too; their views are recorded here in words, and never counted as a yes.
    advised = {} if advice is None else {"dpo_status": int(advice.proceed)}
    asked = [one for one in dpia.consulted if not one.not_asked_because]
    return {
        "id": 1,
        "status": 0,
        "name": register.name,
        "category": "",
        "author_name": dpia.owner,
        "evaluator_name": "",
        "validator_name": "",
        **advised,
        "dpo_opinion": "" if advice is None else advice.text,
        "dpos_names": register.dpo.name,
        "people_names": ", ".join(code for one in asked for code in one.of),
        "concerned_people_opinion": "\n".join(one.views for one in asked),
        "concerned_people_searched_opinion": bool(asked),
        "concerned_people_searched_content": "\n".join(
            one.not_asked_because for one in dpia.consulted if one.not_asked_because
        ),
        # The tool in a browser and the tool's server spell these two otherwise.
        "rejection_reason": departed,
        "rejected_reason": departed,
        "applied_adjustments": "",
        "applied_adjustements": "",
        "progress": 0,
        "is_example": 0,
        "is_archive": 0,
        "structure_id": None,
        "structure_name": register.controller.name,
        "structure_sector_name": "",
        "structure_data": None,
        "lock_version": 0,
    }


def _answers(register: Register, dpia: Dpia, stamp: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    texts = dict(_texts(register, dpia))
    worst = {
        name: [_GAUGE[level] for one in dpia.risks if (level := getattr(one, name))]
        for name in ("severity", "likelihood")
    }
    lists = {321: [_risk_line(one) for one in dpia.risks], 324: [one.code for one in dpia.risks]}
    gauges = {325: max(worst["severity"], default=None), 326: max(worst["likelihood"], default=None)}
    for number, question in enumerate(QUESTIONS, 1):
        data = {"text": texts.get(question), "gauge": gauges.get(question), "list": lists.get(question, [])}
        yield {"id": number, "pia_id": 1, "reference_to": question, "data": data, **stamp}


def _texts(register: Register, dpia: Dpia) -> Iterator[tuple[int, str]]:
    for question, names in _DESCRIBED.items():
        yield question, "".join(_labelled(name, getattr(dpia.description, name)) for name in names)
    for question, names in _ASSESSED.items():
        told = [_labelled(f"{name}: {one.mode}", getattr(one, name)) for one in dpia.assessments for name in names]
        if question == 211:
            told = [
                _labelled(f"purpose: {one.code}", f"{one.title}. {one.description}") for one in register.purposes
            ] + told
            told += [
                _labelled(f"alternative: {one.mode} {other.mode}", other.why_not)
                for one in dpia.assessments
                for other in one.alternatives
            ]
        if question == 215:
            told = [
                _labelled(f"rule: {one.category}", f"{one.days} days. {one.justification}")
                for one in register.retention
            ] + told
        yield question, "".join(told)
    yield 112, _labelled("controller", register.controller.name) + _labelled("owner", dpia.owner)
    yield 113, "".join(_labelled(f"power: {one.code}", f"{one.title} ({one.source})") for one in register.powers)
    yield 122, _paragraphs("\n".join(f"{one.category}: {one.stage}, {one.operation}" for one in register.uses))
    yield 123, "".join(_labelled(f"supplier: {one.code}", one.does) for one in register.suppliers)
    yield 212, "".join(_labelled(f"basis: {one.code}", f"{one.task}; {one.basis}") for one in register.purposes)
    yield 214, "".join(_labelled("review", f"every {one.days} days ({one.source})") for one in register.review)
    yield 222, _paragraphs("Consent is not what the processing rests on.")
    for question in (223, 224, 225):
        yield question, _paragraphs(register.rights)
    yield 226, "".join(_labelled(f"instructions: {one.code}", one.instructions) for one in register.suppliers)
    yield 227, "".join(_labelled(f"territory: {one.code}", one.territory) for one in register.recipients)


def _evaluations(dpia: Dpia, stamp: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for number, risk in enumerate(dpia.risks, 1):
        gauges = {"x": None if risk.severity is None else _GAUGE[risk.severity]}
        gauges["y"] = None if risk.likelihood is None else _GAUGE[risk.likelihood]
        yield {
            "id": number,
            "pia_id": 1,
            "reference_to": f"3.1.{number}",
            "status": 0,
            "global_status": 0,
            "action_plan_comment": "",
            "evaluation_comment": "",
            "evaluation_date": None,
            "gauges": gauges,
            "estimated_implementation_date": None,
            "person_in_charge": risk.owner,
            **stamp,
        }


def _risk_line(risk: Risk) -> str:
    parts = [risk.code, risk.title]
    for name in ("harm", "likelihood", "severity", "residual"):
        value = getattr(risk, name)
        parts += [] if value is None else [f"{name}={value}"]
    parts += [f"operations={' '.join(risk.operations)}"] if risk.operations else []
    return " | ".join(part.replace("|", "/") for part in parts)


def _labelled(label: str, text: str) -> str:
    return f"<p><strong>{html.escape(label)}</strong></p>{_paragraphs(text)}" if text.strip() else ""


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{html.escape(line)}</p>" for line in text.split("\n") if line.strip())


# --- in ---------------------------------------------------------------------------------------------------------


def read_pia(body: bytes, scheme_id: SchemeId) -> PiaDraft:
    """A draft of an assessment from another's file. Raises NotTheFormat when it is no such file at all."""
    if len(body) > SIZE_MAX:
        raise NotTheFormat(f"larger than {SIZE_MAX} bytes")
    try:
        told = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise NotTheFormat("not JSON") from None
    if not isinstance(told, dict) or not isinstance(told.get("pia"), dict):
        raise NotTheFormat("no object with a part named pia: not a file of that tool")
    return _Reading(told).draft(scheme_id)


class _Reading:
    def __init__(self, told: dict[str, Any]) -> None:
        self._told = told
        self._notes: dict[str, None] = {}

    def draft(self, scheme_id: SchemeId) -> PiaDraft:
        head = self._told["pia"]
        answers = dict(self._answers())
        description = Description(**self._description(answers))
        assessments = tuple(self._assessments(answers))
        measures = self._measures()
        risks = tuple(self._risks(answers, measures))
        owner = _plain(head.get("author_name")) or dict(_sections(answers.get(112, {}).get("text"))).get("owner", "")
        for name, says in _NOT_TAKEN.items():
            if _plain(head.get(name)) or head.get(name) is True:
                self._note(f"pia.{name}: not taken: {says}")
        for name in self._told:
            if name not in ("pia", "answers", "measures", "evaluations", "comments"):
                self._note(f"{name}: no part of this format; not taken")
        if self._rows("comments"):
            self._note("comments: not taken")
        dpia = Dpia(scheme_id, description, assessments, risks, owner=owner)
        return PiaDraft(_plain(head.get("name")), dpia, tuple(self._notes)[:NOTES_MAX])

    def _note(self, says: str) -> None:
        self._notes[says] = None

    def _rows(self, name: str) -> list[dict[str, Any]]:
        rows = self._told.get(name)
        if rows is None:
            if name in ("answers", "measures"):
                self._note(f"{name}: missing")
            return []
        if not isinstance(rows, list):
            self._note(f"{name}: not a list; not taken")
            return []
        good = [one for one in rows if isinstance(one, dict)]
        if len(good) < len(rows):
            self._note(f"{name}: {len(rows) - len(good)} that are no objects; not taken")
        return good

    def _answers(self) -> Iterator[tuple[int, dict[str, Any]]]:
        seen: set[int] = set()
        for row in self._rows("answers"):
            question, data = _number(row.get("reference_to")), row.get("data")
            if question not in QUESTIONS:
                self._note(f"answers: {str(row.get('reference_to'))[:40]!r} is no question of this format; not taken")
            elif not isinstance(data, dict):
                self._note(f"answers {question}: no data; not taken")
            elif question in seen:
                self._note(f"answers {question}: stands twice; the first was taken")
            else:
                seen.add(question)
                yield question, self._bounded(question, data)

    def _bounded(self, question: int, data: dict[str, Any]) -> dict[str, Any]:
        text = data.get("text")
        if isinstance(text, str) and len(text) > TEXT_MAX:
            self._note(f"answers {question}: longer than {TEXT_MAX} characters; the rest was not taken")
            data = {**data, "text": text[:TEXT_MAX]}
        if text is not None and not isinstance(text, str):
            self._note(f"answers {question}: its text is no text; not taken")
        if isinstance(text, str) and _unsafe(text):
            self._note(f"answers {question}: markup that could act was taken out")
        return data

    def _description(self, answers: Mapping[int, dict[str, Any]]) -> dict[str, str]:
        found: dict[str, str] = {}
        for question, names in _DESCRIBED.items():
            for label, text in _sections(answers.get(question, {}).get("text")):
                name = label if label in names else _FIRST[question]
                found[name] = "\n".join(part for part in (found.get(name), text) if part)
        return found

    def _assessments(self, answers: Mapping[int, dict[str, Any]]) -> Iterator[OperationAssessment]:
        found: dict[ModeCode, OperationAssessment] = {}
        for question, names in _ASSESSED.items():
            for label, text in _sections(answers.get(question, {}).get("text")):
                name, _, rest = label.partition(": ")
                modes = [one for one in rest.split(" ") if one in _MODES]
                if not modes or (name not in names and name != "alternative"):
                    if text and name not in ("purpose", "rule"):
                        self._note(
                            f"answers {question}: not said of one operation; to be assessed for each: {_start(text)}"
                        )
                    continue
                mode = ModeCode(modes[0])
                one = found.get(mode, OperationAssessment(mode))
                if name == "alternative" and len(modes) == 2:
                    one = replace(one, alternatives=(*one.alternatives, Alternative(ModeCode(modes[1]), text)))
                elif name in names:
                    one = replace(one, **{name: text})  # type: ignore[arg-type]
                found[mode] = one
        for question in QUESTIONS:
            if (
                question not in (*_DESCRIBED, *_ASSESSED, 112)
                and question < 320
                and _plain(answers.get(question, {}).get("text"))
            ):
                self._note(f"answers {question}: told by the register here; not taken")
        yield from sorted(found.values(), key=lambda one: MODES[one.mode].rung)

    def _measures(self) -> dict[str, tuple[str, str]]:
        owners = {
            str(row.get("reference_to")): _plain(row.get("person_in_charge")) for row in self._rows("evaluations")
        }
        if any("[object Object]" in reference for reference in owners):
            self._note("evaluations: a reference that names no measure; not taken")
        return {
            _plain(row.get("title")): (_plain(row.get("content")), owners.get(f"3.1.{row.get('id')}", ""))
            for row in self._rows("measures")
        }

    def _risks(self, answers: Mapping[int, dict[str, Any]], measures: dict[str, tuple[str, str]]) -> Iterator[Risk]:
        titles = {title: (code, harm) for code, title, harm in SEEDED}
        taken: set[str] = set()
        told: set[str] = set()
        for question in (321, 331, 341):
            lines = answers.get(question, {}).get("list")
            for line in lines if isinstance(lines, list) else []:
                parts = [part.strip() for part in _plain(line).split(" | ")]
                if not parts[0]:
                    continue
                title = parts[1] if len(parts) > 1 else parts[0]
                code, harm = titles.get(title, (parts[0] if len(parts) > 1 else _code_of(title, taken), None))
                if code in taken or title in told:
                    self._note(f"answers {question}: {_start(title)} stands twice; the first was taken")
                    continue
                taken.add(code)
                told.add(title)
                said = dict(part.split("=", 1) for part in parts[2:] if "=" in part)
                if "likelihood" not in said or "severity" not in said:
                    self._note(f"answers {question}: how likely and severe {_start(title)} is, is not said")
                measure, owner = measures.pop(code, ("", ""))
                yield Risk(
                    code,
                    title,
                    _one_of(Harm, said.get("harm")) or harm,
                    _one_of(Level, said.get("likelihood")),
                    _one_of(Level, said.get("severity")),
                    measure,
                    _one_of(Level, said.get("residual")),
                    owner,
                    tuple(ModeCode(one) for one in said.get("operations", "").split() if one in _MODES),
                )
        for title in measures:
            self._note(f"measures: {_start(title)} belongs to no harm in the file; not taken")


_NOT_TAKEN = {
    "dpo_opinion": "the officer's advice is recorded by the officer",
    "concerned_people_opinion": "a consultation is recorded with its date and whom it was of",
    "concerned_people_searched_content": "why people were not asked is recorded here",
    "rejection_reason": "a departure from advice is recorded by who departs",
    "rejected_reason": "a departure from advice is recorded by who departs",
    "validator_name": "nothing is signed off by a file",
}


def _number(told: Any) -> int:
    if isinstance(told, str) and told.isascii() and told.isdigit() and len(told) < 6:
        return int(told)
    return told if isinstance(told, int) and not isinstance(told, bool) else -1


def _one_of(kind: Any, told: str | None) -> Any:
    return kind(told) if told in list(kind) else None


def _code_of(title: str, taken: set[str]) -> str:
    code = "".join(one if one.isalnum() else "_" for one in title.lower())[:40].strip("_") or "harm"
    return next(name for name in (code, *(f"{code}_{number}" for number in range(2, 10_000))) if name not in taken)


def _start(text: str) -> str:
    return repr(text if len(text) <= 60 else f"{text[:57]}…")


_KEPT = {"p", "br", "ul", "ol", "li", "strong", "b", "em", "i", "div", "h1", "h2", "h3", "h4", "h5", "h6", "tr"}
_GONE = {"script", "style", "iframe", "object", "embed", "noscript", "template"}
"""Taken out with all that is in them."""
_ENDS_A_LINE = ("</p>", "<br>", "</li>", "</div>", "</tr>", *(f"</h{number}>" for number in range(1, 7)))


def _clean(told: str) -> str:
    return nh3.clean(told, tags=_KEPT, clean_content_tags=_GONE, attributes={}, link_rel=None)


def _unsafe(told: str) -> bool:
    """Whether cleaning takes out anything that a browser would act on."""
    low = told.lower()
    return any(
        sign in low for sign in ("<script", "<iframe", "<object", "<svg", "<img", "javascript:", " on", "<style")
    ) and (nh3.clean(told) != _clean(told) or nh3.clean(told) != told)


def _plain(told: Any) -> str:
    """Plain text out of HTML, or nothing when it is none."""
    if not isinstance(told, str):
        return ""
    marked = _clean(told[:TEXT_MAX])
    for end in _ENDS_A_LINE:
        marked = marked.replace(end, f"{end}\n")
    text = html.unescape(nh3.clean(marked, tags=set(), attributes={}))
    return "\n".join(line for part in text.split("\n") if (line := " ".join(part.split())))


def _sections(told: Any) -> list[tuple[str, str]]:
    """(label, text) of every part; the label is empty where a text has none of ours."""
    if not isinstance(told, str):
        return []
    parts = _clean(told).split("<p><strong>")
    found = [("", _plain(parts[0]))] if _plain(parts[0]) else []
    for part in parts[1:]:
        label, closed, rest = part.partition("</strong></p>")
        if closed:
            found.append((_plain(label), _plain(rest)))
        else:
            found.append(("", _plain(part)))
    return found
