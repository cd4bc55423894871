"""A noun as a row: its fields are the columns of the same names."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any


def row_of(noun: Any, *without: str) -> Mapping[str, Any]:
    """The fields of a noun as columns of the same names."""
    return {f.name: getattr(noun, f.name) for f in fields(noun) if f.name not in without}
