"""A register or an assessment with one field emptied."""

import re
from dataclasses import fields, is_dataclass, replace

from custodiet.rules.fields import key_of

PATH = re.compile(r"(\w+)(?:(\[)([^\]]*)\])?(?:\.(.+))?")
"""A name, the key of one in a list (which may hold full stops), what follows."""


def blanked(noun, path):
    """A noun with one field emptied, by its path as `walk` tells it."""
    name, listed, code, rest = PATH.fullmatch(path).groups("")
    if not rest:
        [one] = [field for field in fields(noun) if field.name == name]
        empty = one.default if is_dataclass(one.default) or one.default in ("", ()) else None
        return replace(noun, **{name: empty})
    value = getattr(noun, name)
    if not listed:
        return replace(noun, **{name: blanked(value, rest)})
    parts = tuple(blanked(one, rest) if key_of(one, number) == code else one for number, one in enumerate(value))
    return replace(noun, **{name: parts})
