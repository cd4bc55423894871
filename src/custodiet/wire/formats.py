"""The formats we read, by name.

FORMATS: what a sender may speak, one message, or one line of a file, at a time. Each decoder gives None for a message
that is well formed and holds nothing for us. FILES: whole files of one device, whose serial stands beside them.

Each raises NotTheFormat, and no other error, for bytes that are not its format; of FILES also while it is taken from.
"""

from collections.abc import Callable, Iterator

from custodiet.model.report import Report
from custodiet.wire import osmand, owntracks, recorder, traccar
from custodiet.wire.geojson import read_geojson
from custodiet.wire.gpx import read_gpx

Decode = Callable[[bytes], Report | None]
ReadFile = Callable[[bytes, str], Iterator[Report]]

FORMATS: dict[str, Decode] = {
    "traccar": traccar.decode,
    "osmand": osmand.decode,
    "owntracks": owntracks.decode,
    "recorder": recorder.read_line,
}

FILES: dict[str, ReadFile] = {"gpx": read_gpx, "geojson": read_geojson}
