"""The law of unmasking and of a court's copy in the store: raw SQL, past all our code, tries each rule."""

from importlib import import_module

import pytest
from support.disclosing import Disclosed
from support.house import House
from support.looking import HOUR
from support.raw_law import again, tried
from support.staff import AOS, AOT, CAI
from support.unmasking import Unmaskable, names_conditions

from custodiet.flows.looking import end_look_up
from custodiet.flows.unmasking import refuse_unmask
from custodiet.model.condition import Interval
from custodiet.model.disclosure import Verified
from custodiet.model.errors import NotPermitted
from custodiet.model.look_up import Precision, RefusedBecause

LAW = import_module("custodiet.adapters.store.migrations.versions.v0023_unmasking")


class One(Unmaskable, Disclosed):
    pass


def lived_in(house):
    """A store in which requests to unmask wait, were approved, refused, read and outlived by their grants."""
    other = Disclosed(house, known=False, serial="TAG-M", fixes=1)
    one = One(house, staff=False, fixes=12)
    names_conditions(house)
    look_up = one.looked(precision=Precision.M_100)
    waiting, refused = one.ask_unmask(look_up), one.ask_unmask(look_up)
    refuse_unmask(house.store, one.assessor, refused, RefusedBecause.OTHER, AOT)
    approved = one.ask_unmask(look_up)
    one.approve_unmask(approved, window=Interval(one.until - HOUR, one.until))
    one.open_unmasked(approved)
    over = one.looked()
    late, late_yes = one.ask_unmask(over), one.ask_unmask(over)
    one.approve_unmask(late_yes)
    end_look_up(house.store, over, AOS)
    ordered = one.ordered()
    return {
        "look_up": look_up,
        "unread": one.granted(),
        "over": over,
        "waiting": waiting,
        "refused": refused,
        "approved": approved,
        "late": late,
        "late_yes": late_yes,
        "ordered": ordered,
        "order": one.take_order(),
        "unchecked": refused_order(one, verified=Verified.CALLED_BACK),
        "undated": refused_order(one, signed_at=None),
        "asked": one.take(),
        "other_case": other.case_id,
        "after": 10**15,
    }


def refused_order(one, **given):
    """It stands, with its refusal."""
    with pytest.raises(NotPermitted):
        one.take_order(**given)
    with one.house.store.reading() as view:
        return view.agency_requests_of(one.case_id)[0][0].request.id


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    house = House(tmp_path_factory.mktemp("law"))
    try:
        return house.outlived(), lived_in(house)
    finally:
        house.close()


def asks(**changed):
    return again("unmask", "id = :waiting", **{"id": "'new'"} | changed)


def says_yes(**changed):
    return again("unmask_yes", "unmask_id = :approved", **{"unmask_id": ":waiting"} | changed)


def says_no(**changed):
    return again("unmask_refusal", "unmask_id = :refused", **{"unmask_id": ":waiting"} | changed)


def reads(**changed):
    return again("unmasked_reading", "1", **{"entry": "entry + 100000"} | changed)


def takes(**changed):
    return again("agency_request", "id = :order", **{"id": "'new'"} | changed)


def releases(**changed):
    return again("agency_release", "request_id = :ordered", **{"request_id": ":order"} | changed)


NOBODY = ("'clock'", "''", "'Monitor-1'", "x'00'")
A_THIRD = (f"'{CAI}'", f"'{AOS}'")
WIDER = ({"from_at": "from_at - 1"}, {"to_at": "to_at + 1"}, {"to_at": "from_at"})
RULES = {}
for table in LAW.ONCE:
    RULES[f"{table}_never_update"] = (f"{table}: never updated", [f"UPDATE {table} SET entry = entry + 1"], ())
    RULES[f"{table}_never_delete"] = (f"{table}: never deleted", [f"DELETE FROM {table}"], ())
    RULES[f"{table}_once"] = (f"{table}: stands already", [f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"], ())
for name, how in (("unmask", asks), ("unmask_yes", says_yes), ("unmask_refusal", says_no), ("unmasked_reading", reads)):
    tries = [how(**{LAW.ACTORS[name]: by}) for by in NOBODY]
    RULES[f"{name}_by_someone"] = (f"{name}: by a named person", tries, ())
RULES |= {
    "unmask_whole": (
        "unmask: says why, why the reading is not enough, and by which condition",
        [asks(why_sealed="x''"), asks(not_enough="'because'"), asks(condition="'9_2_a'")],
        (),
    ),
    "unmask_of_its_asker": (
        "unmask: by whoever asked to look, about the same person",
        [asks(asked_by="'caseworker-em'"), asks(case_id=":other_case")],
        (),
    ),
    "unmask_of_what_was_read": (
        "unmask: of a window that was read masked",
        [asks(**one) for one in WIDER] + [asks(look_up_id=":unread"), asks(asked_at="asked_at - 86400000")],
        (),
    ),
    "unmask_while_granted": (
        "unmask: while its grant lasts",
        [asks(look_up_id=":over"), asks(asked_at=":after"), asks(asked_at="0")],
        (),
    ),
    "unmask_yes_by_a_third": (
        "unmask_yes: by one who neither asked nor gave the grant",
        [says_yes(approved_by=by) for by in A_THIRD],
        (),
    ),
    "unmask_yes_within": (
        "unmask_yes: no wider than what was asked",
        [
            says_yes(to_at="to_at + 1"),
            says_yes(from_at=f"from_at - {int(HOUR.total_seconds() * 1000)} - 1"),
            says_yes(to_at="from_at"),
        ],
        (),
    ),
    "unmask_yes_of_a_waiting": (
        "unmask_yes: in words, of a request that waits while its grant lasts",
        [
            says_yes(words_sealed="x''"),
            says_yes(unmask_id=":refused"),
            says_yes(unmask_id=":late"),
            says_yes(approved_at=":after"),
        ],
        (),
    ),
    "unmask_refusal_by_a_third": (
        "unmask_refusal: by one who neither asked nor gave the grant",
        [says_no(by=by) for by in A_THIRD],
        (),
    ),
    "unmask_refusal_of_a_waiting": (
        "unmask_refusal: of a request that waits",
        [says_no(unmask_id=":approved")],
        (),
    ),
    "unmasked_reading_of_its_asker": (
        "unmasked_reading: by whoever asked, about the person they asked about",
        [reads(by="'caseworker-em'"), reads(case_id=":other_case")],
        (),
    ),
    "unmasked_reading_within": (
        "unmasked_reading: no wider than its yes, and no finer than its grant",
        [reads(**one) for one in WIDER] + [reads(precision="'full'"), reads(precision="'exact'")],
        (),
    ),
    "unmasked_reading_in_time": (
        "unmasked_reading: after its yes, while its grant lasts",
        [reads(unmask_id=":waiting"), reads(unmask_id=":late_yes"), reads(at=":after"), reads(at="0")],
        (),
    ),
    "agency_request_ordered": (
        "agency_request: names the order where it rests on one, and only there",
        [
            takes(order_sealed="x''"),
            takes(basis="'request'"),
            takes(basis="'because'"),
            again("agency_request", "id = :asked", id="'new'", basis="'court_order'"),
        ],
        (),
    ),
    "agency_release_ordered": (
        "agency_release: under an order only where it is signed, checked with its court and assessed",
        [
            releases(words_sealed="x''"),
            releases(request_id=":unchecked"),
            releases(request_id=":undated"),
        ],
        (),
    ),
}

TestLaw = tried(RULES, LAW.CONSTRAINTS)
