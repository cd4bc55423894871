"""A recording of the notice reaches people once someone else has listened to it, and while it is of the text."""

from dataclasses import replace

import pytest
from support.assessing import assessor
from support.by_hand import stored_bytes
from support.house import ANA, SCHEME
from support.in_words import approve_text
from support.mp3 import silence
from support.watched import whole

from custodiet.flows.give_notice import Given, give_notice
from custodiet.flows.keep_register import keep_register
from custodiet.flows.notice_now import notice_at, recording_in
from custodiet.flows.record_notice import approve_recording, content_of, keep_recording
from custodiet.flows.scheme_now import register_at
from custodiet.flows.show_notices import show_recordings
from custodiet.model.errors import NotFound, NotPermitted, NotTheFormat
from custodiet.model.notice import How, Readiness, TextOf, Understood

READER, LISTENER = "translator-1", "translator-2"


@pytest.fixture(autouse=True)
def _replayed(house):
    yield
    assert whole(house)


def kept(house, tag="en", content=None):
    return keep_recording(house.store, house.chance, SCHEME, tag, content or silence(2), READER)


def heard(house, tag="en"):
    with house.store.reading() as view:
        return recording_in(view, SCHEME, tag, house.clock.now())


def stands(house, tag="en"):
    with house.store.reading() as view:
        return show_recordings(view, house.clock.now(), SCHEME, tag).stands


def play(house, person, tag="en"):
    with house.store.reading() as view:
        _, digest, _ = notice_at(view, SCHEME, house.clock.now())
    given = Given(digest, tag, How.AUDIO, Understood.YES)
    return give_notice(house.store, assessor(house), house.chance, person.case.id, given, ANA)


def refused(act, *codes):
    with pytest.raises(NotPermitted) as error:
        act()
    assert [str(one).partition(":")[0] for one in error.value.objections] == list(codes)


def another_text(house):
    """The register says something else, and the notice with it."""
    with house.store.reading() as view:
        register, _ = register_at(view, SCHEME, house.clock.now())
    keep_register(house.store, replace(register, interpreter="another made-up number"), ANA)


def test_nobody_is_told_by_a_recording_before_someone_else_has_listened_to_it(house):
    person = house.person()
    refused(lambda: play(house, person), "no_recording")
    one = kept(house, content=silence(2, named=b"made-up studio"))
    assert (heard(house), stands(house)) == (None, Readiness.DRAFT)
    refused(lambda: play(house, person), "no_recording")
    refused(lambda: approve_recording(house.store, one, READER), "by_another")
    approve_recording(house.store, one, LISTENER)
    assert (heard(house).id, heard(house).length_s, stands(house)) == (one, 2, Readiness.APPROVED)
    assert play(house, person)
    refused(lambda: approve_recording(house.store, one, LISTENER), "approved_already")
    with house.store.reading() as view:
        assert content_of(view, one) == silence(2)
    assert b"made-up studio" not in stored_bytes(house)


def test_it_is_out_of_date_when_the_text_is(house):
    one, other = kept(house), kept(house)
    approve_recording(house.store, one, LISTENER)
    another_text(house)
    assert (heard(house), stands(house)) == (None, Readiness.STALE)
    refused(lambda: play(house, house.person()), "no_recording")
    refused(lambda: approve_recording(house.store, other, LISTENER), "of_another_text")
    approve_recording(house.store, kept(house), LISTENER)
    assert stands(house) is Readiness.APPROVED


def test_in_another_language_it_is_of_the_text_that_was_approved_last(house):
    refused(lambda: kept(house, "en-XA"), "no_approved_text")
    approve_text(house, "en-XA", TextOf.NOTICE)
    one = kept(house, "en-XA")
    approve_recording(house.store, one, LISTENER)
    assert play(house, house.person(), "en-XA")
    assert heard(house) is None
    approve_text(house, "en-XA", TextOf.NOTICE)
    assert (heard(house, "en-XA"), stands(house, "en-XA")) == (None, Readiness.STALE)
    refused(lambda: play(house, house.person(), "en-XA"), "no_recording")


def test_what_was_approved_is_heard_until_the_next_one_is_approved(house):
    first = kept(house)
    approve_recording(house.store, first, LISTENER)
    second = kept(house, content=silence(3))
    assert heard(house).id == first
    house.clock.set(house.clock.now().replace(hour=11))
    approve_recording(house.store, second, LISTENER)
    assert heard(house).id == second


def test_what_is_not_an_mp3_is_not_kept(house):
    with pytest.raises(NotTheFormat):
        kept(house, content=b"<script>made up</script>")
    assert stands(house) is Readiness.MISSING
    with pytest.raises(NotFound), house.store.reading() as view:
        show_recordings(view, house.clock.now(), SCHEME, "nowhere")
