"""The lines of OwnTracks' recorder: the message in them is read as it was sent, the time in front is not used."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.wire import refusal_in_own_words, require_legal, told_by

from custodiet.model.errors import NotTheFormat
from custodiet.wire import owntracks
from custodiet.wire.recorder import LINE_BYTES_MAX, read_line

DEVICE = "wearer/42"
MESSAGE = b'{"_type":"location","tid":"42","tst":1787307330,"lat":46.5,"lon":-28.0,"acc":8,"batt":87}'
CROSSING = b'{"_type":"transition","tst":1787307330,"event":"enter","rid":"6da9cf","topic":"owntracks/wearer/42/event"}'
WITH_TOPIC = MESSAGE[:-1] + b',"topic":"owntracks/wearer/42"}'


def line(message=MESSAGE, at=b"2026-08-22T00:00:00Z", topic=b"*                 "):
    return b"\t".join([at, topic, message])


def test_a_line_is_read_as_its_message():
    assert read_line(line(), DEVICE) == owntracks.decode(MESSAGE, DEVICE)
    assert read_line(line(WITH_TOPIC)) == owntracks.decode(WITH_TOPIC)
    assert read_line(line(CROSSING, topic=b"event             ")) == owntracks.decode(CROSSING)


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b" "])
def test_the_end_of_a_line_is_no_part_of_it(end):
    assert read_line(line() + end, DEVICE) == read_line(line(), DEVICE)


@pytest.mark.parametrize("at", [b"1970-01-01T00:00:00Z", b"2026-08-21 10:15:30", b"9999-99-99T99:99:99Z"])
def test_the_time_in_front_is_not_used(at):
    assert read_line(line(at=at), DEVICE) == read_line(line(), DEVICE)


@pytest.mark.parametrize("data", [b"", b"\n", b" \t \t ", line(b""), line(b'{"_type":"lwt","tst":1}')])
def test_a_line_that_holds_nothing_for_us_is_nothing(data):
    assert read_line(data, DEVICE) is None


def test_a_line_of_nobody_is_not_the_format():
    with pytest.raises(NotTheFormat, match="nothing names the device"):
        read_line(line())
    with pytest.raises(NotTheFormat, match="another device's"):
        read_line(line(WITH_TOPIC), "wearer/43")


NOT_A_LINE = {
    "the message alone": MESSAGE,
    "two columns": b"2026-08-22T00:00:00Z\t" + MESSAGE,
    "no time": line(at=b""),
    "a time that is none": line(at=b"yesterday"),
    "a time in other digits": line(at="\N{ARABIC-INDIC DIGIT TWO}026-08-22T00:00:00Z".encode()),
    "a time that is no text": line(at=b"\xff\xfe"),
    "no JSON": line(b"SECRET-46.5"),
    "a list": line(b"[" + MESSAGE + b"]"),
    "encrypted": line(b'{"_type":"encrypted","data":"SECRET-46.5"}'),
    "spaces for tabs": line().replace(b"\t", b"  "),
    "a message too long": line(MESSAGE + b" " * LINE_BYTES_MAX),
    "a topic too long": line(topic=b"*" * LINE_BYTES_MAX),
}


@pytest.mark.parametrize("data", NOT_A_LINE.values(), ids=NOT_A_LINE.keys())
def test_what_is_no_line_is_not_the_format_and_is_not_quoted(data):
    with pytest.raises(NotTheFormat) as caught:
        read_line(data, DEVICE)
    for secret in ("SECRET", "46.5", "2026", "wearer"):
        assert secret not in told_by(caught.value)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=100), st.integers(0, 4))
def test_any_bytes_are_read_or_are_not_the_format(data, tabs):
    for whole in (data, line(data), line()[: len(data)] + data):
        with refusal_in_own_words():
            require_legal(read_line(whole, DEVICE))
