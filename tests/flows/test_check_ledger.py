"""The ledger by its hashes: what is wrong is named by its place; a restore is held against the entries before it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from custodiet.flows.back_up import describe_copy
from custodiet.flows.check_ledger import check_ledger
from custodiet.model.entry import Entry, EntryKind
from custodiet.model.errors import OpeningRefused, TableMismatch, VaultUnavailable
from custodiet.model.record import LogHead, LogReopened
from custodiet.model.stored import EntryRow
from custodiet.rules.chain import leaf_hash, root
from custodiet.wire.note import Checkpoint
from custodiet.wire.records import entry_bytes

AT = datetime(2031, 3, 3, 9, 0, tzinfo=UTC)
DIGEST = bytes(32)


def row(index, *, kind=EntryKind.TABLES_VERIFIED, reopens=None, said=None):
    body = entry_bytes(
        index if said is None else said,
        AT + timedelta(seconds=index),
        Entry(kind, "officer-ana"),
        None,
        DIGEST,
        reopens,
    )
    return EntryRow(index, body, leaf_hash(body), None, None)


class View:
    """A ledger of these rows."""

    def __init__(self, rows):
        self.rows = rows

    def entries(self, start, limit):
        return tuple(one for one in self.rows if one.index >= start)[:limit]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def reading(self):
        return self


ROWS = [row(index) for index in range(7)]
ROOT = root([one.leaf for one in ROWS])
HEAD = LogHead("made-up.example", 7, ROOT)
REOPENED = LogReopened("made-up.example/2", b"k", b"i", LogHead("made-up.example", 9, bytes(32)), HEAD, 2, "officer-bo")


def restored(reopened=REOPENED, kind=EntryKind.LOG_REOPENED):
    return [*ROWS, row(7, kind=kind, reopens=reopened), row(8)]


def test_a_whole_ledger_has_nothing_wrong():
    checked = check_ledger(View(ROWS), Checkpoint("made-up.example", 5, root([one.leaf for one in ROWS[:5]])))
    assert (checked.wrong, checked.size, checked.tree.root(), checked.reopened) == ((), 7, ROOT, ())


WRONG = {
    "a changed body": ([*ROWS[:3], replace(ROWS[3], body=ROWS[2].body), *ROWS[4:]], "entry 3 is not what its leaf"),
    "a changed leaf": ([*ROWS[:3], replace(ROWS[3], leaf=bytes(32)), *ROWS[4:]], "entry 3 is not what its leaf says"),
    "another place": ([*ROWS[:3], row(3, said=4), *ROWS[4:]], "entry 3 says it is another"),
    "a gap": ([*ROWS[:3], *ROWS[4:]], "entry 3 is missing"),
    "no entry": ([*ROWS[:3], EntryRow(3, b"{}", leaf_hash(b"{}"), None, None), *ROWS[4:]], "entry 3 is not an entry"),
}


@pytest.mark.parametrize(("rows", "said"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_named_by_its_place(rows, said):
    assert any(text.startswith(said) for text in check_ledger(View(rows), None).wrong)


@pytest.mark.parametrize(
    ("size", "said"), [(8, "8 entries were published, and here are 7"), (5, "the first 5 entries")]
)
def test_a_checkpoint_over_other_entries_is_found(size, said):
    [wrong] = check_ledger(View(ROWS), Checkpoint("made-up.example", size, bytes(32))).wrong
    assert wrong.startswith(said)


def test_a_restore_is_told_with_what_it_closed_kept_and_lost_and_who_ordered_it():
    checked = check_ledger(View(restored()), None)
    assert checked.wrong == ()
    [told] = checked.reopened
    assert told.startswith("by entry 7: made-up.example was closed at 9 entries, 7 of made-up.example were kept, 2 are")
    assert told.endswith("lost; ordered by officer-bo")


OTHERS = {
    "another root": replace(REOPENED, kept=replace(HEAD, root=bytes(32))),
    "another size": replace(REOPENED, kept=replace(HEAD, size=6)),
}


@pytest.mark.parametrize("reopened", OTHERS.values(), ids=OTHERS)
def test_a_restore_that_says_it_kept_other_entries_than_those_before_it_is_found(reopened):
    assert check_ledger(View(restored(reopened)), None).wrong == (
        "entry 7 says that a restore kept other entries than those before it",
    )


@pytest.mark.parametrize(("reopened", "kind"), [(None, EntryKind.LOG_REOPENED), (REOPENED, EntryKind.TABLES_VERIFIED)])
def test_a_restore_that_is_not_said_in_the_open_is_found(reopened, kind):
    assert check_ledger(View(restored(reopened, kind)), None).wrong == (
        "entry 7 does not say in the open what a restore did",
    )


# --- what a backup says of it ---


class Vault:
    """A vault that signs what it is told to have followed; None: it does not answer."""

    def __init__(self, house, head):
        self.house, self.head = house, head

    def checkpoint(self, size=0):
        if self.head is None:
            raise VaultUnavailable("the vault does not answer")
        if isinstance(self.head, str):
            raise OpeningRefused(self.head)
        return self.house.vault_keys.sign_checkpoint(replace(self.head, size=size))


def test_a_backup_bears_the_vaults_word_on_exactly_its_entries(house):
    head = replace(HEAD, origin=house.pinned.origin)
    told = describe_copy(View(ROWS), Vault(house, head), None, house.pinned, alone=False)
    assert (told.size, told.checkpoint.splitlines()[1]) == (7, "7")


def test_a_checkpoint_that_was_published_over_just_these_entries_spares_asking(house):
    note = house.vault_keys.sign_checkpoint(replace(HEAD, origin=house.pinned.origin))
    assert describe_copy(View(ROWS), Vault(house, None), note, house.pinned, alone=False).checkpoint == note


def test_a_vault_that_has_followed_another_ledger_vouches_for_nothing(house):
    other = LogHead(house.pinned.origin, 7, bytes(32))
    with pytest.raises(TableMismatch, match="another ledger"):
        describe_copy(View(ROWS), Vault(house, other), None, house.pinned, alone=True)


def test_a_vault_that_refuses_is_not_passed_over(house):
    with pytest.raises(OpeningRefused):
        describe_copy(View(ROWS), Vault(house, "the ledger is shorter"), None, house.pinned, alone=True)


def test_without_a_vault_there_is_none_unless_it_is_wanted_so(house):
    with pytest.raises(VaultUnavailable):
        describe_copy(View(ROWS), Vault(house, None), None, house.pinned, alone=False)
    assert describe_copy(View(ROWS), Vault(house, None), None, house.pinned, alone=True).checkpoint is None
