"""Every way by which a position could come out, in one list; and each of them tried by whoever may not.

`ways.txt` names them all: pages, API, verbs of the command line, what the vault answers, the gateway's addresses,
columns that hold bytes. It is held against what the code really has: a new way is red until somebody has written it
down, and one that is gone until it is struck out. A star marks those that give a position to whoever may have it:
those are GIVES and no more, and each is tried below without a yes, with another's, too late, ended while
it was under way, for more, and for somebody else.
"""

import ast
import base64
import inspect
import logging
import re
import struct
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from textwrap import dedent
from zipfile import ZipFile

import pytest
from sqlalchemy import LargeBinary
from support.disclosing import IDENTITY, Disclosed, opened
from support.door import Door
from support.glass import LOOK_ALONE, Endangered
from support.house import START, House
from support.in_process import client_of, place_of
from support.looking import HOUR, STEP, Looked, quarter
from support.staff import ADA, AOS, AOT, AUD, CAI, CEM, DPO, OPE, PER, REP, REQ, TRA
from support.unmasking import Unmaskable, names_conditions

from custodiet.adapters.store.every_table import BY_NAME
from custodiet.entrypoints.cli.command_line import command_line
from custodiet.entrypoints.gateway.steps import ROUTES
from custodiet.entrypoints.web.shell import _NothingOfARequest
from custodiet.flows.disclosing import approve_release, recall_pack
from custodiet.flows.in_vault.openings import Openings
from custodiet.flows.keep_caseload import assign_case
from custodiet.flows.looking import end_look_up
from custodiet.flows.receive_reports import Monitor
from custodiet.main import PROCESSES
from custodiet.main.pages import read_policy
from custodiet.model.condition import Interval
from custodiet.model.disclosure import Cut, Packed, RecalledAs
from custodiet.model.entry import Entry
from custodiet.model.errors import NotPermitted, OpeningRefused
from custodiet.model.look_record import ReadingOpened
from custodiet.model.look_up import Precision, Reading
from custodiet.model.record import kind_of
from custodiet.model.report import Fix
from custodiet.model.times import to_ms
from custodiet.rules.masking.stays import judged_for
from custodiet.simulation.device import traccar_payload
from custodiet.wire.frame import pack_fix
from custodiet.wire.records import read_entry
from custodiet.wire.vault import Ask

LISTED = Path(__file__).with_name("ways.txt")
LAT, LON = 46.7310417, -27.8642905
"""Where the planted walk begins; it goes north, a hundred-thousandth of a degree at a time."""
OVERSEE = (AOS, AUD, DPO)
"""Who may know of any case, by its reference."""
EVERYONE = (ADA, AOS, AOT, AUD, CAI, CEM, DPO, OPE, PER, REP, REQ, TRA)


# --- the list, against the code ---------------------------------------------------------------------------------


def listed():
    lines = [line.strip() for line in LISTED.read_text().splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def pages():
    from django.urls import URLPattern, get_resolver

    def under(patterns, before):
        for one in patterns:
            here = before + str(one.pattern)
            yield from [here] if isinstance(one, URLPattern) else under(one.url_patterns, here)

    for route in under(get_resolver().url_patterns, "/"):
        yield f"api {route}" if route.startswith("/api/") else f"page {route}"


def verbs():
    def under(parser, before):
        subs = [one for one in parser._actions if hasattr(one, "choices") and isinstance(one.choices, dict)]
        if not subs:
            yield f"verb {' '.join(before)}"
        for sub in subs:
            for name, each in sub.choices.items():
                yield from under(each, [*before, name])

    yield from under(command_line(defaultdict(lambda: print), PROCESSES), ())
    yield from (f"process {name}" for name in PROCESSES)


def openings():
    tree = ast.parse(dedent(inspect.getsource(Openings.open)))
    kinds = [node.cls.id for node in ast.walk(tree) if isinstance(node, ast.MatchClass)]
    yield from (f"opening {kind}" for kind in kinds)
    yield from (f"vault {ask.value}" for ask in Ask)


def addresses():
    yield from (f"gateway /in/{route}" for route in ROUTES)
    yield from ("gateway /healthz", "gateway /metrics", "file /log/", "file /static/")


def columns():
    for name, table in BY_NAME.items():
        held = [column.name for column in table.columns if isinstance(column.type, LargeBinary)]
        yield from (f"column {name}.{column}" for column in held)


def standing():
    return sorted({*pages(), *verbs(), *openings(), *addresses(), *columns()})


# --- a place with something to find -----------------------------------------------------------------------------


class Planted(Unmaskable, Disclosed, Endangered):
    """As all of them, but the walk is somewhere that is written nowhere else."""

    def walk(self, fixes):
        for number in range(fixes):
            self.monitor.refresh()
            self.house.say(self.monitor, self.person, lat=LAT + number / 100_000, lon=LON)
            self.house.clock.pass_(STEP)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ways")
    house = House(folder)
    heard = Heard()
    logging.getLogger().addHandler(heard)
    other = Looked(house, serial="TAG-M", fixes=12)
    one = Planted(house, staff=False, fixes=12)
    names_conditions(house)
    assign_case(house.store, one.case_id, PER, AOS)
    assign_case(house.store, one.case_id, REP, AOS)
    one.other, one.heard = other, heard
    place_of(house, folder, read_policy(), EVERYONE)
    client_of(CAI).get("/")  # addresses are known from here on
    yield one
    logging.getLogger().removeHandler(heard)
    from django.db import connection

    connection.close()
    house.close()


class Heard(logging.Handler):
    """Every line of every log, past the filter that the web process puts before Django's."""

    def __init__(self):
        super().__init__()
        self.lines, self._little = [], _NothingOfARequest()

    def emit(self, record):
        if record.name.startswith("django.") and not self._little.filter(record):
            return
        self.lines.append(f"{record.getMessage()} {record.exc_info or ''}")


def forms_of(value):
    """One coordinate in the ways it could be written."""
    e7 = round(value * 1e7)
    text = [f"{abs(value):.4f}"[:-1], str(abs(e7))[:6], f"{abs(value) * 3.141592653589793 / 180:.7f}"]
    minutes = abs(value) % 1 * 60
    text += [f"{int(abs(value))}°{int(minutes)}", f"{int(abs(value))}°{int(minutes):02d}′{minutes % 1 * 60:.0f}"]
    packed = [struct.pack(form, e7) for form in ("<i", ">i", "<q", ">q")]
    packed += [struct.pack(form, value) for form in ("<d", ">d", "<f", ">f")]
    shown = [one.encode() for one in text]
    coded = [base64.b64encode(one)[:-2].rstrip(b"=") for one in shown + packed]
    return [*shown, *packed, *[one for one in coded if len(one) > 5], *(one.hex().encode() for one in packed)]


NEEDLES = [needle for value in (LAT, LON) for needle in forms_of(value)]


def found_in(answer):
    body = answer if isinstance(answer, bytes) else str(answer).encode()
    return [needle for needle in NEEDLES if needle in body]


def test_what_is_looked_for_would_be_found_in_each_form():
    packed = pack_fix(Fix(round(LAT * 1e7), round(LON * 1e7), 8.0), to_ms(START), to_ms(START))
    assert found_in(packed)  # what a stored fix is before it is sealed
    assert found_in(f'{{"lat_e7": {round(LAT * 1e7)}}}')
    assert found_in(f"<td>{LAT:.5f}, {LON:.5f}</td>")
    assert found_in(base64.b64encode(f"{LAT}".encode()))
    assert found_in(struct.pack("<d", LON))


# --- tests ------------------------------------------------------------------------------------------------------


def test_the_list_names_every_way_that_the_code_has_and_no_other(place):
    told = [line.removeprefix("* ") for line in listed()]
    assert len(told) == len(set(told))
    missing, gone = sorted(set(standing()) - set(told)), sorted(set(told) - set(standing()))
    assert missing == [], "ways that nobody has written down: may a position come out, and who has tried it?"
    assert gone == [], "ways that are no more: strike them out"


def test_no_more_ways_give_a_position_than_there_were():
    assert sorted(line.removeprefix("* ") for line in listed() if line.startswith("* ")) == sorted(GIVES)


def fill(place, route):
    """An address with what it is about filled in: of the planted person."""
    reference = place.person.case.reference
    with place.house.store.reading() as view:
        entry = view.ledger_size() - 1
        decision = view.decisions_of(place.case_id)[0]
        [fitting] = view.fittings_of(place.case_id)
        looks, requests = view.look_ups_of(place.case_id), view.agency_requests_of(place.case_id)
        unmasks = view.unmaskings_of(place.case_id)
        alone = view.glasses_of(place.case_id)
    values = {
        "reference": reference,
        "decision_id": decision.id,
        "device_id": fitting.device_id,
        "scheme_id": place.person.case.scheme_id,
        "look_up_id": looks[0][0].look_up.id if looks else "look_up_x",
        "unmask_id": unmasks[0][0].unmask.id if unmasks else "unmask_x",
        "glass_id": alone[0][0].glass.id if alone else "glass_x",
        "look_alone_id": alone[0][0].glass.id if alone else "glass_x",
        "request_id": requests[0][0].request.id if requests else "request_x",
        "entry": entry,
        "form": "entry",
        "actor": CAI,
        "code": "fitted_trail",
        "mode": "fitted_trail",
        "kind": "data_flow_map",
        "what": "overall",
        "tag": "cy",
        "move": "claim",
        "pk": 1,
    }
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda hit: str(values.get(hit[1], f"{hit[1]}_x")), route)


def test_no_page_and_no_address_of_the_api_shows_a_position_to_anyone_who_only_asks(place):
    place.unmaskable()
    place.released()
    routes = [line.split(" ", 1)[1] for line in standing() if line.split(" ")[0] in ("page", "api")]
    routes = [one for one in routes if one not in ("/live", "/sign-out")]
    found, shut = {}, routes
    for actor in (CAI, AOS, DPO, PER):  # each page, to the first of them to whom it opens
        client, left = client_of(actor), []
        for route in shut:
            answer = client.get(fill(place, route))
            told = found_in(answer.content) + found_in(repr(answer.headers))
            if told:
                found[actor, route] = told
            if answer.status_code != 200:
                left.append(route)
        shut = left
    assert found == {}
    assert len(routes) - len(shut) > 70  # and they were really asked: most of these are pages that open


def test_a_cases_pack_holds_no_place_in_any_of_its_files(place, monkeypatch):
    from django.conf import settings

    place.open_unmasked(place.unmaskable())
    place.pack(place.released())
    monkeypatch.setattr(settings, "PLACE", replace(settings.PLACE, as_pdf=str.encode))
    answer = client_of(DPO).get(fill(place, "/cases/<str:reference>/pack"))
    assert answer.status_code == 200
    with ZipFile(BytesIO(answer.content)) as pack:
        assert len(pack.namelist()) > 20
        for name in pack.namelist():
            assert found_in(pack.read(name)) == [], name


def test_search_sort_count_errors_and_hostile_addresses_tell_nothing_of_a_place(place):
    client = client_of(CAI)
    asked = (f"{LAT:.5f}", f"{LAT:.5f},{LON:.5f}", "46.7", "lat_e7", "' OR 1=1 --", "%00", "../../data/custodiet.db")
    for words in asked:
        paths = [
            "/cases",
            "/api/v1/cases",
            *(f"/{one}/{words}" for one in ("cases", "alerts", "api/v1/decisions", "log")),
        ]
        for path in paths:
            told = client.get(path, {"reference": words, "sort": "lat", "order": words, "window": words})
            assert told.status_code < 500
            # What was typed may be said back; nothing more of it is.
            assert [one for one in found_in(told.content) if one.decode("latin1") not in words] == []
        assert found_in(client.get("/cases", {"reference": "46.7"}).content) == []
    for method in ("put", "delete", "patch", "options", "head"):
        assert found_in(getattr(client, method)(f"/cases/{place.person.case.reference}").content) == []


def test_the_gateway_tells_nobody(place):
    door = Door(place.house)
    asked = [("GET", "/metrics", b"", None), ("GET", "/healthz", b"", None)]
    asked += [(method, f"/in/{route}", b"{}", place.person.token) for route in ROUTES for method in ("GET", "POST")]
    for request in asked:
        answer = door.request(*request)
        assert found_in(answer.body) == []
        assert found_in(repr(answer.headers)) == []


def test_no_log_line_holds_a_place_not_even_of_an_error_that_quotes_one(place, monkeypatch):
    def breaks(*_, **__):
        raise ZeroDivisionError(f"{LAT} {LON}")

    heard = len(place.heard.lines)
    with monkeypatch.context() as broken:
        broken.setattr(Monitor, "_answers", breaks)
        body = traccar_payload("TAG-L", place.house.clock.now(), LAT, LON)
        assert Door(place.house).request("POST", "/in/traccar", body, place.person.token).status == 503
        client = client_of(CAI)
        client.raise_request_exception = False
        broken.setattr(place.house.store, "reading", breaks)
        assert found_in(client.get(f"/cases/{place.person.case.reference}").content) == []
    assert len(place.heard.lines) > heard + 1, "nothing was said of either"
    assert found_in("\n".join(place.heard.lines)) == []


def test_the_data_folder_read_byte_by_byte_and_by_sql_holds_no_place(place):
    place.open(place.granted())
    place.pack(place.released())
    for path in sorted(place.house.folder.rglob("*")):
        if path.is_file() and path.name != "accounts.db":
            # Ciphertext is random: four bytes of it are anything, now and then.
            assert [one for one in found_in(path.read_bytes()) if len(one) > 4] == [], path
    with place.house.store.reading() as view:
        for row in view.entries(0, 100_000):
            assert found_in(row.body) == []


# --- each way that gives one, by whoever may not ----------------------------------------------------------------


class Interfered:
    """The vault, and something that happens after an entry was written and before it is opened."""

    def __init__(self, vault, first):
        self._vault, self._first = vault, first

    def open(self, index):
        self._first()
        return self._vault.open(index)


@contextmanager
def in_between(place, first):
    vault = place.house.vault
    place.house.vault = Interfered(vault, first)
    try:
        yield
    finally:
        place.house.vault = vault


def size(place):
    with place.house.store.reading() as view:
        return view.ledger_size()


def kinds_after(place, at):
    with place.house.store.reading() as view:
        return [read_entry(row.body).kind.value for row in view.entries(at, 100)]


def refused(place, act, code, trace):
    """It is refused by this code, the answer holds no place, and this of it stands in the ledger (None: nothing)."""
    before = size(place)
    with pytest.raises((NotPermitted, OpeningRefused), match=code) as caught:
        act()
    assert found_in(str(caught.value)) == []
    left = kinds_after(place, before)
    assert (trace in left) if trace else (left == []), left


def wide(place):
    return Interval(place.until - 2 * HOUR, place.until)


def narrow(place):
    return Interval(place.until - HOUR, place.until)


def about_this_one(place, theirs):
    """A yes for the other person, and an entry about this one: as somebody who owns the web process writes it."""
    told = Reading(theirs, place.case_id, narrow(place), Precision.FULL, CAI, place.house.clock.now())
    record = ReadingOpened(told, judged_for(told.window))
    with place.house.store.acting() as act:
        act.write(Entry(kind_of(record), CAI, place.person.case.person_id), record)


def ended(place):
    look_up_id = place.granted()
    end_look_up(place.house.store, look_up_id, CAI)
    return look_up_id


def ended_meanwhile(place, look_up_id):
    with in_between(place, lambda: end_look_up(place.house.store, look_up_id, AOT)):
        place.open(look_up_id)


def recalled_meanwhile(place, request_id):
    with in_between(place, lambda: recall_pack(place.house.store, request_id, RecalledAs.WRONG_PERSON, DPO)):
        place.pack(request_id)


def revoked_meanwhile(place, unmask_id):
    with place.house.store.reading() as view:
        look_up_id = view.unmasking(unmask_id).unmask.look_up_id
    with in_between(place, lambda: end_look_up(place.house.store, look_up_id, AOT)):
        place.open_unmasked(unmask_id)


def soon_over(place):
    """Unmasked under a grant that lasts a minute."""
    look_up_id = place.granted(yes=SOON)
    place.open(look_up_id)
    unmask_id = place.ask_unmask(look_up_id)
    place.approve_unmask(unmask_id)
    return unmask_id


def over(place, thing):
    place.house.clock.pass_(timedelta(minutes=2))
    return thing


def taken_by_the_requester(place):
    request_id = place.take(by=REQ)
    place.release(request_id)
    return request_id


SOON = {"lasts": timedelta(minutes=1)}
READINGS = {
    "without a yes": (lambda p: p.ask(), lambda p, it: p.open(it), "not_granted", "look.refused"),
    "with another's": (lambda p: p.granted(), lambda p, it: p.open(it, by=CEM), "not_yours", "look.refused"),
    # The store takes no such entry. Past the store it is the vault's: in_vault/test_readings.py.
    "with one for another person": (lambda p: p.other.granted(), about_this_one, "law_of_the_store", None),
    "for a wider window": (
        lambda p: p.granted(yes={"window": narrow(p)}),
        lambda p, it: p.open(it, window=wide(p)),
        "wider",
        "look.refused",
    ),
    "more exactly": (
        lambda p: p.granted(yes={"precision": Precision.KM_1}),
        lambda p, it: p.open(it, precision=Precision.FULL),
        "wider",
        "look.refused",
    ),
    "too late": (lambda p: over(p, p.granted(yes=SOON)), lambda p, it: p.open(it), "grant_expired", "look.refused"),
    "ended while under way": (lambda p: p.granted(), ended_meanwhile, "grant_ended", "reading.opened"),
    "one that was ended": (ended, lambda p, it: p.open(it), "grant_ended", "look.refused"),
    "twice by one entry": (
        lambda p: p.open(p.granted()).index,
        lambda p, it: p.house.vault.open(it),
        "opened already|no longer|not seen|opens nothing",
        None,
    ),
}
PACKS = {
    "without a yes": (lambda p: p.take(), lambda p, it: p.pack(it), "not_granted", "look.refused"),
    "with another's": (lambda p: p.released(), lambda p, it: p.pack(it, by=CEM), "not_yours", "look.refused"),
    "by the requester": (taken_by_the_requester, lambda p, it: p.pack(it, by=REQ), "not_granted", "pack.given"),
    "for a wider window": (
        lambda p: p.take(window=narrow(p)),
        lambda p, it: p.release(it, window=wide(p)),
        "wider",
        "look.refused",
    ),
    "places where states were asked": (
        lambda p: p.take(cut=Cut.HOME_STATES),
        lambda p, it: p.release(it, cut=Cut.PLACES),
        "wider",
        "look.refused",
    ),
    "too late": (lambda p: over(p, p.released(yes=SOON)), lambda p, it: p.pack(it), "grant_expired", "look.refused"),
    "recalled while under way": (lambda p: p.released(), recalled_meanwhile, "over", "pack.given"),
    "by one person alone": (
        lambda p: p.take(),
        lambda p, it: approve_release(p.house.store, p.assessor, p.house.chance, it, CAI, words="yes"),
        "own_request",
        "look.refused",
    ),
}
"""What is prepared, what is then tried, by which code it is refused, and what of that stands in the ledger."""


UNMASKED = {
    "without a yes": (
        lambda p: p.ask_unmask(p.looked()),
        lambda p, it: p.open_unmasked(it),
        "not_granted",
        "look.refused",
    ),
    "by the one who gave the grant": (
        lambda p: p.ask_unmask(p.looked()),
        lambda p, it: p.approve_unmask(it, by=AOS),
        "own_grant",
        "look.refused",
    ),
    "with another's": (
        lambda p: p.unmaskable(),
        lambda p, it: p.open_unmasked(it, by=CEM),
        "not_yours",
        "look.refused",
    ),
    "for a window that was not read": (
        lambda p: p.granted(),
        lambda p, it: p.ask_unmask(it),
        "not_read",
        "look.refused",
    ),
    "for a wider window": (
        lambda p: p.unmaskable(yes={"window": narrow(p)}),
        lambda p, it: p.open_unmasked(it, window=wide(p)),
        "wider",
        "look.refused",
    ),
    "too late": (
        lambda p: over(p, soon_over(p)),
        lambda p, it: p.open_unmasked(it),
        "grant_expired",
        "look.refused",
    ),
    "ended while under way": (lambda p: p.unmaskable(), revoked_meanwhile, "grant_ended", "reading.unmasked"),
    "twice by one entry": (
        lambda p: p.open_unmasked(p.unmaskable()).index,
        lambda p, it: p.house.vault.open(it),
        "opens nothing",
        None,
    ),
}
ALONE = {
    "by a caseworker": (lambda p: CAI, lambda p, it: p.break_glass(by=it), "not_an_operator", "glass.broken"),
    "for more than two hours": (
        lambda p: p.last(3),
        lambda p, it: p.break_glass(window=it),
        "too_wide",
        "look.refused",
    ),
    "of another day": (
        lambda p: Interval(p.last(26).from_at, p.last(25).from_at),
        lambda p, it: p.break_glass(window=it),
        "too_long_ago",
        "look.refused",
    ),
    "without a reason": (lambda p: " ", lambda p, it: p.break_glass(why=it), "no_reason", "look.refused"),
    "twice by one entry": (
        lambda p: p.break_glass().index,
        lambda p, it: p.house.vault.open(it),
        "opens nothing",
        None,
    ),
}


TRIED = {f"a reading {name}": how for name, how in READINGS.items()}
TRIED |= {f"an unmasked reading {name}": how for name, how in UNMASKED.items()}
TRIED |= {f"a pack {name}": how for name, how in PACKS.items()}
TRIED |= {f"a look alone {name}": how for name, how in ALONE.items()}


@pytest.mark.parametrize("how", TRIED.values(), ids=TRIED.keys())
def test_whoever_may_not_gets_nothing_and_what_they_tried_stands_in_the_ledger(place, how):
    prepare, attempt, code, trace = how
    try:
        thing = prepare(place)
        refused(place, lambda: attempt(place, thing), code, trace)
    finally:
        place.house.clock.pass_(timedelta(minutes=1))  # the vault opens so many in a minute


def test_a_question_gives_no_place_and_no_more_than_its_quota_and_nothing_to_whoever_may_not(place):
    answers = [place.question(about=quarter(place.until - HOUR), by=CAI) for _ in range(6)]
    assert found_in(repr(answers)) == []
    refused(place, lambda: place.question(by=CAI), "too_often", "look.refused")
    place.house.clock.pass_(timedelta(days=1))
    refused(place, lambda: place.question(by=OPE), "not_in_sight", "question.asked")


def test_a_copy_of_ones_own_is_of_nobody_elses(place):
    """By the planted person's own reference their copy is whole; by another's nothing of it is there."""
    assert found_in(repr(place.house.copy(place.person))) != []
    assert found_in(repr(place.house.copy(place.other.person))) == []


def test_what_the_pages_post_gives_nothing_to_whoever_may_not(place):
    reading, packing = place.granted(), place.released()
    here = f"/cases/{place.person.case.reference}"
    posts = {f"{here}/look-ups/{reading}": {"what": "open"}, f"{here}/requests/{packing}": {"what": "pack"}}
    posts[f"{here}/unmaskings/{place.unmaskable()}"] = {"what": "open"}
    for actor in (CEM, AOS, OPE, DPO, ADA, PER, REQ):
        client = client_of(actor)
        for path, told in posts.items():
            before = size(place)
            answer = client.post(path, told)
            assert answer.status_code == (403 if actor in OVERSEE else 404), (actor, path)
            assert found_in(answer.content) == []
            assert size(place) > before, (actor, path)
    for actor in (CAI, CEM, AOS, DPO, ADA, PER, REQ):
        before = size(place)
        answer = client_of(actor).post(f"{here}/break-glass", LOOK_ALONE)
        assert answer.status_code == (403 if actor in (CAI, *OVERSEE) else 404), actor
        assert found_in(answer.content) == []
        assert kinds_after(place, before) == ["look.refused"]


def bare(answer):
    """A page without what is of that one answer alone."""
    return re.sub(rb'(csrfmiddlewaretoken" value|nonce|content)="[^"]*"', b"", answer.content)


NAMES = "reference|decision_id|look_up_id|unmask_id|glass_id|alert_id"


ANYONE_MAY = "/cases/<str:reference>/people/conflict"
"""A conflict of interest is declared by whoever has one, in sight or not."""


@pytest.mark.parametrize("actor", [CEM, OPE, REQ])
def test_a_page_about_a_case_out_of_sight_is_as_of_a_case_that_is_none(place, actor):
    place.unmaskable()
    place.released()
    client = client_of(actor)
    of_none = bare(client.get("/cases/nothing"))
    routes = [route for route in pages() if route.startswith("page ") and re.search(f"<str:({NAMES})>", route)]
    differing, hidden = [], 0
    for route in (route.removeprefix("page ") for route in routes):
        here, nowhere = fill(place, route), fill(place, re.sub(f"<str:({NAMES})>", "nothing", route))
        for ask in (client.get, client.post)[: 1 if route == ANYONE_MAY else 2]:
            answer = ask(here)
            hidden += answer.status_code == 404
            if answer.status_code == 404 and bare(answer) != of_none:
                differing.append((route, "another page"))
            if answer.status_code == 403 and ask(nowhere).status_code != 403:
                differing.append((route, ask.__name__))
    assert differing == []
    assert hidden > 50


def test_an_act_that_is_refused_in_a_case_in_sight_says_why(place):
    answer = client_of(CAI).get(f"/cases/{place.person.case.reference}/people/assign")
    assert answer.status_code == 403
    assert b"authorising officer" in answer.content


def test_to_whoever_may_each_of_them_gives_just_that(place):
    """So what is looked for above is really there to be found."""
    place.house.clock.pass_(timedelta(minutes=1))
    client, here = client_of(CAI), f"/cases/{place.person.case.reference}"
    assert found_in(client.post(f"{here}/look-ups/{place.granted()}", {"what": "open"}).content) != []
    assert found_in(client.post(f"{here}/unmaskings/{place.unmaskable()}", {"what": "open"}).content) != []
    given = client.post(f"{here}/requests/{place.released()}", {"what": "pack"})
    assert found_in(given.content) == []
    assert len(opened(Packed(0, "", given.content), IDENTITY).places) == 12
    place.assess_all()
    place.house.issue_keys()
    place.walk(1)
    before = size(place)
    assert found_in(client_of(OPE).post(f"{here}/break-glass", LOOK_ALONE).content) != []
    assert "glass.broken" in kinds_after(place, before)


GIVES = (
    "page /cases/<str:reference>/look-ups/<str:look_up_id>",
    "page /cases/<str:reference>/requests/<str:request_id>",
    "page /cases/<str:reference>/unmaskings/<str:unmask_id>",
    "page /cases/<str:reference>/break-glass",
    "opening GlassBroken",
    "opening ReadingOpened",
    "opening UnmaskedOpened",
    "opening PackGiven",
    "opening CopyGiven",
    "verb copy",
    "vault open",
)
"""What is starred: a reading, one unmasked, a look alone, a pack, one's own copy; where it is asked for and opened."""
