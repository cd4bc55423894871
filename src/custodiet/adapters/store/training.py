"""The table of trainings, and views of it. Its law stands in migration 0016."""

from sqlalchemy import BigInteger, Column, Index, Table, Text

from custodiet.adapters.store.columns import of
from custodiet.adapters.store.rows import Rows, noun, rows_where
from custodiet.adapters.store.tables import metadata
from custodiet.adapters.store.types import UtcMs
from custodiet.model.identity import ActorId
from custodiet.model.training_record import TrainingRecorded

staff_training = Table(
    "staff_training",
    metadata,
    Column("entry", BigInteger, primary_key=True),
    of("actor", Text),
    of("trained_at", UtcMs),
    of("by", Text),
    of("at", UtcMs),
)
Index("staff_training_by_actor", staff_training.c.actor)
TRAINED = (staff_training,)
"""As tables.REPLAYED."""


class TrainingRows(Rows):
    """The part of flows.ports.Reading that is about training."""

    def trainings_of(self, actor: ActorId) -> tuple[TrainingRecorded, ...]:
        one = staff_training.c
        rows = self._all(rows_where(one.actor, by=(one.trained_at, one.entry)), actor=actor)
        return tuple(noun(TrainingRecorded, row) for row in rows)
