"""A register or an assessment with one field emptied."""

from dataclasses import fields, is_dataclass, replace

from custodiet.rules.fields import key_of


def blanked(noun, path):
    """A noun with one field emptied, by its path as `walk` tells it."""
    head, _, rest = path.partition(".")
    name, listed, code = head.partition("[")
    if not rest:
        [one] = [field for field in fields(noun) if field.name == name]
        empty = one.default if is_dataclass(one.default) or one.default in ("", ()) else None
        return replace(noun, **{name: empty})
    value = getattr(noun, name)
    if not listed:
        return replace(noun, **{name: blanked(value, rest)})
    parts = tuple(
        blanked(one, rest) if key_of(one, number) == code.removesuffix("]") else one for number, one in enumerate(value)
    )
    return replace(noun, **{name: parts})
