"""The law of disclosing in the store: raw SQL, past all our code, tries each rule, as in test_store_law_looking.py."""

from datetime import timedelta
from importlib import import_module

import pytest
from support.disclosing import ASSESSED, Disclosed
from support.house import SCHEME, House
from support.raw_law import (
    again,
    each_attempt,
    goes_through_without_it,
    refused_by_all_of_them,
    refused_by_its_rule,
    written,
)
from support.staff import AOS, CAI, DPO

from custodiet.flows.disclosing import (
    assess_release,
    draw_sample,
    recall_pack,
    record_receipt,
    refuse_release,
    turn_away,
)
from custodiet.model.disclosure import PACK_WITHIN, REQUEST_HOLDS, Cut, RecalledAs, RefusedAs, Verified, Wanted
from custodiet.model.errors import NotPermitted
from custodiet.model.look_up import Precision

LAW = import_module("custodiet.adapters.store.migrations.versions.v0017_disclosing")


def build(folder):
    house = House(folder)
    try:
        return house.outlived(), lived_in(house)
    finally:
        house.close()


def lived_in(house):
    """A store in which requests wait, were released, refused, packed, received, recalled, assessed and sampled."""
    one = Disclosed(house, fixes=12)
    states = {"precision": Precision.M_100, "cut": Cut.HOME_STATES}
    waiting, urgent = one.take(**states), one.take(urgent=True, signed_at=None)
    with pytest.raises(NotPermitted):
        one.take(verified=Verified.NOT_VERIFIED)
    with house.store.reading() as view:
        unknown = view.agency_requests_of(one.case_id)[0][0].request.id
    released = one.released(**states)
    refused = one.take()
    refuse_release(house.store, one.assessor, refused, RefusedAs.OTHER, AOS)
    one.release(urgent, words="")
    for request_id in (released, urgent):
        one.pack(request_id)
    recall_pack(house.store, urgent, RecalledAs.WRONG_PERSON, AOS)
    record_receipt(house.store, urgent, CAI)
    assess_release(house.store, one.assessor, urgent, DPO, ASSESSED, upheld=True)
    unpacked = one.released()
    unassessed, overruled = one.take(urgent=True), one.take(urgent=True)
    one.release(overruled, words="")
    assess_release(house.store, one.assessor, overruled, DPO, ASSESSED, upheld=False)
    one.release(unassessed, words="")
    with pytest.raises(NotPermitted):
        turn_away(house.store, SCHEME, Wanted.COHORT, DPO)
    month = house.clock.now()
    house.clock.pass_(timedelta(days=31))
    draw_sample(house.store, house.chance, SCHEME, month, DPO)
    unsigned = one_unsigned(house, one)
    return {
        "waiting": waiting,
        "urgent": urgent,
        "unknown": unknown,
        "unsigned": unsigned,
        "released": released,
        "refused": refused,
        "unpacked": unpacked,
        "unassessed": unassessed,
        "overruled": overruled,
        "case": one.case_id,
    }


def one_unsigned(house, one):
    with pytest.raises(NotPermitted):
        one.take(signed_at=None)
    with house.store.reading() as view:
        return view.agency_requests_of(one.case_id)[0][0].request.id


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return build(tmp_path_factory.mktemp("law"))


RELEASED = "request_id = :released"


def asks(**changed):
    return again("agency_request", "id = :waiting", **{"id": "'new'"} | changed)


def releases(**changed):
    return again("agency_release", RELEASED, **{"request_id": ":waiting"} | changed)


def packs(**changed):
    return again("pack", RELEASED, **{"entry": "100000"} | changed)


def refuses(**changed):
    return again("agency_refusal", "request_id = :refused", **{"request_id": ":waiting"} | changed)


def assesses(**changed):
    return again("release_assessment", "1", **{"request_id": ":unassessed"} | changed)


def receives(**changed):
    return again("pack_receipt", "1", **{"request_id": ":released"} | changed)


def recalls(**changed):
    return again("pack_recall", "1", **{"request_id": ":released"} | changed)


def samples(**changed):
    return again("agency_sample", "1", **{"id": "'new'", "month": "'2031-05'"} | changed)


def turns(**changed):
    return again("agency_turned_away", "1", **{"entry": "100000"} | changed)


MAKES = {
    "agency_request": asks,
    "agency_release": releases,
    "agency_refusal": refuses,
    "agency_turned_away": turns,
    "pack": packs,
    "pack_receipt": receives,
    "pack_recall": recalls,
    "release_assessment": assesses,
    "agency_sample": samples,
}
PROCESSES = ("'clock'", "' Gateway '", "''")
RULES = {
    **{
        f"{table}_never_{verb}": (f"{table}: never {verb}d", [statement.format(table=table, column=key[0])], [])
        for table, key in LAW.ONCE.items()
        for verb, statement in (
            ("update", "UPDATE {table} SET {column} = {column}"),
            ("delete", "DELETE FROM {table}"),
        )
    },
    **{
        f"{table}_once": (f"{table}: stands already", [f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"], [])
        for table in LAW.ONCE
    },
    **{
        f"{table}_by_someone": (
            f"{table}: by a named person",
            [MAKES[table](**{column: one}) for one in PROCESSES],
            [],
        )
        for table, column in LAW.ACTORS.items()
    },
    "agency_request_whole": (
        "agency_request: says what is asked, by whom, and for whose key",
        [
            asks(said_sealed="x''"),
            asks(to_at="from_at"),
            asks(precision="'exact'"),
            asks(cut="'names'"),
            asks(recipient_key="'age1short'"),
            asks(recipient_key="'x' || substr(recipient_key, 2)"),
        ],
        [],
    ),
    "agency_release_by_another": (
        "agency_release: given by a second person",
        [releases(approved_by="'caseworker-ai'")],
        [],
    ),
    "agency_release_sure": (
        "agency_release: to a requester who is known, signed and assessed unless it is urgent, of what has passed",
        [
            releases(request_id=":unknown"),
            releases(request_id=":unsigned"),
            releases(words_sealed="x''"),
            releases(to_at="approved_at + 1"),
        ],
        [],
    ),
    "agency_release_within": (
        "agency_release: no wider and no finer than what was asked",
        [
            releases(from_at="from_at - 1"),
            releases(to_at="to_at + 1"),
            releases(to_at="from_at"),
            releases(precision="'full'"),
            releases(cut="'places'"),
        ],
        [],
    ),
    "agency_release_ends": (
        "agency_release: ends within a day",
        [releases(expires_at="approved_at"), releases(expires_at=f"approved_at + {LAW.DAY_MS} + 1")],
        [],
    ),
    "agency_release_of_a_waiting": (
        "agency_release: of a request that waits",
        [
            releases(request_id=":refused"),
            releases(approved_at=f"approved_at + {LAW.WAITS_MS}", expires_at=f"expires_at + {LAW.WAITS_MS}"),
        ],
        [],
    ),
    "agency_refusal_of_a_waiting": (
        "agency_refusal: of a request that waits, with a reason",
        [refuses(request_id=":released"), refuses(codes="'[]'")],
        [],
    ),
    "pack_of_its_taker": (
        "pack: by whoever took the request, about its person",
        [packs(by="'caseworker-em'"), packs(case_id="'case_other'")],
        [],
    ),
    "pack_in_time": (
        "pack: while the yes lasts",
        [
            packs(at=f"at + {LAW.DAY_MS}"),
            *(packs(request_id=f":{name}") for name in ("waiting", "urgent", "overruled")),
        ],
        [],
    ),
    "pack_receipt_of_a_pack": ("pack_receipt: of a pack that was made", [receives(request_id=":unpacked")], []),
    "pack_recall_of_a_yes": ("pack_recall: of what somebody said yes to", [recalls(request_id=":waiting")], []),
    "agency_turned_away_in_its_scheme": (
        "agency_turned_away: in the scheme of the case that it was about",
        [turns(scheme_id="'scheme_other'", case_id=":case")],
        [],
    ),
    "release_assessment_by_a_third": (
        "release_assessment: of an urgent yes, in words, by a third person",
        [
            assesses(request_id=":released"),
            assesses(request_id=":waiting"),
            assesses(words_sealed="x''"),
            assesses(by="'caseworker-ai'"),
            assesses(by="'authorising-os'"),
        ],
        [],
    ),
    "agency_sample_once_a_month": (
        "agency_sample: drawn once for a month",
        [samples(month="month"), samples(month="'May'")],
        [],
    ),
}
each_rule = each_attempt(RULES)


@each_rule
def test_raw_sql_cannot_break_the_rule(sql, name, number):
    refused_by_its_rule(sql, RULES, name, number)


@each_rule
def test_it_is_this_rule_that_refuses_and_no_accident(sql, name, number):
    goes_through_without_it(sql, RULES, name, number)


@each_rule
def test_with_every_rule_in_place_it_is_refused_too(sql, name, number):
    refused_by_all_of_them(sql, RULES, name, number)


def test_every_rule_of_the_migration_is_tried_here():
    assert {statement.split()[2] for statement in LAW.CONSTRAINTS} == set(RULES)


def test_what_breaks_no_rule_raw_sql_writes(opened):
    for make in MAKES.values():
        with opened.rolled_back() as sql:
            assert sql(written(sql, make())).rowcount == 1


def test_the_numbers_in_the_migration_are_the_rules_own():
    assert timedelta(milliseconds=LAW.DAY_MS) == PACK_WITHIN
    assert timedelta(milliseconds=LAW.WAITS_MS) == REQUEST_HOLDS
