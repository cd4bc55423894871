"""The table of formats: each name reads its own and takes nobody else's for it."""

import pytest

from custodiet.model.errors import NotTheFormat
from custodiet.model.report import Report
from custodiet.wire.formats import FILES, FORMATS

MESSAGES = {
    "traccar": b'{"position":{},"device":{"uniqueId":"TAG-0042"}}',
    "osmand": b"id=TAG-0042&timestamp=1787307330&lat=46.5&lon=-28.0",
    "owntracks": b'{"_type":"location","topic":"owntracks/wearer/42"}',
    "recorder": b'2026-08-21T10:15:30Z\t*\t{"_type":"location","topic":"owntracks/wearer/42"}',
}
WHOLE = {
    "gpx": b"<gpx><trk><trkseg><trkpt/></trkseg></trk></gpx>",
    "geojson": b'{"type":"Feature","geometry":{"type":"Point"}}',
}


def test_every_format_has_its_message_here():
    assert FORMATS.keys() == MESSAGES.keys()
    assert FILES.keys() == WHOLE.keys()


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("sent", MESSAGES)
def test_a_format_reads_its_own_and_no_others(name, sent):
    if name == sent:
        assert isinstance(FORMATS[name](MESSAGES[sent]), Report)
    else:
        with pytest.raises(NotTheFormat):
            FORMATS[name](MESSAGES[sent])


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("sent", WHOLE)
def test_a_file_is_read_as_what_it_is_and_as_nothing_else(name, sent):
    if name == sent:
        [one] = FILES[name](WHOLE[sent], "TAG-0042")
        assert isinstance(one, Report)
    else:
        with pytest.raises(NotTheFormat):
            list(FILES[name](WHOLE[sent], "TAG-0042"))
