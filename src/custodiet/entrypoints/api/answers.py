"""What the API answers, as types: the published description is drawn from them.

No name, no position, no geometry, no text of a case. A time is UTC, what is unknown is null and never 0, a unit stands
in the name.
"""

from datetime import date, datetime
from typing import Annotated

import msgspec

from custodiet.entrypoints.api.problem import Objection
from custodiet.model.alert import AlertState
from custodiet.model.assessment import Article8, AtHome, FamilyReason, Practical, Said, Selection
from custodiet.model.condition import ConditionKind
from custodiet.model.contact_record import CameOf, Direction, Verified, Way
from custodiet.model.decision import Authority, State
from custodiet.model.entry import EntryKind
from custodiet.model.fact import FactKind
from custodiet.model.finding import Band, Doubt, Matter, Weight, Why
from custodiet.model.mode import Family, ModeCode
from custodiet.model.report import Method
from custodiet.model.staff import Function

At = Annotated[datetime, msgspec.Meta(tz=True, description="UTC, ISO 8601 with Z.")]
Next = Annotated[
    str | None, msgspec.Meta(description="Hand it back as `cursor` for what follows; null: nothing follows.")
]
LeftOut = Annotated[int, msgspec.Meta(ge=0, description="How many more there are than are told.")]


class Me(msgspec.Struct):
    """Who asks. `function` null: an account that holds no role now."""

    at: At
    actor: str
    function: Function | None
    schemes: list[str]
    form_token: Annotated[
        str | None,
        msgspec.Meta(description="Sent back as X-CSRFToken with every act of a session; null for who asks by a token."),
    ]


class Monitored(msgspec.Struct):
    """The newest decision of one strand of a case. `until` null: only its maker ends it."""

    decision_id: str
    strand: str
    mode: ModeCode
    rung: int
    state: State
    starts_at: At
    until: At | None


class CaseLine(msgspec.Struct):
    """One case in a list, by reference. `open_tasks`: how many wait; `next_task_due_at` null: none waits."""

    case_id: str
    reference: str
    scheme_id: str
    opened_at: At
    monitored: list[Monitored]
    open_tasks: int
    next_task_due_at: At | None


class Cases(msgspec.Struct):
    """One page of the cases in sight, by reference."""

    at: At
    cases: list[CaseLine]
    next: Next


class CaseShown(msgspec.Struct):
    """One case."""

    at: At
    case: CaseLine


class Pause(msgspec.Struct):
    """Collection paused, half-open. `to_at` null: it lasts."""

    from_at: At
    to_at: At | None


class DecisionLine(msgspec.Struct):
    """One decision. `state`: with what time has ended; `in_force`: whether it authorises anything at `at`."""

    id: str
    case_id: str
    strand: str
    mode: ModeCode
    rung: int
    state: State
    in_force: bool
    authority: Authority
    maker: str | None
    power: str
    purposes: list[str]
    proposed_by: str
    approved_by: str | None
    made_at: At | None
    starts_at: At
    review_due_at: At
    ends_at: At | None
    ended_at: At | None
    until: At | None
    late_max_s: int
    follows: str | None
    pauses: list[Pause]


class Decisions(msgspec.Struct):
    """The decisions of a case that the asker may read, the newest start first."""

    at: At
    decisions: list[DecisionLine]
    left_out: LeftOut


class DecisionShown(msgspec.Struct):
    """One decision."""

    at: At
    decision: DecisionLine


class WeeklyWindow(msgspec.Struct):
    """Minutes after local Monday 00:00, half-open; over Sunday's midnight it closes beyond 10080."""

    opens_min: int
    closes_min: int


class Between(msgspec.Struct):
    """Half-open."""

    from_at: At
    to_at: At


class ConditionLine(msgspec.Struct):
    """A condition without its place. `time_zone` null: no weekly windows. Neither weekly nor once: always."""

    id: str
    kind: ConditionKind
    has_place: bool
    time_zone: str | None
    weekly: list[WeeklyWindow]
    once: list[Between]


class Conditions(msgspec.Struct):
    """What one decision asks of the person."""

    at: At
    conditions: list[ConditionLine]
    left_out: LeftOut


class Stated(msgspec.Struct):
    """The condition that the proposal carries from now on."""

    condition_id: str


class TaskLine(msgspec.Struct):
    """Something a named person must do by a time. `done_at` null: it waits."""

    id: str
    reference: str
    decision_id: str
    kind: str
    raised_at: At
    due_at: At
    done_at: At | None


class Tasks(msgspec.Struct):
    """Tasks, the first due first."""

    at: At
    tasks: list[TaskLine]
    left_out: LeftOut


class Seen(msgspec.Struct):
    """What a finding rests on, without a place. `gap_s` null: nothing before it is known."""

    fixes: int
    doubtful: int
    doubt: Doubt | None
    band: Band | None
    radius_m: int | None
    gap_s: int | None
    methods: list[Method]


class AlertLine(msgspec.Struct):
    """An alert: an event that needs a human, and not a breach. `stands`: nothing has spoken against it since."""

    id: str
    reference: str
    decision_id: str
    condition_id: str | None
    matter: Matter
    weight: Weight
    state: AlertState
    stands: bool
    weakened_why: Why | None
    weakened_at: At | None
    began_at: At
    confirmed_at: At
    raised_at: At
    ended_at: At | None
    held_by: str | None
    enquiry_due_at: At | None
    decided_by: str | None
    suspended_until: At | None
    seen: Seen


class Alerts(msgspec.Struct):
    """Alerts that the asker may know of. `looked_at_all` false: there are more open ones than were looked through."""

    at: At
    alerts: list[AlertLine]
    left_out: LeftOut
    looked_at_all: bool


class AlertShown(msgspec.Struct):
    """One alert."""

    at: At
    alert: AlertLine


class ContactLine(msgspec.Struct):
    """One try to reach a person about an alert, or their call in, as facts: what was said stays sealed."""

    at: At
    by: str
    direction: Direction
    how: Way
    outcome: CameOf
    verified: Verified | None


class Contacts(msgspec.Struct):
    """Contacts about one alert."""

    at: At
    contacts: list[ContactLine]
    left_out: LeftOut


class LedgerEntry(msgspec.Struct):
    """One entry: its place, kind, time, who acted, a keyed handle of whom it is about, the digest of its record."""

    index: int
    at: At
    kind: EntryKind
    actor: str
    subject: str | None
    record_sha256: str
    leaf_sha256: str


class Entries(msgspec.Struct):
    """Entries of one window, in order. `size`: of the whole ledger at `at`."""

    at: At
    size: int
    entries: list[LedgerEntry]
    next: Next


class SchemeLine(msgspec.Struct):
    """A scheme as its register says it is now. `version` 0: it has none yet. `ended_at` null: it goes on."""

    id: str
    name: str
    controller: str
    version: int
    ended_at: At | None


class Schemes(msgspec.Struct):
    """One page of the schemes, by id."""

    at: At
    schemes: list[SchemeLine]
    next: Next


class Lack(msgspec.Struct):
    """Something without which an operation is not activated, and who supplies it."""

    code: str
    field: str
    missing: str
    who: str


class Operation(msgspec.Struct):
    """One mode of the ladder in one scheme. `until` and `since` null: there is no such instant."""

    mode: ModeCode
    rung: int
    title: str
    stand: str
    since: At | None
    until: At | None
    lacks: list[Lack]


class Operations(msgspec.Struct):
    """Every mode of the ladder, the lowest rung first."""

    at: At
    scheme_id: str
    operations: list[Operation]


class Entered(msgspec.Struct):
    """It is done, and accounted for at this place of the ledger."""

    entry: int


class Lowered(msgspec.Struct):
    """The lower decisions that stand from now on."""

    decisions: list[str]


class FactTaken(msgspec.Struct):
    """The fact that was recorded, and the day it is of."""

    id: str
    dated: date


class FactLine(msgspec.Struct):
    """A fact of the case, without what it says."""

    id: str
    kind: FactKind
    dated: date
    recorded_at: At


class Finding(msgspec.Struct):
    """What has been published on whether this works: to be read by whoever writes why it is needed."""

    version: str
    text: str
    source: str


class Ground(msgspec.Struct):
    """A ground on which an exemption may be overridden."""

    code: str
    text: str


class ExemptionLine(msgspec.Struct):
    """Who must not be put under these modes, to be asked of the person. `modes` empty: under any."""

    code: str
    title: str
    rule: str
    modes: list[ModeCode]
    grounds: list[Ground]


class NamedCode(msgspec.Struct):
    """A code of the scheme's register, and what it stands for."""

    code: str
    title: str


class RungLine(msgspec.Struct):
    """One rung for this case now. `against`: what refuses it before anyone has assessed anything."""

    mode: ModeCode
    rung: int
    title: str
    lower_families: list[Family]
    against: list[Objection]


class Rungs(msgspec.Struct):
    """What a proposal for this case goes by. `facts`: the newest; `screened_at` null: nobody has screened."""

    at: At
    rungs: list[RungLine]
    facts: list[FactLine]
    left_out: LeftOut
    powers: list[NamedCode]
    purposes: list[NamedCode]
    exemptions: list[ExemptionLine]
    finding: Finding
    screened_at: At | None
    follows: str | None


class Waiting(msgspec.Struct):
    """A proposal that waits for a second person."""

    reference: str
    since: At | None
    decision: DecisionLine


class Proposals(msgspec.Struct):
    """Proposals that wait in the asker's schemes and that they may know of, the oldest first."""

    at: At
    proposals: list[Waiting]
    left_out: LeftOut
    looked_at_all: bool


class FamilyLine(msgspec.Struct):
    """Why one family of lower rungs will not do, without the words. `alike`: nearly another case's words."""

    family: Family
    reason: FamilyReason
    facts: list[str]
    has_words: bool
    alike: bool


class AssessmentLine(msgspec.Struct):
    """The assessment behind a proposal in its codes; what was written is read on the page.

    `with_detention`: it was compared with detention, too.
    """

    author: str
    at: At | None
    selection: Selection
    selection_fact: str
    families: list[FamilyLine]
    compared_with: list[ModeCode]
    with_detention: bool
    article_8: dict[Article8, Said]
    practicality: dict[Practical, Said]
    at_home: list[AtHome]
    finding_shown: str
    has_words: bool
    alike: bool
    exemptions_asked: list[str]
    exemption_overridden: bool


class ProposalShown(msgspec.Struct):
    """A proposal beside what the rules find against its yes now. `below`: the rung below it that is ready."""

    at: At
    decision: DecisionLine
    assessment: AssessmentLine | None
    conditions: list[ConditionLine]
    findings: list[Objection]
    below: ModeCode
    lower: list[ModeCode]


class Proposed(msgspec.Struct):
    """The proposal that waits for a second person now: nothing has begun."""

    decision_id: str
    entry: int


class MadeNarrower(msgspec.Struct):
    """What was made instead of the proposal."""

    decision_id: str
