"""Files with what people said: sealed, opened one by one by an entry of their own, for who has sight of the case."""

from base64 import b64encode
from dataclasses import replace

import pytest
from in_vault.test_verifying import change
from support.house import ANA
from support.staff import AOS, CAI, staffed
from support.watched import bring, bytes_of, desk, kinds_since, ledger_size, watch, whole

from custodiet.adapters import sealing
from custodiet.flows.assess_case import Assessor
from custodiet.flows.attach_file import attach_file
from custodiet.flows.keep_caseload import assign_case
from custodiet.flows.open_case_record import open_attachment, open_case_record
from custodiet.flows.trusting import record_key_of
from custodiet.model.alert import AlertMove, AlertState
from custodiet.model.attachment import AttachedTo, FileType
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.errors import NotFound, NotPermitted, NotTheFormat, OpeningRefused
from custodiet.model.identity import ActorId, SignInId
from custodiet.model.record import CaseRecordGiven
from custodiet.rules.attaching import ATTACHED_MAX
from custodiet.rules.chain import leaf_hash
from custodiet.wire.attachment import file_context, pack_file
from custodiet.wire.records import read_record, record_bytes, record_digest

WORDS = b"Autobus Neunzehn never appeared"
SITTING = SignInId("sitting_1")


class Files:
    def __init__(self, house):
        self.house = house
        alert = watch(house).accused()
        bring(house, alert.id, AlertState.ENQUIRY)
        staffed(house)
        assign_case(house.store, alert.case_id, CAI, AOS)
        self.alert, self.case_id = alert, alert.case_id

    def attach(self, content=WORDS, to=None, about=AttachedTo.ALERT, name="Fahrplan.html", by=CAI):
        house = self.house
        sealing_for = (house.store, house.sealer, house.chance, house.pinned)
        return attach_file(*sealing_for, to or self.alert.id, about, name, content, by)

    def listed(self, sitting=SITTING):
        return open_case_record(self.house.store, self.house.vault, self.case_id, CAI, sitting).files

    def open(self, attachment_id, by=CAI, case_id=None):
        return open_attachment(self.house.store, self.house.vault, case_id or self.case_id, attachment_id, by, SITTING)


@pytest.fixture
def files(house):
    return Files(house)


def test_a_file_is_listed_with_the_case_and_opened_by_an_entry_of_its_own_each_time(house, files):
    before = ledger_size(house)
    kept = files.attach()
    [one] = files.listed()
    assert (one.attachment_id, one.name, one.type, one.thing) == (kept, "Fahrplan.txt", FileType.TEXT, files.alert.id)
    for _ in range(2):
        file = files.open(kept)
        assert (file.name, file.content) == ("Fahrplan.txt", WORDS)
    given = EntryKind.CASE_RECORD_GIVEN
    assert kinds_since(house, before) == [EntryKind.ATTACHMENT_KEPT, given, given, given]
    assert files.listed() == (one,)  # in the same sitting: no entry more
    assert kinds_since(house, before)[4:] == []
    assert whole(house)
    stored = bytes_of(house)
    assert b"Autobus" not in stored
    assert b"Fahrplan" not in stored


def test_it_belongs_to_a_representation_too(house, files):
    said = Assessor(house.store, sealing, house.chance, house.pinned, bytes(32)).represent(
        files.case_id, "made-up words", CAI
    )
    kept = files.attach(to=said, about=AttachedTo.REPRESENTATION)
    assert files.open(kept).content == WORDS


def test_nobody_without_sight_opens_it_and_no_other_case_has_it(house, files):
    kept = files.attach()
    with pytest.raises(NotPermitted):
        files.open(kept, ANA)
    other = house.person("TAG-9")
    assign_case(house.store, other.case.id, CAI, AOS)
    before = ledger_size(house)
    with pytest.raises(NotFound):
        files.open(kept, case_id=other.case.id)
    assert ledger_size(house) == before


def test_what_may_not_be_attached_leaves_nothing(house, files):
    before = ledger_size(house)
    with pytest.raises(NotTheFormat):
        files.attach(b"%PDF-1.7")
    with pytest.raises(NotPermitted):
        files.attach(by=ActorId("clock"))
    with pytest.raises(NotFound):
        files.attach(to="alert_none")
    desk(house).move(files.alert.id, AlertMove.EXCUSE, ANA, "made-up reasons")
    with pytest.raises(NotPermitted, match="no_enquiry"):
        files.attach()
    assert ledger_size(house) == before + 1


def test_ten_are_the_most(house, files):
    for _ in range(ATTACHED_MAX):
        files.attach()
    with pytest.raises(NotPermitted, match="too_many_files"):
        files.attach()


def test_the_vault_by_itself_gives_no_file_as_another_cases(house, files):
    kept, other = files.attach(), house.person("TAG-9")
    assign_case(house.store, other.case.id, CAI, AOS)
    with house.store.acting() as act:
        asked = CaseRecordGiven(other.case.id, CAI, SITTING, kept)
        index = act.write(Entry(EntryKind.CASE_RECORD_GIVEN, CAI, other.case.person_id), asked)
    with pytest.raises(OpeningRefused, match="no such file"):
        list(house.vault.open(index))


def test_a_file_that_was_exchanged_in_the_store_stays_shut(house, files):
    """Sealed by the person's public key, as anyone with the database can, and every digest made anew."""
    kept = files.attach()
    files.listed()
    index = ledger_size(house) - 2
    with house.store.reading() as view:
        [row] = view.entries(index, 1)
        person_id = view.case(files.case_id).person_id
        public = record_key_of(view, house.pinned, person_id)
    before = read_record(row.record)
    forged = sealing.seal_to(public, pack_file(b"forged"), file_context(person_id, kept))
    record = record_bytes(replace(before, attachment=replace(before.attachment, sealed=forged)))
    digests = [b64encode(record_digest(row.salt, one)) for one in (row.record, record)]
    body = row.body.replace(*digests)
    assert body != row.body
    change(
        house,
        (f"UPDATE record SET body = ? WHERE idx = {index}", record),
        (f"UPDATE entry SET body = ?, leaf = ? WHERE idx = {index}", body, leaf_hash(body)),
    )
    with pytest.raises(OpeningRefused, match="not the one that was followed"):
        files.open(kept)
