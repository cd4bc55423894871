"""Nothing is called a possible breach before the person was tried; and nobody claims more than they can look into."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from custodiet.model.alert import Alert, AlertMove
from custodiet.model.contact_record import CameOf, ContactTried, Direction, Verified, Way
from custodiet.model.errors import IllegalValue
from custodiet.model.finding import Matter, Weight
from custodiet.rules.alerts import IN_HAND_MAX, objections_to_contact, objections_to_moving

NOW = datetime(2031, 3, 3, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MS = timedelta(milliseconds=1)
ANA = "officer-ana"
RAISED_AT = NOW - 2 * HOUR
ALERT = Alert(
    *("alert_1", "case_1", "d1", "fit_1", "cond_1", Matter.TAMPER, Weight.ADVERSE),
    *(RAISED_AT - HOUR, RAISED_AT, RAISED_AT),
    held_by=ANA,
)


def tried(outcome, verified=None, at=NOW - HOUR):
    direction = Direction.OUT if verified is None else Direction.IN
    return ContactTried("alert_1", Way.PHONE, direction, outcome, at, ANA, verified)


def against(*contacts, asked_first=False):
    args = (ALERT, AlertMove.SUSPECT, ANA, "because", (), NOW, contacts)
    return objections_to_moving(*args, asked_first=asked_first)


SPOKE, IN_VAIN = tried(CameOf.SPOKE), tried(CameOf.NO_ANSWER)
NOBODY = {
    "nobody was tried": (),
    "a wrong number": (tried(CameOf.WRONG_NUMBER), tried(CameOf.WRONG_NUMBER)),
    "before it was raised": (tried(CameOf.SPOKE, at=RAISED_AT - MS),),
    "someone called, and it was not known who": (tried(CameOf.SPOKE, Verified.NOT_VERIFIED),),
}
TRIED = {
    "they spoke": (SPOKE,),
    "no answer": (IN_VAIN,),
    "a message was left": (tried(CameOf.MESSAGE_LEFT),),
    "they did not want to talk": (tried(CameOf.REFUSED),),
    "they called, and were known": (tried(CameOf.SPOKE, Verified.KNOWN_VOICE),),
    "in the moment it was raised": (tried(CameOf.SPOKE, at=RAISED_AT),),
}


@pytest.mark.parametrize("contacts", NOBODY.values(), ids=NOBODY.keys())
def test_nothing_is_called_while_nobody_was_tried_since(contacts):
    [only] = against(*contacts)
    assert only.startswith("contact_first: ")
    assert only.endswith("; ring first, record it, and then it can be called")


@pytest.mark.parametrize("contacts", TRIED.values(), ids=TRIED.keys())
def test_it_can_be_called_once_the_person_was_tried(contacts):
    assert against(*contacts) == ()


@pytest.mark.parametrize("move", [one for one in AlertMove if one is not AlertMove.SUSPECT])
def test_no_other_move_waits_for_a_contact(move):
    said = objections_to_moving(ALERT, move, ANA, "because", (), NOW, asked_first=True)
    assert not any("contact_first" in one for one in said)


def test_where_the_register_says_so_one_try_in_vain_is_not_enough():
    [only] = against(IN_VAIN, asked_first=True)
    assert "speak with them, or try once more" in only
    assert against(IN_VAIN, IN_VAIN, asked_first=True) == ()
    assert against(SPOKE, asked_first=True) == ()
    [only] = against(IN_VAIN, tried(CameOf.WRONG_NUMBER), asked_first=True)
    assert only.startswith("contact_first: ")


@pytest.mark.parametrize(("in_hand", "says"), [(IN_HAND_MAX - 1, False), (IN_HAND_MAX, True), (IN_HAND_MAX + 1, True)])
def test_nobody_claims_more_than_they_can_look_into(in_hand, says):
    free = replace(ALERT, held_by=None)
    said = objections_to_moving(free, AlertMove.CLAIM, ANA, "", (), NOW, in_hand=in_hand)
    assert any(one.startswith("too_many_held: ") for one in said) is says
    assert objections_to_moving(ALERT, AlertMove.RELEASE, ANA, "", (), NOW, in_hand=in_hand) == ()


def test_a_call_in_says_how_it_was_known_who_called_and_nothing_else_does():
    with pytest.raises(IllegalValue):
        replace(SPOKE, direction=Direction.IN)
    with pytest.raises(IllegalValue):
        replace(SPOKE, verified=Verified.KNOWN_VOICE)


def test_a_contact_is_a_named_persons_and_who_calls_is_spoken_to():
    assert objections_to_contact(CameOf.NO_ANSWER, ANA, None) == ()
    assert objections_to_contact(CameOf.SPOKE, ANA, Verified.CALLED_BACK) == ()
    [only] = objections_to_contact(CameOf.NO_ANSWER, ANA, Verified.CALLED_BACK)
    assert only.startswith("called_in: ")
    assert objections_to_contact(CameOf.SPOKE, "clock", None)
