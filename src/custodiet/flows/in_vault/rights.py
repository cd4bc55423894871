"""The vault's own picture of rights that are restricted and of suspected misuse, by the entries it followed: who may
read how the one was weighed and what is said of the other.
"""

from datetime import datetime
from typing import Protocol

from custodiet.model.errors import OpeningRefused
from custodiet.model.identity import ActorId, CaseId, MisuseId, RestrictionId
from custodiet.model.misuse import MisuseReport
from custodiet.model.misuse_record import MisuseReported
from custodiet.model.record import Record
from custodiet.model.restricting import Restriction
from custodiet.model.restricting_record import RestrictionAsked
from custodiet.model.staff import Function


class Knowing(Protocol):
    """What of the rest of the vault's picture this part needs."""

    def function_of(self, actor: ActorId, at: datetime) -> Function | None: ...


class Rights:
    """Follows records. One thread at a time."""

    def __init__(self) -> None:
        self._restrictions: dict[RestrictionId, Restriction] = {}
        self._reports: dict[MisuseId, MisuseReport] = {}

    def believe(self, record: Record) -> None:
        """Keep what a record says."""
        if isinstance(record, RestrictionAsked):
            self._restrictions.setdefault(record.restriction.id, record.restriction)
        if isinstance(record, MisuseReported):
            self._reports.setdefault(record.report.id, record.report)

    def case_of(self, restriction_id: RestrictionId) -> CaseId:
        """Whose right it is. Raises KeyError for what no entry has asked for."""
        return self._restrictions[restriction_id].case_id

    def case_reported(self, misuse_id: MisuseId) -> CaseId:
        """In whose case misuse was reported. Raises KeyError for what no entry has reported."""
        return self._reports[misuse_id].case_id

    def report_of(
        self, misuse_id: MisuseId, case_id: CaseId, by: ActorId, at: datetime, known: Knowing
    ) -> tuple[bytes, ...]:
        """What was reported, sealed. Raises OpeningRefused but for a data protection officer who did not report it."""
        one = self._reports.get(misuse_id)
        if one is None or one.case_id != case_id:
            raise OpeningRefused("the case has no such report")
        if known.function_of(by, at) is not Function.DPO or one.by == by:
            raise OpeningRefused("what was reported is for the data protection officer")
        return (one.text_sealed,)

    def weighing_of(
        self, restriction_id: RestrictionId, case_id: CaseId, by: ActorId, at: datetime, known: Knowing
    ) -> tuple[bytes, ...]:
        """What was weighed, part by part, sealed. Raises OpeningRefused for whoever is no data protection officer."""
        one = self._restrictions.get(restriction_id)
        if one is None or one.case_id != case_id:
            raise OpeningRefused("the case has no such restriction")
        if known.function_of(by, at) is not Function.DPO:
            raise OpeningRefused("how a restriction was weighed is for the data protection officer")
        parts = (one.prejudice_sealed, one.vulnerability_sealed, one.rights_sealed, one.proportion_sealed)
        return (*parts, one.untold_sealed) if one.untold_sealed else parts
