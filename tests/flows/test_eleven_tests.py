"""The regulator's page: the eleven tests by the ledger's records; deleting the record behind a line turns that line."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from support.by_hand import hands_on
from support.disclosing import Disclosed
from support.glass import Endangered
from support.house import BO, COURT, SCHEME, START, House
from support.looking import Looked
from support.staff import AOS, AOT, CAI
from support.unmasking import Unmaskable

from custodiet.flows.disclosing import refuse_release, turn_away
from custodiet.flows.end_decision import end_what_ran_out
from custodiet.flows.looking import refuse_look_up
from custodiet.flows.reading_records import Told, read_all
from custodiet.flows.show_entries import first_from
from custodiet.flows.show_evidence import facts_of
from custodiet.flows.show_oversight import LATE_MAX, draw_sample, months_to_draw, search_ledger, show_oversight
from custodiet.flows.time_passes import Passing
from custodiet.model.decision import Authority
from custodiet.model.disclosure import RefusedAs, Wanted
from custodiet.model.entry import EntryKind as K
from custodiet.model.errors import NotPermitted
from custodiet.model.look_up import RefusedBecause
from custodiet.model.mode import ModeCode
from custodiet.model.record import ActivatedMode, OperationActivated, OperationClosed
from custodiet.model.witness import UNSEEN_MAX, Cosigned
from custodiet.rules.eleven_tests import TESTS, Code, eleven_lines
from custodiet.simulation.made_up_assessment import tell
from custodiet.simulation.seeded import SeededChance
from custodiet.wire.note import vkey
from custodiet.wire.records import read_entry


class Signed:
    """Witnesses that have signed everything a moment ago."""

    most = UNSEEN_MAX

    def __init__(self, size):
        self.size = size

    def newest(self, now):
        return Cosigned(self.size, now)

    def read(self):
        return None


class Overseen(Unmaskable, Endangered, Disclosed):
    """Somebody of whom all of it is done."""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A scheme in which one wearer was looked at and told of once, and once somebody was refused either.

    Once without masking, by a third person's yes; and once by an operator alone, which was found to have been needed.
    """
    house = House(tmp_path_factory.mktemp("eleven"))
    one = Overseen(house)
    with house.store.acting() as act:
        tell(act, house.chance, one.case_id, BO)  # what the notice says since the register knows the agency
    look_up_id = one.granted()
    one.open(look_up_id)
    with pytest.raises(NotPermitted):
        one.ask(window=one.window(hours=3), purpose="just_in_case")
    refuse_look_up(house.store, one.assessor, one.ask(), RefusedBecause.ASK_FIRST, AOS)
    one.pack(one.released())
    refuse_release(house.store, one.assessor, one.take(), RefusedAs.TOO_BROAD, AOS)
    with pytest.raises(NotPermitted):
        turn_away(house.store, SCHEME, Wanted.COHORT, CAI)
    unmask_id = one.ask_unmask(look_up_id)
    one.approve_unmask(unmask_id, AOT)
    one.open_unmasked(unmask_id)
    one.break_glass()
    one.assess_all()
    note = house.vault.checkpoint()
    with house.store.reading() as view:
        size = view.ledger_size()
    yield SimpleNamespace(house=house, one=one, note=note, size=size)
    house.close()


def lines_of(place, store, note="", witnessed=None, now=None, change=lambda told: None):
    key = vkey(place.house.pinned.origin, place.house.pinned.log_key)
    signed = Signed(place.size) if witnessed is None else witnessed
    with store.reading() as view:
        told = read_all(view)
    change(told)
    return eleven_lines(facts_of(told, SCHEME, now or place.house.clock.now(), note or place.note, key, signed))


def line_of(place, store, number, **given):
    return lines_of(place, store, **given)[number - 1]


@pytest.fixture(scope="module")
def without(place, tmp_path_factory):
    """Gives the store without the records at some places, or with changed ones: one copy, mended before each."""
    with place.house.copied(tmp_path_factory.mktemp("without") / "copy.db") as copy:
        with hands_on(copy) as hand:
            hand.drop_rules()
            hand.execute("CREATE TABLE whole AS SELECT * FROM record")
            hand.execute("CREATE TABLE entered AS SELECT * FROM entry")
        store = copy.open(place.house.clock, SeededChance(9), read_only=True)

        def damaged(*places, sql="DELETE FROM record WHERE idx = ?", then=None):
            with hands_on(copy) as hand, hand.at_once():
                for table, kept in (("record", "whole"), ("entry", "entered")):
                    hand.execute(f"DELETE FROM {table}")
                    hand.execute(f"INSERT INTO {table} SELECT * FROM {kept}")
                for index in places:
                    for each in filter(None, (sql, then)):
                        assert hand.execute(each, (index,)).rowcount == 1
            return store

        yield damaged
        store.close()


@pytest.mark.parametrize("number", [test.number for test in TESTS])
def test_with_everything_recorded_evidence_is_present_for_test(place, number):
    line = line_of(place, place.house.store, number)
    assert line.evidence
    assert line.missing == ()


@pytest.mark.parametrize("number", [test.number for test in TESTS])
def test_deleting_the_record_behind_any_evidence_turns_the_line_of_test(place, without, number):
    entries = line_of(place, place.house.store, number).entries or (0, 20, place.size - 1)
    for index in entries:
        missing = line_of(place, without(index), number).missing
        assert Code.RECORD_GONE in {one.code for one in missing}, index


@pytest.mark.parametrize("number", [test.number for test in TESTS])
def test_a_record_that_is_not_the_one_that_was_entered_counts_as_gone_for_test(place, without, number):
    store = place.house.store
    kinds = TESTS[number - 1].kinds
    with store.reading() as view:
        bodies = [read_entry(row.body) for row in view.entries(0, place.size)]
        index = next(one.index for one in bodies if one.kind in kinds and one.kind is not K.LOG_OPENED and one.index)
        [row] = view.entries(index, 1)
    others = [f"x'{row.record.replace(b'a', b'e').hex()}'", "x'00'"]
    as_text = [] if place.house.database else ["replace(body, 'a', 'e')"]  # in SQLite alone bytes may become text
    for change in (*others, *as_text):
        changed = without(index, sql=f"UPDATE record SET body = {change} WHERE idx = ?")
        assert Code.RECORD_GONE in {one.code for one in line_of(place, changed, number).missing}


def test_a_record_that_is_gone_turns_only_the_lines_that_rest_on_its_kind(place, without):
    with place.house.store.reading() as view:
        *_, index = [row.index for row in view.entries(0, place.size) if read_entry(row.body).kind is K.NOTICE_SERVED]
    lines = lines_of(place, without(index))
    assert [one.test.number for one in lines if Code.RECORD_GONE in {each.code for each in one.missing}] == [10, 11]


@pytest.mark.parametrize("where", ["first", "middle", "last"])
def test_an_entry_that_was_deleted_whole_turns_every_line_since_it_may_have_been_of_any_kind(place, without, where):
    index = {"first": 0, "middle": place.size // 2, "last": place.size - 1}[where]
    lines = lines_of(place, without(index, sql="DELETE FROM entry WHERE idx = ?"))
    for line in lines:
        [gone] = [one for one in line.missing if one.code is Code.RECORD_GONE]
        assert (gone.count, gone.entries) == (1, (index,))
    assert next(one.count for one in lines[-1].evidence if one.code is Code.ENTRIES) == place.size - 1


@pytest.mark.parametrize("change", ["x'00'", "CAST('{}' AS BLOB)"])
def test_an_entry_that_does_not_read_turns_every_line(place, without, change):
    lines = lines_of(place, without(20, sql=f"UPDATE entry SET body = {change} WHERE idx = ?"))
    assert all(Code.RECORD_GONE in {one.code for one in line.missing} for line in lines)


def test_an_entry_at_the_place_of_another_counts_as_gone(place, without):
    store = without(
        20,
        sql="UPDATE entry SET body = (SELECT body FROM entered WHERE idx = 19) WHERE idx = ?",
        then="UPDATE record SET (salt, body) = (SELECT salt, body FROM whole WHERE idx = 19) WHERE idx = ?",
    )
    assert Code.RECORD_GONE in {one.code for one in line_of(place, store, 11).missing}


def test_an_operation_is_active_from_its_record_on_until_that_of_its_closing_or_its_day():
    told, until = Told(), START + timedelta(days=2)
    modes = (ActivatedMode(ModeCode.FITTED_TRAIL, until), ActivatedMode(ModeCode.CARRIED_TRAIL, None))

    def active(now):
        return facts_of(told, SCHEME, now, None, "", None).activated

    told.take(OperationActivated(3, SCHEME, BO, START, modes), 4)
    assert active(START) == {ModeCode.FITTED_TRAIL: 4, ModeCode.CARRIED_TRAIL: 4}
    assert active(until) == {ModeCode.CARRIED_TRAIL: 4}
    told.take(OperationClosed(3, SCHEME, ModeCode.CARRIED_TRAIL, START), 5)
    assert active(START) == {ModeCode.FITTED_TRAIL: 4}


@pytest.mark.parametrize(
    ("kind", "number", "code"),
    [
        (K.REGISTER_AMENDED, 1, Code.NO_REGISTER),
        (K.DPIA_WRITTEN, 2, Code.OPERATION_NOT_ASSESSED),
        (K.OPERATION_ACTIVATED, 2, Code.USED_NOT_ACTIVATED),
        (K.DPIA_WRITTEN, 3, Code.NO_ASSESSMENT),
        (K.ASSESSMENT_RECORDED, 4, Code.DECIDED_UNASSESSED),
        (K.SCREENING_COMPLETED, 5, Code.NOT_SCREENED),
        (K.OPERATION_ACTIVATED, 6, Code.USED_NOT_ACTIVATED),
        (K.GRANT_GIVEN, 7, Code.READING_WITHOUT_GRANT),
        (K.LOOK_UP_ASKED, 7, Code.READING_WITHOUT_GRANT),
        (K.RELEASE_APPROVED, 7, Code.PACK_WITHOUT_RELEASE),
        (K.AGENCY_ASKED, 7, Code.PACK_WITHOUT_RELEASE),
        (K.UNMASK_ASKED, 7, Code.READING_WITHOUT_GRANT),
        (K.UNMASK_APPROVED, 7, Code.READING_WITHOUT_GRANT),
        (K.DPIA_WRITTEN, 8, Code.NO_SPECIAL_RISK),
        (K.REGISTER_AMENDED, 9, Code.NO_REGISTER),
        (K.NOTICE_SERVED, 10, Code.NOT_TOLD),
    ],
)
def test_what_goes_missing_is_said_by_its_name(place, without, kind, number, code):
    with place.house.store.reading() as view:
        places = [row.index for row in view.entries(0, place.size) if read_entry(row.body).kind is kind]
    assert code in {one.code for one in line_of(place, without(*places), number).missing}


def codes_of(line):
    return {one.code for one in line.missing}


def entries_of(place, kind):
    with place.house.store.reading() as view:
        return tuple(row.index for row in view.entries(0, place.size) if read_entry(row.body).kind is kind)


@pytest.mark.parametrize("kind", [K.READING_OPENED, K.READING_UNMASKED])
def test_a_reading_stands_as_evidence_of_two_people_whether_or_not_it_was_masked(place, kind):
    [two] = [one for one in line_of(place, place.house.store, 7).evidence if one.code is Code.READINGS_UNDER_TWO]
    assert set(entries_of(place, kind)) <= set(two.entries)


def test_an_unmasked_reading_without_its_own_yes_stands_there_itself_and_no_masked_one_beside_it(place, without):
    store = without(*entries_of(place, K.UNMASK_APPROVED))
    [bare] = [one for one in line_of(place, store, 7).missing if one.code is Code.READING_WITHOUT_GRANT]
    assert bare.entries == entries_of(place, K.READING_UNMASKED)


@pytest.mark.parametrize("by", [AOS, CAI])
def test_the_yes_of_whoever_gave_the_grant_or_asked_is_no_yes_to_unmasking(place, by):
    def forged(told):
        told.unmask_yes = {one: replace(yes, approved_by=by) for one, yes in told.unmask_yes.items()}

    line = line_of(place, place.house.store, 7, change=forged)
    [bare] = [one for one in line.missing if one.code is Code.READING_WITHOUT_GRANT]
    assert bare.entries == entries_of(place, K.READING_UNMASKED)


def test_a_look_alone_that_nobody_says_was_needed_turns_the_line_when_its_day_is_over(place, without):
    in_time, late = (place.house.clock.now() + timedelta(hours=hours) for hours in (23, 24))
    assert codes_of(line_of(place, place.house.store, 7, now=late)) == set()
    store = without(*entries_of(place, K.GLASS_ASSESSED))
    assert codes_of(line_of(place, store, 7, now=in_time)) == {Code.RECORD_GONE}
    line = line_of(place, store, 7, now=late)
    assert codes_of(line) == {Code.RECORD_GONE, Code.ALONE_NOT_ASSESSED}
    [alone] = [one for one in line.missing if one.code is Code.ALONE_NOT_ASSESSED]
    assert alone.entries == entries_of(place, K.GLASS_BROKEN)


def test_what_an_operator_says_of_their_own_look_is_no_assessment(place):
    def own(told):
        by = {one: glass.by for one, (glass, _) in told.glasses.items()}
        said = {one: record for one, (record, _) in told.glasses_assessed.items()}
        told.glasses_assessed = {}
        for one, record in said.items():
            told.take(replace(record, by=by[one]), place.size)

    late = place.house.clock.now() + timedelta(hours=24)
    assert codes_of(line_of(place, place.house.store, 7, now=late, change=own)) == {Code.ALONE_NOT_ASSESSED}


def test_a_register_without_a_purpose_lacks_one(overseen):
    version = overseen.facts.register
    bare = replace(version, register=replace(version.register, purposes=()))
    [missing] = eleven_lines(replace(overseen.facts, register=bare))[0].missing
    assert (missing.code, str(missing.count)) == (Code.PURPOSE_WITHOUT_BASIS, "1")


def test_without_a_signed_checkpoint_and_without_a_witness_the_line_of_records_turns(place):
    store = place.house.store
    torn = place.note.replace(f"\n{place.size}\n", f"\n{place.size + 1}\n")
    assert Code.NOT_PUBLISHED in {one.code for one in line_of(place, store, 11, note=torn).missing}

    class Away(Signed):
        def newest(self, now):
            return Cosigned(self.size, now - timedelta(minutes=11))

    away = line_of(place, store, 11, witnessed=Away(place.size))
    assert Code.NOT_WITNESSED in {one.code for one in away.missing}


def test_a_review_that_nobody_recorded_turns_the_line_of_records_and_stands_in_its_entry(house):
    one, other = Looked(house), house.person("TAG-ORDER")
    order = house.decide(other, authority=Authority.ORDER, maker=COURT)
    house.clock.pass_(order.review_due_at - house.clock.now() + timedelta(minutes=1))
    while end_what_ran_out(house.store, house.chance, house.clock, house.fence):
        pass
    Passing(house.store, house.chance, house.clock, house.fence).look()
    with house.store.reading() as view:
        size = view.ledger_size()
        key = vkey(house.pinned.origin, house.pinned.log_key)
        told, now = read_all(view), house.clock.now()
        facts = facts_of(told, SCHEME, now, house.vault.checkpoint(), key, Signed(size))
    line = eleven_lines(facts)[10]
    [missing] = line.missing
    assert (missing.code, missing.count) == (Code.REVIEW_NOT_RECORDED, 2)
    assert [standing.decision.id for standing in facts.standing] == [order.id]
    late = show_oversight(told, facts).reviews_missed
    assert [each.reference for each in late] == [other.case.reference, one.person.case.reference]
    assert [each.entry for each in late] == [*reversed(missing.entries)]
    told.proposed["elsewhere"] = (replace(order, case_id="case_elsewhere"), 0)
    told.missed.extend(("elsewhere", now, 0) for _ in range(LATE_MAX))
    assert show_oversight(told, facts).reviews_missed == late


def test_nothing_of_one_scheme_is_counted_on_the_page_of_another(place):
    with place.house.store.reading() as view:
        told = read_all(view)
        here, there = (facts_of(told, one, place.house.clock.now(), None, "", None) for one in (SCHEME, "another"))
    assert (len(here.asked), len(here.refused), len(here.readings)) == (2, 2, 2)
    assert (there.asked, there.refused, there.readings, there.standing) == ((), (), (), ())
    assert (len(here.packs), len(here.agencies_refused)) == (1, 2)
    assert (there.packs, there.agencies_refused) == ((), ())


# --- oversight --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def overseen(place):
    key = vkey(place.house.pinned.origin, place.house.pinned.log_key)
    with place.house.store.reading() as view:
        told = read_all(view)
        facts = facts_of(told, SCHEME, place.house.clock.now(), place.note, key, None)
        yield SimpleNamespace(view=view, told=told, facts=facts)


def test_readings_stand_by_purpose_refusals_by_rule_and_packs_by_recipient(overseen):
    shown = show_oversight(overseen.told, overseen.facts)
    assert shown.readings == (("Keeping in contact", 2),)
    assert dict(shown.refusals)["no_such_purpose"] == 1
    assert (shown.packs, shown.requests_refused) == ((("The made-up police", 1),), 2)
    assert (shown.reviews_missed, shown.untold) == ((), ())


def test_a_sample_is_drawn_by_the_ledger_and_is_the_same_for_everyone(place, overseen):
    now = place.house.clock.now()
    month, until = months_to_draw(now + timedelta(days=31))[0]
    of = (overseen.view, overseen.told, overseen.facts.cases)
    drawn = draw_sample(*of, month, until)
    assert drawn == draw_sample(*of, month, until)
    assert {one.kind for one in drawn.drawn} == {
        *(K.READING_OPENED, K.LOOK_REFUSED, K.PACK_GIVEN, K.DECISION_MADE),
        *(K.READING_UNMASKED, K.GLASS_BROKEN),
    }
    assert drawn.out_of == 6
    assert drawn.size == place.size
    # Nothing of the month itself can be drawn by a root from before it.
    assert draw_sample(*of, month - timedelta(days=40), month).out_of == 0


def test_the_ledger_is_searched_by_kind_time_and_account(place, overseen):
    now = place.house.clock.now()
    day = timedelta(days=1)

    def search(kind=None, by=None, until=now + day):
        return search_ledger(overseen.view, now - 2 * day, until, kind, by)

    assert search().count == place.size
    [reading] = search(K.READING_OPENED).found
    assert (reading.actor, reading.function) == (CAI, "caseworker")
    kinds = {K.STAFF_JOINED, K.CASE_ASSIGNED, K.GRANT_GIVEN, K.LOOK_UP_REFUSED, K.RELEASE_APPROVED, K.AGENCY_REFUSED}
    assert {one.kind for one in search(by=frozenset({AOS})).found} == kinds
    assert search(by=frozenset()).count == 0
    assert search(until=now - 2 * day).count == 0
    assert BO not in {one.actor for one in search(K.READING_OPENED).found}


@pytest.mark.parametrize("sql", ["UPDATE entry SET body = x'00' WHERE idx = ?", "DELETE FROM entry WHERE idx = ?"])
def test_entries_that_do_not_read_or_are_gone_are_counted_by_a_search_and_break_nothing(place, overseen, without, sql):
    now, damaged = place.house.clock.now(), (12, place.size // 2, place.size - 1)
    whole = [read_entry(row.body) for row in overseen.view.entries(0, place.size) if row.index not in damaged]
    with without(*damaged, sql=sql).reading() as view:
        searched = search_ledger(view, now - timedelta(days=2), now + timedelta(days=1), None, None)
        # Whoever deletes the last entry leaves a shorter ledger: a checkpoint tells of that.
        lost = place.size - view.ledger_size() + searched.lost
        assert (searched.count, lost) == (place.size - 3, 3)
        for at in (*sorted({one.at for one in whole}), now + timedelta(days=1)):
            places = [one.index for one in whole if one.at >= at]
            assert first_from(view, at) == min(places, default=view.ledger_size())
