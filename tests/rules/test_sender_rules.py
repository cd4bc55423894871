"""When a token may be rotated, and how a scope may change."""

from datetime import UTC, datetime, timedelta

import pytest

from custodiet.model.device import Sender, Token
from custodiet.rules.senders import (
    ALIVE_MAX,
    OVERLAP_DEFAULT,
    OVERLAP_MAX,
    alive_of,
    objections_to_rotating,
    objections_to_scoping,
)

NOW = datetime(2031, 3, 3, 9, 0, tzinfo=UTC)
MS, HOUR = timedelta(milliseconds=1), timedelta(hours=1)
SENDER = Sender("sender_1", "scheme_1", "a forwarding server", ("TAG-1", "TAG-2"))


def tokens(count):
    return tuple(Token(f"token_{number}", SENDER.id, bytes([number]), NOW) for number in range(count))


# --- rotating ---


@pytest.mark.parametrize("overlap", [timedelta(0), MS, OVERLAP_DEFAULT, OVERLAP_MAX])
def test_one_token_is_rotated_with_any_overlap_up_to_thirty_days(overlap):
    assert objections_to_rotating(tokens(1), overlap) == ()
    assert timedelta(days=7) == OVERLAP_DEFAULT
    assert timedelta(days=30) == OVERLAP_MAX


@pytest.mark.parametrize("overlap", [-MS, OVERLAP_MAX + MS, timedelta(days=365)])
def test_no_token_is_rotated_with_an_overlap_of_less_than_nothing_or_of_more_than_thirty_days(overlap):
    assert objections_to_rotating(tokens(1), overlap) == (
        "overlap_too_long: tokens overlap for 30 days at most; a shorter overlap, or none",
    )


def test_a_third_token_comes_only_when_the_two_before_it_end_at_once():
    assert ALIVE_MAX == 2
    assert objections_to_rotating(tokens(2), timedelta(0)) == ()
    assert objections_to_rotating(tokens(2), HOUR) == (
        (
            "two_tokens: two tokens speak for it already: end one of them first; "
            "a new token without an overlap, which ends both"
        ),
    )


@pytest.mark.parametrize("overlap", [timedelta(0), HOUR])
def test_a_sender_that_has_ended_gets_no_token(overlap):
    assert objections_to_rotating((), overlap) == (
        "sender_ended: this sender has ended: issue another; a new sender with the same scope",
    )


@pytest.mark.parametrize(("ended_at", "speaks"), [(None, True), (NOW + MS, True), (NOW, False), (NOW - MS, False)])
def test_a_token_speaks_until_its_end_and_not_at_it(ended_at, speaks):
    token = Token("token_1", SENDER.id, b"", NOW - HOUR, ended_at=ended_at)
    assert alive_of((token,), NOW) == ((token,) if speaks else ())


# --- scope ---


def against(add=(), remove=(), alive=1, bound_to=None):
    return objections_to_scoping(SENDER, tokens(alive), tuple(add), tuple(remove), bound_to)


GOOD = {
    "one more": {"add": ["TAG-3"]},
    "several more": {"add": ["TAG-3", "TAG-4"]},
    "one less": {"remove": ["TAG-1"]},
    "a swap": {"add": ["TAG-3"], "remove": ["TAG-1"]},
    "a swap of all": {"add": ["TAG-3"], "remove": ["TAG-1", "TAG-2"]},
    "one more beside the one it is bound to": {"add": ["TAG-3"], "bound_to": "TAG-1"},
    "another than the one it is bound to": {"remove": ["TAG-2"], "bound_to": "TAG-1"},
    "the longest serial": {"add": ["x" * 128]},
}
BAD = {
    "nothing": ({}, "changes_nothing: this changes nothing; name a device to add or to remove"),
    "of an ended sender": (
        {"add": ["TAG-3"], "alive": 0},
        "sender_ended: this sender has ended: issue another; a new sender with the same scope",
    ),
    "added twice": ({"add": ["TAG-3", "TAG-3"]}, "twice: a device is named twice; each device once"),
    "removed twice": ({"remove": ["TAG-1", "TAG-1"]}, "twice: a device is named twice; each device once"),
    "there already": (
        {"add": ["TAG-1"]},
        "in_scope_already: a device to be added is in its scope already; the same without that device",
    ),
    "not there": (
        {"remove": ["TAG-3"]},
        "not_in_scope: a device to be removed is not in its scope; the same without that device",
    ),
    "all of it": (
        {"remove": ["TAG-1", "TAG-2"]},
        "speaks_for_none: it would speak for no device: end it instead; end the sender",
    ),
    "an empty serial": (
        {"add": [""]},
        "bad_serial: a device serial has 1 to 128 characters; the serial as it stands on the device",
    ),
    "a serial that is too long": (
        {"add": ["x" * 129]},
        "bad_serial: a device serial has 1 to 128 characters; the serial as it stands on the device",
    ),
    "the one it is bound to": (
        {"remove": ["TAG-1"], "bound_to": "TAG-1"},
        "bound: its token is bound to the fitting of a device to be removed: end it instead; end the sender",
    ),
}


@pytest.mark.parametrize("asked", GOOD.values(), ids=GOOD.keys())
def test_a_scope_changes(asked):
    assert against(**asked) == ()


@pytest.mark.parametrize(("asked", "why"), BAD.values(), ids=BAD.keys())
def test_a_scope_does_not_change_and_the_one_reason_is_named(asked, why):
    assert against(**asked) == (why,)


def test_every_objection_to_a_change_of_scope_is_named_at_once():
    named = against(add=["TAG-1", "TAG-1"], remove=["TAG-1", "TAG-2", "TAG-3"], alive=0, bound_to="TAG-2")
    assert len(named) == 6
