"""GeoJSON points with a time, decoded one by one: bytes of a file to Reports, and nothing else kept.

Source: RFC 7946: positions are [longitude, latitude] or [longitude, latitude, metres above the ellipsoid], in that
order, in degrees of WGS 84. Read is a Feature, or a FeatureCollection of them, whose geometry is

- a Point, with its time in the property `time`, `timestamp` or `datetime`, and perhaps `accuracy` in metres;
- a LineString, with the property `coordTimes`: a list of as many times as it has positions.

A time is ISO 8601 text (without a zone: UTC) or a number since 1970, in seconds or, where too large for that, in
milliseconds. A position without a time that can be read has no fix time, so no fix. Other geometries are passed over;
names, ids and other properties are never read.

Raises NotTheFormat, and no other error, for bytes that are not GeoJSON; the text says where, never what. A list's
features are read when they are taken, so perhaps after others. Held in memory: at most BYTES_MAX bytes, and of one
geometry at a time its positions, some thirty times their text.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal

import msgspec

from custodiet.model.errors import NotTheFormat
from custodiet.model.mode import Kind
from custodiet.model.report import Fix, Report
from custodiet.wire.quantities import (
    Number,
    above_zero,
    number_of,
    place_in_document,
    place_of,
    serial_of,
    time_of_count,
    time_of_text,
)

BYTES_MAX = 16 * 1024 * 1024


class _Geometry(msgspec.Struct, frozen=True, gc=False):
    type: str
    coordinates: msgspec.Raw = msgspec.Raw()


class _Properties(msgspec.Struct, frozen=True, gc=False):
    time: msgspec.Raw = msgspec.Raw()
    timestamp: msgspec.Raw = msgspec.Raw()
    datetime: msgspec.Raw = msgspec.Raw()
    accuracy: msgspec.Raw = msgspec.Raw()
    coordTimes: msgspec.Raw = msgspec.Raw()  # noqa: N815 - as it is spelt by those who write it


class _Feature(msgspec.Struct, frozen=True, gc=False):
    type: Literal["Feature"]
    geometry: _Geometry | None
    properties: msgspec.Raw = msgspec.Raw()


class _Features(msgspec.Struct, frozen=True, gc=False):
    type: Literal["FeatureCollection"]
    features: list[_Feature]


class _Kind(msgspec.Struct, frozen=True, gc=False):
    type: Literal["Feature", "FeatureCollection"]


_kind_decoder = msgspec.json.Decoder(_Kind)
_feature_decoder = msgspec.json.Decoder(_Feature)
_features_decoder = msgspec.json.Decoder(_Features)
_properties_decoder = msgspec.json.Decoder(_Properties)
_value_decoder = msgspec.json.Decoder(Number)
_times_decoder = msgspec.json.Decoder(list[Number])
_position_decoder = msgspec.json.Decoder(list[float])
_line_decoder = msgspec.json.Decoder(list[list[float]])
_NOTHING_TOLD = _Properties()


def read_geojson(data: bytes, serial: str) -> Iterator[Report]:
    """The points of a file, in its order."""
    serial_of(serial)
    if len(data) > BYTES_MAX:
        raise NotTheFormat(f"GeoJSON of more than {BYTES_MAX} bytes")
    if _decoded(_kind_decoder, data).type == "Feature":
        yield from _reports(_decoded(_feature_decoder, data), serial)
        return
    for feature in _decoded(_features_decoder, data).features:
        yield from _reports(feature, serial)


def _decoded(decoder: "msgspec.json.Decoder[Any]", data: bytes | msgspec.Raw) -> Any:
    try:
        return decoder.decode(data)
    except msgspec.ValidationError as error:
        raise NotTheFormat(f"not GeoJSON of points: {place_in_document(error)}") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise NotTheFormat("not JSON") from None


def _or_none(decoder: "msgspec.json.Decoder[Any]", raw: msgspec.Raw) -> Any:
    """What is not of its kind says nothing."""
    try:
        return decoder.decode(raw) if raw else None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def _reports(feature: _Feature, serial: str) -> Iterator[Report]:
    geometry = feature.geometry
    told = _or_none(_properties_decoder, feature.properties) or _NOTHING_TOLD
    if geometry is None:
        return
    if geometry.type == "Point":
        times = (told.time, told.timestamp, told.datetime)
        time = next((value for raw in times if (value := _or_none(_value_decoder, raw)) is not None), None)
        accuracy = number_of(_or_none(_value_decoder, told.accuracy))
        yield _report(serial, _or_none(_position_decoder, geometry.coordinates), time, accuracy)
    elif geometry.type == "LineString":
        line = _or_none(_line_decoder, geometry.coordinates) or []
        instants = _or_none(_times_decoder, told.coordTimes) or []
        for place, position in enumerate(line):
            yield _report(serial, position, instants[place] if len(instants) == len(line) else None, None)


def _report(serial: str, position: list[float] | None, time: Number, accuracy: float | None) -> Report:
    fix_time = _time(time)
    place = place_of(position[1], position[0]) if position is not None and len(position) >= 2 else None
    if place is None or fix_time is None or position is None:
        return Report(serial, Kind.FIX, None, None)
    altitude = position[2] if len(position) > 2 else None
    return Report(serial, Kind.FIX, fix_time, Fix(*place, accuracy_m=above_zero(accuracy), altitude_m=altitude))


def _time(told: Number) -> datetime | None:
    return time_of_text(told) if isinstance(told, str) else time_of_count(told)
