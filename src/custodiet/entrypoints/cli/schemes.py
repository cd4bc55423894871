"""A scheme's file from the command line: check it, take its register in, write it out as at any date."""

import os
import sys
from datetime import datetime
from pathlib import Path

from custodiet.flows.keep_register import keep_register
from custodiet.flows.ports import Clock, Reading, Store
from custodiet.flows.scheme_now import dpia_at, register_at
from custodiet.model.dpia import Gap
from custodiet.model.errors import NotFound
from custodiet.model.identity import ActorId, SchemeId
from custodiet.model.register import Register
from custodiet.rules.dpia import gaps
from custodiet.rules.register import contradictions
from custodiet.wire.scheme import SIZE_MAX, read_scheme, scheme_bytes

LINES_MAX = 200


def check_file(file: str, clock: Clock) -> int:
    """Say everything that is wrong with a file, and what its register still lacks. The exit status: 1 for wrong."""
    register = _read(file)
    if register is None:
        return 1
    left = [one for one in gaps(register, None, clock.now()) if one.code.startswith("register.")]
    print(f"{register.scheme_id}: the file is a scheme; {len(register.operations)} operations")
    _say_gaps(left)
    print("besides, an assessment is written for this scheme before anything in it begins")
    return 0


def import_file(store: Store, file: str, by: str, *, effective_at: datetime | None, seen: str) -> int:
    """Keep the file's register as the next version of its scheme. Raises NotPermitted. The exit status."""
    register = _read(file)
    if register is None:
        return 1
    index = keep_register(store, register, ActorId(by), effective_at=effective_at, seen=seen)
    with store.reading() as view:
        number = view.registers(register.scheme_id)[-1].number
        active = [one.mode for one in view.activations(register.scheme_id) if one.from_at is not None]
    print(f"{register.scheme_id}: version {number} entered at {index}")
    if not active:
        print("no operation is active: an assessment, its advice and two people come before the first decision")
    return 0


def export_scheme(store: Store, clock: Clock, name: str, out: str | None, at: datetime | None) -> None:
    """Write a scheme's file, as at a date. Raises NotFound when no scheme, or more than one, has that id or name."""
    when = at or clock.now()
    with store.reading() as view:
        scheme_id = _found(view, name, when)
        register, _ = register_at(view, scheme_id, when)
        body = scheme_bytes(register, dpia_at(view, scheme_id, when))
    if out is None:
        sys.stdout.buffer.write(body)
        return
    with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), "wb") as file:
        file.write(body)
    print(f"{scheme_id}: written")


def _found(view: Reading, name: str, at: datetime) -> SchemeId:
    known = view.scheme_ids()
    if name in known:
        return SchemeId(name)
    called = [one for one in known if register_at(view, one, at)[0].name == name]
    if len(called) != 1:
        raise NotFound(
            "no scheme of that id or name" if not called else "more than one scheme has that name: use the id"
        )
    return called[0]


def _read(file: str) -> Register | None:
    try:
        with Path(file).open("rb") as opened:
            body = opened.read(SIZE_MAX + 1)
    except OSError as error:
        print(f"{file}: cannot be read: {error.strerror}", file=sys.stderr)
        return None
    read = read_scheme(body)
    problems = [(one.path or file, one.says) for one in read.problems]
    if read.register is not None:
        problems = [(f"register.{one.path}", one.says) for one in contradictions(read.register)]
    for path, says in problems[:LINES_MAX]:
        print(f"{path}: {says}", file=sys.stderr)
    if len(problems) > LINES_MAX:
        print(f"and {len(problems) - LINES_MAX} more", file=sys.stderr)
    for note in read.notes:
        print(note, file=sys.stderr)
    return None if problems else read.register


def _say_gaps(left: list[Gap]) -> None:
    if not left:
        print("its register lacks nothing")
        return
    print("before an operation can be activated its register needs:")
    lines = dict.fromkeys(f"  {one.field}: {one.missing} ({one.who} can supply it)" for one in left)
    for line in list(lines)[:LINES_MAX]:
        print(line)
    if len(lines) > LINES_MAX:
        print(f"  and {len(lines) - LINES_MAX} more")
