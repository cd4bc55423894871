"""A pack leaves the vault encrypted to one recipient, for exactly what two people released, or it does not leave."""

from dataclasses import replace
from datetime import timedelta

import pyrage
import pytest
from support.by_hand import rules_aside
from support.disclosing import AGENCY, ANOTHERS, IDENTITY, KEY, SAID, Disclosed, knows_agency, opened
from support.house import ANA, BO, SCHEME, House
from support.looking import EVENINGS, HOME, HOUR, Looked
from support.staff import ADA, AOS, AOT, CAI, CEM, DPO, OPE, REQ

from custodiet.flows.keep_caseload import declare_conflict
from custodiet.flows.keep_register import keep_register
from custodiet.model.condition import ConditionKind, Interval
from custodiet.model.disclosure import AgencyRequest, Cut, Pack, RecalledAs, Release, Verified
from custodiet.model.disclosure_record import AgencyAsked, PackGiven, ReleaseApproved
from custodiet.model.entry import Entry
from custodiet.model.errors import OpeningRefused
from custodiet.model.look_up import Precision
from custodiet.model.record import kind_of
from custodiet.rules.masking.stays import judged_for
from custodiet.wire.pack import STEP, read_packed

PLANTED = (b"465060000", b"46.506", b"-280000000")


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    """One place for all that changes nothing in it."""
    house = House(tmp_path_factory.mktemp("packs"))
    yield Disclosed(house)
    house.close()


def written(house, record, by, about):
    with house.store.acting() as act:
        return act.write(Entry(kind_of(record), by, about), record)


def forged(one, request_id, about=None, **given):
    """A pack that no flow has decided on: the place of its entry."""
    told = {"request_id": request_id, "case_id": one.case_id, "by": CAI, "at": one.house.clock.now()}
    with one.house.store.reading() as view:
        release = view.agency_request(request_id).release
    record = PackGiven(Pack(**told | given), None if release is None else judged_for(release.window))
    return written(one.house, record, record.pack.by, about or one.person.case.person_id)


# --- exactly what was released ----------------------------------------------------------------------------------


def test_a_pack_holds_exactly_the_released_window_and_says_whom_it_was_made_for_and_by_which_entry(one):
    narrow = Interval(one.until - HOUR, one.until)
    request_id = one.released(yes={"window": narrow})
    packed = one.pack(request_id)
    found = opened(packed)
    assert [place.at for place in found.places] == [
        narrow.from_at + number * timedelta(minutes=10) for number in range(6)
    ]
    assert {place.lon_e7 for place in found.places} == {-280_000_000}
    told = found.manifest
    assert (told.request, told.made_for, told.recipient, told.entry) == (request_id, KEY, AGENCY, packed.index)
    assert (told.window, told.log, told.authorised) == (narrow, one.house.pinned.origin, (narrow,))


def test_nobody_but_its_recipient_opens_a_pack_and_no_place_stands_in_it_or_on_the_way(one):
    request_id = one.released()
    index = forged(one, request_id)
    lines = list(one.house.vault.open(index))
    packed = read_packed(lines, index)
    for planted in PLANTED:
        assert planted not in b"".join(lines)
        assert planted not in packed.file
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(packed.file, [ANOTHERS])
    plain = pyrage.decrypt(packed.file, [IDENTITY])
    assert PLANTED[0] in plain
    assert len(plain) % STEP == 0


def test_partial_release_gives_coarser_squares_or_only_whether_they_were_at_home(house):
    one = Disclosed(house, zones=[(ConditionKind.CURFEW, HOME, EVENINGS)])
    coarse = opened(one.pack(one.released(window=one.window(3), yes={"precision": Precision.KM_1})))
    assert len({place.lat_e7 for place in coarse.places if not place.is_home}) == 3
    states = opened(one.pack(one.released(window=one.window(3), yes={"cut": Cut.HOME_STATES})))
    assert {(place.lat_e7, place.lon_e7, place.accuracy_m) for place in states.places} == {(None, None, None)}
    assert {place.is_home for place in states.places} == {True, False}


def test_the_words_of_an_agency_open_to_an_officer_while_it_waits_and_no_longer(one):
    from custodiet.flows.open_case_record import open_case_record
    from custodiet.model.errors import NotPermitted

    request_id = one.take()
    record = open_case_record(one.house.store, one.house.vault, one.case_id, AOS, "sitting-1")
    assert [(said.request_id, said.words) for said in record.said] == [(request_id, SAID)]
    one.release(request_id)
    with pytest.raises(NotPermitted, match="no_proposal"):
        open_case_record(one.house.store, one.house.vault, one.case_id, AOS, "sitting-1")


# --- what two people did not give -------------------------------------------------------------------------------


def request(one, **given):
    now = one.house.clock.now()
    told = {"id": "request_forged", "case_id": one.case_id, "recipient": AGENCY, "purpose": "contact"}
    told |= {"verified": Verified.CALLED_BACK, "signed_at": now, "urgent": False, "window": one.window()}
    told |= {"precision": Precision.FULL, "cut": Cut.PLACES, "recipient_key": KEY, "said_sealed": b"sealed"}
    return AgencyRequest(**told | {"asked_by": CAI, "asked_at": now} | given)


def release(one, **given):
    now = one.house.clock.now()
    told = {"request_id": "request_forged", "window": one.window(), "precision": Precision.FULL, "cut": Cut.PLACES}
    return Release(
        **told | {"approved_by": AOS, "approved_at": now, "expires_at": now + HOUR, "words_sealed": b"sealed"} | given
    )


FORGED = {
    "taken by somebody without sight": ({"asked_by": CEM}, {}, {"by": CEM}),
    "taken by an operator": ({"asked_by": OPE}, {}, {"by": OPE}),
    "taken by the requester": ({"asked_by": REQ}, {}, {"by": REQ}),
    "approved by whoever took it": ({}, {"approved_by": CAI}, {}),
    "approved by the data protection officer alone": ({}, {"approved_by": DPO}, {}),
    "approved by an administrator": ({}, {"approved_by": ADA}, {}),
    "approved by an account without a role": ({}, {"approved_by": BO}, {}),
    "approved for a wider window": ({}, {"wider": True}, {}),
    "approved more exactly than asked": ({"precision": Precision.KM_1}, {}, {}),
    "approved with places where states were asked": ({"cut": Cut.HOME_STATES}, {}, {}),
    "made by another caseworker": ({}, {}, {"by": CEM}),
    "for a recipient that the register does not name": ({"recipient": "a-newspaper"}, {}, {}),
    "for a recipient that may not have a trail": ({"recipient": "ferry"}, {}, {}),
}


def test_what_two_people_did_not_give_leaves_in_no_pack_whatever_the_tables_say(house):
    one = Disclosed(house)
    rules_aside(house)
    about = one.person.case.person_id
    for number, parts in enumerate(FORGED.values()):
        asked, given, made = (dict(part) for part in parts)
        if given.pop("wider", False):
            given["window"] = one.window(3)
        wanted = request(one, id=f"request_{number}", **asked)
        yes = release(one, request_id=wanted.id, **given)
        written(house, AgencyAsked(wanted), wanted.asked_by, about)
        written(house, ReleaseApproved(yes), yes.approved_by, about)
        index = forged(one, wanted.id, **made)
        with pytest.raises(OpeningRefused, match=r"not_granted|not_yours|not_a_recipient|not_their_category"):
            house.vault.open(index)


def test_the_same_by_two_people_who_may_makes_one(one):
    about = one.person.case.person_id
    written(one.house, AgencyAsked(request(one)), CAI, about)
    written(one.house, ReleaseApproved(release(one)), AOS, about)
    index = forged(one, "request_forged")
    assert len(opened(read_packed(one.house.vault.open(index), index)).places) == 12
    with pytest.raises(OpeningRefused, match="opens nothing"):
        one.house.vault.open(index)


def test_a_pack_of_another_person_an_expired_yes_or_a_recalled_one_is_not_made(house):
    from custodiet.flows.disclosing import recall_pack

    other = Looked(house, serial="TAG-M", fixes=1)
    one = Disclosed(house, staff=False)
    request_id = one.released()
    rules_aside(house)
    with pytest.raises(OpeningRefused, match="another_case"):
        house.vault.open(forged(other, request_id))
    one.pack(request_id)
    recall_pack(house.store, request_id, RecalledAs.WRONG_RECIPIENT, DPO)
    with pytest.raises(OpeningRefused, match="over"):
        house.vault.open(forged(one, request_id))
    late = one.released()
    house.clock.pass_(timedelta(hours=24))
    with pytest.raises(OpeningRefused, match="grant_expired"):
        house.vault.open(forged(one, late))


def test_an_entry_by_another_account_stops_the_vault(house):
    one = Disclosed(house, fixes=12)
    request_id = one.released()
    about = one.person.case.person_id
    told = Pack(request_id, one.case_id, CAI, one.house.clock.now())
    record = PackGiven(told, judged_for(one.standing(request_id).release.window))
    with pytest.raises(OpeningRefused, match="by another account"):
        one.house.vault.open(written(one.house, record, AOT, about))


def test_a_conflict_or_a_register_that_takes_the_recipient_out_closes_a_yes(house):
    one = Disclosed(house, fixes=12)
    request_id = one.released()
    with house.store.reading() as view:
        register = view.registers(SCHEME)[-1].register
    kept = tuple(known for known in register.recipients if known.code != AGENCY)
    keep_register(house.store, replace(register, recipients=kept), ANA)
    with pytest.raises(OpeningRefused, match="not_a_recipient"):
        house.vault.open(forged(one, request_id))
    knows_agency(house)
    declare_conflict(house.store, one.case_id, CAI, CAI)
    with pytest.raises(OpeningRefused, match="conflict"):
        house.vault.open(forged(one, request_id))
