"""Acts of people, and the facts that a policy decides on. Collection is not among them: no person lets a fix in."""

from dataclasses import dataclass
from enum import StrEnum

from custodiet.model.identity import ActorId, SchemeId
from custodiet.model.staff import Function


class Act(StrEnum):
    """What someone asks to do; the verb and its object."""

    # decisions
    PROPOSE_DECISION = "propose_decision"
    SET_CONDITION = "set_condition"
    TAKE_BACK_PROPOSAL = "take_back_proposal"
    READ_DECISION = "read_decision"
    READ_PROPOSALS = "read_proposals"
    MAKE_DECISION = "make_decision"
    REFUSE_DECISION = "refuse_decision"
    SUSPEND_DECISION = "suspend_decision"
    RESUME_DECISION = "resume_decision"
    WITHDRAW_DECISION = "withdraw_decision"
    ANNUL_DECISION = "annul_decision"
    # cases
    OPEN_CASE = "open_case"
    NAME_PERSON = "name_person"
    READ_CASE_LIST = "read_case_list"
    READ_CASE_RECORD = "read_case_record"
    FIT_DEVICE = "fit_device"
    COMPLETE_TASK = "complete_task"
    STATE_FACT = "state_fact"
    AUTHORISE_ABSENCE = "authorise_absence"
    BOOK_REMOVAL = "book_removal"
    GIVE_COPY = "give_copy"
    ASSESS_CASE = "assess_case"
    STEP_DOWN = "step_down"
    CLOSE_CASE = "close_case"
    GIVE_NOTICE = "give_notice"
    READ_OWN_NOTICE = "read_own_notice"
    ENTER_STOP = "enter_stop"
    # alerts
    READ_ALERTS = "read_alerts"
    CLAIM_ALERT = "claim_alert"
    TRIAGE_ALERT = "triage_alert"
    CALL_POSSIBLE_BREACH = "call_possible_breach"
    OPEN_ENQUIRY = "open_enquiry"
    RECORD_REPLY = "record_reply"
    EXCUSE_BREACH = "excuse_breach"
    DECIDE_BREACH = "decide_breach"
    NOTIFY_BREACH = "notify_breach"
    # staff
    READ_STAFF = "read_staff"
    OPEN_ACCOUNT = "open_account"
    PROPOSE_JOINER = "propose_joiner"
    APPROVE_JOINER = "approve_joiner"
    RETURN_JOINER = "return_joiner"
    END_ROLE = "end_role"
    ASSIGN_CASE = "assign_case"
    HAND_OVER_CASE = "hand_over_case"
    GIVE_COVER = "give_cover"
    DECLARE_CONFLICT = "declare_conflict"
    DECLARE_CONFLICT_OF_ANOTHER = "declare_conflict_of_another"
    RECORD_TRAINING = "record_training"
    READ_FIGURES = "read_figures"
    # schemes
    REGISTER_SCHEME = "register_scheme"
    AMEND_REGISTER = "amend_register"
    ADVISE_ON_DPIA = "advise_on_dpia"
    ACTIVATE_OPERATION = "activate_operation"
    APPROVE_TRANSLATION = "approve_translation"
    WRITE_TRANSLATION = "write_translation"
    REGISTER_DEVICE = "register_device"
    KEEP_SENDERS = "keep_senders"
    READ_ASSURANCE = "read_assurance"
    READ_STANDING = "read_standing"
    READ_REGISTER = "read_register"
    WRITE_DPIA = "write_dpia"
    DEPART_FROM_ADVICE = "depart_from_advice"
    RECORD_CONSULTATION = "record_consultation"
    PROPOSE_OPERATION = "propose_operation"
    CLOSE_OPERATION = "close_operation"
    END_SCHEME = "end_scheme"
    END_MANY = "end_many"
    CHECK_STOP = "check_stop"
    READ_CONSISTENCY = "read_consistency"
    # looking
    ASK_QUESTION = "ask_question"
    ASK_IN_ALERT = "ask_in_alert"
    ASK_LOOK_UP = "ask_look_up"
    APPROVE_LOOK_UP = "approve_look_up"
    REFUSE_LOOK_UP = "refuse_look_up"
    END_LOOK_UP = "end_look_up"
    OPEN_READING = "open_reading"
    READ_LOOKS = "read_looks"
    READ_OWN_LOOKS = "read_own_looks"
    ADD_PLACE = "add_place"
    # disclosing
    TAKE_REQUEST = "take_request"
    TURN_AWAY = "turn_away"
    APPROVE_RELEASE = "approve_release"
    REFUSE_RELEASE = "refuse_release"
    GIVE_PACK = "give_pack"
    RECALL_PACK = "recall_pack"
    ASSESS_RELEASE = "assess_release"
    READ_REQUESTS = "read_requests"
    DRAW_SAMPLE = "draw_sample"
    # keeping and erasing
    READ_KEPT = "read_kept"
    ASK_HOLD = "ask_hold"
    PLACE_HOLD = "place_hold"
    REFUSE_HOLD = "refuse_hold"
    END_HOLD = "end_hold"
    OFFER_COPY = "offer_copy"
    END_QUARANTINE = "end_quarantine"
    # unmasking
    ASK_UNMASK = "ask_unmask"
    APPROVE_UNMASK = "approve_unmask"
    REFUSE_UNMASK = "refuse_unmask"
    OPEN_UNMASKED = "open_unmasked"
    # rights
    ASK_RESTRICTION = "ask_restriction"
    PLACE_RESTRICTION = "place_restriction"
    REFUSE_RESTRICTION = "refuse_restriction"
    END_RESTRICTION = "end_restriction"
    # breaking the glass
    BREAK_GLASS = "break_glass"
    ASSESS_GLASS = "assess_glass"
    REPORT_MISUSE = "report_misuse"
    REPORT_OWN_MISUSE = "report_own_misuse"
    READ_MISUSE = "read_misuse"
    ANSWER_MISUSE = "answer_misuse"


class Kind(StrEnum):
    """What an act is about; each kind has the facts of Thing that it needs."""

    HOUSE = "House"
    SCHEME = "Scheme"
    CASE = "Case"
    DECISION = "Decision"
    ALERT = "Alert"
    ROLE = "Role"
    LOOK_UP = "LookUp"
    UNMASK = "Unmask"


@dataclass(frozen=True, slots=True)
class ActorFacts:
    """Who asks, by the roles in force now. `function` None: an account that holds none.

    `authenticated_s`: seconds since they last proved who they are; None when that is not known.
    """

    actor: ActorId
    function: Function | None
    schemes: frozenset[SchemeId] = frozenset()
    authenticated_s: int | None = None


@dataclass(frozen=True, slots=True)
class Thing:
    """What the act is about: the facts that hold now, whoever asks. What a kind does not have stays empty.

    `officers`, `covering`, `subjects` and `representatives` are accounts with a role in force in the case's scheme;
    `conflicted` are all who declared, or had declared, a conflict of interest. `pending`: a proposal waits for a yes,
    or a look-up does.
    """

    kind: Kind
    scheme_id: SchemeId | None = None
    officers: frozenset[ActorId] = frozenset()
    covering: frozenset[ActorId] = frozenset()
    conflicted: frozenset[ActorId] = frozenset()
    subjects: frozenset[ActorId] = frozenset()
    representatives: frozenset[ActorId] = frozenset()
    pending: bool = False
    proposed_by: ActorId | None = None
    held_by: ActorId | None = None
    joiner: ActorId | None = None
    joins_as: Function | None = None
    granted_by: ActorId | None = None


HOUSE = Thing(Kind.HOUSE)
"""The whole of a controller's Custodiet."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a policy says: whether, by which policies, and the digest of the whole text that said so."""

    allowed: bool
    policies: tuple[str, ...]
    policy_sha256: bytes
