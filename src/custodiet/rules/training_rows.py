"""What the record of model/training_record.py writes, under the promise of rules/tables.py."""

from custodiet.model.change import Insert
from custodiet.model.training_record import TrainingRecorded
from custodiet.rules.assessing_tables import Changes
from custodiet.rules.notice_tables import changes_of
from custodiet.rules.row import row_of

__all__ = ["changes_of"]


@changes_of.register
def _(record: TrainingRecorded, index: int) -> Changes:
    return (Insert("staff_training", {**row_of(record), "entry": index}),)
