"""What the record of model/training_record.py writes, under the promise of rules/tables.py."""

from custodiet.model.change import Insert, RowChange
from custodiet.model.training_record import TrainingRecorded
from custodiet.rules.row import row_of

RECORDS: tuple[type, ...] = (TrainingRecorded,)
"""The records whose rows are told here."""


def training_changes(record: TrainingRecorded, index: int) -> tuple[RowChange, ...]:
    """The row changes of one of these records at its place in the ledger."""
    return (Insert("staff_training", {**row_of(record), "entry": index}),)
