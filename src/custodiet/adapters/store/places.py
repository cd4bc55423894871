"""The table of places that people added: that they did, and not where. Its law stands in migration 0018."""

from sqlalchemy import BigInteger, Column, Index, Table, Text, func, select

from custodiet.adapters.store.columns import of, ref
from custodiet.adapters.store.rows import Rows
from custodiet.adapters.store.tables import metadata
from custodiet.adapters.store.types import UtcMs
from custodiet.model.identity import PersonId

own_place = Table(
    "own_place",
    metadata,
    Column("entry", BigInteger, primary_key=True, autoincrement=False),
    ref("person_id", "person.id"),
    of("at", UtcMs),
    of("by", Text),
)
Index("own_place_by_person", own_place.c.person_id)
PLACED = (own_place,)
"""As tables.REPLAYED."""


class PlaceRows(Rows):
    """The part of flows.ports.Reading that is about places of people's own."""

    def own_places(self, person_id: PersonId) -> int:
        return int(self._one(select(func.count()).where(own_place.c.person_id == person_id), "count")[0])
