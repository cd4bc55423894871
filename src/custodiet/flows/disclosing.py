"""An agency asks, a second person says yes or no, a pack is made for one recipient: decided, recorded, then opened.

Every request is recorded, and so is why it was refused, in one transaction. Each pack is decided again inside the
transaction that appends its entry; the vault then decides by itself.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from custodiet.flows.assess_case import Assessor
from custodiet.flows.looking import ground_in, record_refusal, write_about
from custodiet.flows.ports import Acting, Chance, Reading, Store, Vault
from custodiet.flows.refusing import codes_of, refuse_if
from custodiet.flows.scheme_now import register_at
from custodiet.flows.tasks import complete_raised_in, new_task
from custodiet.model.case import Task, TaskKind
from custodiet.model.condition import Interval
from custodiet.model.disclosure import (
    ASSESS_WITHIN,
    PACK_WITHIN,
    AgencyRequest,
    Basis,
    Cut,
    Pack,
    Packed,
    RecalledAs,
    RefusedAs,
    Release,
    Verified,
    Wanted,
)
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
from custodiet.model.entry import Entry
from custodiet.model.identity import ActorId, CaseId, RequestId, SampleId, SchemeId
from custodiet.model.look_up import Attempt, Precision
from custodiet.model.record import kind_of
from custodiet.model.register import Recipient
from custodiet.model.times import month_of
from custodiet.rules.disclosing import (
    first_under,
    looked_at,
    objections_to_assessing,
    objections_to_pack,
    objections_to_recall,
    objections_to_receipt,
    objections_to_release,
    objections_to_request,
    objections_to_sampling,
    objections_to_turning_down,
    objections_to_wanting,
    sampled,
)
from custodiet.wire.pack import read_packed

MONTH_MAX = 10_000
"""So many requests of a month are drawn from at most."""


def take_request(
    store: Store,
    assessor: Assessor,
    chance: Chance,
    case_id: CaseId,
    by: ActorId,
    *,
    recipient: str,
    purpose: str,
    verified: Verified,
    signed_at: datetime | None,
    urgent: bool,
    window: Interval,
    precision: Precision,
    cut: Cut,
    recipient_key: str,
    said: str,
    basis: Basis = Basis.REQUEST,
    order: str = "",
) -> RequestId:
    """Take an agency's request down, or a court's order. It waits for a second person.

    Raises NotPermitted with every objection: the request and its refusal are recorded first. `said` and `order`, which
    names the court's order where it rests on one, are sealed.
    """
    request_id = RequestId(chance.identity("request"))
    with store.acting() as act:
        person_id = act.case(case_id).person_id
        sealed = assessor.seal(act, person_id, said)
        order_sealed = assessor.seal(act, person_id, order) if basis is Basis.COURT_ORDER else b""
        request = AgencyRequest(
            *(request_id, case_id, recipient, purpose, verified, signed_at, urgent, window, precision, cut),
            recipient_key=recipient_key,
            said_sealed=sealed,
            asked_by=by,
            asked_at=act.now,
            basis=basis,
            order_sealed=order_sealed,
        )
        ground, recipients = ground_in(act, case_id, act.now), recipients_in(act, case_id, act.now)
        against = objections_to_request(request, said, ground, recipients, act.now, order)
        write_about(act, case_id, AgencyAsked(request), by)
        if against:
            write_about(act, case_id, AgencyRefused(request_id, codes_of(against), act.now, by), by)
    refuse_if(against)
    return request_id


def turn_away(store: Store, scheme_id: SchemeId, wanted: Wanted, by: ActorId, case_id: CaseId | None = None) -> int:
    """An agency wanted what nobody gives: recorded, and always refused. Raises NotPermitted.

    About a case it is recorded in the case's own scheme, whichever was named.
    """
    with store.acting() as act:
        case = None if case_id is None else act.case(case_id)
        of = act.scheme(scheme_id).id if case is None else case.scheme_id
        record = AgencyTurnedAway(of, wanted, act.now, by, case_id)
        index = act.write(Entry(kind_of(record), by, None if case is None else case.person_id), record)
    refuse_if(objections_to_wanting(wanted))
    return index


def not_to_note(scheme_id: SchemeId, wanted: Wanted, by: ActorId) -> Callable[[Acting, tuple[str, ...]], None]:
    """For `Permitted`: that the policy let somebody not so much as note it is recorded too."""

    def refused(act: Acting, against: tuple[str, ...]) -> None:
        record = AgencyTurnedAway(act.scheme(scheme_id).id, wanted, act.now, by, codes=codes_of(against))
        act.write(Entry(kind_of(record), by), record)

    return refused


def approve_release(
    store: Store,
    assessor: Assessor,
    chance: Chance,
    request_id: RequestId,
    by: ActorId,
    *,
    window: Interval | None = None,
    precision: Precision | None = None,
    cut: Cut | None = None,
    words: str = "",
    lasts: timedelta = PACK_WITHIN,
) -> int:
    """The second person's yes, to all of it or to less. The ledger index. Raises NotPermitted, recorded first.

    An urgent one raises the task to assess it afterwards.
    """
    index = -1
    with store.acting() as act:
        standing = act.agency_request(request_id)
        asked = standing.request
        sealed = assessor.seal_if_said(act, act.case(asked.case_id).person_id, words)
        release = Release(
            *(request_id, window or asked.window, precision or asked.precision, cut or asked.cut),
            approved_by=by,
            approved_at=act.now,
            expires_at=act.now + lasts,
            words_sealed=sealed,
        )
        ground, recipients = ground_in(act, asked.case_id, act.now), recipients_in(act, asked.case_id, act.now)
        against = objections_to_release(standing, release, words, ground, recipients, act.now)
        if against:
            record_refusal(act, asked.case_id, Attempt.DISCLOSURE, against, by)
        else:
            tasks: tuple[Task, ...] = ()
            if asked.urgent:
                decision = first_under(asked, release.window, ground, act.now)
                tasks = (new_task(act, chance, decision, TaskKind.ASSESS_DISCLOSURE, act.now + ASSESS_WITHIN),)
            index = write_about(act, asked.case_id, ReleaseApproved(release, tasks), by)
    refuse_if(against)
    return index


def refuse_release(
    store: Store, assessor: Assessor, request_id: RequestId, because: RefusedAs, by: ActorId, words: str = ""
) -> int:
    """A no, with a reason in code and perhaps words (sealed). One person is enough. The ledger index."""
    with store.acting() as act:
        standing = act.agency_request(request_id)
        refuse_if(objections_to_turning_down(standing, by, act.now))
        case_id = standing.request.case_id
        sealed = assessor.seal_if_said(act, act.case(case_id).person_id, words)
        return write_about(act, case_id, AgencyRefused(request_id, (because.value,), act.now, by, sealed), by)


def give_pack(store: Store, vault: Vault, request_id: RequestId, by: ActorId) -> Packed:
    """One pack, encrypted to the request's key. Raises NotPermitted, recorded first; VaultUnavailable; OpeningRefused.

    If we die after the entry, it stands, nothing left, and whoever took the request makes it again.
    """
    index = -1
    with store.acting() as act:
        standing = act.agency_request(request_id)
        case_id = standing.request.case_id
        pack = Pack(request_id, case_id, by, act.now)
        ground, recipients = ground_in(act, case_id, act.now), recipients_in(act, case_id, act.now)
        against = objections_to_pack(standing, pack, ground, recipients, act.now)
        if against or standing.release is None:
            record_refusal(act, case_id, Attempt.DISCLOSURE, against, by)
        else:
            index = write_about(act, case_id, PackGiven(pack, looked_at(standing.request, standing.release)), by)
    refuse_if(against)
    return read_packed(vault.open(index), index)


def record_receipt(store: Store, request_id: RequestId, by: ActorId) -> int:
    """The recipient said that they have it. The ledger index."""
    with store.acting() as act:
        standing = act.agency_request(request_id)
        refuse_if(objections_to_receipt(standing, by))
        return write_about(act, standing.request.case_id, PackReceived(request_id, act.now, by), by)


def recall_pack(store: Store, request_id: RequestId, because: RecalledAs, by: ActorId) -> int:
    """The recipient is told to destroy it. Nothing can be made under the yes any more. The ledger index."""
    with store.acting() as act:
        standing = act.agency_request(request_id)
        refuse_if(objections_to_recall(standing, by))
        return write_about(act, standing.request.case_id, PackRecalled(request_id, because, act.now, by), by)


def assess_release(
    store: Store, assessor: Assessor, request_id: RequestId, by: ActorId, words: str, *, upheld: bool
) -> int:
    """What was urgent, assessed afterwards by a third person; its task is done. The ledger index."""
    with store.acting() as act:
        standing = act.agency_request(request_id)
        refuse_if(objections_to_assessing(standing, words, by))
        case_id = standing.request.case_id
        person_id = act.case(case_id).person_id
        sealed = assessor.seal(act, person_id, words)
        index = write_about(act, case_id, ReleaseAssessed(request_id, upheld, act.now, by, sealed), by)
        complete_raised_in(act, case_id, act.disclosure_steps(request_id)["agency_release"].entry, by)
        return index


def draw_sample(store: Store, chance: Chance, scheme_id: SchemeId, month: datetime, by: ActorId) -> SampleDrawn:
    """Draw from the requests that were taken in the month of an instant, once it is over. Raises NotPermitted."""
    first, after = month_of(month)
    with store.acting() as act:
        named = f"{first:%Y-%m}"
        drawn_before = any(one.month == named for one in act.samples({scheme_id}, MONTH_MAX))
        refuse_if(objections_to_sampling(after, drawn_before, by, act.now))
        found = tuple(one.request.id for one in act.agency_requests_in({scheme_id}, first, after, MONTH_MAX))
        picked = sampled(found, chance.draw(16 * len(found)) if found else b"")
        drawn = SampleDrawn(
            SampleId(chance.identity("sample")), scheme_id, named, len(found), picked, at=act.now, by=by
        )
        act.write(Entry(kind_of(drawn), by), drawn)
        return drawn


def recipients_in(view: Reading, case_id: CaseId, at: datetime) -> tuple[Recipient, ...]:
    """Whom the register in effect lets data of a case be given to."""
    register, _ = register_at(view, view.case(case_id).scheme_id, at)
    return register.recipients
