"""The lines that OwnTracks' recorder keeps: bytes of one line to Report, and nothing else kept.

Source: recorder.c. A line is a time in ISO 8601, a tab, the topic below the device's own filled up with spaces ("*" for
the device's own), a tab, and the message as OwnTracks sent it. The time in front is when the recorder wrote the line,
not when anybody was anywhere: it must be one, and is not used. The message is read as in owntracks.

Raises NotTheFormat, and no other error; None is a line that holds nothing for us, as an empty one.
"""

from custodiet.model.errors import NotTheFormat
from custodiet.model.report import Report
from custodiet.wire import owntracks
from custodiet.wire.quantities import is_time_text

LINE_BYTES_MAX = owntracks.BYTES_MAX + 256


def read_line(line: bytes, device: str | None = None) -> Report | None:
    """One line. `device` is the "user/device" whose file it stands in; a file tells it by its name alone."""
    if len(line) > LINE_BYTES_MAX:
        raise NotTheFormat(f"a line of more than {LINE_BYTES_MAX} bytes")
    if not line.strip():
        return None
    match line.split(b"\t", 2):
        case [at, _, message] if is_time_text(at.decode("ascii", "replace")):
            return owntracks.decode(message, device)
        case _:
            raise NotTheFormat("a line of the recorder is a time, a topic and a message, parted by tabs")
