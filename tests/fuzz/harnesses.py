"""One harness a decoder: whatever the bytes, it raises its own error or gives something legal, and quotes nothing.

A harness is a function of bytes that returns nothing and lets an AssertionError, or any error that the decoder may not
raise, go through. The kept corpus is replayed through it by every run of the suite; atheris drives it.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from support.many import LINES_MAX, assert_same_read, reads_many
from support.wire import refusal_in_own_words, require_legal

from custodiet.model.errors import NotTheFormat
from custodiet.model.report import Report
from custodiet.model.shape import Circle, Polygon
from custodiet.model.times import to_ms
from custodiet.wire import (
    attachment,
    cosigning,
    frame,
    gathered,
    geojson,
    geometry,
    gpx,
    note,
    osmand,
    owntracks,
    place_list,
    proof,
    recorder,
    recording,
    records,
    sealed,
    traccar,
    traccar_event,
    vault,
)
from custodiet.wire.columns import pack_fixes
from custodiet.wire.traccar_columns import LineByLine, Lines

CORPUS = Path(__file__).parent / "corpus"
DEVICE = "wearer/42"
Harness = Callable[[bytes], None]


# --- positions ------------------------------------------------------------------------------------------


def read_traccar(data: bytes) -> None:
    _report_or_refusal(traccar.decode, data)
    _report_or_refusal(lambda body: traccar.decode_bare(body, "TAG-0042"), data)


def read_lines(data: bytes) -> None:
    """A batch: what stands in its rows is what its lines say."""
    reads = reads_many()
    assert_same_read(reads.read(data, LINES_MAX), LineByLine().read(data, LINES_MAX))
    lines = Lines.many(data, reads, LINES_MAX)
    columns = lines.columns
    reports = list(lines)
    for row in columns.plain.nonzero()[0]:
        report = reports[row]
        assert isinstance(report, Report)
        assert report.fix is not None
        assert report.fix_time is not None
        received_ms = to_ms(report.fix_time)
        [packed] = pack_fixes(columns.of(row.reshape(1)), row.reshape(1) * 0 + received_ms)
        assert packed.tobytes() == frame.pack_fix(report.fix, received_ms, received_ms)
        assert lines.serials[row] == report.serial


def read_traccar_event(data: bytes) -> None:
    _report_or_refusal(traccar_event.decode, data)
    traccar_event.is_one(data)


def read_osmand_query(data: bytes) -> None:
    _report_or_refusal(osmand.decode_query, data)
    _report_or_refusal(osmand.decode, data)


def read_osmand_json(data: bytes) -> None:
    _report_or_refusal(osmand.decode_json, data)


def read_owntracks(data: bytes) -> None:
    _report_or_refusal(owntracks.decode, data)
    _report_or_refusal(lambda body: owntracks.decode(body, DEVICE), data)
    owntracks.device_of_topic(data.decode(errors="replace"))


def read_recorder(data: bytes) -> None:
    _report_or_refusal(recorder.read_line, data)
    _report_or_refusal(lambda line: recorder.read_line(line, DEVICE), data)


def read_gpx(data: bytes) -> None:
    _reports_or_refusal(gpx.read_gpx(data, "TAG-0042"))


def read_geojson(data: bytes) -> None:
    _reports_or_refusal(geojson.read_geojson(data, "TAG-0042"))


def _report_or_refusal(decode: Callable[[bytes], Report | None], data: bytes) -> None:
    with refusal_in_own_words():
        require_legal(decode(data))


def _reports_or_refusal(reports: Iterator[Report]) -> None:
    with refusal_in_own_words():
        for report in reports:
            require_legal(report)


# --- what we wrote ourselves, and what stands in a store that others may reach ----------------------------


def read_frame(data: bytes) -> None:
    plain = data[: frame.PLAIN_BYTES]
    stored = _or_refusal(lambda: frame.unpack_fix(plain))
    if stored is not None:
        packed = frame.pack_fix(stored.fix, to_ms(stored.fix_time), to_ms(stored.received_at))
        assert frame.unpack_fix(packed) == stored
    rows = _or_refusal(lambda: list(frame.unpack_directory(data)))
    if rows is not None:
        packed = frame.pack_directory((row.session_no, row.fix_ms) for row in rows)
        again = list(frame.unpack_directory(packed))
        assert [row.session_no for row in again] == [row.session_no for row in rows]
        assert [row.fix_ms for row in again] == [row.fix_ms for row in rows]
        assert (packed == data) == all(row.offset == n * frame.PIECE_BYTES for n, row in enumerate(rows))
        assert frame.rows_of_sessions(data, {0, 1}) == {
            n: row for n, row in enumerate(rows) if row.session_no in (0, 1)
        }
        for row in rows[:3]:
            _or_refusal(lambda row=row: frame.piece_of(data, row))


def read_gathered(data: bytes) -> None:
    """What the vault keeps of a session; the first half of the bytes is a frame's directory to the second."""
    found = _or_refusal(lambda: list(gathered.read_gathered(data)))
    if found:
        first = {(found[0][0], found[0][1])}
        left = gathered.without(data, first)
        assert list(gathered.read_gathered(left)) == [one for one in found if (one[0], one[1]) not in first]
    fold = _or_refusal(lambda: gathered.unpack_fold(data))
    assert (fold is None) == (_or_refusal(lambda: list(gathered.rows_folded(data))) is None)
    if fold is not None:
        assert gathered.pack_fold(fold) == data
        assert gathered.pack_fold(fold.without(set())) == data
        assert not fold.without(set(fold.places)).plain
    half = len(data) // 2
    _or_refusal(lambda: gathered.gather(7, data[:half], data[half:]))


def read_records(data: bytes) -> None:
    ways = (
        (records.read_record, records.record_bytes),
        (records.read_ingested, records.ingested_bytes),
        (records.read_detail, records.detail_bytes),
    )
    for read, write in ways:
        noun = _or_refusal(lambda read=read: read(data))
        if noun is not None:
            with suppress(rfc8785.CanonicalizationError):  # a number that JSON has and RFC 8785 has not
                assert read(write(noun)) == noun
    _or_refusal(lambda: records.read_entry(data))


def read_note(data: bytes) -> None:
    text = data.decode(errors="surrogateescape")
    body = _or_note_error(lambda: note.unverified_body(text))
    for part in (text, body or ""):
        checkpoint = _or_note_error(lambda part=part: note.parse_checkpoint(part))
        if checkpoint is not None:
            assert note.checkpoint_body(checkpoint) == part
    key = _or_note_error(lambda: note.parse_vkey(text))
    if key is not None:
        assert note.vkey(*key) == text
    _or_note_error(lambda: note.open_checkpoint(text, _vkey()))


def read_proof(data: bytes) -> None:
    text = data.decode(errors="surrogateescape")
    read = _or_note_error(lambda: proof.read_proof(text))
    if read is not None:
        assert proof.write_proof(read) == text
    _or_note_error(lambda: proof.verify_proof(text, _vkey(), bytes(32), lambda *_: True))


def read_vault(data: bytes) -> None:
    question = _or_refusal(lambda: vault.read_question(data))
    if question is not None:
        assert vault.read_question(vault.write_question(question)) == question
    for read in (vault.read_line, vault.read_keys, vault.read_text, vault.read_zone, vault.read_counts):
        _or_refusal(lambda read=read: read(data))


def read_sealed(data: bytes) -> None:
    compact = _or_refusal(lambda: sealed.compact_geometry(data))
    if compact is not None:
        assert len(compact) % sealed.GEOMETRY_BLOCK == 0
        assert sealed.compact_geometry(compact) == compact
    name = _or_refusal(lambda: sealed.unpack_name(data))
    if name is not None and "\0" not in name:
        assert sealed.unpack_name(sealed.pack_name(name)) == name


def read_geometry(data: bytes) -> None:
    shape = _or_refusal(lambda: geometry.read_shape(data))
    assert shape is None or isinstance(shape, Circle | Polygon)


def read_attachment(data: bytes) -> None:
    taken = _or_refusal(lambda: attachment.cleaned(data))
    if taken is not None:
        kind, kept = taken
        assert len(kept) <= len(data)
        assert attachment.cleaned(kept) == (kind, kept)
    for read in (attachment.unpack_label, attachment.unpack_file, attachment.read_file):
        _or_refusal(lambda read=read: read(data))


def read_recording(data: bytes) -> None:
    taken = _or_refusal(lambda: recording.heard(data))
    if taken is not None:
        lasts_s, frames = taken
        assert lasts_s > 0
        assert recording.heard(frames) == taken


def read_place_list(data: bytes) -> None:
    cells = _or_refusal(lambda: place_list.read_place_list(data))
    if cells is not None:
        assert place_list.write_place_list(cells) == data


def read_cosigning(data: bytes) -> None:
    text = data.decode(errors="surrogateescape")
    key = _or_note_error(lambda: cosigning.parse_witness_vkey(text))
    if key is not None:
        assert cosigning.witness_vkey(*key) == text
    _or_note_error(lambda: cosigning.read_size(text))
    _or_note_error(lambda: cosigning.with_cosignatures(text, text, _witness()))
    with suppress(NotTheFormat):  # which tells the number of the line
        cosigning.read_witness_policy(text)


def _or_refusal(read: Callable[[], Any]) -> Any:
    with refusal_in_own_words():
        return read()
    return None


def _or_note_error(read: Callable[[], Any]) -> Any:
    try:
        return read()
    except note.NoteError:
        return None


@cache
def _vkey() -> str:
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    return note.vkey("ledger.example/em", key.public_key().public_bytes_raw())


@cache
def _witness() -> str:
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    return cosigning.witness_vkey("witness.example/w", key.public_key().public_bytes_raw())


HARNESSES: dict[str, Harness] = {
    "traccar": read_traccar,
    "lines": read_lines,
    "traccar_event": read_traccar_event,
    "osmand_query": read_osmand_query,
    "osmand_json": read_osmand_json,
    "owntracks": read_owntracks,
    "recorder": read_recorder,
    "gpx": read_gpx,
    "geojson": read_geojson,
    "frame": read_frame,
    "gathered": read_gathered,
    "records": read_records,
    "note": read_note,
    "proof": read_proof,
    "vault": read_vault,
    "sealed": read_sealed,
    "geometry": read_geometry,
    "attachment": read_attachment,
    "recording": read_recording,
    "place_list": read_place_list,
    "cosigning": read_cosigning,
}
