"""The eleven tests that the enforcement notice implies, held against what the ledger's records say now.

For each test: what it asks, what evidence there is, what is missing, and in which entries that stands. Nothing here
says that processing may go on, or may not: evidence is present, missing or out of date. Source: requirements §1.4, from
the notice's paragraphs, cited with each.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from custodiet.model.case import Case
from custodiet.model.decision import Decision
from custodiet.model.dpia import Dpia
from custodiet.model.entry import EntryKind as K
from custodiet.model.identity import CaseId
from custodiet.model.mode import MODES, Kind, ModeCode
from custodiet.model.register import RegisterVersion
from custodiet.rules.notices import told_first

LATELY = timedelta(days=31)
"""For so long a review that nobody recorded is told here."""
LOW_RUNG_MAX = 6
"""Rungs up to here keep no position anywhere but at one address."""


@dataclass(frozen=True, slots=True)
class Test:
    """One test of the notice. `kinds`: the entries that evidence for it stands in."""

    number: int
    title: str
    asks: str
    paragraphs: str
    kinds: tuple[K, ...]


_REGISTER = (K.SCHEME_REGISTERED, K.REGISTER_AMENDED)
_ASSESSED = (*_REGISTER, K.DPIA_WRITTEN, K.DPO_ADVISED, K.CONSULTATION_RECORDED)
_ACTIVATED = (K.OPERATION_PROPOSED, K.OPERATION_ACTIVATED, K.OPERATION_CLOSED)
_DECIDED = (K.DECISION_PROPOSED, K.DECISION_MADE, K.CASE_OPENED)
_LOOKED = (K.LOOK_UP_ASKED, K.GRANT_GIVEN, K.READING_OPENED, K.LOOK_REFUSED, K.LOOK_UP_REFUSED)
_UNMASKED = (K.UNMASK_ASKED, K.UNMASK_APPROVED, K.UNMASK_REFUSED, K.READING_UNMASKED)
_ALONE = (K.GLASS_BROKEN, K.GLASS_ASSESSED)
_DISCLOSED = (K.AGENCY_ASKED, K.RELEASE_APPROVED, K.PACK_GIVEN, K.AGENCY_REFUSED, K.AGENCY_TURNED_AWAY)

TESTS: tuple[Test, ...] = (
    Test(1, "Purposes", "One register of purposes, each tied to a basis", "115–116", _REGISTER),
    Test(
        2,
        "Each operation assessed",
        "Every operation has an assessment of its own, not just the scheme",
        "117, 202",
        (*_ASSESSED, *_ACTIVATED),
    ),
    Test(3, "Alternatives", "Alternatives are listed, each with the reason it was rejected", "121", _ASSESSED),
    Test(
        4,
        "No default",
        "Nobody is put under the intrusive mode by default",
        "165–169",
        (*_REGISTER, *_DECIDED, K.ASSESSMENT_RECORDED),
    ),
    Test(
        5,
        "Vulnerability",
        "Vulnerability is asked about of everyone, in the wide sense",
        "107–110",
        (*_DECIDED, K.SCREENING_COMPLETED),
    ),
    Test(
        6,
        "Collection is processing",
        "Collection is assessed as collection, whether or not anyone looks",
        "79",
        (*_DECIDED, *_ASSESSED, *_ACTIVATED),
    ),
    Test(
        7,
        "Access",
        "Data are opened only after a recorded, specific assessment, contact first, in a bounded window",
        "180–183, 191–192",
        (*_REGISTER, *_LOOKED, *_UNMASKED, *_DISCLOSED, *_ALONE),
    ),
    Test(
        8,
        "Map and trail",
        "A map beside a trail is processing of special category data",
        "100–101",
        (*_REGISTER, K.DPIA_WRITTEN),
    ),
    Test(
        9,
        "Retention",
        "Retention is decided and justified by type of data, not as one period for all",
        "129–131",
        (*_REGISTER, K.KEYS_DESTROYED),
    ),
    Test(
        10,
        "Notice",
        "One notice, consistent with the register, given to everyone, understood, and recorded",
        "186–188",
        (*_REGISTER, *_DECIDED, K.NOTICE_SERVED),
    ),
    Test(11, "Records", "What is not recorded does not count", "154, 188", tuple(K)),
)


class Code(StrEnum):
    """What was found, or was not."""

    REGISTER_IN_EFFECT = "register_in_effect"
    PURPOSES_WITH_BASIS = "purposes_with_basis"
    OPERATIONS_ASSESSED = "operations_assessed"
    OPERATIONS_ACTIVATED = "operations_activated"
    ALTERNATIVES_REJECTED = "alternatives_rejected"
    ASSESSED_FOR_THE_PERSON = "assessed_for_the_person"
    ON_LOW_RUNGS = "on_low_rungs"
    SELECTION_SAID = "selection_said"
    SCREENED = "screened"
    COLLECTS_AS_ASSESSED = "collects_as_assessed"
    LOOK_UPS_ASKED = "look_ups_asked"
    READINGS_UNDER_TWO = "readings_under_two"
    LOOKS_REFUSED = "looks_refused"
    PACKS_UNDER_TWO = "packs_under_two"
    AGENCIES_REFUSED = "agencies_refused"
    ASKED_FIRST_AT = "asked_first_at"
    SPECIAL_CONDITION_NAMED = "special_condition_named"
    SPECIAL_RISK_ANSWERED = "special_risk_answered"
    RULES_JUSTIFIED = "rules_justified"
    DAYS_ERASED = "days_erased"
    TOLD = "told"
    ENTRIES = "entries"
    PUBLISHED = "published"
    WITNESSED = "witnessed"
    LOOKED_ALONE = "looked_alone"
    ALONE_ASSESSED = "alone_assessed"

    NO_REGISTER = "no_register"
    PURPOSE_WITHOUT_BASIS = "purpose_without_basis"
    OPERATION_NOT_ASSESSED = "operation_not_assessed"
    USED_NOT_ACTIVATED = "used_not_activated"
    NO_ASSESSMENT = "no_assessment"
    NO_ALTERNATIVE = "no_alternative"
    ALTERNATIVE_WITHOUT_REASON = "alternative_without_reason"
    DECIDED_UNASSESSED = "decided_unassessed"
    NO_SELECTION_SAID = "no_selection_said"
    NOT_SCREENED = "not_screened"
    READING_WITHOUT_GRANT = "reading_without_grant"
    PACK_WITHOUT_RELEASE = "pack_without_release"
    NOBODY_ASKED_FIRST = "nobody_asked_first"
    NO_SPECIAL_CONDITION = "no_special_condition"
    NO_SPECIAL_RISK = "no_special_risk"
    CATEGORY_WITHOUT_RULE = "category_without_rule"
    ONE_PERIOD = "one_period"
    NOT_TOLD = "not_told"
    REVIEW_NOT_RECORDED = "review_not_recorded"
    NOT_PUBLISHED = "not_published"
    NOT_WITNESSED = "not_witnessed"
    RECORD_GONE = "record_gone"
    ALONE_NOT_ASSESSED = "alone_not_assessed"


@dataclass(frozen=True, slots=True)
class Found:
    """So many of something, and the entries in which they stand."""

    code: Code
    count: int
    entries: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One test with what was found. Evidence is missing as soon as anything is."""

    test: Test
    evidence: tuple[Found, ...]
    missing: tuple[Found, ...]

    @property
    def entries(self) -> tuple[int, ...]:
        """Every entry that any of it stands in, the newest first."""
        return tuple(sorted({one for each in (*self.evidence, *self.missing) for one in each.entries}, reverse=True))


@dataclass(frozen=True, slots=True)
class Standing:
    """A decision that stands: where it was proposed and made, its assessment, and whether its operation was active."""

    decision: Decision
    proposed: int
    made: int
    assessed: int | None
    activated: int | None


@dataclass(slots=True)
class Facts:
    """What the records of the ledger say about one scheme; each with the place of its entry."""

    now: datetime
    register: RegisterVersion | None = None
    dpia: Dpia | None = None
    dpia_entry: int = -1
    activated: Mapping[ModeCode, int] = field(default_factory=dict)
    """The activation in force of each mode."""
    standing: tuple[Standing, ...] = ()
    cases: Mapping[CaseId, Case] = field(default_factory=dict)
    screened: Mapping[CaseId, int] = field(default_factory=dict)
    told: Mapping[CaseId, int] = field(default_factory=dict)
    """Who was told what the notice says now."""
    asked: tuple[int, ...] = ()
    readings: tuple[tuple[int, bool], ...] = ()
    """Each reading, and whether two people's grant stands before it."""
    refused: tuple[int, ...] = ()
    packs: tuple[tuple[int, bool], ...] = ()
    """Each pack for an agency, and whether two people's yes stands before it."""
    agencies_refused: tuple[int, ...] = ()
    erased: tuple[int, ...] = ()
    missed: tuple[int, ...] = ()
    """Reviews that were due lately and that nobody recorded, of decisions and of orders."""
    gone: tuple[tuple[int, K | None], ...] = ()
    """Entries of the whole ledger that are not there, or whose record is not there or not the one they commit to."""
    whole: int = 0
    """Entries that have theirs."""
    published: int | None = None
    witnessed: int | None = None
    """How many entries enough witnesses have signed for; None when they have not lately."""
    alone: tuple[tuple[int, datetime, int | None], ...] = ()
    """Each look that somebody took alone, by when it is to be assessed, and where that stands that was said of it."""


def eleven_lines(facts: Facts) -> tuple[Line, ...]:
    """Every test, in order, with what there is and what is missing."""
    found = (
        _purposes(facts),
        _operations(facts),
        _alternatives(facts),
        _default(facts),
        _vulnerability(facts),
        _collection(facts),
        _access(facts),
        _special(facts),
        _retention(facts),
        _notice(facts),
        _records(facts),
    )
    return tuple(_line(test, facts, *one) for test, one in zip(TESTS, found, strict=True))


Both = tuple[list[Found], list[Found]]


def _line(test: Test, facts: Facts, evidence: list[Found], missing: list[Found]) -> Line:
    # What is gone without a word of its kind may have been any.
    gone = tuple(at for at, kind in facts.gone if kind is None or kind in test.kinds)
    if gone:
        missing = [Found(Code.RECORD_GONE, len(gone), gone), *missing]
    kept = [one for one in evidence if one.count]
    return Line(test, tuple(kept), tuple(one for one in missing if one.count))


def _of_register(facts: Facts) -> tuple[int, ...]:
    return () if facts.register is None else (facts.register.entry,)


def _none_registered() -> Both:
    return [], [Found(Code.NO_REGISTER, 1)]


def _purposes(facts: Facts) -> Both:
    if facts.register is None:
        return _none_registered()
    purposes, at = facts.register.register.purposes, _of_register(facts)
    based = sum(bool(one.basis.strip()) and one.regime is not None for one in purposes)
    return (
        [Found(Code.REGISTER_IN_EFFECT, facts.register.number, at), Found(Code.PURPOSES_WITH_BASIS, based, at)],
        [Found(Code.PURPOSE_WITHOUT_BASIS, len(purposes) - based or int(not purposes), at)],
    )


def _operations(facts: Facts) -> Both:
    if facts.register is None:
        return _none_registered()
    assessed, lacking = list[ModeCode](), list[ModeCode]()
    for one in (each for each in facts.register.register.operations if MODES[each.mode].rung):
        made = None if facts.dpia is None else facts.dpia.of(one.mode)
        whole = made is not None and bool(made.necessity.strip()) and bool(made.proportionality.strip())
        (assessed if whole else lacking).append(one.mode)
    used = [one for one in facts.standing if one.decision.rung.rung and one.activated is None]
    at = _of_dpia(facts)
    return (
        [
            Found(Code.OPERATIONS_ASSESSED, len(assessed), at),
            Found(Code.OPERATIONS_ACTIVATED, len(facts.activated), tuple(facts.activated.values())),
        ],
        [
            Found(Code.OPERATION_NOT_ASSESSED, len(lacking), _of_register(facts)),
            Found(Code.USED_NOT_ACTIVATED, len(used), tuple(one.made for one in used)),
        ],
    )


def _of_dpia(facts: Facts) -> tuple[int, ...]:
    return () if facts.dpia is None else (facts.dpia_entry,)


def _alternatives(facts: Facts) -> Both:
    if facts.dpia is None:
        return [], [Found(Code.NO_ASSESSMENT, 1)]
    listed = [each for one in facts.dpia.assessments for each in one.alternatives]
    reasoned = sum(bool(one.why_not.strip()) for one in listed)
    none = sum(not one.alternatives for one in facts.dpia.assessments)
    at = _of_dpia(facts)
    return (
        [Found(Code.ALTERNATIVES_REJECTED, reasoned, at)],
        [
            Found(Code.NO_ALTERNATIVE, none, at),
            Found(Code.ALTERNATIVE_WITHOUT_REASON, len(listed) - reasoned, at),
            Found(Code.NO_ASSESSMENT, int(not facts.dpia.assessments), at),
        ],
    )


def _default(facts: Facts) -> Both:
    high = [one for one in facts.standing if one.decision.rung.rung]
    assessed = [one.assessed for one in high if one.assessed is not None]
    bare = [one for one in high if one.assessed is None]
    low = [one for one in facts.standing if one.decision.rung.rung <= LOW_RUNG_MAX]
    said = facts.register is not None and bool(facts.register.register.selection.strip())
    return (
        [
            Found(Code.ASSESSED_FOR_THE_PERSON, len(assessed), tuple(assessed)),
            Found(Code.ON_LOW_RUNGS, len(low), tuple(one.made for one in low)),
            Found(Code.SELECTION_SAID, int(said), _of_register(facts)),
        ],
        [
            Found(Code.DECIDED_UNASSESSED, len(bare), tuple(one.made for one in bare)),
            Found(Code.NO_SELECTION_SAID, int(not said), _of_register(facts)),
        ],
    )


def _people(facts: Facts) -> dict[CaseId, int]:
    """Cases under a decision that stands, above rung 0; and where the newest was made."""
    return {one.decision.case_id: one.made for one in facts.standing if one.decision.rung.rung}


def _vulnerability(facts: Facts) -> Both:
    people = _people(facts)
    asked = [facts.screened[one] for one in people if one in facts.screened]
    not_asked = [made for one, made in people.items() if one not in facts.screened]
    return (
        [Found(Code.SCREENED, len(asked), tuple(asked))],
        [Found(Code.NOT_SCREENED, len(not_asked), tuple(not_asked))],
    )


def _collection(facts: Facts) -> Both:
    """Of those whose positions come in at all, whether or not anyone looks or anything is kept."""
    collects = [one for one in facts.standing if Kind.FIX in one.decision.rung.admits]
    under = [one.activated for one in collects if one.activated is not None]
    bare = [one.made for one in collects if one.activated is None]
    assessed = facts.dpia is not None and any(Kind.FIX in MODES[one.mode].admits for one in facts.dpia.assessments)
    lacks = [] if assessed or not collects else [Found(Code.NO_ASSESSMENT, 1)]
    return (
        [
            Found(Code.COLLECTS_AS_ASSESSED, len(under), (*under, *(one.made for one in collects))),
            Found(Code.OPERATIONS_ASSESSED, int(assessed), _of_dpia(facts)),
        ],
        [*lacks, Found(Code.USED_NOT_ACTIVATED, len(bare), tuple(bare))],
    )


def _access(facts: Facts) -> Both:
    if facts.register is None:
        return _none_registered()
    first, at = len(facts.register.register.contact_first), _of_register(facts)
    under_two, bare = _parted(facts.readings)
    given, given_bare = _parted(facts.packs)
    assessed = tuple(where for _, _, where in facts.alone if where is not None)
    late = tuple(at for at, due_at, where in facts.alone if where is None and due_at <= facts.now)
    return (
        [
            Found(Code.LOOK_UPS_ASKED, len(facts.asked), facts.asked),
            Found(Code.READINGS_UNDER_TWO, len(under_two), under_two),
            Found(Code.LOOKS_REFUSED, len(facts.refused), facts.refused),
            Found(Code.PACKS_UNDER_TWO, len(given), given),
            Found(Code.AGENCIES_REFUSED, len(facts.agencies_refused), facts.agencies_refused),
            Found(Code.ASKED_FIRST_AT, first, at),
            Found(Code.LOOKED_ALONE, len(facts.alone), tuple(at for at, _, _ in facts.alone)),
            Found(Code.ALONE_ASSESSED, len(assessed), assessed),
        ],
        [
            Found(Code.READING_WITHOUT_GRANT, len(bare), bare),
            Found(Code.PACK_WITHOUT_RELEASE, len(given_bare), given_bare),
            Found(Code.NOBODY_ASKED_FIRST, int(not first), at),
            Found(Code.ALONE_NOT_ASSESSED, len(late), late),
        ],
    )


def _parted(opened: tuple[tuple[int, bool], ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Those under two people's yes, and those without."""
    return tuple(at for at, granted in opened if granted), tuple(at for at, granted in opened if not granted)


def _special(facts: Facts) -> Both:
    if facts.register is None:
        return _none_registered()
    purposes, at = facts.register.register.purposes, _of_register(facts)
    named = sum(bool(one.special_condition.strip()) for one in purposes)
    risks = () if facts.dpia is None else tuple(one for one in facts.dpia.risks if one.code == "special_category")
    answered = sum(bool(one.measure.strip()) and one.residual is not None for one in risks)
    return (
        [
            Found(Code.SPECIAL_CONDITION_NAMED, named, at),
            Found(Code.SPECIAL_RISK_ANSWERED, answered, _of_dpia(facts)),
        ],
        [
            Found(Code.NO_SPECIAL_CONDITION, len(purposes) - named, at),
            Found(Code.NO_SPECIAL_RISK, int(not answered), _of_dpia(facts)),
        ],
    )


def _retention(facts: Facts) -> Both:
    if facts.register is None:
        return _none_registered()
    held, at = facts.register.register, _of_register(facts)
    whole = [one for one in held.retention if one.days is not None and one.justification.strip() and one.owner.strip()]
    covered = {one.category for one in whole}
    without = [one.code for one in held.categories if one.code not in covered]
    one_period = len(whole) > 1 and len({one.days for one in whole}) == 1
    return (
        [
            Found(Code.RULES_JUSTIFIED, len(whole), at),
            Found(Code.DAYS_ERASED, len(facts.erased), facts.erased),
        ],
        [
            Found(Code.CATEGORY_WITHOUT_RULE, len(without) or int(not whole), at),
            Found(Code.ONE_PERIOD, int(one_period), at),
        ],
    )


def _notice(facts: Facts) -> Both:
    if facts.register is None:
        return _none_registered()
    told = [facts.told[one] for one in owed_a_notice(facts) if one in facts.told]
    missing = tuple(untold(facts).values())
    return [Found(Code.TOLD, len(told), tuple(told))], [Found(Code.NOT_TOLD, len(missing), missing)]


def owed_a_notice(facts: Facts) -> dict[CaseId, int]:
    """Cases under a decision that nobody is put under before they were told; and where the newest was made."""
    return {one.decision.case_id: one.made for one in facts.standing if told_first(one.decision.rung)}


def untold(facts: Facts) -> dict[CaseId, int]:
    """Those of them who were not told what the notice says now."""
    return {one: made for one, made in owed_a_notice(facts).items() if one not in facts.told}


def _records(facts: Facts) -> Both:
    published, witnessed = facts.published, facts.witnessed
    return (
        [
            Found(Code.ENTRIES, facts.whole),
            Found(Code.PUBLISHED, published or 0),
            Found(Code.WITNESSED, witnessed or 0),
        ],
        [
            Found(Code.REVIEW_NOT_RECORDED, len(facts.missed), facts.missed),
            Found(Code.NOT_PUBLISHED, int(published is None)),
            Found(Code.NOT_WITNESSED, int(witnessed is None)),
        ],
    )
