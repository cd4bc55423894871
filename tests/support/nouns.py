"""Nouns made anew with other fields, whatever they are made of."""

import dataclasses

import msgspec


def changed(noun, **fields):
    """The same noun with these fields instead."""
    replace = dataclasses.replace if dataclasses.is_dataclass(noun) else msgspec.structs.replace
    return replace(noun, **fields)


def names_of(kind):
    """The names of its fields, in order."""
    if dataclasses.is_dataclass(kind):
        return tuple(field.name for field in dataclasses.fields(kind))
    return kind.__struct_fields__
