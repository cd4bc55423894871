"""Cases out of a file. What is wrong is said by line, and nothing of a file is taken that is not right throughout."""

import hashlib
import sys
from collections.abc import Callable
from pathlib import Path

from custodiet.flows.import_cases import look_at, name_them, take_in
from custodiet.flows.ports import Chance, Clock, Sealer, Store
from custodiet.model.errors import NotTheFormat, Unready
from custodiet.model.identity import ActorId
from custodiet.model.record import LogOpened
from custodiet.wire.case_file import SIZE_MAX, LineProblem, read_case_file

SHOWN_MAX = 200
LOOK_S = 1.0


def import_cases(
    store: Store,
    sealer: Sealer,
    chance: Chance,
    clock: Clock,
    pinned: LogOpened,
    file: str,
    by: str,
    sleep: Callable[[float], None],
    wait_s: int,
) -> int:
    """Take a file in, and wait at most so long for the keys that names are sealed to. The exit status."""
    try:
        with Path(file).open("rb") as opened:
            body = opened.read(SIZE_MAX + 1)
        rows, problems = read_case_file(body)
    except OSError as error:
        raise Unready(f"{file}: {error.strerror}") from None
    except NotTheFormat as error:
        print(f"nothing was taken: {error}", file=sys.stderr)
        return 1
    with store.reading() as view:
        problems = (*problems, *look_at(view, rows))
    if problems:
        _say(problems)
        return 1
    digest, actor = hashlib.sha256(body).digest(), ActorId(by)
    taken = take_in(store, chance, clock, rows, digest, actor)
    print(f"{taken.opened} cases opened at rung 0, {taken.again} of this file stood already")
    for line in taken.stood[:SHOWN_MAX]:
        print(f"line {line}: its reference has a case already, which is left as it is")
    if len(taken.stood) > SHOWN_MAX:
        print(f"and {len(taken.stood) - SHOWN_MAX} more")
    named, waiting = name_them(store, sealer, pinned, clock, rows, digest, actor)
    for _ in range(wait_s):
        if not waiting:
            break
        sleep(LOOK_S)
        more, waiting = name_them(store, sealer, pinned, clock, rows, digest, actor)
        named += more
    print(f"{named} names sealed")
    if waiting:
        print(f"{waiting} names wait for their key: start custodiet, and import the same file again", file=sys.stderr)
        return 1
    return 0


def _say(problems: tuple[LineProblem, ...]) -> None:
    for one in sorted(problems, key=lambda one: one.line)[:SHOWN_MAX]:
        print(f"line {one.line}: {one.says}", file=sys.stderr)
    if len(problems) > SHOWN_MAX:
        print(f"and {len(problems) - SHOWN_MAX} more", file=sys.stderr)
    print("nothing was taken", file=sys.stderr)
