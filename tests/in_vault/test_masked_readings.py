"""A stay near a flagged place does not come out of the vault, whichever window asks; the person's own copy is whole."""

import pytest
from support.disclosing import Disclosed, opened
from support.glass import Endangered
from support.house import BO, House
from support.looking import EVENINGS, HOME, MINUTE, STEP
from support.staff import CAI, PER
from support.unmasking import CHURCH
from support.unmasking import Visited as Went

from custodiet.flows.add_place import add_place
from custodiet.flows.end_decision import end_decision
from custodiet.model.condition import ConditionKind, Interval
from custodiet.model.disclosure import Cut, Pack
from custodiet.model.disclosure_record import PackGiven
from custodiet.model.entry import Entry
from custodiet.model.errors import OpeningRefused
from custodiet.model.look_record import ReadingOpened
from custodiet.model.look_up import Answer, Precision, Reading
from custodiet.model.place_record import PlaceAdded
from custodiet.model.record import kind_of
from custodiet.rules.decisions import Ender, Move
from custodiet.rules.masking.stays import MARGIN_MAX, MARGIN_MIN, hidden_by
from custodiet.wire.records import read_record

SURELY_SHOWN = (0, 1, 12, 13)
"""Of the fixes, however the margins are drawn."""


class Visited(Went, Endangered):
    """Who went there, and whose life may be in danger."""


def test_a_masked_stay_is_as_if_nothing_could_be_shown_then_and_every_window_agrees(house):
    house.load_places(CHURCH)
    one = Visited(house)
    found = one.read(one.whole)
    shown = [place.at for place in found.places]
    assert {one.began + number * STEP for number in SURELY_SHOWN} <= set(shown)
    assert all(place.is_home for place in found.places)
    before, after = found.authorised
    assert (before.from_at, after.to_at) == (one.began, one.until)
    assert MARGIN_MIN <= one.stay.from_at - before.to_at <= MARGIN_MAX
    assert MARGIN_MIN <= after.from_at - one.stay.to_at <= MARGIN_MAX
    assert not any(before.to_at <= at < after.from_at for at in shown)
    [hidden] = hidden_by([one.stay], house.vault_keys.mask_key(one.person.case.person_id))
    assert (before.to_at, after.from_at) == (hidden.from_at, hidden.to_at)
    around = Interval(one.stay.from_at - MARGIN_MIN, one.stay.to_at + MARGIN_MIN)
    for narrow in (around, Interval(around.from_at, one.stay.from_at), Interval(one.stay.to_at, around.to_at)):
        seen = one.read(narrow)
        assert (seen.authorised, seen.places) == ((), ())
    cut = Interval(one.stay.from_at + MINUTE, one.until)
    later = one.read(cut)
    assert (later.authorised, [place.at for place in later.places]) == (
        (after,),
        [at for at in shown if cut.covers(at)],
    )
    assert len([line for line in house.copy(one.person) if "fix_time" in line]) == 14


def test_a_stay_under_a_decision_that_is_over_hides_the_way_back_under_the_next(house):
    house.load_places(CHURCH)
    one = Visited(house, fixes=8, known=False)
    end_decision(house.store, house.chance, one.decision.id, Move.WITHDRAW, Ender(BO))
    begins = one.decide([(ConditionKind.CURFEW, HOME, EVENINGS)]).starts_at
    one.walk(6)
    found = one.read(Interval(begins, house.clock.now()))
    assert found.authorised[0].from_at - one.stay.to_at >= MARGIN_MIN
    assert min(place.at for place in found.places) >= found.authorised[0].from_at


def test_a_pack_holds_what_a_reading_would_show_and_no_more_even_of_states(house):
    house.load_places(CHURCH)
    one = Visited(house)
    shown = one.read(one.whole)
    for cut in Cut:
        found = opened(one.pack(one.released(window=one.whole, cut=cut)))
        assert found.manifest.authorised == shown.authorised
        assert [place.at for place in found.places] == [place.at for place in shown.places]
        assert len(shown.authorised) == 2


def test_whoever_looks_alone_is_shown_what_a_reading_would_show_and_no_more(house):
    house.load_places(CHURCH)
    one = Visited(house)
    alone, read = one.break_glass(), one.read(one.last())
    assert (alone.authorised, alone.places) == (read.authorised, read.places)
    assert alone.authorised[-1].from_at - one.stay.to_at >= MARGIN_MIN
    assert not any(part.covers(one.stay.from_at) for part in alone.authorised)
    assert [place.is_home for place in alone.places] == [True, True]
    with house.store.reading() as view:
        [row] = view.entries(alone.index, 1)
    judged = read_record(row.record).judged
    assert judged.from_at < alone.window.from_at < alone.window.to_at < judged.to_at


def test_a_place_that_the_person_adds_is_hidden_like_one_of_the_map_and_for_nobody_else(house):
    one = Visited(house, known=False)
    assert len(one.read(one.whole).places) == 14
    add_place(house.store, house.sealer, house.pinned, one.case_id, 465_100_000, -280_000_000, PER)
    before, after = one.read(one.whole).authorised
    assert before.to_at < one.stay.from_at < one.stay.to_at < after.from_at
    other = Visited(house, staff=False, serial="TAG-M", known=False)
    assert len(other.read(other.whole).places) == 14
    assert not house.verify()["differing"]


def test_a_place_that_does_not_open_hides_nothing_and_keeps_nothing_shut(house):
    one = Visited(house)
    record = PlaceAdded(one.person.case.person_id, b"not sealed by anybody", house.clock.now(), PER)
    with house.store.acting() as act:
        act.write(Entry(kind_of(record), PER, record.person_id), record)
    assert len(one.read(one.whole).places) == 14


def test_an_entry_that_does_not_name_all_that_is_looked_at_opens_nothing(house):
    one = Disclosed(house, fixes=12)
    look_up_id, request_id, window = one.granted(), one.released(), one.window()
    read = Reading(look_up_id, one.case_id, window, Precision.FULL, CAI, house.clock.now())
    pack = Pack(request_id, one.case_id, CAI, house.clock.now())
    for record in (ReadingOpened(read), ReadingOpened(read, window), PackGiven(pack), PackGiven(pack, window)):
        with house.store.acting() as act:
            index = act.write(Entry(kind_of(record), CAI, one.person.case.person_id), record)
        with pytest.raises(OpeningRefused, match=r"^not_judged$"):
            house.vault.open(index)


def test_without_the_list_that_the_ledger_names_nothing_opens(house):
    one = Disclosed(house, fixes=12)
    look_up_id, request_id = one.granted(), one.released()
    house.load_places(CHURCH)
    for file in (house.folder / "data" / "places").iterdir():
        file.write_bytes(b"custodiet/places/v1\n")
    with pytest.raises(OpeningRefused, match="places_missing"):
        one.open(look_up_id)
    with pytest.raises(OpeningRefused, match="places_missing"):
        one.pack(request_id)


def test_before_any_map_is_loaded_nothing_opens_for_anyone_but_the_person(tmp_path, monkeypatch):
    monkeypatch.setattr(House, "load_places", lambda self: None)
    house = House(tmp_path, anew=True)
    try:
        one = Disclosed(house, fixes=12)
        look_up_id, request_id = one.granted(), one.released()
        for opening in (lambda: one.open(look_up_id), lambda: one.pack(request_id)):
            with pytest.raises(OpeningRefused, match="no_places"):
                opening()
        assert one.question() in Answer
        assert len([line for line in house.copy(one.person) if "fix_time" in line]) == 12
    finally:
        house.close()
