"""Records and entries: one spelling each, and what was written is what is read."""

import base64
import json
import re
from contextlib import suppress
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import get_args

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from custodiet.model import record as r
from custodiet.model.alert import AlertMove, AlertState, Claim, Excuse, Reply, Statement, StatementKind
from custodiet.model.assessing_record import ReturnReason
from custodiet.model.assessment import (
    Article8,
    Assessment,
    AtHome,
    FamilyAnswer,
    FamilyReason,
    Practical,
    Selection,
    Words,
)
from custodiet.model.assessment import Said as AnswerOf
from custodiet.model.attachment import AttachedTo, Attachment, AttachmentKept
from custodiet.model.case import Case, Person, RetentionClock, Task, TaskKind
from custodiet.model.condition import (
    Absence,
    Condition,
    ConditionKind,
    Interval,
    LocalZone,
    Offset,
    Schedule,
    Weekly,
)
from custodiet.model.contact_record import CameOf, ContactTried, Direction, Verified, Way
from custodiet.model.decision import Authority, Decision, State, Suspension
from custodiet.model.desk import Fault, Note, Noted
from custodiet.model.desk_record import DeviceNoted, InspectionDue
from custodiet.model.device import Device, Fitting, Sender, Token
from custodiet.model.disclosure import AgencyRequest, Cut, Pack, RecalledAs, Release, Wanted
from custodiet.model.disclosure import Verified as KnownBy
from custodiet.model.disclosure_record import (
    AgencyAsked,
    AgencyRefused,
    AgencyTurnedAway,
    PackGiven,
    PackRecalled,
    PackReceived,
    ReleaseApproved,
    ReleaseAssessed,
    SampleDrawn,
)
from custodiet.model.dpia import Consultation, Departure, DpoAdvice, PriorConsultation
from custodiet.model.draft import DRAFT_KEPT, Draft, Dropped
from custodiet.model.ending import EndReason, Stop, StopKind
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.erasing import CopyStep, Hold, HoldFor, HoldStep
from custodiet.model.erasing_record import (
    CopyTold,
    DayErased,
    ErasureDue,
    HoldAnswered,
    HoldAsked,
    KeyRow,
    QuarantineEnded,
    RemovedFix,
)
from custodiet.model.errors import IllegalValue, NotTheFormat
from custodiet.model.exemption import Exempted
from custodiet.model.fact import Age, CaseFact, FactKind
from custodiet.model.finding import (
    Band,
    DeviceWatch,
    Doubt,
    Ended,
    Matter,
    Raised,
    Run,
    Seen,
    Watch,
    Weakened,
    Weight,
    Why,
)
from custodiet.model.glass import Danger, Glass
from custodiet.model.glass_record import GlassAssessed, GlassBroken
from custodiet.model.imported import Imported
from custodiet.model.instruction import Instruction, What
from custodiet.model.judging import Judging
from custodiet.model.look_record import (
    LookRefused,
    LookUpApproved,
    LookUpAsked,
    LookUpEnded,
    LookUpRefused,
    QuestionAsked,
    ReadingOpened,
)
from custodiet.model.look_up import (
    Asked,
    Attempt,
    Grant,
    LookUp,
    Precision,
    Reading,
    RefusedBecause,
    ToKnow,
    Tried,
)
from custodiet.model.look_up import Question as LookQuestion
from custodiet.model.message import Channel, ContactDetails, Delivery, Message, QuietHours, Setback, Template
from custodiet.model.message_record import ContactGiven, MessageOpened, MessageSettled, OfficeWritten, TimeReminded
from custodiet.model.misuse import Found, MisuseReport
from custodiet.model.misuse_record import MisuseAnswered, MisuseReported
from custodiet.model.mode import Category, Family, Kind, ModeCode
from custodiet.model.notice import How, Served, TranslatedLine, Translation, Understood, WhyDeclined
from custodiet.model.notice_record import NoticeServed, TranslationApproved, TranslationChecked, TranslationDrafted
from custodiet.model.place_record import PlaceAdded, PlacesLoaded
from custodiet.model.recording import Recording, RecordingApproved, RecordingKept
from custodiet.model.report import Method
from custodiet.model.representation import Invitation, Representation
from custodiet.model.representation import Reply as Reply_
from custodiet.model.restricting import Ground, HeldBack, Restriction, RestrictionStep, Right
from custodiet.model.restricting_record import RestrictionAnswered, RestrictionAsked
from custodiet.model.review import Review, ReviewOutcome, StillNeeded, Trigger, Used
from custodiet.model.scheme import Force, Power, Purpose, Regime, RetentionRule, Scheme
from custodiet.model.screening import Question, Screening
from custodiet.model.staff import Assignment, Conflict, Cover, Function, Role, RoleState
from custodiet.model.times import to_ms
from custodiet.model.training_record import TrainingRecorded
from custodiet.model.unmask import Article9, NotEnough, Unmask, UnmaskedReading, UnmaskYes
from custodiet.model.unmask_record import UnmaskApproved, UnmaskAsked, UnmaskedOpened, UnmaskRefused
from custodiet.model.word import Said, Word
from custodiet.simulation.made_up_register import made_up_dpia, made_up_register
from custodiet.wire.records import (
    detail_bytes,
    entry_bytes,
    handle_of,
    ingested_bytes,
    read_detail,
    read_entry,
    read_ingested,
    read_record,
    record_bytes,
    record_digest,
)

AT = datetime(2031, 3, 3, 9, 0, 0, 123000, UTC)
LATER = AT + timedelta(days=1)
BYTES = bytes(range(256))[::17]
DECISION = Decision(
    id="decision_1",
    case_id="case_1",
    strand="main",
    mode=ModeCode.FITTED_TRAIL,
    power="p1",
    purposes=("contact", "curfew"),
    authority=Authority.ORDER,
    maker="court",
    proposed_by="officer-ana",
    starts_at=AT,
    review_due_at=LATER,
    ends_at=None,
    follows="decision_0",
    late_max=timedelta(hours=36, milliseconds=1),
    state=State.SUSPENDED,
    approved_by="officer-bo",
    made_at=AT,
    ended_at=LATER,
    suspensions=(Suspension(AT, LATER), Suspension(LATER)),
)
CLOCK = RetentionClock("decision_1", Category.TRAIL, AT, LATER)
TASK = Task("task_1", TaskKind.TELL_AND_REMOVE, "case_1", "decision_1", AT, LATER)
REMOVED = RemovedFix(0, 7, 3, BYTES)
TOLD = Instruction("instruction_1_0", "sender_1", "TAG-1", What.STOP, "decision_1", AT, LATER, LATER)
SEEN = Seen(3, 2, Doubt.WIDE, Band.AWAY, 40, 600, (Method.GPS, Method.LBS))
RAISED = Raised(
    alert_id="alert_1",
    case_id="case_1",
    decision_id="decision_1",
    fitting_id="fitting_1",
    condition_id="condition_1",
    matter=Matter.OUT_OF_PLACE,
    weight=Weight.ADVERSE,
    began_at=AT,
    confirmed_at=AT + timedelta(minutes=2),
    raised_at=LATER,
    seen=SEEN,
)
HOURS = Schedule(
    LocalZone("Europe/London", "2026a", (Offset(AT, 0), Offset(LATER, 3600))),
    (Weekly(5, 600), Weekly(10_079, 10_800)),
    (Interval(AT, LATER),),
)

REOPENED = r.LogReopened(
    "custodiet.example/test/20310303T090000Z",
    BYTES,
    BYTES[::-1],
    r.LogHead("custodiet.example/test", 41, BYTES),
    r.LogHead("custodiet.example/test", 32, BYTES[::-1]),
    9,
    "officer-ana",
)

SCHEME = Scheme(
    id="scheme_1",
    name="Made-up scheme",
    controller="Made-up authority, \N{LATIN SMALL LETTER E WITH ACUTE} \N{BLACK SPADE SUIT} \U0001f511",
    starts_at=AT,
    ends_at=None,
    purposes=(Purpose("contact", "Keeping in contact", operational=True),),
    powers=(Power("p1", "Made-up power", "Made-up Act s. 1", Force.DUTY, Regime.LAW_ENFORCEMENT),),
    modes=(ModeCode.NONE, ModeCode.FITTED_TRAIL),
    retention=(RetentionRule(Category.TRAIL, 28, "made-up reasons"),),
    judging=Judging(fixes=4, lasting_s=240, disc_scale=1.75, zone_test_s=86_400),
)
REGISTER = made_up_register(SCHEME, AT)

WORDS = Words(BYTES, BYTES[::-1], alike=True)
NOTICE_SAMPLES = [
    NoticeServed(
        Served(
            *("notice_1", "case_1", BYTES, 3, "ar-XB", How.INTERPRETER, Understood.DECLINED, AT, "officer-ana"),
            *(WhyDeclined.LEFT, BYTES),
        )
    ),
    TranslationDrafted(
        Translation(
            *("translation_1", "scheme_1", "cy", BYTES, (TranslatedLine("A text", "Testun"),)),
            *(False, "translator-1", AT),
        )
    ),
    TranslationChecked("translation_1", LATER, "translator-1", "a diploma"),
    TranslationApproved("translation_1", LATER, "translator-2"),
    RecordingKept(
        Recording(
            *("recording_1", "scheme_1", "ti", BYTES, "translation_1", bytes(32), 3, AT, "translator-1"), content=BYTES
        )
    ),
    RecordingApproved("recording_1", LATER, "translator-2"),
]
WINDOW = Interval(AT - timedelta(hours=2), AT)
LOOK_UP = LookUp(
    *("look_up_1", "case_1", "contact", ToKnow.REACH, BYTES, (Tried.RANG, Tried.QUESTION)),
    *(WINDOW, Precision.FULL, "caseworker-1", AT),
)
DISCLOSURE_SAMPLES = [
    AgencyAsked(
        AgencyRequest(
            *("request_1", "case_1", "police", "contact", KnownBy.CALLED_BACK, None, True, WINDOW, Precision.FULL),
            *(Cut.PLACES, "age130dthdjne27sphayaul7r2e4d946u7j9qgswmwx45add2kqdlu6qnxdsxm", BYTES, "caseworker-1", AT),
        )
    ),
    AgencyRefused("request_1", ("too_wide", "not_signed"), AT, "officer-bo", BYTES),
    AgencyTurnedAway("scheme_1", Wanted.COHORT, AT, "dpo-1", "case_1", ("not_your_function",)),
    ReleaseApproved(
        Release("request_1", WINDOW, Precision.KM_1, Cut.HOME_STATES, "officer-bo", AT, AT + timedelta(hours=4), BYTES),
        (Task("task_1", TaskKind.ASSESS_DISCLOSURE, "case_1", "decision_1", AT, LATER),),
    ),
    PackGiven(Pack("request_1", "case_1", "caseworker-1", AT), WINDOW),
    PackReceived("request_1", AT, "caseworker-1"),
    PackRecalled("request_1", RecalledAs.UNAUTHORISED, AT, "dpo-1"),
    ReleaseAssessed("request_1", False, AT, "dpo-1", BYTES),
    SampleDrawn("sample_1", "scheme_1", "2031-03", 12, ("request_1", "request_2"), LATER, "dpo-1"),
]
MESSAGE = Message("message_1", "case_1", Template.STOPPED, Channel.EMAIL, AT, AT, LATER)
REACHED = ContactDetails("person_1", Channel.EMAIL, BYTES, HOURS.zone, AT, "officer-ana", QuietHours(0, 1))
FAULTY = Note("device_1", Noted.FAULTY, Fault.BATTERY, LATER, "officer-ana", "fitting_1", AT)
CASE_SAMPLES = [
    ContactGiven(REACHED),
    MessageOpened("message_1", "case_1", 2, AT),
    OfficeWritten("message_1", "case_1", 1, AT),
    MessageSettled("message_1", "case_1", Delivery.WAITING, AT, LATER, Setback.LATER),
    DeviceNoted(FAULTY, ("alert_1",), (Task("task_1", TaskKind.TAKE_OFF, "case_1", "decision_1", AT, LATER),)),
    InspectionDue("fitting_1", (Task("task_1", TaskKind.INSPECT_DEVICE, "case_1", "decision_1", AT, LATER),)),
    r.FactRecorded(CaseFact("fact_1", "case_1", FactKind.AGE, date(2031, 3, 3), AT, "officer-ana", BYTES, Age.ADULT)),
    r.RepresentationsInvited(Invitation("case_1", AT, "officer-ana", LATER)),
    r.RepresentationMade(Representation("representation_1", "case_1", AT, "officer-ana", BYTES, LATER)),
    r.RepresentationAnswered("representation_1", LATER, "officer-ana", Reply_.AGREED, BYTES),
    r.ScreeningCompleted(
        Screening(
            "screening_1",
            "case_1",
            AT,
            "officer-ana",
            tuple(Question),
            BYTES,
            "a-version",
        )
    ),
    r.AssessmentRecorded(
        Assessment(
            "assessment_1",
            "case_1",
            "decision_1",
            "officer-ana",
            Selection.INDIVIDUAL,
            "fact_1",
            "screening_1",
            tuple(FamilyAnswer(one, FamilyReason.TRIED, ("fact_1", "fact_2"), WORDS) for one in Family),
            (ModeCode.NONE, ModeCode.CHECK_IN),
            True,
            tuple((one, AnswerOf.YES) for one in Article8),
            tuple((one, AnswerOf.NOT_KNOWN) for one in Practical),
            (AtHome.CHILDREN, AtHome.PARTNER),
            "a-version",
            WORDS,
            AT,
            Exempted(("ill",), BYTES),
        )
    ),
    r.ExemptionOverridden("decision_1", AT, "officer-ana"),
    r.DraftSaved(Draft("case_1", "officer-ana", ModeCode.TELEPHONE, AT, AT + DRAFT_KEPT, BYTES)),
    r.DraftDropped("case_1", "officer-ana", LATER, Dropped.SENT),
    r.RungRefused("case_1", ModeCode.FITTED_TRAIL, ("a", "b"), ModeCode.CHECK_IN, AT, "officer-ana"),
    r.DecisionReturned("decision_1", ReturnReason.COPIED, AT, "officer-bo", BYTES, ModeCode.CHECK_IN),
    r.DecisionNarrowed("decision_1", "decision_2", AT, "officer-bo"),
    r.ReviewOpened(
        Review(
            "review_1",
            "decision_1",
            Trigger.PERIOD,
            AT,
            "officer-ana",
            LATER,
            LATER,
            ReviewOutcome.END,
            LATER,
        ),
        (TASK,),
    ),
    r.ReviewDecided(
        "review_1",
        "decision_1",
        AT,
        "officer-ana",
        ReviewOutcome.CONTINUE,
        Used(AT, 1, 2, 3, 4),
        True,
        StillNeeded.ORDER_STANDS,
        FamilyReason.TRIED,
        WORDS,
        "decision_2",
        LATER,
    ),
    r.ReviewMissed("decision_1", AT, (TASK,)),
    r.StopEntered(Stop("stop_1", StopKind.STOP, "a-court", "officer-ana", AT, LATER, ("decision_1",)), (TASK,)),
    r.StopChecked("stop_1", AT, "officer-bo", True, "decision_1", (TASK,)),
    r.StopEscalated("stop_1", AT, (TASK,)),
]
SAMPLES = [
    r.LogOpened("custodiet.example/test", BYTES, BYTES[::-1], assessed=True, told=True, tellable=True, ordered=True),
    r.SchemeRegistered(SCHEME),
    r.CaseOpened(Person("person_1", BYTES), Case("case_1", "scheme_1", "person_1", "M-0001", AT)),
    r.PersonNamed("person_1", BYTES, BYTES[::-1]),
    r.DeviceRegistered(Device("device_1", "TAG-1")),
    r.FittingMade(Fitting("fitting_1", "device_1", "case_1", "main", AT), (replace(TOLD, what=What.START),)),
    r.FittingEnded("fitting_1", LATER, (REMOVED,), ("token_1", "token_2"), (TOLD, replace(TOLD, decision_id=None))),
    r.SenderIssued(
        Sender("sender_1", "scheme_1", "a sender", ("TAG-1", "TAG-2")),
        Token("token_1", "sender_1", BYTES, AT, fitting_id="fitting_1"),
    ),
    r.SenderRotated(Token("token_2", "sender_1", BYTES[::-1], LATER), ("token_1",), LATER),
    r.SenderScoped("sender_1", ("TAG-3",), ("TAG-1", "TAG-2")),
    r.TokenEnded("sender_1", ("token_1", "token_2"), LATER),
    r.InstructionAcknowledged("instruction_1_0", LATER, "upstream-1"),
    r.DecisionProposed(DECISION, "assessment_1"),
    r.DecisionMade(
        "decision_1", "officer-bo", AT, r.Succession("decision_0", AT, (CLOCK,)), (TOLD,), (TASK,), "officer-ana"
    ),
    r.DecisionRefused("decision_1", AT, "officer-bo", ModeCode.CHECK_IN, no_ground_for_detention=True),
    r.DecisionSuspended("decision_1", AT, (REMOVED,), (TASK,), (TOLD,)),
    r.DecisionResumed("decision_1", AT, LATER, (replace(TOLD, what=What.START),)),
    r.DecisionEnded(
        "decision_1",
        State.WITHDRAWN,
        AT,
        (CLOCK,),
        (TASK,),
        (REMOVED, REMOVED),
        (CLOCK,),
        ("alert_1",),
        (TOLD,),
        EndReason.DIED,
        "officer-ana",
        (MESSAGE,),
    ),
    r.ConditionSet(Condition("condition_1", "decision_1", ConditionKind.EXCLUSION, BYTES, HOURS)),
    r.AbsenceAuthorised(Absence("condition_1", Interval(AT, LATER)), ("alert_1", "alert_2")),
    r.RemovalBooked("fitting_1", Interval(AT, LATER), ("alert_1",)),
    r.AlertRaised(RAISED),
    r.AlertEnded("alert_1", LATER),
    r.AlertMoved(
        *("alert_1", AlertMove.ENQUIRE, AlertState.ENQUIRY, "officer-ana", AT, BYTES, LATER, LATER),
        Claim("case_1", AT, LATER, "condition_1"),
    ),
    r.AlertWeakened("alert_1", LATER, Why.FAULTY_DEVICE),
    r.ReplyRecorded(Reply("alert_1", LATER, Excuse.NOT_SO, BYTES, "officer-bo")),
    AttachmentKept(Attachment("attachment_1", "case_1", AttachedTo.ALERT, "alert_1", AT, "officer-ana", BYTES, BYTES)),
    ContactTried(
        *("alert_1", Way.PHONE, Direction.IN, CameOf.SPOKE, LATER, "officer-bo", Verified.CALLED_BACK, BYTES),
    ),
    TimeReminded("condition_1", LATER, replace(MESSAGE, template=Template.CHECK_IN)),
    TrainingRecorded("officer-ana", AT, "administrator-1", LATER),
    ErasureDue("decision_1", Category.TRAIL, LATER),
    HoldAsked(
        Hold(*("hold_1", "case_1", Category.TRAIL, Interval(AT, LATER), LATER, HoldFor.COURT, BYTES, "officer-ana", AT))
    ),
    HoldAnswered("hold_1", HoldStep.PLACED, "officer-bo", LATER),
    CopyTold("decision_1", CopyStep.OFFERED, "officer-ana", LATER),
    RestrictionAsked(
        Restriction(
            *("restriction_1", "case_1", Right.LOOKS, Ground.CRIME, Interval(AT - (LATER - AT), AT), LATER, True),
            *(BYTES, BYTES, BYTES, BYTES, b"", "officer-ana", AT),
        )
    ),
    MisuseReported(MisuseReport("misuse_1", "case_1", 7, BYTES, "operator-1", AT)),
    MisuseAnswered("misuse_1", Found.NOT_ESTABLISHED, "dpo-1", LATER, BYTES),
    RestrictionAnswered("restriction_1", RestrictionStep.PLACED, "officer-bo", LATER),
    QuarantineEnded("decision_1", "officer-bo", LATER, BYTES, (CLOCK,)),
    DayErased(
        *("decision_1", "person_1", Category.TRAIL, AT.date(), LATER, KeyRow.ISSUED, BYTES, b"", (REMOVED,)),
    ),
    r.StatementMade(
        Statement("statement_1", "case_1", StatementKind.OUT_OF_CONTACT, AT, LATER, "officer-ana", BYTES),
    ),
    r.ReviewWarned("decision_1", 7, (replace(TASK, kind=TaskKind.REVIEW),)),
    r.SilenceFound("fitting_1", AT, suspends=True, tasks=(replace(TASK, kind=TaskKind.FIND_OUT),)),
    r.OutageFound(AT, LATER),
    r.TasksOverdue(("task_1", "task_2")),
    r.TaskDone("task_1", AT),
    r.KeysIssued(
        (r.RecordKey("person_1", BYTES, BYTES),),
        (r.DayKey("person_1", Category.TRAIL, date(2031, 3, 3), BYTES, BYTES),),
    ),
    r.ZonesReleased("m1", ("condition_1",)),
    r.CopyGiven("person_1", "case_1", (HeldBack(AT, LATER, LATER, told=True),)),
    r.StaffProposed(
        Role(
            *("role_1", "caseworker-1", Function.CASEWORKER, "scheme_1", "administrator-1", AT, AT, LATER),
            *(RoleState.ENDED, "authorising-officer-1", AT, LATER),
            first=True,
        )
    ),
    r.StaffJoined("role_1", "authorising-officer-1", AT, first=True),
    r.StaffReturned("role_1"),
    r.StaffLeft("role_1", LATER, ("case_1", "case_2")),
    r.CaseAssigned(Assignment("case_1", "caseworker-1", AT, "officer-ana", LATER), ("caseworker-2",)),
    r.CoverGiven(Cover("case_1", "caseworker-1", AT, LATER, "officer-ana")),
    r.ConflictDeclared(Conflict("case_1", "caseworker-1", AT, "officer-ana")),
    r.CaseRecordGiven(
        *("case_1", "caseworker-1", "sign_in_1", "attachment_1", "hold_1", "restriction_1", "glass_1", "misuse_1")
    ),
    r.CaseListGiven(("case_1", "case_2"), "caseworker-1", "sign_in_1"),
    LookUpAsked(LOOK_UP),
    LookUpApproved(Grant("look_up_1", WINDOW, Precision.KM_1, "officer-bo", AT, AT + timedelta(hours=4), BYTES)),
    LookUpRefused("look_up_1", RefusedBecause.TOO_WIDE, AT, "officer-bo", BYTES),
    LookUpEnded("look_up_1", AT, "caseworker-1"),
    ReadingOpened(Reading("look_up_1", "case_1", WINDOW, Precision.M_100, "caseworker-1", AT), WINDOW),
    PlacesLoaded(BYTES, BYTES, AT, "operator"),
    PlaceAdded("person_1", BYTES, AT, "person-1"),
    UnmaskAsked(
        Unmask(
            *("unmask_1", "look_up_1", "case_1", WINDOW, NotEnough.THE_TIME, Article9.PUBLIC_INTEREST, BYTES),
            *("caseworker-1", AT),
        )
    ),
    UnmaskApproved(UnmaskYes("unmask_1", WINDOW, "officer-bo", AT, BYTES)),
    UnmaskRefused("unmask_1", RefusedBecause.TOO_WIDE, AT, "officer-bo", BYTES),
    UnmaskedOpened(UnmaskedReading("unmask_1", "case_1", WINDOW, Precision.FULL, "caseworker-1", AT)),
    GlassBroken(
        Glass("glass_1", "case_1", Danger.TO_THEM, BYTES, (Tried.RANG,), WINDOW, Precision.M_100, "operator-1", LATER),
        (Task("task_1", TaskKind.ASSESS_GLASS, "case_1", "decision_1", AT, LATER),),
        Interval(AT, LATER),
    ),
    GlassAssessed("glass_1", False, LATER, "dpo-1", BYTES),
    QuestionAsked(
        LookQuestion("case_1", Asked.ZONE, datetime(2031, 3, 3, 8, 15, tzinfo=UTC), "ana", AT, "condition_1"),
        "alert_1",
    ),
    LookRefused("case_1", Attempt.LOOK_UP, ("nothing_tried", "too_wide"), AT, "operator-1"),
    *DISCLOSURE_SAMPLES,
    r.TablesVerified(AT),
    r.IngestEntered(0, 12, BYTES),
    r.RefusalsCounted(AT, "scheme_1", (("none", 3), ("ended", 1))),
    REOPENED,
    r.KeysDestroyed((r.DestroyedDay("person_1", Category.TRAIL, date(2031, 3, 3), AT, issued=True),)),
    r.OpeningsRecovered((BYTES, b"{}")),
    r.RegisterAmended(2, LATER, REGISTER, (r.Reassessed(41, ModeCode.FITTED_TRAIL, LATER),), (CLOCK,)),
    r.DpiaWritten(made_up_dpia(REGISTER, AT), (r.Reassessed(41, ModeCode.TELEPHONE, AT),)),
    r.DpoAdvised("scheme_1", DpoAdvice(1, "dpo-1", AT, "made-up advice", proceed=False)),
    r.AdviceDeparted("scheme_1", Departure(1, "owner-1", LATER, "made-up reasons")),
    r.ConsultationRecorded("scheme_1", Consultation(("wearer", "household"), AT, "asked", "made-up views", "because")),
    r.PriorConsultationRecorded("scheme_1", PriorConsultation(1, AT, LATER, "a made-up answer", may_proceed=True)),
    r.OperationProposed("scheme_1", (ModeCode.TELEPHONE, ModeCode.FITTED_TRAIL), 2, 1, ("aa", "bb"), "officer-ana", AT),
    r.OperationActivated(41, "scheme_1", "officer-bo", AT, (r.ActivatedMode(ModeCode.TELEPHONE, LATER),)),
    r.OperationRefused(41, "scheme_1", "officer-bo", AT),
    r.OperationClosed(41, "scheme_1", ModeCode.TELEPHONE, LATER),
    r.SchemeEnded("scheme_1", LATER, "officer-ana", 3, (r.PlanLine(Category.TRAIL, 12, AT, LATER),)),
    *CASE_SAMPLES,
    r.AccountOpened("caseworker-1", AT, again=True),
    r.AccountClosed("caseworker-1", LATER),
    r.SessionsEnded("caseworker-1", LATER),
    r.CaseImported(Imported("case_1", BYTES * 2, 2, AT, "officer-ana")),
    *NOTICE_SAMPLES,
]
INGESTED = r.Ingested(0, 3, AT, 2, 1, BYTES, bytes(32), (r.Tally(AT, "scheme_1", "refused", "", 2),), BYTES, 41)
RUN = Run(3, AT, LATER, SEEN)
DETAIL = r.IngestDetail(
    watches=(
        Watch(
            "condition_1", "fitting_1", RUN, replace(RUN, count=5), Run(1, AT, AT), "alert_1", Weight.ADVERSE, AT, AT
        ),
        Watch("condition_2", "fitting_1"),
    ),
    device_watches=(
        DeviceWatch("fitting_1", 2, "alert_2", AT, ("case", "strap"), "alert_3", "alert_4"),
        DeviceWatch("fitting_2"),
    ),
    raised=(RAISED, replace(RAISED, fitting_id=None, condition_id=None, matter=Matter.TAMPER, seen=Seen())),
    ended=(Ended("alert_5", LATER),),
    weakened=(Weakened("alert_6", AT, Why.LATE_FIX),),
    tasks=(replace(TASK, kind=TaskKind.WARN_WEARER, done_at=LATER),),
    contacts=(r.Contact("fitting_1", AT, LATER), r.Contact("fitting_2", AT)),
    words=(
        Word("fitting_1", "decision_1", AT, Kind.TRANSITION, Said.LEFT, "condition_1"),
        Word("fitting_2", "decision_2", AT, Kind.CHECK_IN, Said.CHECKED_IN),
    ),
    sightings=(r.Sighting("fitting_1", "decision_1", AT), r.Sighting("fitting_1", "decision_1", LATER)),
    after_stop=(r.AfterStop("sender_1", "fitting_1", 3, LATER),),
    messages=(replace(MESSAGE, template=Template.CHARGE, fitting_id="fitting_1"),),
    heard=(r.HeardTogether(LATER, ("fitting_3", "fitting_4"), (to_ms(AT), to_ms(LATER))),),
)


def name_of(noun):
    return type(noun).__name__


# --- records --------------------------------------------------------------------------------------------


def test_every_kind_of_record_has_a_sample_here():
    assert sorted(name_of(sample) for sample in SAMPLES) == sorted(kind.__name__ for kind in get_args(r.Record))


@pytest.mark.parametrize("sample", SAMPLES, ids=name_of)
def test_every_record_is_read_as_it_was_written(sample):
    back = read_record(record_bytes(sample))
    assert back == sample
    assert type(back) is type(sample)


@pytest.mark.parametrize("sample", SAMPLES, ids=name_of)
def test_a_record_has_one_spelling_and_it_is_rfc_8785s(sample):
    body = record_bytes(sample)
    plain = json.loads(body)
    assert rfc8785.dumps(plain) == body
    assert rfc8785.dumps(dict(reversed(plain.items()))) == body
    assert record_bytes(read_record(body)) == body
    assert plain["type"] == name_of(sample)


@pytest.mark.parametrize("sample", SAMPLES, ids=name_of)
def test_no_two_samples_have_the_same_bytes(sample):
    others = [record_bytes(other) for other in SAMPLES if other is not sample]
    assert record_bytes(sample) not in others


def test_the_bytes_of_a_record_never_change_while_the_ledger_lives():
    """Written out by hand: a change of spelling would leave every digest in every ledger without its record."""
    assert record_bytes(r.TaskDone("task_1", LATER)) == (
        b'{"done_at":"2031-03-04T09:00:00.123000Z","task_id":"task_1","type":"TaskDone"}'
    )
    assert record_bytes(r.IngestEntered(0, 12, b"\0\xff")) == (
        b'{"digest":"AP8=","number":12,"partition":0,"type":"IngestEntered"}'
    )
    assert record_bytes(r.CopyGiven("person_\N{LATIN SMALL LETTER E WITH ACUTE}", 'a"\\\n')) == (
        b'{"case_id":"a\\"\\\\\\n","held_back":[],"person_id":"person_\xc3\xa9","type":"CopyGiven"}'
    )


def test_a_record_written_before_a_field_was_added_is_read_with_its_default():
    before = json.loads(record_bytes(r.DecisionSuspended("decision_1", AT, (REMOVED,), (TASK,), (TOLD,))))
    del before["removed"], before["tasks"], before["instructions"]
    assert read_record(json.dumps(before).encode()) == r.DecisionSuspended("decision_1", AT)


# Class: fields that were there when the first record of it may have been written.
FIRST_FIELDS = {
    r.LogOpened: {"origin", "log_key", "issue_key"},
    r.FittingMade: {"fitting"},
    r.DecisionProposed: {"decision"},
    r.DecisionRefused: {"decision_id"},
    r.DecisionResumed: {"decision_id", "from_at", "to_at"},
    r.FittingEnded: {"fitting_id", "removed_at"},
    r.DecisionEnded: {"decision_id", "state", "ended_at", "clocks", "tasks", "removed"},
    r.DecisionMade: {"decision_id", "approved_by", "made_at"},
    r.ConditionSet: {"condition"},
    r.AlertMoved: {"alert_id", "move", "state", "by", "at"},
    QuestionAsked: {"question"},
    r.CaseRecordGiven: {"case_id", "by", "sign_in"},
    r.CopyGiven: {"person_id", "case_id"},
    r.AbsenceAuthorised: {"absence"},
    r.RemovalBooked: {"fitting_id", "during"},
    r.ReviewWarned: {"decision_id", "days"},
}


@pytest.mark.parametrize("kind", FIRST_FIELDS, ids=lambda kind: kind.__name__)
def test_every_later_field_of_a_record_has_a_default(kind):
    [sample] = [one for one in SAMPLES if type(one) is kind]
    plain = json.loads(record_bytes(sample))
    short = {name: value for name, value in plain.items() if name in FIRST_FIELDS[kind] | {"type"}}
    read = read_record(json.dumps(short).encode())
    for name in FIRST_FIELDS[kind]:
        assert getattr(read, name) == getattr(sample, name)
    for name in plain.keys() - short.keys():
        assert not getattr(read, name)
        assert getattr(sample, name)


def test_a_condition_and_a_scheme_written_before_they_had_hours_and_settings_have_the_usual_ones():
    [condition] = [one for one in SAMPLES if isinstance(one, r.ConditionSet)]
    [scheme] = [one for one in SAMPLES if isinstance(one, r.SchemeRegistered)]
    of_condition, of_scheme = json.loads(record_bytes(condition)), json.loads(record_bytes(scheme))
    del of_condition["condition"]["schedule"], of_scheme["scheme"]["judging"]
    assert read_record(json.dumps(of_condition).encode()).condition.schedule == Schedule()
    assert read_record(json.dumps(of_scheme).encode()).scheme.judging == Judging()


@pytest.mark.parametrize("move", AlertMove)
def test_every_move_of_an_alert_stands_under_a_kind_of_its_own(move):
    moves = [r.AlertMoved("alert_1", one, AlertState.RAISED, "officer-ana", AT) for one in AlertMove]
    kinds = [r.kind_of(one) for one in moves]
    assert kinds.count(kinds[list(AlertMove).index(move)]) == 1


@given(st.text(st.characters(codec="utf-8")), st.binary())
def test_any_text_and_any_bytes_come_back(text, data):
    sample = r.LogOpened(text, data, b"")
    assert read_record(record_bytes(sample)) == sample


@given(
    st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    st.timedeltas(timedelta(milliseconds=1), timedelta(days=30)),
)
def test_any_time_and_duration_come_back(at, late_max):
    sample = r.DecisionProposed(
        replace(DECISION, starts_at=at, review_due_at=at + timedelta(days=1), late_max=late_max)
    )
    assert read_record(record_bytes(sample)) == sample


GOOD = json.loads(record_bytes(SAMPLES[4]))
BOTTOMLESS = {
    "bottomless lists": b"[" * 200_000,
    "bottomless objects": b'{"a":' * 200_000,
    "bottomless lists that are closed": b"[" * 200_000 + b"]" * 200_000,
}
NO_RECORD = {
    "nothing": b"",
    "no JSON": b"{",
    "no UTF-8": b'{"type":"\xff"}',
    "null": b"null",
    "a list": b"[]",
    "a text": b'"DeviceRegistered"',
    "no type": json.dumps({"device": GOOD["device"]}).encode(),
    "a type that is none": json.dumps({**GOOD, "type": "Device"}).encode(),
    "a type that is null": json.dumps({**GOOD, "type": None}).encode(),
    "a type that is a list": json.dumps({**GOOD, "type": ["DeviceRegistered"]}).encode(),
    "an ingest record": ingested_bytes(INGESTED),
    "what an ingest judged": detail_bytes(DETAIL),
    "a move that is none": record_bytes(
        r.AlertMoved("alert_1", AlertMove.DECIDE, AlertState.BREACH, "officer-ana", AT)
    ).replace(b'"decide"', b'"presume"'),
    "a state that is none": record_bytes(
        r.AlertMoved("alert_1", AlertMove.DECIDE, AlertState.BREACH, "officer-ana", AT)
    ).replace(b'"breach"', b'"guilty"'),
    "an absence that ends before it begins": record_bytes(
        r.AbsenceAuthorised(Absence("condition_1", Interval(AT, LATER)))
    ).replace(b"2031-03-04", b"2031-03-02"),
    "a removal that ends before it begins": record_bytes(r.RemovalBooked("fitting_1", Interval(AT, LATER))).replace(
        b"2031-03-04", b"2031-03-02"
    ),
    "a statement of what is yet to come": record_bytes(
        r.StatementMade(Statement("statement_1", "case_1", StatementKind.ABSCONDING, AT, AT, "officer-ana", BYTES))
    ).replace(b'"since_at":"2031', b'"since_at":"2032'),
    "a statement without reasons": json.dumps(
        {
            "type": "StatementMade",
            "statement": {
                "id": "statement_1",
                "case_id": "case_1",
                "kind": "absconding_declared",
                "since_at": "2031-03-03T09:00:00Z",
                "stated_at": "2031-03-03T09:00:00Z",
                "stated_by": "officer-ana",
                "reasons_sealed": "",
            },
        }
    ).encode(),
    "a field missing": json.dumps({"type": "DeviceRegistered"}).encode(),
    "a field of another kind": json.dumps({"type": "DeviceRegistered", "device": "device_1"}).encode(),
    "a mode that is none": record_bytes(r.DecisionProposed(DECISION)).replace(b"fitted_trail", b"fitted_camera"),
    "a time that is none": b'{"type":"TablesVerified","asked_at":"yesterday"}',
    **BOTTOMLESS,
    "a bottomless field": b'{"type":"TablesVerified","asked_at":' + b"[" * 200_000,
    "bytes that are none": b'{"type":"PersonNamed","person_id":"p","name_sealed":"!!"}',
}


@pytest.mark.parametrize("body", NO_RECORD.values(), ids=NO_RECORD.keys())
def test_what_is_no_record_is_refused(body):
    with pytest.raises(NotTheFormat):
        read_record(body)


@given(st.binary(max_size=100))
def test_rubbish_is_not_the_format_to_any_reader(body):
    for read in (read_record, read_entry, read_ingested):
        with pytest.raises(NotTheFormat):
            read(body)
    with suppress(NotTheFormat):
        assert read_detail(body) == NOTHING_JUDGED  # any object without parts of ours


def test_a_refusal_does_not_quote_the_record():
    body = record_bytes(SAMPLES[4]).replace(b'"TAG-1"', b'["SECRET"]')
    assert b"SECRET" in body
    with pytest.raises(NotTheFormat) as caught:
        read_record(body)
    assert "SECRET" not in f"{caught.value!r}"


# --- ingest records -------------------------------------------------------------------------------------


def test_an_ingest_record_is_read_as_it_was_written_and_has_one_spelling():
    body = ingested_bytes(INGESTED)
    assert read_ingested(body) == INGESTED
    assert rfc8785.dumps(json.loads(body)) == body


@pytest.mark.parametrize("name", [field.name for field in fields(r.Ingested)])
def test_an_ingest_record_commits_to_every_field(name):
    other = {"at": LATER, "root": b"x", "previous": b"x", "tallies": (), "detail": b"x"}.get(name, 99)
    assert ingested_bytes(replace(INGESTED, **{name: other})) != ingested_bytes(INGESTED)


NO_INGEST = {
    "nothing": b"",
    "null": b"null",
    "a list": b"[]",
    "an empty object": b"{}",
    "a record": record_bytes(SAMPLES[0]),
    "a time that is none": ingested_bytes(INGESTED).replace(b"2031", b"year"),
    **BOTTOMLESS,
}


@pytest.mark.parametrize("body", NO_INGEST.values(), ids=NO_INGEST.keys())
def test_what_is_no_ingest_record_is_refused(body):
    with pytest.raises(NotTheFormat):
        read_ingested(body)


def test_an_ingest_record_written_before_anything_was_judged_has_no_detail():
    before = json.loads(ingested_bytes(INGESTED))
    del before["detail"], before["ledger_size"]
    assert read_ingested(json.dumps(before).encode()) == replace(INGESTED, detail=b"", ledger_size=0)


# --- what an ingest judged ------------------------------------------------------------------------------

NOTHING_JUDGED = r.IngestDetail()
PARTS = [field.name for field in fields(r.IngestDetail)]


@pytest.mark.parametrize("detail", [DETAIL, NOTHING_JUDGED], ids=["full", "empty"])
def test_what_an_ingest_judged_is_read_as_it_was_written_and_has_one_spelling(detail):
    body = detail_bytes(detail)
    assert read_detail(body) == detail
    assert rfc8785.dumps(json.loads(body)) == body
    assert detail_bytes(read_detail(body)) == body


def test_the_full_sample_is_full():
    assert all(getattr(DETAIL, name) for name in PARTS)


def test_the_bytes_of_a_detail_never_change_while_the_ledger_lives():
    assert detail_bytes(r.IngestDetail(contacts=(r.Contact("fitting_1", AT),))) == (
        b'{"contacts":[{"contact_at":"2031-03-03T09:00:00.123000Z","fitting_id":"fitting_1","newest_fix_at":null}],'
        b'"device_watches":[],"ended":[],"raised":[],"tasks":[],"watches":[],"weakened":[]}'
    )


@pytest.mark.parametrize("times", ["", "-1", "253402300800000", "1.5", "1,1", "null"])
def test_columns_that_are_no_contacts_are_refused(times):
    heard = b'"heard":[{"contact_at":"2031-03-03T09:00:00Z","fittings":["fitting_1"],"newest_fix_ms":[%s]}]}'
    body = detail_bytes(NOTHING_JUDGED)[:-1] + b"," + heard
    assert read_detail(body % b"253402300799999").heard[0].fittings == ("fitting_1",)
    with pytest.raises(NotTheFormat):
        read_detail(body % times.encode())


def test_contacts_of_nobody_are_none():
    with pytest.raises(IllegalValue):
        r.HeardTogether(AT, (), ())


@pytest.mark.parametrize("part", PARTS)
def test_each_part_of_what_was_judged_comes_back_alone(part):
    alone = replace(NOTHING_JUDGED, **{part: getattr(DETAIL, part)})
    assert read_detail(detail_bytes(alone)) == alone
    assert detail_bytes(alone) not in (detail_bytes(DETAIL), detail_bytes(NOTHING_JUDGED))


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_is_not_there_is_empty(part):
    plain = json.loads(detail_bytes(DETAIL))
    del plain[part]
    assert read_detail(json.dumps(plain).encode()) == replace(DETAIL, **{part: ()})


@pytest.mark.parametrize("part", PARTS)
def test_a_detail_with_a_time_without_a_zone_is_not_the_format(part):
    body = detail_bytes(replace(NOTHING_JUDGED, **{part: getattr(DETAIL, part)}))
    assert without_zones(body) != body
    with pytest.raises(NotTheFormat):
        read_detail(without_zones(body))


NO_DETAIL = {
    "nothing": b"",
    "null": b"null",
    "a list": b"[]",
    "a part that is null": b'{"watches":null}',
    "a part that is an object": b'{"raised":{}}',
    "a matter that is none": detail_bytes(DETAIL).replace(b'"tamper"', b'"character"'),
    "a weight that is none": detail_bytes(DETAIL).replace(b'"adverse"', b'"guilty"'),
    "a reason that is none": detail_bytes(DETAIL).replace(b'"late_fix"', b'"whim"'),
    "a time that is none": detail_bytes(DETAIL).replace(b"2031", b"year"),
    "a count that is a text": detail_bytes(DETAIL).replace(b'"battery_low":2', b'"battery_low":"two"'),
    **BOTTOMLESS,
    "a bottomless part": b'{"watches":' + b"[" * 200_000,
}


@pytest.mark.parametrize("body", NO_DETAIL.values(), ids=NO_DETAIL.keys())
def test_what_is_no_detail_is_refused_and_not_quoted(body):
    assert body != detail_bytes(DETAIL)
    with pytest.raises(NotTheFormat) as caught:
        read_detail(body)
    assert "alert_1" not in f"{caught.value!r}"


def test_a_detail_holds_no_place():
    words = {key for part in walk(json.loads(detail_bytes(DETAIL))) for key in part}
    assert not words & {"lat", "lon", "lat_e7", "lon_e7", "latitude", "longitude", "geometry", "geometry_sealed"}


def walk(plain):
    """Every object in a document."""
    if isinstance(plain, dict):
        yield plain
    for inner in plain.values() if isinstance(plain, dict) else plain if isinstance(plain, list) else ():
        yield from walk(inner)


# --- entries --------------------------------------------------------------------------------------------

ENTRY = Entry(EntryKind.DECISION_MADE, "officer-bo", "person_1")
DIGEST = sha256(b"").digest()


@pytest.mark.parametrize("kind", EntryKind)
def test_an_entry_of_every_kind_is_read_as_it_was_written(kind):
    read = read_entry(entry_bytes(41, AT, Entry(kind, "officer-bo"), None, DIGEST))
    assert (read.index, read.at, read.kind, read.actor, read.record) == (41, AT, kind, "officer-bo", DIGEST)


def test_the_bytes_of_an_entry_never_change_while_the_ledger_lives():
    handle = bytes(range(16))
    assert entry_bytes(41, AT, ENTRY, handle, DIGEST) == (
        b'{"actor":"officer-bo","at":"2031-03-03T09:00:00.123Z","index":41,"kind":"decision.made",'
        b'"record":"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=","subject":"000102030405060708090a0b0c0d0e0f","v":1}'
    )


def test_an_entry_that_opens_a_log_after_a_restore_says_in_the_open_what_its_record_says():
    entry = Entry(EntryKind.LOG_REOPENED, "officer-ana")
    body = entry_bytes(32, AT, entry, None, DIGEST, REOPENED)
    assert read_entry(body).reopens == REOPENED
    assert json.loads(body)["reopens"]["closed"] == {
        "origin": "custodiet.example/test",
        "size": 41,
        "root": base64.b64encode(BYTES).decode(),
    }
    assert read_entry(entry_bytes(32, AT, entry, None, DIGEST)).reopens is None
    assert b"reopens" not in entry_bytes(32, AT, entry, None, DIGEST)


def test_an_entry_names_its_subject_by_handle_and_never_by_identity():
    body = entry_bytes(0, AT, ENTRY, handle_of(b"k" * 32, 0), DIGEST)
    assert b"person_1" not in body
    assert b"subject" not in entry_bytes(0, AT, Entry(ENTRY.kind, ENTRY.actor), None, DIGEST)


def test_an_entry_commits_to_everything_it_says():
    said = [
        (41, AT, ENTRY, b"h" * 16, DIGEST),
        (42, AT, ENTRY, b"h" * 16, DIGEST),
        (41, AT + timedelta(milliseconds=1), ENTRY, b"h" * 16, DIGEST),
        (41, AT, replace(ENTRY, kind=EntryKind.DECISION_REFUSED), b"h" * 16, DIGEST),
        (41, AT, replace(ENTRY, actor="officer-ana"), b"h" * 16, DIGEST),
        (41, AT, ENTRY, b"i" * 16, DIGEST),
        (41, AT, ENTRY, None, DIGEST),
        (41, AT, ENTRY, b"h" * 16, DIGEST[::-1]),
    ]
    assert len({entry_bytes(*one) for one in said}) == len(said)


NO_ENTRY = {
    "nothing": b"",
    "null": b"null",
    "a list": b"[]",
    "an empty object": b"{}",
    "a record": record_bytes(SAMPLES[0]),
    "a kind that is none": entry_bytes(1, AT, ENTRY, None, DIGEST).replace(b"decision.made", b"decision.unmade"),
    "a time that is none": entry_bytes(1, AT, ENTRY, None, DIGEST).replace(b"2031", b"year"),
    "a time without a zone": entry_bytes(1, AT, ENTRY, None, DIGEST).replace(b"123Z", b"123"),
    "another version": entry_bytes(1, AT, ENTRY, None, DIGEST).replace(b'"v":1', b'"v":2'),
    "a version that is a text": entry_bytes(1, AT, ENTRY, None, DIGEST).replace(b'"v":1', b'"v":"one"'),
    "no version at all, null": entry_bytes(1, AT, ENTRY, None, DIGEST).replace(b'"v":1', b'"v":null'),
    **BOTTOMLESS,
    "a digest that is none": entry_bytes(1, AT, ENTRY, None, DIGEST).replace(base64.b64encode(DIGEST), b"!"),
}


def test_every_spoilt_entry_above_is_spoilt():
    whole = entry_bytes(1, AT, ENTRY, None, DIGEST)
    read_entry(whole)
    assert whole not in NO_ENTRY.values()
    assert ingested_bytes(INGESTED) not in NO_INGEST.values()


@pytest.mark.parametrize("body", NO_ENTRY.values(), ids=NO_ENTRY.keys())
def test_what_is_no_entry_is_refused(body):
    with pytest.raises(NotTheFormat):
        read_entry(body)


# --- handles and digests --------------------------------------------------------------------------------


def test_one_person_has_another_handle_in_every_entry():
    handles = {handle_of(b"k" * 32, index) for index in range(500)}
    assert len(handles) == 500
    assert {len(handle) for handle in handles} == {16}


def test_a_place_that_stands_again_after_a_restore_has_another_handle():
    handles = {handle_of(b"k" * 32, 7), *(handle_of(b"k" * 32, 7, log) for log in ("a.example/1", "a.example/2"))}
    assert len(handles) == 3


def test_two_people_have_different_handles_in_the_same_entry():
    assert handle_of(b"k" * 32, 7) != handle_of(b"l" * 32, 7)
    assert handle_of(b"k" * 32, 7) == handle_of(b"k" * 32, 7)


def test_a_digest_cannot_be_tried_without_its_salt():
    body = record_bytes(SAMPLES[0])
    assert record_digest(b"a" * 16, body) != record_digest(b"b" * 16, body)
    assert record_digest(b"a" * 16, body) == record_digest(b"a" * 16, body)
    assert record_digest(b"a" * 16, body) not in (sha256(body).digest(), sha256(b"a" * 16 + body).digest())


def test_a_digest_commits_to_its_record():
    digests = {record_digest(b"a" * 16, record_bytes(sample)) for sample in SAMPLES}
    assert len(digests) == len(SAMPLES)


def without_zones(body):
    return re.sub(rb"(T\d\d:\d\d:\d\d(\.\d+)?)Z", rb"\1", body)


@pytest.mark.parametrize(
    "sample",
    [one for one in SAMPLES if without_zones(record_bytes(one)) != record_bytes(one)],
    ids=lambda one: type(one).__name__,
)
def test_a_record_with_a_time_without_a_zone_is_not_the_format(sample):
    with pytest.raises(NotTheFormat):
        read_record(without_zones(record_bytes(sample)))


def test_nor_is_an_ingest_record_with_such_a_time():
    with pytest.raises(NotTheFormat):
        read_ingested(without_zones(ingested_bytes(INGESTED)))
