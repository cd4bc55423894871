"""The vault's own picture of who asked to look and who said yes, by the entries it followed itself.

A request by somebody without the case in sight, or a yes by somebody who is no authorising officer of its scheme, who
has a conflict of interest or who asked themselves, gives nobody anything here, whatever the tables say. It is followed
all the same: it stands in the ledger, and the person sees who wrote it.
"""

from dataclasses import replace
from datetime import datetime
from typing import Protocol

from custodiet.model.errors import OpeningRefused
from custodiet.model.identity import ActorId, CaseId, LookUpId, PersonId
from custodiet.model.look_record import LookUpApproved, LookUpAsked, LookUpEnded, LookUpRefused, QuestionAsked
from custodiet.model.look_up import Grant, LookUp, Standing
from custodiet.model.record import Record
from custodiet.rules.access import within


class Officers(Protocol):
    """Who may ask about a case, and who may say yes, at an instant."""

    def may_ask(self, actor: ActorId, case_id: CaseId, at: datetime) -> bool: ...
    def may_approve(self, actor: ActorId, case_id: CaseId, at: datetime) -> bool: ...


class Looking:
    """Follows records; answers what stands of a look-up, and when questions were asked."""

    def __init__(self) -> None:
        self._standing: dict[LookUpId, Standing] = {}
        self._in: dict[CaseId, list[LookUpId]] = {}
        self._questions: dict[PersonId, list[tuple[int, datetime]]] = {}
        self.case_of: dict[LookUpId, CaseId] = {}
        """Whose each request is, whether or not it is believed. KeyError for one that nobody made."""

    def believe(self, record: Record, index: int, at: datetime, officers: Officers, about: PersonId | None) -> None:
        """Keep what a record says of looking. `at`: its entry's time. Raises KeyError for what nothing before made."""
        match record:
            case LookUpAsked(look_up):
                self._ask(look_up, at, officers)
            case LookUpApproved(grant):
                self._approve(grant, at, officers)
            case LookUpRefused(look_up_id, because, _, by):
                self._change(look_up_id, refused_at=at, refused_by=by, refused_because=because)
            case LookUpEnded(look_up_id, _, by):
                self._change(look_up_id, ended_at=at, ended_by=by)
            case QuestionAsked() if about is not None:
                self._questions.setdefault(about, []).append((index, at))
            case _:
                pass

    def standing(self, look_up_id: LookUpId) -> Standing | None:
        """A look-up as it stands; None for one that is not believed."""
        return self._standing.get(look_up_id)

    def waits(self, case_id: CaseId, at: datetime) -> bool:
        """Whether a request about a case waits for its second person."""
        return bool(self.waiting(case_id, at))

    def waiting(self, case_id: CaseId, at: datetime) -> tuple[LookUp, ...]:
        """Those that do."""
        mine = (self._standing[one] for one in self._in.get(case_id, ()))
        return tuple(one.look_up for one in mine if one.waits(at))

    def questions_before(self, person_id: PersonId, index: int) -> tuple[datetime, ...]:
        """When questions about a person were asked, before the one at that place."""
        return tuple(at for place, at in self._questions.get(person_id, ()) if place < index)

    def _ask(self, look_up: LookUp, at: datetime, officers: Officers) -> None:
        if look_up.id in self.case_of:
            raise OpeningRefused("an entry makes again what an entry before it has made")
        self.case_of[look_up.id] = look_up.case_id
        if look_up.asked_at == at and officers.may_ask(look_up.asked_by, look_up.case_id, at):
            self._standing[look_up.id] = Standing(look_up)
            self._in.setdefault(look_up.case_id, []).append(look_up.id)

    def _approve(self, grant: Grant, at: datetime, officers: Officers) -> None:
        case_id = self.case_of[grant.look_up_id]
        standing = self._standing.get(grant.look_up_id)
        if standing is None or not standing.waits(at) or grant.approved_at != at:
            return
        asked = standing.look_up
        narrow = within(grant.window, asked.window) and grant.precision.shows_no_more_than(asked.precision)
        if narrow and grant.approved_by != asked.asked_by and officers.may_approve(grant.approved_by, case_id, at):
            self._change(grant.look_up_id, grant=grant)

    def _change(self, look_up_id: LookUpId, **changes: object) -> None:
        if look_up_id in self._standing:
            self._standing[look_up_id] = replace(self._standing[look_up_id], **changes)  # type: ignore[arg-type]
