"""What the records of model/notice_record.py and model/recording.py write, under the promise of rules/tables.py."""

from custodiet.model.change import Insert, Update
from custodiet.model.notice_record import NoticeServed, TranslationApproved, TranslationChecked, TranslationDrafted
from custodiet.model.recording import RecordingApproved, RecordingKept
from custodiet.rules.assessing_tables import Changes, changes_of
from custodiet.rules.row import row_of

__all__ = ["changes_of"]


@changes_of.register
def _(record: NoticeServed, index: int) -> Changes:
    return (Insert("notice_served", {**row_of(record.served), "entry": index}),)


@changes_of.register
def _(record: TranslationDrafted, index: int) -> Changes:
    return (Insert("translation", {**row_of(record.translation), "entry": index}),)


@changes_of.register
def _(record: TranslationChecked, index: int) -> Changes:  # noqa: ARG001 - the place plays no part
    found = {"checked_by": record.by, "checked_at": record.at, "qualification": record.qualification}
    return (Update("translation", {"id": record.translation_id}, found),)


@changes_of.register
def _(record: TranslationApproved, index: int) -> Changes:  # noqa: ARG001 - the place plays no part
    found = {"approved_by": record.by, "approved_at": record.at}
    return (Update("translation", {"id": record.translation_id}, found),)


@changes_of.register
def _(record: RecordingKept, index: int) -> Changes:
    return (Insert("recording", {**row_of(record.recording), "entry": index}),)


@changes_of.register
def _(record: RecordingApproved, index: int) -> Changes:  # noqa: ARG001 - the place plays no part
    found = {"approved_by": record.by, "approved_at": record.at}
    return (Update("recording", {"id": record.recording_id}, found),)
