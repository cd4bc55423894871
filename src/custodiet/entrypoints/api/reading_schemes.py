"""Schemes for everyone of the staff: their register as one document, their operations. Nothing about a person."""

from custodiet.entrypoints.api import answers
from custodiet.entrypoints.api.reading import cursor_of, read_cursor
from custodiet.entrypoints.api.route import Call
from custodiet.entrypoints.web.permitting import require
from custodiet.flows.ports import Reading
from custodiet.flows.scheme_now import dpia_at, register_at
from custodiet.flows.show_schemes import show_operations
from custodiet.model.act import Act
from custodiet.model.identity import SchemeId
from custodiet.wire.scheme import scheme_bytes


def schemes(call: Call) -> answers.Schemes:
    after = read_cursor(call, 1)
    with call.place.store.reading() as view:
        require(call.request, view, Act.READ_REGISTER)
        found = sorted(one for one in view.scheme_ids() if after is None or one > after[0])
        page = found[: call.limit]
        lines = [_line(call, view, one) for one in page]
    return answers.Schemes(call.at, lines, cursor_of(page[-1]) if len(found) > len(page) else None)


def _line(call: Call, view: Reading, scheme_id: SchemeId) -> answers.SchemeLine:
    register, version = register_at(view, scheme_id, call.at)
    ended = view.scheme_ending(scheme_id)
    return answers.SchemeLine(
        scheme_id, register.name, register.controller.name, version, None if ended is None else ended.ended_at
    )


def register(call: Call) -> bytes:
    """The scheme's file, as `custodiet scheme export` writes it."""
    at = call.query.get("at", call.at)
    with call.place.store.reading() as view:
        require(call.request, view, Act.READ_REGISTER)
        found, _ = register_at(view, SchemeId(call.path["scheme_id"]), at)
        return scheme_bytes(found, dpia_at(view, found.scheme_id, at))


def operations(call: Call) -> answers.Operations:
    scheme_id = SchemeId(call.path["scheme_id"])
    with call.place.store.reading() as view:
        require(call.request, view, Act.READ_REGISTER)
        shown = show_operations(view, scheme_id, call.at)
    told = [
        answers.Operation(
            mode=one.mode.code,
            rung=one.mode.rung,
            title=one.mode.title,
            stand=one.stand.value,
            since=one.since,
            until=one.until,
            lacks=[answers.Lack(gap.code, gap.field, gap.missing, gap.who.value) for gap in one.gaps],
        )
        for one in shown
    ]
    return answers.Operations(call.at, scheme_id, told)
