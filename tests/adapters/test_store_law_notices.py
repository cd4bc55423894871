"""By raw SQL, past every flow: nobody is monitored untold, no unapproved text is served, no record is changed."""

import pytest
from support.assessing import assessed
from support.by_hand import REFUSED, hands_on
from support.house import ANA, BO, SCHEME, House

from custodiet.flows.decide_case import propose_decision
from custodiet.flows.translate_notice import draft_translation
from custodiet.model.decision import Authority
from custodiet.model.mode import ModeCode
from custodiet.simulation import made_up_assessment as table

COLUMNS = (
    *("id", "case_id", "notice_sha256", "register", "language", "how", "understood", "at", "by", "why"),
    *("words_sealed", "entry"),
)
DAY_MS = 24 * 60 * 60 * 1000


@pytest.fixture
def house(tmp_path, monkeypatch):
    monkeypatch.setattr(table, "tell", lambda *_: None)
    house = House(tmp_path)
    yield house
    house.close()


@pytest.fixture
def raw(house):
    with hands_on(house, keys=True) as hand:
        yield hand


def proposed(house, **given):
    decision = house.proposal(house.person(), **given)
    propose_decision(house.store, decision, assessed(house, decision))
    return decision


def serve(raw, decision, number=1, **changed):
    row = dict.fromkeys(COLUMNS)
    row |= {"id": f"notice_{number}", "case_id": decision.case_id, "notice_sha256": bytes(32), "register": 1}
    row |= {"language": "en", "how": "print", "understood": "yes", "at": number * DAY_MS, "by": ANA}
    row |= {"words_sealed": b"", "entry": 1000 + number} | changed
    places = ", ".join("?" for _ in COLUMNS)
    raw.execute(f"INSERT INTO notice_served ({', '.join(COLUMNS)}) VALUES ({places})", [row[one] for one in COLUMNS])


def make(raw, decision):
    with raw.undone():
        raw.execute("UPDATE assessment SET approved_by = ?, approved_at = 1 WHERE decision_id = ?", (BO, decision.id))
        raw.execute(
            "UPDATE decision SET state = 'made', approved_by = ?, made_at = ?, made_entry = 1 WHERE id = ?",
            (BO, int(decision.starts_at.timestamp() * 1000), decision.id),
        )


def refused(act, why):
    with pytest.raises(REFUSED, match=why):
        act()


@pytest.mark.parametrize("mode", [ModeCode.TELEPHONE, ModeCode.FITTED_TRAIL])
def test_no_decision_is_made_of_whom_nobody_told(house, raw, mode):
    decision = proposed(house, mode=mode)
    refused(lambda: make(raw, decision), "was given the notice")
    serve(raw, decision, understood="not_yet")
    refused(lambda: make(raw, decision), "was given the notice")
    serve(raw, decision, 2)
    make(raw, decision)


def test_a_notice_given_to_someone_else_is_none(house, raw):
    decision, other = proposed(house), proposed(house)
    serve(raw, other)
    refused(lambda: make(raw, decision), "was given the notice")


def test_declined_twice_on_one_day_is_declined_once(house, raw):
    decision = proposed(house)
    serve(raw, decision, understood="declined", why="left")
    serve(raw, decision, 2, understood="declined", why="left", at=DAY_MS + 1)
    refused(lambda: make(raw, decision), "was given the notice")
    serve(raw, decision, 3, understood="declined", why="left")
    make(raw, decision)


def test_what_lies_below_and_an_order_wait_for_nothing(house, raw):
    make(raw, proposed(house, mode=ModeCode.IN_PERSON))
    make(raw, proposed(house, authority=Authority.ORDER, maker="court-of-made-up-things"))


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"by": "clock"}, "named person"),
        ({"by": " "}, "named person"),
        ({"language": "ar"}, "approved translation"),
        ({"language": "en-XA"}, "approved translation"),
        ({"how": "interpreter"}, "session"),
        ({"notice_sha256": b"short"}, "which text"),
        ({"understood": "perhaps"}, "which text"),
        ({"understood": "declined"}, "which text"),
        ({"why": "left"}, "which text"),
    ],
    ids=lambda one: str(one)[:40],
)
def test_what_was_given_is_told_whole(house, raw, changed, why):
    decision = proposed(house)
    refused(lambda: serve(raw, decision, **changed), why)


def test_an_interpreter_needs_no_approved_text(house, raw):
    serve(raw, proposed(house), how="interpreter", language="ti", words_sealed=b"sealed")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE notice_served SET understood = 'yes'",
        "DELETE FROM notice_served",
        "INSERT OR REPLACE INTO notice_served SELECT * FROM notice_served",
    ],
)
def test_what_was_given_stands(house, raw, statement):
    serve(raw, proposed(house), understood="not_yet")
    refused(lambda: raw.execute(statement), "notice_served")


CHECKED = "checked_by = 'translator-1', checked_at = 1, qualification = 'a diploma'"


@pytest.mark.parametrize(
    ("first", "then", "why"),
    [
        ("", "approved_by = 'translator-2', approved_at = 2", "neither drafted nor checked"),
        (CHECKED, "approved_by = 'translator-1', approved_at = 2", "neither drafted nor checked"),
        (CHECKED, f"approved_by = '{ANA}', approved_at = 2", "neither drafted nor checked"),
        (CHECKED, "approved_by = 'clock', approved_at = 2", "neither drafted nor checked"),
        ("", f"{CHECKED}, approved_by = 'translator-2', approved_at = 2", "neither drafted nor checked"),
        ("", "checked_by = 'translator-1', checked_at = 1", "says what makes them one"),
        ("", "checked_by = 'vault', checked_at = 1, qualification = 'x'", "says what makes them one"),
        (CHECKED, "qualification = 'another'", "says what makes them one"),
        (CHECKED, "checked_by = 'translator-3'", "checked_by stands"),
        ("", "lines = '[]'", "terms are fixed"),
        ("", "notice_sha256 = x'00'", "terms are fixed"),
    ],
)
def test_a_translation_is_drafted_checked_and_approved_by_another(house, raw, first, then, why):
    draft_translation(house.store, house.chance, SCHEME, "en-XA", ANA)
    if first:
        raw.execute(f"UPDATE translation SET {first}")
    refused(lambda: raw.execute(f"UPDATE translation SET {then}"), why)


def test_an_approved_text_of_the_same_notice_may_be_given(house, raw):
    draft_translation(house.store, house.chance, SCHEME, "en-XA", ANA)
    [(digest,)] = raw.execute("SELECT notice_sha256 FROM translation").fetchall()
    decision = proposed(house)
    refused(lambda: serve(raw, decision, language="en-XA", notice_sha256=digest), "approved translation")
    raw.execute(f"UPDATE translation SET {CHECKED}")
    raw.execute("UPDATE translation SET approved_by = 'translator-2', approved_at = 2")
    refused(lambda: serve(raw, decision, language="en-XA"), "approved translation")
    serve(raw, decision, language="en-XA", notice_sha256=digest)
    refused(lambda: raw.execute("DELETE FROM translation"), "never deleted")
