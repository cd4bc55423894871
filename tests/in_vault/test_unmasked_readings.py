"""What masking hides comes out by a yes of a third person, whole and once, and by nothing else."""

from dataclasses import replace
from datetime import timedelta

import pytest
from support.by_hand import rules_aside
from support.disclosing import opened
from support.house import ANA, SCHEME
from support.looking import HOUR
from support.staff import AOS, AOT, CAI, CEM, DPO, OPE, PER
from support.unmasking import CHURCH, Unmaskable, Visited, names_conditions

from custodiet.flows.add_place import add_place
from custodiet.flows.keep_caseload import assign_case
from custodiet.flows.keep_register import keep_register
from custodiet.flows.looking import end_look_up
from custodiet.model.condition import Interval
from custodiet.model.disclosure import Pack
from custodiet.model.disclosure_record import PackGiven
from custodiet.model.entry import Entry
from custodiet.model.errors import OpeningRefused
from custodiet.model.identity import UnmaskId
from custodiet.model.look_up import Precision
from custodiet.model.record import kind_of
from custodiet.model.unmask import Article9, NotEnough, Unmask, UnmaskedReading, UnmaskYes
from custodiet.model.unmask_record import UnmaskApproved, UnmaskAsked, UnmaskedOpened


class Told(Unmaskable, Visited):
    """Who was near the church, under a register that names a condition."""

    def __init__(self, house, **given):
        super().__init__(house, **given)
        names_conditions(house)

    def enter(self, record, by):
        """As somebody who owns the web process writes it, past every rule of the flows."""
        with self.house.store.acting() as act:
            return act.write(Entry(kind_of(record), by, self.person.case.person_id), record)

    def forge(self, unmask_id, window=None, precision=Precision.FULL, by=CAI):
        now = self.house.clock.now()
        return self.enter(
            UnmaskedOpened(UnmaskedReading(unmask_id, self.case_id, window or self.whole, precision, by, now)), by
        )

    def refused(self, index, code):
        with pytest.raises(OpeningRefused, match=code):
            self.house.vault.open(index)


def test_what_a_third_person_said_yes_to_is_whole_and_home_is_a_state_still(house):
    house.load_places(CHURCH)
    one = Told(house)
    add_place(house.store, house.sealer, house.pinned, one.case_id, 465_200_000, -280_000_000, PER)
    masked = one.read(one.whole)
    found = one.open_unmasked(one.unmaskable(window=one.whole))
    assert len(masked.authorised) == 2
    assert found.authorised == (one.whole,)
    assert len(found.places) == 14
    assert [place.is_home for place in found.places] == [number not in (6, 7) for number in range(14)]
    at_church = [place for place in found.places if not place.is_home]
    assert {place.lat_e7 for place in at_church} == {465_100_000}
    assert one.read(one.whole).authorised == masked.authorised, "the next reading is masked again"


def test_less_of_it_is_unmasked_and_no_finer_than_the_grant(house):
    house.load_places(CHURCH)
    one = Told(house)
    less = Interval(one.stay.from_at, one.until)
    unmask_id = one.unmaskable(window=one.whole, precision=Precision.KM_1, yes={"window": less})
    found = one.open_unmasked(unmask_id)
    assert found.authorised == (less,)
    assert {place.lat_e7 for place in found.places if not place.is_home} != {465_100_000}


def test_the_vault_takes_no_yes_of_the_one_who_gave_the_grant_nor_of_the_asker_nor_of_one_who_may_not(house):
    one = Told(house)
    rules_aside(house)
    for by in (AOS, CAI, CEM, DPO, OPE):
        unmask_id = one.ask_unmask(one.looked(window=one.whole))
        one.enter(UnmaskApproved(UnmaskYes(unmask_id, one.whole, by, house.clock.now(), b"sealed")), by)
        one.refused(one.forge(unmask_id), "^not_granted$")
        house.clock.pass_(timedelta(minutes=1))


def test_the_vault_opens_nothing_wider_finer_for_another_or_after_the_grant_is_over(house):
    one = Told(house)
    inner = Interval(one.began, one.began + HOUR)
    unmask_id = one.unmaskable(window=one.whole, precision=Precision.M_100, yes={"window": inner})
    rules_aside(house)
    one.refused(one.forge(unmask_id, one.whole, Precision.M_100), "wider")
    one.refused(one.forge(unmask_id, inner, Precision.FULL), "wider")
    one.refused(one.forge(unmask_id, inner, Precision.M_100, CEM), "not_yours")
    # Meanwhile: the entry stands before the grant is ended, and is opened after.
    index = one.forge(unmask_id, inner, Precision.M_100)
    with house.store.reading() as view:
        look_up_id = view.unmasking(unmask_id).unmask.look_up_id
    end_look_up(house.store, look_up_id, AOT)
    one.refused(index, "grant_ended")


def test_a_yes_to_more_than_was_read_gives_nothing(house):
    one = Told(house)
    inner = Interval(one.began, one.began + HOUR)
    unmask_id = one.ask_unmask(one.looked(window=one.whole), window=inner)
    rules_aside(house)
    one.enter(UnmaskApproved(UnmaskYes(unmask_id, one.whole, AOT, house.clock.now(), b"sealed")), AOT)
    one.refused(one.forge(unmask_id), "^not_granted$")


def test_a_request_of_what_was_not_read_or_by_another_gives_nothing_whoever_says_yes(house):
    one = Told(house)
    assign_case(house.store, one.case_id, CEM, AOS)
    rules_aside(house)
    inner, unread = Interval(one.began, one.began + HOUR), one.granted(window=one.whole)
    partly = one.granted(window=one.whole)
    one.open(partly, window=inner)
    for look_up_id, by in ((unread, CAI), (partly, CAI), (one.looked(window=one.whole), CEM)):
        unmask_id = UnmaskId(house.chance.identity("unmask"))
        told = (unmask_id, look_up_id, one.case_id, one.whole, NotEnough.THE_TIME, Article9.LEGAL_CLAIMS, b"sealed")
        one.enter(UnmaskAsked(Unmask(*told, by, house.clock.now())), by)
        one.enter(UnmaskApproved(UnmaskYes(unmask_id, one.whole, AOT, house.clock.now(), b"sealed")), AOT)
        one.refused(one.forge(unmask_id), "^not_granted$")


def test_an_unmasked_reading_opens_once(house):
    one = Told(house)
    index = one.open_unmasked(one.unmaskable(window=one.whole)).index
    one.refused(index, "opens nothing")


def test_a_courts_copy_is_whole_and_says_so_and_the_same_without_an_order_is_masked(house):
    house.load_places(CHURCH)
    one = Told(house)
    whole = opened(one.pack(one.ordered(window=one.whole)))
    assert whole.manifest.whole
    assert whole.manifest.authorised == (one.whole,)
    assert len(whole.places) == 14
    assert {place.lat_e7 for place in whole.places if not place.is_home} == {465_100_000}
    masked = opened(one.pack(one.released(window=one.whole)))
    assert not masked.manifest.whole
    assert len(masked.manifest.authorised) == 2
    assert not house.verify()["differing"]


def test_the_vault_gives_no_whole_pack_to_a_recipient_that_its_own_register_calls_no_court(house):
    one = Told(house)
    request_id = one.ordered(window=one.whole)
    with house.store.reading() as view:
        register = view.registers(SCHEME)[-1].register
    recipients = tuple(replace(known, court=False) for known in register.recipients)
    keep_register(house.store, replace(register, recipients=recipients), ANA)
    index = one.enter(PackGiven(Pack(request_id, one.case_id, CAI, house.clock.now()), one.whole), CAI)
    one.refused(index, "not_a_court")
