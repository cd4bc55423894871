"""The vault's own picture of what agencies asked for and who said yes, by the entries it followed itself.

As flows/in_vault/looking.py: what somebody wrote who could not is followed, stands in the ledger, and gives nothing.
"""

from dataclasses import replace
from datetime import datetime

from custodiet.flows.in_vault.looking import Officers
from custodiet.model.disclosure import AgencyRequest, Release, Requested
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
from custodiet.model.errors import OpeningRefused
from custodiet.model.identity import ActorId, CaseId, RequestId
from custodiet.model.record import Record
from custodiet.rules.disclosing import gives_no_more


class Disclosing:
    """Follows records; answers what stands of a request."""

    def __init__(self) -> None:
        self._standing: dict[RequestId, Requested] = {}
        self._in: dict[CaseId, list[RequestId]] = {}
        self._case_of: dict[RequestId, CaseId] = {}
        """Whose each request is, whether or not it is believed."""

    def believe(self, record: Record, at: datetime, officers: Officers) -> None:
        """Keep what a record says of disclosing. `at`: its entry's time. Raises KeyError for what nothing made."""
        match record:
            case AgencyAsked(request):
                self._ask(request, at, officers)
            case ReleaseApproved(release):
                self._release(release, at, officers)
            case AgencyRefused(request_id, codes, _, by):
                self._change(request_id, refused_at=at, refused_by=by, codes=codes)
            case PackRecalled(request_id, because):
                self._change(request_id, recalled_at=at, recalled_as=because)
            case ReleaseAssessed(request_id, upheld):
                self._change(request_id, assessed_at=at, upheld=upheld)
            case _:
                pass

    def standing(self, request_id: RequestId) -> Requested | None:
        """A request as it stands; None for one that is not believed."""
        return self._standing.get(request_id)

    def waiting(self, case_id: CaseId, at: datetime) -> tuple[AgencyRequest, ...]:
        """Requests about a case that wait for their second person."""
        mine = (self._standing[one] for one in self._in.get(case_id, ()))
        return tuple(one.request for one in mine if one.waits(at))

    def case_of(self, record: Record) -> CaseId | None:
        """Whose a record of disclosing is; None for another one. Raises KeyError for a request that nobody made."""
        match record:
            case AgencyAsked(told) | PackGiven(told):
                return told.case_id
            case AgencyTurnedAway(case_id=case_id):
                return case_id
            case ReleaseApproved(release):
                return self._case_of[release.request_id]
            case AgencyRefused() | PackReceived() | PackRecalled() | ReleaseAssessed():
                return self._case_of[record.request_id]
            case _:
                return None

    def _ask(self, request: AgencyRequest, at: datetime, officers: Officers) -> None:
        if request.id in self._case_of:
            raise OpeningRefused("an entry makes again what an entry before it has made")
        self._case_of[request.id] = request.case_id
        if request.asked_at == at and officers.may_ask(request.asked_by, request.case_id, at):
            self._standing[request.id] = Requested(request)
            self._in.setdefault(request.case_id, []).append(request.id)

    def _release(self, release: Release, at: datetime, officers: Officers) -> None:
        case_id = self._case_of[release.request_id]
        standing = self._standing.get(release.request_id)
        if standing is None or not standing.waits(at) or release.approved_at != at:
            return
        asked = standing.request
        if (
            gives_no_more(release, asked)
            and release.approved_by != asked.asked_by
            and officers.may_approve(release.approved_by, case_id, at)
        ):
            self._change(release.request_id, release=release)

    def _change(self, request_id: RequestId, **changes: object) -> None:
        if request_id in self._standing:
            self._standing[request_id] = replace(self._standing[request_id], **changes)  # type: ignore[arg-type]


def by_of(record: Record) -> ActorId | None:
    """The account that a record of disclosing shows; None for another one."""
    match record:
        case AgencyAsked(request):
            return request.asked_by
        case ReleaseApproved(release):
            return release.approved_by
        case PackGiven(pack):
            return pack.by
        case AgencyRefused() | AgencyTurnedAway() | PackReceived() | PackRecalled() | ReleaseAssessed() | SampleDrawn():
            return record.by
        case _:
            return None
