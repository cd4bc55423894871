"""How a fuzzer changes JSON: mostly into other JSON, because a changed byte is nearly always no JSON at all."""

import json
import random
from typing import Any

_VALUES = [
    *(
        None,
        True,
        False,
        0,
        -0.0,
        -1,
        1,
        90,
        180.0,
        -180,
        1e308,
        5e-324,
        2**31,
        2**63,
        10**400,
        1787307330,
        1787307330000,
    ),
    *("", "0", "NaN", "1e999", "46.5", "\ud800", "\0", "2026-08-21T10:15:30Z", "2026-08-21 10:15:30", "x" * 129),
    *("9999-12-31T23:59:59.999999-14:00", "true", "enter", "sos", "owntracks/wearer/42/event", "9" * 400),
    *([], {}, [[]], [-28.0, 46.5], {"a": {}}),
]


def mutated_json(data: bytes, mutate: Any, bytes_max: int, seed: int) -> bytes:
    """Other bytes: of JSON some value is changed, and now and then any byte, by `mutate`."""
    chance = random.Random(seed)
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return bytes(mutate(data, bytes_max))
    if chance.random() < 0.2:
        return bytes(mutate(data, bytes_max))
    for _ in range(chance.choice([1, 1, 1, 2, 4])):
        document = _changed(document, chance)
    changed = json.dumps(document).encode()
    return changed if len(changed) <= bytes_max else bytes(mutate(data, bytes_max))


def _changed(value: Any, chance: random.Random) -> Any:
    if isinstance(value, dict) and value and chance.random() < 0.9:
        name = chance.choice(list(value))
        match chance.randrange(8):
            case 0:
                return {other: part for other, part in value.items() if other != name}
            case 1:
                return value | {chance.choice(list(value)): value[name]}
            case _:
                return value | {name: _changed(value[name], chance)}
    if isinstance(value, list) and value and chance.random() < 0.9:
        place = chance.randrange(len(value))
        match chance.randrange(6):
            case 0:
                return value[:place] + value[place + 1 :]
            case 1:
                return value + value[place:]
            case _:
                return [*value[:place], _changed(value[place], chance), *value[place + 1 :]]
    if isinstance(value, float | int) and not isinstance(value, bool) and chance.random() < 0.4:
        return chance.choice([-value, value + 1, value * 1000, value / 3 if abs(value) < 1e300 else 0, str(value)])
    return chance.choice(_VALUES)
