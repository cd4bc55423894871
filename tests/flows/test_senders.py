"""Tokens: bound to an open fitting of a device in the sender's own scope and scheme, and ended with it; rotated with an
overlap; and scopes that change."""

from datetime import timedelta

import pytest
from support.by_hand import hands_on
from support.house import ANA, SCHEME, START, report, scheme_at
from support.watched import rows, whole

from custodiet.flows.fit_device import issue_sender, token_hash
from custodiet.flows.keep_senders import change_scope, end_sender, end_token, rotate_sender
from custodiet.model.errors import IllegalMove, NotFound, NotPermitted
from custodiet.model.identity import SchemeId
from custodiet.model.times import to_ms

MINUTE = timedelta(minutes=1)


def issue(house, fitting, *, scheme=SCHEME, scope=("TAG",)):
    return issue_sender(house.store, house.chance, scheme, "a sender", scope, ANA, fitting.id)


def refused(house, fitting, why, **given):
    with house.store.reading() as view:
        before = view.ledger_size()
    with pytest.raises(NotPermitted, match=why):
        issue(house, fitting, **given)
    with house.store.reading() as view:
        return view.ledger_size() == before


def test_a_token_is_bound_to_an_open_fitting(house):
    person = house.person("TAG")
    house.decide(person)
    person.token = issue(house, person.fitting, scope=("TAG", "TAG-2"))
    assert house.say(house.monitor(), person) == "kept"


def test_no_token_is_bound_to_a_fitting_that_has_ended(house):
    person = house.person("TAG")
    house.clock.pass_(MINUTE)
    house.unfit(person)
    assert refused(house, person.fitting, "the fitting has ended")


def test_a_fitting_of_the_next_wearer_does_not_open_the_one_before(house):
    person, following = house.person("TAG"), house.person()
    house.clock.pass_(MINUTE)
    house.unfit(person)
    house.fit(following, person.device)
    assert refused(house, person.fitting, "the fitting has ended")
    assert issue(house, following.fitting)


def test_no_token_is_bound_to_a_fitting_of_a_device_outside_the_scope(house):
    person = house.person("TAG")
    house.person("TAG-2")
    assert refused(house, person.fitting, "not in the sender's scope", scope=("TAG-2",))


def test_no_token_of_one_scheme_is_bound_to_a_fitting_of_another(house):
    whole = scheme_at(START)
    fields = {name: getattr(whole, name) for name in whole.__dataclass_fields__}
    other = type(whole)(**fields | {"id": SchemeId("scheme_other")})
    house.register(other)
    person = house.person("TAG")
    assert refused(house, person.fitting, "another scheme's", scheme=other.id)


def test_every_objection_is_named_at_once(house):
    person = house.person("TAG")
    house.clock.pass_(MINUTE)
    house.unfit(person)
    assert refused(house, person.fitting, "ended.*scope.*scheme", scheme=SchemeId("scheme_none"), scope=("TAG-2",))


def rotated(house, token_ended_at):
    """A person with two tokens, of which the first was ended when it was rotated."""
    person = house.person("TAG")
    house.decide(person)
    with hands_on(house) as hand:
        hand.execute("UPDATE token SET ended_at = ?", (to_ms(token_ended_at),))
    person.token = issue(house, person.fitting)
    return person


def ends(house):
    return sorted(end for (end,) in rows(house, "SELECT ended_at FROM token ORDER BY issued_at, version"))


def test_a_fitting_ends_also_when_one_of_its_tokens_had_ended_before(house):
    person = rotated(house, START)
    monitor = house.monitor()
    house.clock.pass_(MINUTE)
    assert house.say(monitor, person) == "kept"
    house.unfit(person)
    assert ends(house) == [to_ms(START), to_ms(START + MINUTE)]
    [answer] = house.post(monitor, person.token, report("TAG", house.clock.now()))
    assert answer.shown == "token_ended"


# --- rotating, ending, and another scope ----------------------------------------------------------------


def posted(house, monitor, token, serial="TAG"):
    [answer] = house.post(monitor, token, report(serial, house.clock.now()))
    return " ".join(filter(None, (answer.outcome, answer.shown)))


def sender_of(house, token):
    with house.store.reading() as view:
        return next(one.sender_id for one in view.tokens() if one.sha256 == token_hash(token))


def alive(house, sender_id):
    with house.store.reading() as view:
        return [one for one in view.tokens_of(sender_id) if not one.ended(house.clock.now())]


@pytest.fixture
def upstream(house):
    """A person with a decision, and a server that sends for their device and another."""
    person, other = house.person("TAG"), house.person("TAG-2")
    for one in (person, other):
        house.decide(one)
    person.token = house.sender("TAG", "TAG-2")
    return person


def rotate(house, token, overlap=None):
    given = () if overlap is None else (overlap,)
    return rotate_sender(house.store, house.chance, sender_of(house, token), ANA, *given)


def test_a_rotated_token_and_the_new_one_both_speak_until_the_overlap_is_over(house, upstream):
    monitor, old = house.monitor(), upstream.token
    new = rotate(house, old, timedelta(hours=1))
    for token in (old, new):
        house.clock.pass_(MINUTE)
        assert posted(house, monitor, token) == "kept"
    house.clock.set(START + timedelta(hours=1) - timedelta(milliseconds=1))
    assert posted(house, monitor, old) == "kept"
    house.clock.set(START + timedelta(hours=1))
    assert posted(house, monitor, old) == "refused token_ended"
    house.clock.pass_(MINUTE)
    assert posted(house, monitor, new) == "kept"


def test_a_token_is_rotated_with_an_overlap_of_seven_days_unless_another_is_said(house, upstream):
    sender_id = sender_of(house, upstream.token)
    rotate(house, upstream.token)
    assert sorted(one.ended_at is None for one in alive(house, sender_id)) == [False, True]
    house.clock.set(START + timedelta(days=7) - timedelta(milliseconds=1))
    assert len(alive(house, sender_id)) == 2
    house.clock.set(START + timedelta(days=7))
    assert [one.ended_at for one in alive(house, sender_id)] == [None]


def test_a_leaked_token_ends_at_once_also_in_a_monitor_that_runs(house, upstream):
    monitor = house.monitor()
    assert posted(house, monitor, upstream.token) == "kept"
    new = rotate(house, upstream.token, timedelta(0))
    house.clock.pass_(MINUTE)
    assert posted(house, monitor, upstream.token) == "refused token_ended"
    assert posted(house, monitor, new) == "kept"


def test_two_tokens_at_most_speak_and_a_third_needs_one_to_be_ended(house, upstream):
    sender_id = sender_of(house, upstream.token)
    lost = rotate(house, upstream.token)
    with pytest.raises(NotPermitted, match="two tokens speak for it already"):
        rotate(house, upstream.token)
    with house.store.reading() as view:
        [of_lost] = [one.id for one in view.tokens() if one.sha256 == token_hash(lost)]
    end_token(house.store, sender_id, of_lost, ANA)
    # What ends sooner than the overlap is not made to last.
    third = rotate(house, upstream.token, timedelta(days=30))
    assert {one.ended_at for one in alive(house, sender_id)} == {START + timedelta(days=7), None}
    monitor = house.monitor()
    assert posted(house, monitor, upstream.token) == "kept"
    assert posted(house, monitor, lost) == "refused token_ended"
    house.clock.pass_(MINUTE)
    assert posted(house, monitor, third) == "kept"


def test_when_both_tokens_have_leaked_both_end_at_once(house, upstream):
    second = rotate(house, upstream.token)
    third = rotate(house, upstream.token, timedelta(0))
    monitor = house.monitor()
    assert posted(house, monitor, upstream.token) == posted(house, monitor, second) == "refused token_ended"
    assert posted(house, monitor, third) == "kept"


def test_a_rotated_token_is_bound_to_the_same_fitting_and_both_end_with_it(house):
    person = house.person("TAG")
    house.decide(person)
    monitor, old = house.monitor(), person.token
    new = rotate(house, old)
    house.clock.pass_(MINUTE)
    house.unfit(person)
    assert posted(house, monitor, old) == posted(house, monitor, new) == "refused token_ended"
    with house.store.reading() as view:
        ends = {one.ended_at for one in view.tokens_of_fitting(person.fitting.id)}
    assert ends == {START + MINUTE}
    with pytest.raises(NotPermitted, match="this sender has ended"):
        rotate(house, new)


def test_a_fitting_whose_tokens_have_ended_ends_without_moving_their_end(house):
    person = house.person("TAG")
    rotate(house, person.token, timedelta(minutes=1))
    house.clock.pass_(2 * MINUTE)
    house.unfit(person)
    with house.store.reading() as view:
        assert sorted(one.ended_at for one in view.tokens_of_fitting(person.fitting.id)) == [
            START + MINUTE,
            START + 2 * MINUTE,
        ]


def test_a_sender_ends_with_all_its_tokens_and_for_good(house, upstream):
    monitor = house.monitor()
    sender_id, second = sender_of(house, upstream.token), rotate(house, upstream.token)
    house.clock.pass_(MINUTE)
    end_sender(house.store, sender_id, ANA)
    assert posted(house, monitor, upstream.token) == posted(house, monitor, second) == "refused token_ended"
    with pytest.raises(IllegalMove, match="has ended already"):
        end_sender(house.store, sender_id, ANA)
    for again in (
        lambda: rotate(house, second),
        lambda: change_scope(house.store, sender_id, ANA, add=("TAG-3",)),
    ):
        with pytest.raises(NotPermitted, match="this sender has ended"):
            again()


def test_a_token_is_ended_only_once_and_only_as_its_senders(house, upstream):
    sender_id = sender_of(house, upstream.token)
    other = sender_of(house, house.sender("TAG"))
    [token] = alive(house, sender_id)
    with pytest.raises(NotFound, match="this sender has no such token"):
        end_token(house.store, other, token.id, ANA)
    end_token(house.store, sender_id, token.id, ANA)
    with pytest.raises(IllegalMove, match="ended already"):
        end_token(house.store, sender_id, token.id, ANA)


def test_where_the_clock_was_set_back_a_token_ends_by_the_clock_and_never_before_it_was_issued(house, upstream):
    sender_id = sender_of(house, upstream.token)
    house.clock.pass_(3 * MINUTE)
    late = sender_of(house, house.sender("TAG"))
    house.clock.set(START + MINUTE)
    for one in (sender_id, late):
        end_sender(house.store, one, ANA)
    with house.store.reading() as view:
        assert [one.ended_at for one in view.tokens_of(sender_id)] == [START + MINUTE]
        assert [one.ended_at for one in view.tokens_of(late)] == [START + 3 * MINUTE]


def test_a_device_added_to_a_scope_is_heard_and_one_that_was_removed_is_not_yours(house, upstream):
    third = house.person("TAG-3")
    house.decide(third)
    monitor, sender_id = house.monitor(), sender_of(house, upstream.token)
    rotate(house, upstream.token)
    assert posted(house, monitor, upstream.token, "TAG-3") == "refused not_yours"
    change_scope(house.store, sender_id, ANA, add=("TAG-3",), remove=("TAG",))
    house.clock.pass_(MINUTE)
    for one in (monitor, house.monitor()):
        house.clock.pass_(MINUTE)
        assert posted(house, one, upstream.token, "TAG-3") == "kept"
        assert posted(house, one, upstream.token, "TAG-2") == "kept"
        assert posted(house, one, upstream.token, "TAG") == "refused not_yours"
    change_scope(house.store, sender_id, ANA, add=("TAG",))
    house.clock.pass_(MINUTE)
    assert posted(house, monitor, upstream.token, "TAG") == "kept"
    with house.store.reading() as view:
        assert view.sender(sender_id).scope == ("TAG", "TAG-2", "TAG-3")


def test_a_token_bound_to_a_fitting_keeps_its_device_in_scope(house):
    person = house.person("TAG")
    sender_id = sender_of(house, person.token)
    change_scope(house.store, sender_id, ANA, add=("TAG-2",))
    with pytest.raises(NotPermitted, match="bound to the fitting"):
        change_scope(house.store, sender_id, ANA, remove=("TAG",))


def test_what_is_refused_leaves_no_entry(house, upstream):
    sender_id = sender_of(house, upstream.token)
    with house.store.reading() as view:
        before = view.ledger_size()
    for asked in (
        lambda: rotate(house, upstream.token, timedelta(days=31)),
        lambda: change_scope(house.store, sender_id, ANA, remove=("TAG-9",)),
        lambda: end_token(house.store, sender_id, "token_none", ANA),
        lambda: end_sender(house.store, "sender_none", ANA),
    ):
        with pytest.raises((NotPermitted, NotFound)):
            asked()
    with house.store.reading() as view:
        assert view.ledger_size() == before


def test_everything_that_was_done_with_senders_follows_from_the_ledger_alone(house, upstream):
    sender_id = sender_of(house, upstream.token)
    second = rotate(house, upstream.token)
    change_scope(house.store, sender_id, ANA, add=("TAG-3", "TAG-4"), remove=("TAG",))
    change_scope(house.store, sender_id, ANA, add=("TAG",), remove=("TAG-3",))
    rotate(house, second, timedelta(0))
    fitted = house.person("TAG-5")
    rotate(house, fitted.token)
    house.clock.pass_(MINUTE)
    house.unfit(fitted)
    end_sender(house.store, sender_id, ANA)
    assert whole(house)


PLANTED = {
    "a device slipped into a scope": "INSERT INTO sender_scope_change SELECT sender_id, 'TAG-9', entry, 1 "
    "FROM sender_scope_change",
    "a change of scope that is gone": "DELETE FROM sender_scope_change",
    "a removal made an addition": "UPDATE sender_scope_change SET added = 1 - added",
    "a token that lasts": "UPDATE token SET ended_at = NULL WHERE ended_at IS NOT NULL",
}


@pytest.mark.parametrize("planted", PLANTED.values(), ids=PLANTED.keys())
def test_verifying_notices_a_scope_or_a_token_changed_by_hand(house, upstream, planted):
    change_scope(house.store, sender_of(house, upstream.token), ANA, add=("TAG-3",))
    rotate(house, upstream.token)
    with hands_on(house) as hand, hand.rules_held_back():
        assert hand.execute(planted).rowcount > 0
    assert not whole(house)
