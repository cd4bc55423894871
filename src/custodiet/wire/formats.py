"""The formats a sender may speak, by name: bytes of one message to its report.

Each decoder raises NotTheFormat, and no other error, for bytes that are not its format, and gives None for a message
that is well formed and holds nothing for us.
"""

from collections.abc import Callable

from custodiet.model.report import Report
from custodiet.wire import osmand, owntracks, traccar

Decode = Callable[[bytes], Report | None]

FORMATS: dict[str, Decode] = {
    "traccar": traccar.decode,
    "osmand": osmand.decode,
    "owntracks": owntracks.decode,
}
