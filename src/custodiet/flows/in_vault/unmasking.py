"""The vault's own picture of what was asked to be unmasked and who said yes, by the entries it followed itself.

As flows/in_vault/looking.py: what somebody wrote who could not is followed, stands in the ledger, and gives nothing.
"""

from dataclasses import replace
from datetime import datetime

from custodiet.flows.in_vault.looking import Looking, Officers
from custodiet.model.condition import Interval
from custodiet.model.errors import OpeningRefused
from custodiet.model.identity import ActorId, CaseId, LookUpId, UnmaskId
from custodiet.model.look_record import ReadingOpened
from custodiet.model.record import Record
from custodiet.model.unmask import Unmask, Unmasking, UnmaskYes
from custodiet.model.unmask_record import UnmaskApproved, UnmaskAsked, UnmaskedOpened, UnmaskRefused
from custodiet.rules.access import within
from custodiet.rules.unmasking import who_may_not_answer


class Unmaskings:
    """Follows records; answers what stands of a request to unmask."""

    def __init__(self, looking: Looking) -> None:
        self._looking = looking
        self._standing: dict[UnmaskId, Unmasking] = {}
        self._in: dict[CaseId, list[UnmaskId]] = {}
        self._case_of: dict[UnmaskId, CaseId] = {}
        """Whose each request is, whether or not it is believed."""
        self._read: dict[LookUpId, list[Interval]] = {}

    def believe(self, record: Record, at: datetime, officers: Officers) -> None:
        """Keep what a record says of unmasking. `at`: its entry's time. Raises KeyError for what nothing made."""
        match record:
            case ReadingOpened(reading):
                self._read.setdefault(reading.look_up_id, []).append(reading.window)
            case UnmaskAsked(unmask):
                self._ask(unmask, at, officers)
            case UnmaskApproved(yes):
                self._approve(yes, at, officers)
            case UnmaskRefused(unmask_id, because, _, by):
                self._change(unmask_id, refused_at=at, refused_by=by, refused_because=because)
            case _:
                pass

    def standing(self, unmask_id: UnmaskId) -> Unmasking | None:
        """A request as it stands; None for one that is not believed."""
        return self._standing.get(unmask_id)

    def waiting(self, case_id: CaseId, at: datetime) -> tuple[Unmask, ...]:
        """Requests about a case that wait for their third person."""
        mine = (self._standing[one] for one in self._in.get(case_id, ()))
        return tuple(one.unmask for one in mine if self._waits(one, at))

    def case_of(self, record: Record) -> CaseId | None:
        """Whose a record of unmasking is; None for another one. Raises KeyError for a request that nobody made."""
        match record:
            case UnmaskAsked(told) | UnmaskedOpened(told):
                return told.case_id
            case UnmaskApproved(yes):
                return self._case_of[yes.unmask_id]
            case UnmaskRefused(unmask_id):
                return self._case_of[unmask_id]
            case _:
                return None

    def _waits(self, one: Unmasking, at: datetime) -> bool:
        look_up = self._looking.standing(one.unmask.look_up_id)
        return look_up is not None and one.waits(look_up, at)

    def _ask(self, unmask: Unmask, at: datetime, officers: Officers) -> None:
        if unmask.id in self._case_of:
            raise OpeningRefused("an entry makes again what an entry before it has made")
        self._case_of[unmask.id] = unmask.case_id
        look_up = self._looking.standing(unmask.look_up_id)
        if look_up is None or not look_up.is_open(at) or unmask.asked_at != at:
            return
        asked = look_up.look_up
        theirs = (asked.asked_by, asked.case_id) == (unmask.asked_by, unmask.case_id)
        read = any(within(unmask.window, one) for one in self._read.get(unmask.look_up_id, ()))
        if theirs and read and officers.may_ask(unmask.asked_by, unmask.case_id, at):
            self._standing[unmask.id] = Unmasking(unmask)
            self._in.setdefault(unmask.case_id, []).append(unmask.id)

    def _approve(self, yes: UnmaskYes, at: datetime, officers: Officers) -> None:
        case_id = self._case_of[yes.unmask_id]
        one = self._standing.get(yes.unmask_id)
        if one is None or not self._waits(one, at) or yes.approved_at != at:
            return
        look_up = self._looking.standing(one.unmask.look_up_id)
        third = look_up is not None and yes.approved_by not in who_may_not_answer(one.unmask, look_up)
        narrow = within(yes.window, one.unmask.window)
        if third and narrow and officers.may_approve(yes.approved_by, case_id, at):
            self._change(yes.unmask_id, yes=yes)

    def _change(self, unmask_id: UnmaskId, **changes: object) -> None:
        if unmask_id in self._standing:
            self._standing[unmask_id] = replace(self._standing[unmask_id], **changes)  # type: ignore[arg-type]


def by_of(record: Record) -> ActorId | None:
    """The account that a record of unmasking shows; None for another one."""
    match record:
        case UnmaskAsked(unmask):
            return unmask.asked_by
        case UnmaskApproved(yes):
            return yes.approved_by
        case UnmaskedOpened(reading):
            return reading.by
        case UnmaskRefused():
            return record.by
        case _:
            return None
