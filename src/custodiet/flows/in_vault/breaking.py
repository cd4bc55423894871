"""The vault's own picture of looks that somebody took alone, by the entries it followed itself.

As flows/in_vault/looking.py: what somebody wrote who could not is followed, stands in the ledger, and gives nothing.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from custodiet.model.errors import OpeningRefused
from custodiet.model.glass import Broken
from custodiet.model.glass_record import GlassAssessed, GlassBroken
from custodiet.model.identity import ActorId, CaseId, GlassId, PersonId
from custodiet.model.record import Record


class Alone(Protocol):
    """Who may look alone into a case, and who may say afterwards whether it was needed."""

    def may_break(self, actor: ActorId, case_id: CaseId, at: datetime) -> bool: ...
    def may_assess(self, actor: ActorId, case_id: CaseId, at: datetime) -> bool: ...


class Breaking:
    """Follows records; answers how often somebody looked alone, and what was said of it."""

    def __init__(self) -> None:
        self._broken: dict[GlassId, Broken] = {}
        self._about: dict[GlassId, PersonId] = {}
        self._believed: set[GlassId] = set()

    def believe(self, record: Record, at: datetime, alone: Alone, about: PersonId | None) -> None:
        """Keep what a record says of it. `at`: when its entry was written, and never before the one before it.

        Raises KeyError for what nothing before made.
        """
        match record:
            case GlassBroken(glass) if about is not None:
                if glass.id in self._broken:
                    raise OpeningRefused("an entry makes again what an entry before it has made")
                self._broken[glass.id], self._about[glass.id] = Broken(replace(glass, at=at)), about
                if glass.at == at and alone.may_break(glass.by, glass.case_id, at):
                    self._believed.add(glass.id)
            case GlassAssessed(glass_id, upheld, _, by):
                broken = self._broken[glass_id]
                another = by != broken.glass.by and alone.may_assess(by, broken.glass.case_id, at)
                if another and broken.assessed_at is None:
                    self._broken[glass_id] = replace(broken, assessed_at=at, assessed_by=by, upheld=upheld)
            case _:
                pass

    def case_of(self, glass_id: GlassId) -> CaseId:
        """Whose data it was. Raises KeyError for what no entry has told of."""
        return self._broken[glass_id].glass.case_id

    def standing(self, glass_id: GlassId) -> Broken | None:
        """One as it stands; None for what no entry has told of."""
        return self._broken.get(glass_id)

    def is_believed(self, glass_id: GlassId) -> bool:
        """Whether it was by somebody who could, at its time."""
        return glass_id in self._believed

    def before(self, glass_id: GlassId) -> tuple[Collection[Broken], Collection[Broken]]:
        """All that were before this one: by the same account, and about the same person."""
        mine = self._broken[glass_id].glass
        earlier = []
        for one in self._broken.values():
            if one.glass.id == glass_id:
                break
            if one.glass.id in self._believed:
                earlier.append(one)
        about = [one for one in earlier if self._about[one.glass.id] == self._about[glass_id]]
        return [one for one in earlier if one.glass.by == mine.by], about
