"""Write a scheme's assessment, and what stands beside it: consultations, advice, departures, prior consultation."""

from collections.abc import Collection

from custodiet.flows.keep_register import cut_short
from custodiet.flows.ports import Acting, Store
from custodiet.flows.refusing import refuse_if
from custodiet.flows.scheme_now import dpia_at
from custodiet.model.dpia import Consultation, Departure, Dpia, DpoAdvice, PriorConsultation
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.errors import NotFound, NotPermitted
from custodiet.model.identity import ActorId, SchemeId
from custodiet.model.mode import ModeCode
from custodiet.model.record import (
    AdviceDeparted,
    ConsultationRecorded,
    DpiaWritten,
    DpoAdvised,
    PriorConsultationRecorded,
)
from custodiet.rules.dpia import objections_to_writing, reassessed_by, written


def write_dpia(
    store: Store, dpia: Dpia, by: ActorId, *, assessed: Collection[ModeCode], after: int | None = None
) -> int:
    """Keep the next version. `assessed`: the operations that were assessed anew, for the newest register.

    `after`: the version that the author had before them (0: none), where only a part of it was written anew.
    Operations of which it says something else than before go into re-assessment at once; the others go on. Raises
    NotPermitted with every objection. The ledger index.
    """
    with store.acting() as act:
        versions = act.registers(dpia.scheme_id)
        if not versions:
            raise NotPermitted(
                "no_register: an assessment rests on a register, and the scheme has none yet; keep a register first"
            )
        register = versions[-1].register
        refuse_if(objections_to_writing(dpia, register, assessed, by))
        before = dpia_at(act, dpia.scheme_id)
        _still(after, 0 if before is None else before.version)
        kept = written(dpia, register, assessed, before, act.now)
        changed = () if before is None else reassessed_by(before, kept)
        cut = cut_short(act.activations(dpia.scheme_id), changed, act.now)
        return act.write(Entry(EntryKind.DPIA_WRITTEN, by), DpiaWritten(kept, cut))


def advise(store: Store, scheme_id: SchemeId, by: ActorId, text: str, *, proceed: bool, on: int | None = None) -> int:
    """The data protection officer's advice on the newest version. Raises NotFound or NotPermitted. The ledger index.

    `on`: the version that they read.
    """
    with store.acting() as act:
        version = _newest(act, scheme_id).version
        _still(on, version)
        advice = DpoAdvice(version, by, act.now, text, proceed)
        return act.write(Entry(EntryKind.DPO_ADVISED, by), DpoAdvised(scheme_id, advice))


def depart_from_advice(store: Store, scheme_id: SchemeId, by: ActorId, reasons: str, *, on: int | None = None) -> int:
    """Go on against the advice on the newest version, and say why. `on`: the version they read. The ledger index."""
    with store.acting() as act:
        dpia = _newest(act, scheme_id)
        _still(on, dpia.version)
        advice = dpia.advice
        if advice is None or advice.proceed:
            raise NotPermitted(
                "nothing_to_depart_from: no advice against it was given on this version; "
                "it can go on without a departure; or wait for advice on this version"
            )
        if advice.by == by:
            raise NotPermitted("own_advice: nobody departs from their own advice; an authorising officer can")
        record = AdviceDeparted(scheme_id, Departure(dpia.version, by, act.now, reasons))
        return act.write(Entry(EntryKind.ADVICE_DEPARTED, by), record)


def record_consultation(store: Store, scheme_id: SchemeId, consultation: Consultation, by: ActorId) -> int:
    """What those affected said, or why they were not asked. The ledger index."""
    with store.acting() as act:
        known = {one.code for version in act.registers(act.scheme(scheme_id).id) for one in version.register.people}
        against = tuple(
            f"nobody_such: {code} is no class of people of this scheme; "
            "a class that the register names; the register can name more"
            for code in consultation.of
            if code not in known
        )
        asked, not_asked = (
            consultation.how.strip() and consultation.views.strip(),
            consultation.not_asked_because.strip(),
        )
        if not asked and not not_asked:
            against += (
                "empty: it does not say how they were asked and what they said, nor why they were not; one of the two",
            )
        if consultation.at > act.now:
            against += ("ahead: this has not happened yet; record it once it has",)
        refuse_if(against)
        record = ConsultationRecorded(scheme_id, consultation)
        return act.write(Entry(EntryKind.CONSULTATION_RECORDED, by), record)


def record_prior_consultation(store: Store, prior: PriorConsultation, scheme_id: SchemeId, by: ActorId) -> int:
    """That the regulator was consulted on the newest version, or what it answered. The ledger index."""
    with store.acting() as act:
        dpia = _newest(act, scheme_id)
        against: tuple[str, ...] = ()
        if prior.version != dpia.version:
            against += (
                (
                    "another_version: what was consulted on is not the newest assessment; "
                    "consult on the newest one, or keep again the one that was consulted on"
                ),
            )
        if (prior.answered_at is None) != (not prior.outcome.strip()):
            against += (
                (
                    "half_an_answer: an answer has a date and an outcome; "
                    "both; or neither, and the question alone is recorded"
                ),
            )
        if prior.answered_at is not None and not prior.asked_at <= prior.answered_at <= act.now:
            against += (
                (
                    "out_of_time: an answer comes after the question, and not from the future; "
                    "the days on which it was asked and answered"
                ),
            )
        refuse_if(against)
        return act.write(Entry(EntryKind.REGULATOR_CONSULTED, by), PriorConsultationRecorded(scheme_id, prior))


def _still(version: int | None, newest: int) -> None:
    """Raises NotPermitted when the version that someone had before them is not the newest any more."""
    if version is not None and version != newest:
        raise NotPermitted("changed_since: someone wrote another version meanwhile; read that one first")


def _newest(act: Acting, scheme_id: SchemeId) -> Dpia:
    dpia = dpia_at(act, act.scheme(scheme_id).id)
    if dpia is None:
        raise NotFound("the scheme has no assessment yet")
    return dpia
